//! Files of installed siblings, found by their contents and linked instead of being written.
//!
//! Between two patch releases of Go nearly all files are equal. If a sibling's manifest has a
//! file's SHA-256, the file becomes a hard link (or shares blocks, if the file system supports it)
//! instead of a new copy. The sibling's file on disk is hashed first: one that was damaged or
//! changed since it was admitted does not match its manifest and is skipped.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use release::Digest;
use sys::{EntryKind, Fs, Interrupt, Sys};

use crate::hash::{HASH_CHUNK_BYTES, hash_reader};

/// How a file on disk is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMode {
    /// Shared blocks if the file system has them, else a hard link.
    Auto,
    /// Shared blocks only.
    Reflink,
    /// A second name only.
    Hardlink,
    /// Not at all: every file is written.
    Copy,
}

/// Files of siblings, by content.
pub struct SharedFiles {
    mode: LinkMode,
    by_content: HashMap<(Digest, bool), Known>,
    /// Set after the file system has refused to share blocks: it would refuse again.
    no_reflinks: AtomicBool,
    linked_files: AtomicU64,
    linked_bytes: AtomicU64,
    numbers: AtomicU64,
}

struct Known {
    path: PathBuf,
    bytes: u64,
}

impl SharedFiles {
    /// An empty set, with this mode.
    pub fn new(mode: LinkMode) -> SharedFiles {
        SharedFiles {
            mode,
            by_content: HashMap::new(),
            no_reflinks: AtomicBool::new(mode == LinkMode::Hardlink),
            linked_files: AtomicU64::new(0),
            linked_bytes: AtomicU64::new(0),
            numbers: AtomicU64::new(0),
        }
    }

    /// Adds a file of a sibling, as in its manifest. The first of two files with equal content counts.
    pub fn add(&mut self, sha256: Digest, executable: bool, path: PathBuf, bytes: u64) {
        if self.mode != LinkMode::Copy {
            self.by_content.entry((sha256, executable)).or_insert(Known { path, bytes });
        }
    }

    /// How they are used.
    pub(crate) fn mode(&self) -> LinkMode {
        self.mode
    }

    /// Whether it has no files.
    pub fn is_empty(&self) -> bool {
        self.by_content.is_empty()
    }

    /// How many files, and bytes, were shared so far.
    pub fn linked(&self) -> (u64, u64) {
        (self.linked_files.load(Ordering::Relaxed), self.linked_bytes.load(Ordering::Relaxed))
    }

    /// Links a file with this content to `new`; false if the caller has to write it.
    pub(crate) fn try_link(&self, sys: &Sys, sha256: &Digest, executable: bool, new: &Path, mode: u32) -> bool {
        let fs = sys.fs();
        let Some(known) = self.by_content.get(&(*sha256, executable)) else { return false };
        let Ok(Some(meta)) = fs.look(&known.path) else { return false };
        let as_admitted =
            meta.kind == EntryKind::File && meta.bytes == known.bytes && (cfg!(windows) || meta.mode & 0o777 == mode);
        if !as_admitted || !holds(fs, &known.path, known.bytes, sha256, sys.interrupt()) {
            return false;
        }
        if !self.no_reflinks.load(Ordering::Relaxed) {
            match fs.reflink(&known.path, new, mode) {
                Ok(()) => return self.count(known.bytes),
                Err(_) => self.no_reflinks.store(true, Ordering::Relaxed),
            }
        }
        if self.mode == LinkMode::Reflink {
            return false;
        }
        // Refused for too many links, another file system, or a system without them: then it is written.
        fs.hard_link(&known.path, new).is_ok() && self.count(known.bytes)
    }

    /// A number unlike those given before.
    pub(crate) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    fn count(&self, bytes: u64) -> bool {
        self.linked_files.fetch_add(1, Ordering::Relaxed);
        self.linked_bytes.fetch_add(bytes, Ordering::Relaxed);
        true
    }
}

/// Whether a file on disk holds just these bytes now. One that cannot be read does not, nor one whose reading Ctrl-C ends.
fn holds(fs: &Fs, path: &Path, bytes: u64, sha256: &Digest, stop: &Interrupt) -> bool {
    let Ok(mut file) = fs.open(path) else { return false };
    let mut buffer = vec![0; HASH_CHUNK_BYTES.min(usize::try_from(bytes).unwrap_or(HASH_CHUNK_BYTES)).max(1)];
    hash_reader(&mut file, stop, &mut buffer, |_| Ok(())).is_ok_and(|hashed| hashed.sha256 == *sha256)
}
