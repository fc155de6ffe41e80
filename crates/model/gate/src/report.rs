//! What a judge says.

use std::time::Duration;

use crate::rules::{Severity, Window};
use crate::verdict::Verdict;

/// A stream of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output, or a log file.
    Output,
    /// Standard error.
    Error,
}

/// What decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// A hard rule.
    Hard {
        /// Its name.
        name: String,
        /// Its reason.
        reason: String,
    },
    /// The score reached the threshold.
    Threshold,
    /// The score is between the two limits.
    AskAbove,
    /// The exit code is missing, so the program may have failed.
    ExitMissing,
    /// The score is below both limits.
    Below,
}

/// Evidence that there was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// The exit code.
    Exit,
    /// The meaning of this exit code: the rules have no row for it, and none for other codes.
    ExitMeaning(i32),
    /// The output.
    Log,
    /// The stage: none was named.
    Stage,
    /// The weight of this stage: the rules have no such stage.
    StageWeight(String),
    /// Who killed the program: the system counts no processes that it ends for lack of memory.
    OomCount,
}

/// A line of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Its stream.
    pub stream: Stream,
    /// Its number in that stream, counted from 1.
    pub line: u64,
    /// Its text, cut at a bound: a foreign text.
    pub text: String,
}

/// What a term is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermKind {
    /// The exit code.
    Exit {
        /// The code.
        code: i32,
        /// How grave it is.
        severity: Severity,
        /// Whether it speaks for going back; otherwise it makes the words weaker.
        back: bool,
    },
    /// A word in the output.
    Word,
}

/// One term of the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// What it is about.
    pub kind: TermKind,
    /// The name of its rule.
    pub name: String,
    /// The reason of its rule.
    pub reason: String,
    /// The weight of its rule.
    pub weight: f64,
    /// How many lines of the window have it; 1 for an exit code.
    pub count: u64,
    /// The chance that the change is at fault, from this term alone.
    pub chance: f64,
    /// Its part of the whole evidence, between 0 and 1; the parts of all terms add up to 1.
    pub share: f64,
    /// The latest line that has it.
    pub quote: Option<Quote>,
}

/// The verdict with all of its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What is to be done.
    pub verdict: Verdict,
    /// What decided.
    pub because: Because,
    /// The score, between 0 and 1.
    pub score: f64,
    /// The score from which the verdict is to go back.
    pub threshold: f64,
    /// The score from which a person is asked.
    pub ask_above: f64,
    /// The terms, the largest share first.
    pub terms: Vec<Term>,
    /// The stage with its weight; the weight is 1 if the stage is not known.
    pub stage: Option<String>,
    /// The exponent of the score.
    pub stage_weight: f64,
    /// Missing evidence.
    pub missing: Vec<Missing>,
    /// Which part of the output counted.
    pub window: Window,
    /// Lines that were read, of both streams.
    pub lines: u64,
    /// Bytes that were read, of both streams.
    pub bytes: u64,
    /// When the output alone decided, since the start; none if the end decided.
    pub decided_at: Option<Duration>,
    /// Processes that the system has ended for lack of memory meanwhile, in the program's group; none if it does not
    /// count them.
    pub oom_kills: Option<u64>,
}

impl Report {
    /// The report in one line, for the history: `exit 1, 3 words, stage test, score 0.93`.
    pub fn summary(&self) -> String {
        let mut parts = Vec::new();
        for term in &self.terms {
            if let TermKind::Exit { code, .. } = term.kind {
                parts.push(format!("exit {code}"));
            }
        }
        let words = self.terms.iter().filter(|term| term.kind == TermKind::Word).count();
        match words {
            0 => {}
            1 => parts.push("1 word".to_owned()),
            words => parts.push(format!("{words} words")),
        }
        if let Some(stage) = &self.stage {
            parts.push(format!("stage {stage}"));
        }
        if let Because::Hard { name, .. } = &self.because {
            parts.push(format!("rule {name}"));
        }
        parts.push(format!("score {:.2}", self.score));
        parts.join(", ")
    }
}
