//! Decides whether a change has to be taken back: from the exit code of a program, the words in its output, and the
//! stage of the work.
//!
//! The rules are data: one TOML file ([`Rules`]), of which a complete one is built in ([`Rules::built_in`]). A
//! [`Judge`] reads the output while it arrives, and says at once when a hard rule or the threshold is reached; its
//! [`Report`] names every term of the decision with the line of output behind it.
//!
//! The score is the chance that the change is at fault if every term were independent evidence (noisy or):
//! `score = 1 - (product of (1 - p) over all terms) ^ stage`. This form stays between 0 and 1, grows with every term, and
//! gives each term an exact share, since the logarithms of the factors add up. `docs/gate.md` explains it for users.
//!
//! Missing evidence is named ([`Missing`]) and never counts as good: without an exit code the verdict is at least
//! [`Verdict::Ask`].
//!
//! This crate does no I/O, reads no clock and starts no thread: the time of each chunk comes as a [`Duration`] since
//! the start. No bytes make it panic or keep more than `limits.rs` allows. Tested below, by `tests/it` (properties and
//! the corpus of labelled logs), and by `cargo xtask fuzz`.
//!
//! [`Duration`]: std::time::Duration

mod corpus;
mod error;
mod judge;
pub mod limits;
mod parse;
mod report;
mod rules;
mod score;
mod verdict;

pub use corpus::{CORPUS, Case, Checked, check};
pub use error::RulesError;
pub use judge::{Decision, End, Exit, Judge, OomKills};
pub use parse::BUILT_IN;
pub use report::{Because, Missing, Quote, Report, Stream, Term, TermKind};
pub use rules::{ExitRule, HardRule, Rules, Severity, StageRule, Window, WordRule};
pub use verdict::Verdict;
