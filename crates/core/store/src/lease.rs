//! Leases: which processes run a toolchain's programs.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use release::ToolchainId;
use sys::{FileLock, LockAttempt};

use crate::{Store, StoreError, Toolchain};

/// The longest wait for a removal.
const LEASE_WAIT_MAX: Duration = Duration::from_secs(5);
/// How often a taken lease is asked for again.
const LEASE_INTERVAL: Duration = Duration::from_millis(2);

impl Store {
    /// Marks a toolchain as in use by this process and by the program that takes its place.
    ///
    /// Returns false if the toolchain has been removed meanwhile: then the caller must not run it.
    ///
    /// # Errors
    /// What the system says, `Busy` when a removal holds the lease for too long. No process can remove from a store
    /// that cannot be written to.
    pub fn lease(&self, id: &ToolchainId) -> Result<bool, StoreError> {
        // goward locks nothing in a store that it only reads.
        if self.find(id)?.is_none() && self.in_shared_store(id).is_some() {
            return Ok(true);
        }
        let (path, folder) = (self.layout().lease(id), self.layout().locks());
        let fs = self.sys.fs();
        self.make_private(&folder)?;
        let (clock, start) = (self.sys.clock(), self.sys.clock().moment());
        loop {
            match fs.lease(&path) {
                Ok(()) => return Ok(self.find(id)?.is_some()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(StoreError::io("share the lock", &path)(error)),
            }
            // A removal, or a check whether one is possible: both are short.
            if clock.since(start) >= LEASE_WAIT_MAX {
                let owner = "a removal".to_owned();
                return Err(StoreError::Busy { path, waited: LEASE_WAIT_MAX, owner });
            }
            clock.sleep(LEASE_INTERVAL);
        }
    }

    /// Who runs the toolchain's programs now, in words; `None` if no process is known to.
    ///
    /// # Errors
    /// When the lease cannot be looked at.
    pub fn user_of(&self, toolchain: &Toolchain) -> Result<Option<String>, StoreError> {
        Ok(self.alone_with(toolchain)?.err())
    }

    /// The exclusive lease, so that no process starts the toolchain's programs while it is held; or who runs them now,
    /// in words.
    ///
    /// Programs started by `goward run` hold a lease. On Linux this also finds programs that were started by path, by
    /// the file that they run from.
    pub(crate) fn alone_with(&self, toolchain: &Toolchain) -> Result<Result<FileLock, String>, StoreError> {
        let (path, folder) = (self.layout().lease(&toolchain.id), self.layout().locks());
        let fs = self.sys.fs();
        self.make_private(&folder)?;
        let LockAttempt::Held(held) = fs.try_lock(&path).map_err(StoreError::io("lock", &path))? else {
            return Ok(Err("a program that `goward run` started is running".to_owned()));
        };
        Ok(match self.process_within(&toolchain.tree) {
            Some(process) => Err(process),
            None => Ok(held),
        })
    }

    fn process_within(&self, tree: &Path) -> Option<String> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let fs = self.sys.fs();
        let tree = fs.resolve(tree).ok()?;
        let processes = PathBuf::from("/proc");
        fs.names_if_there(&processes).ok()?.into_iter().find_map(|name| {
            let number: u32 = name.to_str()?.parse().ok()?;
            // The link of another user's process cannot be read, and that of an ended process is gone.
            let program = fs.read_link(&processes.join(name).join("exe")).ok()?;
            let file = program.file_name()?.to_string_lossy().into_owned();
            program.starts_with(&tree).then(|| format!("process {number} (`{file}`) runs from it"))
        })
    }
}
