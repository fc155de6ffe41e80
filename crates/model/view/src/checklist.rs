//! Lists of checks, and logs that were explained.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Finding, Remark, View};

/// What `goward check` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// How many items passed.
    pub passed_count: u64,
    /// How many failed.
    pub failed_count: u64,
    /// How many were left out.
    pub left_out_count: u64,
    /// The items, in the order in which they were asked.
    pub checked: Vec<CheckedItem>,
}

impl View for Check {
    const SCHEMA: &'static str = "goward.check/1";
}

/// An item with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckedItem {
    /// Its name. A name keeps its meaning; new ones are added.
    pub item: String,
    /// The list that has it; `expect` for one that `--expect` added; its own name where it was named itself.
    pub list: String,
    /// What came of it.
    pub verdict: CheckVerdict,
    /// What it asks, for people; its wording may change.
    pub asks: String,
    /// What was expected, for people; `null` of an item that was left out.
    pub expected: Option<String>,
    /// What was found, for people; of an item that was left out, why.
    pub observed: String,
    /// What to do, for people; `null` where it did not fail.
    pub remedy: Option<String>,
}

/// What came of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckVerdict {
    /// It is as it should be.
    Passed,
    /// It is not.
    Failed,
    /// It could not be asked here, or had not to be.
    LeftOut,
}

/// What `goward check --list` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckLists {
    /// The lists.
    pub lists: Vec<CheckList>,
    /// The items.
    pub check_items: Vec<CheckItem>,
}

impl View for CheckLists {
    const SCHEMA: &'static str = "goward.check-lists/1";
}

/// A list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckList {
    /// Its name.
    pub name: String,
    /// What it is for, for people; its wording may change.
    pub message: String,
    /// The names of its items, and of lists in it.
    pub members: Vec<String>,
    /// Whether the first failure ends it.
    pub stops_at_first: bool,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckItem {
    /// Its name.
    pub item: String,
    /// What it asks, for people; its wording may change.
    pub asks: String,
    /// What to do if it fails, for people; `null` where that depends.
    pub remedy: Option<String>,
}

/// What `goward doctor --from-log` found in a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DoctorLog {
    /// How many lines the log has.
    pub lines_count: u64,
    /// The complaints, by their first line.
    pub complaints: Vec<Complaint>,
}

impl View for DoctorLog {
    const SCHEMA: &'static str = "goward.doctor-log/1";
}

/// A well-known complaint that a log has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Complaint {
    /// Its word. A word keeps its meaning; new ones are added.
    pub word: String,
    /// What it is about.
    pub theme: ComplaintTheme,
    /// The first line that has it, counted from 1.
    pub line: u64,
    /// The beginning of that line, in printable form.
    pub text: String,
    /// How many lines have it.
    pub times_count: u64,
    /// What it means, for people; its wording may change.
    pub cause: String,
    /// What to do, for people.
    pub fix: String,
    /// What `goward doctor` finds on this machine that proves the cause.
    pub findings: Vec<Finding>,
    /// What is true on this machine and may be the cause.
    pub remarks: Vec<Remark>,
}

/// What a complaint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ComplaintTheme {
    /// Which Go runs, and whether it is whole.
    Toolchain,
    /// The project's modules.
    Modules,
    /// What a download met.
    Network,
    /// The C compiler and linker.
    Cgo,
    /// Disk, limits, permissions.
    Machine,
    /// Another manager, editor or tool.
    Tools,
}
