//! The history of changes, and the differences between two generations.

use std::collections::BTreeMap;
use std::path::PathBuf;

use archive::FileRecord;
use release::ToolchainId;
use serde::Serialize;
use store::states::State;
use store::{Author, OperationKind, StoreError};

use context::Ctx;

/// One change in the past.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    /// When, in seconds since 1970.
    pub unix_seconds: u64,
    /// The same in nanoseconds, which orders the events. For an old record without it, the start of its second.
    pub unix_nanos: u64,
    /// What was done: `switch`, `rollback`, `install`, `uninstall`, `change`.
    pub action: &'static str,
    /// The toolchain, if the event is about one.
    pub toolchain: Option<ToolchainId>,
    /// The purpose of a change of files.
    pub purpose: Option<String>,
    /// The files that were changed.
    pub files: Vec<PathBuf>,
    /// The user's variables that were changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// The generation entered, for a switch or a rollback.
    pub generation: Option<u64>,
    /// The generation left.
    pub from: Option<u64>,
    /// Whether that generation is in use now.
    pub in_use: bool,
    /// How it ended, if not with success.
    pub outcome: Option<String>,
    /// Who did it.
    pub author: Author,
}

/// The differences between two generations.
#[derive(Debug, Clone, Serialize)]
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
    let current = ctx.store.current()?.map(|current| current.number);
    let mut events: Vec<Event> = ctx
        .store
        .generations()?
        .into_iter()
        .map(|generation| Event {
            unix_seconds: generation.made_unix_seconds,
            unix_nanos: generation.nanos(),
            action: "switch",
            toolchain: Some(generation.toolchain),
            purpose: None,
            files: Vec::new(),
            variables: Vec::new(),
            generation: Some(generation.number),
            from: generation.parent,
            in_use: current == Some(generation.number),
            outcome: None,
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
                OperationKind::Install => "install",
                OperationKind::Uninstall => "uninstall",
                OperationKind::Rollback => "rollback",
            },
            toolchain: Some(first.toolchain.clone()),
            purpose: None,
            files: Vec::new(),
            variables: Vec::new(),
            generation: first.generations.map(|(_, to)| to),
            from: first.generations.map(|(from, _)| from),
            in_use: false,
            outcome: match last.state {
                State::Done => None,
                State::Idle => Some(format!("failed: {}", last.note.as_deref().unwrap_or("no reason is recorded"))),
                state => Some(format!("unfinished: {state:?}").to_lowercase()),
            },
            author: first.author.clone().unwrap_or_default(),
        });
    }
    for change in ctx.store.past_changes()? {
        events.push(Event {
            unix_seconds: change.unix_nanos / 1_000_000_000,
            unix_nanos: change.unix_nanos,
            action: "change",
            toolchain: None,
            purpose: Some(change.purpose),
            files: change.files,
            variables: change.variables,
            generation: change.default.and_then(|(_, to)| to),
            from: change.default.and_then(|(from, _)| from),
            in_use: false,
            outcome: match (change.done, change.undone) {
                (true, true) => Some("undone since".to_owned()),
                (true, false) => None,
                (false, _) => Some("taken back in the middle".to_owned()),
            },
            author: change.author,
        });
    }
    // Old records have whole seconds only: an install comes before the switch to its toolchain.
    let rank = |action: &str| {
        ["install", "change", "switch", "rollback", "uninstall"].iter().position(|known| *known == action)
    };
    events.sort_by_key(|event| (event.unix_nanos, rank(event.action)));
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
