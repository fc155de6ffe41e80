//! What other managers have on this machine, and the move from one release to another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ErrorReport, Form, InstalledToolchain, Origin, Remark, Support, Use, View};

/// What `goward import` would do, or what `goward import --from` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportPlan {
    /// The installations that were found, in the order of their versions.
    pub found: Vec<FoundGo>,
    /// The manager's default, with `--from`.
    pub manager_default: Option<ManagerDefault>,
    /// The versions that projects ask for, with `--projects`.
    pub projects: Vec<ProjectPin>,
    /// The lines of shell profiles that set the manager up, with `--from`.
    pub profile: Vec<ProfileLine>,
}

impl View for ImportPlan {
    const SCHEMA: &'static str = "goward.import-plan/1";
}

/// What `goward import` has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The installations that were found, in the order of their versions.
    pub found: Vec<FoundGo>,
    /// The manager's default, with `--from`.
    pub manager_default: Option<ManagerDefault>,
    /// The versions that projects ask for, with `--projects`.
    pub projects: Vec<ProjectPin>,
    /// The lines of shell profiles that set the manager up, with `--from`.
    pub profile: Vec<ProfileLine>,
    /// The toolchains that were brought in.
    pub toolchains: Vec<InstalledToolchain>,
    /// Files that were not taken.
    pub files_left_out: Vec<LeftOut>,
    /// The installations that were registered, to be run where they are.
    pub registered: Vec<Remark>,
    /// The switch to the manager's default, where a toolchain for it is installed.
    pub switched: Option<Use>,
    /// A failure for each installation that could not be brought in.
    pub errors: Vec<ErrorReport>,
}

impl View for Import {
    const SCHEMA: &'static str = "goward.import/1";
}

/// A Go installation that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundGo {
    /// Its folder: its GOROOT, links followed.
    pub path: String,
    /// Who made it, as far as its place says: `mise`, `sdk`, `system`, ….
    pub manager: String,
    /// The first line of its `VERSION`, where it has one; nothing vouches for it yet.
    pub version_line: Option<String>,
    /// The platform of its programs, as `linux/amd64`.
    pub platform: Option<String>,
    /// The toolchain that it says it is, where Go could have published that.
    pub toolchain: Option<String>,
    /// What it is to goward.
    pub verdict: FoundGoVerdict,
    /// Its form, for `claimed`.
    pub form: Option<Form>,
    /// What would be done with it.
    pub action: ImportAction,
    /// Why that is its verdict, for `system` and `broken`, for people; its wording may change.
    pub message: Option<String>,
    /// What is odd about it.
    pub remarks: Vec<Remark>,
}

/// What an installation is to goward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FoundGoVerdict {
    /// It may be Go's own, which the proof will show.
    Claimed,
    /// goward has the toolchain already.
    Installed,
    /// It is not Go's own, or not in a form that could be proven.
    System,
    /// It is not a whole Go installation.
    Broken,
}

/// What is done with an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportAction {
    /// It is copied and proven; where it turns out not to be Go's own it is registered.
    Adopt,
    /// It is registered, to be run where it is.
    Register,
    /// Nothing.
    Leave,
}

/// The version that a manager runs where nothing else is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagerDefault {
    /// What is written there.
    pub text: String,
    /// The request that it means, where goward understands it.
    pub request: Option<String>,
    /// Where it is written.
    pub origin: Origin,
}

/// A version that a project's file asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectPin {
    /// The file.
    pub path: String,
    /// The line in it, counted from 1.
    pub line: u64,
    /// What is written there.
    pub text: String,
    /// Whether goward reads that file.
    pub is_read: bool,
}

/// A line of a shell's profile that sets a manager up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileLine {
    /// The file.
    pub path: String,
    /// The line in it, counted from 1.
    pub line: u64,
    /// The line itself.
    pub text: String,
    /// Whether the manager serves other languages too, for which the line may be needed.
    pub serves_others: bool,
}

/// A file that was not taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// The toolchain that it does not belong to.
    pub toolchain: String,
    /// Its path below the installation's folder.
    pub path: String,
    /// The rule that leaves it out, for people.
    pub rule: String,
}

/// What `goward import --forget` has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forget {
    /// The installation that is not registered any more; its files are unchanged.
    pub path: String,
}

impl View for Forget {
    const SCHEMA: &'static str = "goward.import-forget/1";
}

/// What `goward migrate --dry-run` would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MigratePlan {
    /// The release that is left, as it was asked for.
    pub request_before: String,
    /// The toolchain that is moved to.
    pub toolchain: String,
    /// Its version.
    pub version: String,
    /// Whether it is installed.
    pub installed: bool,
    /// Whether Go's team supports it.
    pub support: Support,
    /// The default toolchain that is replaced; `null` where the default stays.
    pub before: Option<String>,
    /// The version files that are changed.
    pub pins: Vec<PinMove>,
    /// The tools that were found.
    pub tools: Vec<MigratedTool>,
    /// What the user should know.
    pub remarks: Vec<Remark>,
}

impl View for MigratePlan {
    const SCHEMA: &'static str = "goward.migrate-plan/1";
}

/// A change of a version file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PinMove {
    /// The file.
    pub path: String,
    /// The request in it before.
    pub request_before: String,
    /// The request in it afterwards.
    pub request: String,
}

/// A tool that `go install` has built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MigratedTool {
    /// The file.
    pub path: String,
    /// The Go that it was built with, as it says.
    pub go: String,
    /// Its package, where it says one.
    pub package: Option<String>,
    /// The version of its module, where it says one.
    pub module_version: Option<String>,
    /// The build tags that it was built with.
    pub tags: Option<String>,
    /// What becomes of it.
    pub fate: ToolFate,
    /// Why it stays, for `leave`, for people; its wording may change.
    pub message: Option<String>,
}

/// What becomes of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ToolFate {
    /// It is built again with the new release.
    Rebuild,
    /// It stays as it is.
    Leave,
}

/// What `goward migrate` has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Migrate {
    /// What was planned.
    pub plan: MigratePlan,
    /// The name of the change, by which it can be undone; `null` where nothing had to change.
    pub change: Option<String>,
    /// The generation in use now, where the default moved.
    pub generation: Option<u64>,
    /// The version files that were changed.
    pub pins_changed: Vec<String>,
    /// The tools that were built again.
    pub rebuilt: Vec<String>,
    /// The tools that could not be built again; they are as they were.
    pub failed: Vec<Remark>,
    /// What the new go command says of itself, for people.
    pub go_version: String,
}

impl View for Migrate {
    const SCHEMA: &'static str = "goward.migrate/1";
}
