//! The administrator's store for all users of a machine.
//!
//! It is a store like any other, in the folder that `system.home` names. A user who may write there works on it with
//! `--system`; all others read it beside their own, and never write. This file makes it and reports its state;
//! `store/shared_store.rs` reads it, and decides when goward ignores it.

use std::fmt;
use std::path::PathBuf;

use diag::{Class, Diagnose, Diagnosis};
use release::ToolchainId;
use store::{Layout, SharedStore};
use sys::{EntryKind, Host};

use context::Ctx;
use context::settings::keys;

/// All users may read and enter, only the owner may write.
const SHARED_MODE: u32 = 0o755;

/// The state of the administrator's store.
#[derive(Debug, Clone)]
pub struct SystemStatus {
    /// Its folder, if one is named.
    pub home: Option<PathBuf>,
    /// Whether it exists and goward reads it.
    pub read: bool,
    /// Why goward ignores it, if it does.
    pub passed_over: Option<String>,
    /// Whether this goward works on it now, as the administrator's.
    pub is_own: bool,
    /// What it contains.
    pub toolchains: Vec<ToolchainId>,
}

/// The result of making the administrator's store.
#[derive(Debug, Clone)]
pub struct SystemMade {
    /// Its folder.
    pub home: PathBuf,
    /// What was done, or would be; empty where it was in order already.
    pub steps: Vec<SystemStep>,
}

/// A folder that is made, or whose permission bits are set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemStep {
    /// The folder.
    pub path: PathBuf,
    /// Its permission bits before, where it was there.
    pub mode_before: Option<u32>,
    /// Its permission bits afterwards.
    pub mode: u32,
}

impl fmt::Display for SystemStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, mode) = (self.path.display(), self.mode);
        match self.mode_before {
            None => write!(f, "make the folder `{path}` (mode {mode:o})"),
            Some(before) => write!(f, "set the mode of `{path}` from {before:o} to {mode:o}"),
        }
    }
}

/// Why the administrator's store could not be made.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum SystemError {
    /// No folder is named for it.
    #[error("make the system store: no folder is named for it")]
    Unnamed,
    /// Only the administrator may.
    #[error("make the system store `{}`: that is for the administrator, and you are user {user}", home.display())]
    NotAdministrator {
        /// Its folder.
        home: PathBuf,
        /// The user's number.
        user: u32,
    },
    /// Something else is there.
    #[error("make the system store `{}`: it belongs to user {owner}", path.display())]
    Foreign {
        path: PathBuf,
        /// Its owner's number.
        owner: u32,
    },
    /// The system refused.
    #[error("make the system store: {action} `{}`", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
}

impl Diagnose for SystemError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Unnamed => Class::Usage
                .word("system-store-unnamed")
                .hint("name one with `system.home` in config.toml or with `GOWARD_SYSTEM_HOME`"),
            Self::NotAdministrator { .. } => Class::Policy
                .word("not-administrator")
                .hint("run it as root, as in `sudo goward system init`")
                .hint("without the administrator, goward needs nothing of this: your own store is your own"),
            Self::Foreign { path, .. } => Class::Policy
                .word("system-store-foreign")
                .hint(format!("look at what it is, then `chown -R root {}`", path.display())),
            Self::Io { cause, .. } => Diagnosis::of_io("system-store-io", cause),
        }
    }
}

/// Reads the state of the administrator's store.
pub fn system_status(ctx: &Ctx) -> SystemStatus {
    let home = ctx.settings.text(keys::SYSTEM_HOME).map(PathBuf::from);
    let is_own = home.as_deref() == Some(ctx.store.layout().home());
    let (read, passed_over) = match ctx.store.shared_store() {
        SharedStore::None => (false, None),
        SharedStore::Trusted(_) => (true, None),
        SharedStore::PassedOver { reason, .. } => (false, Some(reason)),
    };
    let toolchains = if is_own { ctx.store.toolchains().unwrap_or_default() } else { ctx.store.shared_toolchains() };
    let toolchains = toolchains.into_iter().map(|toolchain| toolchain.id).collect();
    SystemStatus { home, read, passed_over, is_own, toolchains }
}

/// Makes the administrator's store, or corrects the modes of an existing one.
///
/// # Errors
/// When no folder is named, the user is not the administrator, or the system refuses.
pub fn system_init(ctx: &Ctx, dry_run: bool) -> Result<SystemMade, SystemError> {
    let home = ctx.settings.text(keys::SYSTEM_HOME).map(PathBuf::from).ok_or(SystemError::Unnamed)?;
    if let Some(user) = Host::user_number().filter(|user| *user != 0) {
        return Err(SystemError::NotAdministrator { home, user });
    }
    let layout = Layout::new(home.clone());
    let fs = ctx.sys.fs();
    let mut steps = Vec::new();
    if !dry_run {
        ctx.sys.process().share_what_is_made();
    }
    for path in [layout.home().to_owned(), layout.toolchains(), layout.manifests()] {
        let step = |mode_before| SystemStep { path: path.clone(), mode_before, mode: SHARED_MODE };
        let failed = |action| {
            let path = path.clone();
            move |cause| SystemError::Io { action, path, cause }
        };
        match fs.follow(&path).map_err(failed("look at"))? {
            None => {
                steps.push(step(None));
                if !dry_run {
                    fs.create_dirs_durably(&path).map_err(failed("make the folder"))?;
                    fs.set_mode(&path, SHARED_MODE).map_err(failed("set the mode of"))?;
                }
            }
            Some(meta) if meta.kind != EntryKind::Dir => {
                let cause = std::io::Error::from(std::io::ErrorKind::NotADirectory);
                return Err(failed("use the folder")(cause));
            }
            Some(meta) if meta.owner.is_some_and(|owner| owner != 0) => {
                return Err(SystemError::Foreign { path, owner: meta.owner.unwrap_or_default() });
            }
            Some(meta) if cfg!(unix) && meta.mode != SHARED_MODE => {
                steps.push(step(Some(meta.mode)));
                if !dry_run {
                    fs.set_mode(&path, SHARED_MODE).map_err(failed("set the mode of"))?;
                }
            }
            Some(_) => {}
        }
    }
    if !dry_run && !steps.is_empty() {
        ctx.changed(format!("the system store `{}` is in order", home.display()));
    }
    Ok(SystemMade { home, steps })
}
