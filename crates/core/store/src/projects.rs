//! The folders of projects that goward has served, so that `prune` can respect their pins.
//!
//! One small file for each project, named after the hash of its path, which contains the path. Only
//! `prune` reads them: after a loss a toolchain may have to be fetched again.

use std::path::{Path, PathBuf};

use release::Digest;
use sys::EntryKind;

use crate::{Store, StoreError};

/// A path is no longer than this many bytes on any system.
const PATH_BYTES_MAX: u64 = 64 << 10;
/// Digits of the SHA-256 of a path that make its file's name.
pub(crate) const NAME_DIGITS: usize = 16;
/// The largest number of registered projects.
const PROJECTS_MAX: usize = 10_000;

/// The name of the file of the project in this folder.
pub(crate) fn name_of(folder: &str) -> String {
    Digest::of(folder.as_bytes()).front(NAME_DIGITS)
}

impl Store {
    /// Registers a project's folder. Costs one `stat` if it is registered already.
    ///
    /// # Errors
    /// What the system says.
    pub fn remember_project(&self, folder: &Path) -> Result<(), StoreError> {
        let Some(text) = folder.to_str() else { return Ok(()) };
        let name = name_of(text);
        let parent = self.layout().projects();
        let path = parent.join(name);
        let fs = self.sys.fs();
        let meta = fs.look(&path).map_err(StoreError::io("look at", &path))?;
        // One of another length is damaged, and written again.
        if meta.is_some_and(|meta| meta.kind == EntryKind::File && meta.bytes == text.len() as u64) {
            return Ok(());
        }
        fs.create_dirs_durably(&parent).map_err(StoreError::io("make the folder", &parent))?;
        fs.replace(&path, text.as_bytes()).map_err(StoreError::io("write", &path))
    }

    /// The registered folders that still exist.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn projects(&self) -> Result<Vec<PathBuf>, StoreError> {
        let fs = self.sys.fs();
        let parent = self.layout().projects();
        let mut found = Vec::new();
        for name in fs.names_if_there(&parent).map_err(StoreError::io("list", &parent))?.into_iter().take(PROJECTS_MAX)
        {
            let path = parent.join(name);
            // A damaged file is as good as none: goward writes it again when it next serves the project.
            let Ok(bytes) = fs.read(&path, PATH_BYTES_MAX) else { continue };
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let folder = PathBuf::from(text);
            if fs.follow(&folder).is_ok_and(|meta| meta.is_some()) {
                found.push(folder);
            }
        }
        Ok(found)
    }
}
