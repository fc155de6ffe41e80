//! What must hold of a store at any instant: one function for tests, doctor and drills alike.

use std::path::Path;

use release::ToolchainId;
use sys::EntryKind;

use crate::{Store, StoreError};

impl Store {
    /// Every violated rule in what a user can see. After a crash at any instant the list must be
    /// empty; unfinished work that is invisible violates no rule.
    ///
    /// # Errors
    /// When the store cannot be read at all.
    pub fn faults(&self) -> Result<Vec<String>, StoreError> {
        let mut faults = Vec::new();
        for toolchain in self.toolchains()? {
            faults.extend(self.tree_faults(&toolchain.id));
        }
        faults.extend(self.generation_faults()?);
        Ok(faults)
    }

    /// The violated rules of one installed toolchain: no record, no manifest, a file that is
    /// missing or truncated or lacks its execute bit. Contents are not hashed here.
    pub fn tree_faults(&self, id: &ToolchainId) -> Vec<String> {
        let manifest = match self.manifest(id) {
            Ok(manifest) => manifest,
            Err(error) => return vec![format!("{id} is visible, but {error}")],
        };
        let tree = self.layout().tree(id);
        let mut faults = Vec::new();
        for file in &manifest.files {
            let path = tree.join(Path::new(&file.path));
            match self.sys.fs().look(&path) {
                Ok(Some(meta)) if meta.kind != EntryKind::File => {
                    faults.push(format!("{id}: {} is no file", file.path))
                }
                Ok(Some(meta)) if meta.bytes != file.bytes => {
                    faults.push(format!("{id}: {} has {} of {} bytes", file.path, meta.bytes, file.bytes));
                }
                Ok(Some(meta)) if cfg!(unix) && (meta.mode & 0o111 != 0) != file.executable => {
                    faults.push(format!("{id}: {} has mode {:o}", file.path, meta.mode));
                }
                Ok(Some(_)) => {}
                Ok(None) => faults.push(format!("{id}: {} is missing", file.path)),
                Err(error) => faults.push(format!("{id}: {}: {error}", file.path)),
            }
        }
        faults
    }

    fn generation_faults(&self) -> Result<Vec<String>, StoreError> {
        let mut faults = Vec::new();
        let link = self.layout().current();
        let fs = self.sys.fs();
        let is_there = fs.look(&link).map_err(StoreError::io("look at", &link))?.is_some();
        match self.current_target()? {
            None if !is_there => {}
            Some(_) => match self.current() {
                Ok(Some(current)) => match self.find_installed(&current.toolchain)? {
                    Some(found) => {
                        let bin =
                            if fs.pointers_are_links() { self.layout().default_bin() } else { found.tree.join("bin") };
                        let go = bin.join(found.id.platform().program("go"));
                        if fs.follow(&go).map_err(StoreError::io("look at", &go))?.is_none() {
                            faults.push(format!("the default has no {}", go.display()));
                        }
                    }
                    None => faults.push(format!("the default {} is not installed", current.toolchain)),
                },
                Ok(None) => faults.push("current points to nothing".to_owned()),
                Err(error) => faults.push(format!("current does not point to a generation: {error}")),
            },
            None => faults.push("current is not a pointer".to_owned()),
        }
        for number in self.numbers()? {
            match self.generation(number) {
                Ok(generation) if generation.number != number => {
                    faults.push(format!("generation {number} records the number {}", generation.number));
                }
                Ok(_) => {}
                Err(error) => faults.push(format!("generation {number}: {error}")),
            }
        }
        Ok(faults)
    }
}
