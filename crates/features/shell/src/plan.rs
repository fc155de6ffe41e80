//! The plan of setup or unsetup.

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
    /// What is written or removed, in words.
    pub what: String,
    /// Its bytes when the plan was made.
    pub(crate) before: Option<Vec<u8>>,
    /// Its bytes afterwards.
    pub(crate) after: Option<Vec<u8>>,
}

/// One of the user's variables in the registry of Windows that changes.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its place: key and name.
    pub place: PathBuf,
    /// What happens to it.
    pub action: Action,
    /// What is added or removed, in words.
    pub what: String,
    /// The change.
    pub(crate) change: VariableChange,
}

/// A file that goward does not change although it should, with the reason.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// The line of the kept part, counted from 1, if it is a part of the file.
    pub line: Option<usize>,
    /// Why.
    pub reason: String,
    /// The kept part, if it is a part of the file.
    pub text: Option<String>,
}

/// What the user has to write into a profile by hand.
#[derive(Debug, Clone)]
pub struct ByHand {
    /// The shell.
    pub shell: Shell,
    /// The profile.
    pub path: PathBuf,
    /// The line.
    pub line: String,
}

/// The planned changes of setup or unsetup, and its findings.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Its purpose, in words.
    pub purpose: String,
    /// The shells.
    pub shells: Vec<Shell>,
    /// The files that change; none if everything is in place.
    pub changes: Vec<Change>,
    /// The user's variables that change; on Windows only.
    pub variables: Vec<Variable>,
    /// Files that are not changed.
    pub kept: Vec<Kept>,
    /// What the user has to do, if no profile may be changed.
    pub by_hand: Vec<ByHand>,
    /// What the user has to do on Windows, if no variable may be changed.
    pub variable_by_hand: Option<String>,
    /// Warnings about the plan.
    pub warnings: Vec<String>,
    /// The rivals.
    pub rivals: Vec<Rival>,
}

impl Plan {
    /// Whether it changes nothing.
    pub fn is_nothing(&self) -> bool {
        self.changes.is_empty() && self.variables.is_empty()
    }

    /// Adds a change, unless the bytes are equal.
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
