//! Repairs findings: modes one by one, files of the user through one transaction, the store through its own verbs.

use std::path::{Path, PathBuf};

use context::Ctx;
use context::settings::keys;
use diag::{Diagnose, Diagnosis};
use engine::ShimError;
use store::{FileChange, Misplaced, StoreError};
use sys::Sys;

use crate::Wanted;
use crate::finding::{Finding, Repair};
use crate::limits::PROFILE_BYTES_MAX;

/// What was repaired.
#[derive(Debug, Clone)]
pub struct Repaired {
    /// The finding's word.
    pub word: &'static str,
    /// What was done, a line each, with the former value.
    pub done: Vec<String>,
    /// The name of the change of files, for undo.
    pub change: Option<String>,
}

/// Why a repair could not be carried out. What was done before it stays.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum RepairError {
    /// A mode could not be set.
    #[error("repair {word}: set the mode of `{}` to {mode:o}", path.display())]
    Mode {
        /// The finding's word.
        word: &'static str,
        path: PathBuf,
        mode: u32,
        #[source]
        cause: std::io::Error,
    },
    /// A file could not be read.
    #[error("repair {word}: read `{}`", path.display())]
    Read {
        /// The finding's word.
        word: &'static str,
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// A folder could not be made.
    #[error("repair {word}: make the folder `{}`", path.display())]
    Make {
        /// The finding's word.
        word: &'static str,
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The files could not be changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The shims could not be written.
    #[error(transparent)]
    Shims(#[from] ShimError),
}

impl Diagnose for RepairError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Mode { cause, .. } => Diagnosis::of_io("repair-mode", cause),
            Self::Read { cause, .. } => Diagnosis::of_io("repair-read", cause),
            Self::Make { cause, .. } => Diagnosis::of_io("repair-make", cause),
            Self::Store(error) => error.diagnosis(),
            Self::Shims(error) => error.diagnosis(),
        }
    }
}

/// Repairs those of these findings that have a repair; findings that may be intentional only if the user names them.
///
/// # Errors
/// When the system refuses, at the first refusal.
pub fn repair(ctx: &Ctx, findings: &[Finding], wanted: &Wanted) -> Result<Vec<Repaired>, RepairError> {
    let mut repaired = Vec::new();
    for finding in findings {
        let Some(repair) = finding.repair.as_ref().filter(|_| !finding.only_if_named || wanted.names(finding)) else {
            continue;
        };
        let (done, change) = match repair {
            Repair::Modes(modes) => (set_modes(&ctx.sys, finding.word, modes)?, None),
            Repair::TakeOutLine { path, text } => take_out(ctx, finding.word, path, text)?,
            Repair::MakeFolder(path) => (make_folder(ctx, finding.word, path)?, None),
            Repair::MoveAside(misplaced) => (move_aside(ctx, misplaced)?, None),
            Repair::Default => {
                let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
                (ctx.store.mend_default(ctx.author.clone(), wait_max)?, None)
            }
            Repair::Snapshots => (ctx.store.mend_snapshots(ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))?, None),
            Repair::Shims => (write_shims(ctx)?, None),
            Repair::Recover => {
                // It reports what it did.
                context::recover(ctx);
                (Vec::new(), None)
            }
        };
        repaired.push(Repaired { word: finding.word, done, change });
    }
    Ok(repaired)
}

pub(crate) fn set_modes(sys: &Sys, word: &'static str, modes: &[(PathBuf, u32)]) -> Result<Vec<String>, RepairError> {
    let fs = sys.fs();
    let mut done = Vec::new();
    for (path, mode) in modes {
        let failed = |cause| RepairError::Mode { word, path: path.clone(), mode: *mode, cause };
        let before = fs.set_own_mode(path, *mode).map_err(failed)?;
        // Two names of one file (the shims) are repaired through the first.
        if let Some(before) = before.filter(|before| before != mode) {
            done.push(format!("mode of `{}`: {before:o} became {mode:o}", path.display()));
        }
    }
    Ok(done)
}

fn make_folder(ctx: &Ctx, word: &'static str, path: &Path) -> Result<Vec<String>, RepairError> {
    let made = ctx.sys.fs().create_private_dirs(path);
    made.map_err(|cause| RepairError::Make { word, path: path.to_owned(), cause })?;
    Ok(vec![format!("made the folder `{}`", path.display())])
}

fn move_aside(ctx: &Ctx, misplaced: &[Misplaced]) -> Result<Vec<String>, RepairError> {
    let mut done = Vec::new();
    for misplaced in misplaced {
        if let Some(aside) = ctx.store.move_aside(misplaced)? {
            done.push(format!("`{}` is now `{}`", misplaced.path.display(), aside.display()));
        }
    }
    Ok(done)
}

fn write_shims(ctx: &Ctx) -> Result<Vec<String>, RepairError> {
    let written = engine::write_shims(ctx)?;
    let count = written.added.len() + written.replaced.len();
    Ok(vec![format!("wrote {count} shims in `{}`", written.folder.display())])
}

type TakenOut = (Vec<String>, Option<String>);

fn take_out(ctx: &Ctx, word: &'static str, path: &Path, text: &str) -> Result<TakenOut, RepairError> {
    let read = ctx.sys.fs().read(path, PROFILE_BYTES_MAX);
    let bytes = read.map_err(|cause| RepairError::Read { word, path: path.to_owned(), cause })?;
    // Line by line as bytes: bytes that are not text stay unchanged.
    let kept: Vec<&[u8]> =
        bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.trim_ascii_end() != text.as_bytes()).collect();
    let after = kept.concat();
    if after == bytes {
        return Ok((Vec::new(), None));
    }
    // It is a profile of the user's.
    let planned = FileChange::of_user(path, Some(bytes), Some(after));
    let change = ctx.store.transaction(format!("doctor: {word}")).by(ctx.author.clone()).change(planned);
    let name = change.commit(ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))?;
    Ok((vec![format!("took `{text}` out of {}", path.display())], Some(name)))
}
