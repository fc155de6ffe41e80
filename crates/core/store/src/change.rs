//! A change of one file: the bytes that were read, and the bytes to write.
//!
//! Between the read and the write another program may change the file: an editor, another goward. So the caller passes
//! the bytes that it planned the change from, and the store compares them with the file under its lock before it
//! writes. No function changes a file without these bytes.
//!
//! A repository may contain links. So the store never writes a file of a project through a link below the project's
//! folder (`.go-version -> ~/.ssh/authorized_keys` would lose a line). Only the user's own files, such as shell
//! profiles, may be links; the link stays.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Store, StoreError};

/// The largest file that a change may contain, in bytes.
pub(crate) const FILE_BYTES_MAX: u64 = 16 << 20;

/// The bytes of a file before or after a change; `None` if there is no file.
pub(crate) type Image = Option<Vec<u8>>;

/// Whether a file may be written through a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Links {
    /// It may: the file is the user's own. The link's target changes.
    Follow,
    /// Nothing below this folder may be a link, the file itself included.
    RefuseBelow(PathBuf),
}

/// A change of one file.
#[derive(Debug, Clone)]
pub struct FileChange {
    /// The file.
    pub path: PathBuf,
    /// The bytes that were read when the change was planned; `None` if there was no file.
    pub before: Option<Vec<u8>>,
    /// The bytes to write; `None` removes the file.
    pub after: Option<Vec<u8>>,
    /// Whether it may be written through a link.
    pub links: Links,
}

impl FileChange {
    /// A file of the user's own, which may be a link.
    pub fn of_user(path: impl Into<PathBuf>, before: Option<Vec<u8>>, after: Option<Vec<u8>>) -> FileChange {
        FileChange { path: path.into(), before, after, links: Links::Follow }
    }

    /// A file of the project in this folder.
    pub fn of_project(
        folder: impl Into<PathBuf>,
        path: impl Into<PathBuf>,
        before: Option<Vec<u8>>,
        after: Option<Vec<u8>>,
    ) -> FileChange {
        FileChange { path: path.into(), before, after, links: Links::RefuseBelow(folder.into()) }
    }
}

impl Store {
    /// Changes one file by one rename. This needs no plan, and so no writable store; if the store is writable, its lock
    /// is held from the comparison to the rename.
    ///
    /// # Errors
    /// When the file no longer has the bytes that were read, would be written through a link, or cannot be written;
    /// then the file is unchanged.
    pub fn change_alone(&self, change: &FileChange, purpose: &str, wait_max: Duration) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let home = self.layout().home();
        let is_there = fs.look(home).map_err(StoreError::io("look at", home))?.is_some();
        let lock = match is_there.then(|| self.lock(self.layout().store_lock(), purpose, wait_max)).transpose() {
            Err(error @ (StoreError::Busy { .. } | StoreError::Interrupted { .. })) => return Err(error),
            // A read-only store does not prevent a write into a project.
            other => other.ok().flatten(),
        };
        self.check_change(change)?;
        self.set(&change.path, change.after.as_ref(), &change.links)?;
        drop(lock);
        Ok(())
    }

    /// Checks that a file still has the bytes that were read, and is not a link where links are refused.
    ///
    /// # Errors
    /// `ChangedMeanwhile`, `ThroughLink`, or what the system says.
    pub(crate) fn check_change(&self, change: &FileChange) -> Result<(), StoreError> {
        self.check_links(&change.path, &change.links)?;
        match self.image_of(&change.path)? == change.before {
            true => Ok(()),
            false => Err(StoreError::ChangedMeanwhile { path: change.path.clone() }),
        }
    }

    /// # Errors
    /// `ThroughLink`, or what the system says.
    pub fn check_links(&self, path: &Path, links: &Links) -> Result<(), StoreError> {
        let Links::RefuseBelow(folder) = links else { return Ok(()) };
        match self.sys.fs().link_on_the_way(folder, path).map_err(StoreError::io("look at", path))? {
            None => Ok(()),
            Some((link, target)) => Err(StoreError::ThroughLink { path: path.to_owned(), link, target }),
        }
    }

    pub(crate) fn image_of(&self, path: &Path) -> Result<Image, StoreError> {
        self.sys.fs().read_if_there(path, FILE_BYTES_MAX).map_err(StoreError::io("read", path))
    }

    pub(crate) fn set(&self, path: &Path, image: Option<&Vec<u8>>, links: &Links) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        self.check_links(path, links)?;
        if self.is_block_list(path) {
            return self.set_block_list(image);
        }
        match image {
            Some(bytes) => fs.rewrite(path, bytes).map_err(StoreError::io("write", path)),
            None => {
                fs.remove_file_if_there(path).map_err(StoreError::io("remove", path))?;
                match path.parent() {
                    Some(parent) => fs.sync_dir(parent).map_err(StoreError::io("make durable", parent)),
                    None => Ok(()),
                }
            }
        }
    }
}
