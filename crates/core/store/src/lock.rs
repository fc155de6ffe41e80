//! Locks that are waited for at most a bounded time, with the owner named.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sys::{FileLock, Host, LockAttempt};

use crate::{Store, StoreError};

/// How often a taken lock is asked for again.
const ASK_INTERVAL: Duration = Duration::from_millis(20);
/// A wait is told after so long.
const TELL_AFTER: Duration = Duration::from_millis(100);
/// A lock's owner line is no longer than this.
const OWNER_BYTES_MAX: u64 = 4096;

/// A held lock of the store. Dropping it lets go.
#[derive(Debug)]
pub struct StoreLock {
    _held: FileLock,
}

impl Store {
    /// Takes a lock, waiting at most so long; that it is waited for, and for whom, is told once.
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
                    // The line is advice for those who wait; the lock holds without it (a full disk).
                    let _ = held.sign(&owner);
                    return Ok(StoreLock { _held: held });
                }
                LockAttempt::Taken => {}
            }
            let owner = self.owner_of(&path);
            // What is let go of within a moment is no news.
            if !told && clock.since(start) >= TELL_AFTER {
                told = true;
                if let Some(progress) = &self.progress {
                    progress.tell(&format!("{purpose}: waiting for {owner}"));
                }
            }
            if clock.since(start) >= wait_max {
                return Err(StoreError::Busy { path, seconds: wait_max.as_secs(), owner });
            }
            if self.sys.interrupt().is_asked() {
                return Err(StoreError::Interrupted { path });
            }
            clock.sleep(ASK_INTERVAL);
        }
    }

    /// Who holds a lock, if that is known: whoever signed it and lives. Who was killed has left a name that stands for
    /// nobody, and the process that holds the lock now need not have signed at all.
    fn owner_of(&self, path: &Path) -> String {
        let line = self.sys.fs().read(path, OWNER_BYTES_MAX).unwrap_or_default();
        let known = std::str::from_utf8(&line).ok().and_then(|line| self.living_owner(line.trim()));
        known.unwrap_or_else(|| "another process".to_owned())
    }

    /// `process 17 (install) since 1700000000` with the age of the lock in the place of its time, which people want.
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
