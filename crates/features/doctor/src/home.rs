//! A home that goward refuses to use, since another user could have written to it.
//!
//! Without a trusted home there is no context for the other checks. So this check comes first: it names the faults, and
//! closes writable paths that the user at work owns. It only reports paths of other users.

use std::path::Path;

use store::{StoreError, TrustedHome};
use sys::{Distrust, Host, Sys};

use crate::finding::{Finding, Repair};
use crate::repair::{RepairError, Repaired, set_modes};

/// How many folders in the path of a home, and in it, one run closes; there are a dozen and those of the path.
const CLOSED_MAX: usize = 256;

/// The faults of the home, if goward refuses to use it; with `repair`, those that are left after the repair.
///
/// # Errors
/// When a mode cannot be set, or the home cannot be checked at all.
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
    let why = "a user who can write there chooses the programs that you run; goward works, and checks the rest, once it is repaired";
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
