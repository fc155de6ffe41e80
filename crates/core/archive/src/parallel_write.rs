//! Writes the files of a tree by several threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::ArchiveError;
use crate::manifest::FileRecord;
use crate::tree::{Tree, Writer};

/// Writes every file on one of at most `workers_max` threads, each with a value from `begin`; returns the records of
/// the written files. After a failure no thread begins another file.
///
/// # Errors
/// The first failure.
pub(crate) fn write_in_parallel<T: Sync, S>(
    tree: &Tree,
    files: &[T],
    workers_max: usize,
    begin: impl Fn() -> S + Sync,
    write: impl Fn(&mut S, &mut Writer, &T) -> Result<(), ArchiveError> + Sync,
) -> Result<Vec<FileRecord>, ArchiveError> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let first_failure = Mutex::new(None);
    let work = || {
        let mut own = begin();
        let mut writer = Writer::new(tree);
        while !stop.load(Ordering::Relaxed) {
            let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            if let Err(error) = write(&mut own, &mut writer, file) {
                first_failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                stop.store(true, Ordering::Relaxed);
            }
        }
        writer.into_records()
    };
    let workers = sys::cpu_count().clamp(1, workers_max);
    let records = std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut records = work();
        for other in others {
            match other.join() {
                Ok(part) => records.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        records
    });
    match first_failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(records),
    }
}
