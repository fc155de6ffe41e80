//! Bounds of the checks, each with its unit and its reason.

use std::time::Duration;

/// Bytes of a team's file: a list of checks is read by people.
pub const FILE_BYTES_MAX: u64 = 256 << 10;
/// Items and lists of one file, and entries of one list.
pub const ROWS_MAX: usize = 500;
/// Characters of a name.
pub const NAME_CHARS_MAX: usize = 64;
/// Characters of any other text of a file.
pub const TEXT_CHARS_MAX: usize = 1_000;
/// How deep lists may name lists.
pub const NESTING_MAX: usize = 8;
/// Items of one run.
pub const ITEMS_MAX: usize = 1_000;
/// How long the go command may take to list the modules of a project: as long as for `goward graph`.
pub const MODULES_TIME_MAX: Duration = Duration::from_secs(300);
/// How long docker may take to list its builders: the daemon may be starting.
pub const DOCKER_TIME_MAX: Duration = Duration::from_secs(15);
/// Bytes of docker's answer.
pub const DOCKER_BYTES_MAX: u64 = 1 << 20;
/// Bytes that the disk of goward's home should have free: an unpacked toolchain has some 250 MB, and is unpacked beside
/// the one in use.
pub const DISK_FREE_BYTES_MIN: u64 = 1 << 30;
/// How many findings one failed item names.
pub const FINDINGS_SHOWN_MAX: usize = 5;
/// Characters of a go command's complaint that an item quotes.
pub const COMPLAINT_CHARS_MAX: usize = 300;
