//! Keeps snapshots: one immutable file each, and the manifests that they name.
//!
//! A snapshot appears by one rename, after its manifest is there and durable. The list of a tree's files is not in it: it
//! names the manifest by its SHA-256, and a copy of the manifest stays in `snapshots/` as long as a snapshot names it. An
//! id is never given twice: `newest` keeps the time of the newest one, and a second one of that time, or one after the
//! clock went back, gets a number.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use archive::Manifest;
use release::{Digest, ToolchainId};
use serde::{Deserialize, Serialize};
use snapshot::{Id, Parts};
use view::Snapshot;

use crate::format::{FORMAT, check_format};
use crate::json::to_json;
use crate::{Store, StoreError, manifest_file};

/// The largest `newest`, in bytes.
const NEWEST_BYTES_MAX: u64 = 4096;

/// A snapshot to be written.
pub struct NewSnapshot {
    /// Its label and its context; the store adds the time and the number.
    pub label: String,
    /// Where it is made.
    pub context: String,
    /// All of it but its id and its time.
    pub content: Snapshot,
    /// The toolchain whose manifest it names, with the manifest's hash.
    pub manifest: Option<(ToolchainId, Digest)>,
    /// Whether it is protected from the start.
    pub is_protected: bool,
}

/// A snapshot in the store.
#[derive(Debug, Clone)]
pub struct StoredSnapshot {
    /// Its id.
    pub id: Id,
    /// Its file.
    pub path: PathBuf,
    /// Its content.
    pub content: Snapshot,
    /// The size of its file in bytes.
    pub bytes: u64,
    /// Whether the user protects it.
    pub is_protected: bool,
}

/// What is known of the newest snapshot that there ever was.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Newest {
    format: u32,
    /// The highest second of an id.
    unix_seconds: u64,
    /// The last number that was given to tell two ids of a second apart.
    turn: u64,
}

/// A violated rule about a snapshot.
pub(crate) struct SnapshotFault {
    /// The snapshot's file, or the manifest that is none.
    path: PathBuf,
    /// What is wrong.
    pub what: String,
    /// The toolchain and the manifest that are missing, if that is all.
    lacks: Option<(Option<ToolchainId>, Digest)>,
}

impl Store {
    /// Writes a snapshot, and returns it with its id.
    ///
    /// # Errors
    /// `Busy`, or what the system says; then no snapshot is listed.
    pub fn add_snapshot(&self, new: NewSnapshot, wait_max: Duration) -> Result<StoredSnapshot, StoreError> {
        let fs = self.sys.fs();
        let folder = self.layout().snapshots();
        let _lock = self.lock(self.layout().store_lock(), "write a snapshot", wait_max)?;
        fs.create_private_dirs_durably(&folder).map_err(StoreError::io("make the folder", &folder))?;
        let nanos = u64::try_from(self.sys.clock().unix_nanos()).unwrap_or(u64::MAX);
        let unix_seconds = nanos / 1_000_000_000;
        let newest = self.newest_snapshot()?;
        let turn = match newest {
            Some(newest) if unix_seconds > newest.unix_seconds => 0,
            Some(newest) => newest.turn.saturating_add(1),
            // Ids were given, and which ones is no longer known: no other moment has these nanoseconds.
            None if self.has_snapshots()? => nanos,
            None => 0,
        };
        let highest = newest.map_or(unix_seconds, |newest| newest.unix_seconds.max(unix_seconds));
        let mut parts = Parts { label: new.label, unix_seconds, context: new.context, turn };
        let mut id = Id::of(&parts);
        // One that came from elsewhere may have this id.
        while fs.look(&self.layout().snapshot(&id)).map_err(StoreError::io("look at", &folder))?.is_some() {
            parts.turn = parts.turn.saturating_add(1);
            id = Id::of(&parts);
        }
        let mut content = Snapshot {
            id: id.to_string(),
            label: parts.label_in_id(),
            context: parts.context_in_id(),
            taken: release::utc_text(nanos),
            unix_nanos: nanos,
            ..new.content
        };
        // First what makes the id a used one, then what it names, then the snapshot itself.
        let path = self.layout().newest_snapshot();
        let last_turn = newest.map_or(0, |newest| newest.turn).max(parts.turn);
        let record = Newest { format: FORMAT, unix_seconds: highest, turn: last_turn };
        fs.replace(&path, &to_json(&record)).map_err(StoreError::io("write", &path))?;
        if let Some((toolchain, sha256)) = &new.manifest {
            self.keep_manifest(toolchain, sha256)?;
        }
        if new.is_protected {
            self.mark_protected(&id)?;
        }
        let bytes = snapshot::encode(&mut content);
        let path = self.layout().snapshot(&id);
        fs.replace(&path, &bytes).map_err(StoreError::io("write the snapshot", &path))?;
        Ok(StoredSnapshot { id, path, content, bytes: bytes.len() as u64, is_protected: new.is_protected })
    }

    /// Writes a snapshot that was made elsewhere, under its own id. Returns whether it is new.
    ///
    /// # Errors
    /// `SnapshotDiffers` where another one has its id, `Busy`, or what the system says; then nothing has changed.
    pub fn import_snapshot(
        &self,
        id: &Id,
        content: &Snapshot,
        manifest: Option<&Manifest>,
        wait_max: Duration,
    ) -> Result<bool, StoreError> {
        let fs = self.sys.fs();
        let folder = self.layout().snapshots();
        let _lock = self.lock(self.layout().store_lock(), "write a snapshot", wait_max)?;
        fs.create_private_dirs_durably(&folder).map_err(StoreError::io("make the folder", &folder))?;
        if fs.look(&self.layout().snapshot(id)).map_err(StoreError::io("look at", &folder))?.is_some() {
            let own = self.snapshot(id)?;
            return match own.content.content_sha256 == content.content_sha256 {
                true => Ok(false),
                false => Err(StoreError::SnapshotDiffers { id: id.to_string() }),
            };
        }
        if let Some(manifest) = manifest {
            let (bytes, sha256) = manifest_file::encode(manifest);
            let path = self.layout().snapshot_manifest(&sha256);
            fs.replace(&path, &bytes).map_err(StoreError::io("write the manifest", &path))?;
        }
        // The mark first: a snapshot from elsewhere never looks like one of this machine's own.
        let mark = self.layout().snapshot_pulled(id);
        fs.replace(&mark, b"").map_err(StoreError::io("write", &mark))?;
        let mut content = Snapshot { tree_files: Vec::new(), ..content.clone() };
        let path = self.layout().snapshot(id);
        fs.replace(&path, &snapshot::encode(&mut content)).map_err(StoreError::io("write the snapshot", &path))?;
        Ok(true)
    }

    /// The ids of all snapshots, sorted.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn snapshot_ids(&self) -> Result<Vec<Id>, StoreError> {
        let folder = self.layout().snapshots();
        let names = self.sys.fs().names_if_there(&folder).map_err(StoreError::io("list", &folder))?;
        let ids = names.iter().filter_map(|name| name.to_str()?.strip_suffix(".json")?.parse().ok());
        let mut ids: Vec<Id> = ids.collect();
        ids.sort();
        Ok(ids)
    }

    /// One snapshot.
    ///
    /// # Errors
    /// `NoSnapshot`, `SnapshotDamaged`, or what the system says.
    pub fn snapshot(&self, id: &Id) -> Result<StoredSnapshot, StoreError> {
        let fs = self.sys.fs();
        let path = self.layout().snapshot(id);
        let found = fs.look(&path).map_err(StoreError::io("look at", &path))?;
        if found.is_none() {
            return Err(StoreError::NoSnapshot { id: id.to_string() });
        }
        let bytes = fs.read(&path, snapshot::SNAPSHOT_BYTES_MAX).map_err(StoreError::io("read the snapshot", &path))?;
        let damaged = |reason: String| StoreError::SnapshotDamaged { path: path.clone(), reason };
        let content = snapshot::decode(&bytes).map_err(|error| damaged(error.to_string()))?;
        if content.id != id.as_str() {
            return Err(damaged(format!("it has the id `{}`", release::cut(&content.id))));
        }
        let protection = self.layout().snapshot_protection(id);
        let is_protected = fs.look(&protection).map_err(StoreError::io("look at", &protection))?.is_some();
        Ok(StoredSnapshot { id: id.clone(), path, content, bytes: bytes.len() as u64, is_protected })
    }

    /// Whether a snapshot came from elsewhere.
    ///
    /// # Errors
    /// What the system says.
    pub fn is_pulled(&self, id: &Id) -> Result<bool, StoreError> {
        let path = self.layout().snapshot_pulled(id);
        Ok(self.sys.fs().look(&path).map_err(StoreError::io("look at", &path))?.is_some())
    }

    /// The manifest that a snapshot names.
    ///
    /// # Errors
    /// `SnapshotDamaged` where it is missing or another one, or what the system says.
    pub fn snapshot_manifest(&self, sha256: &Digest) -> Result<Manifest, StoreError> {
        let path = self.layout().snapshot_manifest(sha256);
        let bytes = self.sys.fs().read(&path, manifest_file::BYTES_MAX);
        let bytes = bytes.map_err(StoreError::io("read the manifest", &path))?;
        manifest_file::parse(&bytes, sha256).map_err(|reason| StoreError::SnapshotDamaged { path, reason })
    }

    /// Protects a snapshot from expiry, or no longer. Returns whether that is a change.
    ///
    /// # Errors
    /// `NoSnapshot`, `Busy`, or what the system says; then nothing has changed.
    pub fn protect_snapshot(&self, id: &Id, on: bool, wait_max: Duration) -> Result<bool, StoreError> {
        let _lock = self.lock(self.layout().store_lock(), "protect a snapshot", wait_max)?;
        let was = self.snapshot(id)?.is_protected;
        if was == on {
            return Ok(false);
        }
        if on {
            self.mark_protected(id)?;
        } else {
            let path = self.layout().snapshot_protection(id);
            self.sys.fs().remove_file_if_there(&path).map_err(StoreError::io("remove", &path))?;
            self.sync_snapshots()?;
        }
        Ok(true)
    }

    /// Makes removals durable.
    fn sync_snapshots(&self) -> Result<(), StoreError> {
        let (fs, folder) = (self.sys.fs(), self.layout().snapshots());
        match fs.look(&folder).map_err(StoreError::io("look at", &folder))? {
            Some(_) => fs.sync_dir(&folder).map_err(StoreError::io("make durable", &folder)),
            None => Ok(()),
        }
    }

    /// Removes snapshots, and the manifests that no snapshot names any more. Returns the bytes that became free. An id
    /// without a snapshot is passed over.
    ///
    /// # Errors
    /// `Busy`, or what the system says; then a part of them is removed.
    pub fn remove_snapshots(&self, ids: &[Id], wait_max: Duration) -> Result<u64, StoreError> {
        let fs = self.sys.fs();
        let _lock = self.lock(self.layout().store_lock(), "remove snapshots", wait_max)?;
        let mut freed = 0;
        for id in ids {
            let layout = self.layout();
            for path in [layout.snapshot(id), layout.snapshot_protection(id), layout.snapshot_pulled(id)] {
                freed += fs.look(&path).map_err(StoreError::io("look at", &path))?.map_or(0, |meta| meta.bytes_on_disk);
                fs.remove_file_if_there(&path).map_err(StoreError::io("remove", &path))?;
            }
        }
        freed += self.sweep_manifests()?;
        self.sync_snapshots()?;
        Ok(freed)
    }

    /// Removes kept manifests that no snapshot names: those of removed snapshots, and of ones that were never finished.
    fn sweep_manifests(&self) -> Result<u64, StoreError> {
        let fs = self.sys.fs();
        let folder = self.layout().snapshots();
        let mut named = BTreeSet::new();
        for id in self.snapshot_ids()? {
            match self.snapshot(&id) {
                Ok(stored) => named.extend(manifest_of(&stored.content)),
                // What a damaged one names is not known.
                Err(_) => return Ok(0),
            }
        }
        let mut freed = 0;
        for name in fs.names_if_there(&folder).map_err(StoreError::io("list", &folder))? {
            let sha256 = name.to_str().and_then(|name| name.strip_suffix(".files")?.parse::<Digest>().ok());
            let Some(sha256) = sha256.filter(|sha256| !named.contains(sha256)) else { continue };
            let path = self.layout().snapshot_manifest(&sha256);
            let meta = fs.look(&path).map_err(StoreError::io("look at", &path))?;
            freed += meta.map_or(0, |meta| meta.bytes_on_disk);
            fs.remove_file_if_there(&path).map_err(StoreError::io("remove", &path))?;
        }
        Ok(freed)
    }

    /// The violated rules: snapshots that cannot be read, or whose manifest is missing or another one.
    pub(crate) fn snapshot_faults(&self) -> Result<Vec<SnapshotFault>, StoreError> {
        let mut faults = Vec::new();
        for id in self.snapshot_ids()? {
            let path = self.layout().snapshot(&id);
            let stored = match self.snapshot(&id) {
                Ok(stored) => stored,
                Err(error) => {
                    faults.push(SnapshotFault { path, what: format!("snapshot {id}: {error}"), lacks: None });
                    continue;
                }
            };
            let Some(sha256) = manifest_of(&stored.content) else { continue };
            if let Err(error) = self.snapshot_manifest(&sha256) {
                let toolchain = stored.content.toolchain.as_deref().and_then(|name| name.parse().ok());
                let what = format!("snapshot {id}: its manifest: {error}");
                faults.push(SnapshotFault { path, what, lacks: Some((toolchain, sha256)) });
            }
        }
        Ok(faults)
    }

    /// Repairs what [`Store::faults`] says of snapshots: takes a manifest from its toolchain again where that is still
    /// installed, else moves the snapshot to `set-aside/`. Returns what was done, in words.
    ///
    /// # Errors
    /// `Busy`, or what the system says.
    pub fn mend_snapshots(&self, wait_max: Duration) -> Result<Vec<String>, StoreError> {
        let _lock = self.lock(self.layout().store_lock(), "repair snapshots", wait_max)?;
        let mut done = Vec::new();
        for fault in self.snapshot_faults()? {
            if let Some((toolchain, sha256)) = &fault.lacks {
                let path = self.layout().snapshot_manifest(sha256);
                if self.snapshot_manifest(sha256).is_ok() {
                    continue;
                }
                if self.sys.fs().look(&path).map_err(StoreError::io("look at", &path))?.is_some() {
                    let aside = self.set_path_aside(&path)?;
                    done.push(format!("`{}` is now `{}`", path.display(), aside.display()));
                }
                if let Some(toolchain) = toolchain
                    && self.keep_manifest(toolchain, sha256).is_ok()
                {
                    done.push(format!("`{}` is there again", path.display()));
                    continue;
                }
            }
            let aside = self.set_path_aside(&fault.path)?;
            done.push(format!("`{}` is now `{}`", fault.path.display(), aside.display()));
        }
        Ok(done)
    }

    /// Keeps the manifest of an installed toolchain for snapshots: a second name of its file, or a copy.
    fn keep_manifest(&self, toolchain: &ToolchainId, sha256: &Digest) -> Result<(), StoreError> {
        if self.snapshot_manifest(sha256).is_ok() {
            return Ok(());
        }
        let manifest = self.manifest(toolchain)?;
        let (bytes, actual) = manifest_file::encode(&manifest);
        if actual != *sha256 {
            let reason = format!("its SHA-256 is {actual}, the snapshot was made of {sha256}");
            return Err(StoreError::Manifest { path: self.layout().manifest(toolchain), reason });
        }
        let path = self.layout().snapshot_manifest(sha256);
        self.sys.fs().replace(&path, &bytes).map_err(StoreError::io("write the manifest", &path))
    }

    fn mark_protected(&self, id: &Id) -> Result<(), StoreError> {
        let path = self.layout().snapshot_protection(id);
        self.sys.fs().replace(&path, b"").map_err(StoreError::io("write", &path))
    }

    fn has_snapshots(&self) -> Result<bool, StoreError> {
        let folder = self.layout().snapshots();
        Ok(!self.sys.fs().names_if_there(&folder).map_err(StoreError::io("list", &folder))?.is_empty())
    }

    /// None where no snapshot was ever made, or the record of it cannot be read.
    fn newest_snapshot(&self) -> Result<Option<Newest>, StoreError> {
        let path = self.layout().newest_snapshot();
        let bytes = self.sys.fs().read_if_there(&path, NEWEST_BYTES_MAX).map_err(StoreError::io("read", &path))?;
        let newest: Option<Newest> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(newest.filter(|newest| check_format(newest.format).is_ok()))
    }
}

/// The hash of the manifest that a snapshot names.
fn manifest_of(content: &Snapshot) -> Option<Digest> {
    content.tree_state.as_ref()?.manifest_sha256.parse().ok()
}
