//! Removes a whole store, for `goward self uninstall`.
//!
//! The home may be a folder that holds more: the user's home, or `/`. So it removes only what has the name of an entry
//! of the layout, and of a folder only one whose entries all have names that goward gives there: a `projects` or `work`
//! of the user's stays. Files that a repair has set aside, and sources in a separate GOPATH, are the user's and stay,
//! too. A removal that was interrupted is continued by the next one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sys::EntryKind;

use crate::entries::Entry;
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
        let mut own: Vec<(&Entry, PathBuf)> = layout.entries().filter(|(entry, _)| entry.goes).collect();
        let keeps_sources = self.has_sources()?;
        own.retain(|(_, path)| !(keeps_sources && *path == layout.isolated()));
        let fs = self.sys.fs();
        let names = fs.names_if_there(layout.home()).map_err(StoreError::io("list", layout.home()))?;
        let there: Vec<PathBuf> = names.iter().map(|name| layout.home().join(name)).collect();
        own.retain(|(_, path)| there.contains(path));
        let is_own = |path: &PathBuf| own.iter().any(|(_, other)| other == path);
        let is_shared = there.iter().any(|path| !is_own(path) && *path != layout.set_aside());
        let mut removed = Vec::new();
        for (entry, path) in own {
            // The names in a cache are those of sources.
            let is_own = if path == layout.cache() { !is_shared } else { self.is_of_goward(entry, &path)? };
            removed.extend(is_own.then_some(path));
        }
        // Archives under way in another folder, if nothing else is in it.
        let downloads = self.downloads();
        let elsewhere = layout.entries().find(|(_, path)| *path == layout.downloads() && *path != downloads);
        if let Some((entry, _)) = elsewhere
            && fs.look(&downloads).map_err(StoreError::io("look at", &downloads))?.is_some()
            && self.is_of_goward(entry, &downloads)?
        {
            removed.push(downloads);
        }
        let kept = there.into_iter().filter(|path| !removed.contains(path)).collect();
        Ok(HomeRemoval { removed, kept })
    }

    /// Whether every entry of a folder of the layout has a name that goward gives there.
    fn is_of_goward(&self, entry: &Entry, path: &Path) -> Result<bool, StoreError> {
        let fs = self.sys.fs();
        let is_folder = fs.look(path).map_err(StoreError::io("look at", path))?;
        if is_folder.is_none_or(|meta| meta.kind != EntryKind::Dir) {
            return Ok(true);
        }
        let names = fs.names(path).map_err(StoreError::io("list", path))?;
        Ok(names.iter().all(|name| name.to_str().is_some_and(|name| entry.gives(name))))
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
        // This call's own lock made the folder, if it was not there.
        if !plan.kept.contains(&locks) {
            fs.remove_tree(&locks).map_err(StoreError::io("remove", &locks))?;
            plan.removed.push(locks);
            plan.removed.dedup();
        }
        if plan.kept.is_empty() {
            fs.remove_dir(&home).map_err(StoreError::io("remove", &home))?;
        }
        Ok(plan)
    }
}
