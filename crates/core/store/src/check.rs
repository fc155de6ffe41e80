//! What must hold of a store at any instant: one function for tests, doctor and drills alike.

use std::path::Path;

use release::ToolchainId;
use sys::EntryKind;

use crate::{Generation, Store, StoreError};

/// A violated rule, and what repairs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A toolchain has no record or no manifest that can be trusted: `install` fetches it again.
    Record {
        /// The toolchain.
        id: ToolchainId,
        /// What is wrong.
        what: String,
    },
    /// A file of a toolchain is missing or is another: `verify --repair` replaces it.
    Tree {
        /// The toolchain.
        id: ToolchainId,
        /// What is wrong.
        what: String,
    },
    /// The default's toolchain is not installed.
    Uninstalled {
        /// The toolchain.
        id: ToolchainId,
        /// What is wrong.
        what: String,
    },
    /// A snapshot cannot be read, or lacks the manifest that it names: [`Store::mend_snapshots`] repairs it.
    Snapshot {
        /// What is wrong.
        what: String,
    },
    /// The list of blocked versions cannot be read: it is moved aside.
    BlockList {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The record of a supervised program whose supervisor lives cannot be read: it is moved aside.
    Running {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The pointer `current` or a generation is damaged: [`Store::mend_default`] repairs it.
    Default {
        /// What is wrong.
        what: String,
    },
}

impl Fault {
    /// What is wrong, in words.
    pub fn what(&self) -> &str {
        match self {
            Fault::Record { what, .. }
            | Fault::Tree { what, .. }
            | Fault::Uninstalled { what, .. }
            | Fault::Snapshot { what }
            | Fault::BlockList { what, .. }
            | Fault::Running { what, .. }
            | Fault::Default { what } => what,
        }
    }
}

impl Store {
    /// Every violated rule in what a user can see, in words. After a crash at any instant the list must be
    /// empty; unfinished work that is invisible violates no rule.
    ///
    /// # Errors
    /// When the store cannot be read at all.
    pub fn faults(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.all_faults()?.into_iter().map(|fault| fault.what().to_owned()).collect())
    }

    /// As [`Store::faults`], with what each is about.
    ///
    /// # Errors
    /// As for [`Store::faults`].
    pub fn all_faults(&self) -> Result<Vec<Fault>, StoreError> {
        let mut faults = Vec::new();
        for toolchain in self.toolchains()? {
            let id = toolchain.id;
            let is_recorded = self.manifest(&id).is_ok();
            faults.extend(self.tree_faults(&id).into_iter().map(|what| match is_recorded {
                true => Fault::Tree { id: id.clone(), what },
                false => Fault::Record { id: id.clone(), what },
            }));
        }
        faults.extend(self.generation_faults()?);
        faults.extend(self.snapshot_faults()?.into_iter().map(|fault| Fault::Snapshot { what: fault.what }));
        faults.extend(self.damaged_block_list().map(|(path, reason)| {
            let what = format!("the list of blocked versions `{}` cannot be read: {reason}", path.display());
            Fault::BlockList { path, what }
        }));
        faults.extend(self.damaged_records()?.into_iter().map(|(path, reason)| {
            let what = format!("the record of a supervised program `{}` cannot be read: {reason}", path.display());
            Fault::Running { path, what }
        }));
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

    fn generation_faults(&self) -> Result<Vec<Fault>, StoreError> {
        let mut faults = Vec::new();
        match self.current() {
            Ok(None) => {}
            Ok(Some(current)) => faults.extend(self.fault_of_default(&current)?),
            Err(error) => faults.push(Fault::Default { what: format!("current does not name the default: {error}") }),
        }
        let damaged = self.damaged_generations()?;
        faults.extend(damaged.into_iter().map(|(_, what)| Fault::Default { what }));
        Ok(faults)
    }

    /// The fault of the default, whose generation can be read.
    fn fault_of_default(&self, current: &Generation) -> Result<Option<Fault>, StoreError> {
        let Some(found) = self.find_installed(&current.toolchain)? else {
            let what = format!("the default {} is not installed", current.toolchain);
            return Ok(Some(Fault::Uninstalled { id: current.toolchain.clone(), what }));
        };
        if !self.leads_to(current)? {
            let link = self.layout().current().join("go");
            return Ok(Some(Fault::Default {
                what: format!("{} does not lead to the default's tree", link.display()),
            }));
        }
        let fs = self.sys.fs();
        let bin = if fs.pointers_are_links() { self.layout().default_bin() } else { found.tree.join("bin") };
        let go = bin.join(found.id.platform().program("go"));
        let is_there = fs.follow(&go).map_err(StoreError::io("look at", &go))?.is_some();
        let what = || format!("the default has no {}", go.display());
        Ok((!is_there).then(|| Fault::Tree { id: found.id.clone(), what: what() }))
    }

    /// The numbers of the generations whose records cannot be read or are of another one, with what is wrong.
    pub(crate) fn damaged_generations(&self) -> Result<Vec<(u64, String)>, StoreError> {
        let mut damaged = Vec::new();
        for number in self.numbers()? {
            match self.generation(number) {
                Ok(generation) if generation.number != number => {
                    damaged.push((number, format!("generation {number} records the number {}", generation.number)));
                }
                Ok(_) => {}
                Err(error) => {
                    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                    damaged.push((number, format!("generation {number}: {error}{cause}")));
                }
            }
        }
        Ok(damaged)
    }
}
