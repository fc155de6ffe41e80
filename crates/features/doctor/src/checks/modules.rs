//! The module cache against go.sum: every module that both have, file by file, offline.
//!
//! `go mod verify` compares the cache with hashes that are in the cache; this compares it with go.sum, which is in the
//! repository. A module has a folder and a zip, each with the `h1:` hash of go.sum, and a go.mod with its own. Where a
//! folder differs and the zip is good, the zip says which files differ. Sources: cmd/go/internal/modcmd/verify.go, and
//! cmd/go/internal/modfetch/cache.go for the names in the cache.
//!
//! The cache is foreign: a link or a device in a module is a finding and is never followed, and every length is bounded.
//! The modules are hashed in parallel. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use archive::{HASH_CHUNK_BYTES, hash_reader, hash_zip};
use release::Digest;
use sys::{EntryKind, Foreign, Sys};
use trust::H1;

use crate::finding::Finding;
use crate::inputs::Inputs;
use crate::limits::{
    ENTRIES_NAMED_MAX, GO_MOD_BYTES_MAX, MODULE_BYTES_MAX, MODULE_DEPTH_MAX, MODULE_FILES_MAX, MODULES_MAX,
    SUM_BYTES_MAX,
};

/// A module of go.sum.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Module {
    path: String,
    version: String,
}

/// The hashes that go.sum has of a module: of its files, and of its go.mod.
#[derive(Debug, Clone, Default)]
struct Sums {
    files: Option<H1>,
    go_mod: Option<H1>,
}

/// What came of a module.
enum Compared {
    /// All of it that is in the cache is right; false if nothing of it is there.
    Good { is_there: bool },
    /// Something differs.
    Differs { what: String, place: PathBuf },
    /// It could not be compared.
    Unreadable { what: String, place: PathBuf },
}

pub(super) fn run(context: &Inputs) -> Vec<Finding> {
    let sys = &context.ctx.sys;
    let unchecked = |what: String| {
        let why = "go.sum says what the modules must be; without it there is nothing to compare with";
        vec![Finding::note("modcache-unchecked", what, why, "run it in the folder of a project")]
    };
    let Some(cache) = cache(context) else { return unchecked("no module cache is known".to_owned()) };
    let files = sum_files(sys);
    if files.is_empty() {
        return unchecked(format!("there is no go.sum in `{}` or above it", sys.env().folder().display()));
    }
    let mut sums = BTreeMap::new();
    let mut findings = Vec::new();
    for path in &files {
        match sys.fs().read(path, SUM_BYTES_MAX) {
            Ok(bytes) => parse(&String::from_utf8_lossy(&bytes), &mut sums),
            Err(error) => {
                let what = format!("`{}` cannot be read: {error}", path.display());
                findings.push(unreadable(what, path));
            }
        }
    }
    let (mut good, mut absent) = (0_usize, 0_usize);
    for (module, compared) in compare_all(sys, &cache, &sums) {
        match compared {
            Compared::Good { is_there: true } => good += 1,
            Compared::Good { is_there: false } => absent += 1,
            Compared::Differs { what, place } => {
                let what =
                    format!("{}@{} in the module cache is not what go.sum says: {what}", module.path, module.version);
                let why = "a build takes the folder as it is: whoever changed it is in your program";
                let fix = format!(
                    "`chmod -R u+w {0} && rm -r {0}`; the go command downloads it again, and checks that",
                    place.display()
                );
                findings.push(Finding::problem("modcache-poisoned", what, why, fix).at(&place, None));
            }
            Compared::Unreadable { what, place } => {
                findings.push(unreadable(format!("{}@{}: {what}", module.path, module.version), &place));
            }
        }
    }
    let what = format!(
        "{good} of {} modules of go.sum are in the module cache as they should be, {absent} are not in it",
        sums.len()
    );
    let why = "each folder, zip and go.mod was hashed and compared with go.sum, without a network";
    findings.push(Finding::note("modcache-checked", what, why, "nothing is to do"));
    findings
}

fn unreadable(what: String, place: &Path) -> Finding {
    let why = "what cannot be read cannot be compared, and the go command may read it otherwise";
    Finding::problem("modcache-unreadable", what, why, "see who owns it, and remove it from the cache").at(place, None)
}

/// The module cache under the chosen toolchain; without one, that of the environment or of the default GOPATH.
fn cache(context: &Inputs) -> Option<PathBuf> {
    let env = context.ctx.sys.env();
    let known = context.env.as_ref().and_then(|env| env.variable("GOMODCACHE")?.value.clone()).map(PathBuf::from);
    let gopath = || {
        let set = env.var("GOPATH").and_then(|value| std::env::split_paths(value).next());
        set.or_else(|| Some(env.home()?.join("go"))).map(|gopath| gopath.join("pkg").join("mod"))
    };
    known.or_else(|| env.path_var("GOMODCACHE")).or_else(gopath).filter(|path| path.is_absolute())
}

/// The go.sum of the module here, and the go.work.sum of the workspace.
fn sum_files(sys: &Sys) -> Vec<PathBuf> {
    let has = |path: &Path| sys.fs().look(path).is_ok_and(|meta| meta.is_some());
    let folders: Vec<&Path> = sys.env().folder().ancestors().take(context::FOLDERS_MAX).collect();
    let beside = |marker: &str, name: &str| {
        let folder = folders.iter().find(|folder| has(&folder.join(marker)))?;
        Some(folder.join(name)).filter(|path| has(path))
    };
    [beside("go.mod", "go.sum"), beside("go.work", "go.work.sum")].into_iter().flatten().collect()
}

/// Adds the lines of a go.sum; what is no entry is left to the go command, which refuses it.
fn parse(text: &str, sums: &mut BTreeMap<Module, Sums>) {
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(path), Some(version), Some(hash)) = (words.next(), words.next(), words.next()) else { continue };
        let Ok(hash) = hash.parse::<H1>() else { continue };
        let (version, is_go_mod) = match version.strip_suffix("/go.mod") {
            Some(version) => (version, true),
            None => (version, false),
        };
        let module = Module { path: path.to_owned(), version: version.to_owned() };
        if sums.len() >= MODULES_MAX && !sums.contains_key(&module) {
            return;
        }
        let sums = sums.entry(module).or_default();
        match is_go_mod {
            true => sums.go_mod = Some(hash),
            false => sums.files = Some(hash),
        }
    }
}

/// Compares every module, on as many threads as there are processors. The result is in the order of go.sum.
fn compare_all(sys: &Sys, cache: &Path, sums: &BTreeMap<Module, Sums>) -> Vec<(Module, Compared)> {
    let modules: Vec<(&Module, &Sums)> = sums.iter().collect();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(modules.len()));
    std::thread::scope(|scope| {
        for _ in 0..sys::cpu_count().min(modules.len()) {
            scope.spawn(|| {
                let mut buffer = vec![0; HASH_CHUNK_BYTES];
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((module, sums)) = modules.get(index) else { return };
                    let compared = compare(sys, cache, module, sums, &mut buffer);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, compared));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().filter_map(|(index, compared)| Some((modules.get(index)?.0.clone(), compared))).collect()
}

/// A name in the cache: a capital letter is `!` and the small one (golang.org/x/mod/module, `EscapePath`). None for a
/// name that the go command refuses, which may lead out of the cache.
fn escaped(name: &str) -> Option<String> {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let fits = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~' | '/' | '+' | '=' | '@')
    };
    if !name.chars().all(fits) || !name.split('/').all(is_plain) {
        return None;
    }
    let mut text = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            text.push('!');
        }
        text.push(character.to_ascii_lowercase());
    }
    Some(text)
}

fn compare(sys: &Sys, cache: &Path, module: &Module, sums: &Sums, buffer: &mut [u8]) -> Compared {
    let (Some(path), Some(version)) =
        (escaped(&module.path), escaped(&module.version).filter(|one| !one.contains('/')))
    else {
        return Compared::Good { is_there: false };
    };
    let below = |start: PathBuf, name: &str| name.split('/').fold(start, |path, part| path.join(part));
    let downloads = below(cache.join("cache").join("download"), &path).join("@v");
    let mut is_there = false;
    if let Some(expected) = &sums.go_mod {
        let place = downloads.join(format!("{version}.mod"));
        match go_mod(sys, &place) {
            Ok(None) => {}
            Ok(Some(found)) if found == *expected => is_there = true,
            Ok(Some(_)) => return Compared::Differs { what: "its go.mod was changed".to_owned(), place },
            Err(what) => return Compared::Unreadable { what, place },
        }
    }
    let Some(expected) = &sums.files else { return Compared::Good { is_there } };
    let prefix = format!("{}@{}/", module.path, module.version);
    let zip_place = downloads.join(format!("{version}.zip"));
    let zip = match zip(sys, &zip_place) {
        Ok(zip) => zip,
        Err(what) => return Compared::Unreadable { what, place: zip_place },
    };
    let zip_is_good = zip.as_ref().map(|files| trust::h1("", names(files)).is_ok_and(|hash| hash == *expected));
    let folder = below(cache.to_owned(), &format!("{path}@{version}"));
    match tree(sys, &folder, buffer) {
        Ok(None) => {}
        Err(Stop::Unreadable(what)) => return Compared::Unreadable { what, place: folder },
        Err(Stop::Odd(what)) => return Compared::Differs { what, place: folder },
        Ok(Some(files)) => {
            is_there = true;
            if !trust::h1(&prefix, names(&files)).is_ok_and(|hash| hash == *expected) {
                let what = match (&zip, zip_is_good) {
                    (Some(zip), Some(true)) => differences(&files, zip, &prefix),
                    _ => "its folder was changed, and no good zip is there to say which file".to_owned(),
                };
                return Compared::Differs { what, place: folder };
            }
        }
    }
    if zip_is_good == Some(false) {
        return Compared::Differs { what: "its zip was changed".to_owned(), place: zip_place };
    }
    Compared::Good { is_there: is_there || zip_is_good == Some(true) }
}

/// Files by their names.
type Files = BTreeMap<String, Digest>;

fn names(files: &Files) -> impl Iterator<Item = (&str, &Digest)> {
    files.iter().map(|(name, digest)| (name.as_str(), digest))
}

/// The files of a folder that its zip has otherwise.
fn differences(folder: &Files, zip: &Files, prefix: &str) -> String {
    let of_zip: Files =
        zip.iter().filter_map(|(name, digest)| Some((name.strip_prefix(prefix)?.to_owned(), *digest))).collect();
    let all: BTreeSet<&String> = folder.keys().chain(of_zip.keys()).collect();
    let told = |name: &&String| match (folder.get(*name), of_zip.get(*name)) {
        (Some(one), Some(other)) if one == other => None,
        (Some(_), Some(_)) => Some(format!("`{name}` was changed")),
        (Some(_), None) => Some(format!("`{name}` was added")),
        (None, _) => Some(format!("`{name}` is missing")),
    };
    let told: Vec<String> = all.iter().filter_map(told).collect();
    let mut text = told.iter().take(ENTRIES_NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    if told.len() > ENTRIES_NAMED_MAX {
        text.push_str(&format!(", and {} more", told.len() - ENTRIES_NAMED_MAX));
    }
    text
}

fn go_mod(sys: &Sys, path: &Path) -> Result<Option<H1>, String> {
    match sys.fs().read_if_there(path, GO_MOD_BYTES_MAX) {
        Ok(None) => Ok(None),
        Ok(Some(bytes)) => {
            let digest = Digest::of(&bytes);
            trust::h1("", [("go.mod", &digest)]).map(Some).map_err(|error| diag::error_chain(&error))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// The files of a zip; none if it is not there.
fn zip(sys: &Sys, path: &Path) -> Result<Option<Files>, String> {
    let asked = Foreign::at_most(MODULE_BYTES_MAX).no_link();
    let file = match sys.fs().open_foreign(path, &asked) {
        Ok((file, _)) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let limits = archive::Limits {
        bytes_total_max: MODULE_BYTES_MAX,
        file_bytes_max: MODULE_BYTES_MAX,
        ..archive::Limits::default()
    };
    let hashed = hash_zip(&file, &limits, sys.interrupt()).map_err(|error| diag::error_chain(&error))?;
    Ok(Some(hashed.into_iter().map(|entry| (entry.name, entry.sha256)).collect()))
}

/// Why a folder has no list of files.
enum Stop {
    /// It has something that no module has.
    Odd(String),
    /// The system refuses.
    Unreadable(String),
}

/// The files of a module's folder; none if it is not there.
fn tree(sys: &Sys, folder: &Path, buffer: &mut [u8]) -> Result<Option<Files>, Stop> {
    match sys.fs().look(folder) {
        Ok(None) => return Ok(None),
        Ok(Some(meta)) if meta.kind == EntryKind::Dir => {}
        Ok(Some(_)) => return Err(Stop::Odd("its folder is a link or a file".to_owned())),
        Err(error) => return Err(Stop::Unreadable(error.to_string())),
    }
    let mut files = Files::new();
    let (mut open, mut entries, mut bytes_left) = (vec![(folder.to_owned(), String::new(), 0)], 0, MODULE_BYTES_MAX);
    while let Some((at, below, depth)) = open.pop() {
        if depth > MODULE_DEPTH_MAX {
            return Err(Stop::Odd(format!("`{below}` is deeper than {MODULE_DEPTH_MAX} folders")));
        }
        for (name, kind) in sys.fs().entries(&at).map_err(|error| Stop::Unreadable(error.to_string()))? {
            entries += 1;
            if entries > MODULE_FILES_MAX {
                return Err(Stop::Odd(format!("it has more than {MODULE_FILES_MAX} files")));
            }
            let text = name.to_str().ok_or_else(|| Stop::Odd(format!("`{below}` has a name that is not Unicode")))?;
            let below = format!("{below}{text}");
            match kind {
                EntryKind::Dir => open.push((at.join(&name), format!("{below}/"), depth + 1)),
                EntryKind::File => {
                    let digest = file(sys, &at.join(&name), &mut bytes_left, buffer)?;
                    files.insert(below, digest);
                }
                EntryKind::Link | EntryKind::Other => {
                    return Err(Stop::Odd(format!("`{below}` is {}, and no module has one", kind.noun())));
                }
            }
        }
    }
    Ok(Some(files))
}

fn file(sys: &Sys, path: &Path, bytes_left: &mut u64, buffer: &mut [u8]) -> Result<Digest, Stop> {
    let asked = Foreign::at_most(*bytes_left).no_link();
    let failed = |error: std::io::Error| match sys::Refusal::of(&error) {
        Some(refusal) => Stop::Odd(format!("`{}`: {refusal}", path.display())),
        None => Stop::Unreadable(format!("`{}`: {error}", path.display())),
    };
    let (file, _) = sys.fs().open_foreign(path, &asked).map_err(failed)?;
    let mut bounded = std::io::Read::take(file, bytes_left.saturating_add(1));
    let hashed = hash_reader(&mut bounded, sys.interrupt(), buffer, |_| Ok(())).map_err(failed)?;
    *bytes_left = bytes_left.saturating_sub(hashed.bytes);
    Ok(hashed.sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_as_in_the_cache_and_none_leads_out_of_it() {
        assert_eq!(escaped("github.com/BurntSushi/toml").as_deref(), Some("github.com/!burnt!sushi/toml"));
        assert_eq!(escaped("v1.0.0-RC1").as_deref(), Some("v1.0.0-!r!c1"));
        for odd in ["../x", "a//b", "/a", "a/./b", "a\\b", "a\u{1b}b", "", "c:/x"] {
            assert_eq!(escaped(odd), None, "{odd}");
        }
    }
}
