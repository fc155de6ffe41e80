//! The history of changes, and the differences between two generations.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use archive::FileRecord;
use release::ToolchainId;
use store::states::State;
use store::{Author, OperationKind, StoreError};

use context::Ctx;

/// What was done, in the order of those of one instant: records of old know the second only, and what is installed was
/// installed before it was switched to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventAction {
    /// A toolchain was installed.
    Install,
    /// Files were changed.
    Change,
    /// The default was set.
    Switch,
    /// The default went back to a generation.
    Rollback,
    /// A toolchain was removed.
    Uninstall,
}

impl EventAction {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            EventAction::Install => "install",
            EventAction::Change => "change",
            EventAction::Switch => "switch",
            EventAction::Rollback => "rollback",
            EventAction::Uninstall => "uninstall",
        }
    }
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventOutcome {
    /// It was made.
    Done,
    /// It failed, with the reason that was recorded.
    Failed(Option<String>),
    /// It is in this state.
    Unfinished(State),
    /// It was made, and undone since.
    Undone,
    /// It was reverted halfway.
    TakenBack,
}

impl fmt::Display for EventOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EventOutcome::Done => f.write_str("done"),
            EventOutcome::Failed(note) => write!(f, "failed: {}", note.as_deref().unwrap_or("no reason is recorded")),
            EventOutcome::Unfinished(state) => f.write_str(&format!("unfinished: {state:?}").to_lowercase()),
            EventOutcome::Undone => f.write_str("undone since"),
            EventOutcome::TakenBack => f.write_str("reverted halfway"),
        }
    }
}

/// One change in the past.
#[derive(Debug, Clone)]
pub struct Event {
    /// When, in seconds since 1970.
    pub unix_seconds: u64,
    /// The same in nanoseconds, which orders the events. For an old record without it, the start of its second.
    pub unix_nanos: u64,
    /// What was done.
    pub action: EventAction,
    /// The toolchain, if the event is about one.
    pub toolchain: Option<ToolchainId>,
    /// The purpose of a change of files.
    pub purpose: Option<String>,
    /// The files that were changed.
    pub files: Vec<PathBuf>,
    /// The user's variables that were changed.
    pub variables: Vec<String>,
    /// The generation entered, for a switch or a rollback.
    pub generation: Option<u64>,
    /// The generation left.
    pub from: Option<u64>,
    /// Whether that generation is in use now.
    pub in_use: bool,
    /// How it ended.
    pub outcome: EventOutcome,
    /// Who did it.
    pub author: Author,
}

/// The differences between two generations.
#[derive(Debug, Clone)]
pub struct GenerationDiff {
    /// The toolchain of the first.
    pub from: ToolchainId,
    /// The toolchain of the second.
    pub to: ToolchainId,
    /// Files that only the second has.
    pub added: Vec<String>,
    /// Files that only the first has.
    pub removed: Vec<String>,
    /// Files that both have with different contents.
    pub changed: Vec<String>,
    /// How many files are equal in both.
    pub same: usize,
}

/// Every recorded change, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub fn history(ctx: &Ctx) -> Result<Vec<Event>, StoreError> {
    let current = ctx.store.current_if_readable().map(|current| current.number);
    let mut events: Vec<Event> = ctx
        .store
        .readable_generations()?
        .into_iter()
        .map(|generation| Event {
            unix_seconds: generation.made_unix_seconds,
            unix_nanos: generation.nanos(),
            action: EventAction::Switch,
            toolchain: Some(generation.toolchain),
            purpose: None,
            files: Vec::new(),
            variables: Vec::new(),
            generation: Some(generation.number),
            from: generation.parent,
            in_use: current == Some(generation.number),
            outcome: EventOutcome::Done,
            author: generation.author,
        })
        .collect();
    let records = ctx.store.journal_records()?;
    for first in records.iter().filter(|record| record.version == 1) {
        let last = records.iter().rev().find(|record| record.operation == first.operation).unwrap_or(first);
        events.push(Event {
            unix_seconds: first.unix_seconds,
            unix_nanos: first.nanos(),
            action: match first.kind {
                OperationKind::Install => EventAction::Install,
                OperationKind::Uninstall => EventAction::Uninstall,
                OperationKind::Rollback => EventAction::Rollback,
            },
            toolchain: Some(first.toolchain.clone()),
            purpose: None,
            files: Vec::new(),
            variables: Vec::new(),
            generation: first.generations.map(|(_, to)| to),
            from: first.generations.map(|(from, _)| from),
            in_use: false,
            outcome: match last.state {
                State::Done => EventOutcome::Done,
                State::Idle => EventOutcome::Failed(last.note.clone()),
                state => EventOutcome::Unfinished(state),
            },
            author: first.author.clone().unwrap_or_default(),
        });
    }
    for change in ctx.store.past_changes()? {
        events.push(Event {
            unix_seconds: change.unix_nanos / 1_000_000_000,
            unix_nanos: change.unix_nanos,
            action: EventAction::Change,
            toolchain: None,
            purpose: Some(change.purpose),
            files: change.files,
            variables: change.variables,
            generation: change.default.and_then(|(_, to)| to),
            from: change.default.and_then(|(from, _)| from),
            in_use: false,
            outcome: match (change.done, change.undone) {
                (true, true) => EventOutcome::Undone,
                (true, false) => EventOutcome::Done,
                (false, _) => EventOutcome::TakenBack,
            },
            author: change.author,
        });
    }
    events.sort_by_key(|event| (event.unix_nanos, event.action));
    Ok(events)
}

/// Compares the toolchains of two generations file by file, by their manifests.
///
/// # Errors
/// When a generation or a manifest cannot be read.
pub fn diff(ctx: &Ctx, from: u64, to: u64) -> Result<GenerationDiff, StoreError> {
    let (from, to) = (ctx.store.generation(from)?.toolchain, ctx.store.generation(to)?.toolchain);
    let (old, new) = (ctx.store.manifest(&from)?, ctx.store.manifest(&to)?);
    let old: BTreeMap<&str, &FileRecord> = old.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let new: BTreeMap<&str, &FileRecord> = new.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut diff = GenerationDiff { from, to, added: vec![], removed: vec![], changed: vec![], same: 0 };
    for (path, file) in &new {
        match old.get(path) {
            None => diff.added.push((*path).to_owned()),
            Some(before) if before.sha256 == file.sha256 && before.executable == file.executable => diff.same += 1,
            Some(_) => diff.changed.push((*path).to_owned()),
        }
    }
    diff.removed = old.keys().filter(|path| !new.contains_key(*path)).map(|path| (*path).to_owned()).collect();
    Ok(diff)
}
