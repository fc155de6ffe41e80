//! An open file whose writes an adversary can see.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;

use crate::fault::{Adversary, Op, OpKind, Verdict};

/// An open file.
pub struct File {
    pub(crate) inner: std::fs::File,
    pub(crate) watched: Option<Watched>,
}

/// Who looks at the writes, and what the file is called there.
pub(crate) struct Watched {
    pub adversary: Arc<dyn Adversary>,
    pub path: PathBuf,
}

impl File {
    /// Makes the file's bytes durable.
    ///
    /// # Errors
    /// What the system says; the bytes may or may not be durable then.
    pub fn sync(&self) -> io::Result<()> {
        self.ask(OpKind::SyncFile, 0)?;
        self.inner.sync_all()
    }

    /// Cuts or grows the file.
    ///
    /// # Errors
    /// What the system says.
    pub fn set_length(&self, bytes: u64) -> io::Result<()> {
        self.ask(OpKind::SetLength, 0)?;
        self.inner.set_len(bytes)
    }

    /// The file's length in bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.inner.metadata()?.len())
    }

    fn ask(&self, kind: OpKind, bytes: usize) -> io::Result<usize> {
        let Some(watched) = &self.watched else { return Ok(bytes) };
        match watched.adversary.before(&Op { kind, path: watched.path.clone(), bytes }) {
            Verdict::Proceed => Ok(bytes),
            Verdict::Fail(error) => Err(error),
            Verdict::Tear(0, error) => Err(error),
            // The caller stores what is kept; the next call fails.
            Verdict::Tear(kept, _) => Ok(kept.min(bytes)),
        }
    }
}

/// Bytes that can be read at any place by many threads at once: an archive with a directory at its end.
pub trait ReadAt: Send + Sync {
    /// Reads some bytes at a place; 0 only at the end. The file's own position may move (on Windows it does).
    ///
    /// # Errors
    /// What the system says.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// How many bytes there are.
    ///
    /// # Errors
    /// What the system says.
    fn length(&self) -> io::Result<u64>;
}

impl ReadAt for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        #[cfg(unix)]
        return std::os::unix::fs::FileExt::read_at(&self.inner, buffer, offset);
        #[cfg(windows)]
        return std::os::windows::fs::FileExt::seek_read(&self.inner, buffer, offset);
    }

    fn length(&self) -> io::Result<u64> {
        File::length(self)
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl Write for File {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let allowed = self.ask(OpKind::Write, buffer.len())?;
        self.inner.write(&buffer[..allowed])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
