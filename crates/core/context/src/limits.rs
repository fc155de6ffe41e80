//! Bounds of what is read for every verb.

/// A configuration file is no longer than this many bytes.
pub(crate) const CONFIG_BYTES_MAX: u64 = 1 << 20;
/// How many folders upward a project is looked for: more than any path has that a system allows.
pub const FOLDERS_MAX: usize = 256;
/// How many installed toolchains' `go.env` are looked at for the module proxy's address.
pub(crate) const GOROOTS_MAX: usize = 3;
