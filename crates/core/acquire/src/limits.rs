//! Bounds of what gets a toolchain.

/// Free bytes that an install asks for before it starts: a tree of about 230 MB, its archive of
/// about 75 MB, and room to breathe. The system's own word on a full disk comes later, if it comes.
pub(crate) const INSTALL_BYTES_NEEDED: u64 = 400 << 20;
/// How many toolchains are installed at once: more only share one network and one disk.
pub(crate) const INSTALLS_AT_ONCE_MAX: usize = 3;
/// Bytes that are copied at once where an archive is put together for the user's check.
pub(crate) const COPY_BYTES: usize = 1 << 20;
/// Bytes of what the user's check says that are kept, of each stream.
pub(crate) const HOOK_BYTES_MAX: u64 = 64 << 10;
/// Lines of it that are shown, of each stream: more would bury the rest.
pub(crate) const HOOK_LINES_MAX: usize = 100;
/// Bytes of a detached signature: one of 4096 bits has about 900.
pub(crate) const SIGNATURE_BYTES_MAX: u64 = trust::limits::SIGNATURE_BYTES_MAX as u64;
/// Bytes of a keyring.
pub(crate) const KEYRING_BYTES_MAX: u64 = trust::limits::KEYRING_BYTES_MAX as u64;
