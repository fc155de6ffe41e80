//! Programs that run under a toolchain.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Remark, View};

/// What `goward ps` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ps {
    /// The programs, by their process numbers.
    pub processes: Vec<RunningProcess>,
    /// What is not shown.
    pub remarks: Vec<Remark>,
}

impl View for Ps {
    const SCHEMA: &'static str = "goward.ps/1";
}

/// A program that runs under a toolchain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunningProcess {
    /// Its process number.
    pub pid: u64,
    /// Its command line, without credentials; the program alone where the system does not tell more.
    pub command_line: Vec<String>,
    /// The toolchain that it was started under.
    pub toolchain: String,
    /// The version of that.
    pub version: String,
    /// The generation that was in use at its start, if that is known and has this toolchain.
    pub generation: Option<u64>,
    /// When it was started, in seconds since 1970; `null` where the system does not tell.
    pub since_unix_seconds: Option<u64>,
    /// Whether it is frozen or stopped at this moment.
    pub is_stopped: bool,
    /// Its supervisor, if `goward run --supervise` started it.
    pub supervision: Option<Supervision>,
}

/// The supervisor of a program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supervision {
    /// The supervisor's process number.
    pub supervisor_pid: u64,
    /// What a switch does: `restart`, `signal:NAME`, `freeze`, `none`.
    pub on_switch: String,
    /// Where the supervisor is: `running`, `draining`, `starting`, `frozen`, `repointed`.
    pub state: String,
    /// The address of the socket that the program was handed.
    pub listen_address: Option<String>,
}

/// What `goward ps --env` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PsEnv {
    /// The process number.
    pub pid: u64,
    /// The go command's variables with which it was started.
    pub started_with: Vec<StartVariable>,
}

impl View for PsEnv {
    const SCHEMA: &'static str = "goward.ps-env/1";
}

/// A variable of a process's environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartVariable {
    /// Its name.
    pub name: String,
    /// Its value, without credentials.
    pub value: String,
}
