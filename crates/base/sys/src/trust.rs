//! Checks that only root and the user at work can change the target of a path.
//!
//! goward runs programs of its store, carries out the plans in it and starts the programs that its configuration names.
//! A user who can change any of these runs programs as the user at work. So a path is trusted only if every component
//! belongs to root or to the user at work (to root alone if root is at work) and no other user may write to it. Three
//! cases are safe and allowed: a sticky folder above (only an owner can rename its entries, `/tmp`), a group without
//! other members than the owner, and a link of the user or root.
//!
//! This module resolves links itself, one component after the other, and checks each like a folder: the kernel would
//! silently follow another user's. Once a path is trusted only root and the user can redirect it, so it may be opened
//! by its name.
//!
//! The group bits of the mode contain the mask of a POSIX access control list (acl(5)), so the check covers it without
//! reading it. It does not cover the lists of macOS (`chmod +a`) and members of groups that only a directory service
//! knows; for the latter a group counts as the owner's own only if `/etc/passwd` knows the owner.
//!
//! On Windows the check ignores a folder's owner and access list: inherited rights protect files in a user's profile
//! from other users, and a user who moves the store elsewhere has to set the rights there.
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

pub use refusal::{Distrust, DistrustReason, ReadOwnError, quoted};

use crate::fs::{EntryKind, Fs};

/// A trusted path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedPath {
    /// The path without links. Components that do not exist yet are as they were written.
    pub real: PathBuf,
    /// Its metadata; none if it does not exist. Then the nearest existing folder above is trusted.
    pub kind: Option<EntryKind>,
}

impl Fs {
    /// Walks an absolute path and checks every component of it, links resolved.
    ///
    /// # Errors
    /// The first component that another user can change, or that cannot be read.
    pub fn trust(&self, path: &Path) -> Result<TrustedPath, Distrust> {
        #[cfg(unix)]
        return judge::Judge::new(self).walk(path);
        #[cfg(windows)]
        {
            let kind = self.follow(path).map_err(|cause| Distrust::unseen(path, &cause))?.map(|meta| meta.kind);
            Ok(TrustedPath { real: path.to_owned(), kind })
        }
    }

    /// Checks names in folders that are trusted already: one `lstat` each. A missing name passes.
    ///
    /// # Errors
    /// The first that another user can change, or that cannot be read.
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

    /// Reads a regular file of at most so many bytes that belongs to root or the user at work and that no other user
    /// may write to. Follows no link and waits for no pipe; the checked file is the one that is read.
    ///
    /// # Errors
    /// What the system says, or that another user could have written it.
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
