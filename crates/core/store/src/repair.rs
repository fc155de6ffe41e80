//! Replaces damaged files in an installed tree.
//!
//! The one place where a visible tree changes. Each file changes by one rename of a durable file, so that a reader
//! finds the wrong bytes or the right ones; a stop in between leaves a tree with fewer faults than before, and another
//! repair continues. A file that does not belong is moved to `set-aside/`, which goward never empties.
//!
//! During a repair no other process installs, removes or starts the toolchain.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use diag::IoFailure;
use release::{Digest, ToolchainId};
use sys::{EntryKind, FileLock};

use crate::{Store, StoreError, StoreLock, Toolchain};

const FOLDER_MODE_WHILE_CHANGED: u32 = 0o755;

/// The permission bits of a file in a tree.
pub fn mode_of(executable: bool) -> u32 {
    if executable { 0o555 } else { 0o444 }
}

/// A tree under repair. Dropping it releases its locks.
pub struct TreeRepair {
    store: Store,
    toolchain: Toolchain,
    aside: PathBuf,
    /// Folders whose names have changed.
    changed: BTreeSet<PathBuf>,
    /// The former modes of folders that had to be opened: those of an older tree are read-only, and stay so.
    opened: BTreeMap<PathBuf, u32>,
    _lease: FileLock,
    _store: StoreLock,
    _installers: StoreLock,
}

impl Store {
    /// Begins a repair: takes the install lock, the store's lock, and the exclusive lease.
    ///
    /// # Errors
    /// `NotInstalled`, `Manifest` if it was reinstalled since `manifest_sha256` was read, `Running` while programs of
    /// it run, `Busy`, or what the system says.
    pub fn repair_tree(
        &self,
        id: &ToolchainId,
        manifest_sha256: &Digest,
        wait_max: Duration,
    ) -> Result<TreeRepair, StoreError> {
        let purpose = format!("repair {id}");
        let installers = self.lock(self.layout().install_lock(id), &purpose, wait_max)?;
        let store = self.lock(self.layout().store_lock(), &purpose, wait_max)?;
        let Some(toolchain) = self.find(id)? else {
            return Err(StoreError::NotInstalled { id: id.clone() });
        };
        if self.record(id)?.manifest_sha256 != *manifest_sha256 {
            let reason = "it was installed anew meanwhile".to_owned();
            return Err(StoreError::Manifest { path: self.layout().manifest(id), reason });
        }
        let lease = match self.alone_with(&toolchain)? {
            Ok(lease) => lease,
            Err(holder) => return Err(StoreError::Running { id: id.clone(), holder }),
        };
        let aside = self.layout().set_aside().join(format!("{id}.{}", self.sys.clock().unix_nanos()));
        Ok(TreeRepair {
            store: self.clone(),
            toolchain,
            aside,
            changed: BTreeSet::new(),
            opened: BTreeMap::new(),
            _lease: lease,
            _store: store,
            _installers: installers,
        })
    }
}

impl TreeRepair {
    /// Renames `staged` to the file's path. `staged` has the right bytes and mode, is synced, and is on the same file
    /// system. The new name is durable after [`TreeRepair::finish`].
    ///
    /// # Errors
    /// What the system says; then the old file is still there.
    pub fn put(&mut self, staged: &Path, path: &str) -> Result<(), StoreError> {
        let fs = self.store.sys.fs().clone();
        let target = self.toolchain.tree.join(path);
        let folder = self.folder_of(path)?;
        if cfg!(windows) && fs.look(&target).map_err(StoreError::io("look at", &target))?.is_some() {
            // Windows refuses to replace a read-only file.
            fs.set_mode(&target, 0o644).map_err(StoreError::io("set the mode of", &target))?;
        }
        let moved = fs.rename(staged, &target).map_err(StoreError::io("put the right file at", &target));
        self.close(&folder);
        self.changed.insert(folder);
        moved
    }

    /// Syncs every folder whose names have changed.
    ///
    /// # Errors
    /// What the system says; the right bytes are in place, but a power cut may restore the wrong ones.
    pub fn finish(self) -> Result<(), StoreError> {
        for folder in &self.changed {
            self.store.sys.fs().sync_dir(folder).map_err(StoreError::io("make durable", folder))?;
        }
        Ok(())
    }

    /// Sets whether a file is executable.
    ///
    /// # Errors
    /// What the system says.
    pub fn set_executable(&mut self, path: &str, executable: bool) -> Result<(), StoreError> {
        let target = self.toolchain.tree.join(path);
        let mode = mode_of(executable);
        self.store.sys.fs().set_mode(&target, mode).map_err(StoreError::io("set the mode of", &target))
    }

    /// Moves a file that does not belong out of the tree; returns its new path.
    ///
    /// # Errors
    /// What the system says; then the file has not moved.
    pub fn set_aside(&mut self, path: &str) -> Result<PathBuf, StoreError> {
        let fs = self.store.sys.fs().clone();
        let (from, to) = (self.toolchain.tree.join(path), self.aside.join(path));
        let parent = to.parent().map_or_else(|| self.aside.clone(), Path::to_path_buf);
        let parent = parent.as_path();
        fs.create_dirs_durably(parent).map_err(StoreError::io("make the folder", parent))?;
        let folder = self.folder_of(path)?;
        let outcome = (|| {
            let is_folder = fs.look(&from).map_err(StoreError::io("look at", &from))?;
            if is_folder.is_some_and(|meta| meta.kind == EntryKind::Dir) {
                // A folder that takes no writes cannot be given another parent.
                fs.set_mode(&from, FOLDER_MODE_WHILE_CHANGED).map_err(StoreError::io("make writable", &from))?;
            }
            fs.rename(&from, &to).map_err(StoreError::io("move aside", &from))?;
            fs.sync_dir(parent).map_err(StoreError::io("make durable", parent))
        })();
        self.close(&folder);
        self.changed.insert(folder);
        outcome.map(|()| to)
    }

    /// The folder of a file, made if missing, and writable.
    fn folder_of(&mut self, path: &str) -> Result<PathBuf, StoreError> {
        let fs = self.store.sys.fs().clone();
        let mut folder = self.toolchain.tree.clone();
        let names: Vec<&str> = path.split('/').collect();
        for name in &names[..names.len() - 1] {
            let next = folder.join(name);
            let meta = fs.look(&next).map_err(StoreError::io("look at", &next))?;
            match meta.map(|meta| meta.kind) {
                Some(EntryKind::Dir) => {}
                None => {
                    self.open(&folder)?;
                    let made = fs.create_dir(&next).map_err(StoreError::io("make the folder", &next));
                    self.close(&folder);
                    made?;
                    self.changed.insert(folder.clone());
                }
                // goward does not follow a link: its target is not goward's to change.
                Some(_) => {
                    let cause = std::io::Error::from(std::io::ErrorKind::NotADirectory);
                    return Err(StoreError::Io(IoFailure { action: "go into", path: next, cause }));
                }
            }
            folder = next;
        }
        self.open(&folder)?;
        Ok(folder)
    }

    fn open(&mut self, folder: &Path) -> Result<(), StoreError> {
        let fs = self.store.sys.fs();
        let meta = fs.look(folder).map_err(StoreError::io("look at", folder))?;
        if let Some(meta) = meta.filter(|meta| meta.mode & 0o200 == 0) {
            self.opened.insert(folder.to_owned(), meta.mode);
        }
        fs.set_mode(folder, FOLDER_MODE_WHILE_CHANGED).map_err(StoreError::io("make writable", folder))
    }

    /// The folder's mode is as before. Read-only folders are a courtesy; a file system without modes goes without.
    fn close(&mut self, folder: &Path) {
        let mode = self.opened.remove(folder).unwrap_or_else(|| self.store.folder_mode());
        let _ = self.store.sys.fs().set_mode(folder, mode);
    }
}
