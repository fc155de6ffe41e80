//! Drills, what came of them, and their history.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::View;

/// What came of a run of `goward drill`; as a file in `drills/`, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillRun {
    /// When it ended, in UTC.
    pub taken: String,
    /// The same in nanoseconds since 1970.
    pub unix_nanos: u64,
    /// The user who ran it, if known.
    pub user: Option<String>,
    /// The machine, if known.
    pub host: Option<String>,
    /// The toolchain that the drills worked with a copy of.
    pub toolchain: String,
    /// How many drills ended in a recovery.
    pub recovered_count: u64,
    /// How many did not.
    pub not_recovered_count: u64,
    /// How many could not be staged on this machine.
    pub not_staged_count: u64,
    /// How long all of it took.
    pub milliseconds: u64,
    /// The drills, in their order.
    pub drilled: Vec<Drilled>,
    /// The scratch folder, if `--keep` has left it.
    pub scratch: Option<String>,
}

impl View for DrillRun {
    const SCHEMA: &'static str = "goward.drill/1";
}

/// A drill with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drilled {
    /// Its name. A name keeps its meaning; new ones are added.
    pub drill: String,
    /// What came of it.
    pub verdict: DrillVerdict,
    /// The one thing that it breaks, for people; its wording may change.
    pub breaks: String,
    /// How the fault showed, for people; `null` without a recovery.
    pub showed: Option<String>,
    /// What ended it, for people; `null` without a recovery.
    pub recovered_by: Option<String>,
    /// How long the recovery took; `null` without one.
    pub recovery_milliseconds: Option<u64>,
    /// How many bytes were fetched a second time; `null` without a recovery.
    pub bytes_fetched_again: Option<u64>,
    /// How many files of the toolchains were lost for good; `null` without a recovery.
    pub lost_count: Option<u64>,
    /// Why it did not end in a recovery, for people; `null` with one.
    pub message: Option<String>,
}

/// What came of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrillVerdict {
    /// The fault was noticed and is gone, and nothing is lost.
    Recovered,
    /// It was not noticed, or is not gone, or something is lost.
    NotRecovered,
    /// It cannot be staged on this machine.
    NotStaged,
}

/// What `goward drill --list` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillList {
    /// The drills, in the order in which `--all` runs them.
    pub drills: Vec<DrillAbout>,
}

impl View for DrillList {
    const SCHEMA: &'static str = "goward.drill-list/1";
}

/// What a drill is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillAbout {
    /// Its name.
    pub drill: String,
    /// The one thing that it breaks, for people; its wording may change.
    pub breaks: String,
    /// How it ought to be noticed, for people.
    pub shows: String,
    /// What ought to end it, for people.
    pub recovers: String,
}

/// What `goward drill --report` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillReport {
    /// The runs that are kept, the newest first.
    pub drill_runs: Vec<DrillRun>,
    /// Files of the history that cannot be read, each with the reason, for people.
    pub unreadable_runs: Vec<String>,
}

impl View for DrillReport {
    const SCHEMA: &'static str = "goward.drill-report/1";
}
