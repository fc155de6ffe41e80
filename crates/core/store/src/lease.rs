//! Who is running a toolchain's programs.

use std::path::{Path, PathBuf};

use release::ToolchainId;
use sys::LockAttempt;

use crate::{Store, StoreError, Toolchain};

impl Store {
    /// Marks a toolchain as in use by this process and by the program that takes its place.
    ///
    /// # Errors
    /// What the system says. A store that cannot be written to has nobody who could remove from it.
    pub fn lease(&self, id: &ToolchainId) -> Result<(), StoreError> {
        let path = self.layout().lease(id);
        self.sys.fs().lease(&path).map_err(StoreError::io("share the lock", &path))
    }

    /// Who runs the toolchain's programs now, in words; `None` where nobody is known to.
    ///
    /// Programs started by `goward run` hold a lease; on Linux those that were started through a path
    /// are found too, by the file that they run from.
    ///
    /// # Errors
    /// When the lease cannot be looked at.
    pub fn user_of(&self, toolchain: &Toolchain) -> Result<Option<String>, StoreError> {
        if let Some(process) = self.process_within(&toolchain.tree) {
            return Ok(Some(process));
        }
        let path = self.layout().lease(&toolchain.id);
        let fs = self.sys.fs();
        if fs.look(&path).map_err(StoreError::io("look at", &path))?.is_none() {
            return Ok(None);
        }
        match fs.try_lock(&path).map_err(StoreError::io("lock", &path))? {
            LockAttempt::Held(_) => Ok(None),
            LockAttempt::Taken => Ok(Some("a program that `goward run` started is running".to_owned())),
        }
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
            // A process of another user does not tell, and one that has ended has nothing to tell.
            let program = fs.read_link(&processes.join(name).join("exe")).ok()?;
            let file = program.file_name()?.to_string_lossy().into_owned();
            program.starts_with(&tree).then(|| format!("process {number} (`{file}`) runs from it"))
        })
    }
}
