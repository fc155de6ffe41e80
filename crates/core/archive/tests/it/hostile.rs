//! Every hostile archive that the test kit makes, through the real readers on a real file system.

#![allow(clippy::disallowed_methods, reason = "a test looks at the modes on the real disk")]

use std::sync::mpsc;
use std::time::Duration;

use archive::{ArchiveError, Layout, Limits, Unpacked};
use diag::{Class, Diagnose};
use sys::EntryKind;
use testkit::hostile::zip::{Form, MODULE};
use testkit::hostile::{Case, Expected, tar, zip};

use crate::support::Place;

/// A reader that has not ended after this long hangs: the slowest case takes a second on a loaded machine.
const END_MAX: Duration = Duration::from_secs(120);

/// Low, so that a flood is one after some megabytes.
fn low(limits: &mut Limits) {
    limits.ratio_floor_bytes = 1 << 20;
    limits.entries_max = 2000;
}

/// Runs one case on its own thread and fails if it does not end.
fn ended<T: Send + 'static>(name: &str, run: impl FnOnce() -> T + Send + 'static) -> T {
    let (say, hear) = mpsc::channel();
    let thread = std::thread::spawn(move || say.send(run()));
    match hear.recv_timeout(END_MAX) {
        Ok(outcome) => outcome,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{name}: it does not end"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(_) => panic!("{name}: it ended without an outcome"),
        },
    }
}

/// Checks an outcome, and returns what does not hold.
fn fault(case: &Case, place: &Place, outcome: &Result<Unpacked, ArchiveError>) -> Option<String> {
    match (case.expected, outcome) {
        (Expected::Refused, Ok(_)) => Some("it was taken".to_owned()),
        (Expected::Harmless, Err(error)) => Some(format!("it was refused: {error}")),
        (Expected::Refused, Err(error)) => {
            let said = error.to_string();
            if error.class() != Class::Integrity {
                Some(format!("it was refused as {:?}: {error}", error.class()))
            } else if said.is_empty() || said.chars().any(char::is_control) || said.len() > 2000 {
                Some(format!("what is said of it cannot be shown: {said:?}"))
            } else {
                None
            }
        }
        (Expected::Harmless, Ok(unpacked)) => odd_file(place, unpacked),
    }
}

/// A file of the tree that is not a plain file.
fn odd_file(place: &Place, unpacked: &Unpacked) -> Option<String> {
    for file in &unpacked.manifest.files {
        let path = place.tree().join(&file.path);
        let Some(meta) = place.sys.fs().look(&path).unwrap() else {
            return Some(format!("{} is not there", file.path));
        };
        if meta.kind != EntryKind::File || meta.bytes != file.bytes {
            return Some(format!("{} is {:?} of {} bytes", file.path, meta.kind, meta.bytes));
        }
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::symlink_metadata(&path).unwrap()) & 0o7777;
            if mode & 0o7022 != 0 {
                return Some(format!("{} has the mode {mode:o}", file.path));
            }
        }
    }
    None
}

/// Runs all cases and reports every failure, since there are many similar ones.
fn each(cases: Vec<(Case, Layout)>, unpack: fn(&Place, Layout, &[u8]) -> Result<Unpacked, ArchiveError>) {
    let mut faults = Vec::new();
    for (case, layout) in cases {
        let name = case.name.clone();
        let fault = ended(&name, move || {
            let place = Place::new().limits(low);
            let outcome = unpack(&place, layout, &case.bytes);
            fault(&case, &place, &outcome)
        });
        faults.extend(fault.map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_hostile_tar_gz_is_refused_and_every_odd_one_does_no_harm() {
    each(tar::cases().into_iter().map(|case| (case, Layout::Archive)).collect(), Place::tar_gz);
}

#[test]
fn every_hostile_zip_is_refused_in_each_of_its_forms_and_every_odd_one_does_no_harm() {
    let layout = |form| match form {
        Form::Plain => Layout::Archive,
        Form::Module => Layout::Module { prefix: MODULE.to_owned() },
        Form::Wheel => Layout::Wheel,
    };
    each(zip::cases().into_iter().map(|(form, case)| (case, layout(form))).collect(), Place::zip);
}
