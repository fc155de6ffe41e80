//! How a round of a transfer ended.

use crate::error::FetchError;

/// How a round ended.
pub(crate) enum Outcome {
    /// All bytes are on disk; what they are is for the hash to say.
    Complete,
    /// What is held is of no use; the caller throws it away and begins another round.
    StartOver(String),
    Failed(FetchError),
}
