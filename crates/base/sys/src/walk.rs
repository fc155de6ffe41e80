//! Reads trees that somebody may have changed: follows no link and waits for no pipe.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use crate::file::File;
use crate::foreign::{Foreign, Refusal};
use crate::fs::{EntryKind, Fs, Meta};

impl Fs {
    /// The names in a folder with the kind of each, links not followed, sorted by name.
    ///
    /// Needs no `lstat` for each entry if the system returns the kinds with the names.
    ///
    /// # Errors
    /// What the system says.
    pub fn entries(&self, folder: &Path) -> io::Result<Vec<(OsString, EntryKind)>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            entries.push((entry.file_name(), EntryKind::of(entry.file_type()?)));
        }
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(entries)
    }

    /// Opens a regular file for reading, and returns its metadata.
    ///
    /// Follows no link and waits for no pipe: anything but a regular file is an error of kind `InvalidInput`.
    ///
    /// # Errors
    /// This error, or what the system says.
    pub fn open_regular(&self, path: &Path) -> io::Result<(File, Meta)> {
        self.open_foreign(path, &Foreign::at_most(u64::MAX).no_link()).map_err(|error| match Refusal::of(&error) {
            Some(Refusal::Folder) => io::Error::new(io::ErrorKind::InvalidInput, Refusal::Folder),
            _ => error,
        })
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn links_folders_and_pipes_are_told_from_files_and_never_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, at) = (Fs::real(), folder.path());
        fs.replace(&at.join("file"), b"x").unwrap();
        fs.create_dir(&at.join("folder")).unwrap();
        fs.symlink_dir(Path::new("file"), &at.join("link")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(at.join("pipe")).status();
        let entries = fs.entries(at).unwrap();
        let kind = |name: &str| entries.iter().find(|(found, _)| found == name).map(|(_, kind)| *kind);
        assert_eq!(kind("file"), Some(EntryKind::File));
        assert_eq!(kind("folder"), Some(EntryKind::Dir));
        assert_eq!(kind("link"), Some(EntryKind::Link));
        let (mut file, meta) = fs.open_regular(&at.join("file")).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), meta.bytes), ("x", 1));
        for name in ["folder", "link"] {
            let refused = fs.open_regular(&at.join(name)).err().unwrap();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput, "{name}");
        }
        if made.is_ok_and(|status| status.success()) {
            assert_eq!(kind("pipe"), Some(EntryKind::Other));
            assert_eq!(fs.open_regular(&at.join("pipe")).err().unwrap().kind(), io::ErrorKind::InvalidInput);
        }
        assert_eq!(fs.open_regular(&at.join("none")).err().unwrap().kind(), io::ErrorKind::NotFound);
    }
}
