//! Why a bundle cannot be opened.

use std::io;
use std::path::PathBuf;

use diag::{Diagnose, Diagnosis};

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
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Read { cause, .. } => Diagnosis::of_io("bundle-read", cause),
            Self::Format { cause, .. } => cause.diagnosis(),
        }
    }
}
