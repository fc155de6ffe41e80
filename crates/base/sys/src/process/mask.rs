//! The mask of this process (`umask`), and the one that it was started with.
//!
//! goward's own files are private to its user, so its mask is 077 from the start. The user's own files, and every
//! program that goward starts, have the user's mask. All users can read the administrator's store. The system has one
//! mask for each process, so this module keeps it once for the process. Windows has none.

use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Fs;

/// The user's mask at the start of this process; empty if this process has not changed it.
static USERS: OnceLock<u32> = OnceLock::new();
/// The mask that this process has set.
static OWN: AtomicU32 = AtomicU32::new(PRIVATE);

/// No rights for group and others.
const PRIVATE: u32 = 0o077;
/// Others may read.
const SHARED: u32 = 0o022;

/// From now on files of this process are private to its user.
pub(super) fn keep_private() {
    set(PRIVATE);
}

/// From now on others may read the files of this process.
pub(super) fn share() {
    set(SHARED);
}

fn set(mask: u32) {
    OWN.store(mask, Ordering::Relaxed);
    #[cfg(unix)]
    {
        let before = apply(mask);
        USERS.get_or_init(|| before);
    }
}

/// Restores this process's own mask, after an `exec` has failed.
#[cfg(unix)]
pub(super) fn restore() {
    if USERS.get().is_some() {
        apply(OWN.load(Ordering::Relaxed));
    }
}

/// The user's own mask, if this process has set another.
#[cfg(unix)]
pub(super) fn users() -> Option<u32> {
    USERS.get().copied()
}

/// The permission bits of a new file or folder of the user's own, if the process's mask would give it others. The
/// administrator's files for all users have those of the process.
pub(crate) fn mode_of_users(full: u32) -> Option<u32> {
    let users = USERS.get().filter(|_| OWN.load(Ordering::Relaxed) == PRIVATE)?;
    Some(full & !users)
}

/// Sets the mask and returns the one before. It is one system call, so a new process may make it between `fork` and
/// `exec`.
#[cfg(unix)]
pub(super) fn apply(mask: u32) -> u32 {
    // The kinds of numbers differ from system to system.
    let before = rustix::process::umask(rustix::fs::Mode::from_bits_truncate(mask as _));
    #[allow(clippy::unnecessary_cast, clippy::useless_conversion, reason = "it is 16 bits long on some systems")]
    u32::from(before.as_raw_mode())
}

impl Fs {
    /// Gives a new file of the user's own the permission bits under the user's mask, if this process's own mask has
    /// given others.
    pub fn give_users_mode(&self, path: &Path, full: u32) -> io::Result<()> {
        mode_of_users(full).map_or(Ok(()), |mode| self.set_mode(path, mode))
    }

    /// As [`Fs::create_dirs`] for folders of the user's own, of a project or a shell: new ones have the permission bits
    /// under the user's mask, whatever this process's own mask is.
    pub fn create_users_dirs(&self, path: &Path) -> io::Result<()> {
        let Some(mode) = mode_of_users(0o777) else { return self.create_dirs(path) };
        if self.follow(path)?.is_some() {
            return self.create_dirs(path);
        }
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            self.create_users_dirs(parent)?;
        }
        match self.create_dir(path) {
            Ok(()) => self.set_mode(path, mode),
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }
}
