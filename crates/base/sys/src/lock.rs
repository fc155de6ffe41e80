//! Locks between processes: the system releases them when their holder dies.

use std::fs::OpenOptions;
#[cfg(unix)]
use std::fs::TryLockError;
use std::io;
use std::path::Path;

use crate::fs::Fs;
#[cfg(windows)]
use crate::windows::{Held, lock, lock_shared};

/// A held lock on a file. Dropping it releases the lock.
#[derive(Debug)]
pub struct FileLock {
    file: std::fs::File,
    is_signed: bool,
}

/// The result of trying a lock.
#[derive(Debug)]
pub enum LockAttempt {
    /// It is ours.
    Held(FileLock),
    /// Another process has it.
    Taken,
}

impl Fs {
    /// Tries a lock without waiting. Makes a missing file, and never removes it: removing a lock
    /// file would let two processes lock two files of one name.
    ///
    /// # Errors
    /// What the system says, other than that the lock is taken.
    pub fn try_lock(&self, path: &Path) -> io::Result<LockAttempt> {
        let file = open(path)?;
        match lock(&file)? {
            Held::Ours => Ok(LockAttempt::Held(FileLock { file, is_signed: false })),
            Held::Taken => Ok(LockAttempt::Taken),
        }
    }
}

impl Fs {
    /// Shares a lock for the life of this process, and, on systems with `exec`, for the life of the program that
    /// replaces it and of its children.
    ///
    /// # Errors
    /// What the system says, or that another process holds the lock exclusively (`WouldBlock`).
    pub fn lease(&self, path: &Path) -> io::Result<()> {
        let file = open(path)?;
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

/// A shared lock that this process holds until it is dropped, and that one program may share beyond that
/// ([`crate::Supervised`]).
#[derive(Debug)]
pub struct Lease {
    #[cfg_attr(windows, expect(dead_code, reason = "its lock is held as long as it is open"))]
    file: std::fs::File,
}

impl Fs {
    /// Shares a lock until the returned value is dropped. Programs of this process get it only if they are given it.
    ///
    /// # Errors
    /// As for [`Fs::lease`].
    pub fn hold_lease(&self, path: &Path) -> io::Result<Lease> {
        let file = open(path)?;
        if lock_shared(&file)? == Held::Taken {
            return Err(io::Error::from(io::ErrorKind::WouldBlock));
        }
        // A program that gets a socket, too, has that in the first place after its streams.
        #[cfg(unix)]
        let file = std::fs::File::from(rustix::io::fcntl_dupfd_cloexec(&file, LEASE_NUMBER_MIN)?);
        Ok(Lease { file })
    }
}

impl Lease {
    /// The open file that has the lock.
    #[cfg(unix)]
    pub(crate) fn file(&self) -> &std::fs::File {
        &self.file
    }
}

/// The least number of the file of a held lease.
#[cfg(unix)]
const LEASE_NUMBER_MIN: i32 = 10;

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
            // A removed file keeps its name until its last handle is closed, and cannot be opened.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Writes the holder's name into the file, for processes that wait. It is advisory, not the lock itself.
    ///
    /// # Errors
    /// What the system says.
    pub fn sign(&mut self, owner: &str) -> io::Result<()> {
        use std::io::{Seek, SeekFrom, Write};
        self.is_signed = true;
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(owner.as_bytes())
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // The next holder may not write its name: then this name must not remain. A name that cannot be cleared belongs
        // to an ended process, which readers detect.
        if self.is_signed {
            let _ = self.file.set_len(0);
        }
    }
}

/// Opens a lock's file, or makes it, with mode 0600: a user who may open a file may lock it, and block all others.
/// Makes one private that an older goward has made readable for all. Follows no link to another user's file.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<std::fs::File> {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    /// The mode of a lock's file.
    const LOCK_MODE: u32 = 0o600;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(LOCK_MODE);
    let file = options.custom_flags(flags.bits().cast_signed()).open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    if meta.mode() & 0o077 != 0 && meta.uid() == rustix::process::geteuid().as_raw() {
        rustix::fs::fchmod(&file, rustix::fs::Mode::from_bits_truncate(LOCK_MODE as _))?;
    }
    Ok(file)
}

#[cfg(windows)]
fn open(path: &Path) -> io::Result<std::fs::File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Whether the lock was taken.
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

    #[cfg(unix)]
    #[test]
    fn a_lock_is_its_owners_alone_also_one_that_was_open_to_all_and_no_link_is_followed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (fs, path, older) = (Fs::real(), folder.path().join("new.lock"), folder.path().join("older.lock"));
        std::fs::write(&older, b"").unwrap();
        std::fs::set_permissions(&older, PermissionsExt::from_mode(0o666)).unwrap();
        for path in [&path, &older] {
            drop(fs.try_lock(path).unwrap());
            assert_eq!(fs.look(path).unwrap().unwrap().mode, 0o600);
        }
        let (link, target) = (folder.path().join("link.lock"), folder.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        fs.try_lock(&link).unwrap_err();
        fs.lease(&link).unwrap_err();
        assert!(fs.look(&target).unwrap().is_none(), "a link was followed");
    }

    #[test]
    fn a_lock_that_was_let_go_of_names_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, path) = (Fs::real(), folder.path().join("store.lock"));
        let LockAttempt::Held(mut held) = fs.try_lock(&path).unwrap() else { panic!("a new lock was taken") };
        held.sign("process 1").unwrap();
        drop(held);
        assert_eq!(fs.read(&path, 100).unwrap(), b"");
    }

    #[test]
    fn a_lock_is_taken_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let (fs, path) = (Fs::real(), folder.path().join("store.lock"));
        let LockAttempt::Held(mut held) = fs.try_lock(&path).unwrap() else { panic!("a new lock was taken") };
        held.sign("pid 1").unwrap();
        assert!(matches!(fs.try_lock(&path).unwrap(), LockAttempt::Taken));
        assert_eq!(fs.lease(&path).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        // A waiting process can read the holder's name.
        assert_eq!(fs.read(&path, 100).unwrap(), b"pid 1");
        drop(held);
        let LockAttempt::Held(held) = fs.try_lock(&path).unwrap() else { panic!("a free lock was taken") };
        // A lock on a removed file locks nothing, even if a new file has its name.
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
