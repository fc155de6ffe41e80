//! An open file whose writes an adversary sees.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;

use crate::fault::{Adversary, Op, OpKind, Verdict, carry_out, told};

/// An open file.
pub struct File {
    pub(crate) inner: std::fs::File,
    pub(crate) watched: Option<Watched>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

/// The adversary that sees the writes, and how it identifies the file.
pub(crate) struct Watched {
    pub adversary: Arc<dyn Adversary>,
    pub path: PathBuf,
    pub handle: u64,
}

impl Watched {
    fn op(&self, kind: OpKind, bytes: usize) -> Op {
        Op { bytes, handle: Some(self.handle), ..Op::new(kind, &self.path) }
    }
}

impl File {
    /// Makes the file's bytes durable.
    ///
    /// # Errors
    /// What the system says; the bytes may or may not be durable then.
    pub fn sync(&self) -> io::Result<()> {
        self.change(OpKind::SyncFile, 0, Some(()), || self.inner.sync_all())
    }

    /// Truncates or extends the file.
    ///
    /// # Errors
    /// What the system says.
    pub fn set_length(&self, bytes: u64) -> io::Result<()> {
        let length = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.change(OpKind::SetLength, length, None, || self.inner.set_len(bytes))
    }

    /// The file's length in bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.inner.metadata()?.len())
    }

    fn change(
        &self,
        kind: OpKind,
        bytes: usize,
        pretended: Option<()>,
        real: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(watched) = &self.watched else { return real() };
        carry_out(Some(&watched.adversary), || watched.op(kind, bytes), pretended, real)
    }
}

/// Bytes that many threads can read at any offset: an archive with a directory at its end.
pub trait ReadAt: Send + Sync {
    /// Reads some bytes at an offset; 0 only at the end. The file's own position may move (on Windows it does).
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
        let Some(watched) = &self.watched else { return self.inner.write(buffer) };
        let op = watched.op(OpKind::Write, buffer.len());
        let stored = match watched.adversary.before(&op) {
            Verdict::Proceed | Verdict::Pretend => buffer.len(),
            Verdict::Fail(error) | Verdict::Tear(0, error) => return Err(error),
            // The caller sees a short write and tries again: that call fails.
            Verdict::Tear(stored, _) => stored.min(buffer.len()),
        };
        let outcome = self.inner.write(&buffer[..stored]);
        watched.adversary.after(&op, &told(&outcome));
        outcome
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
