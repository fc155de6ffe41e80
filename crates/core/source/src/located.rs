//! Where exactly a toolchain is, and what is claimed about its bytes.

use std::path::PathBuf;

use release::{Digest, Form, ToolchainId};
use trust::Proof;
use url::Url;

use crate::bundle::BundlePlace;

/// A toolchain found at a source.
#[derive(Debug, Clone)]
pub struct Located {
    /// Which one.
    pub id: ToolchainId,
    /// Its form.
    pub form: Form,
    /// Where it lies.
    pub place: Place,
    /// The file's name.
    pub file_name: String,
    /// Its size in bytes, if the source reports it.
    pub bytes: Option<u64>,
    /// The largest honest file, in bytes.
    pub bytes_max: u64,
    /// The claim about its SHA-256.
    pub claim: Claim,
}

/// Where a file lies.
#[derive(Debug, Clone)]
pub enum Place {
    /// On a server.
    Url(Url),
    /// On this machine.
    File(PathBuf),
    /// In a bundle on this machine.
    Bundle(BundlePlace),
}

/// A source's claim about a file's SHA-256, and who makes it. A source never judges how much that is worth.
#[derive(Debug, Clone)]
pub enum Claim {
    /// Go's own index claims it.
    OfficialIndex {
        /// Where the index was read.
        origin: String,
        /// The SHA-256.
        sha256: Digest,
    },
    /// The package index of the user's pip claims it.
    WheelIndex {
        /// The wheel's file name.
        wheel: String,
        /// The SHA-256.
        sha256: Digest,
    },
    /// The server of the file claims it. That detects damage, not a forgery.
    SameServer {
        /// Who says it.
        origin: String,
        /// The SHA-256.
        sha256: Digest,
    },
    /// No SHA-256 is claimed, but a proof of Go's checksum database over the *files* came with it. It is only a claim
    /// until goward has checked it.
    Log {
        /// The proof.
        proof: Box<Proof>,
    },
    /// Nothing is said.
    None,
}

impl Claim {
    /// The SHA-256, if one is claimed.
    pub fn sha256(&self) -> Option<Digest> {
        match self {
            Claim::OfficialIndex { sha256, .. }
            | Claim::WheelIndex { sha256, .. }
            | Claim::SameServer { sha256, .. } => Some(*sha256),
            Claim::Log { .. } | Claim::None => None,
        }
    }
}
