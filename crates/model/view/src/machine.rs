//! The machine around goward: settings, shells, editors, the administrator's store, and what is wrong.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{NamedToolchain, Origin, Remark, ShimsWritten, View};

/// What `goward config` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The settings.
    pub settings: Vec<Setting>,
}

impl View for Config {
    const SCHEMA: &'static str = "goward.config/1";
}

/// What `goward config set`, `unset` and `edit` have done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigChange {
    /// The configuration file.
    pub path: String,
    /// Whether its bytes have changed.
    pub changed: bool,
    /// The setting; `null` for `edit`.
    pub key: Option<String>,
    /// The value that the file gave it before, without credentials; `null` where it gave none.
    pub value_before: Option<SettingValue>,
    /// The value that the file gives it now, without credentials; `null` where it gives none.
    pub value: Option<SettingValue>,
    /// What comes before the file and still decides.
    pub overruled_by: Option<Origin>,
}

impl View for ConfigChange {
    const SCHEMA: &'static str = "goward.config-change/1";
}

/// What `goward self uninstall` removes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SelfUninstall {
    /// Whether it is done; false with `--dry-run`.
    pub done: bool,
    /// What goes, in order.
    pub paths_removed: Vec<PathRemark>,
    /// What stays, and why.
    pub paths_left: Vec<PathRemark>,
    /// How many toolchains go.
    pub toolchains_count: u64,
    /// How many bytes their files have.
    pub bytes: u64,
}

impl View for SelfUninstall {
    const SCHEMA: &'static str = "goward.self-uninstall/1";
}

/// A path with a remark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathRemark {
    /// The path.
    pub path: String,
    /// What it is, or why it stays, for people; its wording may change.
    pub message: String,
}

/// A setting with its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Its key in `config.toml`: `network.offline`.
    pub key: String,
    /// Its value, without credentials.
    pub value: SettingValue,
    /// Where the value comes from.
    pub origin: Origin,
    /// The environment variable that sets it.
    pub variable: String,
    /// Its default, as text.
    pub default: String,
    /// For `proxy.default`, what this program was built with.
    pub build: Option<BuildValue>,
    /// What it means, for people; its wording may change.
    pub message: String,
}

/// The value of a setting: text, a number, a switch, a list of texts, or texts by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SettingValue {
    /// A switch.
    Switch(bool),
    /// A whole number.
    Count(u64),
    /// A number from 0 to 1.
    Share(f64),
    /// A text.
    Text(String),
    /// A list of texts.
    Words(Vec<String>),
    /// Texts by name.
    Map(BTreeMap<String, String>),
}

/// What the program was built with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildValue {
    /// The value; `null` where the build has none.
    pub value: Option<String>,
    /// Where the builder had it from, for people.
    pub message: String,
}

/// What `goward setup` and `goward unsetup` have done, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Which of the two.
    pub kind: SetupKind,
    /// The shells: `bash`, `zsh`, `fish`, `pwsh`, `nu`, `elvish`.
    pub shells: Vec<String>,
    /// The files that change; empty where everything is in place.
    pub file_changes: Vec<FileChange>,
    /// The user's environment variables that change; on Windows only.
    pub variable_changes: Vec<VariableChange>,
    /// Files that stay as they are although they are in the way.
    pub files_kept: Vec<KeptFile>,
    /// What the user has to write into a profile.
    pub by_hand: Vec<ByHand>,
    /// Whatever else would come before the shims.
    pub rivals: Vec<Rival>,
    /// What the user should know.
    pub remarks: Vec<Remark>,
    /// Whether files or variables were changed.
    pub changed: bool,
    /// The name of the change, by which it can be undone; `null` where there was none.
    pub change: Option<String>,
    /// The folder with what was there before.
    pub backup: Option<String>,
    /// The shims that were written; `null` for `unsetup` and `--dry-run`.
    pub shims_written: Option<ShimsWritten>,
    /// What to type so that a shell that runs already reads its script; `null` where PATH has the shims.
    pub line_for_this_shell: Option<String>,
    /// The link that makes `goward` a command; `null` where goward is on PATH without it.
    pub link_to_goward: Option<String>,
}

impl View for Setup {
    const SCHEMA: &'static str = "goward.setup/1";
}

/// Whether it is a setup or its removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SetupKind {
    /// `goward setup`
    Setup,
    /// `goward unsetup`
    Unsetup,
}

/// What happens to a file or a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeAction {
    /// It is made.
    Make,
    /// It is changed.
    Change,
    /// It is removed.
    Remove,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileChange {
    /// The file.
    pub path: String,
    /// What happens to it.
    pub action: ChangeAction,
    /// What is written or removed, for people; its wording may change.
    pub message: String,
}

/// An environment variable of the user's that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariableChange {
    /// Its key and name in the registry.
    pub path: String,
    /// What happens to it.
    pub action: ChangeAction,
    /// What is put in or removed, for people; its wording may change.
    pub message: String,
}

/// A file that stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeptFile {
    /// The file.
    pub path: String,
    /// The line of what stays, counted from 1, where it is a part of the file.
    pub line: Option<u64>,
    /// What stays, where it is a part of the file.
    pub text: Option<String>,
    /// Why, for people; its wording may change.
    pub message: String,
}

/// A line that the user has to write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// The shell.
    pub shell: String,
    /// The profile.
    pub path: String,
    /// The line to write.
    pub text: String,
}

/// Something that would come before the shims.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rival {
    /// The file, or the key in the registry.
    pub path: String,
    /// The line in it, counted from 1, where it is one.
    pub line: Option<u64>,
    /// What kind of thing it is.
    pub kind: RivalKind,
    /// What it does, for people; its wording may change.
    pub message: String,
    /// What to do, for people.
    pub fix: String,
}

/// What kind of thing comes before the shims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RivalKind {
    /// A line that sets `GOROOT`.
    Goroot,
    /// A line that activates another manager.
    Manager,
    /// A line that puts something before the shims in `PATH`, or sets `PATH` anew.
    Path,
    /// A line of the file that `go env -w` writes.
    GoEnv,
    /// An entry in the registry of Windows.
    Registry,
}

/// What `goward ide check` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdeCheck {
    /// The folder.
    pub folder: String,
    /// The version that goward chooses there.
    pub version: String,
    /// What is asked for.
    pub request: String,
    /// Where the request comes from.
    pub origin: Origin,
    /// Editor by editor.
    pub editors: Vec<EditorGo>,
}

impl View for IdeCheck {
    const SCHEMA: &'static str = "goward.ide-check/1";
}

/// The Go that an editor will use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditorGo {
    /// The editor, and which part of it, for people.
    pub editor: String,
    /// The program, the tree or the version that it takes.
    pub uses: Option<String>,
    /// The version of that, where it can be found out.
    pub version: Option<String>,
    /// How it compares with goward's choice.
    pub verdict: EditorVerdict,
    /// The file that decides, where one does.
    pub path: Option<String>,
    /// The line in it, counted from 1.
    pub line: Option<u64>,
    /// What decides, for people; its wording may change.
    pub message: String,
    /// What to do, or what should be known, for people.
    pub advice: Option<String>,
}

/// How an editor's Go compares with goward's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EditorVerdict {
    /// It is the same, or goward itself chooses.
    Same,
    /// It is another.
    Differs,
    /// It cannot be found out.
    Unknown,
}

/// What `goward ide setup` has done, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdeSetup {
    /// The files; empty where everything is in place.
    pub edits: Vec<FileEdit>,
    /// What cannot be done here.
    pub remarks: Vec<Remark>,
    /// The name of the change, by which it can be undone; `null` where nothing was changed.
    pub change: Option<String>,
}

impl View for IdeSetup {
    const SCHEMA: &'static str = "goward.ide-setup/1";
}

/// A file that is changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileEdit {
    /// The file.
    pub path: String,
    /// Whether it is made.
    pub is_new: bool,
    /// What is changed in it.
    pub remarks: Vec<Remark>,
    /// Its whole text afterwards.
    pub text: String,
}

/// What `goward doctor` and `goward system check` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Doctor {
    /// How many problems there are.
    pub problems_count: u64,
    /// How many notes there are.
    pub notes_count: u64,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What was repaired before (`--repair`).
    pub repaired: Vec<Repaired>,
}

impl View for Doctor {
    const SCHEMA: &'static str = "goward.doctor/1";
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Its word for programs (`goward doctor --list`). A word keeps its meaning; new ones are added.
    pub word: String,
    /// How much it matters.
    pub severity: Severity,
    /// The file or folder, where it is about one.
    pub path: Option<String>,
    /// The line in it, counted from 1.
    pub line: Option<u64>,
    /// What was found, for people; its wording may change.
    pub message: String,
    /// Why it matters, for people.
    pub why: String,
    /// What to do, for people.
    pub fix: String,
    /// What `goward doctor --repair` would do; `null` where it cannot be repaired.
    pub repair: Option<Repair>,
    /// Whether it is repaired only where its word is given.
    pub only_if_named: bool,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know; nothing is wrong.
    Note,
    /// It is wrong, or works against what was chosen.
    Problem,
}

/// What a repair does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repair {
    /// What it does.
    pub kind: RepairKind,
    /// The files and folders, for `modes`, `take-out-line`, `make-folder` and `move-aside`.
    pub targets: Vec<RepairTarget>,
    /// For `take-out-line`, the line that is removed.
    pub text: Option<String>,
}

/// What a repair does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RepairKind {
    /// It sets the permission bits of files and folders.
    Modes,
    /// It makes a folder.
    MakeFolder,
    /// It removes a line from a file, if the file still has it.
    TakeOutLine,
    /// It moves names of the wrong kind to `set-aside/` in the store.
    MoveAside,
    /// It moves damaged generations aside and sets the default anew.
    SetDefault,
    /// It finds the manifests of snapshots again, or moves the snapshots to `set-aside/`.
    MendSnapshots,
    /// It writes the shims anew.
    WriteShims,
    /// It finishes or undoes what an interrupted run left.
    Recover,
}

/// A file or folder that a repair changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepairTarget {
    /// The file or folder.
    pub path: String,
    /// For `modes`, its permission bits afterwards.
    pub mode: Option<u32>,
}

/// What was repaired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repaired {
    /// The word of the finding.
    pub word: String,
    /// What was done, with what was before.
    pub remarks: Vec<Remark>,
    /// The name of the change, by which it can be undone; `null` where it cannot.
    pub change: Option<String>,
}

/// What `goward doctor --list` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DoctorList {
    /// The topics.
    pub topics: Vec<DoctorTopic>,
}

impl View for DoctorList {
    const SCHEMA: &'static str = "goward.doctor-list/1";
}

/// A topic of the checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DoctorTopic {
    /// Its name.
    pub name: String,
    /// The words of its findings.
    pub words: Vec<String>,
    /// What it is about, for people; its wording may change.
    pub message: String,
}

/// What `goward system init` and `goward --system setup` have done, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemInit {
    /// The folder of the administrator's store.
    pub home: String,
    /// The folders that were made or changed, or would be; empty where all was in order already.
    pub folder_changes: Vec<FolderChange>,
}

impl View for SystemInit {
    const SCHEMA: &'static str = "goward.system-init/1";
}

/// A folder that was made, or whose permission bits were set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FolderChange {
    /// The folder.
    pub path: String,
    /// What happened to it.
    pub action: ChangeAction,
    /// Its permission bits before, for `change`.
    pub mode_before: Option<u32>,
    /// Its permission bits afterwards.
    pub mode: Option<u32>,
    /// The same for people; its wording may change.
    pub message: String,
}

/// What `goward system status` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemStatus {
    /// The folder of the administrator's store; `null` where none is named.
    pub home: Option<String>,
    /// What goward does with it.
    pub state: SystemState,
    /// Why it is passed over, for people; its wording may change.
    pub message: Option<String>,
    /// The toolchains in it.
    pub toolchains: Vec<NamedToolchain>,
}

impl View for SystemStatus {
    const SCHEMA: &'static str = "goward.system-status/1";
}

/// What goward does with the administrator's store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SystemState {
    /// There is none.
    None,
    /// goward reads it beside the user's own store.
    Read,
    /// goward works on it now, as the administrator's.
    Own,
    /// goward does not believe it.
    PassedOver,
}
