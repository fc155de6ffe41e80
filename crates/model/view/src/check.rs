//! Toolchains and bundles that were checked, and bundles that were made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ErrorReport, Evidence, InstalledToolchain, Remark, Setup, View, Witness};

/// What `goward verify` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The toolchains that could be checked.
    pub toolchains: Vec<VerifiedToolchain>,
    /// A failure for each toolchain that is not as it should be, or could not be checked.
    pub errors: Vec<ErrorReport>,
}

impl View for Verify {
    const SCHEMA: &'static str = "goward.verify/1";
}

/// A toolchain that was checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifiedToolchain {
    /// Its name with its platform.
    pub toolchain: String,
    /// Its version.
    pub version: String,
    /// Its folder: its GOROOT.
    pub tree: String,
    /// The source that it came from.
    pub source: String,
    /// When it was installed, in seconds since 1970.
    pub installed_unix_seconds: u64,
    /// The files against their list.
    pub comparison: Comparison,
    /// What a repair has done before that comparison; `null` where nothing was repaired.
    pub tree_repaired: Option<RepairedTree>,
    /// How the files are vouched for.
    pub standing: Standing,
    /// What the witnesses come to.
    pub evidence: Evidence,
    /// Who vouches for it.
    pub witnesses: Vec<Witness>,
    /// The way from the files to the log's key, step by step.
    pub proof: Vec<ProofStep>,
    /// Programs that were run (`--run`).
    pub smoke_tests: Vec<SmokeTest>,
    /// What came of asking the log.
    pub remarks: Vec<Remark>,
}

/// How the files are vouched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The signed log has the hash of these very files.
    Log,
    /// Witnesses at the time of installing vouched for the archive.
    Witnessed,
    /// Nobody vouches but the server that gave it.
    Unproven,
    /// A proof is there and does not hold.
    Contradicted,
}

/// A tree against its list of files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// How many files the list has.
    pub files_count: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many of them are as they should be.
    pub good_count: u64,
    /// What is wrong, sorted by path.
    pub damaged: Vec<DamagedFile>,
}

/// A file that is not as it should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DamagedFile {
    /// Its path below the tree, with `/` between names.
    pub path: String,
    /// What is wrong.
    pub damage: Damage,
    /// For `changed`, how many bytes it has.
    pub bytes: Option<u64>,
    /// For `changed`, how many bytes it should have.
    pub bytes_expected: Option<u64>,
    /// For `mode`, its permission bits.
    pub mode: Option<u32>,
    /// For `mode`, whether it should be executable.
    pub executable: Option<bool>,
    /// For `not-a-file` and `extra`, what is there.
    pub found_kind: Option<String>,
    /// For `unreadable`, why, for people.
    pub message: Option<String>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Damage {
    /// It is not there.
    Missing,
    /// Its bytes are others.
    Changed,
    /// Its bytes are right; whether it can be executed is not.
    Mode,
    /// Something else is there: a link, a folder, a device.
    NotAFile,
    /// It cannot be read.
    Unreadable,
    /// It does not belong there.
    Extra,
}

/// What a repair has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepairedTree {
    /// Files that were replaced or brought back.
    pub files_replaced: Vec<ReplacedFile>,
    /// Files whose permission bits were set.
    pub modes: Vec<String>,
    /// Files that did not belong, and where they are now.
    pub set_aside: Vec<SetAsideFile>,
}

/// A file that was replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplacedFile {
    /// Its path below the tree.
    pub path: String,
    /// Where its bytes came from.
    pub from: String,
}

/// A file that did not belong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAsideFile {
    /// Its path below the tree.
    pub path: String,
    /// Where it is now.
    pub kept_at: String,
}

/// One step of the way from the files to a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofStep {
    /// What the step is about: `files`, `manifest`, `h1`, `record`, `inclusion`, `head`, `history`, `key`, `outside`.
    pub name: String,
    /// How it went.
    pub holds: Holds,
    /// The same with its numbers, for people; its wording may change.
    pub message: String,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// It was computed and is as it should be.
    Yes,
    /// It was computed and is not.
    No,
    /// There is nothing to compute it from.
    Unknown,
}

/// A program that was run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmokeTest {
    /// What was run.
    pub command: String,
    /// Whether it said what it should.
    pub good: bool,
    /// What it said, or what is wrong, for people.
    pub message: String,
}

/// What `goward bundle create` has made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleCreate {
    /// The bundle.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Its toolchains.
    pub toolchains: Vec<BundledToolchain>,
    /// The platforms for which it has goward itself, as `linux/amd64`.
    pub goward_platforms: Vec<String>,
    /// How many bytes its toolchains unpack to.
    pub bytes_unpacked: u64,
    /// The script for PowerShell beside it, where it has goward for Windows.
    pub powershell: Option<String>,
}

impl View for BundleCreate {
    const SCHEMA: &'static str = "goward.bundle-create/1";
}

/// A toolchain in a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BundledToolchain {
    /// The toolchain.
    pub toolchain: String,
    /// Whether the bundle has the checksum database's proof of it.
    pub proven: bool,
}

/// What `goward bundle install` has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleInstall {
    /// The store's folder.
    pub home: String,
    /// The toolchains that are installed now.
    pub toolchains: Vec<InstalledToolchain>,
    /// What `--setup` has done; `null` without it.
    pub setup: Option<Setup>,
    /// How long all of it took.
    pub milliseconds: u64,
}

impl View for BundleInstall {
    const SCHEMA: &'static str = "goward.bundle-install/1";
}

/// What `goward bundle verify` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleVerify {
    /// The program that made the bundle, as the bundle says.
    pub made_by: String,
    /// Whether everything is right.
    pub good: bool,
    /// Everything that was looked at.
    pub checks: Vec<BundleCheck>,
}

impl View for BundleVerify {
    const SCHEMA: &'static str = "goward.bundle-verify/1";
}

/// What was found of one thing in a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleCheck {
    /// Which thing, for people: a toolchain's name, goward for a platform, the script.
    pub subject: String,
    /// Whether it is right.
    pub good: bool,
    /// What is right or wrong with it, for people; its wording may change.
    pub message: String,
}
