//! Unpacks archives, which may be hostile, into trees.
//!
//! An archive is untrusted until its bytes are proven, which may happen only after they were unpacked. So every name,
//! kind and size of every entry of every format goes through one [`Guard`] before anything is written: what it admits
//! is below the tree, can be stored on every system that goward knows, and stays within [`Limits`]. Each refusal names
//! the entry.
//!
//! The formats are readers in front of that guard: [`unpack_tar_gz`] takes a stream, which may be an unfinished
//! download; [`unpack_zip`] needs random access and reads plain zips, toolchain modules of the Go module proxy and
//! wheels, which differ only by their [`Layout`]. [`copy_folder`] copies a tree on this machine.
//!
//! On disk: one tree in a new folder, with only regular files (0644 or 0755, or without their write bits) and their
//! folders. A [`Manifest`] lists its files with their SHA-256. After an error the tree is incomplete; the caller
//! removes it. This crate syncs nothing: the store syncs a whole tree at once.
//!
//! This crate never touches a network, never follows a link, never overwrites a file, and knows no versions; it only
//! returns the first line of `VERSION`.
//!
//! Tested by a table of hostile archives for each format (`tests/`), by archives cut and flipped at every place, by
//! properties of the guard, and by the fuzz entries in [`fuzz`].

mod dedup;
mod error;
mod folder;
pub mod fuzz;
mod guard;
mod gzip;
mod hash;
mod input;
mod layout;
mod limits;
mod manifest;
mod module_zip;
mod name;
mod pack;
mod parallel_write;
mod pax;
mod pipe;
mod record;
mod tar_gz;
mod tree;
mod zip;
mod zstandard;

use std::path::Path;

pub use dedup::{LinkMode, SharedFiles};
pub use error::{ArchiveError, Refusal, printable};
pub use folder::{Copied, Exclude, Excluded, copy_folder};
pub use guard::{Admitted, EntryKind, Guard};
pub use hash::{HASH_CHUNK_BYTES, Hashed, hash_reader};
pub use layout::Layout;
pub use limits::{Limits, ZSTD_WINDOW_LOG_MAX};
pub use manifest::{FileRecord, Manifest, Unpacked, check_shape};
pub use module_zip::{write_module_zip, write_zip};
pub use pack::{TAR_END, write_tar_entry};
pub use tar_gz::{read_tar_zst, unpack_tar_gz, unpack_tar_zst};
pub use zip::{HashedEntry, hash_zip, unpack_zip};

/// A job: one archive to unpack into one tree.
pub struct Unpack<'a> {
    /// The outside world.
    pub sys: &'a sys::Sys,
    /// The folder to make. It must not exist; its parent must.
    pub tree: &'a Path,
    /// Where the tree is within the archive.
    pub layout: Layout,
    /// The bounds.
    pub limits: Limits,
    /// Gets the number of unpacked bytes; for a zip, whose directory has it, also the total.
    pub task: &'a dyn diag::TaskHandle,
    /// Files of siblings to share.
    pub shared: Option<&'a SharedFiles>,
    /// What is made read-only; the tree's own folder never is, so that it can be moved.
    pub read_only: ReadOnly,
}

/// What of a tree its owner may not write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadOnly {
    /// Everything is writable.
    Nothing,
    /// The files: their bytes may be shared with another tree. `rm -r` removes such a tree.
    Files,
    /// The files and the folders.
    FilesAndFolders,
}
