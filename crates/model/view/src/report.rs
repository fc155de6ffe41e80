//! What the error stream carries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::View;

/// A failure: on the error stream as its last line, and as an element of `errors` where a part of the work failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorReport {
    /// What could not be done, for people: reads after "could not".
    pub error: String,
    /// Why, for people, outermost cause first.
    pub caused_by: Vec<String>,
    /// The ways that were tried in vain, in their order.
    pub tried: Vec<Tried>,
    /// What to try, for people.
    pub hints: Vec<String>,
    /// What is true now, for people.
    pub state: String,
    /// The failure as a word for programs. A word keeps its meaning; new ones are added.
    pub word: String,
    /// The kind of failure.
    pub class: ErrorClass,
    /// The exit code of that kind.
    pub exit_code: u8,
}

impl View for ErrorReport {
    const SCHEMA: &'static str = "goward.error/1";
}

/// One of several ways that were tried in vain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// Which way: a source's name.
    pub name: String,
    /// Why it did not help, for people.
    pub reason: String,
    /// That failure as a word for programs.
    pub word: String,
    /// The kind of that failure.
    pub class: ErrorClass,
}

/// A kind of failure; each has its exit code ([exit-codes.md](exit-codes.md)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorClass {
    /// goward itself is wrong.
    Internal,
    /// The command line or a setting is wrong.
    Usage,
    /// What was asked for does not exist.
    NotFound,
    /// No source could be reached, or none answered in time.
    Network,
    /// Bytes are not what they should be.
    Integrity,
    /// The machine refuses.
    Environment,
    /// A rule of the user's forbids it.
    Policy,
    /// Another process holds what is needed.
    Busy,
    /// A check ran to its end and found something wrong.
    Findings,
    /// The user interrupted.
    Interrupted,
    /// The command to run does not exist.
    CommandMissing,
    /// The command to run cannot be executed.
    CommandRefused,
}

/// A line of the error stream that is no failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// How much it matters.
    pub level: NoticeLevel,
    /// The text, for people; its wording may change. It may have several lines.
    pub message: String,
}

impl View for Notice {
    const SCHEMA: &'static str = "goward.notice/1";
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeLevel {
    /// Good to know.
    Notice,
    /// The user should look at it.
    Warning,
    /// How the work goes: an attempt, a retry, a choice of a source.
    Progress,
}

/// A remark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// The file or folder it is about, where it is about one.
    pub path: Option<String>,
    /// The line in that file, counted from 1.
    pub line: Option<u64>,
    /// The text, for people; its wording may change.
    pub message: String,
}

impl Remark {
    /// A remark about no file.
    pub fn new(message: impl Into<String>) -> Remark {
        Remark { path: None, line: None, message: message.into() }
    }

    /// A remark about a file or folder.
    pub fn about(path: Option<String>, message: impl Into<String>) -> Remark {
        Remark { path, line: None, message: message.into() }
    }
}
