//! An empty private folder for a program that goward starts for itself.
//!
//! Many programs read files of their working folder: Python modules, pip settings, the go command a project. In the
//! user's folder these would be files of a repository.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{EntryKind, Fs};

/// How often a new name is tried; names contain this process's number, so only a name that a dead process left can
/// exist.
const TRIES_MAX: u32 = 16;
/// A folder older than this belongs to a dead process: no program that goward waits for may take longer than a day.
const AGE_SECONDS_MAX: u64 = 2 * 86_400;
/// How many old folders are removed at once, to bound the time.
const SWEPT_MAX: usize = 64;

/// A new, empty, private folder. It is removed after the program's run; one of a dead process is removed when another
/// is made, two days later.
#[derive(Debug)]
pub struct EmptyFolder {
    path: PathBuf,
}

impl EmptyFolder {
    /// Makes one in this folder, which is made too if missing, also private.
    ///
    /// # Errors
    /// What the system says.
    pub fn make(fs: &Fs, parent: &Path, now_unix_seconds: u64) -> io::Result<EmptyFolder> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if let Some(above) = parent.parent() {
            fs.create_dirs(above)?;
        }
        fs.create_private_dirs(parent)?;
        if fs.look(parent)?.is_none_or(|meta| meta.kind != EntryKind::Dir) {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, format!("{} is no folder", parent.display())));
        }
        sweep(fs, parent, now_unix_seconds);
        for _ in 0..TRIES_MAX {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("{}-{now_unix_seconds}-{count}", std::process::id()));
            match fs.create_private_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made.map(|()| EmptyFolder { path }),
            }
        }
        Err(io::Error::from(io::ErrorKind::AlreadyExists))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it with the program's files. A later call removes what cannot be removed now.
    pub fn remove(self, fs: &Fs) {
        let _ = fs.remove_tree(&self.path);
    }
}

/// Removes what dead processes have left. It is a courtesy: what cannot be removed stays.
fn sweep(fs: &Fs, parent: &Path, now_unix_seconds: u64) {
    for name in fs.names_if_there(parent).unwrap_or_default().into_iter().take(SWEPT_MAX) {
        let path = parent.join(name);
        let changed = fs.look(&path).ok().flatten().map(|meta| meta.modified_unix_seconds);
        if changed.is_some_and(|changed| changed + AGE_SECONDS_MAX < now_unix_seconds) {
            let _ = fs.remove_tree(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_empty_and_its_owners_alone_and_old_ones_go() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, parent) = (Fs::real(), folder.path().join("a b/work"));
        let now = fs.look(folder.path()).unwrap().unwrap().modified_unix_seconds;
        let first = EmptyFolder::make(&fs, &parent, now).unwrap();
        let second = EmptyFolder::make(&fs, &parent, now).unwrap();
        assert_ne!(first.path(), second.path());
        for empty in [&first, &second] {
            assert!(fs.names(empty.path()).unwrap().is_empty());
            #[cfg(unix)]
            assert_eq!(fs.look(empty.path()).unwrap().unwrap().mode & 0o777, 0o700);
        }
        #[cfg(unix)]
        assert_eq!(fs.look(&parent).unwrap().unwrap().mode & 0o777, 0o700);
        fs.replace(&first.path().join("left"), b"x").unwrap();
        first.remove(&fs);
        assert_eq!(fs.names(&parent).unwrap().len(), 1);
        let third = EmptyFolder::make(&fs, &parent, now + AGE_SECONDS_MAX + 100).unwrap();
        assert_eq!(fs.names(&parent).unwrap(), [third.path().file_name().unwrap()]);
    }
}
