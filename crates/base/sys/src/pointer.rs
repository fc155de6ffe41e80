//! A pointer: a name that points at a folder and whose target can be changed in one step.
//!
//! It is a symbolic link if the system has them. On Windows a user may not make them, and a rename cannot replace a
//! junction; there it is a small file with the path, which every reader reads through [`Fs::pointed_at`]. In both cases
//! the step is one rename, and a reader finds the old target or the new one at any instant.

use std::io;
use std::path::{Path, PathBuf};

use crate::fs::{EntryKind, Fs, retry_sharing_violation};

/// The largest pointer file, in bytes: the longest path of Windows (32,767 units of UTF-16, three bytes each).
const POINTER_BYTES_MAX: u64 = 100_000;

impl Fs {
    /// The same files, with pointers as files instead of links: as on Windows.
    #[must_use]
    pub fn with_pointer_files(mut self) -> Fs {
        self.pointers_are_files = true;
        self
    }

    /// Whether a pointer is a symbolic link, so that a path can go through it.
    pub fn pointers_are_links(&self) -> bool {
        !self.pointers_are_files
    }

    /// Changes the target of a pointer in one step, durably.
    ///
    /// # Errors
    /// What the system says, or that the target's path is not UTF-8 if a file has to contain it. The pointer is then
    /// unchanged.
    pub fn point(&self, target: &Path, pointer: &Path) -> io::Result<()> {
        if self.pointers_are_links() {
            return self.replace_link(target, pointer);
        }
        let text = target.to_str().filter(|text| !text.contains(['\r', '\n', '\0']));
        let text = text.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a path that is no line of text"))?;
        self.replace(pointer, format!("{text}\n").as_bytes())
    }

    /// The target of a pointer, unresolved; `None` if it does not exist or is not a pointer.
    ///
    /// # Errors
    /// What the system says.
    pub fn pointed_at(&self, pointer: &Path) -> io::Result<Option<PathBuf>> {
        let kind = self.look(pointer)?.map(|meta| meta.kind);
        if self.pointers_are_links() {
            return if kind == Some(EntryKind::Link) { self.read_link(pointer).map(Some) } else { Ok(None) };
        }
        if kind != Some(EntryKind::File) {
            return Ok(None);
        }
        // Windows can refuse the read at the moment of the replacement.
        let bytes = retry_sharing_violation(|| self.read(pointer, POINTER_BYTES_MAX))?;
        // A line without an end is truncated.
        let line = bytes.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok());
        Ok(line.filter(|line| !line.is_empty() && !line.contains(['\r', '\n', '\0'])).map(PathBuf::from))
    }

    /// Makes a path that other programs can follow to a folder: a symbolic link, on Windows a junction. Returns whether
    /// it resolves to the folder. Wine reports success without creating the junction, so the result is read back.
    ///
    /// Replaces an existing path of this kind; for a moment there is none.
    ///
    /// # Errors
    /// What the system says, if the existing entry cannot be removed or is of another kind.
    pub fn make_folder_link(&self, target: &Path, path: &Path) -> io::Result<bool> {
        match self.look(path)?.map(|meta| meta.kind) {
            None => {}
            Some(EntryKind::Link) if self.resolves_to(target, path) => return Ok(true),
            Some(EntryKind::Link) if cfg!(windows) => self.remove_dir(path)?,
            Some(EntryKind::Link) => self.remove_file(path)?,
            Some(_) => return Err(io::Error::from(io::ErrorKind::AlreadyExists)),
        }
        #[cfg(unix)]
        self.symlink_dir(target, path)?;
        #[cfg(windows)]
        if self.junction(target, path).is_err() {
            // A junction begins as an empty folder, which must not count as another program's.
            let _ = self.remove_dir(path);
            return Ok(false);
        }
        Ok(self.resolves_to(target, path))
    }

    fn resolves_to(&self, target: &Path, path: &Path) -> bool {
        matches!((self.resolve(path), self.resolve(target)), (Ok(a), Ok(b)) if a == b)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::FailAt;

    fn both() -> [Fs; 2] {
        [Fs::real(), Fs::real().with_pointer_files()]
    }

    #[test]
    fn a_pointer_points_where_it_was_last_pointed_and_leaves_nothing_beside_it() {
        for fs in both() {
            let folder = tempfile::tempdir().unwrap();
            let pointer = folder.path().join("current \u{fc}");
            assert_eq!(fs.pointed_at(&pointer).unwrap(), None);
            fs.point(Path::new("sets/1"), &pointer).unwrap();
            fs.point(Path::new("sets/2"), &pointer).unwrap();
            assert_eq!(fs.pointed_at(&pointer).unwrap().unwrap(), Path::new("sets/2"));
            assert_eq!(fs.names(folder.path()).unwrap().len(), 1);
            fs.create_dir(&folder.path().join("d")).unwrap();
            assert_eq!(fs.pointed_at(&folder.path().join("d")).unwrap(), None);
        }
    }

    #[test]
    fn a_pointer_is_old_or_new_whatever_operation_fails() {
        for fs in both() {
            let folder = tempfile::tempdir().unwrap();
            let pointer = folder.path().join("current");
            for nth in 1.. {
                fs.point(Path::new("old"), &pointer).unwrap();
                let mut faulty = Fs::faulty(Arc::new(FailAt::from(nth, io::ErrorKind::StorageFull).once()));
                if !fs.pointers_are_links() {
                    faulty = faulty.with_pointer_files();
                }
                let outcome = faulty.point(Path::new("new"), &pointer);
                let found = fs.pointed_at(&pointer).unwrap().unwrap();
                assert!(found == Path::new("old") || found == Path::new("new"), "after {nth}: {}", found.display());
                assert_eq!(fs.names(folder.path()).unwrap().len(), 1, "a neighbour was left after {nth}");
                if outcome.is_ok() {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_pointer_file_that_was_cut_short_points_nowhere() {
        let fs = Fs::real().with_pointer_files();
        let folder = tempfile::tempdir().unwrap();
        let pointer = folder.path().join("current");
        for text in ["", "\n", "sets/1", "a\nb\n", "a\0b\n"] {
            fs.replace(&pointer, text.as_bytes()).unwrap();
            assert_eq!(fs.pointed_at(&pointer).unwrap(), None, "{text:?}");
        }
    }

    #[test]
    fn a_path_leads_there_or_is_said_not_to() {
        let fs = Fs::real();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("default");
        for name in ["one", "two"] {
            let target = folder.path().join(name);
            fs.create_dirs(&target.join("bin")).unwrap();
            let leads = fs.make_folder_link(&target, &path).unwrap();
            assert_eq!(leads, fs.follow(&path.join("bin")).unwrap().is_some(), "it was not looked at");
            assert!(leads || cfg!(windows), "a link was not made");
        }
        fs.create_dirs(&folder.path().join("kept")).unwrap();
        fs.make_folder_link(&folder.path().join("one"), &folder.path().join("kept")).unwrap_err();
    }
}
