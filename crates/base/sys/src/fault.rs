//! Machines that refuse, tear, fill up or lose power at a chosen operation.
//!
//! The [`Adversary`] sees every operation that changes the disk before it happens, and its result
//! afterwards. In normal use there is none, and the check costs one branch.
//!
//! | adversary | what it simulates |
//! | --- | --- |
//! | [`FailAt`] | a system that refuses: permissions, a bad disk |
//! | [`KillAt`] | `kill -9`: nothing more happens from the n-th operation on |
//! | [`ShortWrite`], [`DiskFull`] | a disk with no room left, where renames and removals still work |
//! | [`PowerCut`] | the plug is pulled: what was not synced is lost, torn, or there by chance |
//! | [`Counter`] | a clean run, counted and recorded |
//! | [`WithoutSync`] | around another one: syncs are believed instead of waited for |
//!
//! The adversaries do not see reads, `Fs::try_lock` and `FileLock::sign` (locks are not part of a
//! store's state), and changes of other programs. [`PowerCut`] finds files that were made that way
//! and counts them as unsynced.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

mod counter;
mod disk;
mod full;
mod image;
mod power;
mod stop;

pub use counter::{Counter, WithoutSync};
pub use full::{DiskFull, ShortWrite};
pub use image::Survival;
pub use power::PowerCut;
pub use stop::{FailAt, KillAt};

/// The kinds of operations that change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpKind {
    /// A folder is made.
    CreateDir,
    /// A file is made or opened for writing.
    Create,
    /// Bytes are written.
    Write,
    /// A file is truncated or extended to a length.
    SetLength,
    /// A file's bytes are made durable.
    SyncFile,
    /// A folder's names are made durable.
    SyncDir,
    /// A whole file system is made durable.
    SyncFs,
    /// A name is renamed, and replaces an existing one.
    Rename,
    /// A symbolic link is made.
    Symlink,
    /// A hard link is made.
    HardLink,
    /// A file or link is removed.
    RemoveFile,
    /// An empty folder is removed.
    RemoveDir,
    /// Permissions change.
    SetMode,
    /// A value in the registry is set or removed; the path is its key and name.
    SetValue,
    /// The registry is made durable.
    SyncValues,
}

impl OpKind {
    /// Whether it changes nothing that a reader sees, and only makes durable.
    pub fn is_sync(self) -> bool {
        matches!(self, OpKind::SyncFile | OpKind::SyncDir | OpKind::SyncFs | OpKind::SyncValues)
    }
}

/// How [`OpKind::Create`] opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CreateHow {
    /// A new file.
    New,
    /// A new file, or one that is emptied.
    Truncate,
    /// A new file, or one that is written at its end.
    Append,
    /// A new file, or one whose bytes are kept.
    Update,
}

/// One operation about to happen, or that has happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Op {
    /// What is done.
    pub kind: OpKind,
    /// What it is done to; for [`OpKind::Rename`], [`OpKind::Symlink`] and [`OpKind::HardLink`] the new name.
    pub path: PathBuf,
    /// The old name for [`OpKind::Rename`], the target for [`OpKind::Symlink`], the original for [`OpKind::HardLink`].
    pub other: Option<PathBuf>,
    /// How the file is opened, for [`OpKind::Create`].
    pub how: Option<CreateHow>,
    /// How many bytes, for [`OpKind::Write`]; the new length, for [`OpKind::SetLength`].
    pub bytes: usize,
    /// Which open file, for [`OpKind::Create`], [`OpKind::Write`], [`OpKind::SetLength`] and
    /// [`OpKind::SyncFile`]: its `path` is the name it was opened by, which may have moved since.
    pub handle: Option<u64>,
}

impl Op {
    pub(crate) fn new(kind: OpKind, path: &Path) -> Op {
        Op { kind, path: path.to_owned(), other: None, how: None, bytes: 0, handle: None }
    }

    pub(crate) fn with_other(self, other: &Path) -> Op {
        Op { other: Some(other.to_owned()), ..self }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        let other = self.other.as_deref().unwrap_or(Path::new("")).display();
        match self.kind {
            OpKind::CreateDir => write!(f, "make the folder {path}"),
            OpKind::Create => write!(f, "create {path}"),
            OpKind::Write => write!(f, "write {} bytes to {path}", self.bytes),
            OpKind::SetLength => write!(f, "set {path} to {} bytes", self.bytes),
            OpKind::SyncFile => write!(f, "sync {path}"),
            OpKind::SyncDir => write!(f, "sync the folder {path}"),
            OpKind::SyncFs => write!(f, "sync the file system of {path}"),
            OpKind::Rename => write!(f, "rename {other} to {path}"),
            OpKind::Symlink => write!(f, "link {path} to {other}"),
            OpKind::HardLink => write!(f, "hard-link {path} to {other}"),
            OpKind::RemoveFile => write!(f, "remove {path}"),
            OpKind::RemoveDir => write!(f, "remove the folder {path}"),
            OpKind::SetMode => write!(f, "set the mode of {path}"),
            OpKind::SetValue => write!(f, "set the value {path} of the registry"),
            OpKind::SyncValues => write!(f, "sync the registry after {path}"),
        }
    }
}

/// An adversary's verdict on an operation.
#[derive(Debug)]
pub enum Verdict {
    /// It happens.
    Proceed,
    /// It does not happen and fails with this error.
    Fail(io::Error),
    /// A write stores only this many bytes, and the next one fails. Storing none fails at once, and
    /// so does any operation that is not a write.
    Tear(usize, io::Error),
    /// A sync is skipped and reported as done. Any other operation happens.
    Pretend,
}

/// Sees every changing operation. Calls may come from any thread.
pub trait Adversary: Send + Sync {
    /// Decides about one operation.
    fn before(&self, op: &Op) -> Verdict;

    /// Gets the result of an operation. It is called once for each that [`Adversary::before`] let
    /// happen (completely, in part, or as a skipped sync), on the same thread, and for no other.
    fn after(&self, op: &Op, outcome: &io::Result<()>) {
        let _ = (op, outcome);
    }
}

/// A number for one open file, unlike that of any other in this process.
pub(crate) fn next_handle() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// Carries an operation out; the adversary sees it if there is one.
pub(crate) fn carry_out<T>(
    adversary: Option<&Arc<dyn Adversary>>,
    op: impl FnOnce() -> Op,
    pretended: Option<T>,
    real: impl FnOnce() -> io::Result<T>,
) -> io::Result<T> {
    let Some(adversary) = adversary else { return real() };
    let op = op();
    let outcome = match (adversary.before(&op), pretended) {
        (Verdict::Fail(error) | Verdict::Tear(_, error), _) => return Err(error),
        (Verdict::Pretend, Some(pretended)) => Ok(pretended),
        (Verdict::Proceed | Verdict::Pretend, _) => real(),
    };
    adversary.after(&op, &told(&outcome));
    outcome
}

/// An outcome as the adversary learns it: errors cannot be cloned, their kind says enough.
pub(crate) fn told<T>(outcome: &io::Result<T>) -> io::Result<()> {
    outcome.as_ref().map(|_| ()).map_err(|error| io::Error::from(error.kind()))
}
