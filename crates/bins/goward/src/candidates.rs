//! Candidates for values that only the store, the settings and the cache know.
//!
//! goward asks no server for them, writes nothing, and says nothing of a failure: then there are no candidates.

use std::ffi::OsStr;
use std::sync::Arc;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use context::Ctx;
use context::settings::{Settings, keys};
use release::Platform;
use sys::{Host, Sys};

/// The words that mean a release, with what each means.
const WORDS: [(&str, &str); 4] = [
    ("latest", "the newest release"),
    ("oldstable", "the newest release of the minor before"),
    ("supported", "every minor that Go's team supports"),
    ("rc", "the newest release candidate"),
];

/// Completes a release that can be installed: words, minors, and the known versions of a minor that is typed.
pub(crate) fn releases() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| candidates(current, all_releases))
}

/// Completes an installed toolchain's version.
pub(crate) fn installed() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| candidates(current, |ctx, _| installed_of(ctx)))
}

/// Completes a list or an item of `goward check`.
pub(crate) fn checks() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let begin = current.to_string_lossy().into_owned();
        let lists = checklist::LISTS.iter().map(|list| (list.name, list.about));
        let items = checklist::ITEMS.iter().map(|item| (item.name.as_ref(), item.asks.as_ref()));
        let named = lists.chain(items).filter(|(name, _)| name.starts_with(&begin));
        named.map(|(name, about)| CompletionCandidate::new(name).help(Some(about.to_owned().into()))).collect()
    })
}

/// Completes a drill.
pub(crate) fn drills() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let begin = current.to_string_lossy().into_owned();
        let named = drill::DRILLS.iter().filter(|drill| drill.name.starts_with(&begin));
        named.map(|drill| CompletionCandidate::new(drill.name).help(Some(drill.breaks.into()))).collect()
    })
}

/// Completes the name of a source.
pub(crate) fn sources() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, |ctx, _| {
            let mirrors = ctx.settings.map(keys::MIRRORS).iter().map(|(name, _)| (name.clone(), "a mirror".to_owned()));
            let built_in =
                ["official", "proxy", "wheel", "folder", "bundle"].map(|name| (name.to_owned(), String::new()));
            mirrors.chain(built_in).collect()
        })
    })
}

/// Completes the number of a generation.
pub(crate) fn generations() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, |ctx, _| {
            let all = ctx.store.generations().unwrap_or_default();
            all.iter().rev().map(|one| (one.number.to_string(), one.toolchain.to_string())).collect()
        })
    })
}

/// Completes the id of a snapshot.
pub(crate) fn snapshots() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, |ctx, _| {
            let all = ctx.store.snapshot_ids().unwrap_or_default();
            all.iter().rev().map(|id| (id.to_string(), String::new())).collect()
        })
    })
}

/// Completes the key of a setting.
pub(crate) fn settings() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, |ctx, _| {
            let all = ctx.settings.all().iter();
            all.map(|setting| (setting.def.key.to_owned(), setting.shown().to_string())).collect()
        })
    })
}

/// Completes one of the go command's variables.
pub(crate) fn variables() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let begin = current.to_string_lossy().into_owned();
        let names = resolve::GO_VARIABLES.iter().filter(|name| name.starts_with(&begin));
        names.map(|name| CompletionCandidate::new(*name)).collect()
    })
}

/// A value with what it is.
type Described = (String, String);

/// The values that begin with the typed text. A machine whose settings cannot be read has none.
fn candidates(current: &OsStr, values: impl Fn(&Ctx, &str) -> Vec<Described>) -> Vec<CompletionCandidate> {
    let (Some(ctx), Some(begin)) = (ctx(), current.to_str()) else { return Vec::new() };
    let all = values(&ctx, begin).into_iter().filter(|(value, _)| value.starts_with(begin));
    all.enumerate()
        .map(|(index, (value, what))| {
            let help = (!what.is_empty()).then(|| what.into());
            CompletionCandidate::new(value).help(help).display_order(Some(index))
        })
        .collect()
}

fn ctx() -> Option<Ctx> {
    let sys = Sys::real();
    let settings = Settings::read(&sys, None, &[]).ok()?;
    let host = Host::this();
    let platform = Platform::from_rust(host.os, host.arch).ok()?;
    Ctx::new(sys, settings, platform, Arc::new(diag::Silent), Vec::new()).ok()
}

fn installed_of(ctx: &Ctx) -> Vec<Described> {
    let toolchains = ctx.store.installed().unwrap_or_default();
    let here = toolchains.iter().rev().filter(|one| *one.id.platform() == ctx.platform);
    here.map(|one| (one.id.version().to_string(), "installed".to_owned())).collect()
}

fn all_releases(ctx: &Ctx, begin: &str) -> Vec<Described> {
    let installed = installed_of(ctx);
    let mut known: Vec<_> = release::known_releases().chain(acquire::cached_versions(ctx, &ctx.platform)).collect();
    known.sort();
    known.dedup();
    known.reverse();
    let mut minors: Vec<Described> = known
        .iter()
        .filter(|version| version.is_stable())
        .map(|version| (version.minor().to_string(), format!("the newest go{}", version.minor())))
        .collect();
    minors.dedup();
    let words = WORDS.map(|(word, what)| (word.to_owned(), what.to_owned()));
    // Hundreds of releases are no help before a minor is typed.
    let exact = known.iter().filter(|_| begin.contains('.')).map(|version| (version.to_string(), String::new()));
    let rest = exact.filter(|(version, _)| !installed.iter().any(|(there, _)| there == version));
    words.into_iter().chain(minors).chain(installed.iter().cloned()).chain(rest).collect()
}
