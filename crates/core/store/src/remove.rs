//! Removes a toolchain.

use std::time::Duration;

use release::ToolchainId;

use crate::author::Author;
use crate::journal::{Operation, OperationKind};
use crate::states::Event;
use crate::{Store, StoreError};

impl Store {
    /// Removes a toolchain. One rename makes it invisible; the deletion follows, and [`Store::recover`] finishes a
    /// deletion that fails.
    ///
    /// # Errors
    /// `NotInstalled`, `InUse` for the default, `Running` while programs of it run, `Busy`, or what the
    /// system says; then the toolchain is still there.
    pub fn remove(&self, id: &ToolchainId, author: &Author, wait_max: Duration) -> Result<(), StoreError> {
        let purpose = format!("remove {id}");
        let fs = self.sys.fs();
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
        let trash = self.layout().trash();
        fs.create_dirs_durably(&trash).map_err(StoreError::io("make the folder", &trash))?;
        let (thrown, thrown_lock, _deleting) = self.guarded(&trash, &id.to_string())?;
        let moved = self.throw_away(&mut operation, &thrown);
        self.rewrite_table();
        drop((lease, store, installers));
        // The deletion takes long and needs only its own lock.
        if fs.remove_tree(&thrown).is_ok() {
            let _ = fs.remove_file_if_there(&thrown_lock);
        }
        moved
    }

    /// Moves the tree into the trash, then removes its manifest. The operation is in the state `Removing`.
    pub(crate) fn throw_away(&self, operation: &mut Operation, thrown: &std::path::Path) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let id = operation.record().toolchain.clone();
        let (tree, toolchains) = (self.layout().tree(&id), self.layout().toolchains());
        // A read-only folder cannot be moved to another parent.
        fs.set_mode(&tree, 0o755).map_err(StoreError::io("make writable", &tree))?;
        fs.rename(&tree, thrown).map_err(StoreError::io("move to the trash", &tree))?;
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
