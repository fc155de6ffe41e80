//! From the thread that inflates to the threads that write.
//!
//! Bytes travel in slabs of half a mebibyte. A slab holds many small files whole, each written in one call; a large
//! file has a channel of its own, so that its chunks meet one writer in their order. Slabs come back and are used
//! again: their number bounds the memory, and an inflater that is too fast waits for one.
//!
//! No thread waits for ever: a writer that fails continues to take work and return slabs, without touching the disk,
//! until the inflater notices at its next slab and hangs up. The caller gets the first failure.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::Unpack;
use crate::error::ArchiveError;
use crate::limits::{SLAB_BYTES, SLABS_MAX, WRITERS_MAX};
use crate::manifest::FileRecord;
use crate::tree::{Tree, Writer};

/// Bytes on their way.
pub(crate) type Slab = Box<[u8]>;

/// A file that is complete in a slab.
pub(crate) struct SmallFile {
    pub path: String,
    pub executable: bool,
    pub range: Range<usize>,
}

/// Why the inflater has to stop.
pub(crate) enum Abort {
    /// It has failed itself.
    Own(ArchiveError),
    /// A writer has failed, and has recorded the reason.
    OtherThread,
}

impl From<ArchiveError> for Abort {
    fn from(error: ArchiveError) -> Abort {
        Abort::Own(error)
    }
}

enum Work {
    Small(Slab, Vec<SmallFile>),
    Large { path: String, executable: bool, chunks: Receiver<(Slab, usize)> },
}

/// The inflater's end.
pub(crate) struct Pipe<'p> {
    work: Sender<Work>,
    free: Receiver<Slab>,
    made: usize,
    failure: &'p Failure,
}

impl Pipe<'_> {
    /// An empty slab; waits for one when all are on their way.
    pub(crate) fn slab(&mut self) -> Result<Slab, Abort> {
        if self.failure.is_set() {
            return Err(Abort::OtherThread);
        }
        if let Ok(slab) = self.free.try_recv() {
            return Ok(slab);
        }
        if self.made < SLABS_MAX {
            self.made += 1;
            return Ok(vec![0; SLAB_BYTES].into_boxed_slice());
        }
        self.free.recv().map_err(|_| Abort::OtherThread)
    }

    /// Sends small files.
    pub(crate) fn send(&self, slab: Slab, files: Vec<SmallFile>) -> Result<(), Abort> {
        self.work.send(Work::Small(slab, files)).map_err(|_| Abort::OtherThread)
    }

    /// Begins a large file.
    pub(crate) fn begin(&self, path: String, executable: bool) -> Result<LargeFile, Abort> {
        let (sender, chunks) = channel();
        self.work.send(Work::Large { path, executable, chunks }).map_err(|_| Abort::OtherThread)?;
        Ok(LargeFile { chunks: sender })
    }
}

/// A large file in progress. Dropping it ends the file.
pub(crate) struct LargeFile {
    chunks: Sender<(Slab, usize)>,
}

impl LargeFile {
    /// Sends the file's next bytes: the first `bytes` of the slab.
    pub(crate) fn send(&self, slab: Slab, bytes: usize) -> Result<(), Abort> {
        self.chunks.send((slab, bytes)).map_err(|_| Abort::OtherThread)
    }
}

/// The first failure of any thread.
#[derive(Default)]
struct Failure {
    set: AtomicBool,
    first: Mutex<Option<ArchiveError>>,
}

impl Failure {
    fn is_set(&self) -> bool {
        self.set.load(Ordering::Relaxed)
    }

    fn set(&self, error: ArchiveError) {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.set.store(true, Ordering::Relaxed);
    }
}

/// As many writers as there are processors beside the inflater's.
pub(crate) fn writers() -> usize {
    (sys::cpu_count() - 1).clamp(1, WRITERS_MAX)
}

/// Runs `inflate` on this thread with writers beside it, and returns what they wrote.
pub(crate) fn run(
    job: &Unpack,
    tree: &Tree,
    writers: usize,
    inflate: impl FnOnce(&mut Pipe) -> Result<(), Abort>,
) -> Result<Vec<FileRecord>, ArchiveError> {
    let failure = Failure::default();
    let (work, queue) = channel();
    let (give_back, free) = channel();
    let queue = Mutex::new(queue);
    let records = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..writers)
            .map(|_| {
                let (queue, failure, give_back) = (&queue, &failure, give_back.clone());
                scope.spawn(move || write(job, tree, queue, &give_back, failure))
            })
            .collect();
        drop(give_back);
        let mut pipe = Pipe { work, free, made: 0, failure: &failure };
        if let Err(Abort::Own(error)) = inflate(&mut pipe) {
            failure.set(error);
        }
        // The writers end when nothing more can come.
        drop(pipe);
        let mut records = Vec::new();
        for writer in writers {
            match writer.join() {
                Ok(part) => records.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        records
    });
    match failure.first.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(records),
    }
}

/// Runs `inflate` on this thread with a reader beside it that returns every slab unread.
pub(crate) fn discard(inflate: impl FnOnce(&mut Pipe) -> Result<(), Abort>) -> Result<(), ArchiveError> {
    let failure = Failure::default();
    let (work, queue) = channel();
    let (give_back, free) = channel();
    let outcome = std::thread::scope(|scope| {
        scope.spawn(move || {
            for work in queue {
                match work {
                    Work::Small(slab, files) => {
                        assert!(files.iter().all(|file| file.range.end <= slab.len()), "a file reaches over its slab");
                        let _ = give_back.send(slab);
                    }
                    Work::Large { chunks, .. } => chunks.into_iter().for_each(|(slab, _)| {
                        let _ = give_back.send(slab);
                    }),
                }
            }
        });
        inflate(&mut Pipe { work, free, made: 0, failure: &failure })
    });
    match outcome {
        Err(Abort::Own(error)) => Err(error),
        // Nothing here fails elsewhere.
        Ok(()) | Err(Abort::OtherThread) => Ok(()),
    }
}

/// Runs `inflate` on this thread with a reader beside it that hashes what would be written.
pub(crate) fn hash(inflate: impl FnOnce(&mut Pipe) -> Result<(), Abort>) -> Result<Vec<FileRecord>, ArchiveError> {
    let failure = Failure::default();
    let (work, queue) = channel();
    let (give_back, free) = channel();
    let record =
        |path, executable, bytes: u64, hasher: Sha256| FileRecord { path, bytes, executable, sha256: hasher.into() };
    let (outcome, records) = std::thread::scope(|scope| {
        let hasher = scope.spawn(move || {
            let mut records = Vec::new();
            for work in queue {
                match work {
                    Work::Small(slab, files) => {
                        for SmallFile { path, executable, range } in files {
                            let bytes = range.len() as u64;
                            records.push(record(path, executable, bytes, Sha256::new().chain_update(&slab[range])));
                        }
                        let _ = give_back.send(slab);
                    }
                    Work::Large { path, executable, chunks } => {
                        let (mut bytes, mut hasher) = (0, Sha256::new());
                        for (slab, length) in chunks {
                            hasher.update(&slab[..length]);
                            bytes += length as u64;
                            let _ = give_back.send(slab);
                        }
                        records.push(record(path, executable, bytes, hasher));
                    }
                }
            }
            records
        });
        let outcome = inflate(&mut Pipe { work, free, made: 0, failure: &failure });
        match hasher.join() {
            Ok(records) => (outcome, records),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    match outcome {
        Err(Abort::Own(error)) => Err(error),
        // Nothing here fails elsewhere.
        Ok(()) | Err(Abort::OtherThread) => Ok(records),
    }
}

/// One writing thread.
fn write(
    job: &Unpack,
    tree: &Tree,
    queue: &Mutex<Receiver<Work>>,
    give_back: &Sender<Slab>,
    failure: &Failure,
) -> Vec<FileRecord> {
    let mut writer = Writer::new(tree);
    while let Some(work) = next(queue) {
        let outcome = match work {
            Work::Small(slab, files) => {
                let outcome = write_small(job, &mut writer, &slab, files, failure);
                // No thread takes it once the inflater has ended.
                let _ = give_back.send(slab);
                outcome
            }
            Work::Large { path, executable, chunks } => {
                let outcome = write_large(job, &mut writer, path, executable, &chunks, give_back, failure);
                for (slab, _) in chunks {
                    let _ = give_back.send(slab);
                }
                outcome
            }
        };
        if let Err(error) = outcome {
            failure.set(error);
        }
    }
    writer.into_records()
}

/// The next work, or nothing when no more can come.
fn next(queue: &Mutex<Receiver<Work>>) -> Option<Work> {
    // The lock is held while waiting: the other writers wait for the same thing.
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn write_small(
    job: &Unpack,
    writer: &mut Writer,
    slab: &[u8],
    files: Vec<SmallFile>,
    failure: &Failure,
) -> Result<(), ArchiveError> {
    let mut bytes = 0;
    for SmallFile { path, executable, range } in files {
        if failure.is_set() {
            return Ok(());
        }
        bytes += range.len() as u64;
        writer.whole(path, executable, &slab[range])?;
    }
    job.task.advance(bytes);
    Ok(())
}

fn write_large(
    job: &Unpack,
    writer: &mut Writer,
    path: String,
    executable: bool,
    chunks: &Receiver<(Slab, usize)>,
    give_back: &Sender<Slab>,
    failure: &Failure,
) -> Result<(), ArchiveError> {
    if failure.is_set() {
        return Ok(());
    }
    let mut file = writer.begin(path, executable)?;
    for (slab, bytes) in chunks {
        let outcome = if failure.is_set() { Ok(()) } else { file.write(&slab[..bytes]) };
        let _ = give_back.send(slab);
        outcome?;
        job.task.advance(bytes as u64);
    }
    // If the inflater has failed, the file is truncated, and the caller discards the whole tree.
    writer.end(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Layout, Limits};

    /// A small file, a large one of three chunks, and again: more than there are slabs.
    fn feed(pipe: &mut Pipe, rounds: usize) -> Result<(), Abort> {
        for round in 0..rounds {
            let mut slab = pipe.slab()?;
            slab[..4].copy_from_slice(b"aabb");
            let file = |name: &str, range| SmallFile { path: format!("f{round}/{name}"), executable: false, range };
            pipe.send(slab, vec![file("a", 0..2), file("b", 2..4)])?;
            let large = pipe.begin(format!("f{round}/large"), true)?;
            for chunk in 0..3 {
                let mut slab = pipe.slab()?;
                slab[..1000].fill(chunk);
                large.send(slab, 1000)?;
            }
        }
        Ok(())
    }

    fn with_tree<T>(sys: &sys::Sys, work: impl FnOnce(&Unpack, &Tree) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        let (root, limits) = (folder.path().join("tree"), Limits::default());
        let job = Unpack {
            sys,
            tree: &root,
            layout: Layout::Archive,
            limits,
            task: &diag::Silent,
            shared: None,
            read_only: crate::ReadOnly::Nothing,
        };
        work(&job, &Tree::create(&job).unwrap())
    }

    #[test]
    fn any_number_of_writers_writes_the_same_files() {
        let sys = sys::Sys::real();
        for writers in 1..=3 {
            with_tree(&sys, |job, tree| {
                let records = run(job, tree, writers, |pipe| feed(pipe, 30)).unwrap();
                assert_eq!(records.len(), 90);
                let large = sys.fs().read(&job.tree.join("f29/large"), 1 << 20).unwrap();
                assert_eq!(large, [[0; 1000], [1; 1000], [2; 1000]].concat());
                assert_eq!(sys.fs().read(&job.tree.join("f7/b"), 10).unwrap(), b"bb");
            });
        }
    }

    #[test]
    fn a_failure_on_either_side_ends_both() {
        for writers in 1..=3 {
            for nth in [2, 3, 9, 40] {
                // The first operation makes the tree, which is not what is tested here.
                let adversary = sys::FailAt::from(nth, std::io::ErrorKind::StorageFull);
                let fs = sys::Fs::faulty(std::sync::Arc::new(adversary));
                let sys = sys::Sys::new(fs, sys::Clock::manual(0), sys::Env::of_this_process());
                with_tree(&sys, |job, tree| {
                    let error = run(job, tree, writers, |pipe| feed(pipe, 50)).unwrap_err();
                    assert!(matches!(error, ArchiveError::Disk { .. }), "{error:?}");
                });
            }
            with_tree(&sys::Sys::real(), |job, tree| {
                let error = run(job, tree, writers, |pipe| {
                    feed(pipe, 5)?;
                    Err(ArchiveError::Truncated { within: "a test" }.into())
                });
                assert!(matches!(error, Err(ArchiveError::Truncated { within: "a test" })));
            });
        }
    }
}
