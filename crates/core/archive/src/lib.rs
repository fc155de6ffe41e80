//! Hostile archives into trees.
//!
//! An archive comes from a stranger until its bytes are proven, and they may be proven only after they were
//! unpacked. So every name, kind and size of every entry of every format goes through one [`Guard`] before anything is
//! written: what it lets pass lies below the tree, can be stored by every system goward knows, and stays within
//! [`Limits`]. Each refusal names the entry.
//!
//! The formats are readers in front of that guard: [`unpack_tar_gz`] takes a stream, which may be a download still
//! under way; [`unpack_zip`] takes random access and serves plain zips, toolchain modules of the Go module proxy and
//! wheels, which differ by their [`Layout`] alone. [`copy_folder`] takes a tree that stands somewhere on this machine.
//!
//! On disk: one tree under a folder that was not there before, holding nothing but regular files (0644 or 0755, or without their write bits) and the
//! folders they need. Its files are listed with their SHA-256 in a [`Manifest`]. After an error the tree is half made;
//! the caller removes it. Nothing is synced here: the store makes a whole tree durable at once.
//!
//! This crate never touches a network, never follows a link, never overwrites a file, and knows no versions
//! beyond handing over the first line of `VERSION`.
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
pub use module_zip::write_module_zip;
pub use pack::{TAR_END, write_tar_entry};
pub use tar_gz::{read_tar_zst, unpack_tar_gz, unpack_tar_zst};
pub use zip::unpack_zip;

/// One archive to be made into one tree.
pub struct Unpack<'a> {
    /// The outside world.
    pub sys: &'a sys::Sys,
    /// The folder to make. It must not exist; its parent must.
    pub tree: &'a Path,
    /// How the tree lies in the archive.
    pub layout: Layout,
    /// How much is too much.
    pub limits: Limits,
    /// Is told how many bytes were unpacked; for a zip, whose directory says so, also how many there are.
    pub task: &'a dyn diag::TaskHandle,
    /// Files of siblings that need not be written again.
    pub shared: Option<&'a SharedFiles>,
    /// Whether files and folders are made read-only; the tree's own folder stays writable, so that it can be moved.
    pub read_only: bool,
}
