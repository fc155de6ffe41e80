//! Locks between processes: the system lets go of them when their holder dies.

use std::fs::OpenOptions;
#[cfg(unix)]
use std::fs::TryLockError;
use std::io;
use std::path::Path;

use crate::fs::Fs;
#[cfg(windows)]
use crate::windows::{Held, lock, lock_shared};

/// A held lock on a file. Dropping it lets go.
#[derive(Debug)]
pub struct FileLock {
    file: std::fs::File,
}

/// What came of asking for a lock.
#[derive(Debug)]
pub enum LockAttempt {
    /// It is ours.
    Held(FileLock),
    /// Another process has it.
    Taken,
}

impl Fs {
    /// Asks for a lock without waiting. The file is made where it is not there, and never removed:
    /// removing a lock file would let two processes lock two files of one name.
    ///
    /// # Errors
    /// What the system says, other than that the lock is taken.
    pub fn try_lock(&self, path: &Path) -> io::Result<LockAttempt> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match lock(&file)? {
            Held::Ours => Ok(LockAttempt::Held(FileLock { file })),
            Held::Taken => Ok(LockAttempt::Taken),
        }
    }
}

impl Fs {
    /// Shares a lock for as long as this process lives, and, where the system replaces one program by
    /// another, for as long as the program lives that takes its place, with all that it starts.
    ///
    /// # Errors
    /// What the system says, or that somebody holds the lock alone (`WouldBlock`).
    pub fn lease(&self, path: &Path) -> io::Result<()> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        if lock_shared(&file)? == Held::Taken {
            return Err(io::Error::from(io::ErrorKind::WouldBlock));
        }
        // The lock belongs to the open file, which the next program inherits.
        #[cfg(unix)]
        rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty())?;
        std::mem::forget(file);
        Ok(())
    }
}

impl FileLock {
    /// Whether the lock is still that of the file of this name: it may have been removed between opening and locking.
    ///
    /// # Errors
    /// What the system says.
    pub fn is_of(&self, path: &Path) -> io::Result<bool> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let held = self.file.metadata()?;
            match std::fs::symlink_metadata(path) {
                Ok(named) => Ok((held.dev(), held.ino()) == (named.dev(), named.ino())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
                Err(error) => Err(error),
            }
        }
        #[cfg(windows)]
        match OpenOptions::new().read(true).open(path) {
            Ok(named) => Ok(crate::windows::identity(&self.file)? == crate::windows::identity(&named)?),
            // A file that is removed keeps its name until its last handle is closed, and nobody may open it.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Writes who holds the lock, for those who wait. It is advice, not the lock itself.
    ///
    /// # Errors
    /// What the system says.
    pub fn sign(&mut self, owner: &str) -> io::Result<()> {
        use std::io::{Seek, SeekFrom, Write};
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(owner.as_bytes())
    }
}

/// Whether a lock was had.
#[cfg(unix)]
#[derive(PartialEq, Eq)]
enum Held {
    Ours,
    Taken,
}

#[cfg(unix)]
fn lock(file: &std::fs::File) -> io::Result<Held> {
    held(file.try_lock())
}

#[cfg(unix)]
fn lock_shared(file: &std::fs::File) -> io::Result<Held> {
    held(file.try_lock_shared())
}

#[cfg(unix)]
fn held(asked: Result<(), TryLockError>) -> io::Result<Held> {
    match asked {
        Ok(()) => Ok(Held::Ours),
        Err(TryLockError::WouldBlock) => Ok(Held::Taken),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_taken_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, path) = (Fs::real(), folder.path().join("store.lock"));
        let LockAttempt::Held(mut held) = fs.try_lock(&path).unwrap() else { panic!("a new lock was taken") };
        held.sign("pid 1").unwrap();
        assert!(matches!(fs.try_lock(&path).unwrap(), LockAttempt::Taken));
        assert_eq!(fs.lease(&path).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        // Whoever waits can read for whom.
        assert_eq!(fs.read(&path, 100).unwrap(), b"pid 1");
        drop(held);
        let LockAttempt::Held(held) = fs.try_lock(&path).unwrap() else { panic!("a free lock was taken") };
        // One whose file was removed meanwhile is a lock of nothing, also where another one has its name.
        assert!(held.is_of(&path).unwrap());
        fs.remove_file(&path).unwrap();
        // Under Wine the name stays until the last handle is closed.
        if fs.look(&path).unwrap().is_none() {
            assert!(!held.is_of(&path).unwrap());
            fs.create_new(&path, 0o644).unwrap();
            assert!(!held.is_of(&path).unwrap());
        }
    }
}
