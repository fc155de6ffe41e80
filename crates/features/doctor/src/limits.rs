//! Bounds of the checks.

/// The largest shell profile, in bytes.
pub(crate) const PROFILE_BYTES_MAX: u64 = 1 << 20;
/// How many files in a folder of profiles are read.
pub(crate) const PROFILES_MAX: usize = 128;
/// How many names in goward's own folders one check reads: a store has at most thousands of shims.
pub(crate) const NAMES_MAX: usize = 20_000;
