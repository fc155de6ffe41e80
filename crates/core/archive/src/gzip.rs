//! A gzip stream as bytes, with the reasons of its failures kept apart.
//!
//! Members in a row are one stream, as gzip has it (RFC 1952, 2.2); anything else after a member is refused.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;

use crate::error::ArchiveError;
use crate::limits::INPUT_BYTES;

/// The inflated stream.
pub(crate) struct Gzip<'a> {
    decoder: MultiGzDecoder<Input<'a>>,
    bytes_unpacked: u64,
}

impl<'a> Gzip<'a> {
    pub(crate) fn new(input: &'a mut dyn Read, interrupt: &'a sys::Interrupt) -> Gzip<'a> {
        let input = Input {
            input,
            interrupt,
            buffer: vec![0; INPUT_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            bytes_read: 0,
            failure: None,
        };
        Gzip { decoder: MultiGzDecoder::new(input), bytes_unpacked: 0 }
    }

    /// The next bytes; 0 at the end of the stream, after its checksum was found right.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        let read = self.decoder.read(buffer).map_err(|error| self.explain(&error))?;
        self.bytes_unpacked += read as u64;
        Ok(read)
    }

    /// Bytes taken from the input so far.
    pub(crate) fn bytes_packed(&self) -> u64 {
        self.decoder.get_ref().bytes_read
    }

    /// Bytes given out so far.
    pub(crate) fn bytes_unpacked(&self) -> u64 {
        self.bytes_unpacked
    }

    fn explain(&mut self, error: &io::Error) -> ArchiveError {
        let input = self.decoder.get_mut();
        match input.failure.take() {
            Some(Failure::Asked(cause)) => ArchiveError::Interrupted { cause },
            Some(Failure::Reader(cause)) => ArchiveError::Input { cause },
            None if error.kind() == io::ErrorKind::UnexpectedEof => {
                ArchiveError::Truncated { within: "its compressed stream" }
            }
            None if self.bytes_unpacked == 0 => {
                ArchiveError::malformed("the archive", "it is not a gzip file, or corrupt from the start")
            }
            None => ArchiveError::malformed("the archive's gzip stream", error.to_string()),
        }
    }
}

/// The packed bytes. The reader's own error is put aside: the decoder would mix it with errors of its own.
struct Input<'a> {
    input: &'a mut dyn Read,
    interrupt: &'a sys::Interrupt,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    bytes_read: u64,
    failure: Option<Failure>,
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
                // A signal that is no request to stop: the system's way of saying "again". A reader that wants to stop
                // says so with an error of its own, which has no number of the system's.
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
