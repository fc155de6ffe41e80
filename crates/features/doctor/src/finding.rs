//! The findings of checks.

use std::path::PathBuf;

use diag::Place;
use store::Misplaced;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Information; nothing is wrong.
    Note,
    /// A fault, or something that overrides the choice.
    Problem,
}

/// A repair that goward can carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// Set the modes of these files and folders.
    Modes(Vec<(PathBuf, u32)>),
    /// Move these names, which are of another kind than goward makes them, to `set-aside/`.
    MoveAside(Vec<Misplaced>),
    /// Move damaged generations aside, and set the default anew.
    Default,
    /// Find the manifests of snapshots again, or move the snapshots to `set-aside/`.
    Snapshots,
    /// Write the shims anew, each as a file of goward's own.
    Shims,
    /// Finish or undo what an interrupted run left.
    Recover,
    /// Make this folder, for its user alone.
    MakeFolder(PathBuf),
    /// Remove this line from a file, if it is unchanged.
    TakeOutLine {
        /// The file.
        path: PathBuf,
        /// The line, as it was read.
        text: String,
    },
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its word, for scripts; stable.
    pub word: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What was found.
    pub what: String,
    /// Where.
    pub place: Option<Place>,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub fix: String,
    /// What can be repaired.
    pub repair: Option<Repair>,
    /// Whether it is repaired only if the user names it, since it may be intentional.
    pub only_if_named: bool,
}

impl Finding {
    pub(crate) fn problem(
        word: &'static str,
        what: impl Into<String>,
        why: &'static str,
        fix: impl Into<String>,
    ) -> Finding {
        Finding {
            word,
            severity: Severity::Problem,
            // A variable, a folder's name or a file's line may contain anything, also line ends.
            what: diag::shown_line(&what.into()),
            place: None,
            why,
            fix: diag::shown_line(&fix.into()),
            repair: None,
            only_if_named: false,
        }
    }

    pub(crate) fn note(
        word: &'static str,
        what: impl Into<String>,
        why: &'static str,
        fix: impl Into<String>,
    ) -> Finding {
        Finding { severity: Severity::Note, ..Finding::problem(word, what, why, fix) }
    }

    pub(crate) fn at(self, path: impl Into<PathBuf>, line: Option<usize>) -> Finding {
        Finding { place: Some(Place { path: path.into(), line }), ..self }
    }

    pub(crate) fn repaired_by(self, repair: Repair) -> Finding {
        Finding { repair: Some(repair), ..self }
    }

    pub(crate) fn only_if_named(self) -> Finding {
        Finding { only_if_named: true, ..self }
    }
}
