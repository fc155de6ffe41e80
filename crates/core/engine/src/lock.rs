//! The project's lock file: found, held to, written.
//!
//! A lock file *constrains*: where one is found up the tree and names a toolchain, what is installed must
//! have its hashes, whoever else vouches for it. It is no proof of origin by itself, for whoever wrote the
//! project wrote it, and the store serves all projects. Only a user who says `--locked` takes the lock file's
//! word for enough; then it must exist, stand beside the file that decides, and name what is wanted. One that belongs
//! to a neighbour neither constrains nor proves (`project::Users`).

use std::path::{Path, PathBuf};

use archive::Manifest;
use diag::{Class, Diagnose, Hints, hint};
use project::{LOCK_BYTES_MAX, LOCK_FILE_NAME, LockFile, LockFileError, Locked, LockedArchive, LockedLog, Stranger};
use release::{Digest, Form, Platform, ToolchainId, Version};
use serde::Serialize;
use store::{FileChange, StoreError};
use trust::{H1, Witness};

use crate::choose::{ChooseError, look_around, owner_of, users};
use crate::ctx::Ctx;
use crate::limits::FOLDERS_MAX;
use crate::log::{LogProofError, proof_of};
use crate::pin;
use crate::prove::index_says;

/// The platforms that are locked where none are named.
const PLATFORMS: [(&str, &str); 5] =
    [("linux", "amd64"), ("linux", "arm64"), ("darwin", "arm64"), ("darwin", "amd64"), ("windows", "amd64")];

/// Why a lock file forbids something, or could not be written.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It cannot be read.
    #[error("read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        #[source]
        cause: std::io::Error,
    },
    /// It is malformed.
    #[error("use `{}`", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        cause: LockFileError,
    },
    /// There is none, and there must be.
    #[error("accept {id}: {required_by} wants a lock file, and there is no `goward.lock` in `{}` or above it", folder.display())]
    Missing {
        /// Which toolchain.
        id: ToolchainId,
        /// Who wants it.
        required_by: String,
        /// From where it was looked for.
        folder: PathBuf,
    },
    /// There is one that is somebody else's, and it must be one that counts.
    #[error("accept {id} by `{}`: {stranger}", path.display())]
    Stranger {
        /// Which toolchain.
        id: ToolchainId,
        /// The file.
        path: PathBuf,
        /// Whose it is.
        stranger: Stranger,
    },
    /// The nearest does not stand beside the file that decides, and so proves nothing.
    #[error("accept {id}: {required_by} wants a lock file in `{}`, beside what decides, and the nearest is `{}`", place.display(), path.display())]
    Elsewhere {
        /// Which toolchain.
        id: ToolchainId,
        /// The file.
        path: PathBuf,
        /// Who wants one.
        required_by: String,
        /// Where it has to stand.
        place: PathBuf,
    },
    /// It does not name the toolchain, and must.
    #[error("accept {id}: `{}` does not name it, and {required_by} wants it to", path.display())]
    NotCovered {
        /// Which toolchain.
        id: ToolchainId,
        /// The file.
        path: PathBuf,
        /// Who wants it.
        required_by: String,
    },
    /// A hash is another.
    #[error("accept {id}: {}:{line} wants {what} {expected}, and it is {actual}", path.display())]
    Differs {
        /// Which toolchain.
        id: Box<ToolchainId>,
        /// The file.
        path: PathBuf,
        /// The line on which the toolchain's entry begins.
        line: usize,
        /// Which hash.
        what: &'static str,
        /// What the file says.
        expected: String,
        /// What it is.
        actual: String,
    },
    /// Nothing of what arrived can be compared, and it must be.
    #[error("accept {id}: {}:{line} has only the SHA-256 of an archive, and this came as a {form}", path.display())]
    NotComparable {
        /// Which toolchain.
        id: ToolchainId,
        /// The file.
        path: PathBuf,
        /// The line on which the toolchain's entry begins.
        line: usize,
        /// What it came as.
        form: &'static str,
    },
    /// It may not be written now.
    #[error("write `goward.lock`: {by} forbids it")]
    Frozen {
        /// Who forbids it.
        by: String,
    },
    /// Nothing is known that could be locked.
    #[error("lock {version}: neither Go's checksum database nor its index knows it for any of the platforms")]
    Unknown {
        /// The version.
        version: Version,
    },
    /// A platform that was named is not known.
    #[error("lock {id}")]
    Platform {
        /// Which toolchain.
        id: ToolchainId,
        /// Why.
        #[source]
        cause: Box<LogProofError>,
    },
    /// The project's files cannot be read.
    #[error(transparent)]
    Choose(#[from] ChooseError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for LockError {
    fn class(&self) -> Class {
        match self {
            Self::Read { cause, .. } => Class::of_io(cause),
            Self::Malformed { cause, .. } => cause.class(),
            Self::Missing { .. }
            | Self::Stranger { .. }
            | Self::Elsewhere { .. }
            | Self::NotCovered { .. }
            | Self::NotComparable { .. }
            | Self::Frozen { .. } => Class::Policy,
            Self::Differs { .. } => Class::Integrity,
            Self::Unknown { .. } => Class::NotFound,
            Self::Platform { cause, .. } => cause.class(),
            Self::Choose(error) => error.class(),
            Self::Store(error) => error.class(),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Read { .. } => "lock-read",
            Self::Malformed { cause, .. } => cause.word(),
            Self::Missing { .. } => "lock-missing",
            Self::Stranger { .. } => "lock-of-stranger",
            Self::Elsewhere { .. } => "lock-elsewhere",
            Self::NotCovered { .. } => "lock-not-covered",
            Self::Differs { .. } => "lock-differs",
            Self::NotComparable { .. } => "lock-not-comparable",
            Self::Frozen { .. } => "lock-frozen",
            Self::Unknown { .. } => "lock-unknown",
            Self::Platform { cause, .. } => cause.word(),
            Self::Choose(error) => error.word(),
            Self::Store(error) => error.word(),
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Read { cause, .. } => Hints::for_io(cause),
            Self::Malformed { cause, .. } => cause.hints(),
            Self::Missing { .. } | Self::Elsewhere { .. } => hint!("`goward pin --lock` writes it"),
            Self::Stranger { .. } => {
                hint!("look into it; `goward pin VERSION --lock` in a folder of your own writes one that counts")
            }
            Self::NotCovered { id, .. } => {
                hint!("`goward pin {} --lock --platform {}` writes it anew", id.version(), id.platform())
            }
            Self::Differs { .. } => {
                hint!("do not use what arrived until you know who is right; `goward pin --lock --check` asks Go's log")
            }
            Self::NotComparable { .. } => hint!("`goward pin --lock` with the checksum database in reach adds `h1`"),
            Self::Frozen { .. } => hint!("leave out `--frozen` (or unset `GOWARD_FROZEN`)"),
            Self::Unknown { .. } => {
                hint!("let Go's checksum database or index be reached, and see `goward list --remote`")
            }
            Self::Platform { cause, .. } => cause.hints(),
            Self::Choose(error) => error.hints(),
            Self::Store(error) => error.hints(),
        }
    }
}

/// What arrived, as far as a lock file can speak of it.
pub(crate) struct Held<'a> {
    pub id: &'a ToolchainId,
    pub form: Form,
    pub sha256: Digest,
    pub manifest: &'a Manifest,
}

/// Who wants the lock file to name every toolchain, if anyone does.
fn required_by(ctx: &Ctx) -> Option<String> {
    let keys = ["lock.required", "lock.frozen"];
    let key = keys.into_iter().find(|key| ctx.settings.is_on(key))?;
    Some(ctx.settings.get(key).origin.to_string())
}

/// Whether the user takes the lock file's word for enough.
pub(crate) fn is_required(ctx: &Ctx) -> bool {
    required_by(ctx).is_some()
}

/// The lock file that counts, and one nearer by that does not.
#[derive(Default)]
struct Nearest {
    lock: Option<(PathBuf, LockFile)>,
    stranger: Option<(PathBuf, Stranger)>,
}

/// The nearest lock file from the working folder upwards that belongs to the user, to root or to the owner of the
/// working folder; no folder of anybody else's is looked into, nor what is above it (as for files that pin).
fn nearest(ctx: &Ctx) -> Result<Nearest, LockError> {
    let here = ctx.sys.env().folder();
    let users = users(ctx, here);
    let mut nearest = Nearest::default();
    let mut ended = None;
    for folder in here.ancestors().take(FOLDERS_MAX) {
        let path = folder.join(LOCK_FILE_NAME);
        ended = ended.or_else(|| users.stranger_of_folder(&folder.display().to_string(), owner_of(ctx, folder)));
        let owners = ctx.sys.fs().owners(&path, 1).unwrap_or_default();
        match users.stranger(&owners).or_else(|| ended.clone().filter(|_| !owners.is_empty())) {
            Some(stranger) => nearest.stranger = nearest.stranger.or(Some((path, stranger))),
            None if ended.is_some() => {}
            None => {
                if let Some(lock) = read(ctx, &path)? {
                    nearest.lock = Some((path, lock));
                    break;
                }
            }
        }
    }
    Ok(nearest)
}

/// Reads a lock file that may not be there. A pipe, a device or a folder of its name is refused, and never waited for.
fn read(ctx: &Ctx, path: &Path) -> Result<Option<LockFile>, LockError> {
    bytes_of(ctx, path)?.map(|bytes| parsed(&bytes, path)).transpose()
}

fn parsed(bytes: &[u8], path: &Path) -> Result<LockFile, LockError> {
    LockFile::parse(bytes).map_err(|cause| LockError::Malformed { path: path.to_owned(), cause })
}

fn bytes_of(ctx: &Ctx, path: &Path) -> Result<Option<Vec<u8>>, LockError> {
    match ctx.sys.fs().read_if_there(path, LOCK_BYTES_MAX as u64) {
        // A folder above that may not be looked into has no wish that could be known.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(None),
        outcome => outcome.map_err(|cause| LockError::Read { path: path.to_owned(), cause }),
    }
}

/// Where a lock file proves: beside the file that decides here.
fn place(ctx: &Ctx) -> Result<PathBuf, LockError> {
    Ok(pin::project_folder(ctx, &look_around(ctx, ctx.sys.env().folder(), None)?))
}

/// The entry that a toolchain is held to, with the file that has it.
///
/// # Errors
/// When the file cannot be used, or there must be an entry beside the file that decides and there is none.
fn entry(ctx: &Ctx, id: &ToolchainId) -> Result<Option<(PathBuf, Locked)>, LockError> {
    let Nearest { lock, stranger } = nearest(ctx)?;
    let Some(required_by) = required_by(ctx) else {
        return Ok(lock.and_then(|(path, lock)| Some((path, lock.find(id)?.clone()))));
    };
    let id = id.clone();
    match (lock, stranger) {
        (None, Some((path, stranger))) => Err(LockError::Stranger { id, path, stranger }),
        (None, None) => {
            let folder = ctx.sys.env().folder().to_owned();
            Err(LockError::Missing { id, required_by, folder })
        }
        (Some((path, lock)), _) => {
            let place = place(ctx)?;
            if path.parent() != Some(&place) {
                return Err(LockError::Elsewhere { id, path, required_by, place });
            }
            match lock.find(&id) {
                Some(locked) => Ok(Some((path, locked.clone()))),
                None => Err(LockError::NotCovered { id, path, required_by }),
            }
        }
    }
}

/// Says that a lock file is passed over, since it is somebody else's.
fn tell_stranger(ctx: &Ctx) -> Result<(), LockError> {
    if let Some((path, stranger)) = nearest(ctx)?.stranger {
        let path = release::escaped(&path.display().to_string());
        ctx.progress.tell(&format!("{path} does not count here: {stranger}"));
    }
    Ok(())
}

/// Refuses a toolchain that the lock file does not name, where it must, before anything is fetched.
///
/// # Errors
/// As for a toolchain that has arrived.
pub(crate) fn check_covered(ctx: &Ctx, id: &ToolchainId) -> Result<(), LockError> {
    entry(ctx, id)?;
    tell_stranger(ctx)
}

/// Holds what arrived to the lock file; the witness, if there is an entry for it.
pub(crate) fn hold(ctx: &Ctx, held: &Held) -> Result<Option<Witness>, LockError> {
    let Some((path, locked)) = entry(ctx, held.id)? else { return Ok(None) };
    let differs = |what, expected: String, actual: String| LockError::Differs {
        id: Box::new(held.id.clone()),
        path: path.clone(),
        line: locked.line,
        what,
        expected,
        actual,
    };
    let mut sha256 = String::new();
    let is_archive = matches!(held.form, Form::TarGz | Form::Zip);
    if let Some(archive) = locked.archive.as_ref().filter(|_| is_archive) {
        if archive.sha256 != held.sha256 {
            return Err(differs("the archive's SHA-256", archive.sha256.to_string(), held.sha256.to_string()));
        }
        sha256 = held.sha256.to_string();
    }
    let mut h1 = None;
    if let Some(log) = &locked.log {
        let files = held.manifest.files.iter().map(|file| (file.path.as_str(), &file.sha256));
        let computed = trust::toolchain_h1(&held.id.to_string(), files)
            .map_err(|error| differs("its files", log.h1.clone(), error.to_string()))?;
        let actual = || computed.likely().map_or("no hash".to_owned(), |h1| h1.to_string());
        let expected: H1 = log.h1.parse().map_err(|_| differs("its files", log.h1.clone(), actual()))?;
        if computed.matches(&expected).is_none() {
            return Err(differs("its files", log.h1.clone(), actual()));
        }
        h1 = Some(expected);
    }
    if sha256.is_empty() && h1.is_none() {
        if is_required(ctx) {
            let (id, line, form) = (held.id.clone(), locked.line, held.form.word());
            return Err(LockError::NotComparable { id, path, line, form });
        }
        return Ok(None);
    }
    // One that stands elsewhere constrains, and vouches for nothing.
    if path.parent() != Some(&place(ctx)?) {
        return Ok(None);
    }
    Ok(Some(Witness::LockFile { path: path.display().to_string(), sha256, h1 }))
}

/// Holds an installed toolchain to the lock file, where that is required.
///
/// # Errors
/// When the lock file does not name it, or with other hashes.
pub fn hold_installed(ctx: &Ctx, id: &ToolchainId) -> Result<(), LockError> {
    if !is_required(ctx) {
        return Ok(());
    }
    check_covered(ctx, id)?;
    let (record, manifest) = (ctx.store.record(id)?, ctx.store.manifest(id)?);
    let held = Held { id, form: record.form, sha256: record.archive_sha256, manifest: &manifest };
    hold(ctx, &held).map(drop)
}

/// What locking has done, or would do.
#[derive(Debug, Clone, Serialize)]
pub struct LockOutcome {
    /// The file.
    pub path: PathBuf,
    /// The toolchains that it names now.
    pub toolchains: Vec<ToolchainId>,
    /// What differs from what stood there: a line each.
    pub changes: Vec<String>,
    /// Platforms that nobody knows the version for.
    pub left_out: Vec<String>,
}

/// Locks a version for some platforms; without any, for those that the file has, else for the usual ones.
/// With `check` nothing is written.
///
/// # Errors
/// When a platform that was named is not known, nothing is known, or the file cannot be read or written.
pub fn lock(ctx: &Ctx, version: &Version, platforms: &[Platform], check: bool) -> Result<LockOutcome, LockError> {
    if ctx.settings.is_on("lock.frozen") && !check {
        return Err(LockError::Frozen { by: ctx.settings.get("lock.frozen").origin.to_string() });
    }
    let path = place(ctx)?.join(LOCK_FILE_NAME);
    let bytes = bytes_of(ctx, &path)?;
    let before = match bytes.as_deref().map(|bytes| parsed(bytes, &path)).transpose() {
        // What cannot be read is written anew; whoever only checks hears of it.
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
        match locked(ctx, &id, before.find(&id)) {
            Ok(locked) => after.toolchains.push(locked),
            // The log speaks against itself, or against this machine: never passed over.
            Err(cause) if named || (cause.class() == Class::Integrity && !is_unknown(ctx, &id, &cause)) => {
                return Err(LockError::Platform { id, cause: Box::new(cause) });
            }
            Err(cause) => {
                ctx.progress.tell(&format!("{id} is not locked: {cause}"));
                left_out.push(id.platform().to_string());
            }
        }
    }
    if after.toolchains.is_empty() {
        return Err(LockError::Unknown { version: version.clone() });
    }
    after.toolchains.sort_by(|one, other| one.toolchain.cmp(&other.toolchain));
    after.toolchains.dedup_by(|one, other| one.toolchain == other.toolchain);
    let changes = changes(&before, &after);
    if !changes.is_empty() && !check {
        let folder = path.parent().unwrap_or(&path);
        let change = FileChange::of_project(folder, &path, bytes, Some(after.encode().into_bytes()));
        ctx.store.change_alone(&change, "lock", ctx.settings.seconds("lock.wait-seconds"))?;
    }
    let toolchains = after.toolchains.into_iter().map(|locked| locked.toolchain).collect();
    Ok(LockOutcome { path, toolchains, changes, left_out })
}

/// Whether neither the log nor Go's index knows of a toolchain: it was not released for the platform.
fn is_unknown(ctx: &Ctx, id: &ToolchainId, cause: &LogProofError) -> bool {
    matches!(cause, LogProofError::Contradicts { is_absence: true, .. }) && index_says(ctx, id).is_none()
}

/// What is known of a toolchain now. What stood in the file stays where it still holds, so that a log that has only
/// grown changes nothing.
fn locked(ctx: &Ctx, id: &ToolchainId, before: Option<&Locked>) -> Result<Locked, LogProofError> {
    let archive = index_says(ctx, id)
        .map(|(sha256, bytes)| LockedArchive { name: id.archive_name(), sha256, bytes })
        // The index could not be asked: what it said before is not forgotten for that.
        .or_else(|| before.and_then(|before| before.archive.clone()));
    let log = match proof_of(ctx, id) {
        Ok(proof) => {
            let new = LockedLog { h1: proof.h1.to_string(), record: proof.record_id, tree_size: proof.tree_size };
            let same = |old: &&LockedLog| old.h1 == new.h1 && old.record == new.record;
            Some(before.and_then(|before| before.log.as_ref()).filter(same).cloned().unwrap_or(new))
        }
        // The index has spoken: a log that cannot be asked, or is older than Go's modules, is no hindrance.
        Err(LogProofError::Silent { .. }) if archive.is_some() => before.and_then(|before| before.log.clone()),
        Err(error) => return Err(error),
    };
    Ok(Locked { toolchain: id.clone(), log, archive, line: 0 })
}

fn changes(before: &LockFile, after: &LockFile) -> Vec<String> {
    let mut changes = Vec::new();
    for old in before.toolchains.iter().filter(|old| after.find(&old.toolchain).is_none()) {
        changes.push(format!("{} is no longer named", old.toolchain));
    }
    for new in &after.toolchains {
        match before.find(&new.toolchain) {
            None => changes.push(format!("{} is new", new.toolchain)),
            Some(old) if (&old.log, &old.archive) != (&new.log, &new.archive) => {
                let what = match (old.log == new.log, old.archive == new.archive) {
                    (false, true) => "what the checksum database says",
                    (true, false) => "what the index says of its archive",
                    _ => "what the checksum database and the index say",
                };
                changes.push(format!("{} (line {}) has other values now: {what}", new.toolchain, old.line));
            }
            Some(_) => {}
        }
    }
    changes
}
