//! Bounds of this crate.

/// The largest configuration file, in bytes.
pub(crate) const CONFIG_BYTES_MAX: u64 = 1 << 20;
/// How many folders upwards goward searches for a project: more than any path can have.
pub const FOLDERS_MAX: usize = 256;
/// How many installed toolchains' `go.env` are read for the module proxy's address.
pub(crate) const GOROOTS_MAX: usize = 3;
