//! Snapshots: what a machine's Go was at an instant. [`Snapshot`] is also the content of a snapshot's file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Author, Graph, View};

/// What a machine's Go was at an instant: a snapshot's file, and what `goward snapshot show` prints of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Its id: label, UTC time and context, joined with `-`. It is never given twice.
    pub id: String,
    /// The label: as given, else what `git describe` says of the project, else the toolchain's tag.
    pub label: String,
    /// Where it was made: the CI job and the commit, else `local`.
    pub context: String,
    /// When, in UTC (RFC 3339, with milliseconds).
    pub taken: String,
    /// The same in nanoseconds since 1970.
    pub unix_nanos: u64,
    /// How long it is kept, in words: `7d`, or `forever`.
    pub retention: String,
    /// The same in seconds; `null` where it does not expire.
    pub ttl_seconds: Option<u64>,
    /// The goward that made it, with its version.
    pub made_by: String,
    /// Who asked for it, on which machine.
    pub author: Author,
    /// The machine's platform, as `OS/ARCH` in Go's words.
    pub platform: String,
    /// The toolchain that the snapshot describes.
    pub toolchain: Option<String>,
    /// What it consists of.
    pub tree_state: Option<TreeState>,
    /// The generation in use.
    pub generation: Option<u64>,
    /// The default toolchain.
    pub default_toolchain: Option<String>,
    /// Every installed toolchain.
    pub toolchains: Vec<SnapshotToolchain>,
    /// The go command's variables. Credentials in them are left out.
    pub go_variables: Vec<SnapshotVariable>,
    /// goward's settings that are not at their default.
    pub settings_set: Vec<SnapshotSetting>,
    /// The project, where one was named.
    pub project_state: Option<ProjectState>,
    /// The files of the tree; empty in the store, where the manifest of `tree_state.manifest_sha256` has them.
    pub tree_files: Vec<TreeFile>,
    /// The SHA-256 of all of the above as the file has it, with this field empty and no `tree_files`.
    pub content_sha256: String,
}

impl View for Snapshot {
    const SCHEMA: &'static str = "goward.snapshot/1";
}

/// A toolchain's tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TreeState {
    /// The SHA-256 of its manifest: the hashes, sizes and paths of its files.
    pub manifest_sha256: String,
    /// How many files it has.
    pub files_count: u64,
    /// How many bytes they have.
    pub bytes_unpacked: u64,
    /// Whether every file was read and hashed for the snapshot. Otherwise the manifest of the install says what is there.
    pub rehashed: bool,
    /// Files that did not match the manifest when they were hashed.
    pub files_changed: Vec<String>,
    /// Files of the manifest that were missing.
    pub files_removed: Vec<String>,
    /// Files that the manifest does not have.
    pub files_added: Vec<String>,
    /// The first line of its VERSION file.
    pub version_line: Option<String>,
    /// The release's build time, as its VERSION file says it (since Go 1.21).
    pub version_time: Option<String>,
    /// The source that it came from.
    pub source: Option<String>,
    /// The SHA-256 of the archive that it came from, where it was one.
    pub archive_sha256: Option<String>,
    /// The archive's name with the first 8 digits of its SHA-256.
    pub fingerprint: Option<String>,
    /// Who vouches for its bytes.
    pub vouched_by: Vec<String>,
    /// Its programs: `bin` and `pkg/tool`.
    pub programs: Vec<SnapshotProgram>,
}

/// A program of a toolchain, as its file says; goward does not run it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotProgram {
    /// Its path in the tree.
    pub path: String,
    /// Its SHA-256, as the manifest says; of a foreign tree, as it was read.
    pub sha256: String,
    /// When its file was last changed, in UTC.
    pub modified: Option<String>,
    /// The form of the file: `elf`, `pe`, `mach-o`, or `other`.
    pub executable_form: String,
    /// Its signature: `none`, `present`, or `ad-hoc` (Mach-O, without a signer). goward does not judge it.
    pub signature: String,
    /// The Go that built it, as its build information says.
    pub built_with: Option<String>,
    /// The package that it was built from.
    pub package: Option<String>,
    /// How it was built: `GOOS=linux`, `-trimpath=true`.
    pub build_settings: Vec<String>,
}

/// An installed toolchain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotToolchain {
    /// Its name.
    pub toolchain: String,
    /// The SHA-256 of its manifest; `null` where its record could not be read.
    pub manifest_sha256: Option<String>,
}

/// A variable of the go command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotVariable {
    /// Its name.
    pub name: String,
    /// Its value, without credentials.
    pub value: String,
    /// Which rule decided: `environment`, `go env -w`, `default` and so on.
    pub rule: String,
}

/// A setting that is not at its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotSetting {
    /// Its key.
    pub key: String,
    /// Its value as `goward config set` takes it, without credentials.
    pub value: String,
    /// Whether the configuration file sets it. Only such a setting is restored.
    pub in_file: bool,
    /// Whether credentials were left out of the value. Such a setting is not restored.
    pub is_shortened: bool,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectState {
    /// Its folder.
    pub folder: String,
    /// The commit that is checked out, where the folder is in a Git repository.
    pub commit: Option<String>,
    /// Whether tracked files differ from the commit; `null` where goward did not look.
    pub is_dirty: Option<bool>,
    /// The files that choose a Go: pins, go.mod, go.work, go.sum, goward.lock. Only pins have their text, which a
    /// restore writes back.
    pub project_files: Vec<ProjectFile>,
    /// The module graph as the go command tells it; `null` where it was not asked for.
    pub module_graph: Option<Graph>,
}

/// A file of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectFile {
    /// Its absolute path.
    pub path: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its text, of a file that pins.
    pub text: Option<String>,
}

/// A file of a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TreeFile {
    /// Its path in the tree.
    pub path: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether it can be run.
    pub executable: Option<bool>,
}

/// What `goward snapshot create` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotCreate {
    /// The new snapshot.
    pub snapshot: Snapshot,
    /// Its file.
    pub path: String,
    /// The copy with all files, where one was asked for.
    pub copy_path: Option<String>,
    /// Snapshots that have expired and are gone.
    pub snapshots_removed: Vec<SnapshotRemoved>,
    /// Bytes that became free.
    pub bytes_freed: u64,
    /// What a person should know.
    pub notes: Vec<String>,
}

impl View for SnapshotCreate {
    const SCHEMA: &'static str = "goward.snapshot-create/1";
}

/// What `goward snapshot list` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotList {
    /// The snapshots, oldest first.
    pub snapshots: Vec<ListedSnapshot>,
    /// Files that could not be read as one.
    pub unreadable: Vec<crate::Remark>,
}

impl View for SnapshotList {
    const SCHEMA: &'static str = "goward.snapshot-list/1";
}

/// One snapshot in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedSnapshot {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Where it was made.
    pub context: String,
    /// When, in UTC.
    pub taken: String,
    /// When it expires, in UTC; `null` for never.
    pub expires: Option<String>,
    /// Whether it is protected, so that only `delete` after `protect --off` removes it.
    pub is_protected: bool,
    /// Whether the generation in use, or the one that an undo returns to, is the one of the snapshot.
    pub is_in_use: bool,
    /// The toolchain that it describes.
    pub toolchain: Option<String>,
    /// The size of its file in bytes.
    pub bytes: u64,
}

/// What `goward snapshot diff` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotDiff {
    /// The first snapshot's id.
    pub from: String,
    /// The second's.
    pub to: String,
    /// What differs, in the order of the snapshot's fields.
    pub snapshot_differences: Vec<SnapshotDifference>,
    /// How many differences were ignored as asked.
    pub ignored_count: u64,
}

impl View for SnapshotDiff {
    const SCHEMA: &'static str = "goward.snapshot-diff/1";
}

/// One difference between two snapshots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotDifference {
    /// The part of the snapshot: `toolchain`, `files`, `programs`, `variables`, `settings`, `project`, `default`,
    /// `toolchains`, `graph`, `host`, `time`.
    pub area: String,
    /// What of it: a variable, a file, a key.
    pub name: String,
    /// In the first; `null` where it is not there.
    pub before: Option<String>,
    /// In the second; `null` where it is not there.
    pub after: Option<String>,
}

/// What `goward snapshot verify` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotVerify {
    /// What was checked, snapshot by snapshot.
    pub snapshot_checks: Vec<SnapshotCheck>,
}

impl View for SnapshotVerify {
    const SCHEMA: &'static str = "goward.snapshot-verify/1";
}

/// One check of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotCheck {
    /// The snapshot.
    pub id: String,
    /// What was checked: `record`, `manifest`, `tree`.
    pub subject: String,
    /// Whether it is as recorded.
    pub good: bool,
    /// What was found.
    pub message: String,
}

/// What `goward snapshot restore` did, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotRestore {
    /// The snapshot.
    pub id: String,
    /// Whether nothing was changed because only the plan was asked for.
    pub dry_run: bool,
    /// Toolchains that were fetched, or would be.
    pub fetched: Vec<String>,
    /// The default toolchain afterwards, if it moved.
    pub becomes: Option<String>,
    /// The default toolchain before.
    pub before: Option<String>,
    /// Files that were written or removed.
    pub files_changed: Vec<String>,
    /// Settings that changed.
    pub keys_changed: Vec<String>,
    /// The name of the change; `null` if nothing had to change.
    pub change: Option<String>,
    /// The generation in use afterwards.
    pub generation: Option<u64>,
    /// What was not restored, and why.
    pub notes: Vec<String>,
}

impl View for SnapshotRestore {
    const SCHEMA: &'static str = "goward.snapshot-restore/1";
}

/// What `goward snapshot protect` did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotProtect {
    /// The snapshot.
    pub id: String,
    /// Whether it is protected now.
    pub is_protected: bool,
    /// Whether that is a change.
    pub changed: bool,
}

impl View for SnapshotProtect {
    const SCHEMA: &'static str = "goward.snapshot-protect/1";
}

/// What `goward snapshot delete` and `prune` removed, or would remove.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotPrune {
    /// Whether nothing was changed because only the plan was asked for.
    pub dry_run: bool,
    /// The snapshots.
    pub snapshots_removed: Vec<SnapshotRemoved>,
    /// What else was removed for room: toolchains, archives under way, cached documents.
    pub removed: Vec<String>,
    /// Bytes that became free.
    pub bytes_freed: u64,
    /// How full the store's file system is now, in percent; `null` where the system does not say.
    pub disk_percent: Option<u64>,
}

impl View for SnapshotPrune {
    const SCHEMA: &'static str = "goward.snapshot-prune/1";
}

/// A snapshot that was removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotRemoved {
    /// Its id.
    pub id: String,
    /// Why: `asked`, `expired`, `too-many`, `disk-full`.
    pub cause: String,
}

/// What `goward snapshot push` and `pull` did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotSync {
    /// The folder in the user's Git repository.
    pub folder: String,
    /// Snapshots that were written.
    pub ids: Vec<String>,
    /// The commit that was made; `null` if there was nothing new.
    pub commit: Option<String>,
    /// Whether the repository's remote got or gave it, too.
    pub is_remote: bool,
    /// Files that were not taken, and why.
    pub unreadable: Vec<crate::Remark>,
    /// What a person should know.
    pub notes: Vec<String>,
}

impl View for SnapshotSync {
    const SCHEMA: &'static str = "goward.snapshot-sync/1";
}
