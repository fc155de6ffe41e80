//! Sandboxes: what a machine can do, and what became of a run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::View;

/// What `goward sandbox probe` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SandboxProbe {
    /// How much of a sandbox this machine can do.
    pub degree: SandboxDegree,
    /// What was tried as the network.
    pub net: SandboxNet,
    /// Each promise.
    pub promises: Vec<SandboxPromise>,
    /// Each mechanism.
    pub rungs: Vec<SandboxRung>,
}

impl View for SandboxProbe {
    const SCHEMA: &'static str = "goward.sandbox-probe/1";
}

/// What became of `goward sandbox run`, on the error stream, since standard output is the program's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SandboxRun {
    /// How much of what was asked for held.
    pub degree: SandboxDegree,
    /// What the program could reach.
    pub net: SandboxNet,
    /// Each promise that was asked for.
    pub promises: Vec<SandboxPromise>,
    /// Each mechanism.
    pub rungs: Vec<SandboxRung>,
    /// The program's exit code; 128 and the signal's number if a signal ended it.
    pub program_code: Option<i32>,
    /// Whether it was ended because its time was over.
    pub is_out_of_time: bool,
    /// How many of its processes the system has ended because the memory limit was reached.
    pub memory_kills_count: u64,
    /// How many files the forwarder has passed on; `null` where there was none.
    pub files_forwarded_count: Option<u64>,
}

impl View for SandboxRun {
    const SCHEMA: &'static str = "goward.sandbox-run/1";
}

/// How much of what was asked for holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxDegree {
    /// All of it.
    Full,
    /// A part.
    Partial,
    /// Nothing but limits.
    None,
}

/// What a program may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxNet {
    /// Nothing.
    None,
    /// The module proxy, through a forwarder.
    Proxy,
    /// Everything.
    Open,
}

/// Something that the program cannot do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SandboxPromise {
    /// Its name: `network`, `files`, `writes`, `temporary-files`, `processes`, `ipc`, `rights`, `calls`, `memory`,
    /// `process-count`, `time`.
    pub promise: String,
    /// Whether it holds.
    pub is_kept: bool,
    /// What the program can do without it, for people.
    pub otherwise: String,
    /// Why it does not hold, for people; `null` where it does.
    pub because: Option<String>,
}

/// A mechanism of the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SandboxRung {
    /// Its name, such as `user-namespace`.
    pub rung: String,
    /// What became of it.
    pub rung_outcome: SandboxOutcome,
    /// What it keeps away from the program, for people.
    pub keeps_away: String,
    /// The machine's words, for people; `null` where it holds or was not tried.
    pub because: Option<String>,
}

/// What became of a mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxOutcome {
    /// It holds.
    Holds,
    /// The machine refused it.
    Refused,
    /// Nothing asks for it.
    NotAsked,
}
