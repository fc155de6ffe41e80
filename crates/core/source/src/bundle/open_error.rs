//! Why a bundle cannot be opened.

use std::io;
use std::path::PathBuf;

use diag::{Class, Diagnose, Hints};

use super::format::FormatError;

/// Why a bundle cannot be opened.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum OpenError {
    /// The system refused.
    #[error("read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// It is not a bundle, or a damaged one.
    #[error("read the bundle `{}`", path.display())]
    Format {
        path: PathBuf,
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
