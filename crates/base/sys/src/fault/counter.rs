//! Counts a clean run; and skips syncs.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Adversary, Op, Verdict};

/// More operations than these are counted but not recorded: a runaway loop must not eat the memory.
const RECORDED_OPERATIONS_MAX: usize = 100_000;

/// Lets every operation happen, counts and records it.
#[derive(Default)]
pub struct Counter {
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    count: u64,
    ops: Vec<Op>,
}

impl Counter {
    /// Nothing seen yet.
    pub fn new() -> Counter {
        Counter::default()
    }

    /// How many changing operations there were.
    pub fn count(&self) -> u64 {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    /// The operations in order, the first 100,000 of them.
    pub fn operations(&self) -> Vec<Op> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).ops.clone()
    }
}

impl Adversary for Counter {
    fn before(&self, op: &Op) -> Verdict {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.count += 1;
        if seen.ops.len() < RECORDED_OPERATIONS_MAX {
            seen.ops.push(op.clone());
        }
        Verdict::Proceed
    }
}

/// Another adversary, which reports syncs as done without carrying them out.
///
/// A simulation models durability itself; waiting for the real disk thousands of times would only
/// make it slow.
pub struct WithoutSync {
    inner: Arc<dyn Adversary>,
}

impl WithoutSync {
    /// Around this one.
    pub fn new(inner: Arc<dyn Adversary>) -> WithoutSync {
        WithoutSync { inner }
    }
}

impl Adversary for WithoutSync {
    fn before(&self, op: &Op) -> Verdict {
        match self.inner.before(op) {
            Verdict::Proceed if op.kind.is_sync() => Verdict::Pretend,
            other => other,
        }
    }

    fn after(&self, op: &Op, outcome: &io::Result<()>) {
        self.inner.after(op, outcome);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::{CreateHow, Fs, OpKind};

    #[test]
    fn operations_are_counted_and_tell_all_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let counter = Arc::new(Counter::new());
        let fs = Fs::faulty(counter.clone());
        let at = |name: &str| folder.path().join(name);
        let mut file = fs.create_new(&at("a"), 0o600).unwrap();
        file.write_all(b"abc").unwrap();
        file.set_length(1).unwrap();
        file.sync().unwrap();
        fs.append(&at("a")).unwrap();
        fs.rename(&at("a"), &at("b")).unwrap();
        fs.hard_link(&at("b"), &at("c")).unwrap();
        let ops = counter.operations();
        assert_eq!(counter.count(), 7);
        let kinds: Vec<OpKind> = ops.iter().map(|op| op.kind).collect();
        use OpKind::*;
        assert_eq!(kinds, [Create, Write, SetLength, SyncFile, Create, Rename, HardLink]);
        assert_eq!((ops[0].how, ops[4].how), (Some(CreateHow::New), Some(CreateHow::Append)));
        assert_eq!((ops[1].bytes, ops[2].bytes), (3, 1));
        assert!(ops[0].handle.is_some() && ops[0].handle == ops[3].handle && ops[0].handle != ops[4].handle);
        assert_eq!((ops[5].other.as_deref(), ops[6].other.as_deref()), (Some(&*at("a")), Some(&*at("b"))));
        assert_eq!(ops[5].to_string(), format!("rename {} to {}", at("a").display(), at("b").display()));
    }

    #[test]
    fn a_believed_sync_is_told_as_done_and_a_refused_operation_is_not_told() {
        #[derive(Default)]
        struct Told(Mutex<Vec<(OpKind, bool)>>);
        impl Adversary for Told {
            fn before(&self, op: &Op) -> Verdict {
                match op.kind {
                    OpKind::SetMode => Verdict::Fail(io::Error::other("no")),
                    _ => Verdict::Proceed,
                }
            }
            fn after(&self, op: &Op, outcome: &io::Result<()>) {
                self.0.lock().unwrap().push((op.kind, outcome.is_ok()));
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let told = Arc::new(Told::default());
        let fs = Fs::faulty(Arc::new(WithoutSync::new(told.clone())));
        // A missing folder cannot be synced: the success of the call shows that it was skipped.
        fs.sync_dir(&folder.path().join("nowhere")).unwrap();
        fs.set_mode(folder.path(), 0o700).unwrap_err();
        fs.remove_dir(&folder.path().join("nowhere")).unwrap_err();
        assert_eq!(*told.0.lock().unwrap(), [(OpKind::SyncDir, true), (OpKind::RemoveDir, false)]);
    }
}
