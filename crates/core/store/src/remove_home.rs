//! Removes a whole store, for `goward self uninstall`.
//!
//! It removes the names that goward makes in its home and no other: the home may be a folder that holds more. Files that
//! a repair has set aside, and sources in a separate GOPATH, are the user's and stay. A removal that was interrupted is
//! continued by the next one.

use std::path::PathBuf;
use std::time::Duration;

use crate::{Store, StoreError};

/// What the removal of a store removes, and what stays.
#[derive(Debug, Clone, Default)]
pub struct HomeRemoval {
    /// The entries of the home that are goward's, in the order of their removal.
    pub removed: Vec<PathBuf>,
    /// What stays in it: files that goward has not made, or that are the user's.
    pub kept: Vec<PathBuf>,
}

impl Store {
    /// What [`Store::remove_home`] would remove. Changes nothing.
    ///
    /// # Errors
    /// When the home cannot be read, or a program of a toolchain runs.
    pub fn plan_home_removal(&self) -> Result<HomeRemoval, StoreError> {
        let layout = self.layout();
        for toolchain in self.toolchains()? {
            if let Some(holder) = self.user_of(&toolchain)? {
                return Err(StoreError::Running { id: toolchain.id, holder });
            }
        }
        // The shims first, so that no command finds half a store; the locks last.
        let mut own =
            vec![layout.shims(), layout.releases(), layout.shim_table(), layout.current(), layout.default_junction()];
        own.extend([layout.shell(), layout.sdks(), layout.generations(), layout.toolchains(), layout.manifests()]);
        own.extend([layout.staging(), layout.trash(), layout.work(), layout.downloads(), layout.cache()]);
        own.extend([layout.heads(), layout.isolated(), layout.projects(), layout.external_gos()]);
        own.extend([layout.transactions(), layout.journal(), layout.locks()]);
        let keeps_sources = self.has_sources()?;
        own.retain(|path| !(keeps_sources && *path == layout.isolated()));
        let fs = self.sys.fs();
        let names = fs.names_if_there(layout.home()).map_err(StoreError::io("list", layout.home()))?;
        let there: Vec<PathBuf> = names.iter().map(|name| layout.home().join(name)).collect();
        let kept = there.iter().filter(|path| !own.contains(path)).cloned().collect();
        own.retain(|path| there.contains(path));
        Ok(HomeRemoval { removed: own, kept })
    }

    /// Whether a separate GOPATH has sources, which the user may have written.
    fn has_sources(&self) -> Result<bool, StoreError> {
        let fs = self.sys.fs();
        let list = |folder: &PathBuf| {
            let names = fs.names_if_there(folder).map_err(StoreError::io("list", folder))?;
            Ok::<Vec<PathBuf>, StoreError>(names.iter().map(|name| folder.join(name)).collect())
        };
        let isolated = self.layout().isolated();
        let folders = [list(&isolated)?, list(&isolated.join("projects"))?].concat();
        for folder in folders {
            let sources = folder.join("gopath").join("src");
            if !fs.names_if_there(&sources).unwrap_or_default().is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes the store: what goward has made in its home, and the home if nothing else is in it.
    ///
    /// # Errors
    /// As [`Store::plan_home_removal`], then nothing is removed; or what the system says, then a part is, and the next
    /// call continues.
    pub fn remove_home(&self, wait_max: Duration) -> Result<HomeRemoval, StoreError> {
        let fs = self.sys.fs();
        let home = self.layout().home().to_owned();
        if fs.look(&home).map_err(StoreError::io("look at", &home))?.is_none() {
            return Ok(HomeRemoval::default());
        }
        let lock = self.lock(self.layout().store_lock(), "remove the store", wait_max)?;
        let mut plan = self.plan_home_removal()?;
        let locks = self.layout().locks();
        for path in plan.removed.iter().filter(|path| **path != locks) {
            fs.remove_tree(path).map_err(StoreError::io("remove", path))?;
        }
        // The system does not remove a file that is open on Windows.
        drop(lock);
        fs.remove_tree(&locks).map_err(StoreError::io("remove", &locks))?;
        if !plan.removed.contains(&locks) {
            plan.removed.push(locks);
        }
        if plan.kept.is_empty() {
            fs.remove_dir(&home).map_err(StoreError::io("remove", &home))?;
        }
        Ok(plan)
    }
}
