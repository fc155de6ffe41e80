//! A zstd stream as bytes (RFC 8878): frames in a row are one stream.
//!
//! A frame declares the window that its reader must keep; one with more than
//! [`ZSTD_WINDOW_LOG_MAX`] is refused before that memory is allocated.

use std::io::{self, Read};

use zstd::stream::read::Decoder;

use crate::error::ArchiveError;
use crate::input::{Inflate, Input};
use crate::limits::ZSTD_WINDOW_LOG_MAX;

/// The inflated stream.
pub(crate) struct Zstandard<'a> {
    decoder: Decoder<'static, Input<'a>>,
    bytes_unpacked: u64,
}

impl<'a> Zstandard<'a> {
    pub(crate) fn new(input: &'a mut dyn Read, interrupt: &'a sys::Interrupt) -> Result<Zstandard<'a>, ArchiveError> {
        let refused = |error: io::Error| ArchiveError::malformed("the archive's zstd stream", error.to_string());
        let mut decoder = Decoder::with_buffer(Input::new(input, interrupt)).map_err(refused)?;
        decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(refused)?;
        Ok(Zstandard { decoder, bytes_unpacked: 0 })
    }

    fn explain(&mut self, error: &io::Error) -> ArchiveError {
        if let Some(failure) = self.decoder.get_mut().failure() {
            return failure;
        }
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return ArchiveError::Truncated { within: "its compressed stream" };
        }
        ArchiveError::malformed("the archive's zstd stream", error.to_string())
    }
}

impl Inflate for Zstandard<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        let read = self.decoder.read(buffer).map_err(|error| self.explain(&error))?;
        self.bytes_unpacked += read as u64;
        Ok(read)
    }

    fn bytes_packed(&self) -> u64 {
        self.decoder.get_ref().bytes_read()
    }

    fn bytes_unpacked(&self) -> u64 {
        self.bytes_unpacked
    }
}
