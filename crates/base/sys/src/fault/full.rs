//! Disks with no room left.
//!
//! Operations that need no space still work, as on real file systems: renames, removals, syncs,
//! permissions, opening existing files.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::stop::count_down;
use super::{Adversary, Op, OpKind, Verdict};

/// Tears one write; afterwards the disk is full.
pub struct ShortWrite {
    countdown: AtomicU64,
    all_count: bool,
    fraction: f64,
    full: AtomicBool,
}

impl ShortWrite {
    /// The n-th write (counting from 1, writes only) stores this part of its bytes (0.0 to 1.0).
    pub fn new(nth: u64, fraction: f64) -> ShortWrite {
        let full = AtomicBool::new(false);
        ShortWrite { countdown: AtomicU64::new(nth), all_count: false, fraction: fraction.clamp(0.0, 1.0), full }
    }

    /// The disk is full from the n-th changing operation on; a write at that point is torn.
    pub fn from_operation(nth: u64, fraction: f64) -> ShortWrite {
        ShortWrite { all_count: true, ..ShortWrite::new(nth, fraction) }
    }
}

impl Adversary for ShortWrite {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a part of a length is no exact thing"
    )]
    fn before(&self, op: &Op) -> Verdict {
        let counts = self.all_count || op.kind == OpKind::Write;
        if counts && count_down(&self.countdown) == 1 {
            self.full.store(true, Ordering::SeqCst);
            if op.kind == OpKind::Write {
                return Verdict::Tear((op.bytes as f64 * self.fraction) as usize, full());
            }
        }
        let refused = self.full.load(Ordering::SeqCst) && needs_room(op);
        if refused { Verdict::Fail(full()) } else { Verdict::Proceed }
    }
}

/// A budget of bytes. Approximate: overwritten bytes count again, a name costs 64 bytes, and a
/// removal returns the file's size unless another name keeps the file.
pub struct DiskFull {
    budget: Mutex<Budget>,
}

struct Budget {
    left: u64,
    /// The bytes that the running operations will return if they succeed, by path.
    freed: HashMap<std::path::PathBuf, u64>,
}

/// The cost of a name in a folder, in bytes: about that of an entry and its inode.
const NAME_BYTES: u64 = 64;

impl DiskFull {
    /// Full after so many bytes.
    pub fn after_bytes(bytes: u64) -> DiskFull {
        DiskFull { budget: Mutex::new(Budget { left: bytes, freed: HashMap::new() }) }
    }

    /// How many bytes may still be written.
    pub fn bytes_left(&self) -> u64 {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner).left
    }
}

impl Adversary for DiskFull {
    fn before(&self, op: &Op) -> Verdict {
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let price = match op.kind {
            OpKind::Write => {
                let (wanted, left) = (op.bytes as u64, budget.left);
                budget.left = left.saturating_sub(wanted);
                // What is left is smaller than a length in memory here, so it is one itself.
                let kept = usize::try_from(left).unwrap_or(usize::MAX);
                return if wanted <= left { Verdict::Proceed } else { Verdict::Tear(kept, full()) };
            }
            OpKind::SetLength => (op.bytes as u64).saturating_sub(length(&op.path)),
            _ if needs_room(op) => NAME_BYTES,
            _ => 0,
        };
        if price > budget.left {
            return Verdict::Fail(full());
        }
        budget.left -= price;
        let freed = match op.kind {
            OpKind::RemoveFile => freed_with_name(&op.path) + NAME_BYTES,
            OpKind::RemoveDir => NAME_BYTES,
            OpKind::Rename => freed_with_name(&op.path),
            OpKind::Create if op.how == Some(super::CreateHow::Truncate) => length(&op.path),
            OpKind::SetLength => length(&op.path).saturating_sub(op.bytes as u64),
            _ => 0,
        };
        if freed > 0 {
            budget.freed.insert(op.path.clone(), freed);
        }
        Verdict::Proceed
    }

    fn after(&self, op: &Op, outcome: &io::Result<()>) {
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        if op.kind == OpKind::Write {
            return;
        }
        let freed = budget.freed.remove(&op.path).unwrap_or(0);
        if outcome.is_ok() {
            budget.left = budget.left.saturating_add(freed);
        }
    }
}

fn full() -> io::Error {
    io::Error::from(io::ErrorKind::StorageFull)
}

/// Whether an operation takes bytes or a new name from the disk.
fn needs_room(op: &Op) -> bool {
    match op.kind {
        OpKind::Write | OpKind::CreateDir | OpKind::Symlink | OpKind::HardLink => true,
        OpKind::Create => std::fs::symlink_metadata(&op.path).is_err(),
        OpKind::SetLength => op.bytes as u64 > length(&op.path),
        OpKind::SyncFile
        | OpKind::SyncDir
        | OpKind::SyncFs
        | OpKind::SetValue
        | OpKind::SyncValues
        | OpKind::Rename
        | OpKind::RemoveFile
        | OpKind::RemoveDir
        | OpKind::SetMode => false,
    }
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

/// The bytes that the removal of this name returns.
fn freed_with_name(path: &Path) -> u64 {
    let Ok(meta) = std::fs::symlink_metadata(path) else { return 0 };
    #[cfg(unix)]
    let last = std::os::unix::fs::MetadataExt::nlink(&meta) == 1;
    #[cfg(not(unix))]
    let last = true;
    if meta.is_file() && last { meta.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Arc;

    use super::*;
    use crate::Fs;

    #[test]
    fn after_a_short_write_the_disk_is_full_and_what_needs_no_room_still_works() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let real = Fs::real();
        real.replace(&at("old"), b"old").unwrap();
        let fs = Fs::faulty(Arc::new(ShortWrite::new(2, 0.5)));
        let mut file = fs.create(&at("new")).unwrap();
        file.write_all(b"first").unwrap();
        assert_eq!(file.write_all(b"0123456789").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(real.read(&at("new"), 99).unwrap(), b"first01234");
        assert_eq!(fs.create_dir(&at("d")).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs.create(&at("n")).err().unwrap().kind(), io::ErrorKind::StorageFull);
        assert_eq!(file.set_length(99).unwrap_err().kind(), io::ErrorKind::StorageFull);
        file.set_length(2).unwrap();
        file.sync().unwrap();
        fs.rename(&at("old"), &at("moved")).unwrap();
        fs.sync_dir(folder.path()).unwrap();
        fs.remove_file(&at("moved")).unwrap();
        fs.append(&at("new")).unwrap();
    }

    #[test]
    fn the_disk_fills_up_at_an_operation_that_is_no_write() {
        let folder = tempfile::tempdir().unwrap();
        let fs = Fs::faulty(Arc::new(ShortWrite::from_operation(2, 0.5)));
        fs.create_dir(&folder.path().join("a")).unwrap();
        assert_eq!(fs.create_dir(&folder.path().join("b")).unwrap_err().kind(), io::ErrorKind::StorageFull);
        fs.remove_dir(&folder.path().join("a")).unwrap();
    }

    #[test]
    fn a_budget_is_used_up_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let disk = Arc::new(DiskFull::after_bytes(1000));
        let fs = Fs::faulty(disk.clone());
        let mut a = fs.create(&at("a")).unwrap();
        a.write_all(&[1; 600]).unwrap();
        let mut b = fs.create(&at("b")).unwrap();
        assert_eq!(b.write_all(&[2; 600]).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(disk.bytes_left(), 0);
        assert_eq!(b.length().unwrap(), 1000 - 600 - 2 * NAME_BYTES);
        assert_eq!(fs.create_dir(&at("d")).unwrap_err().kind(), io::ErrorKind::StorageFull);
        fs.hard_link(&at("a"), &at("c")).unwrap_err();
        fs.remove_file(&at("missing")).unwrap_err();
        assert_eq!(disk.bytes_left(), 0);
        fs.remove_file(&at("a")).unwrap();
        assert_eq!(disk.bytes_left(), 600 + NAME_BYTES);
        b.write_all(&[2; 600]).unwrap();
        b.set_length(100).unwrap();
        assert_eq!(disk.bytes_left(), NAME_BYTES + 772);
    }
}
