//! Why a sandbox cannot do its work.

use std::path::PathBuf;

use diag::{Class, Diagnose, Diagnosis};
use isolation::FolderError;
use resolve::{ChooseError, LaunchError};
use store::StoreError;

use crate::report::Report;

/// Why a sandbox cannot do its work.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum SandboxError {
    /// Less holds than was asked for.
    #[error("cut the program off: {}", report.verdict.missing.iter().map(|one| format!("{} ({})", one.promise.without(), one.because)).collect::<Vec<_>>().join("; "))]
    Less { report: Box<Report> },
    /// A folder that would show what the sandbox hides.
    #[error("show `{}` inside: {reason}", path.display())]
    Folder { path: PathBuf, reason: String },
    /// A folder that the user has named cannot be read.
    #[error("show `{}` inside", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// A link of the project leads out of it.
    #[error("show `{}` inside: a link of the project leads to `{}`", path.display(), target.display())]
    LeadsOut { path: PathBuf, target: PathBuf },
    /// More was named than fits into a command line.
    #[error("start the sandbox: its folders and arguments have {bytes} bytes, at most {most} are possible")]
    TooLong { bytes: usize, most: usize },
    /// The sandbox could not be set up.
    #[error("set the sandbox up: {what}")]
    SetUp { what: String },
    /// A process of the sandbox could not be started or waited for.
    #[error("start the sandbox")]
    Start(#[source] std::io::Error),
    /// The program could not be started inside.
    #[error(transparent)]
    Program(#[from] LaunchError),
    /// The project's files cannot be read.
    #[error(transparent)]
    Choose(#[from] ChooseError),
    /// There is no place for a private folder.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SandboxError {
    pub(crate) fn folder(error: FolderError) -> SandboxError {
        let (path, reason) = match error {
            FolderError::HoldsHome(path) => (path, "your home is in it"),
            FolderError::NotPlain(path) => (path, "it is not an absolute path without `..`"),
            FolderError::Own(path) => (path, "the sandbox makes that folder itself"),
        };
        SandboxError::Folder { path, reason: reason.to_owned() }
    }
}

impl Diagnose for SandboxError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Less { .. } => Class::Environment
                .word("sandbox-incomplete")
                .hint("`goward sandbox probe` shows what this machine can do, and why not more")
                .hint("`--best-effort` runs the program with what can be had"),
            Self::Folder { .. } => Class::Policy
                .word("sandbox-folder")
                .hint("call goward in the project's folder, or name folders with --read and --write"),
            Self::Unreadable { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => {
                Class::NotFound.word("sandbox-folder-missing")
            }
            Self::Unreadable { cause, .. } => Diagnosis::of_io("sandbox-folder-read", cause),
            Self::LeadsOut { target, .. } => {
                Class::Policy.word("sandbox-link").hint(format!("name `{}` itself if you mean it", target.display()))
            }
            Self::TooLong { .. } => Class::Usage.word("sandbox-too-long"),
            Self::SetUp { .. } => Class::Environment.word("sandbox-set-up"),
            Self::Start(cause) => Diagnosis::of_io("sandbox-start", cause),
            Self::Program(error) => error.diagnosis(),
            Self::Choose(error) => error.diagnosis(),
            Self::Store(error) => error.diagnosis(),
        }
    }
}
