//! What became of a sandbox.

use isolation::{Asked, Outcomes, Verdict, judge};

/// What became of each mechanism, and which promises hold.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was asked for.
    pub asked: Asked,
    /// What became of the mechanisms.
    pub outcomes: Outcomes,
    /// Which promises hold.
    pub verdict: Verdict,
}

impl Report {
    /// The report of these outcomes.
    pub(crate) fn of(asked: Asked, outcomes: Outcomes) -> Report {
        let verdict = judge(&asked, &outcomes);
        Report { asked, outcomes, verdict }
    }

    /// The degree in a line, for people.
    pub fn line(&self) -> String {
        let Verdict { degree, kept, missing } = &self.verdict;
        let count = kept.len() + missing.len();
        let mut line = format!("sandbox: {} ({} of {count} promises hold)", degree.word(), kept.len());
        for one in missing {
            line.push_str(&format!("; {} ({})", one.promise.without(), one.because));
        }
        line
    }
}

/// A program that has run in a sandbox.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code, as shells say it.
    pub code: i32,
    /// Whether it was ended because its time was over.
    pub timed_out: bool,
    /// How many of its processes the kernel has ended for lack of memory.
    pub memory_kills: u64,
    /// What it reached through the forwarder, if it had one.
    pub forwarded: Option<u64>,
}
