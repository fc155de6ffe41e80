//! Locks with a bounded wait, whose holder is named.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sys::{FileLock, Host, LockAttempt};

use crate::{Store, StoreError};

/// The interval between two tries for a taken lock.
pub(crate) const ASK_INTERVAL: Duration = Duration::from_millis(20);
/// goward reports a wait that is longer than this.
const TELL_AFTER: Duration = Duration::from_millis(100);
/// The longest owner line of a lock, in bytes.
const OWNER_BYTES_MAX: u64 = 4096;

/// A held lock of the store. Dropping it releases the lock.
#[derive(Debug)]
pub struct StoreLock {
    _held: FileLock,
}

impl Store {
    /// Takes a lock and waits at most `wait_max`; reports once that it waits, and for which process.
    ///
    /// # Errors
    /// `Busy` when the time is over, `Interrupted` when the user asked to stop, or what the system says.
    pub fn lock(&self, path: PathBuf, purpose: &str, wait_max: Duration) -> Result<StoreLock, StoreError> {
        let fs = self.sys.fs();
        let folder = self.layout().locks();
        self.make_private(&folder)?;
        let clock = self.sys.clock();
        let start = clock.moment();
        let mut told = false;
        loop {
            match fs.try_lock(&path).map_err(StoreError::io("open the lock", &path))? {
                LockAttempt::Held(mut held) => {
                    let since = clock.unix_seconds();
                    let owner = format!("process {} ({purpose}) since {since}", self.sys.process().id());
                    // The line is advisory, for processes that wait; the lock holds without it (a full disk).
                    let _ = held.sign(&owner);
                    return Ok(StoreLock { _held: held });
                }
                LockAttempt::Taken => {}
            }
            let owner = self.owner_of(&path);
            // A lock that is released within a moment is not worth a report.
            if !told && clock.since(start) >= TELL_AFTER {
                told = true;
                if let Some(progress) = &self.progress {
                    progress.tell(&format!("{purpose}: waiting for {owner}"));
                }
            }
            if clock.since(start) >= wait_max {
                return Err(StoreError::Busy { path, waited: wait_max, owner });
            }
            if self.sys.interrupt().is_asked() {
                return Err(StoreError::Interrupted { path });
            }
            clock.sleep(self.ask_interval);
        }
    }

    /// Who holds a lock, if known: the process that wrote its name into the file, if that process lives. A killed
    /// process leaves a stale name, and the process that holds the lock now may not have written one.
    fn owner_of(&self, path: &Path) -> String {
        let line = self.sys.fs().read(path, OWNER_BYTES_MAX).unwrap_or_default();
        let known = std::str::from_utf8(&line).ok().and_then(|line| self.living_owner(line.trim()));
        known.unwrap_or_else(|| "another process".to_owned())
    }

    /// `process 17 (install) since 1700000000` with the lock's age in place of its time, which is easier to read.
    fn living_owner(&self, line: &str) -> Option<String> {
        let (who, since) = line.rsplit_once(" since ")?;
        let number = who.strip_prefix("process ")?.split(' ').next()?.parse().ok()?;
        if Host::has_process(number) == Some(false) {
            return None;
        }
        let age_seconds = self.sys.clock().unix_seconds().saturating_sub(since.parse().ok()?);
        Some(format!("{}, for {age_seconds} s)", who.trim_end_matches(')')))
    }
}
