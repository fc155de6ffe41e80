//! A folder for one unpacking, with a witness beside the tree.

use std::io::Read;
use std::path::PathBuf;

use archive::{ArchiveError, Layout, Limits, Refusal, Unpack, Unpacked, unpack_tar_gz, unpack_zip};
use sys::{Fs, Sys};

pub struct Place {
    folder: tempfile::TempDir,
    pub sys: Sys,
    pub limits: Limits,
}

impl Place {
    pub fn new() -> Place {
        Place::with(Sys::real())
    }

    pub fn with(sys: Sys) -> Place {
        let folder = tempfile::tempdir().unwrap();
        Fs::real().replace(&folder.path().join("witness"), b"untouched").unwrap();
        Place { folder, sys, limits: Limits::default() }
    }

    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Place {
        change(&mut self.limits);
        self
    }

    pub fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    pub fn read(&self, path: &str) -> Vec<u8> {
        Fs::real().read(&self.tree().join(path), 1 << 30).unwrap()
    }

    pub fn tar_gz(&self, layout: Layout, mut bytes: &[u8]) -> Result<Unpacked, ArchiveError> {
        self.tar_gz_from(layout, &mut bytes)
    }

    /// Unpacks into the tree, and checks that nothing was written beside it.
    pub fn unpack<T>(
        &self,
        layout: Layout,
        unpack: impl FnOnce(&Unpack<'_>) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        let tree = self.tree();
        let job = Unpack {
            sys: &self.sys,
            tree: &tree,
            layout,
            limits: self.limits.clone(),
            task: &diag::Silent,
            shared: None,
            read_only: archive::ReadOnly::Nothing,
        };
        let outcome = unpack(&job);
        self.check_nothing_else();
        outcome
    }

    pub fn tar_gz_from(&self, layout: Layout, input: &mut (dyn Read + Send)) -> Result<Unpacked, ArchiveError> {
        self.unpack(layout, |job| unpack_tar_gz(job, input))
    }

    pub fn zip(&self, layout: Layout, bytes: &[u8]) -> Result<Unpacked, ArchiveError> {
        self.unpack(layout, |job| unpack_zip(job, &Memory(bytes)))
    }

    /// Checks that the files beside the tree are unchanged.
    fn check_nothing_else(&self) {
        let names = Fs::real().names(self.folder.path()).unwrap();
        assert!(names.iter().all(|name| name == "tree" || name == "witness"), "{names:?}");
        assert_eq!(Fs::real().read(&self.folder.path().join("witness"), 100).unwrap(), b"untouched");
    }
}

/// The entry and the refusal of an error that must be one.
pub fn refused(outcome: Result<Unpacked, ArchiveError>, case: &str) -> (String, Refusal) {
    match outcome {
        Err(ArchiveError::Refused { entry, refusal }) => (entry, refusal),
        other => panic!("{case}: {other:?}"),
    }
}

pub struct Memory<'b>(pub &'b [u8]);

impl sys::ReadAt for Memory<'_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let rest = self.0.get(offset as usize..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn length(&self) -> std::io::Result<u64> {
        Ok(self.0.len() as u64)
    }
}
