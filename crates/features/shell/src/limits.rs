//! Bounds.

/// The largest profile, in bytes; no person writes a longer one.
pub(crate) const PROFILE_BYTES_MAX: u64 = 4 << 20;
/// How many rivals are reported for a file; more would repeat the message.
pub(crate) const RIVALS_MAX: usize = 20;
