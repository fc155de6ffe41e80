//! Asks the sources in their order, and keeps the result of each.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use diag::{Class, Diagnose, Diagnosis, Hints, Progress, Tried, error_chain, hint};
use release::{Platform, Request, ToolchainId, Version};
use sys::Sys;
use url::Url;

use crate::limits::NEAREST_MAX;
use crate::{Ask, Claim, Located, Source, SourceError};

/// The sources in their order.
pub struct Catalog {
    sources: Vec<Box<dyn Source>>,
    /// Sources that this process could not ask, with the reason, so that it waits for a silent
    /// source only once.
    down: Mutex<BTreeMap<String, Down>>,
    /// Held while a source is asked: of two parallel installs the second uses the answer to the
    /// first. Questions are short; no archive is fetched meanwhile.
    asking: Mutex<()>,
    /// Lines about sources that failed, until another one helps: if none does, the error says the same.
    untold: Mutex<Vec<String>>,
    proxies: Vec<Url>,
}

/// Why a source could not be asked, with the machine word.
#[derive(Clone)]
struct Down {
    reason: String,
    word: &'static str,
}

/// One source that failed: its name, its place, the reason. Several are siblings: none is the cause of another.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The source's name.
    pub source: String,
    /// Where it points.
    pub place: String,
    /// Why it failed.
    pub reason: String,
    /// What kind of failure that was.
    pub class: Class,
    /// The machine word of that failure.
    pub word: &'static str,
    /// What to try.
    pub hints: Hints,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.reason_with_place())
    }
}

impl Attempt {
    /// Why it failed, with the place that was asked if the reason does not name it.
    fn reason_with_place(&self) -> String {
        // For a source that is not configured, the reason is enough.
        if self.class == Class::Usage || self.reason.contains(&self.place) {
            self.reason.clone()
        } else {
            format!("{} ({})", self.reason, self.place)
        }
    }

    /// The attempts that a report shows: sources that were not asked, since the network may not be used, are left out.
    pub fn all_tried(attempts: &[Attempt]) -> Vec<Tried> {
        attempts.iter().filter(|attempt| attempt.word != "offline").map(Attempt::tried).collect()
    }

    /// The attempt as a report shows it.
    pub fn tried(&self) -> Tried {
        Tried { name: self.source.clone(), reason: self.reason_with_place(), word: self.word, class: self.class }
    }

    /// The attempt for a source that failed with this error.
    pub fn of(source: &dyn Source, error: &dyn Diagnose) -> Attempt {
        let Diagnosis { class, word, hints, .. } = error.diagnosis();
        Attempt {
            source: source.name().to_owned(),
            place: source.place(),
            reason: error_chain(error),
            class,
            word,
            hints,
        }
    }
}

impl Attempt {
    /// Whether it was this machine that failed, before any source was asked: then none is.
    pub fn is_of_this_machine(&self) -> bool {
        self.class == Class::Environment && self.word == SETUP_WORD
    }

    /// The same as an error that ends the command.
    pub fn into_machine_error(self) -> CatalogError {
        CatalogError::Machine { reason: self.reason, class: self.class, word: self.word, hints: self.hints }
    }
}

/// The word of an error of the network client itself.
const SETUP_WORD: &str = "network-setup";

/// The words of failures whose hint is for the one source; of the others one hint for all sources is enough.
const WORDS_WITH_HINT: [&str; 8] = [
    "bad-goproxy",
    "certificate-untrusted",
    "http-status",
    "insecure-credentials",
    SETUP_WORD,
    "proxy-refused",
    "proxy-unreachable",
    WEB_PAGE_WORD,
];

/// The word of a web page that came instead. Its server works: a folder without an index may answer that way.
const WEB_PAGE_WORD: &str = "web-page-instead-of-file";

/// The most severe kind of failure: damage before silence, silence before absence.
///
/// `Usage` if no source could be asked, since none is configured.
pub fn most_severe<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> Class {
    let rank = |class: Class| match class {
        Class::Integrity => 4,
        Class::Network => 3,
        Class::NotFound => 2,
        Class::Usage => 0,
        _ => 1,
    };
    attempts.map(|attempt| attempt.class).max_by_key(|class| rank(*class)).unwrap_or(Class::Usage)
}

/// What to try if no source is configured.
pub fn no_source_hint() -> Hints {
    hint!("no source is set up: `goward config sources` shows which are asked, `goward config` how each is set up")
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
        attempts: Vec<Attempt>,
    },
    /// No source could be asked.
    #[error("reach any source for {what}{}", if *offline { ": the network may not be used" } else { "" })]
    NoSource {
        /// The request, as people write it.
        what: String,
        /// What came of asking each.
        attempts: Vec<Attempt>,
        /// Whether that is because the network may not be used.
        offline: bool,
    },
    /// Every listed release that matches is one that the caller does not allow.
    #[error("find {what}: only {} matches, which is not allowed", version.tag())]
    NotAllowed {
        /// The request, as people write it.
        what: String,
        /// The newest of them.
        version: Version,
    },
    /// The network client cannot be set up, so no source was asked.
    #[error("{reason}")]
    Machine {
        /// What is missing.
        reason: String,
        /// What kind of failure that is.
        class: Class,
        /// Its machine word.
        word: &'static str,
        /// What to try.
        hints: Hints,
    },
    /// The user asked to stop.
    #[error("find {what}: interrupted")]
    Interrupted {
        /// The request, as people write it.
        what: String,
    },
}

impl Diagnose for CatalogError {
    fn diagnosis(&self) -> Diagnosis {
        let tried = |attempts: &[Attempt]| Attempt::all_tried(attempts);
        match self {
            Self::NoMatch { platform_known, hints, attempts, .. } => Class::NotFound
                .word(if *platform_known { "version-unknown" } else { "platform-unknown" })
                .hints(hints.clone())
                .tried(tried(attempts)),
            Self::NoSource { offline: true, attempts, .. } => Class::Policy
                .word("offline")
                .hint("leave out `--offline` (or unset `GOWARD_OFFLINE`), or set `folder.path` to a folder of archives")
                .tried(tried(attempts)),
            Self::NoSource { attempts, .. } => {
                let hints = attempts.iter().fold(Hints::none(), |hints, attempt| hints.join(attempt.hints.clone()));
                let diagnosis = match most_severe(attempts.iter()) {
                    Class::Usage if hints.lines().is_empty() => Class::Usage.word("no-source").hints(no_source_hint()),
                    Class::Usage => Class::Usage.word("no-source").hints(hints),
                    severest => if severest == Class::Integrity { severest } else { Class::Network }
                        .word("no-source")
                        .hints(hints)
                        .hint(
                            "check the network and proxy variables; a mirror can be set with `GOWARD_MIRRORS=name=address`, \
                             a folder of archives with `GOWARD_FOLDER`",
                        ),
                };
                diagnosis.tried(tried(attempts))
            }
            Self::NotAllowed { .. } => Class::Policy.word("not-allowed"),
            Self::Machine { class, word, hints, .. } => class.word(word).hints(hints.clone()),
            Self::Interrupted { .. } => Class::Interrupted.word("interrupted"),
        }
    }
}

/// The release that a request means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The release.
    pub version: Version,
    /// The newer one that it would be, were that allowed.
    pub passed_over: Option<Version>,
}

impl Catalog {
    /// These sources, in this order. `proxies` are the module proxies of the user's Go configuration.
    pub fn new(sources: Vec<Box<dyn Source>>, proxies: Vec<Url>) -> Catalog {
        Catalog { sources, down: Mutex::default(), asking: Mutex::default(), untold: Mutex::default(), proxies }
    }

    /// The module proxies of the user's Go configuration.
    pub fn proxies(&self) -> &[Url] {
        &self.proxies
    }

    /// The newest version that a request allows, from the first source that can answer and has one.
    pub fn resolve(
        &self,
        ask: &Ask,
        request: &Request,
        platform: &Platform,
        is_allowed: &dyn Fn(&Version) -> bool,
    ) -> Result<Resolved, CatalogError> {
        let what = format!("`{request}`");
        let mut known: Vec<Version> = Vec::new();
        let mut attempts = Vec::new();
        let (mut answered, mut refused) = (false, None);
        for source in &self.sources {
            // Offline, a cached index may list releases that no source can deliver.
            if ask.offline && !source.is_local() {
                attempts.push(Attempt::of(source.as_ref(), &SourceError::Offline));
                continue;
            }
            match self.list(ask, source.as_ref(), platform) {
                Ok(versions) => {
                    answered = true;
                    let newest = request.select(versions.iter());
                    let chosen = request.select_allowed(versions.iter(), is_allowed);
                    let passed_over = newest.filter(|newest| Some(*newest) != chosen).cloned();
                    if let Some(version) = chosen {
                        let found = Resolved { version: version.clone(), passed_over };
                        self.tell_untold(ask.progress);
                        return Ok(match source.is_mirror() {
                            true => self.against_official(ask, source.as_ref(), request, platform, found, is_allowed),
                            false => found,
                        });
                    }
                    refused = refused.or(passed_over);
                    let reason = match versions.len() {
                        0 => format!("has nothing for {platform}"),
                        count => format!("has no {request} among its {count} versions for {platform}"),
                    };
                    attempts.push(Attempt {
                        reason,
                        class: Class::NotFound,
                        word: "version-unknown",
                        hints: Hints::none(),
                        source: source.name().to_owned(),
                        place: source.place(),
                    });
                    known.extend(versions);
                }
                Err(error) if error.class == Class::Interrupted => return Err(CatalogError::Interrupted { what }),
                Err(error) if error.is_of_this_machine() => return Err(error.into_machine_error()),
                Err(attempt) => attempts.push(attempt),
            }
        }
        if let Some(version) = refused {
            return Err(CatalogError::NotAllowed { what, version });
        }
        if !answered {
            return Err(self.unreachable(ask, what, attempts));
        }
        let hints = not_listed(request, &mut known, platform);
        Err(CatalogError::NoMatch {
            what,
            platform: platform.clone(),
            hints,
            platform_known: !known.is_empty(),
            attempts,
        })
    }

    /// Resolves a request that a mirror has answered: a mirror that lags behind must not decide what is newest, so Go's
    /// own index is asked too, if it is among the sources. Never called for an exact version.
    fn against_official(
        &self,
        ask: &Ask,
        mirror: &dyn Source,
        request: &Request,
        platform: &Platform,
        found: Resolved,
        is_allowed: &dyn Fn(&Version) -> bool,
    ) -> Resolved {
        let Some(official) = self.sources.iter().find(|source| source.name() == "official") else { return found };
        let name = mirror.name();
        if ask.offline {
            return found;
        }
        match self.list(ask, official.as_ref(), platform) {
            Ok(versions) => match request.select_allowed(versions.iter(), is_allowed) {
                Some(newer) if *newer > found.version => {
                    ask.progress.tell(&format!(
                        "{name} is behind: its newest for `{request}` is {}, Go's own index has {newer}, which counts",
                        found.version
                    ));
                    let newest = request.select(versions.iter());
                    let passed_over = newest.filter(|newest| *newest != newer).cloned();
                    Resolved { version: newer.clone(), passed_over }
                }
                _ => found,
            },
            Err(_) => {
                self.tell_untold(ask.progress);
                ask.progress.tell(&format!(
                    "only {name} lists {} as the newest for `{request}`: Go's own index could not be asked",
                    found.version
                ));
                found
            }
        }
    }

    /// What to try when no source has exactly this toolchain: the nearest versions that they have.
    pub fn advice(&self, ask: &Ask, id: &ToolchainId) -> Hints {
        let lists = self.sources.iter().filter_map(|source| self.list(ask, source.as_ref(), id.platform()).ok());
        let mut known: Vec<Version> = lists.flatten().collect();
        not_listed(&Request::Exact(id.version().clone()), &mut known, id.platform())
    }

    /// All versions of the first source that can answer, with its name.
    pub fn all(&self, ask: &Ask, platform: &Platform) -> Result<(String, Vec<Version>), CatalogError> {
        let mut attempts = Vec::new();
        for source in &self.sources {
            match self.list(ask, source.as_ref(), platform) {
                Ok(versions) => {
                    self.tell_untold(ask.progress);
                    return Ok((source.name().to_owned(), versions));
                }
                Err(error) if error.class == Class::Interrupted => {
                    return Err(CatalogError::Interrupted { what: "the list of versions".to_owned() });
                }
                Err(error) if error.is_of_this_machine() => return Err(error.into_machine_error()),
                Err(attempt) => attempts.push(attempt),
            }
        }
        Err(self.unreachable(ask, "the list of versions".to_owned(), attempts))
    }

    /// The versions that the sources last offered, from the cache; asks no source.
    pub fn cached_versions(&self, sys: &Sys, cache: &Path, platform: &Platform) -> Vec<Version> {
        self.sources.iter().flat_map(|source| source.cached_versions(sys, cache, platform)).collect()
    }

    fn unreachable(&self, ask: &Ask, what: String, attempts: Vec<Attempt>) -> CatalogError {
        CatalogError::NoSource { what, attempts, offline: ask.offline }
    }

    fn list(&self, ask: &Ask, source: &dyn Source, platform: &Platform) -> Result<Vec<Version>, Attempt> {
        self.put(source, |source| source.list(ask, platform))
    }

    /// Asks a source, unless it is known to be down; records and reports a source that turns out to be down.
    fn put<T>(
        &self,
        source: &dyn Source,
        question: impl FnOnce(&dyn Source) -> Result<T, SourceError>,
    ) -> Result<T, Attempt> {
        let _one_at_a_time = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(down) = self.down().get(source.name()).cloned() {
            return Err(Attempt {
                source: source.name().to_owned(),
                place: source.place(),
                reason: down.reason,
                class: Class::Network,
                word: down.word,
                hints: Hints::none(),
            });
        }
        question(source).map_err(|error| {
            let mut attempt = Attempt::of(source, &error);
            // The hint for a silent network is printed once for all sources, not for each.
            if attempt.class != Class::Integrity && !WORDS_WITH_HINT.contains(&attempt.word) {
                attempt.hints = Hints::none();
            }
            // A source that is not configured is reported only if no other one helped.
            let is_news = !matches!(error, SourceError::NotConfigured { .. } | SourceError::Offline);
            if is_news && !error.is_of_this_machine() {
                self.tell_later(format!("{attempt}"));
            }
            if error.class() == Class::Network && attempt.word != WEB_PAGE_WORD {
                let down = Down { reason: attempt.reason.clone(), word: attempt.word };
                self.down().insert(attempt.source.clone(), down);
            }
            attempt
        })
    }

    /// Keeps a line about a source that failed until another one helps.
    pub fn tell_later(&self, line: String) {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Tells the kept lines: another source helped, or the command ends for another reason.
    pub fn tell_untold(&self, progress: &dyn Progress) {
        let lines = std::mem::take(&mut *self.untold.lock().unwrap_or_else(PoisonError::into_inner));
        lines.iter().for_each(|line| progress.tell(line));
    }

    fn down(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Down>> {
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sources that may have a toolchain, in order, each with its place or the reason for none.
    pub fn locate_each<'a>(
        &'a self,
        ask: Ask<'a>,
        id: &'a ToolchainId,
    ) -> impl Iterator<Item = (&'a dyn Source, Result<Located, Attempt>)> + 'a {
        self.sources.iter().map(move |source| {
            let source = source.as_ref();
            let located = self.put(source, |source| source.locate(&ask, id));
            if located.is_ok() {
                self.tell_untold(ask.progress);
            }
            (source, located)
        })
    }

    /// The claim of Go's own index about an archive, if it can be asked.
    pub fn official_claim(&self, ask: &Ask, id: &ToolchainId) -> Option<Claim> {
        self.official(ask, id).map(|located| located.claim)
    }

    /// Where Go's own index has an archive, if it can be asked.
    pub fn official(&self, ask: &Ask, id: &ToolchainId) -> Option<Located> {
        let source = self.sources.iter().find(|source| source.name() == "official")?;
        let located = self.put(source.as_ref(), |source| source.locate(ask, id)).ok();
        // Whoever asks goes on without it.
        self.tell_untold(ask.progress);
        located
    }
}

/// What to try when no source lists the request; sorts `known`.
fn not_listed(request: &Request, known: &mut Vec<Version>, platform: &Platform) -> Hints {
    let nearest = nearest_of(request, known);
    match (note_on(request, known), newer_than_listed(request, known)) {
        _ if known.is_empty() => no_such_platform(platform),
        (Some(note), _) => nearest_named(Hints::one(note), &nearest),
        (None, Some(note)) => Hints::one(note),
        (None, None) => nearest_named(Hints::none(), &nearest),
    }
}

/// The versions that resemble the request, nearest first; sorts `known`.
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
        [] => hints.and("`goward list --remote` lists the available versions"),
        [one] => hints.and(format!("the nearest is {one}; `goward list --remote` shows all")),
        near => hints.and(format!("the nearest are {}; `goward list --remote` shows all", near.join(", "))),
    }
}

fn no_such_platform(platform: &Platform) -> Hints {
    hint!("no source has any toolchain for {platform}; `--platform OS/ARCH` asks for another")
}

/// What the user may have meant by a request that nothing matches.
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

/// What is the newest, if the request is newer than every release that the sources list: then the user has not mistyped a
/// number but named a release that does not exist yet.
fn newer_than_listed(request: &Request, known: &[Version]) -> Option<String> {
    let stable = || known.iter().filter(|version| version.is_stable());
    let newest = stable().max()?;
    let (minor, exact) = match request {
        Request::Minor(minor) => (minor.clone(), None),
        Request::Exact(version) => (version.minor(), Some(version)),
        _ => return None,
    };
    if minor > newest.minor() {
        return Some(format!("no source lists {request} or anything as new: the newest release is {newest}"));
    }
    let of_minor = stable().filter(|version| version.minor() == minor).max()?;
    let is_newer = exact.is_some_and(|version| version > of_minor);
    is_newer.then(|| format!("no source lists {request}: the newest {minor} is {of_minor}"))
}
