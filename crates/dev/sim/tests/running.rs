//! The record of a supervised program, stopped at every operation in every fault model: it is listed whole while its owner
//! lives, never after that, and what a stop leaves is removed by the next supervisor.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stdout, reason = "the counts of a proof are part of its outcome")]

use std::path::Path;
use std::time::Duration;

use sim::{Model, every_stop};
use store::{RunningProgram, Store, TrustedHome};
use sys::Sys;

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

fn store(folder: &Path, sys: &Sys) -> Store {
    Store::at(sys, TrustedHome::of(sys, folder.join("home")).unwrap())
}

fn program(state: &str) -> RunningProgram {
    RunningProgram {
        format: RunningProgram::FORMAT,
        supervisor_pid: 7,
        pid: 17,
        program: "server".to_owned(),
        folder: "/srv".to_owned(),
        toolchain: format!("go1.27.3.{}", testkit::tiny::host_platform()).parse().unwrap(),
        generation: Some(1),
        since_unix_seconds: 1_700_000_000,
        on_switch: "restart".to_owned(),
        state: state.to_owned(),
        listen: None,
    }
}

#[test]
fn a_stopped_supervisor_leaves_no_record_that_counts() {
    let counts = every_stop(
        "running",
        &MODELS,
        // One that a killed supervisor has left.
        &|folder| drop(store(folder, &Sys::real()).enter_running(&program("running")).unwrap()),
        &|folder, sys| {
            let store = store(folder, &sys);
            let Ok(entry) = store.enter_running(&program("running")) else { return false };
            // What is listed meanwhile is whole.
            let listed = self::store(folder, &Sys::real()).running().unwrap();
            assert!(listed.is_empty() || listed == [program("running")], "{listed:?}");
            entry.update(&program("draining")).is_ok() && entry.leave().is_ok()
        },
        &|folder, stop| {
            let store = store(folder, &Sys::real());
            assert_eq!(store.faults().unwrap(), Vec::<String>::new(), "after {stop:?}");
            assert_eq!(store.running().unwrap(), [], "after {stop:?}");
            store.recover(Duration::from_secs(10)).unwrap();
            assert!(store.is_clean().unwrap() && store.faults().unwrap().is_empty(), "after {stop:?} and recovery");
            let entry = store.enter_running(&program("running")).unwrap();
            assert_eq!(store.running().unwrap(), [program("running")], "the next run fails after {stop:?}");
            entry.leave().unwrap();
            let names = std::fs::read_dir(store.layout().running()).unwrap().flatten();
            let left = names.filter(|entry| entry.path().extension().is_some_and(|end| end == "json" || end == "lock"));
            assert_eq!(left.count(), 0, "after {stop:?}");
        },
    );
    println!("{counts}");
}
