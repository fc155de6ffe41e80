//! A gzip stream as bytes, with distinct reasons for its failures.
//!
//! Members in a row are one stream, as gzip has it (RFC 1952, 2.2); anything else after a member is refused.

use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;

use crate::error::ArchiveError;
use crate::input::{Inflate, Input};

/// The inflated stream.
pub(crate) struct Gzip<'a> {
    decoder: MultiGzDecoder<Input<'a>>,
    bytes_unpacked: u64,
}

impl<'a> Gzip<'a> {
    pub(crate) fn new(input: &'a mut dyn Read, interrupt: &'a sys::Interrupt) -> Gzip<'a> {
        Gzip { decoder: MultiGzDecoder::new(Input::new(input, interrupt)), bytes_unpacked: 0 }
    }

    /// The next bytes; 0 at the end of the stream, after its checksum was verified.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        let read = self.decoder.read(buffer).map_err(|error| self.explain(&error))?;
        self.bytes_unpacked += read as u64;
        Ok(read)
    }

    fn explain(&mut self, error: &io::Error) -> ArchiveError {
        if let Some(failure) = self.decoder.get_mut().failure() {
            return failure;
        }
        match self.bytes_unpacked {
            _ if error.kind() == io::ErrorKind::UnexpectedEof => {
                ArchiveError::Truncated { within: "its compressed stream" }
            }
            0 => ArchiveError::malformed("the archive", "it is not a gzip file, or corrupt from the start"),
            _ => ArchiveError::malformed("the archive's gzip stream", error.to_string()),
        }
    }
}

impl Inflate for Gzip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        Gzip::read(self, buffer)
    }

    fn bytes_packed(&self) -> u64 {
        self.decoder.get_ref().bytes_read()
    }

    fn bytes_unpacked(&self) -> u64 {
        self.bytes_unpacked
    }
}
