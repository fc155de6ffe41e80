//! What can go wrong with editors' files.

use std::path::PathBuf;

use diag::{Class, Diagnose, Diagnosis};
use resolve::ChooseError;
use store::StoreError;

/// Why an editor's configuration could not be checked or changed.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum IdeError {
    /// No toolchain can be chosen for the folder.
    #[error(transparent)]
    Choose(#[from] ChooseError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read.
    #[error("read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// A file is not what its editor writes.
    #[error("understand {}:{line}: {reason}", path.display())]
    Syntax {
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        reason: String,
    },
    /// The shim that an editor would be pointed to is not there.
    #[error("point the editor to `{}`: there is no such shim", path.display())]
    NoShim {
        /// Where it would be.
        path: PathBuf,
    },
    /// There is nothing that could be set up.
    #[error("set up a dev container in `{}`: it has no devcontainer.json", folder.display())]
    NoContainer { folder: PathBuf },
}

impl Diagnose for IdeError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Choose(error) => error.diagnosis(),
            Self::Store(error) => error.diagnosis(),
            Self::Read { cause, .. } => Diagnosis::of_io("editor-file-read", cause),
            Self::Syntax { .. } => Class::Usage
                .word("editor-file-syntax")
                .hint("correct the line and run the command again; nothing is changed"),
            Self::NoShim { .. } => Class::NotFound
                .word("shim-missing")
                .hint("goward writes its shims when it is set up for your shell: `goward setup`"),
            Self::NoContainer { .. } => Class::NotFound.word("devcontainer-missing"),
        }
    }
}
