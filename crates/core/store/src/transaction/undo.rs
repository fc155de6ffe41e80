//! Reverts a finished change, as one change again, which itself is never undone.
//!
//! It reads the change without a lock, and once more when it holds the lock: of two processes that undo the same change
//! at the same time, one finds that it is done, and has undone nothing.

use std::time::Duration;

use sys::registry::VariableChange;

use super::{NewDefault, Transaction};
use crate::author::Author;
use crate::change::FileChange;
use crate::programs::{Patience, image};
use crate::variables::PlannedVariable;
use crate::{Store, StoreError};

impl Store {
    /// Restores all files and variables of a finished change, and the default's former generation, as one change again.
    /// Returns that change's name.
    ///
    /// # Errors
    /// `Overtaken` when it is undone already. When there is no such plan, somebody has changed a file, a variable or the
    /// default since, or the toolchain of the former generation is gone.
    pub fn undo_transaction(&self, name: &str, author: Author, wait_max: Duration) -> Result<String, StoreError> {
        match self.undo_as_planned(name, author, wait_max) {
            // Another process that has undone it first has restored its files.
            Err(StoreError::ChangedMeanwhile { .. }) if self.is_undone(name)? => Err(StoreError::Overtaken),
            done => done,
        }
    }

    fn undo_as_planned(&self, name: &str, author: Author, wait_max: Duration) -> Result<String, StoreError> {
        let done = self.layout().transactions().join(format!("{name}.done"));
        let plan = self.read_plan(&done)?;
        let mut back = self.transaction(format!("undo: {}", plan.purpose)).by(author);
        back.undoes = Some(name.to_owned());
        // If a rollback has moved the default there already, only the files are restored.
        let now = match &plan.default {
            Some(_) => self.current()?.map(|current| current.number),
            None => None,
        };
        let moved = plan.default.filter(|default| default.from != now);
        back.default = moved.map(|default| NewDefault::Back { from: default.to, to: default.from });
        for (index, file) in plan.files.iter().enumerate() {
            back.changes.push(FileChange {
                path: file.path.clone(),
                before: self.image(&done, "after", index, file.remains)?,
                after: self.image(&done, "before", index, file.existed)?,
                links: file.links(),
            });
        }
        for (index, program) in plan.programs.iter().enumerate() {
            if self.program_at(&program.path, Patience::UntilInterrupted)? != program.after {
                return Err(StoreError::ChangedMeanwhile { path: program.path.clone() });
            }
            let image = image(&done, "before", index);
            if program.before.is_some() && self.program_at(&image, Patience::UntilInterrupted)? != program.before {
                return Err(StoreError::ChangedMeanwhile { path: image });
            }
            back.programs.push((program.path.clone(), program.before.as_ref().map(|_| image)));
        }
        for PlannedVariable(change) in plan.variables {
            self.check_stands(&change, change.after.as_ref())?;
            back.variables.push(VariableChange { name: change.name, before: change.after, after: change.before });
        }
        back.commit(wait_max)
    }

    /// Leaves the first default: afterwards there is none, as before it was set. Its generation and its toolchain stay.
    /// Returns the change's name.
    ///
    /// # Errors
    /// `Overtaken` if another generation than `from` is in use, or what the system says.
    pub fn undo_first_default(&self, from: u64, author: Author, wait_max: Duration) -> Result<String, StoreError> {
        let mut back = self.transaction(format!("undo: generation {from} as the first default")).by(author);
        // A name that no plan has: since it is set, this change cannot be undone itself.
        back.undoes = Some(format!("generation {from}"));
        back.default = Some(NewDefault::Back { from: Some(from), to: None });
        match back.commit(wait_max) {
            Err(StoreError::ChangedMeanwhile { path }) if path == self.layout().current() => Err(StoreError::Overtaken),
            done => done,
        }
    }

    /// Whether the change that this one undoes still waits to be undone. The store's lock is held.
    pub(super) fn check_not_undone(&self, transaction: &Transaction) -> Result<(), StoreError> {
        match &transaction.undoes {
            Some(name) if self.is_undone(name)? => Err(StoreError::Overtaken),
            _ => Ok(()),
        }
    }

    fn is_undone(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.past_changes()?.iter().any(|change| change.name == *name && change.undone))
    }
}
