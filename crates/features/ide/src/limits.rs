//! Bounds of reading what editors write.

/// A file of settings is no longer than this many bytes; people's have some hundred kilobytes at the most.
pub(crate) const SETTINGS_BYTES_MAX: u64 = 4 << 20;
/// An editor's own file of a project is no longer than this many bytes: a workspace keeps history in it.
pub(crate) const WORKSPACE_BYTES_MAX: u64 = 16 << 20;
/// How many files in `.idea` are looked into.
pub(crate) const IDEA_FILES_MAX: usize = 64;
/// How many dev containers of one project are looked at.
pub(crate) const CONTAINERS_MAX: usize = 32;
/// A tree's VERSION is no longer than this many bytes.
pub(crate) const VERSION_BYTES_MAX: u64 = 4096;
