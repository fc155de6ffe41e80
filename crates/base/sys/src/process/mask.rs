//! Who may read what is made: the mask of this process (`umask`), and the one that it was started with.
//!
//! goward's own files are for its user alone, so its mask is 077 from the start. The user's own files, and every program
//! that goward starts, have the mask that the user has set. What an administrator puts up for all can be read by all.
//! The system has one mask for a whole process, and so it is kept here once for the process. Windows has none.

use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Fs;

/// The mask that the user had set when this process was started; empty where this process has left it as it was.
static USERS: OnceLock<u32> = OnceLock::new();
/// The mask that this process has set.
static OWN: AtomicU32 = AtomicU32::new(PRIVATE);

/// Nothing for group and others.
const PRIVATE: u32 = 0o077;
/// Others may read.
const SHARED: u32 = 0o022;

/// From now on what this process makes is its user's alone.
pub(super) fn keep_private() {
    set(PRIVATE);
}

/// From now on others may read what this process makes.
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

/// Sets this process's own mask again, after a program that was to take its place has not.
#[cfg(unix)]
pub(super) fn restore() {
    if USERS.get().is_some() {
        apply(OWN.load(Ordering::Relaxed));
    }
}

/// The user's own mask, where this process has set another.
#[cfg(unix)]
pub(super) fn users() -> Option<u32> {
    USERS.get().copied()
}

/// The permission bits of a new file or folder of the user's own, where the process's mask would give it others. An
/// administrator's files for all users have those of the process.
pub(crate) fn mode_of_users(full: u32) -> Option<u32> {
    let users = USERS.get().filter(|_| OWN.load(Ordering::Relaxed) == PRIVATE)?;
    Some(full & !users)
}

/// Sets the mask and returns the one before. It is one call of the system, so that a new process may do it before it
/// becomes another program.
#[cfg(unix)]
pub(super) fn apply(mask: u32) -> u32 {
    // The kinds of numbers differ from system to system.
    let before = rustix::process::umask(rustix::fs::Mode::from_bits_truncate(mask as _));
    #[allow(clippy::unnecessary_cast, clippy::useless_conversion, reason = "it is 16 bits long on some systems")]
    u32::from(before.as_raw_mode())
}

impl Fs {
    /// Gives a new file of the user's own the permission bits that the user's mask leaves of these, where this process's
    /// own mask has left others.
    pub fn give_users_mode(&self, path: &Path, full: u32) -> io::Result<()> {
        mode_of_users(full).map_or(Ok(()), |mode| self.set_mode(path, mode))
    }

    /// As [`Fs::create_dirs`] for folders of the user's own, as a project or a shell has them: those that are made have
    /// the permission bits that the user's mask leaves, whatever this process's own mask is.
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
