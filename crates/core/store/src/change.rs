//! One file as it was read, and as it shall be.
//!
//! Between the read and the write another program may change the file: an editor, another goward. So whoever plans a
//! change hands over the bytes that the plan was made from, and they are compared with what is there under the store's
//! lock, before anything is written. There is no way to change a file without saying what was read of it.
//!
//! A repository brings its own links. What is written into a project is therefore written through none that stands below the
//! project's folder (`.go-version -> ~/.ssh/authorized_keys` would lose a line); only files of the user's own, shell
//! profiles above all, may be links, which stay.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Store, StoreError};

/// A file that takes part is no longer than this many bytes.
pub(crate) const FILE_BYTES_MAX: u64 = 16 << 20;

/// A file as it is or shall be: its bytes, or that it is not there.
pub(crate) type Image = Option<Vec<u8>>;

/// Whether a file may be written through a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Links {
    /// It may: the file is the user's own. What the link leads to is changed.
    Follow,
    /// Nothing below this folder may be a link, the file itself included.
    RefuseBelow(PathBuf),
}

/// A change of one file.
#[derive(Debug, Clone)]
pub struct FileChange {
    /// The file.
    pub path: PathBuf,
    /// What was read of it when the change was planned; none where it was not there.
    pub before: Option<Vec<u8>>,
    /// What it shall hold; none where it shall not be there.
    pub after: Option<Vec<u8>>,
    /// Whether it may be written through a link.
    pub links: Links,
}

impl FileChange {
    /// A file of the user's own, which may be a link.
    pub fn of_user(path: impl Into<PathBuf>, before: Option<Vec<u8>>, after: Option<Vec<u8>>) -> FileChange {
        FileChange { path: path.into(), before, after, links: Links::Follow }
    }

    /// A file of the project that stands in a folder.
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
    /// Changes one file by one rename. It needs no plan, and so no store that can be written to; where there is one, its
    /// lock is held from the comparison to the rename.
    ///
    /// # Errors
    /// When the file is not what was read of it, would be written through a link, or cannot be written; then it is as
    /// it was.
    pub fn change_alone(&self, change: &FileChange, purpose: &str, wait_max: Duration) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let home = self.layout().home();
        let is_there = fs.look(home).map_err(StoreError::io("look at", home))?.is_some();
        let lock = match is_there.then(|| self.lock(self.layout().store_lock(), purpose, wait_max)).transpose() {
            Err(error @ (StoreError::Busy { .. } | StoreError::Interrupted { .. })) => return Err(error),
            // A store that takes no writes keeps nobody from writing into a project.
            other => other.ok().flatten(),
        };
        self.check_change(change)?;
        self.set(&change.path, change.after.as_ref(), &change.links)?;
        drop(lock);
        Ok(())
    }

    /// Whether a file is still what was read of it, and is no link where it must be none.
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
