//! The folder that a store may stand in.
//!
//! What stands in a store is run, carried out and believed: its trees, its shims, the plans under `transactions/`. So
//! there is no [`crate::Store`] without a [`TrustedHome`], and none of those where anybody but root or the user at work
//! could have put something: every folder on the way is judged (`sys::Fs::trust`), and of the folders in it those whose
//! contents goward runs or believes. Opening makes nothing; a home that is not there yet is made by the first change,
//! its owner's alone (0700), or for all to read (0755) where it is the administrator's store for all users.
//!
//! Tested by `tests/it/trust.rs`, as the neighbour.

use std::path::{Path, PathBuf};

use sys::{EntryKind, Sys};

use crate::{Layout, Store, StoreError};

/// The mode of the administrator's store: everybody may read and enter, only the owner may write.
const SHARED_MODE: u32 = 0o755;

/// A folder for a store, in which nobody but root and the user at work can change anything.
#[derive(Debug, Clone)]
pub struct TrustedHome {
    path: PathBuf,
    is_shared: bool,
}

impl TrustedHome {
    /// Judges a folder, which need not be there yet.
    ///
    /// # Errors
    /// `Untrusted` with the first component or content that somebody else could change.
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

    /// The same folder, as the administrator's store for all users: one that is made is made for all to read.
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
    /// The folder that this store stands in.
    pub fn home(&self) -> &TrustedHome {
        &self.home
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
        // In a folder such as /tmp somebody else may have been faster with a home of his own.
        TrustedHome::of(&self.sys, home).map(drop)
    }

    /// Makes a folder of the store that is nobody's but its owner's. One that an older goward has made for all to read
    /// is closed.
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
