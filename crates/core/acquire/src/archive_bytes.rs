//! The archive's bytes, for code that reads them once more.
//!
//! All of them are goward's own copies or handles that stay open: no foreign path is opened again, so the user's check,
//! the proofs and the unpacking read the same bytes.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use context::Ctx;
use diag::IoFailure;
use store::{Staging, StoreError};
use sys::ReadAt;

use crate::limits::COPY_BYTES;

/// The bytes of an archive that has arrived.
#[derive(Clone, Copy)]
pub(crate) enum ArchiveBytes<'a> {
    /// In the store's downloads, in segments.
    Parts(&'a fetch::Parts),
    /// In an open bundle.
    Bundle(&'a sys::File),
    /// A tree in the store's staging folder.
    Tree(&'a Path),
}

impl<'a> ArchiveBytes<'a> {
    /// The bytes, from the first one on.
    ///
    /// # Errors
    /// `Unsupported` for a tree, which has no bytes of its own.
    pub fn open(&self) -> io::Result<Box<dyn Read + 'a>> {
        match self {
            ArchiveBytes::Parts(parts) => Ok(Box::new(parts.reader())),
            ArchiveBytes::Bundle(file) => Ok(Box::new(FromFront { file, at: 0 })),
            ArchiveBytes::Tree(_) => Err(io::Error::new(io::ErrorKind::Unsupported, "it came as a tree")),
        }
    }

    /// The bytes as one file, for a program that takes a path: a copy in a staging folder, which is returned so that
    /// the caller discards it. A tree is in one already.
    pub fn as_file(
        &self,
        ctx: &Ctx,
        id: &release::ToolchainId,
        name: &str,
    ) -> Result<(PathBuf, Option<Staging>), StoreError> {
        if let ArchiveBytes::Tree(tree) = self {
            return Ok((tree.to_path_buf(), None));
        }
        let staging = ctx.store.stage(id)?;
        let folder = staging.tree();
        // Use only the last component of a name.
        let path = folder.join(Path::new(name).file_name().unwrap_or_default());
        match ctx.sys.fs().create_dir(&folder).and_then(|()| self.write_to(ctx, &path)) {
            Ok(()) => Ok((path, Some(staging))),
            Err(cause) => {
                ctx.store.discard(staging);
                Err(StoreError::Io(IoFailure { action: "put the archive together in", path, cause }))
            }
        }
    }

    fn write_to(&self, ctx: &Ctx, path: &Path) -> io::Result<()> {
        const COPY_MODE: u32 = 0o644;
        let fs = ctx.sys.fs();
        if let ArchiveBytes::Bundle(file) = self
            && fs.reflink_of(file, path, COPY_MODE).is_ok()
        {
            return Ok(());
        }
        let mut reader = self.open()?;
        let mut copy = fs.create_new(path, COPY_MODE)?;
        let mut buffer = vec![0; COPY_BYTES];
        loop {
            ctx.sys.interrupt().check()?;
            match reader.read(&mut buffer)? {
                0 => return Ok(()),
                read => copy.write_all(&buffer[..read])?,
            }
        }
    }
}

/// An open file from its first byte on, independent of other readers.
struct FromFront<'a> {
    file: &'a sys::File,
    at: u64,
}

impl Read for FromFront<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
