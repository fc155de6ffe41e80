//! Finds faults of a machine's Go, names file and line and why it matters, and repairs what it can.
//!
//! A check is a row of [`TOPICS`]: a topic, the words of its possible findings, and a function from the inputs to
//! findings. A new check is a function in its topic's file and its words in the row; nothing else changes. Checks only
//! read. A finding may have a repair; [`repair`] carries those out, modes one by one and files through a transaction of
//! the store, so that `goward undo` restores their former bytes. A repair that could remove something intentional is
//! carried out only if the user names its finding.
//!
//! Tested by `tests/checks.rs`: every check finds the fault that is made for it, its repair removes the fault, and a
//! healthy machine has no findings.

mod checks;
mod finding;
mod home;
mod inputs;
mod limits;
mod log;
mod repair;

pub use checks::{TOPICS, Topic};
pub use diag::Place;
pub use finding::{Finding, Repair, Severity};
pub use home::examine_home;
pub use inputs::Inputs;
pub use log::{Explained, Log, LogError, LogSource, explain, read_log};
pub use repair::{RepairError, Repaired, repair};

use context::Ctx;

/// Which findings are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only these topics; all if empty, but those that run only if they are named.
    pub topics: Vec<String>,
    /// Only findings of these words; all if empty.
    pub words: Vec<String>,
    /// Also the topics that run only if they are named.
    pub all: bool,
    /// Of the trees, only their roots and programs: a tree has some 14,000 files.
    pub roots_only: bool,
}

impl Wanted {
    /// Whether a finding was asked for by its word.
    pub fn names(&self, finding: &Finding) -> bool {
        self.words.iter().any(|word| word == finding.word)
    }
}

/// The topics that are run, in their order.
pub fn topics(wanted: &Wanted) -> impl Iterator<Item = &'static Topic> {
    TOPICS.iter().filter(|topic| {
        let is_named = wanted.topics.iter().any(|name| name == topic.name);
        let has_word = wanted.words.iter().any(|word| topic.words.contains(&word.as_str()));
        let is_usual = !topic.only_if_named || wanted.all;
        (is_named || wanted.topics.is_empty() && (is_usual || has_word)) && (has_word || wanted.words.is_empty())
    })
}

/// Runs the checks and returns what they found, in the order of the topics.
pub fn examine(ctx: &Ctx, wanted: &Wanted) -> Vec<Finding> {
    let context = Inputs { roots_only: wanted.roots_only, ..Inputs::of(ctx) };
    let mut findings: Vec<Finding> = topics(wanted).flat_map(|topic| (topic.run)(&context)).collect();
    findings.retain(|finding| wanted.words.is_empty() || wanted.names(finding));
    findings
}
