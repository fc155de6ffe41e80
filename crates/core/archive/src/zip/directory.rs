//! A zip's directory (PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.4), read so that only one interpretation is
//! possible.
//!
//! The file must be exactly its entries one after another, then the directory, then its end, and nothing else: no bytes
//! before, between or after, no comment on the archive. Then no entries share bytes, and another reader finds no
//! further entries. All writers of the zips that goward meets (Go's, Python's) produce that form.

use sys::ReadAt;

use crate::error::{ArchiveError, Refusal};
use crate::guard::EntryKind;
use crate::limits::{Limits, ZIP_DIRECTORY_BYTES_MAX};

const END_BYTES: u64 = 22;
const END_SIGNATURE: u32 = 0x0605_4b50;
const LOCATOR_BYTES: u64 = 20;
const LOCATOR_SIGNATURE: u32 = 0x0706_4b50;
const END64_BYTES: u64 = 56;
const END64_SIGNATURE: u32 = 0x0606_4b50;
const ENTRY_BYTES: usize = 46;
const ENTRY_SIGNATURE: u32 = 0x0201_4b50;
pub(super) const LOCAL_BYTES: usize = 30;
pub(super) const LOCAL_SIGNATURE: u32 = 0x0403_4b50;

/// The general purpose flags that may be set: speed hints of the compressor, a data descriptor, a UTF-8 name.
const FLAG_ENCRYPTED: u16 = 1;
const FLAGS_HINTS: u16 = 0b110;
pub(super) const FLAG_DESCRIPTOR: u16 = 1 << 3;
const FLAG_UTF8: u16 = 1 << 11;

pub(super) const METHOD_STORED: u16 = 0;
pub(super) const METHOD_DEFLATED: u16 = 8;

/// A whole directory, its entries in the order of their bytes in the archive.
#[derive(Debug)]
pub(crate) struct Directory {
    pub entries: Vec<Entry>,
    /// The length of the archive.
    pub bytes_archive: u64,
}

/// One entry as the directory has it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub name: Vec<u8>,
    pub kind: EntryKind,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub bytes_packed: u64,
    pub bytes: u64,
    /// The offset of its own header.
    pub offset: u64,
    /// The offset of the next entry, or of the directory.
    pub end: u64,
}

/// Reads and checks the directory.
pub(crate) fn read(input: &dyn ReadAt, limits: &Limits) -> Result<Directory, ArchiveError> {
    let bytes_archive = input.length().map_err(|cause| ArchiveError::Input { cause })?;
    let end = find_end(input, bytes_archive)?;
    if end.entries > limits.entries_max {
        let refusal = Refusal::TooManyEntries { max: limits.entries_max };
        return Err(malformed(refusal.to_string()));
    }
    if end.directory_bytes > ZIP_DIRECTORY_BYTES_MAX {
        return Err(malformed(format!("it has more than {ZIP_DIRECTORY_BYTES_MAX} bytes")));
    }
    if end.directory_offset.checked_add(end.directory_bytes) != Some(end.position) {
        return Err(malformed("it does not lie right before its end record"));
    }
    let length = usize::try_from(end.directory_bytes).map_err(|_| malformed("it is too large"))?;
    let mut bytes = vec![0; length];
    read_exact_at(input, &mut bytes, end.directory_offset)?;
    let mut fields = Fields { bytes: &bytes };
    let mut entries = Vec::new();
    for _ in 0..end.entries {
        entries.push(entry(&mut fields, end.directory_offset)?);
    }
    if !fields.bytes.is_empty() {
        return Err(malformed("it has more entries than it says"));
    }
    lay_end_to_end(&mut entries, end.directory_offset)?;
    Ok(Directory { entries, bytes_archive })
}

struct End {
    entries: u64,
    directory_bytes: u64,
    directory_offset: u64,
    /// The offset of the end record (the zip64 one, if there are two).
    position: u64,
}

fn find_end(input: &dyn ReadAt, bytes_archive: u64) -> Result<End, ArchiveError> {
    let mut start = [0; 4];
    if bytes_archive < END_BYTES {
        return Err(ArchiveError::Truncated { within: "the zip" });
    }
    read_exact_at(input, &mut start, 0)?;
    let mut record = [0; END_BYTES as usize];
    let position = bytes_archive - END_BYTES;
    read_exact_at(input, &mut record, position)?;
    let mut fields = Fields { bytes: &record };
    if fields.u32()? != END_SIGNATURE {
        return Err(no_end(input, bytes_archive, u32::from_le_bytes(start) == LOCAL_SIGNATURE));
    }
    let (disk, directory_disk) = (fields.u16()?, fields.u16()?);
    let (entries_here, entries) = (fields.u16()?, fields.u16()?);
    let (directory_bytes, directory_offset) = (fields.u32()?, fields.u32()?);
    if fields.u16()? != 0 {
        return Err(malformed("it has a comment"));
    }
    if disk != 0 || directory_disk != 0 || entries_here != entries {
        return Err(malformed("the archive is split over several files"));
    }
    let small = End {
        entries: entries.into(),
        directory_bytes: directory_bytes.into(),
        directory_offset: directory_offset.into(),
        position,
    };
    match end64(input, position)? {
        None => Ok(small),
        Some(large) => {
            // The small record must have each value that fits, or the mark for the zip64 record.
            let agree = (small.entries == large.entries || entries == u16::MAX)
                && (small.directory_bytes == large.directory_bytes || directory_bytes == u32::MAX)
                && (small.directory_offset == large.directory_offset || directory_offset == u32::MAX);
            if agree { Ok(large) } else { Err(malformed("its two end records disagree")) }
        }
    }
}

/// The zip64 end record, if there is one: right before its locator, which is right before the end record.
fn end64(input: &dyn ReadAt, end_position: u64) -> Result<Option<End>, ArchiveError> {
    let Some(position) = end_position.checked_sub(LOCATOR_BYTES + END64_BYTES) else { return Ok(None) };
    let mut record = [0; (END64_BYTES + LOCATOR_BYTES) as usize];
    read_exact_at(input, &mut record, position)?;
    let mut locator = Fields { bytes: &record[END64_BYTES as usize..] };
    if locator.u32()? != LOCATOR_SIGNATURE {
        return Ok(None);
    }
    let (disk, offset, disks) = (locator.u32()?, locator.u64()?, locator.u32()?);
    let mut fields = Fields { bytes: &record };
    let signature = fields.u32()?;
    let length = fields.u64()?;
    if disk != 0 || disks > 1 || offset != position || signature != END64_SIGNATURE || length != END64_BYTES - 12 {
        return Err(malformed("its zip64 end record is not where and what it should be"));
    }
    let _versions = (fields.u16()?, fields.u16()?);
    let (disk, directory_disk) = (fields.u32()?, fields.u32()?);
    let (entries_here, entries) = (fields.u64()?, fields.u64()?);
    if disk != 0 || directory_disk != 0 || entries_here != entries {
        return Err(malformed("the archive is split over several files"));
    }
    let (directory_bytes, directory_offset) = (fields.u64()?, fields.u64()?);
    Ok(Some(End { entries, directory_bytes, directory_offset, position }))
}

/// Distinguishes a truncated archive, one with bytes after its end, and a file that is not a zip.
fn no_end(input: &dyn ReadAt, bytes_archive: u64, begins_as_zip: bool) -> ArchiveError {
    if !begins_as_zip {
        return ArchiveError::malformed("the archive", "it is not a zip file");
    }
    let tail = bytes_archive.min(u64::from(u16::MAX) + END_BYTES);
    let mut bytes = vec![0; usize::try_from(tail).unwrap_or(0)];
    if let Err(error) = read_exact_at(input, &mut bytes, bytes_archive - tail) {
        return error;
    }
    let signature = END_SIGNATURE.to_le_bytes();
    match bytes.windows(4).position(|window| window == signature) {
        // A complete end record, followed by other bytes.
        Some(at) if bytes.len() - at >= END_BYTES as usize => {
            malformed("there are bytes after its end record, or a comment")
        }
        _ => ArchiveError::Truncated { within: "the zip" },
    }
}

fn entry(fields: &mut Fields, directory_offset: u64) -> Result<Entry, ArchiveError> {
    if fields.bytes.len() < ENTRY_BYTES || fields.u32()? != ENTRY_SIGNATURE {
        return Err(malformed("it has fewer entries than it says"));
    }
    let _versions = (fields.u16()?, fields.u16()?);
    let (flags, method) = (fields.u16()?, fields.u16()?);
    let _time = fields.u32()?;
    let crc = fields.u32()?;
    let (packed, unpacked) = (fields.u32()?, fields.u32()?);
    let (name_bytes, extra_bytes, comment_bytes) = (fields.u16()?, fields.u16()?, fields.u16()?);
    let disk = fields.u16()?;
    let _internal = fields.u16()?;
    let attributes = fields.u32()?;
    let offset = fields.u32()?;
    let name = fields.take(name_bytes.into())?.to_vec();
    let extra = fields.take(extra_bytes.into())?;
    fields.take(comment_bytes.into())?;
    let refuse = |refusal| Err(ArchiveError::refused(&name, refusal));

    if flags & FLAG_ENCRYPTED != 0 {
        return refuse(Refusal::Encrypted);
    }
    if flags & !(FLAGS_HINTS | FLAG_DESCRIPTOR | FLAG_UTF8) != 0 {
        return refuse(Refusal::UnknownKind(format!("with flags {flags:#06x}")));
    }
    if method != METHOD_STORED && method != METHOD_DEFLATED {
        return refuse(Refusal::Method(method));
    }
    let Some((bytes, bytes_packed, offset)) = wide(extra, unpacked, packed, offset) else {
        return refuse(Refusal::Extension("its zip64 field is broken".to_owned()));
    };
    if disk != 0 || offset > directory_offset || bytes_packed > directory_offset - offset {
        return refuse(Refusal::Overlap);
    }
    if method == METHOD_STORED && bytes != bytes_packed {
        return refuse(Refusal::SizeLies { announced: bytes });
    }
    let kind = kind_of(&name, attributes);
    Ok(Entry { name, kind, flags, method, crc, bytes_packed, bytes, offset, end: 0 })
}

/// Size, packed size and offset, from the zip64 extra field if the 32-bit fields say so (APPNOTE 4.5.3).
fn wide(extra: &[u8], unpacked: u32, packed: u32, offset: u32) -> Option<(u64, u64, u64)> {
    let small = [unpacked, packed, offset];
    if !small.contains(&u32::MAX) {
        return Some((unpacked.into(), packed.into(), offset.into()));
    }
    let mut rest = Fields { bytes: extra };
    loop {
        let (id, length) = (rest.u16().ok()?, rest.u16().ok()?);
        let mut body = Fields { bytes: rest.take(length.into()).ok()? };
        if id == 1 {
            let mut pick = |value: u32| if value == u32::MAX { body.u64().ok() } else { Some(value.into()) };
            return Some((pick(unpacked)?, pick(packed)?, pick(offset)?));
        }
    }
}

/// The kind by the name's end, by the Unix mode in the upper half of the attributes and by the DOS bit in the lower.
fn kind_of(name: &[u8], attributes: u32) -> EntryKind {
    let named_folder = name.ends_with(b"/");
    match (attributes >> 16) & 0o170_000 {
        0o120_000 => return EntryKind::Link,
        0o020_000 | 0o060_000 | 0o010_000 | 0o140_000 => return EntryKind::Device,
        0o040_000 if named_folder => return EntryKind::Folder,
        0o100_000 if !named_folder => return EntryKind::File,
        0 => {}
        other => return EntryKind::Unknown(format!("{other:o}")),
    }
    let dos_folder = attributes & 0x10 != 0;
    match (named_folder, dos_folder) {
        // Many writers do not set the bit.
        (true, _) => EntryKind::Folder,
        (false, false) => EntryKind::File,
        (false, true) => EntryKind::Unknown("folder without a slash".to_owned()),
    }
}

/// Sorts the entries by offset, and checks that they fill the archive up to the directory.
///
/// Only an entry's own header has that header's length. So this checks that no entry reaches into the next, and the
/// worker that reads the entry checks that it ends exactly there.
fn lay_end_to_end(entries: &mut [Entry], directory_offset: u64) -> Result<(), ArchiveError> {
    entries.sort_by_key(|entry| entry.offset);
    match entries.first() {
        Some(first) if first.offset != 0 => return Err(ArchiveError::refused(&first.name, Refusal::Gap)),
        None if directory_offset != 0 => return Err(malformed("it lists none of the bytes before it")),
        _ => {}
    }
    let mut end = directory_offset;
    for entry in entries.iter_mut().rev() {
        entry.end = end;
        end = entry.offset;
        let least = LOCAL_BYTES as u64 + entry.name.len() as u64;
        // The sum cannot overflow: packed bytes are at most the directory's offset, which is at most a file's length.
        if entry.end - entry.offset < least.saturating_add(entry.bytes_packed) {
            return Err(ArchiveError::refused(&entry.name, Refusal::Overlap));
        }
    }
    Ok(())
}

/// Little-endian fields, one after another.
pub(super) struct Fields<'b> {
    pub bytes: &'b [u8],
}

impl<'b> Fields<'b> {
    pub(super) fn take(&mut self, count: usize) -> Result<&'b [u8], ArchiveError> {
        let (taken, rest) =
            self.bytes.split_at_checked(count).ok_or_else(|| malformed("a field reaches over its end"))?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ArchiveError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn u16(&mut self) -> Result<u16, ArchiveError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, ArchiveError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, ArchiveError> {
        self.array().map(u64::from_le_bytes)
    }
}

/// Fills the buffer from an offset; an archive that ends before is truncated.
pub(super) fn read_exact_at(input: &dyn ReadAt, mut buffer: &mut [u8], mut offset: u64) -> Result<(), ArchiveError> {
    while !buffer.is_empty() {
        match input.read_at(buffer, offset) {
            Ok(0) => return Err(ArchiveError::Truncated { within: "the zip" }),
            Ok(read) => {
                let read = read.min(buffer.len());
                buffer = &mut buffer[read..];
                offset += read as u64;
            }
            // A signal without a request to stop; see `gzip`.
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted && error.raw_os_error().is_some() => {}
            Err(cause) => return Err(ArchiveError::Input { cause }),
        }
    }
    Ok(())
}

fn malformed(reason: impl Into<String>) -> ArchiveError {
    ArchiveError::malformed("the zip's directory", reason)
}
