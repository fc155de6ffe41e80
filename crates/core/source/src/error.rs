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
    /// The go command would refuse the user's `GOPROXY`, too.
    #[error("read `GOPROXY`: {reason} ({origin})")]
    GoProxy {
        reason: String,
        /// Where it is set.
        origin: String,
    },
    /// A proxy's address has credentials, which would be sent in the clear.
    #[error("ask {place}: its address has credentials, and they are not sent over plain http")]
    InsecureCredentials { place: String },
    /// A proxy that is a folder has no list of toolchains.
    #[error("find a list of toolchains: there is no `{path}`")]
    NoList { path: String },
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
        matches!(self, SourceError::NotOffered { .. } | SourceError::NoList { .. })
    }

    /// Whether this machine or its user ends the command: another source would fail, too.
    pub(crate) fn is_of_this_machine(&self) -> bool {
        self.is_interrupt() || matches!(self, SourceError::Fetch(FetchError::Setup { .. }))
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
            Self::GoProxy { .. } => Class::Usage.word("bad-goproxy").hint(
                "a `GOPROXY` lists addresses, `off` or `direct`, separated by `,` (or by `|`, to go on after any failure)",
            ),
            Self::InsecureCredentials { .. } => Class::Policy
                .word("insecure-credentials")
                .hint("use the proxy's `https://` address in `GOPROXY`; the go command sends no credentials over http either"),
            Self::NoList { .. } => Class::NotFound.word("no-list"),
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
