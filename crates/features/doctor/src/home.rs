//! A home that goward refuses to work in, since somebody else could have put something there.
//!
//! Without a home that is trusted there is no context for the other checks. So this comes before them: it names what
//! is wrong, and closes what is open where that belongs to the user at work. What belongs to somebody else is only told.

use std::path::Path;

use store::{StoreError, TrustedHome};
use sys::{Distrust, Host, Sys};

use crate::finding::{Finding, Repair};
use crate::repair::{RepairError, Repaired, set_modes};

/// So many folders on the way to a home, and in it, are closed in one run; there are a dozen and the path's own.
const CLOSED_MAX: usize = 256;

/// What is wrong with the home, if goward refuses to work in it; with `repair` after everything was closed that could be.
///
/// # Errors
/// When a mode cannot be set, or the home cannot be judged at all.
pub fn examine_home(sys: &Sys, home: &Path, repair: bool) -> Result<(Vec<Repaired>, Option<Finding>), RepairError> {
    let mut repaired = Vec::new();
    for _ in 0..CLOSED_MAX {
        let cause = match TrustedHome::of(sys, home) {
            Ok(_) => return Ok((repaired, None)),
            Err(StoreError::Untrusted { cause, .. }) => cause,
            Err(error) => return Err(error.into()),
        };
        let finding = finding(&cause);
        let Some(Repair::Modes(modes)) = finding.repair.as_ref().filter(|_| repair) else {
            return Ok((repaired, Some(finding)));
        };
        let done = set_modes(sys, finding.word, modes)?;
        repaired.push(Repaired { word: finding.word, done, change: None });
    }
    let last = TrustedHome::of(sys, home).err();
    match last {
        Some(StoreError::Untrusted { cause, .. }) => Ok((repaired, Some(finding(&cause)))),
        Some(error) => Err(error.into()),
        None => Ok((repaired, None)),
    }
}

fn finding(cause: &Distrust) -> Finding {
    let word = if cause.is_foreign() { "home-foreign" } else { "home-writable" };
    let why =
        "who can write there chooses the programs that you run; goward works, and looks further, once it is put right";
    let fix = match cause.fix() {
        Some(fix) if cause.is_foreign() => format!("set `GOWARD_HOME`, or as root: `{fix}`"),
        Some(fix) => format!("`{fix}`"),
        None => "set `GOWARD_HOME` to a folder that only you can change".to_owned(),
    };
    let finding = Finding::problem(word, cause.to_string(), why, fix).at(&cause.path, None);
    match cause.good_mode().filter(|_| cause.owner == Host::user_number()) {
        Some(mode) => finding.repaired_by(Repair::Modes(vec![(cause.path.clone(), mode)])),
        None => finding,
    }
}
