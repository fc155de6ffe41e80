//! The archive's bytes, wherever they are held, for those who look at them once more.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use store::{Staging, StoreError};

use crate::ctx::Ctx;
use crate::limits::COPY_BYTES;

/// The bytes of an archive that has arrived.
#[derive(Clone, Copy)]
pub(crate) enum Material<'a> {
    /// In the store's downloads, in segments.
    Parts(&'a fetch::Parts),
    /// In a file of the user's.
    File(&'a Path),
}

impl<'a> Material<'a> {
    /// The bytes, from the first one on.
    pub fn open(&self, ctx: &Ctx) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Material::Parts(parts) => Box::new(parts.reader()),
            Material::File(path) => Box::new(ctx.sys.fs().open(path)?),
        })
    }

    /// The bytes as one file, for a program that takes a path. What was fetched in segments is put together in a
    /// staging folder, which is returned to be discarded.
    pub fn as_file(
        &self,
        ctx: &Ctx,
        id: &release::ToolchainId,
        name: &str,
    ) -> Result<(PathBuf, Option<Staging>), StoreError> {
        let parts = match self {
            Material::File(path) => return Ok((path.to_path_buf(), None)),
            Material::Parts(parts) => parts,
        };
        let staging = ctx.store.stage(id)?;
        let folder = staging.tree();
        // Only the last part of a name is a name.
        let path = folder.join(Path::new(name).file_name().unwrap_or_default());
        let fs = ctx.sys.fs();
        let written = fs.create_dir(&folder).and_then(|()| fs.create_new(&path, 0o644)).and_then(|mut file| {
            let mut reader = parts.reader();
            let mut buffer = vec![0; COPY_BYTES];
            loop {
                ctx.sys.interrupt().check()?;
                match reader.read(&mut buffer)? {
                    0 => return Ok(()),
                    read => file.write_all(&buffer[..read])?,
                }
            }
        });
        match written {
            Ok(()) => Ok((path, Some(staging))),
            Err(cause) => {
                ctx.store.discard(staging);
                Err(StoreError::Io { action: "put the archive together in", path, cause })
            }
        }
    }
}
