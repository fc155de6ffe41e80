//! Writes the project's lock file. `acquire::ProjectLock` checks toolchains against it.

use std::fmt;
use std::path::PathBuf;

use acquire::{LockError, LogProofError, ProjectLock, Sources, index_says, proof_of};
use context::Ctx;
use context::settings::keys;
use diag::{AnyDiagnose, Class, Diagnose, Diagnosis};
use project::{LOCK_FILE_NAME, LockFile, Locked, LockedArchive, LockedLog};
use release::{Platform, ToolchainId, Version};
use store::{FileChange, StoreError};

use crate::pin::project_folder;

/// The platforms that are locked if none are named.
const PLATFORMS: [(&str, &str); 5] =
    [("linux", "amd64"), ("linux", "arm64"), ("darwin", "arm64"), ("darwin", "amd64"), ("windows", "amd64")];

/// Why a lock file could not be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum LockWriteError {
    /// The one that is there cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// It may not be written now.
    #[error("write `goward.lock`: {by} forbids it")]
    Frozen {
        /// Who forbids it.
        by: String,
    },
    /// Nothing is known that could be locked.
    #[error("lock {version}: neither Go's checksum database nor its index knows it for any of the platforms")]
    Unknown { version: Version },
    /// A platform that was named is not known.
    #[error("lock {id}")]
    Platform {
        id: ToolchainId,
        #[source]
        cause: Box<LogProofError>,
    },
    /// The store cannot be read, or its journal not written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for LockWriteError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Lock(error) => error.diagnosis(),
            Self::Frozen { .. } => {
                Class::Policy.word("lock-frozen").hint("leave out `--frozen` (or unset `GOWARD_FROZEN`)")
            }
            Self::Unknown { .. } => Class::NotFound.word("lock-unknown").hint(
                "check the connection to Go's checksum database and index; `goward list --remote` shows known versions",
            ),
            Self::Platform { cause, .. } => cause.diagnosis(),
            Self::Store(error) => error.diagnosis(),
        }
    }
}

/// What a verb with network access needs, for the project in the working folder.
pub fn sources(ctx: &Ctx) -> Sources<'_> {
    Sources::new(ProjectLock::new(ctx, deciding_folder))
}

fn deciding_folder(ctx: &Ctx) -> Result<PathBuf, AnyDiagnose> {
    let inputs = resolve::look_around(ctx, ctx.sys.env().folder(), None).map_err(AnyDiagnose::new)?;
    Ok(project_folder(ctx, &inputs))
}

/// A toolchain of the lock file that differs from what stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockChange {
    /// The toolchain.
    pub toolchain: ToolchainId,
    /// How it differs.
    pub kind: LockChangeKind,
}

/// How a toolchain of the lock file differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockChangeKind {
    /// It was not there.
    Added,
    /// It is no longer there.
    Removed,
    /// Its values are others than those on this line.
    Values {
        /// The line, counted from 1.
        line: usize,
        /// Whether the checksum database's record differs.
        log: bool,
        /// Whether what the index says of the archive differs.
        archive: bool,
    },
}

impl fmt::Display for LockChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = &self.toolchain;
        match self.kind {
            LockChangeKind::Added => write!(f, "{id} is new"),
            LockChangeKind::Removed => write!(f, "{id} is no longer named"),
            LockChangeKind::Values { line, log, archive } => {
                let what = match (log, archive) {
                    (true, false) => "the checksum database's record",
                    (false, true) => "the index's entry for its archive",
                    _ => "the checksum database's record and the index's entry",
                };
                write!(f, "{id} (line {line}) has other values now: {what}")
            }
        }
    }
}

/// The result of locking, or its plan.
#[derive(Debug, Clone)]
pub struct LockOutcome {
    /// The file.
    pub path: PathBuf,
    /// The toolchains that it names now.
    pub toolchains: Vec<ToolchainId>,
    /// What differs from what stood there.
    pub changes: Vec<LockChange>,
    /// Whether the file was written.
    pub is_written: bool,
    /// Platforms for which neither the log nor the index knows the version.
    pub left_out: Vec<String>,
}

/// Locks a version for some platforms; without any, for those that the file has, else for the usual ones.
/// With `check` nothing is written.
///
/// # Errors
/// When a platform that was named is not known, nothing is known, or the file cannot be read or written.
pub fn lock(
    sources: &Sources,
    version: &Version,
    platforms: &[Platform],
    check: bool,
) -> Result<LockOutcome, LockWriteError> {
    let ctx = sources.ctx();
    if ctx.settings.is_on(keys::LOCK_FROZEN) && !check {
        return Err(LockWriteError::Frozen { by: ctx.settings.get(keys::LOCK_FROZEN).origin.to_string() });
    }
    let path = sources.lock().folder()?.join(LOCK_FILE_NAME);
    let bytes = sources.lock().read(&path)?;
    let before = match bytes.as_deref().map(|bytes| ProjectLock::parse(bytes, &path)).transpose() {
        // An unreadable file is rewritten; with `check` it is an error.
        Err(LockError::Malformed { .. }) if !check => LockFile::default(),
        other => other?.unwrap_or_default(),
    };
    let named = !platforms.is_empty();
    let wanted = match (named, before.platforms()) {
        (true, _) => platforms.to_vec(),
        (false, held) if !held.is_empty() => held,
        _ => PLATFORMS.iter().filter_map(|(os, arch)| Platform::new(os, arch).ok()).collect(),
    };
    let mut left_out = Vec::new();
    let mut after = LockFile::default();
    for platform in wanted {
        let id = ToolchainId::new(version.clone(), platform);
        match locked(sources, &id, before.find(&id)) {
            Ok(locked) => after.toolchains.push(locked),
            // The log contradicts, or this machine fails: never ignored.
            Err(cause) if named || (cause.class() == Class::Integrity && !is_unknown(sources, &id, &cause)) => {
                return Err(LockWriteError::Platform { id, cause: Box::new(cause) });
            }
            Err(cause) => {
                ctx.progress.tell(&format!("{id} is not locked: {cause}"));
                left_out.push(id.platform().to_string());
            }
        }
    }
    if after.toolchains.is_empty() {
        return Err(LockWriteError::Unknown { version: version.clone() });
    }
    after.toolchains.sort_by(|one, other| one.toolchain.cmp(&other.toolchain));
    after.toolchains.dedup_by(|one, other| one.toolchain == other.toolchain);
    let changes = changes(&before, &after);
    let is_written = !changes.is_empty() && !check;
    if is_written {
        let folder = path.parent().unwrap_or(&path);
        let change = FileChange::of_project(folder, &path, bytes, Some(after.encode().into_bytes()));
        ctx.store.change_alone(&change, "lock", ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))?;
    }
    let toolchains = after.toolchains.into_iter().map(|locked| locked.toolchain).collect();
    Ok(LockOutcome { path, toolchains, changes, is_written, left_out })
}

/// Whether neither the log nor Go's index knows of a toolchain: it was not released for the platform.
fn is_unknown(sources: &Sources, id: &ToolchainId, cause: &LogProofError) -> bool {
    matches!(cause, LogProofError::Contradicts { is_absence: true, .. }) && index_says(sources, id).is_none()
}

/// The entry for a toolchain now. Keeps the former entry if it still holds, so that a log that has only grown changes
/// nothing.
fn locked(sources: &Sources, id: &ToolchainId, before: Option<&Locked>) -> Result<Locked, LogProofError> {
    let archive = index_says(sources, id)
        .map(|(sha256, bytes)| LockedArchive { name: id.archive_name(), sha256, bytes })
        // The index could not be asked: keep its former answer.
        .or_else(|| before.and_then(|before| before.archive.clone()));
    let log = match proof_of(sources, id) {
        Ok(proof) => {
            let new = LockedLog { h1: proof.h1.to_string(), record: proof.record_id, tree_size: proof.tree_size };
            let same = |old: &&LockedLog| old.h1 == new.h1 && old.record == new.record;
            Some(before.and_then(|before| before.log.as_ref()).filter(same).cloned().unwrap_or(new))
        }
        // The index has answered: a log that cannot be asked, or has no record of so old a release, does not matter.
        Err(LogProofError::Silent { .. }) if archive.is_some() => before.and_then(|before| before.log.clone()),
        Err(error) => return Err(error),
    };
    Ok(Locked { toolchain: id.clone(), log, archive, line: 0 })
}

fn changes(before: &LockFile, after: &LockFile) -> Vec<LockChange> {
    let change = |toolchain: &ToolchainId, kind| LockChange { toolchain: toolchain.clone(), kind };
    let mut changes = Vec::new();
    for old in before.toolchains.iter().filter(|old| after.find(&old.toolchain).is_none()) {
        changes.push(change(&old.toolchain, LockChangeKind::Removed));
    }
    for new in &after.toolchains {
        match before.find(&new.toolchain) {
            None => changes.push(change(&new.toolchain, LockChangeKind::Added)),
            Some(old) if (&old.log, &old.archive) != (&new.log, &new.archive) => {
                let (log, archive) = (old.log != new.log, old.archive != new.archive);
                changes.push(change(&new.toolchain, LockChangeKind::Values { line: old.line, log, archive }));
            }
            Some(_) => {}
        }
    }
    changes
}
