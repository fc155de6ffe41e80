//! Why a source did not help.

use std::io;

use diag::{Class, Diagnose, Diagnosis};
use fetch::FetchError;
use release::ToolchainId;

/// Why a source did not help. The source is named by whoever asked it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum SourceError {
    /// The settings give it nothing to ask.
    #[error("not configured: {reason}")]
    NotConfigured {
        /// What is missing.
        reason: String,
    },
    /// The network may not be used.
    #[error("not asked: offline")]
    Offline,
    /// It does not have the toolchain.
    #[error("does not offer {id}")]
    NotOffered { id: ToolchainId },
    /// It has the toolchain, but says nothing that its bytes could be checked against.
    #[error("offers {id} without a SHA-256")]
    NoChecksum { id: ToolchainId },
    /// It could not be asked, or failed while answering.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Its index is not to be understood.
    #[error("understand the index of {place}")]
    Index {
        /// Where the index came from.
        place: String,
        #[source]
        cause: release::IndexError,
    },
    /// Its answer is not to be understood.
    #[error("understand the answer of {place}: {reason}")]
    Answer {
        /// Who answered.
        place: String,
        reason: String,
    },
    /// The user's pip could not be run, or failed.
    #[error("ask `{command}`: {reason}")]
    Pip {
        command: String,
        /// Its last line, or why it could not be run.
        reason: String,
    },
    /// A bundle cannot be opened.
    #[error(transparent)]
    Bundle { cause: Box<crate::bundle::OpenError> },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// A local file could not be read.
    #[error("read `{path}`")]
    Read {
        path: String,
        #[source]
        cause: io::Error,
    },
}

impl SourceError {
    /// Whether the user asked to stop: then no other source is tried.
    pub fn is_interrupt(&self) -> bool {
        self.class() == Class::Interrupted
    }

    /// Whether the source was asked and has no such toolchain.
    pub fn is_absence(&self) -> bool {
        matches!(self, SourceError::NotOffered { .. })
    }
}

impl Diagnose for SourceError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::NotConfigured { .. } => Class::Usage.word("source-not-configured"),
            Self::Offline => Class::Policy
                .word("offline")
                .hint("leave out `--offline` (or unset `GOWARD_OFFLINE`) to use the network"),
            Self::NotOffered { .. } => Class::NotFound.word("not-offered"),
            Self::NoChecksum { .. } => Class::Integrity.word("no-checksum"),
            Self::Fetch(error) => error.diagnosis(),
            Self::Index { place, .. } => Class::Integrity.word("bad-index").hint(format!(
                "a login page, a proxy or a stale mirror may answer there: open {place} in a browser, or name another source with `--source`"
            )),
            Self::Answer { .. } => Class::Integrity.word("bad-answer"),
            Self::Pip { .. } => Class::Network.word("pip-failed"),
            Self::Bundle { cause } => cause.diagnosis(),
            Self::Interrupted => Class::Interrupted.word("interrupted"),
            // Another source may serve it: what to do about this one's disk is no help yet.
            Self::Read { cause, .. } => Class::of_io(cause).word("source-read"),
        }
    }
}
