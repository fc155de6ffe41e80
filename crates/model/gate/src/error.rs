//! Why rules cannot be used.

use diag::{Class, Diagnose, Diagnosis};

/// A mistake in a rules file, with its line and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read the rules of the gate: {file}:{line}: {reason}")]
pub struct RulesError {
    /// The file, as its reader knows it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
    /// What to write instead.
    pub fix: String,
}

impl Diagnose for RulesError {
    fn diagnosis(&self) -> Diagnosis {
        Class::Usage
            .word("gate-rules")
            .hint(self.fix.clone())
            .hint("`goward gate rules` prints a complete file, `goward gate rules --check FILE` checks yours")
    }
}
