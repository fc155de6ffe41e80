//! Leases: which processes run a toolchain's programs.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use release::ToolchainId;
use sys::{FileLock, Holder, Lease, LockAttempt};

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
        Ok(self.share(id, |path| self.sys.fs().lease(path))?.is_some())
    }

    /// Marks a toolchain as in use until the returned value is dropped, for a program that this process keeps as a child.
    /// Without a lease in it, the toolchain is in the administrator's store, from which goward removes nothing.
    ///
    /// Returns none if the toolchain has been removed meanwhile: then the caller must not run it.
    ///
    /// # Errors
    /// As for [`Store::lease`].
    pub fn hold_lease(&self, id: &ToolchainId) -> Result<Option<Option<Lease>>, StoreError> {
        self.share(id, |path| self.sys.fs().hold_lease(path))
    }

    /// The processes of this user that hold the lease of a toolchain (programs that `goward run` started, with their
    /// children and supervisors) or run from its tree. `None` if the system does not tell.
    ///
    /// # Errors
    /// When the folders cannot be looked at.
    pub fn users(&self) -> Result<Option<Vec<(ToolchainId, Holder)>>, StoreError> {
        // The system tells of real paths. A folder that does not exist holds nothing, under whatever path.
        let fs = self.sys.fs();
        let real = |path: PathBuf| match fs.look(&path).map_err(StoreError::io("look at", &path))? {
            Some(_) => fs.resolve(&path).map_err(StoreError::io("look at", &path)),
            None => Ok(path),
        };
        let (locks, trees) = (real(self.layout().locks())?, real(self.layout().toolchains())?);
        let of = |holder: Holder| {
            let name = match holder.path.strip_prefix(&trees) {
                Ok(below) => below.iter().next()?.to_str()?,
                Err(_) => holder.path.file_name()?.to_str()?.strip_suffix(".lease")?,
            };
            Some((name.parse().ok()?, holder))
        };
        Ok(sys::holders(&locks, &trees).map(|holders| holders.into_iter().filter_map(of).collect()))
    }

    /// Shares a lease: what `take` returned, which is nothing for a store that goward only reads; none if the toolchain
    /// has been removed.
    fn share<T>(
        &self,
        id: &ToolchainId,
        take: impl Fn(&Path) -> io::Result<T>,
    ) -> Result<Option<Option<T>>, StoreError> {
        // goward locks nothing in a store that it only reads.
        if self.find(id)?.is_none() && self.in_shared_store(id).is_some() {
            return Ok(Some(None));
        }
        let (path, folder) = (self.layout().lease(id), self.layout().locks());
        self.make_private(&folder)?;
        let (clock, start) = (self.sys.clock(), self.sys.clock().moment());
        loop {
            match take(&path) {
                Ok(taken) => return Ok(self.find(id)?.map(|_| Some(taken))),
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
