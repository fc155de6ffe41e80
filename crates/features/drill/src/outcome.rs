//! What comes of a drill.

use std::time::Duration;

use crate::error::DrillError;

/// What came of a drill whose fault was staged, noticed and gone again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// How the fault showed, in the words of goward or of the go command.
    pub showed: String,
    /// What ended it: the command, or the step that goward took by itself.
    pub recovered_by: String,
    /// How long the recovery took.
    pub took: Duration,
    /// How many bytes were fetched a second time.
    pub bytes_fetched_again: u64,
    /// How many files of the toolchains were lost for good.
    pub lost_count: u64,
}

/// What came of a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The fault was noticed and is gone.
    Recovered(Recovery),
    /// It was not noticed, or is not gone, or something is lost; with what was found.
    NotRecovered(String),
    /// It cannot be staged on this machine; with the reason.
    NotStaged(String),
}

/// Why a drill did not end in a recovery.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It cannot be staged here.
    NotStaged(String),
    /// The fault was not noticed, or is not gone.
    Failed(String),
    /// The user has interrupted.
    Interrupted,
    /// No drill can go on.
    Error(DrillError),
}

impl<E: Into<DrillError>> From<E> for Halt {
    fn from(error: E) -> Halt {
        Halt::Error(error.into())
    }
}

impl Halt {
    /// It failed for what a program said.
    pub(crate) fn because<T>(what: impl Into<String>) -> Result<T, Halt> {
        Err(Halt::Failed(what.into()))
    }
}
