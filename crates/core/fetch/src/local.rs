//! Copies large local files into the folder of downloads, and hashes them on the way.
//!
//! The owner of a local file may replace it between two reads, and write to it during a read. So it is opened once, and
//! goward hashes and unpacks the copy and passes the copy to the user's own check: no other user can write to it from
//! its first byte on. Blocks are shared if the file system supports that; else the bytes are hashed as they are
//! written, so that every byte is read once in both cases.
//!
//! On disk it is the one segment of a `.parts` folder without a note: the next copy of the name discards what a dead
//! process has left.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use diag::TaskHandle;
use release::Digest;
use sha2::{Digest as _, Sha256};
use sys::{FileLock, Foreign, LockAttempt, Sys};

use crate::limits::{READ_BYTES, TICK};
use crate::parts::{DiskError, Parts, PartsFolder};

/// A local file to copy.
pub struct LocalFile<'a> {
    /// Its path. It may be a link to a file.
    pub path: &'a Path,
    /// Its name in the downloads: a plain file name.
    pub name: &'a str,
    /// The folder of the downloads. It is made if missing.
    pub folder: &'a Path,
    /// The most bytes that it may have.
    pub bytes_max: u64,
    /// How long another process that copies the same name is waited for.
    pub wait_max: Duration,
}

/// A local file that was copied.
pub struct Copied {
    /// How many bytes it has.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: Digest,
    /// The copy. The caller removes it ([`Parts::remove`]) when it is no longer needed.
    pub parts: Parts,
}

/// Why a local file was not copied.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum LocalError {
    /// It could not be read, or is not a file.
    #[error("read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// The copy could not be written.
    #[error("write `{}`", path.display())]
    Write {
        /// The copy.
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// Another process copies a file of the same name.
    #[error("copy `{name}` within {} s: another process is at it", waited.as_secs())]
    Busy {
        name: String,
        /// How long was waited.
        waited: Duration,
    },
}

/// Copies a local file and hashes it.
///
/// # Errors
/// When it cannot be read, is not a regular file or too large, or the copy cannot be written; then there is no copy.
pub fn copy_local(sys: &Sys, file: &LocalFile, task: &dyn TaskHandle) -> Result<Copied, LocalError> {
    let fs = sys.fs();
    let read = |cause| LocalError::Read { path: file.path.to_owned(), cause };
    let asked = Foreign::at_most(file.bytes_max);
    let (source, meta) = fs.open_foreign(file.path, &asked).map_err(read)?;
    task.expect_bytes(meta.bytes);
    // Not the name of a download, so that an unfinished download stays.
    let stem = format!("local-{}", file.name);
    let folder = PartsFolder { fs: fs.clone(), path: file.folder.join(format!("{stem}.parts")) };
    fs.create_dirs(file.folder).map_err(|cause| LocalError::Write { path: file.folder.to_owned(), cause })?;
    let lock = lock(sys, file, &file.folder.join(format!("{stem}.lock")))?;
    folder.clear().map_err(written)?;
    match fill(sys, source, meta.bytes, &folder, file, task) {
        Ok((bytes, sha256)) => {
            let parts = Parts::new(folder, bytes.max(1), bytes, lock);
            Ok(Copied { bytes, sha256, parts })
        }
        Err(error) => {
            // The next copy discards the rest; the first error is the one to report.
            let _ = folder.remove();
            Err(error)
        }
    }
}

/// Makes the copy and hashes it; in one pass if blocks cannot be shared.
fn fill(
    sys: &Sys,
    mut source: sys::File,
    bytes_wanted: u64,
    folder: &PartsFolder,
    file: &LocalFile,
    task: &dyn TaskHandle,
) -> Result<(u64, Digest), LocalError> {
    /// No other user may read the copy before it is verified.
    const COPY_MODE: u32 = 0o600;
    let (fs, path) = (sys.fs(), folder.segment(0));
    let read = |cause| LocalError::Read { path: file.path.to_owned(), cause };
    let write = |cause| LocalError::Write { path: path.clone(), cause };
    let mut copy = None;
    if fs.reflink_of(&source, &path, COPY_MODE).is_ok() {
        source = fs.open(&path).map_err(write)?;
    } else {
        check_room(sys, file.folder, bytes_wanted).map_err(write)?;
        copy = Some(fs.create_new(&path, COPY_MODE).map_err(write)?);
    }
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0_u64, vec![0; READ_BYTES]);
    loop {
        sys.interrupt().check().map_err(read)?;
        let got = source.read(&mut buffer).map_err(read)?;
        if got == 0 {
            return Ok((bytes, hash.into()));
        }
        bytes += got as u64;
        if bytes > file.bytes_max {
            // It has grown since it was opened.
            return Err(read(sys::Refusal::TooLarge { bytes_max: file.bytes_max }.into()));
        }
        hash.update(&buffer[..got]);
        if let Some(copy) = &mut copy {
            copy.write_all(&buffer[..got]).map_err(write)?;
        }
        task.advance(got as u64);
    }
}

/// Checks that there is enough space for a whole copy.
fn check_room(sys: &Sys, folder: &Path, bytes: u64) -> io::Result<()> {
    match sys.fs().space(folder)? {
        Some(space) if space.bytes_free < bytes => {
            let reason = format!("{} needed for a copy, {} free", diag::Bytes(bytes), diag::Bytes(space.bytes_free));
            Err(io::Error::new(io::ErrorKind::StorageFull, reason))
        }
        _ => Ok(()),
    }
}

fn lock(sys: &Sys, file: &LocalFile, path: &Path) -> Result<FileLock, LocalError> {
    let begun = sys.clock().moment();
    loop {
        sys.interrupt().check().map_err(|cause| LocalError::Read { path: file.path.to_owned(), cause })?;
        let attempt = sys.fs().try_lock(path).map_err(|cause| LocalError::Write { path: path.to_owned(), cause })?;
        if let LockAttempt::Held(lock) = attempt {
            return Ok(lock);
        }
        let waited = sys.clock().since(begun);
        if waited >= file.wait_max {
            return Err(LocalError::Busy { name: file.name.to_owned(), waited });
        }
        sys.clock().sleep(TICK);
    }
}

fn written(error: DiskError) -> LocalError {
    LocalError::Write { path: error.path, cause: error.cause }
}
