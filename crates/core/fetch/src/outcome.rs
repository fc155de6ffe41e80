//! How a round of a transfer ended.

use crate::error::FetchError;

/// How a round ended.
pub(crate) enum Outcome {
    /// All bytes are on disk; the hash check follows.
    Complete,
    /// The bytes on disk are unusable; the caller discards them and begins another round.
    StartOver(String),
    Failed(FetchError),
}
