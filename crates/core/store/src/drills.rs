//! Keeps the history of drills: a file for each run, which appears by one rename and never changes.
//!
//! The history is for people: no command decides by it. A file that cannot be read is named by who reads the history, and
//! is no fault of the store. Tested by the tests below, `bins/goward/tests/it/drill.rs` and
//! `dev/sim/tests/drill_history.rs`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use view::DrillRun;

use crate::format::{FORMAT, check_format};
use crate::json::to_json;
use crate::{Store, StoreError};

/// How many runs are kept, the newest ones: a run each day for a year.
const RUNS_KEPT_MAX: usize = 366;
/// The largest file of a run, in bytes: each drill has some sentences of bounded length.
const RUN_BYTES_MAX: u64 = 1 << 20;

/// The file of a run.
#[derive(Serialize, Deserialize)]
struct Record {
    format: u32,
    run: DrillRun,
}

/// The history of drills.
#[derive(Debug, Clone, Default)]
pub struct DrillHistory {
    /// The runs, the newest first.
    pub runs: Vec<DrillRun>,
    /// Files that cannot be read, each with the reason.
    pub unreadable: Vec<String>,
}

impl Store {
    /// Adds a run to the history, and removes the oldest ones beyond the number that is kept.
    ///
    /// # Errors
    /// `Busy`, or what the system says; then the run may be missing from the history.
    pub fn add_drill_run(&self, run: &DrillRun, wait_max: Duration) -> Result<(), StoreError> {
        let (fs, folder) = (self.sys.fs(), self.layout().drills());
        let _lock = self.lock(self.layout().store_lock(), "write the history of drills", wait_max)?;
        fs.create_private_dirs_durably(&folder).map_err(StoreError::io("make the folder", &folder))?;
        let mut numbers = self.drill_runs()?;
        // Two runs may end at one moment, and a clock may go back.
        let newest = numbers.last().map_or(0, |newest| newest.saturating_add(1));
        let path = self.layout().drill_run(newest.max(run.unix_nanos));
        let bytes = to_json(&Record { format: FORMAT, run: run.clone() });
        fs.replace(&path, &bytes).map_err(StoreError::io("write", &path))?;
        let surplus = (numbers.len() + 1).saturating_sub(RUNS_KEPT_MAX);
        for number in numbers.drain(..surplus) {
            let path = self.layout().drill_run(number);
            fs.remove_file_if_there(&path).map_err(StoreError::io("remove", &path))?;
        }
        Ok(())
    }

    /// The history of drills.
    ///
    /// # Errors
    /// When the folder cannot be listed. A file that cannot be read is in the result.
    pub fn drill_history(&self) -> Result<DrillHistory, StoreError> {
        let mut history = DrillHistory::default();
        for number in self.drill_runs()?.into_iter().rev().take(RUNS_KEPT_MAX) {
            let path = self.layout().drill_run(number);
            match self.sys.fs().read(&path, RUN_BYTES_MAX) {
                Ok(bytes) => match parse(&bytes) {
                    Ok(run) => history.runs.push(run),
                    Err(error) => history.unreadable.push(format!("`{}`: {error}", path.display())),
                },
                Err(error) => history.unreadable.push(format!("`{}`: {error}", path.display())),
            }
        }
        Ok(history)
    }

    /// The numbers of the files, the oldest first.
    fn drill_runs(&self) -> Result<Vec<u64>, StoreError> {
        let folder = self.layout().drills();
        let names = self.sys.fs().names_if_there(&folder).map_err(StoreError::io("list", &folder))?;
        let numbers = names.iter().filter_map(|name| name.to_str()?.strip_suffix(".json")?.parse().ok());
        let mut numbers: Vec<u64> = numbers.collect();
        numbers.sort_unstable();
        Ok(numbers)
    }
}

fn parse(bytes: &[u8]) -> Result<DrillRun, serde_json::Error> {
    let json: serde_json::Value = serde_json::from_slice(bytes)?;
    // A later format may have other fields, so its number is read first.
    let format = json.get("format").and_then(serde_json::Value::as_u64).unwrap_or(u64::from(FORMAT));
    check_format(u32::try_from(format).unwrap_or(u32::MAX))?;
    Ok(serde_json::from_value::<Record>(json)?.run)
}
