//! Bounds of the verbs.

/// A configuration file is no longer than this many bytes.
pub(crate) const CONFIG_BYTES_MAX: u64 = 1 << 20;
/// How many folders upward a project is looked for: more than any path has that a system allows.
pub(crate) const FOLDERS_MAX: usize = 256;
/// Free bytes that an install asks for before it starts: a tree of about 230 MB, its archive of
/// about 75 MB, and room to breathe. The system's own word on a full disk comes later, if it comes.
pub(crate) const INSTALL_BYTES_NEEDED: u64 = 400 << 20;
/// How many toolchains are installed at once: more only share one network and one disk.
pub(crate) const INSTALLS_AT_ONCE_MAX: usize = 3;
/// How many installed toolchains' `go.env` are looked at for the module proxy's address.
pub(crate) const GOROOTS_MAX: usize = 3;
/// How many near versions an error names.
pub(crate) const NEAREST_MAX: usize = 4;
