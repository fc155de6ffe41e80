//! Why a bundle cannot be opened.

use std::io;
use std::path::PathBuf;

use diag::{Class, Diagnose, Hints};

use super::format::FormatError;

/// Why a bundle cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system refused.
    #[error("read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        #[source]
        cause: io::Error,
    },
    /// It is not a bundle, or a damaged one.
    #[error("read the bundle `{}`", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: FormatError,
    },
}

impl Diagnose for OpenError {
    fn class(&self) -> Class {
        match self {
            Self::Read { cause, .. } => Class::of_io(cause),
            Self::Format { cause, .. } => cause.class(),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Read { .. } => "bundle-read",
            Self::Format { cause, .. } => cause.word(),
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Read { cause, .. } => Hints::for_io(cause),
            Self::Format { cause, .. } => cause.hints(),
        }
    }
}
