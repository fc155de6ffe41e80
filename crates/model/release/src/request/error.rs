//! What can be wrong with a request.

use diag::{Class, Diagnose, Diagnosis};

use super::Request;
use crate::limits::{RANGE_BOUNDS_MAX, REQUEST_BYTES_MAX};
use crate::{Minor, Version};

/// A text that is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum RequestError {
    /// Nothing was written.
    #[error("read an empty text as a version")]
    Empty,
    /// The text is longer than any request.
    #[error("read a version of {bytes} bytes (at most {REQUEST_BYTES_MAX})")]
    TooLong { bytes: usize },
    /// The range has more bounds than one can mean.
    #[error("read a range with more than {RANGE_BOUNDS_MAX} bounds")]
    TooManyBounds,
    /// The text is no version, word or range.
    #[error("read {shown} as a version")]
    Malformed {
        /// The text, fit to be shown.
        shown: String,
        /// What to write instead, where that can be guessed.
        advice: Option<String>,
    },
    /// A word other tools know, for something this one does not do.
    #[error("use `{word}`: {}", what.reason())]
    Unsupported {
        word: String,
        /// What it stands for.
        what: Unsupported,
    },
}

/// What is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// Go built from its newest source.
    Tip,
    /// What the project's own go.mod asks for, as a request.
    Module,
    /// A Go that something else installed.
    System,
}

impl Unsupported {
    fn reason(self) -> &'static str {
        match self {
            Unsupported::Tip => "building Go from source is not supported",
            Unsupported::Module => "the version of go.mod can be requested only in GOWARD_VERSION and in version files",
            Unsupported::System => "a Go that goward did not install cannot be requested",
        }
    }
}

impl RequestError {
    pub(super) fn malformed(shown: String, advice: Option<String>) -> RequestError {
        RequestError::Malformed { shown, advice }
    }
}

impl Diagnose for RequestError {
    fn diagnosis(&self) -> Diagnosis {
        let word = match self {
            RequestError::Empty => "request-empty",
            RequestError::TooLong { .. } => "request-too-long",
            RequestError::TooManyBounds => "request-too-many-bounds",
            RequestError::Malformed { .. } => "request-malformed",
            RequestError::Unsupported { .. } => "request-unsupported",
        };
        Class::Usage.word(word).hint(match self {
            RequestError::Malformed { advice: Some(advice), .. } => advice.as_str(),
            RequestError::Unsupported { what: Unsupported::Tip, .. } => "write `rc` for the newest prerelease",
            RequestError::Unsupported { what: Unsupported::Module, .. } => {
                "set GOWARD_VERSION to that word, or leave the version away: without a pin, the project's lines decide"
            }
            RequestError::Unsupported { what: Unsupported::System, .. } => {
                "write a version like `1.27`, or remove the line and let the default decide"
            }
            _ => {
                "write a version (`1.27.3`), a minor (`1.27`), a word (`latest`, `oldstable`, `rc`) or a range (`>=1.24 <1.27`)"
            }
        })
    }
}

/// A request for which nothing known fits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum NoMatch {
    /// No known release fits.
    #[error("find a release for `{request}`")]
    Nothing {
        request: Request,
        /// Known releases that look alike, nearest first.
        nearest: Vec<Version>,
        /// The minor that may have been meant, where a file took it for a number.
        trap: Option<Minor>,
    },
    /// The request stands for several releases where one is wanted.
    #[error("use `{request}` as one release: it means several")]
    Several { request: Request },
}

impl Diagnose for NoMatch {
    fn diagnosis(&self) -> Diagnosis {
        let NoMatch::Nothing { request, nearest, trap } = self else {
            return Class::Usage.word("request-for-several").hint("write `latest` or `oldstable`");
        };
        let mut diagnosis = Class::NotFound.word("release-unknown");
        if let Some(minor) = trap {
            diagnosis = diagnosis.hint(format!("if a YAML or TOML file says {minor} without quotes, it is read as the number {request}; write \"{minor}\""));
        }
        if !nearest.is_empty() {
            let names: Vec<String> = nearest.iter().map(|version| format!("`{version}`")).collect();
            diagnosis = diagnosis.hint(format!("did you mean {}?", names.join(", ")));
        }
        diagnosis.hint("`goward list --remote` lists the available versions")
    }
}
