//! From an empty folder to a visible toolchain.

use std::path::{Path, PathBuf};

use release::ToolchainId;
use sys::{FileLock, LockAttempt};

use crate::record::{FORMAT, ToolchainRecord};
use crate::{Store, StoreError, Toolchain, manifest_file};

/// A folder that only this process fills. Dropping it leaves the folder for [`Store::sweep`]:
/// nothing is deleted on the way out of an error, so that the error is what the user sees first.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    lock: PathBuf,
    _held: FileLock,
}

impl Staging {
    /// Where the tree is to be made. It does not exist yet.
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
        fs.create_dirs(home).map_err(StoreError::io("make the folder", home))?;
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
        fs.create_dirs(&parent).map_err(StoreError::io("make the folder", &parent))?;
        let unique = format!("{id}.{}-{}", self.sys.process().id(), self.sys.clock().unix_nanos());
        let (folder, lock) = (parent.join(&unique), parent.join(format!("{unique}.lock")));
        let held = match fs.try_lock(&lock).map_err(StoreError::io("lock", &lock))? {
            LockAttempt::Held(held) => held,
            LockAttempt::Taken => {
                let owner = "a process with our own number".to_owned();
                return Err(StoreError::Busy { path: lock, seconds: 0, owner });
            }
        };
        fs.create_dir(&folder).map_err(StoreError::io("make the folder", &folder))?;
        Ok(Staging { folder, lock, _held: held })
    }

    /// Makes a staged tree an installed toolchain: durable first, visible last.
    ///
    /// `record` comes without the fields that this function knows better (format, counts, hash of
    /// the manifest); they are filled in. If the toolchain has become visible meanwhile, that one stays.
    ///
    /// # Errors
    /// What the system says; then the toolchain is not visible.
    pub fn admit(
        &self,
        staging: Staging,
        mut record: ToolchainRecord,
        manifest: &archive::Manifest,
    ) -> Result<Toolchain, StoreError> {
        let fs = self.sys.fs();
        let id = record.toolchain.clone();
        let tree = self.layout().tree(&id);
        assert!(!manifest.files.is_empty(), "an empty tree was about to be admitted");

        let (text, digest) = manifest_file::encode(manifest);
        record.format = FORMAT;
        record.files = manifest.files.len() as u64;
        record.bytes = manifest.files.iter().map(|file| file.bytes).sum();
        record.manifest_sha256 = digest;

        if self.find(&id)?.is_none() {
            // The tree is durable before any name of it can be: a power cut after the rename must
            // not leave a name that outlives the files' contents.
            let staged = staging.tree();
            fs.sync_tree(&staged).map_err(StoreError::io("make durable", &staged))?;

            let (record_path, manifest_path) = (self.layout().record(&id), self.layout().manifest(&id));
            let folder = self.layout().manifests();
            fs.create_dirs(&folder).map_err(StoreError::io("make the folder", &folder))?;
            fs.replace(&manifest_path, &text).map_err(StoreError::io("write the manifest", &manifest_path))?;
            let json = to_json(&record);
            fs.replace(&record_path, &json).map_err(StoreError::io("write the record", &record_path))?;

            let folder = self.layout().toolchains();
            fs.create_dirs(&folder).map_err(StoreError::io("make the folder", &folder))?;
            fs.rename(&staged, &tree).map_err(StoreError::io("move the tree to", &tree))?;
            fs.sync_dir(&folder).map_err(StoreError::io("make durable", &folder))?;
            let home = self.layout().home();
            fs.sync_dir(home).map_err(StoreError::io("make durable", home))?;
        }
        self.discard(staging);
        Ok(Toolchain { id, tree })
    }

    /// Removes a staging folder that is no longer needed. What cannot be removed now is left to [`Store::sweep`].
    pub fn discard(&self, staging: Staging) {
        let fs = self.sys.fs();
        let removed = fs.remove_tree(&staging.folder);
        if removed.is_ok() {
            let _ = fs.remove_file_if_there(&staging.lock);
        }
    }

    /// Removes what dead processes left in `staging/` and `trash/`; returns how many trees that were.
    ///
    /// A folder whose lock is held belongs to a living process and stays.
    ///
    /// # Errors
    /// What the system says.
    pub fn sweep(&self) -> Result<usize, StoreError> {
        let fs = self.sys.fs();
        let mut removed = 0;
        let staging = self.layout().staging();
        for name in fs.names_if_there(&staging).map_err(StoreError::io("list", &staging))? {
            let lock = staging.join(&name);
            if lock.extension().is_none_or(|extension| extension != "lock") {
                continue;
            }
            let LockAttempt::Held(held) = fs.try_lock(&lock).map_err(StoreError::io("lock", &lock))? else { continue };
            let folder = lock.with_extension("");
            removed += usize::from(self.remove_leftover(&folder)?);
            fs.remove_file_if_there(&lock).map_err(StoreError::io("remove", &lock))?;
            drop(held);
        }
        let trash = self.layout().trash();
        for name in fs.names_if_there(&trash).map_err(StoreError::io("list", &trash))? {
            removed += usize::from(self.remove_leftover(&trash.join(name))?);
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

pub(crate) fn to_json(value: &impl serde::Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(value).expect("our own records are representable as JSON");
    json.push(b'\n');
    json
}
