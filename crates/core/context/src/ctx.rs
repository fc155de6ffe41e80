//! The context of a verb.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use diag::{Cleaned, Progress};
use release::Platform;
use store::{Author, Store, TrustedHome};
use sys::Sys;

use crate::settings::{Flag, Settings, SettingsError, keys};

/// What a verb works with: the system, the settings, the store, and the receiver of progress.
///
/// It cannot reach a network: a verb that may also gets `acquire::Sources`.
pub struct Ctx {
    /// The outside world.
    pub sys: Sys,
    /// The settings.
    pub settings: Settings,
    /// The store.
    pub store: Store,
    /// Who hears of progress.
    pub progress: Arc<dyn Progress>,
    /// The platform of the toolchains to install.
    pub platform: Platform,
    /// Who is at work, for the records.
    pub author: Author,
    /// The embedded shim for this machine; none in a build without one.
    pub shim: Option<&'static [u8]>,
    ledger: Arc<Ledger>,
}

/// The changes that a command has made so far, in order. A context and all contexts derived from it share one ledger.
#[derive(Default)]
struct Ledger(Mutex<Vec<String>>);

/// The differences of a derived context from its origin.
#[derive(Default)]
pub struct Derivation {
    folder: Option<PathBuf>,
    flags: Vec<Flag>,
}

impl Derivation {
    /// Sets the working folder.
    #[must_use]
    pub fn folder(self, folder: PathBuf) -> Derivation {
        Derivation { folder: Some(folder), ..self }
    }

    /// It has this setting.
    #[must_use]
    pub fn flag(mut self, flag: Flag) -> Derivation {
        self.flags.push(flag);
        self
    }
}

impl Ctx {
    /// A context for these settings.
    ///
    /// # Errors
    /// When there is no folder for the store, or another user could have written to it.
    pub fn new(
        sys: Sys,
        settings: Settings,
        platform: Platform,
        progress: Arc<dyn Progress>,
        command: Vec<String>,
    ) -> Result<Ctx, SettingsError> {
        let home = settings.text(keys::HOME).ok_or(SettingsError::NoHome)?;
        let is_shared = Some(home) == settings.text(keys::SYSTEM_HOME);
        let home = TrustedHome::of(&sys, home)?;
        let home = if is_shared { home.shared() } else { home };
        // Progress lines contain text of servers, files and programs, so every receiver gets them cleaned.
        let progress: Arc<dyn Progress> = Arc::new(Cleaned::new(progress));
        let downloads = settings.text(keys::DOWNLOADS_PATH).map(|path| TrustedHome::of(&sys, path)).transpose()?;
        let ctx = Ctx::in_home(sys, settings, home, platform, progress, command);
        Ok(ctx.with_downloads_in(downloads))
    }

    fn with_downloads_in(self, folder: Option<TrustedHome>) -> Ctx {
        match folder {
            Some(folder) => Ctx { store: self.store.with_downloads_in(&folder), ..self },
            None => self,
        }
    }

    fn in_home(
        sys: Sys,
        settings: Settings,
        home: TrustedHome,
        platform: Platform,
        progress: Arc<dyn Progress>,
        command: Vec<String>,
    ) -> Ctx {
        let env = sys.env();
        let first = |names: [&str; 2]| names.iter().find_map(|name| env.var(name)).map(str::to_owned);
        let user = first(["USER", "USERNAME"]).or_else(|| Some(format!("user {}", sys::Host::user_number()?)));
        let host = first(["HOSTNAME", "COMPUTERNAME"]).or_else(sys::Host::name);
        // Records are stored, and the command line may contain a source's address with its password.
        let command = command.iter().map(|word| crate::settings::without_secrets(word)).collect();
        let author = Author { user, host, command, reason: None };
        let facts = (sys.clone(), home.path().to_owned());
        let store = Store::at(&sys, home).with_progress(progress.clone());
        let store = store.with_shim_facts(move || crate::shim_facts::facts(&facts.0, &facts.1));
        let store = match settings.text(keys::SYSTEM_HOME) {
            Some(system) => store.with_shared_store(system),
            None => store,
        };
        let store = if settings.is_on(keys::STORE_DURABLE) { store } else { store.without_tree_sync() };
        Ctx { sys, settings, store, progress, platform, author, shim: None, ledger: Arc::default() }
    }

    /// A second context, which differs from this one only in what `how` sets. It has the same author and the same shim,
    /// and shares the ledger of changes.
    ///
    /// # Errors
    /// When a setting does not allow its value, or there is no folder for the store.
    pub fn derive(&self, how: impl FnOnce(Derivation) -> Derivation) -> Result<Ctx, SettingsError> {
        let Derivation { folder, flags } = how(Derivation::default());
        let sys = match folder {
            Some(folder) => self.sys.in_folder(folder),
            None => self.sys.clone(),
        };
        let settings = flags.iter().try_fold(self.settings.clone(), |settings, flag| settings.with(flag))?;
        let command = self.author.command.clone();
        let (platform, progress) = (self.platform.clone(), self.progress.clone());
        // The home of this context is trusted already; another one has to be checked.
        let is_same = |key| settings.text(key) == self.settings.text(key);
        let other = if is_same(keys::HOME) && settings.text(keys::DOWNLOADS_PATH).is_none() {
            Ctx::in_home(sys, settings, self.store.home().clone(), platform, progress, command)
        } else {
            Ctx::new(sys, settings, platform, progress, command)?
        };
        Ok(Ctx { author: self.author.clone(), shim: self.shim, ledger: self.ledger.clone(), ..other })
    }

    /// Records a finished change, so that the report of a later failure mentions it.
    pub fn changed(&self, what: String) {
        self.ledger.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    /// The changes so far, in order, through this context and those related to it by [`Ctx::derive`].
    pub fn changes(&self) -> Vec<String> {
        self.ledger.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the network must not be used.
    pub fn is_offline(&self) -> bool {
        self.settings.is_on(keys::NETWORK_OFFLINE) || self.settings.is_on(keys::LOCK_FROZEN)
    }
}
