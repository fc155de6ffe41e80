//! Removes and syncs whole folders.

use std::io;
use std::path::Path;

use crate::fs::{EntryKind, Fs};

impl Fs {
    /// Removes a folder and all below it, links not followed, read-only folders included.
    ///
    /// A missing one counts as removed. An interrupted removal can be continued.
    ///
    /// # Errors
    /// The first refusal of the system.
    pub fn remove_tree(&self, path: &Path) -> io::Result<()> {
        let Some(meta) = self.look(path)? else { return Ok(()) };
        if meta.kind != EntryKind::Dir {
            return match self.remove_file_if_there(path) {
                // A junction is a folder there, and is removed as one; its target stays.
                Err(_) if cfg!(windows) && meta.kind == EntryKind::Link => self.remove_dir(path),
                outcome => outcome,
            };
        }
        // The names of a read-only folder cannot be removed from it.
        if cfg!(unix) && meta.mode & 0o300 != 0o300 {
            // Somebody else may be removing it too.
            match self.set_mode(path, meta.mode | 0o700) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                other => other?,
            }
        }
        for name in self.names_if_there(path)? {
            self.remove_tree(&path.join(name))?;
        }
        match self.remove_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Syncs a whole tree: by one call if the system has one, else file by file.
    ///
    /// # Errors
    /// The first refusal of the system.
    pub fn sync_tree(&self, path: &Path) -> io::Result<()> {
        if self.sync_fs(path)? {
            return Ok(());
        }
        self.sync_each(path)
    }

    fn sync_each(&self, path: &Path) -> io::Result<()> {
        match self.look(path)?.map(|meta| meta.kind) {
            Some(EntryKind::Dir) => {
                for name in self.names(path)? {
                    self.sync_each(&path.join(name))?;
                }
                self.sync_dir(path)
            }
            Some(EntryKind::File) => self.sync_file(path),
            _ => Ok(()),
        }
    }

    /// Makes a file's bytes durable, whoever wrote them.
    ///
    /// # Errors
    /// What the system says.
    #[cfg(unix)]
    pub fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.open(path)?.sync()
    }

    /// Makes a file's bytes durable, whoever wrote them. Windows requires write access (`FlushFileBuffers`), which a
    /// read-only file does not give, so it is made writable for the moment; a running program gives none either.
    ///
    /// # Errors
    /// What the system says.
    #[cfg(windows)]
    pub fn sync_file(&self, path: &Path) -> io::Result<()> {
        let read_only = self.look(path)?.is_some_and(|meta| meta.mode & 0o200 == 0);
        if read_only {
            self.set_mode(path, 0o644)?;
        }
        let synced = self.update(path).and_then(|file| file.sync());
        if read_only {
            self.set_mode(path, 0o444)?;
        }
        synced
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_read_only_tree_is_removed_and_what_its_links_point_to_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, tree) = (Fs::real(), folder.path().join("tree"));
        let kept = folder.path().join("kept");
        fs.replace(&kept, b"kept").unwrap();
        fs.create_dirs(&tree.join("a/b")).unwrap();
        fs.replace(&tree.join("a/b/file"), b"x").unwrap();
        fs.symlink_dir(&kept, &tree.join("a/link")).unwrap();
        fs.set_mode(&tree.join("a/b/file"), 0o444).unwrap();
        fs.set_mode(&tree.join("a/b"), 0o555).unwrap();
        fs.set_mode(&tree.join("a"), 0o555).unwrap();
        fs.remove_tree(&tree).unwrap();
        assert!(fs.look(&tree).unwrap().is_none());
        assert_eq!(fs.read(&kept, 9).unwrap(), b"kept");
        fs.remove_tree(&tree).unwrap();
    }
}

#[cfg(test)]
mod tests_everywhere {
    use std::io::Write;

    use super::*;

    #[test]
    fn read_only_files_are_made_durable_and_removed_and_their_other_names_stay_read_only() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, tree, other) = (Fs::real(), folder.path().join("tree"), folder.path().join("other"));
        fs.create_dirs(&tree.join("a b")).unwrap();
        let file = tree.join("a b").join("\u{fc}");
        fs.create_new(&file, 0o444).unwrap().write_all(b"kept").unwrap();
        fs.set_mode(&tree.join("a b"), 0o555).unwrap();
        fs.sync_tree(&tree).unwrap();
        fs.sync_each(&tree).unwrap();
        assert_eq!(fs.look(&file).unwrap().unwrap().mode & 0o222, 0, "it is read-only no more");
        fs.hard_link(&file, &other).unwrap();
        fs.remove_tree(&tree).unwrap();
        assert!(fs.look(&tree).unwrap().is_none());
        assert_eq!(fs.read(&other, 9).unwrap(), b"kept");
        assert_eq!(fs.look(&other).unwrap().unwrap().mode & 0o222, 0, "its other name is read-only no more");
        fs.remove_file(&other).unwrap();
        assert!(fs.look(&other).unwrap().is_none());
    }
}
