//! Takes a toolchain away.

use std::time::Duration;

use release::ToolchainId;

use crate::{Store, StoreError};

impl Store {
    /// Removes a toolchain. It is gone at the instant of one rename; the deleting comes after.
    ///
    /// # Errors
    /// `NotInstalled`, `InUse` for the default, `Busy`, or what the system says. When the deleting
    /// fails the toolchain is gone all the same and [`Store::sweep`] finishes later.
    pub fn remove(&self, id: &ToolchainId, wait_max: Duration) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let _lock = self.lock(self.layout().store_lock(), &format!("remove {id}"), wait_max, &mut |_| {})?;
        let Some(toolchain) = self.find(id)? else { return Err(StoreError::NotInstalled { id: id.clone() }) };
        if let Some(current) = self.current()?.filter(|current| current.toolchain == *id) {
            return Err(StoreError::InUse { id: id.clone(), generation: current.number });
        }
        let trash = self.layout().trash();
        fs.create_dirs(&trash).map_err(StoreError::io("make the folder", &trash))?;
        let thrown = trash.join(format!("{id}.{}-{}", self.sys.process().id(), self.sys.clock().unix_nanos()));
        fs.rename(&toolchain.tree, &thrown).map_err(StoreError::io("move to the trash", &toolchain.tree))?;
        let toolchains = self.layout().toolchains();
        fs.sync_dir(&toolchains).map_err(StoreError::io("make durable", &toolchains))?;
        // A record without a tree is invisible; it goes after the tree so that no tree ever lacks one.
        for path in [self.layout().record(id), self.layout().manifest(id)] {
            fs.remove_file_if_there(&path).map_err(StoreError::io("remove", &path))?;
        }
        fs.remove_tree(&thrown).map_err(StoreError::io("remove", &thrown))
    }
}
