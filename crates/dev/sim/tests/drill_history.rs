//! The history of drills, stopped at every operation in every fault model: a run is listed whole or not at all, and the
//! store keeps its rules.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

use std::path::Path;
use std::time::Duration;

use sim::{Model, every_stop};
use store::{Store, TrustedHome};
use sys::Sys;
use view::DrillRun;

/// What stops a run. Under Wine a run takes a hundred times longer.
#[cfg(windows)]
const MODELS: [Model; 1] = [Model::Kill];
#[cfg(unix)]
const MODELS: [Model; 6] = [
    Model::Kill,
    Model::FailOnce(std::io::ErrorKind::StorageFull),
    Model::DiskFull,
    Model::PowerLost,
    Model::PowerTorn,
    Model::PowerHalf,
];

const WAIT: Duration = Duration::from_secs(10);

fn store(folder: &Path, sys: &Sys) -> Store {
    Store::at(sys, TrustedHome::of(sys, folder.join("home")).unwrap())
}

fn run(unix_nanos: u64) -> DrillRun {
    DrillRun {
        taken: release::utc_text(unix_nanos),
        unix_nanos,
        user: None,
        host: None,
        toolchain: "go1.27.3.linux-amd64".to_owned(),
        recovered_count: 0,
        not_recovered_count: 0,
        not_staged_count: 0,
        milliseconds: 1,
        drilled: Vec::new(),
        scratch: None,
    }
}

#[test]
fn a_stopped_write_of_the_history_lists_a_run_whole_or_not_at_all() {
    every_stop(
        "drill history",
        &MODELS,
        &|folder| {
            std::fs::create_dir(folder.join("home")).unwrap();
            store(folder, &Sys::real()).add_drill_run(&run(1), WAIT).unwrap();
        },
        &|folder, sys| store(folder, &sys).add_drill_run(&run(2), WAIT).is_ok(),
        &|folder, stop| {
            let store = store(folder, &Sys::real());
            assert_eq!(store.faults().unwrap(), Vec::<String>::new(), "after {stop:?}");
            store.recover(WAIT).unwrap_or_else(|error| panic!("recovery after {stop:?}: {error:?}"));
            let history = store.drill_history().unwrap();
            assert_eq!(history.unreadable, Vec::<String>::new(), "after {stop:?}");
            let times: Vec<u64> = history.runs.iter().map(|run| run.unix_nanos).collect();
            assert!(times == [2, 1] || (times == [1] && !stop.outcome_ok), "{times:?} after {stop:?}");
            // The next run is kept, whatever the stopped one has left.
            store.add_drill_run(&run(3), WAIT).unwrap();
            assert_eq!(store.drill_history().unwrap().runs[0], run(3));
        },
    );
}
