//! Refusals and kills, by countdown.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Adversary, Op, Verdict};

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
        let left = count_down(&self.countdown);
        // `left` counts down to 1 at the chosen operation and stays at 0 afterwards.
        if left == 1 || (left == 0 && !self.once) {
            return Verdict::Fail(io::Error::from(self.kind));
        }
        Verdict::Proceed
    }
}

/// Kills the process, as seen from the disk: the n-th operation (counting from 1) and all later
/// ones do not happen.
///
/// They fail with an error of kind `Other`. `Interrupted` would be retried for ever by
/// `Write::write_all`, and for every other kind some code retries. Operations of other threads that
/// had begun before the n-th may still end, as they may when a real process is killed. Reads still
/// work: a dead process that reads changes nothing.
pub struct KillAt {
    countdown: AtomicU64,
}

impl KillAt {
    /// Dies at the n-th changing operation.
    pub fn new(nth: u64) -> KillAt {
        KillAt { countdown: AtomicU64::new(nth) }
    }
}

impl Adversary for KillAt {
    fn before(&self, _op: &Op) -> Verdict {
        if count_down(&self.countdown) <= 1 { Verdict::Fail(death()) } else { Verdict::Proceed }
    }
}

/// The error of every operation once a simulated process is dead.
pub(super) fn death() -> io::Error {
    io::Error::other("the process is dead (simulated)")
}

/// The count before this call; stays at 0.
pub(super) fn count_down(countdown: &AtomicU64) -> u64 {
    countdown
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(1)))
        .unwrap_or_else(|left| left)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Fs;

    #[test]
    fn a_killed_process_changes_nothing_more_and_its_error_is_not_retried() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        // Create, write, sync, then death at the rename.
        let fs = Fs::faulty(Arc::new(KillAt::new(4)));
        let error = fs.replace(&path, b"new").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::Other);
        assert!(fs.look(&path).unwrap().is_none());
        // `replace` tried to remove its temporary file; a dead process cannot.
        assert_eq!(fs.names(folder.path()).unwrap().len(), 1);
        assert!(fs.create_dir(&folder.path().join("d")).is_err());
        assert_eq!(fs.names(folder.path()).unwrap().len(), 1);
    }

    #[test]
    fn one_refusal_among_many_operations_is_only_one() {
        let folder = tempfile::tempdir().unwrap();
        let fs = Fs::faulty(Arc::new(FailAt::from(2, io::ErrorKind::PermissionDenied).once()));
        let made: Vec<bool> = (0..4).map(|n| fs.create_dir(&folder.path().join(n.to_string())).is_ok()).collect();
        assert_eq!(made, [true, false, true, true]);
    }
}
