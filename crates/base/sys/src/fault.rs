//! Machines that refuse or die at a chosen operation.
//!
//! Every operation that changes something on disk is shown to the [`Adversary`] before it happens.
//! In normal use there is none, and the question costs one branch.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The kinds of operations that change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpKind {
    /// A folder is made.
    CreateDir,
    /// A file is made or opened for writing.
    Create,
    /// Bytes are written.
    Write,
    /// A file is cut or grown to a length.
    SetLength,
    /// A file's bytes are made durable.
    SyncFile,
    /// A folder's names are made durable.
    SyncDir,
    /// A whole file system is made durable.
    SyncFs,
    /// A name moves, replacing what stood there.
    Rename,
    /// A symbolic link is made.
    Symlink,
    /// A second name for a file is made.
    HardLink,
    /// A file or link is removed.
    RemoveFile,
    /// An empty folder is removed.
    RemoveDir,
    /// Permissions change.
    SetMode,
}

/// One operation about to happen.
#[derive(Debug, Clone)]
pub struct Op {
    /// What is done.
    pub kind: OpKind,
    /// What it is done to; for [`OpKind::Rename`], [`OpKind::Symlink`] and [`OpKind::HardLink`] the new name.
    pub path: PathBuf,
    /// How many bytes, for [`OpKind::Write`].
    pub bytes: usize,
}

/// What an adversary does with an operation.
#[derive(Debug)]
pub enum Verdict {
    /// It happens.
    Proceed,
    /// It does not happen and fails so.
    Fail(io::Error),
    /// A write stores only this many bytes, then fails so.
    Tear(usize, io::Error),
}

/// Sees every changing operation before it happens. Calls may come from any thread.
pub trait Adversary: Send + Sync {
    /// Decides about one operation.
    fn before(&self, op: &Op) -> Verdict;
}

/// Fails every operation from the n-th on (counting from 1) that touches a path with a certain text in it.
pub struct FailAt {
    countdown: AtomicU64,
    within: Option<String>,
    kind: io::ErrorKind,
    once: bool,
}

impl FailAt {
    /// Fails the n-th operation and all later ones with an error of this kind.
    pub fn from(nth: u64, kind: io::ErrorKind) -> FailAt {
        FailAt { countdown: AtomicU64::new(nth), within: None, kind, once: false }
    }

    /// Only the n-th fails.
    pub fn once(self) -> FailAt {
        FailAt { once: true, ..self }
    }

    /// Only operations on paths that contain this text count.
    pub fn within(self, text: &str) -> FailAt {
        FailAt { within: Some(text.to_owned()), ..self }
    }

    fn concerns(&self, path: &Path) -> bool {
        self.within.as_ref().is_none_or(|text| path.to_string_lossy().contains(text.as_str()))
    }
}

impl Adversary for FailAt {
    fn before(&self, op: &Op) -> Verdict {
        if !self.concerns(&op.path) {
            return Verdict::Proceed;
        }
        let left = self
            .countdown
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(1)))
            .unwrap_or_else(|left| left);
        // `left` counts down to 1 at the chosen operation and stays at 0 afterwards.
        if left == 1 || (left == 0 && !self.once) {
            return Verdict::Fail(io::Error::from(self.kind));
        }
        Verdict::Proceed
    }
}
