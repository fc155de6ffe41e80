//! Learns that a file of some name has changed in one of some folders, without asking all the time.
//!
//! The system reports changes (inotify, kqueue, ReadDirectoryChangesW; the crate `notify`). It has a number of watches for
//! each user, and editors and builds use them up; then, and where a folder cannot be watched, the folders' files are looked
//! at once a second ([`WatchMode::Polls`]). Folders are watched and not files, since a file that is replaced by a rename is
//! another file.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::{Bell, Fs};

/// How often the files are looked at where they cannot be watched.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// How many names of one folder are looked at.
const NAMES_MAX: usize = 10_000;

/// How changes are noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchMode {
    /// The system reports them.
    Reports,
    /// The files are looked at once a second.
    Polls {
        /// Why, in the system's words.
        why: String,
    },
}

/// A watch over files by name in some folders. It ends with this value.
#[derive(Debug)]
pub struct Watch {
    changed: Arc<AtomicBool>,
    mode: WatchMode,
    /// It reports as long as it lives.
    _watcher: Option<RecommendedWatcher>,
    /// For polling: what is watched and what was there.
    wanted: BTreeMap<PathBuf, BTreeSet<OsString>>,
    seen: Vec<Seen>,
}

/// A file as it was: its length, its time, which file it is, and what it is a link to.
type Seen = Option<(u64, u64, Option<(u64, u64)>, Option<PathBuf>)>;

impl Watch {
    /// Watches files of these names in these folders, or all of a folder without names; a change rings the bell. A folder
    /// that does not exist is not watched.
    pub fn over(fs: &Fs, wanted: BTreeMap<PathBuf, BTreeSet<OsString>>, bell: &Bell) -> Watch {
        let changed = Arc::new(AtomicBool::new(false));
        let watcher = reported(fs, &wanted, &changed, bell);
        let (watcher, mode) = match watcher {
            Ok(watcher) => (Some(watcher), WatchMode::Reports),
            Err(error) => (None, WatchMode::Polls { why: error.to_string() }),
        };
        let mut watch = Watch { changed, mode, _watcher: watcher, wanted, seen: Vec::new() };
        watch.seen = watch.look(fs);
        watch
    }

    /// How changes are noticed.
    pub fn mode(&self) -> &WatchMode {
        &self.mode
    }

    /// The longest wait until [`Watch::has_changed`] should be asked again; none if the bell rings.
    pub fn interval(&self) -> Option<Duration> {
        match self.mode {
            WatchMode::Reports => None,
            WatchMode::Polls { .. } => Some(POLL_INTERVAL),
        }
    }

    /// Whether one of the files has changed since the last call.
    pub fn has_changed(&mut self, fs: &Fs) -> bool {
        if self.mode == WatchMode::Reports {
            return self.changed.swap(false, Ordering::SeqCst);
        }
        let now = self.look(fs);
        let has_changed = now != self.seen;
        self.seen = now;
        has_changed
    }

    fn look(&self, fs: &Fs) -> Vec<Seen> {
        let inside = |(folder, names): (&PathBuf, &BTreeSet<OsString>)| -> Vec<PathBuf> {
            let all = names.is_empty().then(|| fs.names_if_there(folder).unwrap_or_default());
            let names = all.unwrap_or_default().into_iter().take(NAMES_MAX).chain(names.iter().cloned());
            names.map(|name| folder.join(name)).collect()
        };
        let files = self.wanted.iter().flat_map(inside);
        let look = |path: PathBuf| {
            let meta = fs.look(&path).ok()??;
            Some((meta.bytes, meta.modified_unix_nanos, meta.identity, fs.read_link(&path).ok()))
        };
        files.map(look).collect()
    }
}

fn reported(
    fs: &Fs,
    wanted: &BTreeMap<PathBuf, BTreeSet<OsString>>,
    changed: &Arc<AtomicBool>,
    bell: &Bell,
) -> notify::Result<RecommendedWatcher> {
    let (changed, bell, all) = (changed.clone(), bell.clone(), wanted.clone());
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // A queue that ran over, or an error: something may have changed.
        let counts = match &event {
            Ok(event) => {
                event.need_rescan() || (is_change(event) && event.paths.iter().any(|path| is_wanted(path, &all)))
            }
            Err(_) => true,
        };
        if counts {
            changed.store(true, Ordering::SeqCst);
            bell.ring();
        }
    })?;
    for folder in wanted.keys() {
        // A missing folder can come: then a folder above it, which is watched as well, has the files that count.
        if fs.follow(folder).ok().flatten().is_some() {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
    }
    Ok(watcher)
}

fn is_change(event: &notify::Event) -> bool {
    !matches!(event.kind, notify::EventKind::Access(_))
}

/// Whether the path is one of those that count. kqueue reports the folder alone.
fn is_wanted(path: &Path, wanted: &BTreeMap<PathBuf, BTreeSet<OsString>>) -> bool {
    let folder_counts = cfg!(not(any(target_os = "linux", windows))) && wanted.contains_key(path);
    let names = path.parent().and_then(|folder| wanted.get(folder));
    let is_named =
        names.is_some_and(|names| names.is_empty() || path.file_name().is_some_and(|name| names.contains(name)));
    folder_counts || is_named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(folder: &Path) -> BTreeMap<PathBuf, BTreeSet<OsString>> {
        BTreeMap::from([(folder.to_owned(), BTreeSet::from([OsString::from("current")]))])
    }

    #[test]
    fn a_replaced_file_rings_and_another_one_does_not_count() {
        let (fs, folder, bell) = (Fs::real(), tempfile::tempdir().unwrap(), Bell::new());
        let folder = folder.path().canonicalize().unwrap();
        let mut watch = Watch::over(&fs, wanted(&folder), &bell);
        assert!(!watch.has_changed(&fs));
        for _ in 0..2 {
            fs.replace(&folder.join("current"), b"generations/2").unwrap();
            // Bounded: a bell that does not ring fails below.
            bell.wait(Duration::from_secs(20));
            assert!(watch.has_changed(&fs), "{:?}", watch.mode());
            std::thread::sleep(Duration::from_millis(100));
            watch.has_changed(&fs);
        }
        #[cfg(target_os = "linux")]
        {
            fs.replace(&folder.join("another"), b"").unwrap();
            std::thread::sleep(Duration::from_millis(100));
            assert!(!watch.has_changed(&fs));
        }
    }

    #[test]
    fn files_that_are_polled_are_compared() {
        let (fs, folder, bell) = (Fs::real(), tempfile::tempdir().unwrap(), Bell::new());
        let mut watch = Watch::over(&fs, wanted(folder.path()), &bell);
        watch.mode = WatchMode::Polls { why: "a test".to_owned() };
        assert_eq!(watch.interval(), Some(POLL_INTERVAL));
        assert!(!watch.has_changed(&fs));
        fs.replace(&folder.path().join("current"), b"generations/2").unwrap();
        assert!(watch.has_changed(&fs) && !watch.has_changed(&fs));
        fs.replace(&folder.path().join("current"), b"generations/10").unwrap();
        assert!(watch.has_changed(&fs));
        fs.remove_file(&folder.path().join("current")).unwrap();
        assert!(watch.has_changed(&fs) && !watch.has_changed(&fs));
    }
}
