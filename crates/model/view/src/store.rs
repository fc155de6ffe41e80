//! The store: its state, its past, and the way back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Block, ErrorReport, Remark, View};

/// What `goward status` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// The store's folder.
    pub home: String,
    /// The default toolchain.
    pub toolchain: Option<String>,
    /// The generation in use.
    pub generation: Option<u64>,
    /// How many toolchains are installed.
    pub toolchains_count: u64,
    /// Operations that are under way, or whose process died.
    pub unfinished: Vec<UnfinishedOperation>,
    /// Parts of downloads that are kept for the next run.
    pub downloads: Vec<PartialDownload>,
    /// Whether nothing is left over: no open change of files, no unfinished tree, no torn journal.
    pub is_clean: bool,
    /// What is wrong with the store.
    pub faults: Vec<Remark>,
}

impl View for Status {
    const SCHEMA: &'static str = "goward.status/1";
}

/// An operation that is under way, or whose process died.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnfinishedOperation {
    /// Its name in the journal.
    pub operation: String,
    /// What it does.
    pub kind: OperationKind,
    /// Where it is ([states.md](states.md)).
    pub state: OperationState,
    /// The step that it has reached, as one name: the operation, and the number of its last record.
    pub checkpoint: String,
    /// The number of its last record in the journal, from 1.
    pub record: u64,
    /// When that was written, in seconds since 1970.
    pub unix_seconds: u64,
    /// The toolchain.
    pub toolchain: String,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OperationKind {
    /// It installs a toolchain.
    Install,
    /// It removes one.
    Uninstall,
    /// It goes back to a generation.
    Rollback,
}

/// Where an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OperationState {
    /// Nothing is under way.
    Idle,
    /// Room is checked, a staging folder is made.
    Preparing,
    /// The archive is fetched, unpacked and proven.
    Syncing,
    /// The staged tree is durable; only the rename is left.
    Committing,
    /// A toolchain is being removed.
    Removing,
    /// It is finished and durable.
    Done,
}

/// A part of a download that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartialDownload {
    /// The download's name.
    pub name: String,
    /// How many bytes of it are kept.
    pub bytes: u64,
}

/// What `goward history` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// The changes, oldest first.
    pub events: Vec<Event>,
}

impl View for History {
    const SCHEMA: &'static str = "goward.history/1";
}

/// A change in the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When, in seconds since 1970.
    pub unix_seconds: u64,
    /// The same in nanoseconds, by which the events are ordered.
    pub unix_nanos: u64,
    /// What was done.
    pub action: EventAction,
    /// The toolchain, where it was one.
    pub toolchain: Option<String>,
    /// What a change of files was for, for people: `setup`, `pin 1.27`.
    pub purpose: Option<String>,
    /// The files that were changed.
    pub files: Vec<String>,
    /// The user's environment variables that were changed; on Windows only.
    pub user_variables: Vec<String>,
    /// The generation in use afterwards, where the default moved.
    pub generation: Option<u64>,
    /// The generation in use before, where the default moved.
    pub generation_before: Option<u64>,
    /// Whether its generation is in use now.
    pub in_use: bool,
    /// How it ended.
    pub outcome: EventOutcome,
    /// Why it failed, for people; its wording may change.
    pub message: Option<String>,
    /// Who did it.
    pub author: Author,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventAction {
    /// The default was set.
    Switch,
    /// goward went back to a generation.
    Rollback,
    /// A toolchain was installed.
    Install,
    /// A toolchain was removed.
    Uninstall,
    /// Files were changed.
    Change,
}

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventOutcome {
    /// It was made.
    Done,
    /// It failed; nothing changed.
    Failed,
    /// It is under way, or its process died.
    Unfinished,
    /// It was made, and undone later.
    Undone,
    /// It was begun and taken back.
    TakenBack,
}

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// The user's name, where the environment tells it.
    pub user: Option<String>,
    /// The machine's name, where the environment tells it.
    pub host: Option<String>,
    /// The command line, as it was typed.
    pub command_line: Vec<String>,
    /// Why, in the user's words (`--reason`).
    pub reason: Option<String>,
}

/// What `goward undo` has undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// The steps, in the order in which they were taken.
    pub steps: Vec<UndoneStep>,
}

impl View for Undo {
    const SCHEMA: &'static str = "goward.undo/1";
}

/// One change that was undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoneStep {
    /// What kind of change it was.
    pub kind: UndoneKind,
    /// The default toolchain now; `null` for `no-default` and `change`.
    pub toolchain: Option<String>,
    /// The default toolchain before; `null` for `change`.
    pub before: Option<String>,
    /// The generation in use now, where the default moved.
    pub generation: Option<u64>,
    /// The generation in use before, where the default moved; `null` for `change`.
    pub generation_before: Option<u64>,
    /// For `change`, the name of the change.
    pub change: Option<String>,
    /// For `change`, what it was for, for people.
    pub purpose: Option<String>,
    /// For `change`, the files that are as they were before.
    pub files: Vec<String>,
    /// For `change`, the user's environment variables that are as they were before; on Windows only.
    pub user_variables: Vec<String>,
}

/// What kind of change was undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UndoneKind {
    /// Switches of the default: one move back over all of them.
    Default,
    /// The first default, before which there was none.
    NoDefault,
    /// A change of files, and of the default where that was part of it.
    Change,
}

/// What `goward rollback` has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// The default toolchain now.
    pub toolchain: String,
    /// Its version.
    pub version: String,
    /// The default toolchain before, if there was one.
    pub before: Option<String>,
    /// The generation in use now.
    pub generation: u64,
    /// The generation in use before, if there was one.
    pub generation_before: Option<u64>,
    /// Whether anything changed.
    pub changed: bool,
    /// Since when the default is this one, in seconds since 1970.
    pub back_since_unix_seconds: u64,
    /// The block of the version that was left (`--block`).
    pub block: Option<Block>,
    /// The proof in the project's folder (`--verify`).
    pub verification: Option<Verification>,
    /// The program that ran when all was done (`--on-done`).
    pub on_done: Option<OnDone>,
    /// Steps after the way back that failed.
    pub errors: Vec<ErrorReport>,
}

/// What came of the proof after a rollback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// Whether nothing failed.
    pub passed: bool,
    /// The toolchain that it ran with; `null` if none could be chosen.
    pub toolchain_used: Option<String>,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// Its rows: source, topology, behaviour.
    pub rows: Vec<VerificationRow>,
}

/// One row of the proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerificationRow {
    /// What was looked at.
    pub kind: VerificationKind,
    /// What came of it.
    pub verdict: VerificationVerdict,
    /// The command that answered.
    pub command_line: Vec<String>,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// What it said, for people; its wording may change.
    pub message: Option<String>,
}

/// What a row of the proof looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerificationKind {
    /// The modules' contents: `go mod verify`.
    Source,
    /// The module graph, against the recorded one.
    Topology,
    /// The project's tests.
    Behaviour,
}

/// What came of a row of the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerificationVerdict {
    /// It holds.
    Passed,
    /// It does not hold, or could not be found out.
    Failed,
    /// There was nothing to compare or to run.
    LeftOut,
}

/// A program that ran when all was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnDone {
    /// The program and its arguments.
    pub command_line: Vec<String>,
    /// Whether it was started: it is not after a proof that failed.
    pub started: bool,
    /// Its exit status; `null` if it did not end by itself.
    pub exit_status: Option<i32>,
}

impl View for Rollback {
    const SCHEMA: &'static str = "goward.rollback/1";
}

/// What `goward diff` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diff {
    /// The toolchain of the first generation.
    pub before: String,
    /// The toolchain of the second generation.
    pub toolchain: String,
    /// Files that only the second has, as paths below the tree.
    pub files_added: Vec<String>,
    /// Files that only the first has.
    pub files_removed: Vec<String>,
    /// Files that both have with different contents.
    pub files_changed: Vec<String>,
    /// How many files are the same in both.
    pub files_same_count: u64,
}

impl View for Diff {
    const SCHEMA: &'static str = "goward.diff/1";
}

/// What `goward shims` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shims {
    /// The folder for `PATH`.
    pub folder: String,
    /// Whether `go` is found there before anywhere else on `PATH`.
    pub first_on_path: bool,
    /// Every name that should be there.
    pub shims: Vec<Shim>,
}

impl View for Shims {
    const SCHEMA: &'static str = "goward.shims/1";
}

/// A shim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shim {
    /// Its name: `go1.27.3`.
    pub name: String,
    /// Whether a file of that name is there.
    pub there: bool,
    /// Whether it is the shim that this goward would write.
    pub current: bool,
}

/// What `goward shims --write` has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShimsWritten {
    /// The folder for `PATH`.
    pub folder: String,
    /// Every name that is there now.
    pub names: Vec<String>,
    /// Names that were not there before.
    pub added: Vec<String>,
    /// Names whose program was another one before.
    pub replaced: Vec<String>,
    /// Names that were removed.
    pub removed: Vec<String>,
    /// Links below the user's `sdk` folder that lead to goward's toolchains.
    pub sdk: Vec<String>,
    /// What is below the user's `sdk` folder, is not goward's, and was left as it is.
    pub sdk_left: Vec<String>,
}

impl View for ShimsWritten {
    const SCHEMA: &'static str = "goward.shims-written/1";
}
