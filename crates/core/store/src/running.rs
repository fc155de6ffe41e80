//! Records of supervised programs (`goward run --supervise`), so that `goward ps` shows them.
//!
//! One small file for each supervisor, `running/NAME.json`, which appears and changes by one rename; beside it
//! `NAME.lock`, which the supervisor locks as long as it lives. The lock shows whether the owner of a record lives: a
//! process number may be another's by now. Nothing in a record is believed: goward sends no signal to a process because a
//! record names it.
//!
//! A supervisor removes its record when it ends. What a killed one leaves is no longer listed, and the next supervisor
//! removes it. The program's arguments are not recorded: they may contain passwords.

use std::path::{Path, PathBuf};
use std::time::Duration;

use release::ToolchainId;
use serde::{Deserialize, Serialize};
use sys::{FileLock, LockAttempt};

use crate::format::{FORMAT, check_format, is_of_later_goward};
use crate::json::to_json;
use crate::{Store, StoreError};

/// The largest record, in bytes: a handful of names and paths.
const RECORD_BYTES_MAX: u64 = 64 << 10;
/// The largest number of records that are read.
const RECORDS_MAX: usize = 10_000;
/// How often a supervisor tries for the lock of its own record, which a reader may hold for a moment.
const TRIES_MAX: usize = 100;
/// The pause between two tries.
const TRY_INTERVAL: Duration = Duration::from_millis(5);

/// A supervised program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningProgram {
    /// The format of this record; a higher one than this goward knows is not read.
    pub format: u32,
    /// The supervisor's process number.
    pub supervisor_pid: u32,
    /// The program's process number.
    pub pid: u32,
    /// The program, as it was typed, without its arguments.
    pub program: String,
    /// The folder in which it runs.
    pub folder: String,
    /// The toolchain that it was started under.
    pub toolchain: ToolchainId,
    /// The generation that was in use then.
    pub generation: Option<u64>,
    /// When this program was started, in seconds since 1970; a restart is a new start.
    pub since_unix_seconds: u64,
    /// What a switch does, as it was asked for: `restart`, `signal:HUP`, `freeze`, `none`.
    pub on_switch: String,
    /// Where the supervisor is in its table of states.
    pub state: String,
    /// The address of the socket that it is handed.
    pub listen: Option<String>,
}

impl RunningProgram {
    /// The format of records that this goward writes.
    pub const FORMAT: u32 = FORMAT;
}

/// This process's own record. A process that ends without [`RunningEntry::leave`] leaves a record that counts no longer.
pub struct RunningEntry {
    store: Store,
    path: PathBuf,
    lock_path: PathBuf,
    _lock: FileLock,
}

impl RunningEntry {
    /// Replaces the record.
    ///
    /// # Errors
    /// What the system says; then the former one stays.
    pub fn update(&self, program: &RunningProgram) -> Result<(), StoreError> {
        let written = self.store.sys.fs().replace_private(&self.path, &to_json(program));
        written.map_err(StoreError::io("write", &self.path))
    }

    /// Removes the record.
    ///
    /// # Errors
    /// What the system says; then the next supervisor removes it.
    pub fn leave(self) -> Result<(), StoreError> {
        self.store.remove_record(&self.path, &self.lock_path)
    }
}

impl Store {
    /// Enters a supervised program, and removes records whose owners have ended.
    ///
    /// # Errors
    /// What the system says; then nothing is listed.
    pub fn enter_running(&self, program: &RunningProgram) -> Result<RunningEntry, StoreError> {
        let folder = self.layout().running();
        self.make_private(&folder)?;
        self.sweep_running()?;
        let name = format!("{}-{}", self.sys.process().id(), self.sys.clock().unix_nanos());
        let (path, lock_path) = (self.layout().running_record(&name), self.layout().running_lock(&name));
        let lock = self.lock_record(&lock_path)?;
        let entry = RunningEntry { store: self.clone(), path, lock_path, _lock: lock };
        entry.update(program)?;
        Ok(entry)
    }

    /// The lock of a new record. Another process may remove the lock's file between its making and its locking, as one of
    /// an ended process: then it is made again.
    fn lock_record(&self, path: &Path) -> Result<FileLock, StoreError> {
        for _ in 0..TRIES_MAX {
            if let LockAttempt::Held(held) = self.sys.fs().try_lock(path).map_err(StoreError::io("lock", path))?
                && held.is_of(path).map_err(StoreError::io("look at", path))?
            {
                return Ok(held);
            }
            self.sys.clock().sleep(TRY_INTERVAL);
        }
        let waited = TRY_INTERVAL.saturating_mul(u32::try_from(TRIES_MAX).unwrap_or(u32::MAX));
        Err(StoreError::Busy { path: path.to_owned(), waited, owner: "another process".to_owned() })
    }

    /// The supervised programs whose supervisors live, by their numbers. A record that cannot be read is a fault
    /// ([`Store::faults`]), and is left out here.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn running(&self) -> Result<Vec<RunningProgram>, StoreError> {
        let mut running = Vec::new();
        for name in self.record_names()? {
            if self.owner_lives(&name)
                && let Ok(Some(program)) = self.read_record(&name)
            {
                running.push(program);
            }
        }
        running.sort_by_key(|program| program.pid);
        Ok(running)
    }

    /// The records of living supervisors that cannot be read, with what is wrong. Those of a later goward are not damaged.
    pub(crate) fn damaged_records(&self) -> Result<Vec<(PathBuf, String)>, StoreError> {
        let mut damaged = Vec::new();
        for name in self.record_names()? {
            if !self.owner_lives(&name) {
                continue;
            }
            if let Err(what) = self.read_record(&name) {
                damaged.push((self.layout().running_record(&name), what));
            }
        }
        Ok(damaged)
    }

    /// The names of all records.
    fn record_names(&self) -> Result<Vec<String>, StoreError> {
        let folder = self.layout().running();
        let names = self.sys.fs().names_if_there(&folder).map_err(StoreError::io("list", &folder))?;
        let names = names.iter().filter_map(|name| name.to_str()?.strip_suffix(".json").map(str::to_owned));
        Ok(names.filter(|name| is_name(name)).take(RECORDS_MAX).collect())
    }

    /// A record; none if it went meanwhile, or a later goward has written it.
    fn read_record(&self, name: &str) -> Result<Option<RunningProgram>, String> {
        let path = self.layout().running_record(name);
        let read = self.sys.fs().read_if_there(&path, RECORD_BYTES_MAX).map_err(|error| error.to_string())?;
        let Some(bytes) = read else { return Ok(None) };
        if is_of_later_goward(&bytes) {
            return Ok(None);
        }
        let program: RunningProgram = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        check_format(program.format).map_err(|error: serde_json::Error| error.to_string())?;
        Ok(Some(program))
    }

    /// Whether a record's supervisor lives. A lock that is missing, or is no file, is held by nobody. Changes nothing.
    fn owner_lives(&self, name: &str) -> bool {
        let (fs, path) = (self.sys.fs(), self.layout().running_lock(name));
        // A missing one would be made by the try.
        let is_there = fs.look(&path).is_ok_and(|meta| meta.is_some());
        is_there && fs.try_lock(&path).is_ok_and(|attempt| matches!(attempt, LockAttempt::Taken))
    }

    /// Removes the records of supervisors that have ended, and locks without a record.
    fn sweep_running(&self) -> Result<(), StoreError> {
        let (fs, folder) = (self.sys.fs(), self.layout().running());
        for name in fs.names_if_there(&folder).map_err(StoreError::io("list", &folder))?.into_iter().take(RECORDS_MAX) {
            let Some(name) = name.to_str().and_then(|name| name.rsplit_once('.')).map(|(name, _)| name) else {
                continue;
            };
            if !is_name(name) {
                continue;
            }
            let lock_path = self.layout().running_lock(name);
            // While it is held no other process removes what is of this name. `doctor` names what is no file.
            if let Ok(LockAttempt::Held(_ended)) = fs.try_lock(&lock_path) {
                self.remove_record(&self.layout().running_record(name), &lock_path)?;
            }
        }
        Ok(())
    }

    /// The record first: a lock without a record says nothing.
    fn remove_record(&self, path: &Path, lock_path: &Path) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        fs.remove_file_if_there(path).map_err(StoreError::io("remove", path))?;
        fs.remove_file_if_there(lock_path).map_err(StoreError::io("remove", lock_path))
    }

    /// Whether another process is changing the store at this moment: it holds the store's lock.
    ///
    /// # Errors
    /// When the lock cannot be looked at.
    pub fn is_being_changed(&self) -> Result<bool, StoreError> {
        let path = self.layout().store_lock();
        if self.sys.fs().look(&path).map_err(StoreError::io("look at", &path))?.is_none() {
            return Ok(false);
        }
        let attempt = self.sys.fs().try_lock(&path).map_err(StoreError::io("lock", &path))?;
        Ok(matches!(attempt, LockAttempt::Taken))
    }
}

/// Whether a name is one that goward gives a record: two numbers.
pub(crate) fn is_name(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|char| char.is_ascii_digit());
    name.split_once('-').is_some_and(|(pid, nanos)| is_number(pid) && is_number(nanos))
}

#[cfg(test)]
mod tests {
    use sys::{Clock, Env, Fs, Sys};

    use super::*;

    fn store(home: &Path) -> Store {
        let nothing: [(&str, &str); 0] = [];
        let sys = Sys::new(Fs::real(), Clock::real(), Env::of(nothing, home.to_owned(), None));
        Store::at(&sys, crate::TrustedHome::of(&sys, home.join("store")).unwrap())
    }

    fn program(pid: u32) -> RunningProgram {
        RunningProgram {
            format: FORMAT,
            supervisor_pid: 7,
            pid,
            program: "server".to_owned(),
            folder: "/srv".to_owned(),
            toolchain: "go1.27.3.linux-amd64".parse().unwrap(),
            generation: Some(3),
            since_unix_seconds: 1_000_000,
            on_switch: "restart".to_owned(),
            state: "running".to_owned(),
            listen: None,
        }
    }

    #[test]
    fn a_record_is_listed_while_its_owner_lives_and_swept_by_the_next_one() {
        let home = tempfile::tempdir().unwrap();
        let store = store(home.path());
        assert_eq!(store.running().unwrap(), []);
        let first = store.enter_running(&program(17)).unwrap();
        let second = store.enter_running(&program(18)).unwrap();
        assert_eq!(store.running().unwrap(), [program(17), program(18)]);
        let frozen = RunningProgram { state: "frozen".to_owned(), ..program(17) };
        first.update(&frozen).unwrap();
        assert_eq!(store.running().unwrap().first(), Some(&frozen));
        second.leave().unwrap();
        // It ends without a word, as a killed process does.
        drop(first);
        assert_eq!(store.running().unwrap(), []);
        let names = || Fs::real().names_if_there(&store.layout().running()).unwrap().len();
        assert_eq!(names(), 2);
        store.enter_running(&program(19)).unwrap().leave().unwrap();
        assert_eq!(names(), 0);
    }

    #[test]
    fn a_damaged_record_of_a_living_owner_is_a_fault_and_one_of_a_dead_owner_is_none() {
        let home = tempfile::tempdir().unwrap();
        let store = store(home.path());
        let entry = store.enter_running(&program(17)).unwrap();
        for (bytes, faults) in
            [(&b""[..], 1), (b"{\"format\": 1}", 1), (b"[]", 1), (b"{\"format\": 99, \"pid\": 1}", 0)]
        {
            Fs::real().replace(&entry.path, bytes).unwrap();
            assert_eq!(store.running().unwrap(), []);
            assert_eq!(store.faults().unwrap().len(), faults, "{}", String::from_utf8_lossy(bytes));
        }
        Fs::real().replace(&entry.path, b"").unwrap();
        drop(entry);
        assert_eq!(store.faults().unwrap(), [""; 0]);
        // Names of the user's stay.
        Fs::real().replace(&store.layout().running().join("notes.json"), b"mine").unwrap();
        store.enter_running(&program(18)).unwrap().leave().unwrap();
        assert_eq!(Fs::real().names_if_there(&store.layout().running()).unwrap(), ["notes.json"]);
    }

    #[test]
    fn a_change_under_way_shows() {
        let home = tempfile::tempdir().unwrap();
        let store = store(home.path());
        assert!(!store.is_being_changed().unwrap());
        let held = store.lock(store.layout().store_lock(), "test", Duration::from_secs(5)).unwrap();
        assert!(store.is_being_changed().unwrap());
        drop(held);
        assert!(!store.is_being_changed().unwrap());
    }
}
