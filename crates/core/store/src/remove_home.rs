//! Removes a whole store, for `goward self uninstall`.
//!
//! The home may be a folder that holds more: the user's home, or `/`. So it removes only what has the name of an entry
//! of the layout, and of a folder only one whose entries all have names that goward gives there: a `projects` or `work`
//! of the user's stays. Files that a repair has set aside, and sources in a separate GOPATH, are the user's and stay,
//! too. A removal that was interrupted is continued by the next one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sys::EntryKind;

use crate::projects::NAME_DIGITS;
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
        own.retain(|path| there.contains(path));
        let is_shared = there.iter().any(|path| !own.contains(path) && *path != layout.set_aside());
        let mut removed = Vec::new();
        for path in own {
            // The names in a cache are those of sources.
            let is_own = if path == layout.cache() { !is_shared } else { self.is_of_goward(&path)? };
            removed.extend(is_own.then_some(path));
        }
        let kept = there.into_iter().filter(|path| !removed.contains(path)).collect();
        Ok(HomeRemoval { removed, kept })
    }

    /// Whether every entry of a folder of the layout has a name that goward gives there.
    fn is_of_goward(&self, path: &Path) -> Result<bool, StoreError> {
        let fs = self.sys.fs();
        let is_folder = fs.look(path).map_err(StoreError::io("look at", path))?;
        if is_folder.is_none_or(|meta| meta.kind != EntryKind::Dir) {
            return Ok(true);
        }
        let folder = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let names = fs.names(path).map_err(StoreError::io("list", path))?;
        Ok(names.iter().all(|name| name.to_str().is_some_and(|name| is_given(folder, name))))
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

/// Whether goward gives such names in a folder of this name.
fn is_given(folder: &str, name: &str) -> bool {
    let of_toolchain = || name.starts_with("go") && name[2..].starts_with(|first: char| first.is_ascii_digit());
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    let is_of = |allowed: fn(char) -> bool| name.chars().all(allowed);
    match folder {
        "toolchains" | "manifests" | "sdk" | "staging" | "trash" | "releases" => of_toolchain(),
        "shims" => {
            of_toolchain()
                || name.starts_with("go.")
                || ["go", "gofmt", "goward", ".goward"].contains(&name)
                || ends(&[".exe"])
                || name.contains(".new-")
        }
        "generations" => is_of(|c| c.is_ascii_digit()) || name.starts_with("spare"),
        "projects" => is_of(|c| c.is_ascii_hexdigit()) && name.len() == NAME_DIGITS,
        "work" => is_of(|c| c.is_ascii_digit() || c == '-'),
        "downloads" => of_toolchain() || ends(&[".parts", ".zip", ".whl", ".tar.gz"]),
        "locks" => ends(&[".lock", ".lease"]),
        "shell" => name == "zsh" || name.starts_with("activate.") || name.starts_with("hook."),
        "transactions" => {
            ends(&[".done", ".reverted", ".failed", ".new", ".reverting"]) || is_of(|c| c.is_ascii_digit() || c == '-')
        }
        "isolated" => of_toolchain() || name == "projects",
        "heads" => name.contains('.'),
        // `default` is no folder but a junction.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_user_in_folders_with_common_names_are_not_goward_s() {
        for (folder, name) in [
            ("projects", "shop"),
            ("projects", "deadbeef"),
            ("work", "main"),
            ("downloads", "photo.jpg"),
            ("shell", "bashrc"),
            ("sdk", "flutter"),
            ("trash", "old"),
            ("locks", "door"),
            ("default", "go"),
            ("toolchains", "gopher"),
        ] {
            assert!(!is_given(folder, name), "{folder}/{name}");
        }
        for (folder, name) in [
            ("toolchains", "go1.27.3.linux-amd64"),
            ("staging", "go1.27.3.linux-amd64.17-1700000000000.lock"),
            ("generations", "spare"),
            ("generations", "41"),
            ("projects", "0123456789abcdef"),
            ("work", "17-1700000000-1"),
            ("shims", "gofmt"),
            ("locks", "go1.27.3.linux-amd64.lease"),
            ("heads", "sum.golang.org"),
        ] {
            assert!(is_given(folder, name), "{folder}/{name}");
        }
    }
}
