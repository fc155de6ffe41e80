//! Where exactly a toolchain lies, and what is said of its bytes.

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
    /// In which shape it travels.
    pub form: Form,
    /// Where it lies.
    pub place: Place,
    /// The file's name.
    pub file_name: String,
    /// Its length in bytes, where the source says so.
    pub bytes: Option<u64>,
    /// No honest file is longer than this many bytes.
    pub bytes_max: u64,
    /// What is said of its SHA-256.
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

/// What a source says of a file's SHA-256, and who says it. A source never judges how much that is worth.
#[derive(Debug, Clone)]
pub enum Claim {
    /// Go's own index says so.
    OfficialIndex {
        /// Where the index was read.
        origin: String,
        /// The SHA-256.
        sha256: Digest,
    },
    /// The package index that the user's pip asks says so.
    WheelIndex {
        /// The wheel's file name.
        wheel: String,
        /// The SHA-256.
        sha256: Digest,
    },
    /// Whoever serves the file says so. That finds damage, not a forgery.
    SameServer {
        /// Who says it.
        origin: String,
        /// The SHA-256.
        sha256: Digest,
    },
    /// Nothing is said of it, but a proof of Go's checksum database over the *files* came with it. It is only a claim
    /// until it was checked.
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
