//! Reads the members of a bundle, one after the other, and hashes each.

use std::io::{self, Read};

use release::Digest;
use sha2::{Digest as _, Sha256};
use sys::ReadAt;

use super::place::Span;

/// A member's bytes are not those that the manifest names.
#[derive(Debug, thiserror::Error)]
#[error("the member at byte {offset} is damaged: its SHA-256 is {actual}, the manifest says {expected}")]
pub struct SectionError {
    /// Where it begins.
    pub offset: u64,
    /// What the manifest says.
    pub expected: Digest,
    /// What it is.
    pub actual: Digest,
}

/// Sections as one stream. A section whose hash is wrong is an error at its end.
pub struct SectionReader<'f> {
    file: &'f dyn ReadAt,
    spans: std::vec::IntoIter<Span>,
    current: Option<(Span, u64)>,
    hasher: Sha256,
}

impl<'f> SectionReader<'f> {
    /// The sections of a place in an open file.
    pub fn new(file: &'f dyn ReadAt, spans: Vec<Span>) -> SectionReader<'f> {
        SectionReader { file, spans: spans.into_iter(), current: None, hasher: Sha256::new() }
    }
}

impl Read for SectionReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some((span, done)) = self.current else {
                let Some(span) = self.spans.next() else { return Ok(0) };
                self.current = Some((span, 0));
                continue;
            };
            if done == span.bytes {
                let actual = Digest::from(std::mem::take(&mut self.hasher));
                if actual != span.sha256 {
                    let (offset, expected) = (span.offset, span.sha256);
                    return Err(io::Error::new(io::ErrorKind::InvalidData, SectionError { offset, expected, actual }));
                }
                self.current = None;
                continue;
            }
            let want = usize::try_from(span.bytes - done).unwrap_or(usize::MAX).min(buffer.len());
            if want == 0 {
                return Ok(0);
            }
            let read = self.file.read_at(&mut buffer[..want], span.offset + done)?;
            if read == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            self.hasher.update(&buffer[..read]);
            self.current = Some((span, done + read as u64));
            return Ok(read);
        }
    }
}

/// Fills a buffer from an offset, up to the end of the file.
pub(super) fn read_full(file: &dyn ReadAt, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match file.read_at(&mut buffer[done..], offset + done as u64)? {
            0 => break,
            read => done += read,
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Memory(Vec<u8>);

    impl ReadAt for Memory {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            let rest = self.0.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
            let count = rest.len().min(buffer.len()).min(3);
            buffer[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        }

        fn length(&self) -> io::Result<u64> {
            Ok(self.0.len() as u64)
        }
    }

    fn span(bytes: &[u8], offset: usize, length: usize) -> Span {
        let sha256 = Digest::of(&bytes[offset..offset + length]);
        Span { offset: offset as u64, bytes: length as u64, sha256 }
    }

    #[test]
    fn sections_are_one_stream_in_the_order_asked_for() {
        let bytes = b"....abcde...fg".to_vec();
        let spans = vec![span(&bytes, 4, 5), span(&bytes, 12, 2)];
        let mut text = String::new();
        SectionReader::new(&Memory(bytes), spans).read_to_string(&mut text).unwrap();
        assert_eq!(text, "abcdefg");
    }

    #[test]
    fn a_damaged_section_is_named_and_nothing_after_it_is_read() {
        let mut bytes = b"....abcde...fg".to_vec();
        let spans = vec![span(&bytes, 4, 5), span(&bytes, 12, 2)];
        bytes[6] ^= 1;
        let mut out = Vec::new();
        let error = SectionReader::new(&Memory(bytes), spans).read_to_end(&mut out).unwrap_err();
        assert!(error.to_string().contains("the member at byte 4 is damaged"), "{error}");
        assert_eq!(out.len(), 5);
        let cut = Memory(b"....ab".to_vec());
        let spans = vec![Span { offset: 4, bytes: 5, sha256: Digest::from_bytes([0; 32]) }];
        let error = SectionReader::new(&cut, spans).read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
