//! The store: its state, its past, and the way back.

use engine::{Event, GenerationDiff, RolledBack, ShimListed, ShimsListed, ShimsWritten, Status, Undone, UndoneStep};
use store::states::State;
use store::{Author, JournalRecord, OperationKind};
use view::{EventAction, EventOutcome, OperationState, PartialDownload, UndoneKind};

use super::{ToView, number, remarks, same_words};

same_words! {
    OperationKind => view::OperationKind { Install Uninstall Rollback }
    State => OperationState { Idle Preparing Syncing Committing Removing Done }
    engine::EventAction => EventAction { Install Change Switch Rollback Uninstall }
}

impl ToView for Status {
    type View = view::Status;

    fn view(&self) -> view::Status {
        let download = |(name, bytes): &(String, u64)| PartialDownload { name: name.clone(), bytes: *bytes };
        view::Status {
            home: self.home.view(),
            toolchain: self.default.clone(),
            generation: self.generation,
            toolchains_count: number(self.toolchains),
            unfinished: self.unfinished.view(),
            downloads: self.downloads.iter().map(download).collect(),
            is_clean: self.clean,
            faults: remarks(&self.faults),
        }
    }
}

impl ToView for JournalRecord {
    type View = view::UnfinishedOperation;

    fn view(&self) -> view::UnfinishedOperation {
        view::UnfinishedOperation {
            operation: self.operation.clone(),
            kind: self.kind.view(),
            state: self.state.view(),
            checkpoint: format!("{}/{}", self.operation, self.version),
            record: self.version,
            unix_seconds: self.unix_seconds,
            toolchain: self.toolchain.view(),
        }
    }
}

impl ToView for Event {
    type View = view::Event;

    fn view(&self) -> view::Event {
        let (outcome, message) = match &self.outcome {
            engine::EventOutcome::Done => (EventOutcome::Done, None),
            engine::EventOutcome::Failed(note) => (EventOutcome::Failed, note.clone()),
            engine::EventOutcome::Unfinished(_) => (EventOutcome::Unfinished, None),
            engine::EventOutcome::Undone => (EventOutcome::Undone, None),
            engine::EventOutcome::TakenBack => (EventOutcome::TakenBack, None),
        };
        view::Event {
            unix_seconds: self.unix_seconds,
            unix_nanos: self.unix_nanos,
            action: self.action.view(),
            toolchain: self.toolchain.view(),
            purpose: self.purpose.clone(),
            files: self.files.view(),
            user_variables: self.variables.clone(),
            generation: self.generation,
            generation_before: self.from,
            in_use: self.in_use,
            outcome,
            message,
            author: self.author.view(),
        }
    }
}

impl ToView for Author {
    type View = view::Author;

    fn view(&self) -> view::Author {
        view::Author {
            user: self.user.clone(),
            host: self.host.clone(),
            command_line: self.command.clone(),
            reason: self.reason.clone(),
        }
    }
}

impl ToView for Undone {
    type View = view::Undo;

    fn view(&self) -> view::Undo {
        view::Undo { steps: self.steps.view() }
    }
}

impl ToView for UndoneStep {
    type View = view::UndoneStep;

    fn view(&self) -> view::UndoneStep {
        let step = |kind| view::UndoneStep {
            kind,
            toolchain: None,
            before: None,
            generation: None,
            generation_before: None,
            change: None,
            purpose: None,
            files: Vec::new(),
            user_variables: Vec::new(),
        };
        match self {
            UndoneStep::Default(back) => view::UndoneStep {
                toolchain: Some(back.toolchain.view()),
                before: back.before.view(),
                generation: Some(back.generation),
                generation_before: back.left,
                ..step(UndoneKind::Default)
            },
            UndoneStep::NoDefault { left, before } => view::UndoneStep {
                before: Some(before.view()),
                generation_before: Some(*left),
                ..step(UndoneKind::NoDefault)
            },
            UndoneStep::Change { name, purpose, files, variables, generation } => view::UndoneStep {
                generation: *generation,
                change: Some(name.clone()),
                purpose: Some(purpose.clone()),
                files: files.view(),
                user_variables: variables.clone(),
                ..step(UndoneKind::Change)
            },
        }
    }
}

/// A way back without what followed it.
pub(crate) fn rollback(back: &RolledBack, back_since_unix_seconds: u64) -> view::Rollback {
    view::Rollback {
        toolchain: back.toolchain.view(),
        version: back.toolchain.version().view(),
        before: back.before.view(),
        generation: back.generation,
        generation_before: back.left,
        changed: back.left != Some(back.generation),
        back_since_unix_seconds,
        block: None,
        verification: None,
        on_done: None,
        errors: Vec::new(),
    }
}

impl ToView for GenerationDiff {
    type View = view::Diff;

    fn view(&self) -> view::Diff {
        view::Diff {
            before: self.from.view(),
            toolchain: self.to.view(),
            files_added: self.added.clone(),
            files_removed: self.removed.clone(),
            files_changed: self.changed.clone(),
            files_same_count: number(self.same),
        }
    }
}

impl ToView for ShimsListed {
    type View = view::Shims;

    fn view(&self) -> view::Shims {
        view::Shims { folder: self.folder.view(), first_on_path: self.first_on_path, shims: self.shims.view() }
    }
}

impl ToView for ShimListed {
    type View = view::Shim;

    fn view(&self) -> view::Shim {
        view::Shim { name: self.name.clone(), there: self.there, current: self.current }
    }
}

impl ToView for ShimsWritten {
    type View = view::ShimsWritten;

    fn view(&self) -> view::ShimsWritten {
        view::ShimsWritten {
            folder: self.folder.view(),
            names: self.names.clone(),
            added: self.added.clone(),
            replaced: self.replaced.clone(),
            removed: self.removed.clone(),
            sdk: self.sdk.view(),
            sdk_left: self.sdk_left.view(),
        }
    }
}
