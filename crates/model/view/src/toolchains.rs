//! What is installed, and what changes that.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Block, ErrorReport, Evidence, Support, View, Witness};

/// What `goward install` has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Install {
    /// The toolchains that are installed now, one for each request that succeeded.
    pub toolchains: Vec<InstalledToolchain>,
    /// A failure for each request that did not.
    pub errors: Vec<ErrorReport>,
}

impl View for Install {
    const SCHEMA: &'static str = "goward.install/1";
}

/// A toolchain that is installed now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstalledToolchain {
    /// Its name with its platform: `go1.27.3.linux-amd64`.
    pub toolchain: String,
    /// Its version: `1.27.3`.
    pub version: String,
    /// Its folder: its GOROOT.
    pub tree: String,
    /// Whether it was installed before.
    pub was_installed: bool,
    /// The source that it came from; `null` where its record cannot be read.
    pub source: Option<String>,
    /// Who vouches for it.
    pub witnesses: Vec<Witness>,
    /// What the witnesses come to.
    pub evidence: Evidence,
    /// Bytes that came over the network this time.
    pub bytes_fetched: u64,
    /// Bytes that were held from an earlier run.
    pub bytes_held: u64,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

/// What `goward install --dry-run` would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstallPlan {
    /// The toolchains that the requests come to, oldest first.
    pub toolchains: Vec<PlannedToolchain>,
}

impl View for InstallPlan {
    const SCHEMA: &'static str = "goward.install-plan/1";
}

/// A toolchain that would be installed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedToolchain {
    /// The request, as it was written.
    pub request: String,
    /// The toolchain that it comes to.
    pub toolchain: String,
    /// Its version.
    pub version: String,
    /// Whether it is installed already.
    pub installed: bool,
}

/// What `goward upgrade` has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upgrade {
    /// The newest installed version of the minor before; `null` where none was.
    pub from: Option<String>,
    /// The newest available version of the minor.
    pub to: String,
    /// The toolchain that was installed; `null` where it was there.
    pub toolchain_installed: Option<InstalledToolchain>,
    /// How the default moved; `null` where it did not.
    pub switched: Option<Use>,
}

impl View for Upgrade {
    const SCHEMA: &'static str = "goward.upgrade/1";
}

/// What `goward upgrade --dry-run` would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpgradePlan {
    /// The newest installed version of the minor; `null` where none is.
    pub from: Option<String>,
    /// The newest available version of the minor.
    pub to: String,
    /// Whether that is installed already.
    pub installed: bool,
    /// Whether it would become the default.
    pub becomes_default: bool,
}

impl View for UpgradePlan {
    const SCHEMA: &'static str = "goward.upgrade-plan/1";
}

/// What `goward uninstall` has removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Uninstall {
    /// The toolchains.
    pub toolchains: Vec<RemovedToolchain>,
}

impl View for Uninstall {
    const SCHEMA: &'static str = "goward.uninstall/1";
}

/// A toolchain that was removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovedToolchain {
    /// Its name with its platform.
    pub toolchain: String,
    /// How many bytes its files had; 0 where its record could not be read.
    pub bytes: u64,
}

/// What `goward list` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The installed toolchains, oldest first.
    pub toolchains: Vec<ListedToolchain>,
    /// Go installations outside goward's store that are run where they are (`goward import`).
    pub external: Vec<ExternalGo>,
}

impl View for List {
    const SCHEMA: &'static str = "goward.list/1";
}

/// An installed toolchain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedToolchain {
    /// Its name with its platform.
    pub toolchain: String,
    /// Its version.
    pub version: String,
    /// Its folder: its GOROOT.
    pub tree: String,
    /// Whether it is the default.
    pub is_default: bool,
    /// Whether it is in the administrator's store for all users of the machine.
    pub is_shared: bool,
    /// The source that it came from; `null` where its record cannot be read.
    pub source: Option<String>,
    /// How many bytes its files have; `null` where its record cannot be read.
    pub bytes: Option<u64>,
    /// Who vouches for it.
    pub witnesses: Vec<Witness>,
    /// What the witnesses come to; `null` where its record cannot be read.
    pub evidence: Option<Evidence>,
    /// The name of its archive and the first 8 digits of its SHA-256 (`go1.27.4.linux-amd64.tar.gz-a1b2c3d4`); `null` where it was
    /// no archive when it came.
    pub fingerprint: Option<String>,
    /// The newest patch of its minor that Go's index or a mirror listed when it was last asked, where no installed one is as
    /// new.
    pub newer: Option<String>,
    /// Whether Go's team supports it.
    pub support: Support,
    /// Why no command chooses it; `null` if it is not blocked.
    pub block: Option<Block>,
    /// Why it was last made the default, in the user's words; `null` without a reason.
    pub note: Option<String>,
}

/// A Go installation that is registered and run where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalGo {
    /// The first line of its `VERSION`, where it has one; nothing vouches for it.
    pub version_line: Option<String>,
    /// Its folder: its GOROOT.
    pub tree: String,
    /// Whether it is still what was registered.
    pub state: ExternalGoState,
    /// The first line of its `VERSION` when it was registered, for `changed`.
    pub version_line_before: Option<String>,
    /// Why it is not an official toolchain, for people; its wording may change.
    pub message: String,
}

/// Whether a registered installation is still what was registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExternalGoState {
    /// It is.
    There,
    /// It says another version than it did.
    Changed,
    /// It has no go command any more.
    Vanished,
}

/// What `goward list --remote` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRemote {
    /// The source that answered.
    pub source: String,
    /// The platform that was asked for, as `linux/amd64`.
    pub platform: String,
    /// The versions that it offers, oldest first.
    pub versions: Vec<OfferedVersion>,
}

impl View for ListRemote {
    const SCHEMA: &'static str = "goward.list-remote/1";
}

/// A version that can be installed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferedVersion {
    /// The version.
    pub version: String,
    /// Whether it is installed.
    pub installed: bool,
    /// Whether Go's team supports it.
    pub support: Support,
}

/// What `goward list --disk` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDisk {
    /// The installed toolchains, oldest first.
    pub toolchains: Vec<DiskUse>,
    /// Bytes of all blocks together, each block counted once.
    pub bytes_real: u64,
    /// Bytes that would be needed if toolchains shared nothing.
    pub bytes_unshared: u64,
}

impl View for ListDisk {
    const SCHEMA: &'static str = "goward.list-disk/1";
}

/// What one toolchain takes on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiskUse {
    /// The toolchain.
    pub toolchain: String,
    /// Bytes of blocks that only this toolchain has: what its removal frees.
    pub bytes_own: u64,
    /// Bytes of blocks that other toolchains have too.
    pub bytes_shared: u64,
}

/// What `goward outdated` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outdated {
    /// The source that answered.
    pub source: String,
    /// The installed minors, oldest first.
    pub minors: Vec<OutdatedMinor>,
}

impl View for Outdated {
    const SCHEMA: &'static str = "goward.outdated/1";
}

/// An installed minor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutdatedMinor {
    /// The minor: `1.27`.
    pub minor: String,
    /// The newest version of it that is installed.
    pub version: String,
    /// The newest version of it that can be installed and is not blocked, where that is newer.
    pub newer: Option<String>,
    /// The block of the newest version of it, installed or not, where that is blocked.
    pub block: Option<Block>,
    /// Whether Go's team supports it.
    pub support: Support,
}

/// What `goward use` has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// The default toolchain now.
    pub toolchain: String,
    /// Its version.
    pub version: String,
    /// The default toolchain before, if there was one.
    pub before: Option<String>,
    /// The generation in use now.
    pub generation: u64,
    /// Whether anything changed.
    pub changed: bool,
    /// The folder to put on `PATH`.
    pub bin: String,
}

impl View for Use {
    const SCHEMA: &'static str = "goward.use/1";
}

/// What `goward use --dry-run` would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsePlan {
    /// The toolchain that would be the default.
    pub toolchain: String,
    /// Its version.
    pub version: String,
    /// The default toolchain now, if there is one.
    pub before: Option<String>,
    /// Whether the toolchain is installed already.
    pub installed: bool,
}

impl View for UsePlan {
    const SCHEMA: &'static str = "goward.use-plan/1";
}

/// What `goward where` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Where {
    /// The toolchain.
    pub toolchain: String,
    /// Its version.
    pub version: String,
    /// Its folder: its GOROOT.
    pub tree: String,
    /// The SHA-256 of its archive, 64 lower-case digits; `null` where it was no archive when it came.
    pub archive_sha256: Option<String>,
    /// The archive's name and the first 8 digits of that hash.
    pub fingerprint: Option<String>,
}

impl View for Where {
    const SCHEMA: &'static str = "goward.where/1";
}

/// A toolchain by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedToolchain {
    /// Its name with its platform.
    pub toolchain: String,
    /// Its version.
    pub version: String,
}

/// What `goward prune` has done, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prune {
    /// Whether nothing was removed because of `--dry-run`.
    pub dry_run: bool,
    /// Every installed toolchain, oldest first.
    pub toolchains: Vec<PrunedToolchain>,
}

impl View for Prune {
    const SCHEMA: &'static str = "goward.prune/1";
}

/// What a prune decides of one toolchain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrunedToolchain {
    /// The toolchain.
    pub toolchain: String,
    /// How many bytes its files have; 0 where its record cannot be read.
    pub bytes: u64,
    /// Whether it is kept; if not it is removed.
    pub kept: bool,
    /// Why.
    pub reason: PruneReason,
    /// The generation that keeps it, for `default` and `generation`.
    pub generation: Option<u64>,
    /// The project that asks for it, for `project`.
    pub path: Option<String>,
    /// The reason for people; its wording may change.
    pub message: String,
}

/// Why a toolchain is kept or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PruneReason {
    /// Nothing needs it.
    Unneeded,
    /// It is the default.
    Default,
    /// One of the newest generations has it.
    Generation,
    /// A project that goward has served asks for it.
    Project,
    /// A program runs from it.
    Running,
    /// It is in the administrator's store, for all users.
    Shared,
}
