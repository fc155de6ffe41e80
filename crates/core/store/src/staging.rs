//! From an empty folder to a visible toolchain.

use std::path::{Path, PathBuf};
use std::time::Duration;

use release::ToolchainId;
use sys::{EmptyFolder, EntryKind, FileLock, LockAttempt};

use crate::format::FORMAT;
use crate::journal::Operation;
use crate::json::to_json;
use crate::record::ToolchainRecord;
use crate::states::Event;
use crate::{Store, StoreError, Toolchain, manifest_file};

/// How many new names with a lock are tried.
const GUARD_TRIES_MAX: u32 = 16;
/// How often a commit that takes too long is tried.
pub const COMMITS_MAX: u32 = 3;

/// A folder that only this process fills. Dropping it leaves the folder for [`Store::sweep`]: an
/// error deletes nothing, so that the user sees the error first.
#[derive(Debug)]
#[must_use = "a staging folder that nobody admits or discards is left for the next sweep"]
pub struct Staging {
    folder: PathBuf,
    lock: PathBuf,
    _held: FileLock,
}

impl Staging {
    /// Its name in the staging folder: the checkpoint of the operation that fills it.
    pub fn name(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The path for the tree, which does not exist yet.
    pub fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }
}

impl Store {
    /// Makes sure that the store can take a toolchain of this size: the folder can be made and
    /// written, programs may run in it, and there is room.
    ///
    /// # Errors
    /// `ReadOnly`, `Noexec`, `NoSpace`, or what the system says.
    pub fn check_ready(&self, bytes_needed: u64) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let home = self.layout().home();
        self.make_home()?;
        let Some(space) = fs.space(home).map_err(StoreError::io("look at", home))? else { return Ok(()) };
        if space.read_only {
            return Err(StoreError::ReadOnly { path: home.to_owned() });
        }
        if space.noexec {
            return Err(StoreError::Noexec { path: home.to_owned() });
        }
        if space.bytes_free < bytes_needed {
            return Err(StoreError::NoSpace {
                path: home.to_owned(),
                needed: diag::Bytes(bytes_needed),
                free: diag::Bytes(space.bytes_free),
            });
        }
        Ok(())
    }

    /// A new staging folder for a toolchain.
    ///
    /// # Errors
    /// What the system says.
    pub fn stage(&self, id: &ToolchainId) -> Result<Staging, StoreError> {
        let fs = self.sys.fs();
        let parent = self.layout().staging();
        // The files in it are not verified yet, and may be a copy of another user's.
        self.make_private(&parent)?;
        let (folder, lock, held) = self.guarded(&parent, &id.to_string())?;
        fs.create_dir(&folder).map_err(StoreError::io("make the folder", &folder))?;
        Ok(Staging { folder, lock, _held: held })
    }

    /// A new, empty folder for one of goward's helper programs.
    ///
    /// # Errors
    /// What the system says.
    pub fn empty_folder(&self) -> Result<EmptyFolder, StoreError> {
        let parent = self.layout().work();
        let made = EmptyFolder::make(self.sys.fs(), &parent, self.sys.clock().unix_seconds());
        made.map_err(StoreError::io("make an empty folder in", &parent))
    }

    /// A new name in a folder with its lock beside it, held, so that no other process sweeps that name.
    pub(crate) fn guarded(&self, parent: &Path, stem: &str) -> Result<(PathBuf, PathBuf, FileLock), StoreError> {
        let fs = self.sys.fs();
        for _ in 0..GUARD_TRIES_MAX {
            let unique = format!("{stem}.{}-{}", self.sys.process().id(), self.sys.clock().unix_nanos());
            let (name, lock) = (parent.join(&unique), parent.join(lock_name(&unique)));
            let attempt = fs.try_lock(&lock).map_err(StoreError::io("lock", &lock))?;
            // A sweep may have removed the lock file after it was made and before it was locked: then it protects
            // nothing.
            if let LockAttempt::Held(held) = attempt
                && held.is_of(&lock).map_err(StoreError::io("look at", &lock))?
            {
                return Ok((name, lock, held));
            }
        }
        let owner = "a sweep that takes every new name away".to_owned();
        Err(StoreError::Busy { path: parent.to_owned(), waited: Duration::ZERO, owner })
    }

    /// Makes a staged tree an installed toolchain: durable first, visible last.
    ///
    /// The operation is in the state `Syncing` and ends in `Done`. Callers leave `format`, `operation`, `files`,
    /// `bytes` and `manifest_sha256` of the record empty; this function fills them in. If making the tree durable takes
    /// longer than `commit_max`, the operation goes back to `Syncing` and tries again, [`COMMITS_MAX`] times in all.
    ///
    /// # Errors
    /// What the system says; then the toolchain is not visible.
    pub fn admit(
        &self,
        operation: &mut Operation,
        staging: Staging,
        mut record: ToolchainRecord,
        manifest: &archive::Manifest,
        commit_max: Duration,
    ) -> Result<Toolchain, StoreError> {
        assert!(!manifest.files.is_empty(), "an empty tree was about to be admitted");
        let id = record.toolchain.clone();
        let (text, digest) = manifest_file::encode(manifest);
        record.format = FORMAT;
        record.operation = operation.record().operation.clone();
        record.files = manifest.files.len() as u64;
        record.bytes = manifest.files.iter().map(|file| file.bytes).sum();
        record.manifest_sha256 = digest;
        // A tree whose record is lost proves nothing, so it is replaced as a whole.
        let replaced = match self.find(&id)?.filter(|_| self.lacks_record(&id)) {
            Some(old) => match self.alone_with(&old)? {
                Ok(lease) => Some((old, lease)),
                Err(holder) => return Err(StoreError::Running { id, holder }),
            },
            None => None,
        };
        for commit in 1..=COMMITS_MAX {
            operation.advance(Event::Proven, None, None)?;
            let start = self.sys.clock().moment();
            self.make_durable(&staging.tree(), &record, &text)?;
            if commit < COMMITS_MAX && self.sys.clock().since(start) > commit_max {
                let note = format!("making the tree durable took longer than {} s", commit_max.as_secs());
                operation.advance(Event::TimedOut, None, Some(note))?;
                continue;
            }
            break;
        }
        if let Some((old, _lease)) = &replaced {
            self.make_room(old)?;
        }
        let toolchain = self.reveal(&id, &staging.tree())?;
        drop(replaced);
        operation.advance(Event::Admitted, None, None)?;
        self.rewrite_shim_table();
        self.discard(staging);
        Ok(toolchain)
    }

    /// Syncs the tree before any name of it can be durable: a power cut after the rename must not leave a name without
    /// the files' contents. Writes the record last: if it names an operation, that operation's tree and manifest are
    /// durable.
    fn make_durable(&self, staged: &Path, record: &ToolchainRecord, manifest: &[u8]) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        if self.trees_synced {
            fs.sync_tree(staged).map_err(StoreError::io("make durable", staged))?;
        }
        let (record_path, manifest_path) =
            (self.layout().record(&record.toolchain), self.layout().manifest(&record.toolchain));
        let folder = self.layout().manifests();
        fs.create_dirs_durably(&folder).map_err(StoreError::io("make the folder", &folder))?;
        fs.replace(&manifest_path, manifest).map_err(StoreError::io("write the manifest", &manifest_path))?;
        fs.replace(&record_path, &to_json(record)).map_err(StoreError::io("write the record", &record_path))
    }

    /// Moves a tree into the trash, so that the staged one can take its place. If this process ends before that, recovery
    /// shows the staged tree, which is durable.
    fn make_room(&self, old: &Toolchain) -> Result<(), StoreError> {
        let thrown = self.place_in_trash(&old.id)?;
        self.move_tree(&old.tree, &thrown.path)?;
        thrown.delete(self);
        Ok(())
    }

    /// The instant at which a toolchain begins to exist. One that is visible already stays.
    pub(crate) fn reveal(&self, id: &ToolchainId, staged: &Path) -> Result<Toolchain, StoreError> {
        let fs = self.sys.fs();
        let (tree, folder, home) = (self.layout().tree(id), self.layout().toolchains(), self.layout().home());
        if self.find(id)?.is_none() {
            fs.create_dirs_durably(&folder).map_err(StoreError::io("make the folder", &folder))?;
            fs.sync_dir(home).map_err(StoreError::io("make durable", home))?;
            // A file or a link of this name is no toolchain.
            self.clear_way(&tree, EntryKind::Dir)?;
            fs.rename(staged, &tree).map_err(StoreError::io("move the tree to", &tree))?;
            // Only now, since a read-only folder cannot be moved to another parent. It is a courtesy.
            let _ = fs.set_mode(&tree, self.folder_mode());
        }
        fs.sync_dir(&folder).map_err(StoreError::io("make durable", &folder))?;
        Ok(Toolchain { id: id.clone(), tree })
    }

    /// Removes a staging folder that is no longer needed. [`Store::sweep`] removes what cannot be removed now.
    pub fn discard(&self, staging: Staging) {
        let fs = self.sys.fs();
        let removed = fs.remove_tree(&staging.folder);
        if removed.is_ok() {
            let _ = fs.remove_file_if_there(&staging.lock);
        }
    }

    /// Removes what dead processes left in `staging/` and `trash/`; returns how many trees that were.
    ///
    /// A name whose lock is held belongs to a living process and stays.
    ///
    /// # Errors
    /// What the system says.
    pub fn sweep(&self) -> Result<usize, StoreError> {
        Ok(self.sweep_folder(&self.layout().staging())? + self.sweep_folder(&self.layout().trash())?)
    }

    fn sweep_folder(&self, folder: &Path) -> Result<usize, StoreError> {
        let fs = self.sys.fs();
        let mut removed = 0;
        for name in fs.names_if_there(folder).map_err(StoreError::io("list", folder))? {
            let path = folder.join(&name);
            if path.extension().is_none_or(|extension| extension != "lock") {
                // A name is made after its lock and removed before it: a name without a lock is left from a power cut.
                let lock = folder.join(lock_name(&name.to_string_lossy()));
                if fs.look(&lock).map_err(StoreError::io("look at", &lock))?.is_none() {
                    removed += usize::from(self.remove_leftover(&path)?);
                }
                continue;
            }
            let LockAttempt::Held(held) = fs.try_lock(&path).map_err(StoreError::io("lock", &path))? else { continue };
            removed += usize::from(self.remove_leftover(&path.with_extension(""))?);
            fs.remove_file_if_there(&path).map_err(StoreError::io("remove", &path))?;
            drop(held);
        }
        Ok(removed)
    }

    fn remove_leftover(&self, folder: &Path) -> Result<bool, StoreError> {
        let fs = self.sys.fs();
        let there = fs.look(folder).map_err(StoreError::io("look at", folder))?.is_some();
        fs.remove_tree(folder).map_err(StoreError::io("remove", folder))?;
        Ok(there)
    }
}

fn lock_name(folder: &str) -> String {
    format!("{folder}.lock")
}
