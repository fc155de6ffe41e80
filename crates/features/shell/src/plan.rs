//! What setup or unsetup would change.

use std::path::PathBuf;

use sys::registry::VariableChange;

use crate::{Rival, Shell};

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is made.
    Make,
    /// It is changed.
    Change,
    /// It is removed.
    Remove,
}

/// One file that changes.
#[derive(Debug, Clone)]
pub struct Change {
    /// The file; a link is followed when it is changed.
    pub path: PathBuf,
    /// What happens to it.
    pub action: Action,
    /// What is written or taken out, in words.
    pub what: String,
    /// Its bytes when the plan was made.
    pub(crate) before: Option<Vec<u8>>,
    /// Its bytes afterwards.
    pub(crate) after: Option<Vec<u8>>,
}

/// One of the user's variables in the registry of Windows that changes.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Where it stands: its key and name.
    pub place: PathBuf,
    /// What happens to it.
    pub action: Action,
    /// What is put in or taken out, in words.
    pub what: String,
    /// The change.
    pub(crate) change: VariableChange,
}

/// A file that is left as it is although it is in the way, with the reason.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// The line of what is left, counted from 1, where it is a part of the file.
    pub line: Option<usize>,
    /// Why.
    pub reason: String,
    /// What is left, where it is a part of the file.
    pub text: Option<String>,
}

/// What is to be written into a profile by hand.
#[derive(Debug, Clone)]
pub struct ByHand {
    /// The shell.
    pub shell: Shell,
    /// The profile.
    pub path: PathBuf,
    /// The line.
    pub line: String,
}

/// What setup or unsetup would change, and what it found on the way.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// What it is for, in words.
    pub purpose: String,
    /// The shells.
    pub shells: Vec<Shell>,
    /// The files that change; none where everything is in place.
    pub changes: Vec<Change>,
    /// The user's variables that change; on Windows only.
    pub variables: Vec<Variable>,
    /// Files that are left as they are.
    pub kept: Vec<Kept>,
    /// What is left to the user, where no profile was to be changed.
    pub by_hand: Vec<ByHand>,
    /// What is left to the user on Windows, where no variable was to be changed.
    pub variable_by_hand: Option<String>,
    /// What the user should know of the plan.
    pub warnings: Vec<String>,
    /// What would fight the shims.
    pub rivals: Vec<Rival>,
}

impl Plan {
    /// Whether it changes nothing.
    pub fn is_nothing(&self) -> bool {
        self.changes.is_empty() && self.variables.is_empty()
    }

    /// Adds a change if it is one.
    pub(crate) fn change(
        &mut self,
        path: PathBuf,
        before: Option<&[u8]>,
        after: Option<Vec<u8>>,
        what: impl Into<String>,
    ) {
        let action = match (before, &after) {
            (None, None) => return,
            (Some(before), Some(after)) if before == after.as_slice() => return,
            (None, Some(_)) => Action::Make,
            (Some(_), Some(_)) => Action::Change,
            (Some(_), None) => Action::Remove,
        };
        let before = before.map(<[u8]>::to_vec);
        self.changes.push(Change { path, action, what: what.into(), before, after });
    }
}
