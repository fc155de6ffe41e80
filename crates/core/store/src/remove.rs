//! Removes a toolchain.

use std::path::{Path, PathBuf};
use std::time::Duration;

use release::ToolchainId;

use crate::author::Author;
use crate::journal::{Operation, OperationKind};
use crate::states::Event;
use crate::{Store, StoreError};

/// A place in the trash, whose lock shows that a living process deletes it.
pub(crate) struct Thrown {
    /// Where the tree goes.
    pub path: PathBuf,
    lock_path: PathBuf,
    _lock: sys::FileLock,
}

impl Thrown {
    /// Deletes what was moved there. What cannot be deleted now is left to [`Store::recover`].
    pub(crate) fn delete(self, store: &Store) {
        let fs = store.sys.fs();
        if fs.remove_tree(&self.path).is_ok() {
            let _ = fs.remove_file_if_there(&self.lock_path);
        }
    }
}

impl Store {
    /// Removes a toolchain. One rename makes it invisible; the deletion follows, and [`Store::recover`] finishes a
    /// deletion that fails.
    ///
    /// # Errors
    /// `NotInstalled`, `InUse` for the default, `Running` while programs of it run, `Busy`, or what the
    /// system says; then the toolchain is still there.
    pub fn remove(&self, id: &ToolchainId, author: &Author, wait_max: Duration) -> Result<(), StoreError> {
        let purpose = format!("remove {id}");
        // Otherwise a concurrent install of the same toolchain would lose its new record.
        let installers = self.lock(self.layout().install_lock(id), &purpose, wait_max)?;
        let store = self.lock(self.layout().store_lock(), &purpose, wait_max)?;
        let Some(toolchain) = self.find(id)? else {
            return Err(StoreError::NotInstalled { id: id.clone() });
        };
        if let Some(current) = self.current()?.filter(|current| current.toolchain == *id) {
            return Err(StoreError::InUse { id: id.clone(), generation: current.number });
        }
        let lease = match self.alone_with(&toolchain)? {
            Ok(lease) => lease,
            Err(holder) => return Err(StoreError::Running { id: id.clone(), holder }),
        };
        let mut operation = self.begin(OperationKind::Uninstall, id, author)?;
        let thrown = self.place_in_trash(id)?;
        let moved = self.throw_away(&mut operation, &thrown.path);
        self.rewrite_table();
        drop((lease, store, installers));
        // The deletion takes long and needs only its own lock.
        thrown.delete(self);
        moved
    }

    /// A new name in the trash for a tree, with the lock that shows that its deletion is under way.
    pub(crate) fn place_in_trash(&self, id: &ToolchainId) -> Result<Thrown, StoreError> {
        let trash = self.layout().trash();
        self.sys.fs().create_dirs_durably(&trash).map_err(StoreError::io("make the folder", &trash))?;
        let (path, lock_path, _lock) = self.guarded(&trash, &id.to_string())?;
        Ok(Thrown { path, lock_path, _lock })
    }

    /// Moves a tree to another parent, which a read-only folder cannot be.
    pub(crate) fn move_tree(&self, tree: &Path, to: &Path) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        fs.set_mode(tree, 0o755).map_err(StoreError::io("make writable", tree))?;
        fs.rename(tree, to).map_err(StoreError::io("move to the trash", tree))
    }

    /// Moves the tree into the trash, then removes its manifest. The operation is in the state `Removing`.
    pub(crate) fn throw_away(&self, operation: &mut Operation, thrown: &Path) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let id = operation.record().toolchain.clone();
        let (tree, toolchains) = (self.layout().tree(&id), self.layout().toolchains());
        self.move_tree(&tree, thrown)?;
        fs.sync_dir(&toolchains).map_err(StoreError::io("make durable", &toolchains))?;
        self.forget(&id)?;
        operation.advance(Event::Removed, None, None)
    }

    /// Removes the record and the manifest of a toolchain whose tree is gone. They go last, since a toolchain without a
    /// tree is invisible.
    pub(crate) fn forget(&self, id: &ToolchainId) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        for path in [self.layout().record(id), self.layout().manifest(id)] {
            fs.remove_file_if_there(&path).map_err(StoreError::io("remove", &path))?;
        }
        let folder = self.layout().manifests();
        match fs.look(&folder).map_err(StoreError::io("look at", &folder))? {
            Some(_) => fs.sync_dir(&folder).map_err(StoreError::io("make durable", &folder)),
            None => Ok(()),
        }
    }
}
