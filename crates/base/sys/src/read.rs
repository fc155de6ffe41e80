//! Reads whole files, through the one door for foreign files.

use std::io::{self, Read};
use std::path::Path;

use crate::file::File;
use crate::foreign::{Foreign, Refusal};
use crate::fs::{Fs, is_absence};

impl Fs {
    /// Opens a regular file of any length for reading, links followed. Never waits for it ([`Foreign`]).
    ///
    /// # Errors
    /// A [`Refusal`], or what the system says; so for all functions below.
    pub fn open(&self, path: &Path) -> io::Result<File> {
        self.open_foreign(path, &Foreign::at_most(u64::MAX)).map(|(file, _)| file)
    }

    /// Reads a whole file of at most so many bytes; a longer one is an error (`InvalidData`).
    pub fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
        let (file, meta) = self.open_foreign(path, &Foreign::at_most(bytes_max))?;
        let mut bytes = Vec::with_capacity(usize::try_from(meta.bytes).unwrap_or(0));
        file.inner.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
        // It may have grown since.
        if bytes.len() as u64 > bytes_max {
            return Err(Refusal::TooLarge { bytes_max }.into());
        }
        Ok(bytes)
    }

    /// Reads at most so many bytes from the start of a file.
    pub fn read_head(&self, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(path)?.inner.take(bytes_max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads a file that may not exist.
    pub fn read_if_there(&self, path: &Path, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
        match self.read(path, bytes_max) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_larger_than_its_bound_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        Fs::real().replace(&path, &[7; 100]).unwrap();
        assert_eq!(Fs::real().read(&path, 100).unwrap().len(), 100);
        assert_eq!(Fs::real().read(&path, 99).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
