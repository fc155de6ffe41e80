//! Bounds of this crate.

/// Free bytes that an install requires before it starts: a tree of about 230 MB, its archive of
/// about 75 MB, and a reserve. The system reports a full disk only later, if at all.
pub(crate) const INSTALL_BYTES_NEEDED: u64 = 400 << 20;
/// How many toolchains are installed in parallel: more only share one network and one disk.
pub(crate) const INSTALLS_AT_ONCE_MAX: usize = 3;
/// Bytes per copy when an archive is assembled for the user's check.
pub(crate) const COPY_BYTES: usize = 1 << 20;
/// How much output of the user's check is kept, in bytes, of each stream.
pub(crate) const HOOK_BYTES_MAX: u64 = 64 << 10;
/// How many lines of it are printed, of each stream: more would hide the rest.
pub(crate) const HOOK_LINES_MAX: usize = 100;
/// The largest detached signature, in bytes: one of 4096 bits has about 900.
pub(crate) const SIGNATURE_BYTES_MAX: u64 = trust::limits::SIGNATURE_BYTES_MAX as u64;
/// Bytes of a keyring.
pub(crate) const KEYRING_BYTES_MAX: u64 = trust::limits::KEYRING_BYTES_MAX as u64;
