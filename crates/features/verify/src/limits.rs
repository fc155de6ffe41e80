//! Bounds of this crate.

use std::time::Duration;

/// Bytes of a file that are read at once: larger reads cost cache, smaller ones calls.
pub(crate) const READ_BYTES: usize = 256 << 10;
/// Files that a thread takes at once: enough that the counter is seldom touched, few enough that none waits long.
pub(crate) const BATCH_FILES: usize = 16;
/// Threads that hash, at least: while one waits for the disk another has work.
pub(crate) const THREADS_MIN: usize = 2;
/// Threads that hash, at most: more would only wait for the disk or the memory.
pub(crate) const THREADS_MAX: usize = 8;
/// How many names are printed for a person; JSON has all of them.
pub(crate) const FAULTS_SHOWN_MAX: usize = 50;
/// How long one program of a toolchain may take in a smoke test, in seconds: they take tenths.
pub(crate) const SMOKE_TEST_TIME_MAX: Duration = Duration::from_secs(120);
/// Bytes of its output that are kept: `go list std` has about 5,000.
pub(crate) const SMOKE_TEST_BYTES_MAX: u64 = 256 << 10;
