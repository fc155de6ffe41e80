//! Bounds on the files of editors.

/// The largest file of settings, in bytes; real ones have at most some hundred kilobytes.
pub(crate) const SETTINGS_BYTES_MAX: u64 = 4 << 20;
/// The largest project file of an editor, in bytes: a workspace keeps history in it.
pub(crate) const WORKSPACE_BYTES_MAX: u64 = 16 << 20;
/// How many files in `.idea` are read.
pub(crate) const IDEA_FILES_MAX: usize = 64;
/// How many dev containers of one project are read.
pub(crate) const CONTAINERS_MAX: usize = 32;
/// The largest VERSION of a tree, in bytes.
pub(crate) const VERSION_BYTES_MAX: u64 = 4096;
