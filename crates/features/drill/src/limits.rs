//! Every bound of a drill.

use std::time::Duration;

/// The largest file of a toolchain that is packed, in bytes: the largest of Go's is below 100 MB.
pub(crate) const FILE_BYTES_MAX: u64 = 1 << 30;
/// The largest archive that is packed, in bytes; it is kept in memory while the drills run.
pub(crate) const ARCHIVE_BYTES_MAX: usize = 1 << 30;
/// How long one run of goward or of a go command may take in a drill.
pub(crate) const RUN_TIME_MAX: Duration = Duration::from_secs(120);
/// The most bytes of each stream of such a run that are kept.
pub(crate) const RUN_BYTES_MAX: u64 = 8 << 20;
/// How long a stalled answer stays silent before the server hangs up, in seconds: longer than goward waits in a drill.
pub(crate) const STALL_SECONDS_MAX: u64 = 60;
/// How many connections the server takes in its life.
pub(crate) const CONNECTIONS_MAX: u32 = 10_000;
/// The bytes of one piece of an answer.
pub(crate) const PIECE_BYTES: usize = 64 << 10;
/// How often the default is switched while readers read it.
#[cfg(unix)]
pub(crate) const SWITCHES: u32 = 10;
/// How many readers read meanwhile.
#[cfg(unix)]
pub(crate) const READERS: u32 = 4;
/// How often an install is killed while bytes arrive, at a random share of them.
pub(crate) const KILLS_WHILE_FETCHING: u32 = 3;
/// How often it is killed after the last byte, at a random moment.
pub(crate) const KILLS_WHILE_UNPACKING: u32 = 3;
/// The most time after the last byte until such a kill.
pub(crate) const KILL_WAIT_MILLISECONDS_MAX: u64 = 1500;
/// How long a return to the toolchain before may take.
pub(crate) const ROLLBACK_TIME_MAX: Duration = Duration::from_secs(300);
/// The characters of goward's own words that the result shows.
pub(crate) const WORDS_CHARS_MAX: usize = 200;
