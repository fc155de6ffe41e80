//! The store: what is installed, and which toolchain is the default.
//!
//! A store is one folder (goward's home). A toolchain is a tree under `toolchains/` with its
//! manifest beside it under `manifests/`; the default is a numbered generation that the link
//! `current` points to. Everything here follows three rules:
//!
//! - *Visible means whole and durable.* A tree is unpacked into `staging/`, made durable, and only
//!   then renamed into `toolchains/`: that rename is the one instant at which it begins to exist.
//!   Its manifest is durable before that instant, so no visible tree lacks one.
//! - *Nothing is edited in place.* A switch builds the next generation and moves one link; a reader
//!   finds the old set or the new. Readers take no lock.
//! - *Removal starts with a rename* into `trash/`: from that instant the toolchain is gone, however
//!   long the deleting takes and whatever interrupts it.
//!
//! `journal.log` ([`journal`]) records which operations are under way, in the states of [`states`]. The next process
//! that changes anything finishes or undoes what a dead process left ([`Store::recover`]). One function,
//! [`Store::faults`], checks what must hold at any instant.
//!
//! Only root and the user at work may have written to it: `home.rs`.
//!
//! Lock order: an install's lock, then `locks/store.lock`, then `locks/journal.lock`. The store's lock is held for
//! short moments only: never during a fetch, an unpack or a deletion. A name in `staging/` or `trash/` has a lock of
//! its own, which shows whether its process lives.
//!
//! Tested by `tests/`, by `dev/sim`, which stops every verb at every operation, and by every install
//! test above.

mod author;
mod block;
mod blocked;
mod change;
mod check;
mod current;
mod drills;
mod entries;
mod error;
mod external_go;
mod format;
mod generation;
mod home;
mod journal;
mod json;
mod layout;
mod lease;
mod lock;
mod manifest_file;
mod mend;
mod misplaced;
mod programs;
mod projects;
mod record;
mod recover;
mod remove;
mod remove_home;
mod repair;
mod running;
mod shared_files;
mod shared_store;
mod shim_table;
mod snapshots;
mod staging;
pub mod states;
mod transaction;
mod variables;

pub use author::Author;
pub use block::Block;
pub use blocked::{BlockChange, Blocks};
pub use change::{FileChange, Links};
pub use check::Fault;
pub use drills::DrillHistory;
pub use error::{StoreError, fixes};
pub use external_go::ExternalGo;
pub use generation::{Generation, Moved};
pub use home::TrustedHome;
pub use journal::{JournalRecord, Operation, OperationKind};
pub use layout::Layout;
pub use lock::StoreLock;
pub use manifest_file::manifest_digest;
pub use misplaced::Misplaced;
pub use record::ToolchainRecord;
pub use recover::Recovered;
pub use remove_home::HomeRemoval;
pub use repair::{TreeRepair, mode_of};
pub use running::{RunningEntry, RunningProgram};
pub use shared_store::SharedStore;
pub use shim_table::ShimFacts;
pub use snapshots::{NewSnapshot, StoredSnapshot};
pub use staging::{COMMITS_MAX, Staging};
pub use transaction::{PastChange, Transaction};

use std::io::ErrorKind;
use std::path::PathBuf;

use release::ToolchainId;
use sys::{EntryKind, Sys};

/// A store. Cheap to clone; opening it reads and writes nothing.
#[derive(Clone)]
pub struct Store {
    sys: Sys,
    home: TrustedHome,
    layout: Layout,
    /// A second store, which goward reads and never writes.
    shared: Option<Layout>,
    /// Where archives under way are, if not in the home.
    downloads: Option<PathBuf>,
    trees_synced: bool,
    /// The interval between two tries for a taken lock.
    ask_interval: std::time::Duration,
    /// Whether switches and rollbacks also go to blocked versions.
    ignores_blocks: bool,
    /// Reports, once for each lock, that goward waits for it.
    progress: Option<std::sync::Arc<dyn diag::Progress>>,
    /// Supplies the entries of `shim.table` that the store cannot know: the path of goward, the platform, the configuration.
    /// Without it no table is written.
    shim_facts: Option<Facts>,
}

/// Called for each write of the table, since a configuration may change while the process runs.
type Facts = std::sync::Arc<dyn Fn() -> Option<ShimFacts> + Send + Sync>;

/// An installed toolchain: its tree is complete.
#[derive(Debug, Clone)]
pub struct Toolchain {
    /// Which one.
    pub id: ToolchainId,
    /// The root of its tree: its `GOROOT`.
    pub tree: PathBuf,
}

impl Store {
    /// The store in this folder, which need not exist yet.
    pub fn at(sys: &Sys, home: TrustedHome) -> Store {
        Store {
            sys: sys.clone(),
            layout: Layout::new(home.path().to_owned()),
            home,
            shared: None,
            downloads: None,
            trees_synced: true,
            ask_interval: lock::ASK_INTERVAL,
            ignores_blocks: false,
            progress: None,
            shim_facts: None,
        }
    }

    /// The same store, whose archives under way are in another folder. It may be on another disk: goward reads an archive
    /// and writes its files, and never moves it.
    pub fn with_downloads_in(self, folder: &TrustedHome) -> Store {
        Store { downloads: Some(folder.path().to_owned()), ..self }
    }

    /// The folder of archives under way.
    pub fn downloads(&self) -> PathBuf {
        self.downloads.clone().unwrap_or_else(|| self.layout.downloads())
    }

    /// The same store, which reports when it waits for another process.
    pub fn with_progress(self, progress: std::sync::Arc<dyn diag::Progress>) -> Store {
        Store { progress: Some(progress), ..self }
    }

    /// The same store, which keeps the shims' table up to date: it calls `facts` after every change.
    pub fn with_shim_facts(self, facts: impl Fn() -> Option<ShimFacts> + Send + Sync + 'static) -> Store {
        Store { shim_facts: Some(std::sync::Arc::new(facts)), ..self }
    }

    /// The same store, which does not sync new trees before it shows them. This is faster, but after a power cut a
    /// toolchain may look installed and have empty files. A kill does no such harm.
    pub fn without_tree_sync(self) -> Store {
        Store { trees_synced: false, ..self }
    }

    /// The same store, which tries a taken lock again after each such interval.
    #[must_use]
    pub fn asking_every(self, ask_interval: std::time::Duration) -> Store {
        Store { ask_interval, ..self }
    }

    /// Where things are.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The installed toolchains, sorted by version. Names that are not toolchains are ignored.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn toolchains(&self) -> Result<Vec<Toolchain>, StoreError> {
        self.toolchains_in(&self.layout)
    }

    pub(crate) fn toolchains_in(&self, layout: &Layout) -> Result<Vec<Toolchain>, StoreError> {
        let folder = layout.toolchains();
        // Something else in the folder's place holds no toolchain; `Store::misplaced` names it.
        let entries = match self.sys.fs().entries(&folder) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Vec::new(),
            entries => entries.map_err(StoreError::io("list", &folder))?,
        };
        let mut found: Vec<Toolchain> = entries
            .iter()
            .filter(|(_, kind)| *kind == EntryKind::Dir)
            .filter_map(|(name, _)| name.to_str()?.parse::<ToolchainId>().ok())
            .map(|id| Toolchain { tree: layout.tree(&id), id })
            .collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }

    /// One toolchain, if it is installed.
    ///
    /// # Errors
    /// When the folder cannot be read, or another user can change the tree.
    pub fn find(&self, id: &ToolchainId) -> Result<Option<Toolchain>, StoreError> {
        let tree = self.layout.tree(id);
        let meta = self.sys.fs().look(&tree).map_err(StoreError::io("look at", &tree))?;
        if meta.is_none_or(|meta| meta.kind != EntryKind::Dir) {
            return Ok(None);
        }
        let toolchain = Toolchain { id: id.clone(), tree };
        self.trust_trees(std::slice::from_ref(&toolchain))?;
        Ok(Some(toolchain))
    }

    /// An error for the first of these trees whose root another user can change.
    pub(crate) fn trust_trees(&self, toolchains: &[Toolchain]) -> Result<(), StoreError> {
        let trees: Vec<_> = toolchains.iter().map(|toolchain| toolchain.tree.clone()).collect();
        let trusted = self.sys.fs().trust_entries(&trees);
        trusted.map_err(|cause| StoreError::Untrusted { path: cause.path.clone(), cause })
    }

    /// The record of an installed toolchain: its source and its witnesses.
    ///
    /// # Errors
    /// When the record is missing, unreadable, or invalid.
    pub fn record(&self, id: &ToolchainId) -> Result<ToolchainRecord, StoreError> {
        let path = self.layout_of(id)?.record(id);
        let bytes =
            self.sys.fs().read(&path, record::RECORD_BYTES_MAX).map_err(StoreError::io("read the record", &path))?;
        ToolchainRecord::parse(&bytes).map_err(|cause| StoreError::Record { path, cause })
    }

    /// The list of a toolchain's files, checked against the hash that its record keeps.
    ///
    /// # Errors
    /// When it is missing, unreadable, or not the list that was recorded.
    pub fn manifest(&self, id: &ToolchainId) -> Result<archive::Manifest, StoreError> {
        let record = self.record(id)?;
        let path = self.layout_of(id)?.manifest(id);
        let bytes =
            self.sys.fs().read(&path, manifest_file::BYTES_MAX).map_err(StoreError::io("read the manifest", &path))?;
        manifest_file::parse(&bytes, &record.manifest_sha256).map_err(|reason| StoreError::Manifest { path, reason })
    }

    /// Whether an installed toolchain of this store has lost its record or its list of files, so that nothing can be
    /// checked: an install replaces it. A record of a later goward is not lost.
    pub fn lacks_record(&self, id: &ToolchainId) -> bool {
        match self.manifest(id) {
            Ok(_) => false,
            Err(StoreError::Io(failure)) => failure.cause.kind() != ErrorKind::PermissionDenied,
            Err(StoreError::Record { path, .. }) => {
                let bytes = self.sys.fs().read(&path, record::RECORD_BYTES_MAX).unwrap_or_default();
                !format::is_of_later_goward(&bytes)
            }
            Err(error) => matches!(error, StoreError::Manifest { .. }),
        }
    }

    /// Removes archives under way that no process fetches, and returns their names and bytes; only tells them if
    /// `dry_run`.
    ///
    /// # Errors
    /// When the folder cannot be read, or something in it cannot be removed.
    pub fn clear_downloads(&self, dry_run: bool) -> Result<Vec<(String, u64)>, StoreError> {
        let (folder, fs) = (self.downloads(), self.sys.fs());
        let mut cleared = Vec::new();
        for (name, bytes) in self.partial_downloads()? {
            let (parts, lock) = (folder.join(format!("{name}.parts")), folder.join(format!("{name}.lock")));
            let sys::LockAttempt::Held(_alone) = fs.try_lock(&lock).map_err(StoreError::io("lock", &lock))? else {
                continue;
            };
            if !dry_run {
                fs.remove_tree(&parts).map_err(StoreError::io("remove", &parts))?;
            }
            cleared.push((name, bytes));
        }
        Ok(cleared)
    }

    /// The bytes on disk of unfinished downloads, by name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn partial_downloads(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let folder = self.downloads();
        let fs = self.sys.fs();
        let mut found = Vec::new();
        for name in fs.names_if_there(&folder).map_err(StoreError::io("list", &folder))? {
            let path = folder.join(&name);
            let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".parts")) else { continue };
            let mut bytes = 0;
            for part in fs.names_if_there(&path).map_err(StoreError::io("list", &path))? {
                let numbered = part.to_str().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
                if numbered {
                    let part = path.join(part);
                    bytes += fs.look(&part).map_err(StoreError::io("look at", &part))?.map_or(0, |meta| meta.bytes);
                }
            }
            if bytes > 0 {
                found.push((name.to_owned(), bytes));
            }
        }
        Ok(found)
    }
}
