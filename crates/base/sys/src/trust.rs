//! Whether anybody but root and the user at work can change what a path leads to.
//!
//! goward runs what stands in its store, carries out the plans that it finds there and starts the programs that its
//! configuration names. Whoever can change any of it runs programs as the user, so a path is believed only where every
//! component of it belongs to root or to the user at work (to root alone where root is at work) and nobody else may
//! write to it. Three things are no danger and are allowed: a sticky folder on the way (nobody but an owner can move
//! what stands in it, `/tmp`), a group that has no other member than the owner, and a link of the user's or root's.
//!
//! Links are resolved here, one component after the other, and each is judged like a folder: the kernel would follow a
//! neighbour's without a word. After a path was found good only root and the user can make it lead elsewhere, so it may
//! be opened by its name.
//!
//! A POSIX access control list shows in the group bits of the mode (its mask, acl(5)), so that it is seen without being
//! read. What is not seen: the lists of macOS (`chmod +a`) and members of groups that only a directory service knows;
//! for the latter a group counts as the owner's own only where `/etc/passwd` knows the owner.
//!
//! On Windows a folder's owner and list of rights are not looked at: what stands in a user's profile is kept from other
//! users by the rights that it inherits, and whoever puts the store elsewhere answers for the rights there.
//!
//! Tested below and, as another user, by `store/tests/it/trust.rs`.

#[cfg(unix)]
mod group;
#[cfg(unix)]
mod judge;
mod refusal;
#[cfg(all(test, unix))]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

pub use refusal::{Distrust, DistrustReason, ReadOwnError};

use crate::fs::{EntryKind, Fs};

/// What a trusted path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedPath {
    /// The path without links. What is not there yet stands in it as it was written.
    pub real: PathBuf,
    /// What stands there; none where nothing does. Then the nearest folder above that is there is trusted.
    pub kind: Option<EntryKind>,
}

impl Fs {
    /// Walks an absolute path and judges every component of it, links resolved.
    ///
    /// # Errors
    /// The first component that somebody else can change, or that cannot be looked at.
    pub fn trust(&self, path: &Path) -> Result<TrustedPath, Distrust> {
        #[cfg(unix)]
        return judge::Judge::new(self).walk(path);
        #[cfg(windows)]
        {
            let kind = self.follow(path).map_err(|cause| Distrust::unseen(path, &cause))?.map(|meta| meta.kind);
            Ok(TrustedPath { real: path.to_owned(), kind })
        }
    }

    /// Judges names in folders that are trusted already: one look each. A name that is not there is good.
    ///
    /// # Errors
    /// The first that somebody else can change, or that cannot be looked at.
    pub fn trust_entries(&self, paths: &[PathBuf]) -> Result<(), Distrust> {
        #[cfg(unix)]
        {
            let mut judge = judge::Judge::new(self);
            paths.iter().try_for_each(|path| judge.entry(path))
        }
        #[cfg(windows)]
        {
            let _ = paths;
            Ok(())
        }
    }

    /// Reads a regular file of at most so many bytes that belongs to root or the user at work and that nobody else may
    /// write to. No link is followed and no pipe is waited for; the file that was judged is the one that is read.
    ///
    /// # Errors
    /// What the system says, or whose the file is.
    pub fn read_own(&self, path: &Path, bytes_max: u64) -> Result<Vec<u8>, ReadOwnError> {
        use std::io::Read;
        let (file, _) = self.open_regular(path)?;
        #[cfg(unix)]
        judge::Judge::new(self).file(path, &file.inner.metadata()?)?;
        let mut bytes = Vec::new();
        file.inner.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > bytes_max {
            let message = format!("{} is larger than {bytes_max} bytes", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, message).into());
        }
        Ok(bytes)
    }
}
