//! Places in a bundle.

use std::path::PathBuf;
use std::sync::Arc;

use release::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A stretch of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Its offset in the file, in bytes.
    pub offset: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: Digest,
}

impl Span {
    pub(super) fn end(&self) -> Option<u64> {
        self.offset.checked_add(self.bytes)
    }
}

/// The place of a toolchain in a bundle.
#[derive(Debug, Clone)]
pub struct BundlePlace {
    /// The bundle.
    pub path: PathBuf,
    /// Its file, open since its manifest was read.
    pub file: Arc<sys::File>,
    /// Its sections in their order.
    pub spans: Vec<Span>,
}

impl BundlePlace {
    /// How many bytes the sections have.
    pub fn bytes(&self) -> u64 {
        self.spans.iter().fold(0, |sum, span| sum.saturating_add(span.bytes))
    }

    /// One hash for all sections: the SHA-256 over their hashes.
    pub fn sha256(&self) -> Digest {
        let mut hasher = Sha256::new();
        self.spans.iter().for_each(|span| hasher.update(span.sha256.as_bytes()));
        Digest::from_bytes(hasher.finalize().into())
    }
}
