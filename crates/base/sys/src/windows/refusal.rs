//! Retries operations that Windows refuses for a moment.
//!
//! A file that another program has open (a virus scanner, an indexer, a program that is just ending) cannot be renamed,
//! replaced or removed. The go command has the same problem and retries for two seconds (`cmd/internal/robustio`,
//! robustio_flaky.go, golang/go#25965); so does goward. A longer refusal is an error, and the store's journal, its
//! trash and the sweep of temporary neighbours finish or undo the work later.

use std::fs::OpenOptions;
use std::io;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

/// The longest time for retries of a refused operation.
const PATIENCE: Duration = Duration::from_secs(2);
/// The first pause; each is twice as long as the one before, up to the longest.
const PAUSE_MIN: Duration = Duration::from_millis(1);
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// `ERROR_ACCESS_DENIED`: also a removed file that a program still has open, and an open target of a rename.
const ACCESS_DENIED: i32 = 5;
/// `ERROR_SHARING_VIOLATION`
const SHARING_VIOLATION: i32 = 32;
/// `ERROR_LOCK_VIOLATION`
const LOCK_VIOLATION: i32 = 33;
/// `ERROR_DIR_NOT_EMPTY`: a removed file keeps its name until its last handle is closed.
const DIR_NOT_EMPTY: i32 = 145;
/// `ERROR_USER_MAPPED_FILE`
const USER_MAPPED: i32 = 1224;

/// `FILE_ATTRIBUTE_READONLY`
const READ_ONLY: u32 = 1;
/// `FILE_WRITE_ATTRIBUTES`
const WRITE_ATTRIBUTES: u32 = 0x100;

/// Runs an operation, and retries it while Windows refuses it.
///
/// # Errors
/// The last refusal, or at once any other error.
pub(crate) fn retry_sharing_violation<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let start = Instant::now();
    let mut pause = PAUSE_MIN;
    loop {
        match attempt() {
            Err(error) if is_refusal(&error) && start.elapsed() < PATIENCE => {}
            outcome => return outcome,
        }
        std::thread::sleep(pause);
        pause = PAUSE_MAX.min(pause * 2);
    }
}

fn is_refusal(error: &io::Error) -> bool {
    const REFUSALS: [i32; 5] = [ACCESS_DENIED, SHARING_VIOLATION, LOCK_VIOLATION, DIR_NOT_EMPTY, USER_MAPPED];
    error.raw_os_error().is_some_and(|code| REFUSALS.contains(&code))
}

/// Removes a file, also one that is read-only: older systems refuse that. Its other names stay read-only.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    let refused = match std::fs::remove_file(path) {
        Err(error) if error.raw_os_error() == Some(ACCESS_DENIED) => error,
        outcome => return outcome,
    };
    let meta = std::fs::symlink_metadata(path)?;
    if meta.is_dir() || meta.file_attributes() & READ_ONLY == 0 {
        return Err(refused);
    }
    // The bit belongs to the file and not to the name: it is restored through a handle that outlives this name.
    let keeper = OpenOptions::new().access_mode(WRITE_ATTRIBUTES).open(path);
    let read_only = meta.permissions();
    let mut writable = read_only.clone();
    #[expect(clippy::permissions_set_readonly_false, reason = "on Windows this is one bit, and nobody else's")]
    writable.set_readonly(false);
    std::fs::set_permissions(path, writable)?;
    let removed = std::fs::remove_file(path);
    if let Ok(keeper) = keeper {
        // A file without another name is gone, and its bit cannot be set.
        let _ = keeper.set_permissions(read_only);
    }
    removed
}
