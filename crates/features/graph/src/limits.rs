//! Bounds, each with its unit and its reason.

use std::time::Duration;

/// The largest file with a graph, in bytes: the largest known projects have some ten megabytes.
pub(crate) const FILE_BYTES_MAX: u64 = 64 << 20;
/// The largest go.sum that is read, in bytes: the largest known ones have two megabytes.
pub(crate) const SUM_BYTES_MAX: u64 = 16 << 20;
/// The most modules of a graph. The largest known projects have some thousands.
pub(crate) const MODULES_MAX: usize = 100_000;
/// The most edges of a graph.
pub(crate) const EDGES_MAX: usize = 1_000_000;
/// The longest path, version or hash, in bytes. The go command refuses longer module paths.
pub(crate) const WORD_BYTES_MAX: usize = 1024;
/// How long each question to the go command may take: it may have to fetch hundreds of go.mod files.
pub(crate) const ASK_TIME_MAX: Duration = Duration::from_secs(300);
