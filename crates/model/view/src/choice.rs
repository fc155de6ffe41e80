//! What runs in a folder, and why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Block, NamedToolchain, Origin, Remark, View};

/// What runs in this folder: what `goward current` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is asked for, as a version or a word: `1.27`, `latest`.
    pub request: String,
    /// Where the request comes from.
    pub origin: Origin,
    /// Whether a toolchain for it is installed.
    pub installed: bool,
    /// The newest installed toolchain for it.
    pub toolchain: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its folder: its GOROOT.
    pub tree: Option<String>,
    /// The pin that gave way to what the project needs (`resolve.on-conflict = "raise"`).
    pub raised: Option<Raised>,
    /// Every file and rule that was looked at, in the order in which they count.
    pub reasons: Vec<Reason>,
}

impl View for Choice {
    const SCHEMA: &'static str = "goward.current/1";
}

/// A pin that gave way to what the project needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raised {
    /// The version that the pin stands for.
    pub version: String,
    /// Where the pin is.
    pub origin: Origin,
    /// What the project needs.
    pub floor: Floor,
}

/// What a project needs at least.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// The version.
    pub version: String,
    /// The line that says so.
    pub origin: Origin,
}

/// A file or rule that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Where it is.
    pub origin: Origin,
    /// What it says, cut and escaped so that it can be shown; `null` where it says nothing.
    pub value: Option<String>,
    /// What came of it.
    pub verdict: ReasonVerdict,
    /// By what it was overruled, or why it was ignored, for people; its wording may change.
    pub message: Option<String>,
}

/// What came of a file or rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonVerdict {
    /// It decides.
    Chosen,
    /// It is what a floor or a suggestion may raise.
    Base,
    /// It says what is needed at least.
    Floor,
    /// It suggests a toolchain, which counts where it is newer than the base.
    Suggested,
    /// It says that nothing may raise the base.
    KeepsBase,
    /// It says that nothing pins, so that nothing further up counts either.
    NoPin,
    /// Something that counts more decides.
    Overruled,
    /// It does not count.
    Ignored,
    /// There is nothing.
    NotThere,
}

/// What `goward which` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The path of the program that would run.
    pub program: String,
    /// What led to it.
    pub choice: Choice,
}

impl View for Which {
    const SCHEMA: &'static str = "goward.which/1";
}

/// What `goward why` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// What is asked for.
    pub request: String,
    /// Where the request comes from.
    pub origin: Origin,
    /// The version that is installed for it, where one is.
    pub version: Option<String>,
    /// What the project needs at least.
    pub floor: Option<Floor>,
    /// The pin that gave way to what the project needs.
    pub raised: Option<Raised>,
    /// The block of the version that is asked for; with one, nothing runs here.
    pub block: Option<Block>,
    /// The block of a newer version that would run here.
    pub block_passed_over: Option<Block>,
    /// A builder's own toolchain that the deciding `toolchain` line names, and what becomes of it, for people.
    pub builder: Option<String>,
    /// Whether the go command works with modules here.
    pub module_mode: Mode,
    /// What else asked for something and did not count.
    pub passed_over: Vec<Reason>,
    /// What would change the choice, the nearest at hand first.
    pub remarks: Vec<Remark>,
}

/// Whether the go command works with modules, or with GOPATH alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    /// Whether with modules.
    pub has_modules: bool,
    /// Why, for people; its wording may change.
    pub message: String,
    /// The go.work or go.mod that counts; `null` without one.
    pub path: Option<String>,
}

impl View for Why {
    const SCHEMA: &'static str = "goward.why/1";
}

/// What `goward why --floor` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhyFloor {
    /// What the project needs at least.
    pub floor: Floor,
    /// The highest demand of the modules; `null` where no module needs any Go.
    pub demand: Option<Demand>,
    /// Whether the modules need less than the file says, so that it could be lowered.
    pub lowerable: bool,
    /// For modules that need most, the newest older version that needs less.
    pub older: Vec<ModuleNeed>,
    /// What could not be found out.
    pub remarks: Vec<Remark>,
}

impl View for WhyFloor {
    const SCHEMA: &'static str = "goward.why-floor/1";
}

/// The highest Go that modules need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// The version of Go.
    pub version: String,
    /// The modules that need it.
    pub modules: Vec<DemandingModule>,
    /// What would be needed without them; `null` where nothing else needs any Go.
    pub without: Option<ModuleNeed>,
}

/// A module that needs a Go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandingModule {
    /// The module's path.
    pub module: String,
    /// The module's version; `null` for a main module.
    pub module_version: Option<String>,
    /// The way to it from a main module, each element as `module@version`.
    pub chain: Vec<String>,
}

/// What one module needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleNeed {
    /// The module: its path, with its version as `module@version` where it is known.
    pub module: String,
    /// The version of Go that it needs; `null` where it says nothing.
    pub version: Option<String>,
}

/// What `goward pin` without a version shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// What is pinned.
    pub request: String,
    /// Where.
    pub origin: Origin,
}

impl View for Pin {
    const SCHEMA: &'static str = "goward.pin/1";
}

/// What `goward pin VERSION` and `goward pin --lock` have done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PinWrite {
    /// The pin, where one was written.
    pub pin: Option<WrittenPin>,
    /// The lock file, where it was asked for.
    pub lock: Option<Lock>,
}

impl View for PinWrite {
    const SCHEMA: &'static str = "goward.pin-write/1";
}

/// A pin that was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenPin {
    /// The file.
    pub path: String,
    /// What it says now.
    pub request: String,
    /// What it said before, if it was there.
    pub request_before: Option<String>,
    /// Other version files of the same folder that were changed with it.
    pub also: Vec<String>,
    /// What decides in this folder instead of the file, or the setting that leaves the file out; `null` where the file
    /// decides.
    pub shadowed_by: Option<Origin>,
    /// Files of other tools beside it that say something else.
    pub disagreeing: Vec<Reason>,
    /// What else the user should know.
    pub remarks: Vec<Remark>,
}

/// What locking has done, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The lock file.
    pub path: String,
    /// The toolchains that it names now.
    pub toolchains: Vec<NamedToolchain>,
    /// Whether it was written; with `--check` it never is.
    pub changed: bool,
    /// Toolchain by toolchain, what differs from what was there.
    pub differences: Vec<LockDifference>,
    /// Platforms for which nobody knows the version, as `linux/amd64`.
    pub platforms_left_out: Vec<String>,
}

/// A toolchain of the lock file that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockDifference {
    /// The toolchain.
    pub toolchain: String,
    /// How it differs.
    pub kind: LockDifferenceKind,
    /// The same for people; its wording may change.
    pub message: String,
}

/// How a toolchain of the lock file differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LockDifferenceKind {
    /// It was not there.
    Added,
    /// It is no longer there.
    Removed,
    /// What the checksum database says of it differs.
    LogChanged,
    /// What Go's index says of its archive differs.
    ArchiveChanged,
    /// Both differ.
    BothChanged,
}

/// What `goward env` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Env {
    /// The toolchain.
    pub toolchain: String,
    /// Its version.
    pub version: String,
    /// Its folder: its GOROOT.
    pub tree: String,
    /// What is asked for.
    pub request: String,
    /// Where the request comes from.
    pub origin: Origin,
    /// The go command's variables.
    pub variables: Vec<GoVariable>,
    /// A `GOROOT` of the environment that goward takes out, since it is another tree's.
    pub dropped_goroot: Option<String>,
}

impl View for Env {
    const SCHEMA: &'static str = "goward.env/1";
}

/// What `goward env --tree` draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvTree {
    /// The places, each behind the one that it is inside of.
    pub places: Vec<EnvPlace>,
}

impl View for EnvTree {
    const SCHEMA: &'static str = "goward.env-tree/1";
}

/// A place of the go command's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvPlace {
    /// Its name: `GOPATH`, or `folder` for the working folder.
    pub name: String,
    /// Its path; `null` where it is not set, or only the go command itself knows it.
    pub path: Option<String>,
    /// The name of the place that contains it or that it belongs to; `null` for the working folder.
    pub inside: Option<String>,
    /// What it is for, for people; its wording may change.
    pub message: String,
}

/// A variable of the go command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoVariable {
    /// Its name: `GOPATH`.
    pub name: String,
    /// Its value; `null` where only the go command itself knows it.
    pub value: Option<String>,
    /// What set it.
    pub origin: Origin,
    /// For whom it holds: `process`, `user`, `project`, `toolchain`, `folder`, or `default` where nothing sets it.
    pub scope: String,
    /// The values that do not count, the strongest first.
    pub overruled: Vec<OverruledValue>,
    /// What else there is to say of it.
    pub remarks: Vec<Remark>,
}

/// A value that does not count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverruledValue {
    /// The value.
    pub value: String,
    /// What set it.
    pub origin: Origin,
}
