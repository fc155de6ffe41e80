//! Bounds of the checks.

/// The largest shell profile, in bytes.
pub(crate) const PROFILE_BYTES_MAX: u64 = 1 << 20;
/// How many files in a folder of profiles are read.
pub(crate) const PROFILES_MAX: usize = 128;
/// How many names in goward's own folders one check reads: a store has at most thousands of shims.
pub(crate) const NAMES_MAX: usize = 20_000;
/// Entries of PATH that are looked at: Windows' Path has at most 32,767 characters, and an environment of Linux 2 MB.
pub(crate) const PATH_ENTRIES_MAX: usize = 4_096;
/// How many entries, files or modules one finding names.
pub(crate) const ENTRIES_NAMED_MAX: usize = 5;
/// Bytes of a go.sum: one with 20,000 lines has 3 MB.
pub(crate) const SUM_BYTES_MAX: u64 = 16 << 20;
/// Modules of a go.sum that are compared.
pub(crate) const MODULES_MAX: usize = 50_000;
/// Bytes of all files of a module, and of its zip: golang.org/x/mod/zip refuses more (`MaxZipFile`, 500 MB).
pub(crate) const MODULE_BYTES_MAX: u64 = 500 << 20;
/// Files and folders of a module.
pub(crate) const MODULE_FILES_MAX: usize = 200_000;
/// How deep the folders of a module are followed.
pub(crate) const MODULE_DEPTH_MAX: usize = 64;
/// Bytes of a go.mod: golang.org/x/mod/zip refuses more (`MaxGoMod`, 16 MB).
pub(crate) const GO_MOD_BYTES_MAX: u64 = 16 << 20;
