//! The folder of a store, which no other user may write to.
//!
//! goward runs the trees and shims of a store, and carries out the plans under `transactions/`. So a [`crate::Store`]
//! requires a [`TrustedHome`], and a [`TrustedHome`] requires that only root and the user at work could have written to
//! the folder: `sys::Fs::trust` checks every folder of the path, and those folders in the home whose contents goward
//! runs or believes. Opening makes nothing. The first change makes a missing home, private to its owner (0700), or
//! readable for all (0755) if it is the administrator's store for all users.
//!
//! Tested by `tests/it/trust.rs`, as another user.

use std::path::{Path, PathBuf};

use sys::{EntryKind, Sys};

use crate::{Layout, Store, StoreError};

/// The mode of the administrator's store: all users may read and enter, only the owner may write.
const SHARED_MODE: u32 = 0o755;

/// A folder for a store, in which only root and the user at work can change anything.
#[derive(Debug, Clone)]
pub struct TrustedHome {
    path: PathBuf,
    is_shared: bool,
}

impl TrustedHome {
    /// Checks a folder, which need not exist yet.
    ///
    /// # Errors
    /// `Untrusted` with the first component or content that another user could change.
    pub fn of(sys: &Sys, path: impl Into<PathBuf>) -> Result<TrustedHome, StoreError> {
        let path = sys.env().folder().join(path.into());
        let fs = sys.fs();
        let judged = fs.trust(&path).and_then(|found| match found.kind {
            Some(EntryKind::Dir) => fs.trust_entries(&Layout::new(found.real).believed()),
            _ => Ok(()),
        });
        if let Err(cause) = judged {
            return Err(StoreError::Untrusted { path, cause });
        }
        Ok(TrustedHome { path, is_shared: false })
    }

    /// The same folder, as the administrator's store for all users: if it has to be made, all users may read it.
    #[must_use]
    pub fn shared(self) -> TrustedHome {
        TrustedHome { is_shared: true, ..self }
    }

    /// The folder, as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Store {
    /// The home of this store.
    pub fn home(&self) -> &TrustedHome {
        &self.home
    }

    /// What of a tree is read-only: in the administrator's store also its folders, in a user's own only its files, so
    /// that `rm -r` removes the user's own store.
    pub fn read_only_in_trees(&self) -> archive::ReadOnly {
        if self.home.is_shared { archive::ReadOnly::FilesAndFolders } else { archive::ReadOnly::Files }
    }

    /// The mode of a folder in a tree of this store.
    pub(crate) fn folder_mode(&self) -> u32 {
        if self.home.is_shared { 0o555 } else { 0o755 }
    }

    /// Makes the store's home where it is not there yet.
    pub(crate) fn make_home(&self) -> Result<(), StoreError> {
        let (fs, home) = (self.sys.fs(), self.home.path());
        if fs.follow(home).map_err(StoreError::io("look at", home))?.is_some() {
            return Ok(());
        }
        if let Some(parent) = home.parent() {
            fs.create_dirs_durably(parent).map_err(StoreError::io("make the folder", parent))?;
        }
        fs.create_private_dirs_durably(home).map_err(StoreError::io("make the folder", home))?;
        if self.home.is_shared {
            fs.set_mode(home, SHARED_MODE).map_err(StoreError::io("set the mode of", home))?;
        }
        // In a folder such as /tmp another user may have made a home of that name first.
        TrustedHome::of(&self.sys, home).map(drop)
    }

    /// Makes a private folder of the store. Makes one private that an older goward has made readable for all.
    pub(crate) fn make_private(&self, folder: &Path) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let failed = StoreError::io("make the folder", folder);
        match fs.look(folder).map_err(StoreError::io("look at", folder))? {
            None => {
                self.make_home()?;
                fs.create_private_dirs_durably(folder).map_err(failed)
            }
            Some(meta) if cfg!(unix) && meta.mode & 0o077 != 0 && meta.owner == sys::Host::user_number() => {
                fs.set_own_mode(folder, 0o700).map(drop).map_err(StoreError::io("set the mode of", folder))
            }
            Some(_) => Ok(()),
        }
    }
}
