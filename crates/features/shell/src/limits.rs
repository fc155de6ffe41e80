//! Bounds.

/// A profile is read up to this many bytes; one that is longer is no profile that a person keeps.
pub(crate) const PROFILE_BYTES_MAX: u64 = 4 << 20;
/// So many rivals are told of a file; more are the same news.
pub(crate) const RIVALS_MAX: usize = 20;
