//! The gate: a verdict with its reasons, the rules, and what the rules make of the labelled logs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Remark, Rollback, View};

/// The verdict of `goward gate`. `gate run` prints it on the error stream, since standard output is the program's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// What is to be done.
    pub verdict: GateVerdict,
    /// What decided.
    pub decided_by: GateDecider,
    /// The hard rule that decided; `null` where it was none.
    pub hard_rule: Option<String>,
    /// Why, in a sentence for people.
    pub message: String,
    /// The score, from 0 to 1.
    pub score: f64,
    /// The score from which the verdict is `back`.
    pub threshold: f64,
    /// The score from which it is `ask`.
    pub ask_above: f64,
    /// The terms of the score, the largest share first.
    pub terms: Vec<GateTerm>,
    /// The stage; `null` where none was named.
    pub stage: Option<String>,
    /// The exponent of the score: 1 where the stage is not known.
    pub stage_weight: f64,
    /// Missing evidence, which never counts as good.
    pub missing: Vec<GateMissing>,
    /// The program's exit code; 128 and the signal's number if a signal ended it; `null` where it is not known.
    pub program_code: Option<i32>,
    /// How many processes of the program's control group the system has killed for lack of memory meanwhile; `null` where
    /// it does not count them.
    pub oom_kills_count: Option<u64>,
    /// Lines of output that were read.
    pub lines_count: u64,
    /// Bytes of output that were read.
    pub bytes_read: u64,
    /// When the output alone decided, in milliseconds since the program's start; `null` where its end decided.
    pub decided_after_milliseconds: Option<u64>,
    /// The rules file; `null` for the built-in rules.
    pub rules_path: Option<String>,
    /// What was done about it.
    pub act: GateAct,
    /// The rollback; `null` where there was none.
    pub rollback: Option<Rollback>,
    /// What else is to be said.
    pub remarks: Vec<Remark>,
}

impl View for Gate {
    const SCHEMA: &'static str = "goward.gate/1";
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateVerdict {
    /// The change stays.
    Stay,
    /// A person has to decide.
    Ask,
    /// The change has to be taken back.
    Back,
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateDecider {
    /// A hard rule.
    HardRule,
    /// The score reached the threshold.
    Threshold,
    /// The score is between the two limits.
    AskAbove,
    /// There is no exit code, or its meaning is not known.
    ExitMissing,
    /// The score is below both limits.
    Below,
}

/// A term of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateTerm {
    /// What it is about.
    pub kind: GateTermKind,
    /// The name of its rule.
    pub name: String,
    /// Why it counts, for people.
    pub message: String,
    /// The weight of its rule.
    pub weight: f64,
    /// On how many lines of the window it is; 1 for an exit code.
    pub hits_count: u64,
    /// The chance that the change is at fault, from this term alone.
    pub chance: f64,
    /// Its part of the whole evidence; all parts add up to 1.
    pub share: f64,
    /// The stream of the latest line that has it; `null` for an exit code.
    pub stream: Option<GateStream>,
    /// The number of that line in its stream, counted from 1.
    pub line: Option<u64>,
    /// That line, cut.
    pub text: Option<String>,
}

/// What a term is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateTermKind {
    /// An exit code that speaks for going back.
    Exit,
    /// An exit code that speaks against it, and makes the words weaker.
    ExitAgainst,
    /// A word in the output.
    Word,
}

/// A stream of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateStream {
    /// Standard output, or a log file.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Missing evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateMissing {
    /// What is missing.
    pub kind: GateMissingKind,
    /// It in a sentence for people.
    pub message: String,
}

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateMissingKind {
    /// The exit code.
    Exit,
    /// The meaning of this exit code.
    ExitMeaning,
    /// The output.
    Log,
    /// The stage.
    Stage,
    /// The weight of this stage.
    StageWeight,
    /// The system's count of processes that it killed for lack of memory.
    OomCount,
}

/// What was done about a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateAct {
    /// Nothing: nothing had to be done, or nothing was to be done.
    Nothing,
    /// Nothing moves until a person has decided.
    Paused,
    /// The default is the one before.
    RolledBack,
    /// The default should have gone back, and did not; `remarks` says why.
    NotRolledBack,
}

/// What `goward gate rules` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateRules {
    /// The rules file; `null` for the built-in rules.
    pub rules_path: Option<String>,
    /// Its text: TOML.
    pub text: String,
}

impl View for GateRules {
    const SCHEMA: &'static str = "goward.gate-rules/1";
}

/// What `goward gate rules --check` prints: a file without a mistake, over the labelled logs of goward.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateCheck {
    /// The rules file.
    pub rules_path: Option<String>,
    /// The logs.
    pub cases: Vec<GateCase>,
    /// On how many the rules decide as their label says.
    pub hits_count: u64,
    /// On how many they do not.
    pub misses_count: u64,
}

impl View for GateCheck {
    const SCHEMA: &'static str = "goward.gate-check/1";
}

/// A labelled log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateCase {
    /// Its name.
    pub name: String,
    /// What a person would have decided.
    pub verdict_expected: GateVerdict,
    /// What the rules decide.
    pub verdict: GateVerdict,
    /// The score.
    pub score: f64,
}
