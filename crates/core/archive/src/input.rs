//! The packed bytes of a stream, on their way into a decoder.

use std::io::{self, BufRead, Read};

use crate::error::ArchiveError;
use crate::limits::INPUT_BYTES;

/// A decompressing stream, whatever its format.
pub(crate) trait Inflate {
    /// The next bytes; 0 at the end of the stream, after its checksum was verified.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError>;

    /// Bytes taken from the input so far.
    fn bytes_packed(&self) -> u64;

    /// Bytes given out so far.
    fn bytes_unpacked(&self) -> u64;
}

/// The packed bytes. The reader's own error is kept apart: the decoder would mix it with its own errors.
pub(crate) struct Input<'a> {
    input: &'a mut dyn Read,
    interrupt: &'a sys::Interrupt,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    bytes_read: u64,
    failure: Option<Failure>,
}

impl<'a> Input<'a> {
    pub(crate) fn new(input: &'a mut dyn Read, interrupt: &'a sys::Interrupt) -> Input<'a> {
        Input {
            input,
            interrupt,
            buffer: vec![0; INPUT_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            bytes_read: 0,
            failure: None,
        }
    }

    /// Bytes taken from the reader so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The error of the input, if the input failed.
    pub(crate) fn failure(&mut self) -> Option<ArchiveError> {
        Some(match self.failure.take()? {
            Failure::Asked(cause) => ArchiveError::Interrupted { cause },
            Failure::Reader(cause) => ArchiveError::Input { cause },
        })
    }
}

enum Failure {
    /// The reader failed.
    Reader(io::Error),
    /// The user asked to stop.
    Asked(io::Error),
}

impl Input<'_> {
    fn refill(&mut self) -> Result<(), Failure> {
        loop {
            self.interrupt.check().map_err(Failure::Asked)?;
            match self.input.read(&mut self.buffer) {
                Ok(read) => {
                    (self.start, self.end) = (0, read.min(self.buffer.len()));
                    self.bytes_read += read as u64;
                    return Ok(());
                }
                // A signal without a request to stop, which means "retry". A reader that wants to stop returns an error
                // without a system number.
                Err(error) if error.kind() == io::ErrorKind::Interrupted && error.raw_os_error().is_some() => {}
                Err(error) => return Err(Failure::Reader(error)),
            }
        }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end
            && let Err(failure) = self.refill()
        {
            self.failure = Some(failure);
            return Err(io::Error::other("input"));
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }
}
