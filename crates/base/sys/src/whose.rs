//! The owners of a file, and a read that checks them.

use std::io::{self, Read};
use std::path::Path;

use crate::foreign::{Foreign, Refusal};
use crate::fs::{EntryKind, Fs, Meta};

impl Fs {
    /// The owners of the last `depth` components of a path: of each component itself, and of its target if it is a
    /// link. Any other user can neither have written the file nor have replaced it. Empty if the system has no owners,
    /// and if the path does not exist; a dangling link has only its own owner.
    ///
    /// # Errors
    /// What the system says.
    pub fn owners(&self, path: &Path, depth: usize) -> io::Result<Vec<u32>> {
        let mut owners = Vec::new();
        for part in path.ancestors().take(depth) {
            let Some(meta) = self.look(part)? else { continue };
            owners.extend(meta.owner);
            if meta.kind == EntryKind::Link {
                owners.extend(self.follow(part).ok().flatten().and_then(|meta| meta.owner));
            }
        }
        Ok(owners)
    }

    /// Reads at most so many bytes from the start of the regular file of this metadata (links followed), and of no
    /// other: it does not wait for a pipe or a device that has replaced the file since, and the bytes belong to the
    /// owner of the metadata.
    ///
    /// # Errors
    /// `InvalidData` if it is another file now; what the system says.
    pub fn read_head_of(&self, path: &Path, looked_at: &Meta, bytes_max: u64) -> io::Result<Vec<u8>> {
        let another = || io::Error::new(io::ErrorKind::InvalidData, "another file was put in its place just now");
        let asked = Foreign::at_most(u64::MAX).as_looked_at(looked_at);
        let opened = self.open_foreign(path, &asked);
        let (file, opened) = opened.map_err(|error| if Refusal::of(&error).is_some() { another() } else { error })?;
        if opened.owner != looked_at.owner {
            return Err(another());
        }
        let mut bytes = Vec::new();
        file.inner.take(bytes_max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test makes its own files and may panic")]

    use super::*;

    #[test]
    fn every_link_and_folder_on_the_way_has_its_owner_told() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("real")).unwrap();
        std::fs::write(at("real/file"), "x").unwrap();
        std::os::unix::fs::symlink("real", at("link")).unwrap();
        let fs = Fs::real();
        let me = fs.look(folder.path()).unwrap().unwrap().owner.unwrap();
        assert_eq!(fs.owners(&at("real/file"), 1).unwrap(), [me]);
        assert_eq!(fs.owners(&at("link/file"), 2).unwrap(), [me; 3]);
        assert_eq!(fs.owners(&at("none"), 1).unwrap(), [0; 0]);
    }

    #[test]
    fn only_the_file_that_was_looked_at_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("one"), "one").unwrap();
        std::fs::write(at("two"), "two").unwrap();
        let fs = Fs::real();
        let one = fs.follow(&at("one")).unwrap().unwrap();
        assert_eq!(fs.read_head_of(&at("one"), &one, 2).unwrap(), b"on");
        std::fs::rename(at("two"), at("one")).unwrap();
        assert_eq!(fs.read_head_of(&at("one"), &one, 9).unwrap_err().kind(), io::ErrorKind::InvalidData);
        // rustix makes no pipes on macOS.
        #[cfg(not(target_os = "macos"))]
        {
            // Opening a pipe without a writer would wait.
            std::fs::remove_file(at("one")).unwrap();
            rustix::fs::mknodat(
                rustix::fs::CWD,
                at("one"),
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
                0,
            )
            .unwrap();
            assert_eq!(fs.read_head_of(&at("one"), &one, 9).unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
    }
}
