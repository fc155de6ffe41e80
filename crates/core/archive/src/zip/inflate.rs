//! Inflates one entry's bytes, and checks them against the directory.

use flate2::{Crc, Decompress, FlushDecompress, Status};
use sys::ReadAt;

use super::directory::{Entry, FLAG_DESCRIPTOR, Fields, LOCAL_BYTES, LOCAL_SIGNATURE, METHOD_STORED, read_exact_at};
use crate::error::{ArchiveError, Refusal};
use crate::limits::ZIP_BUFFER_BYTES;

const DESCRIPTOR_SIGNATURE: u32 = 0x0807_4b50;

/// Buffers and a decompressor, used for one entry after another.
pub(super) struct Inflater<'a> {
    interrupt: &'a sys::Interrupt,
    packed: Box<[u8]>,
    unpacked: Box<[u8]>,
    decompress: Decompress,
}

/// The source of the packed bytes: the rest of the entry's span in the archive.
struct Packed {
    /// Read and not yet used: `buffer[start..end]`.
    start: usize,
    end: usize,
    /// The offset of the next bytes in the archive.
    offset: u64,
    /// Packed bytes that are not yet used, those in the buffer included.
    left: u64,
}

impl<'a> Inflater<'a> {
    pub(super) fn new(interrupt: &'a sys::Interrupt) -> Inflater<'a> {
        let buffer = || vec![0; ZIP_BUFFER_BYTES].into_boxed_slice();
        Inflater { interrupt, packed: buffer(), unpacked: buffer(), decompress: Decompress::new(false) }
    }

    /// Passes the entry's bytes to `out` piece by piece: never more than were announced. Succeeds only if all bytes
    /// came and their checksum is right.
    pub(super) fn inflate(
        &mut self,
        input: &dyn ReadAt,
        entry: &Entry,
        out: &mut dyn FnMut(&[u8]) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        self.check_interrupt()?;
        let mut packed = self.open(input, entry)?;
        let mut crc = Crc::new();
        let bytes = if entry.method == METHOD_STORED {
            self.copy(input, &mut packed, &mut crc, out)?
        } else {
            self.decompress(input, entry, &mut packed, &mut crc, out)?
        };
        if bytes != entry.bytes || packed.left != 0 {
            return Err(refused(entry, Refusal::SizeLies { announced: entry.bytes }));
        }
        if crc.sum() != entry.crc {
            return Err(refused(entry, Refusal::Crc { expected: entry.crc, actual: crc.sum() }));
        }
        Ok(())
    }

    /// Reads the entry's own header (and, for most entries, all the rest with it) and compares it with the directory.
    fn open(&mut self, input: &dyn ReadAt, entry: &Entry) -> Result<Packed, ArchiveError> {
        let span = entry.end - entry.offset;
        let first = usize::try_from(span).unwrap_or(usize::MAX).min(self.packed.len());
        read_exact_at(input, &mut self.packed[..first], entry.offset)?;
        // The buffer holds the longest header that there can be; see `limits`.
        let mut fields = Fields { bytes: &self.packed[..first] };
        let disagree = |what| refused(entry, Refusal::HeadersDisagree { what });
        if fields.u32()? != LOCAL_SIGNATURE {
            return Err(disagree("place"));
        }
        let _version = fields.u16()?;
        let (flags, method) = (fields.u16()?, fields.u16()?);
        let _time = fields.u32()?;
        let crc = fields.u32()?;
        let sizes = [(fields.u32()?, entry.bytes_packed), (fields.u32()?, entry.bytes)];
        let (name_bytes, extra_bytes) = (fields.u16()?, fields.u16()?);
        let overlap = |_| refused(entry, Refusal::Overlap);
        if fields.take(name_bytes.into()).map_err(overlap)? != entry.name {
            return Err(disagree("name"));
        }
        fields.take(extra_bytes.into()).map_err(overlap)?;
        if flags != entry.flags || method != entry.method {
            return Err(disagree("method"));
        }
        let described = flags & FLAG_DESCRIPTOR != 0;
        // With a descriptor after the bytes the header may omit these, and a size of 64 bits is only in an extra field;
        // every value here must equal that of the directory.
        let crc_agrees = crc == entry.crc || (described && crc == 0);
        let sizes_agree = sizes
            .iter()
            .all(|(own, announced)| u64::from(*own) == *announced || *own == u32::MAX || (described && *own == 0));
        if !crc_agrees || !sizes_agree {
            return Err(disagree("size or checksum"));
        }
        let header = LOCAL_BYTES + usize::from(name_bytes) + usize::from(extra_bytes);
        let after = span
            .checked_sub(header as u64)
            .and_then(|rest| rest.checked_sub(entry.bytes_packed))
            .ok_or_else(|| refused(entry, Refusal::Overlap))?;
        self.check_descriptor(input, entry, described, after)?;
        let end = first.min(header.saturating_add(usize::try_from(entry.bytes_packed).unwrap_or(usize::MAX)));
        Ok(Packed { start: header, end, offset: entry.offset + end as u64, left: entry.bytes_packed })
    }

    /// The bytes between the entry's packed ones and the next entry are a descriptor or nothing (APPNOTE 4.3.9).
    fn check_descriptor(
        &self,
        input: &dyn ReadAt,
        entry: &Entry,
        described: bool,
        after: u64,
    ) -> Result<(), ArchiveError> {
        let gap = || refused(entry, Refusal::Gap);
        let (signed, wide) = match (described, after) {
            (false, 0) => return Ok(()),
            (true, 12) => (false, false),
            (true, 16) => (true, false),
            (true, 20) => (false, true),
            (true, 24) => (true, true),
            _ => return Err(gap()),
        };
        let mut descriptor = [0; 24];
        // One of the four lengths above.
        let descriptor = &mut descriptor[..after as usize];
        read_exact_at(input, descriptor, entry.end - after)?;
        let mut fields = Fields { bytes: descriptor };
        if signed && fields.u32()? != DESCRIPTOR_SIGNATURE {
            return Err(gap());
        }
        let crc = fields.u32()?;
        let mut size = || if wide { fields.u64() } else { fields.u32().map(u64::from) };
        if crc != entry.crc || size()? != entry.bytes_packed || size()? != entry.bytes {
            return Err(refused(entry, Refusal::HeadersDisagree { what: "size or checksum" }));
        }
        Ok(())
    }

    /// Makes sure that the buffer has packed bytes, if any are left.
    fn refill(&mut self, input: &dyn ReadAt, packed: &mut Packed) -> Result<(), ArchiveError> {
        if packed.start == packed.end && packed.left > 0 {
            self.check_interrupt()?;
            let count = usize::try_from(packed.left).unwrap_or(usize::MAX).min(self.packed.len());
            read_exact_at(input, &mut self.packed[..count], packed.offset)?;
            packed.offset += count as u64;
            (packed.start, packed.end) = (0, count);
        }
        Ok(())
    }

    fn copy(
        &mut self,
        input: &dyn ReadAt,
        packed: &mut Packed,
        crc: &mut Crc,
        out: &mut dyn FnMut(&[u8]) -> Result<(), ArchiveError>,
    ) -> Result<u64, ArchiveError> {
        let mut total = 0;
        while packed.left > 0 {
            self.refill(input, packed)?;
            let piece = &self.packed[packed.start..packed.end];
            crc.update(piece);
            out(piece)?;
            total += piece.len() as u64;
            packed.left -= piece.len() as u64;
            packed.start = packed.end;
        }
        Ok(total)
    }

    fn decompress(
        &mut self,
        input: &dyn ReadAt,
        entry: &Entry,
        packed: &mut Packed,
        crc: &mut Crc,
        out: &mut dyn FnMut(&[u8]) -> Result<(), ArchiveError>,
    ) -> Result<u64, ArchiveError> {
        self.decompress.reset(false);
        // Bytes that wait in the buffer, and bytes in all.
        let (mut filled, mut total) = (0, 0_u64);
        loop {
            self.refill(input, packed)?;
            let (in_before, out_before) = (self.decompress.total_in(), self.decompress.total_out());
            let status = self
                .decompress
                .decompress(&self.packed[packed.start..packed.end], &mut self.unpacked[filled..], FlushDecompress::None)
                .map_err(|_| refused(entry, Refusal::Corrupt))?;
            // Both are lengths of parts of buffers.
            let used = (self.decompress.total_in() - in_before) as usize;
            let made = (self.decompress.total_out() - out_before) as usize;
            packed.start += used;
            packed.left -= used as u64;
            filled += made;
            total += made as u64;
            // Before anything is written: never more than was announced.
            if total > entry.bytes {
                return Err(refused(entry, Refusal::SizeLies { announced: entry.bytes }));
            }
            let ended = status == Status::StreamEnd;
            if ended || filled == self.unpacked.len() {
                crc.update(&self.unpacked[..filled]);
                out(&self.unpacked[..filled])?;
                filled = 0;
            }
            if ended {
                return Ok(total);
            }
            if used == 0 && made == 0 {
                // No bytes are left and the stream has no end, or it makes no progress.
                return Err(refused(entry, Refusal::Corrupt));
            }
        }
    }

    fn check_interrupt(&self) -> Result<(), ArchiveError> {
        self.interrupt.check().map_err(|cause| ArchiveError::Interrupted { cause })
    }
}

fn refused(entry: &Entry, refusal: Refusal) -> ArchiveError {
    ArchiveError::refused(&entry.name, refusal)
}
