//! The rules as values.

use crate::verdict::Verdict;
use search::Matcher;

/// All rules of a gate. [`Rules::parse`] makes them from a file, [`Rules::built_in`] from the file of this program.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The score from which the verdict is to go back; between 0 and 1.
    pub threshold: f64,
    /// The score from which a person is asked; at most the threshold.
    pub ask_above: f64,
    /// Which part of the output counts.
    pub window: Window,
    /// What exit codes mean.
    pub exits: Vec<ExitRule>,
    /// What every other exit code means; without it, such a code is missing evidence.
    pub exit_other: Option<ExitRule>,
    /// The words that are searched for.
    pub words: Vec<WordRule>,
    /// The stages.
    pub stages: Vec<StageRule>,
    /// The rules that decide whatever the score is, in order.
    pub hard: Vec<HardRule>,
    pub(crate) matcher: Matcher,
}

/// Which part of the output counts: its last lines, and of these the ones of the last seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Seconds.
    pub seconds: u64,
    /// Lines of both streams together.
    pub lines: u64,
    /// How many lines of one word count for the score; a program that tries again says the same thing often.
    pub repeats: u64,
}

/// How grave something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// No fault.
    Info,
    /// A fault that may pass.
    Warning,
    /// A fault.
    Error,
    /// The program was ended, or could not go on.
    Fatal,
}

impl Severity {
    /// Every severity with its word.
    pub const ALL: [(Severity, &str); 4] = [
        (Severity::Info, "info"),
        (Severity::Warning, "warning"),
        (Severity::Error, "error"),
        (Severity::Fatal, "fatal"),
    ];

    /// Its word in a rules file.
    pub fn word(self) -> &'static str {
        Severity::ALL.iter().find(|(severity, _)| *severity == self).map_or("error", |(_, word)| word)
    }
}

/// What an exit code means.
#[derive(Debug, Clone, PartialEq)]
pub struct ExitRule {
    /// The code; none in the row for all other codes. A program that signal `N` ended has code `128 + N`.
    pub code: Option<i32>,
    /// Its name.
    pub name: String,
    /// How grave it is.
    pub severity: Severity,
    /// Whether the code speaks for going back.
    pub back: bool,
    /// If it does: the chance that the change is at fault. If it does not: the part of the words' weight that it takes away.
    pub weight: f64,
    /// Why.
    pub reason: String,
}

/// A word: an expression that is searched for in each line.
#[derive(Debug, Clone, PartialEq)]
pub struct WordRule {
    /// Its name.
    pub name: String,
    /// The expression.
    pub expression: String,
    /// The chance that the change is at fault, for one line; 0 turns the word off.
    pub weight: f64,
    /// Why.
    pub reason: String,
}

/// A stage of the work.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRule {
    /// Its name.
    pub name: String,
    /// The exponent of the score: 1 changes nothing, more makes the gate stricter.
    pub weight: f64,
    /// Why.
    pub reason: String,
}

/// A rule that decides whatever the score is. All of its conditions must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct HardRule {
    /// Its name.
    pub name: String,
    /// The program ended with this code.
    pub exit: Option<i32>,
    /// This word (its index in [`Rules::words`]) is on at least so many lines of the window.
    pub word: Option<(usize, u64)>,
    /// At least so many lines of the window have a word, counted once for each word.
    pub words_in_window: Option<u64>,
    /// The system has ended a process of the program's group for lack of memory.
    pub oom_kill: bool,
    /// What it decides: [`Verdict::Back`] or [`Verdict::Ask`].
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

impl HardRule {
    /// Whether it can hold before the program has ended.
    pub(crate) fn is_about_output(&self) -> bool {
        self.exit.is_none() && !self.oom_kill
    }
}

impl Rules {
    /// What an exit code means by these rules.
    pub fn exit(&self, code: i32) -> Option<&ExitRule> {
        self.exits.iter().find(|rule| rule.code == Some(code)).or(self.exit_other.as_ref())
    }

    /// The stage of this name.
    pub fn stage(&self, name: &str) -> Option<&StageRule> {
        self.stages.iter().find(|stage| stage.name == name)
    }
}
