//! What can go wrong with editors' files.

use std::path::PathBuf;

use diag::{Class, Diagnose, Hints, hint};
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
    fn class(&self) -> Class {
        match self {
            Self::Choose(error) => error.class(),
            Self::Store(error) => error.class(),
            Self::Read { cause, .. } => Class::of_io(cause),
            Self::Syntax { .. } => Class::Usage,
            Self::NoShim { .. } | Self::NoContainer { .. } => Class::NotFound,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Choose(error) => error.word(),
            Self::Store(error) => error.word(),
            Self::Read { .. } => "editor-file-read",
            Self::Syntax { .. } => "editor-file-syntax",
            Self::NoShim { .. } => "shim-missing",
            Self::NoContainer { .. } => "devcontainer-missing",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Choose(error) => error.hints(),
            Self::Store(error) => error.hints(),
            Self::Read { cause, .. } => Hints::for_io(cause),
            Self::Syntax { .. } => hint!("correct the line and run the command again; nothing is changed"),
            Self::NoShim { .. } => hint!("goward writes its shims when it is set up for your shell: `goward setup`"),
            Self::NoContainer { .. } => Hints::none(),
        }
    }
}
