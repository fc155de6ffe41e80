//! A second store, which the administrator installs for all users of a machine: read, never written.
//!
//! Its toolchains come after the user's own. goward ignores it unless its folders, and all above them, belong to the
//! administrator (or to the user at work) and nobody else may write to them (`sys::Fs::trust`): a user who could add a
//! tree would choose what all users run. goward also ignores a single tree whose root, `bin` or `go` fails that check.
//! On a system without owners (Windows) goward reads it only if a setting names it; the administrator sets the rights
//! there.
//!
//! goward locks nothing in it. A removal by the administrator detects running programs by the files that they run from,
//! on systems that report them.

use std::path::PathBuf;

use release::ToolchainId;
use sys::EntryKind;

use crate::{Layout, Store, StoreError, Toolchain};

/// The state of the second store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SharedStore {
    /// There is none, or it is the user's own.
    None,
    /// It is read.
    Trusted(PathBuf),
    /// It exists, and goward ignores it for this reason.
    PassedOver {
        /// Its folder.
        home: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Store {
    /// The same store, with a second one whose toolchains may be run. A store cannot be its own second one.
    pub fn with_shared_store(self, home: impl Into<PathBuf>) -> Store {
        let layout = Layout::new(home.into());
        let shared = (layout.home() != self.layout.home()).then_some(layout);
        Store { shared, ..self }
    }

    /// Whether there is a second store, and whether goward reads it.
    pub fn shared_store(&self) -> SharedStore {
        let Some(layout) = &self.shared else { return SharedStore::None };
        let home = layout.home().to_owned();
        let fs = self.sys.fs();
        for folder in [home.clone(), layout.toolchains()] {
            match fs.follow(&folder) {
                Ok(Some(meta)) if meta.kind == EntryKind::Dir => {}
                Ok(_) => return SharedStore::None,
                Err(cause) => {
                    let reason = format!("`{}` cannot be looked at ({cause})", folder.display());
                    return SharedStore::PassedOver { home, reason };
                }
            }
        }
        // The home itself may be a link; its target counts.
        let trusted = fs.trust(&home).and_then(|found| {
            let layout = Layout::new(found.real);
            fs.trust_entries(&[layout.toolchains(), layout.manifests()])
        });
        if let Err(cause) = trusted {
            return SharedStore::PassedOver { home, reason: cause.to_string() };
        }
        SharedStore::Trusted(home)
    }

    /// The toolchains that can be run: those of this store and of the second one, each once and this store's first,
    /// sorted by version.
    ///
    /// # Errors
    /// When this store cannot be read, or another user can change one of its trees. An unreadable second store counts
    /// as empty.
    pub fn installed(&self) -> Result<Vec<Toolchain>, StoreError> {
        let found = self.listed()?;
        let own: Vec<Toolchain> = found.iter().filter(|one| !self.is_in_shared_store(one)).cloned().collect();
        self.trust_trees(&own)?;
        Ok(found)
    }

    /// As [`Store::installed`], with those of this store's trees that another user can change: for a list, and for a
    /// choice among them, after which [`Store::check_trust`] checks the chosen one.
    ///
    /// # Errors
    /// When this store cannot be read.
    pub fn listed(&self) -> Result<Vec<Toolchain>, StoreError> {
        let mut found = self.toolchains()?;
        for other in self.shared_toolchains() {
            if found.iter().all(|own| own.id != other.id) {
                found.push(other);
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }

    /// Refuses a toolchain of this store if another user can change its tree. A second store has only trusted ones.
    ///
    /// # Errors
    /// `Untrusted`.
    pub fn check_trust(&self, toolchain: &Toolchain) -> Result<(), StoreError> {
        if self.is_in_shared_store(toolchain) {
            return Ok(());
        }
        self.trust_trees(std::slice::from_ref(toolchain))
    }

    /// One toolchain that can be run: from this store, else from the second one.
    ///
    /// # Errors
    /// When this store cannot be looked at.
    pub fn find_installed(&self, id: &ToolchainId) -> Result<Option<Toolchain>, StoreError> {
        match self.find(id)? {
            Some(own) => Ok(Some(own)),
            None => Ok(self.in_shared_store(id)),
        }
    }

    /// The toolchains of the second store; none if goward ignores it.
    pub fn shared_toolchains(&self) -> Vec<Toolchain> {
        match (&self.shared, self.shared_store()) {
            (Some(layout), SharedStore::Trusted(_)) => {
                let found = self.toolchains_in(layout).unwrap_or_default();
                found.into_iter().filter(|toolchain| self.is_trusted_tree(toolchain)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether only the administrator and the user can change what runs first: the tree's root, `bin`, and `go`.
    fn is_trusted_tree(&self, toolchain: &Toolchain) -> bool {
        let (tree, bin) = (toolchain.tree.clone(), toolchain.tree.join("bin"));
        let go = bin.join(toolchain.id.platform().program("go"));
        self.sys.fs().trust_entries(&[tree, bin, go]).is_ok()
    }

    /// The second store's folder of toolchains, and when it last changed, in nanoseconds since 1970.
    pub(crate) fn shared_store_folder(&self) -> Option<(PathBuf, Option<u64>)> {
        let folder = self.shared.as_ref()?.toolchains();
        let meta = self.sys.fs().follow(&folder).ok().flatten();
        Some((folder, meta.map(|meta| meta.modified_unix_nanos)))
    }

    /// Whether a toolchain is in the second store.
    pub fn is_in_shared_store(&self, toolchain: &Toolchain) -> bool {
        self.shared.as_ref().is_some_and(|layout| toolchain.tree.starts_with(layout.home()))
    }

    pub(crate) fn in_shared_store(&self, id: &ToolchainId) -> Option<Toolchain> {
        let layout = self.shared.as_ref()?;
        // Check the one name first: most toolchains are not there.
        let meta = self.sys.fs().look(&layout.tree(id)).ok()??;
        let there = meta.kind == EntryKind::Dir && matches!(self.shared_store(), SharedStore::Trusted(_));
        let toolchain = Toolchain { id: id.clone(), tree: layout.tree(id) };
        (there && self.is_trusted_tree(&toolchain)).then_some(toolchain)
    }

    /// The layout of the store that has a toolchain: this one unless only the second one has it.
    pub(crate) fn layout_of(&self, id: &ToolchainId) -> Result<&Layout, StoreError> {
        match (&self.shared, self.find(id)?) {
            (Some(shared), None) if self.in_shared_store(id).is_some() => Ok(shared),
            _ => Ok(&self.layout),
        }
    }

    /// The target of a generation's link for a toolchain.
    pub(crate) fn link_target(&self, id: &ToolchainId) -> Result<PathBuf, StoreError> {
        match (self.find(id)?, self.in_shared_store(id)) {
            (None, Some(toolchain)) => Ok(toolchain.tree),
            _ => Ok(Layout::toolchain_target(id)),
        }
    }
}
