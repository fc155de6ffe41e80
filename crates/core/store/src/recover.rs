//! Finishes or undoes what dead processes left.
//!
//! A process's lock shows whether the process is dead, since the system releases the lock at its end; its number or the
//! age of a file never does. Recovery does not touch the work of a living process. Every step can be interrupted and
//! repeated.

use std::time::Duration;

use serde::Serialize;
use sys::LockAttempt;

use crate::journal::{JournalRecord, OperationKind};
use crate::states::{Event, State};
use crate::transaction::PlanEnd;
use crate::{Store, StoreError};

/// The result of a recovery.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Recovered {
    /// Operations that were finished.
    pub finished: Vec<String>,
    /// Operations that were undone.
    pub undone: Vec<String>,
    /// Plans that could be neither finished nor undone, with the reason; the store keeps them.
    pub set_aside: Vec<String>,
    /// Plans that stay half-made until they can be finished, with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<String>,
    /// Plans that another user could have written, with the reason; recovery neither applies nor removes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_alone: Vec<String>,
    /// How many unneeded trees were deleted.
    pub trees_removed: usize,
    /// How many torn bytes were cut off the journal.
    pub journal_bytes_cut: u64,
}

impl Recovered {
    /// Whether there was nothing to do.
    pub fn is_nothing(&self) -> bool {
        self.finished.is_empty()
            && self.undone.is_empty()
            && self.set_aside.is_empty()
            && self.waiting.is_empty()
            && self.left_alone.is_empty()
            && self.trees_removed == 0
            && self.journal_bytes_cut == 0
    }
}

impl std::fmt::Display for Recovered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        if !self.finished.is_empty() {
            parts.push(format!("finished {}", self.finished.join(", ")));
        }
        if !self.undone.is_empty() {
            parts.push(format!("undid {}", self.undone.join(", ")));
        }
        if !self.set_aside.is_empty() {
            parts.push(format!("set aside {}", self.set_aside.join(", ")));
        }
        if !self.waiting.is_empty() {
            parts.push(format!("left half-made {}", self.waiting.join(", ")));
        }
        if !self.left_alone.is_empty() {
            parts.push(format!("left alone {}", self.left_alone.join(", ")));
        }
        if self.trees_removed > 0 {
            let plural = if self.trees_removed == 1 { "" } else { "s" };
            parts.push(format!("deleted {} unfinished tree{plural}", self.trees_removed));
        }
        if self.journal_bytes_cut > 0 {
            parts.push(format!("cut {} torn bytes off the journal", self.journal_bytes_cut));
        }
        write!(f, "recovered from an interrupted run: {}", parts.join("; "))
    }
}

impl Store {
    /// Whether nothing looks unfinished: cheap enough for every change.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_clean(&self) -> Result<bool, StoreError> {
        let journal = self.journal()?;
        let fs = self.sys.fs();
        let (staging, trash) = (self.layout().staging(), self.layout().trash());
        Ok(journal.torn_bytes == 0
            && !self.has_open_transactions()?
            && !journal.latest().iter().any(|record| record.state.is_unfinished())
            && fs.names_if_there(&staging).map_err(StoreError::io("list", &staging))?.is_empty()
            && fs.names_if_there(&trash).map_err(StoreError::io("list", &trash))?.is_empty())
    }

    /// Operations under way: their last records.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn unfinished(&self) -> Result<Vec<JournalRecord>, StoreError> {
        let journal = self.journal()?;
        Ok(journal.latest().into_iter().filter(|record| record.state.is_unfinished()).cloned().collect())
    }

    /// Finishes or undoes what dead processes left.
    ///
    /// # Errors
    /// `Busy` when another process holds the store's lock for too long, or what the system says. The steps until then
    /// stay done, and a later call does the rest.
    pub fn recover(&self, wait_max: Duration) -> Result<Recovered, StoreError> {
        let mut recovered = Recovered::default();
        if self.is_clean()? {
            return Ok(recovered);
        }
        let store = self.lock(self.layout().store_lock(), "recover", wait_max)?;
        recovered.journal_bytes_cut = self.mend_journal()?;
        for record in self.unfinished()? {
            let what = format!("{} of {}", word(record.kind), record.toolchain);
            match self.settle_if_dead(&record) {
                Ok(None) => {}
                Ok(Some(true)) => recovered.finished.push(what),
                Ok(Some(false)) => recovered.undone.push(what),
                Err(error) => return Err(error),
            }
        }
        for (purpose, outcome) in self.recover_transactions()? {
            let what = format!("the change `{purpose}`");
            match outcome {
                PlanEnd::Finished => recovered.finished.push(what),
                PlanEnd::Undone => recovered.undone.push(what),
                PlanEnd::SetAside(reason) => recovered.set_aside.push(format!("{what}: {reason}")),
                PlanEnd::LeftAlone(reason) => recovered.left_alone.push(format!("{what}: {reason}")),
                PlanEnd::Waits(reason) => recovered.waiting.push(format!("{what}: {reason}")),
            }
        }
        self.rewrite_table();
        // Deleting takes long, and every name has a lock of its own.
        drop(store);
        recovered.trees_removed = self.sweep()?;
        self.sweep_neighbours();
        Ok(recovered)
    }

    /// Half-written temporary files: they only take space, and one that cannot be removed now is removed later.
    fn sweep_neighbours(&self) {
        let now = self.sys.clock().unix_seconds();
        let layout = self.layout();
        let folders =
            [layout.manifests(), layout.projects(), layout.cache(), layout.shims(), layout.running()].into_iter();
        for folder in folders.chain([layout.home().to_owned()]) {
            let _ = self.sys.fs().sweep_neighbours(&folder, now);
        }
    }

    /// Settles an operation, unless its process lives or it has moved on meanwhile.
    fn settle_if_dead(&self, record: &JournalRecord) -> Result<Option<bool>, StoreError> {
        let fs = self.sys.fs();
        let lock = self.layout().install_lock(&record.toolchain);
        let LockAttempt::Held(_dead) = fs.try_lock(&lock).map_err(StoreError::io("lock", &lock))? else {
            return Ok(None);
        };
        // It may have finished after this process read the journal and before it got the lock.
        let now = self.unfinished()?.into_iter().find(|now| now.operation == record.operation);
        let Some(now) = now else { return Ok(None) };
        match self.settle(&now) {
            Ok(finished) => Ok(Some(finished)),
            Err(StoreError::Superseded { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Finishes (true) or undoes (false) one operation of a dead process.
    fn settle(&self, record: &JournalRecord) -> Result<bool, StoreError> {
        let mut operation = self.take_up(record);
        let note = |text: &str| Some(format!("recovered: {text}"));
        match record.state {
            State::Removing => {
                if self.find(&record.toolchain)?.is_some() {
                    operation.advance(Event::Failed, None, note("the tree was still in place"))?;
                    return Ok(false);
                }
                self.forget(&record.toolchain)?;
                operation.advance(Event::Removed, None, note("the tree was gone already"))?;
                Ok(true)
            }
            State::Committing => {
                let staged = record.checkpoint.as_deref().map(|name| self.layout().staged_tree(name));
                if self.find(&record.toolchain)?.is_none() {
                    // Only a record of this very operation says that this tree is durable.
                    let durable = self.record(&record.toolchain).is_ok_and(|kept| kept.operation == record.operation);
                    let there = match &staged {
                        Some(staged) => {
                            self.sys.fs().look(staged).map_err(StoreError::io("look at", staged))?.is_some()
                        }
                        None => false,
                    };
                    match staged.filter(|_| durable && there) {
                        Some(staged) => {
                            self.reveal(&record.toolchain, &staged)?;
                        }
                        None => {
                            self.forget(&record.toolchain)?;
                            operation.advance(Event::Failed, None, note("the tree was not durable yet"))?;
                            return Ok(false);
                        }
                    }
                }
                operation.advance(Event::Admitted, None, note("the tree was whole"))?;
                Ok(true)
            }
            State::Preparing | State::Syncing => {
                operation.advance(Event::Failed, None, note("what was fetched is kept"))?;
                Ok(false)
            }
            State::Idle | State::Done => Ok(true),
        }
    }
}

fn word(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Install => "install",
        OperationKind::Uninstall => "removal",
        OperationKind::Rollback => "rollback",
    }
}
