//! Finds what is wrong with a machine's Go, says which file and line and why it matters, and repairs what can be.
//!
//! A check is a row of [`TOPICS`]: a topic, the words of what it can find, and a function from what is examined to
//! findings. A new check is a function in its topic's file and its words in the row; nothing else changes. Checks
//! only read. A finding may carry a repair; [`repair`] carries those out, modes one by one and files through a
//! transaction of the store, so that `goward undo` gives them their former bytes back. A repair that could take
//! away what somebody meant is carried out only where its finding is named.
//!
//! Tested by `tests/checks.rs`: every check finds what is made wrong for it, its repair makes it right, and a
//! machine in order has no findings.

mod checks;
mod finding;
mod home;
mod inputs;
mod limits;
mod repair;

pub use checks::{TOPICS, Topic};
pub use diag::Place;
pub use finding::{Finding, Repair, Severity};
pub use home::examine_home;
pub use inputs::Inputs;
pub use repair::{RepairError, Repaired, repair};

use context::Ctx;

/// Which findings are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only these topics; all where there are none.
    pub topics: Vec<String>,
    /// Only findings of these words; all where there are none.
    pub words: Vec<String>,
}

impl Wanted {
    /// Whether a finding was asked for by its word.
    pub fn names(&self, finding: &Finding) -> bool {
        self.words.iter().any(|word| word == finding.word)
    }
}

/// Runs the checks and returns what they found, in the order of the topics.
pub fn examine(ctx: &Ctx, wanted: &Wanted) -> Vec<Finding> {
    let context = Inputs::of(ctx);
    let topics = TOPICS.iter().filter(|topic| {
        let asked = wanted.topics.is_empty() || wanted.topics.iter().any(|name| name == topic.name);
        let has_word = wanted.words.is_empty() || wanted.words.iter().any(|word| topic.words.contains(&word.as_str()));
        asked && has_word
    });
    let mut findings: Vec<Finding> = topics.flat_map(|topic| (topic.run)(&context)).collect();
    findings.retain(|finding| wanted.words.is_empty() || wanted.names(finding));
    findings
}
