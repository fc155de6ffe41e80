//! Bounds of the checks.

/// A shell's profile is no longer than this many bytes.
pub(crate) const PROFILE_BYTES_MAX: u64 = 1 << 20;
/// How many files in a folder of profiles are looked into.
pub(crate) const PROFILES_MAX: usize = 128;
/// How many names in goward's own folders are looked at by one check: a store has thousands of shims at the most.
pub(crate) const NAMES_MAX: usize = 20_000;
