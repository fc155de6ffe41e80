//! The partial file on disk: segment files, and `meta.json`, which describes the whole file.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use sys::{EntryKind, File, FileLock, Fs, ReadAt};

use crate::head::Validators;
use crate::limits::{META_BYTES_MAX, SEGMENTS_MAX};

/// The version of `meta.json`. Parts of other versions are discarded: they are only a cache.
const FORMAT: u32 = 1;

/// The file that the segments are parts of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub format: u32,
    /// The requested address, without user name and password.
    pub url: String,
    pub bytes_total: Option<u64>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub segment_bytes: u64,
    /// The expected SHA-256 in hex, if it was known beforehand.
    pub sha256: Option<String>,
}

impl Meta {
    pub fn new(url: String, segment_bytes: u64, sha256: Option<String>) -> Meta {
        Meta { format: FORMAT, url, bytes_total: None, etag: None, last_modified: None, segment_bytes, sha256 }
    }

    pub fn validators(&self) -> Validators {
        Validators { etag: self.etag.clone(), last_modified: self.last_modified.clone() }
    }
}

/// The folder `NAME.parts`.
#[derive(Clone)]
pub(crate) struct PartsFolder {
    pub fs: Fs,
    pub path: PathBuf,
}

/// The bytes that an earlier run has left.
pub(crate) struct Partial {
    pub meta: Meta,
    /// The length of each segment, from the first one on; 0 for a missing one.
    pub held: Vec<u64>,
}

/// Something on disk refused.
#[derive(Debug)]
pub(crate) struct DiskError {
    pub path: PathBuf,
    pub cause: io::Error,
}

impl PartsFolder {
    pub fn segment(&self, number: u64) -> PathBuf {
        self.path.join(format!("{number:06}"))
    }

    fn meta(&self) -> PathBuf {
        self.path.join("meta.json")
    }

    fn at<T>(path: &Path, outcome: io::Result<T>) -> Result<T, DiskError> {
        outcome.map_err(|cause| DiskError { path: path.to_owned(), cause })
    }

    /// The bytes that an earlier run has left, if all of them are consistent; otherwise they are discarded.
    pub fn partial(&self) -> Result<Option<Partial>, DiskError> {
        let meta = Self::at(&self.meta(), self.fs.read_if_there(&self.meta(), META_BYTES_MAX));
        let meta = match meta {
            // goward writes no note of that size.
            Err(error) if error.cause.kind() != io::ErrorKind::InvalidData => return Err(error),
            other => other.ok().flatten(),
        };
        let meta = meta.and_then(|bytes| serde_json::from_slice::<Meta>(&bytes).ok());
        if let Some(meta) = meta.filter(|meta| meta.format == FORMAT && meta.segment_bytes > 0)
            && let Some(held) = self.held(&meta)?
        {
            return Ok(Some(Partial { meta, held }));
        }
        self.clear()?;
        Ok(None)
    }

    fn held(&self, meta: &Meta) -> Result<Option<Vec<u64>>, DiskError> {
        let mut held = Vec::new();
        for name in Self::at(&self.path, self.fs.names(&self.path))? {
            let number = name.to_str().filter(|name| name.len() == 6).and_then(|name| name.parse::<u64>().ok());
            let Some(number) = number else { continue };
            let path = self.segment(number);
            let Some(found) = Self::at(&path, self.fs.look(&path))? else { continue };
            let capacity = capacity(meta.segment_bytes, meta.bytes_total, number);
            if found.kind != EntryKind::File || found.bytes > capacity {
                return Ok(None);
            }
            // The names come in order, so gaps are filled on the way.
            let index = usize::try_from(number).unwrap_or(usize::MAX).min(SEGMENTS_MAX as usize);
            held.resize(index, 0);
            held.push(found.bytes);
        }
        Ok(Some(held))
    }

    /// Writes the note.
    pub fn write_meta(&self, meta: &Meta) -> Result<(), DiskError> {
        let bytes = serde_json::to_vec_pretty(meta)
            .map_err(|error| DiskError { path: self.meta(), cause: io::Error::other(error) })?;
        Self::at(&self.meta(), self.fs.replace(&self.meta(), &bytes))
    }

    /// Discards everything and leaves an empty folder.
    pub fn clear(&self) -> Result<(), DiskError> {
        self.remove()?;
        Self::at(&self.path, self.fs.create_dirs(&self.path))
    }

    /// Discards everything. The note goes first: segments without it do not count.
    pub fn remove(&self) -> Result<(), DiskError> {
        Self::at(&self.meta(), self.fs.remove_file_if_there(&self.meta()))?;
        Self::at(&self.path, self.fs.remove_tree(&self.path))
    }
}

/// How many bytes a segment has when it is full.
pub(crate) fn capacity(segment_bytes: u64, bytes_total: Option<u64>, number: u64) -> u64 {
    match bytes_total {
        Some(total) => total.saturating_sub(number.saturating_mul(segment_bytes)).min(segment_bytes),
        None => segment_bytes,
    }
}

/// A complete file with a verified hash, in its segments, with the lock that keeps other processes from fetching it
/// meanwhile.
///
/// It can be read in order ([`Parts::reader`]) and at any offset ([`ReadAt`]). Dropping it leaves the segments on disk:
/// the next fetch of the name uses them. [`Parts::remove`] removes them, once their result is safe.
pub struct Parts {
    folder: PartsFolder,
    segment_bytes: u64,
    bytes: u64,
    open: Vec<OnceLock<File>>,
    _lock: FileLock,
}

impl Parts {
    pub(crate) fn new(folder: PartsFolder, segment_bytes: u64, bytes: u64, lock: FileLock) -> Parts {
        let count = usize::try_from(bytes.div_ceil(segment_bytes)).unwrap_or(0);
        let open = std::iter::repeat_with(OnceLock::new).take(count).collect();
        Parts { folder, segment_bytes, bytes, open, _lock: lock }
    }

    /// How many bytes the file has.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The bytes in order, from the first one on, with seeking.
    pub fn reader(&self) -> PartsReader<'_> {
        PartsReader { parts: self, position: 0 }
    }

    /// Removes the segments and releases the lock. The lock's own file stays: removing it would let two processes lock
    /// two files of one name.
    ///
    /// # Errors
    /// What the system says; the next fetch discards the rest.
    pub fn remove(self) -> io::Result<()> {
        let Parts { folder, open, _lock, .. } = self;
        // Open files cannot be removed on Windows.
        drop(open);
        folder.remove().map_err(|error| error.cause)
    }

    fn file(&self, number: u64) -> io::Result<&File> {
        let slot = usize::try_from(number).ok().and_then(|number| self.open.get(number));
        let Some(slot) = slot else { return Err(io::Error::from(io::ErrorKind::UnexpectedEof)) };
        if let Some(file) = slot.get() {
            return Ok(file);
        }
        let file = self.folder.fs.open(&self.folder.segment(number))?;
        // Another thread may have been faster; one of the two handles is dropped.
        Ok(slot.get_or_init(|| file))
    }
}

impl ReadAt for Parts {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset >= self.bytes || buffer.is_empty() {
            return Ok(0);
        }
        let (number, within) = (offset / self.segment_bytes, offset % self.segment_bytes);
        let left = capacity(self.segment_bytes, Some(self.bytes), number) - within;
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        match self.file(number)?.read_at(&mut buffer[..most], within)? {
            // Another program has truncated a complete file.
            0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            read => Ok(read),
        }
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.bytes)
    }
}

/// [`Parts`] as one stream with a position.
pub struct PartsReader<'a> {
    parts: &'a Parts,
    position: u64,
}

impl Read for PartsReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.parts.read_at(buffer, self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for PartsReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.parts.bytes.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
