//! Archives built byte by byte, so that they can contain false values.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

/// The files of a tree that looks like a toolchain, paths below GOROOT. One is so large that it is streamed.
pub fn toolchain() -> Vec<(String, Vec<u8>)> {
    let file = |path: &str, bytes: &[u8]| (path.to_owned(), bytes.to_vec());
    vec![
        file("VERSION", b"go1.99.1\ntime 2030-01-01T00:00:00Z\n"),
        file("bin/go", b"#!/bin/sh\n"),
        file("pkg/include/empty.h", b""),
        file("pkg/tool/linux_amd64/compile", &noise(700_001)),
        file("src/all.bash", b"#!/bin/bash\n"),
        file("src/fmt/print.go", &b"package fmt\n".repeat(1000)),
        file("src/go.mod", b"module std\n"),
        file("test/Äfoo.go", &noise(512)),
    ]
}

/// Bytes that do not compress, the same on every run.
pub fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(step).take(count).collect()
}

/// A gzip of one member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Raw deflate, as zips have it.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tar with arbitrary headers.
#[derive(Default, Clone)]
pub struct Tar {
    /// The blocks so far.
    pub bytes: Vec<u8>,
}

impl Tar {
    /// The files of [`toolchain`] under `go/`.
    pub fn toolchain() -> Tar {
        toolchain().iter().fold(Tar::default(), |tar, (path, bytes)| tar.file(&format!("go/{path}"), bytes))
    }

    /// A regular file.
    pub fn file(self, name: &str, body: &[u8]) -> Tar {
        self.raw(b'0', name.as_bytes(), body.len() as u64, 0o644, body)
    }

    /// An entry of this kind without bytes.
    pub fn kind(self, kind: u8, name: &str) -> Tar {
        self.raw(kind, name.as_bytes(), 0, 0o777, b"")
    }

    /// A header that announces `bytes`, followed by `body`, padded to a block.
    pub fn raw(mut self, kind: u8, name: &[u8], bytes: u64, mode: u32, body: &[u8]) -> Tar {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name);
        header[100..108].copy_from_slice(format!("{mode:07o}\0").as_bytes());
        header[124..136].copy_from_slice(format!("{bytes:011o}\0").as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[148..156].copy_from_slice(b"        ");
        header[156] = kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.bytes.extend(header);
        self.bytes.extend(body);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
        self
    }

    /// A pax header for the next entry.
    pub fn pax(self, records: &[(&str, &str)]) -> Tar {
        let text = pax_text(records);
        self.raw(b'x', b"PaxHeaders.0/x", text.len() as u64, 0o644, text.as_bytes())
    }

    /// The tar with its end marked.
    pub fn end(mut self) -> Vec<u8> {
        self.bytes.extend([0; 1024]);
        self.bytes
    }

    /// The whole, packed.
    pub fn gz(self) -> Vec<u8> {
        gzip(&self.end())
    }
}

/// The records of a pax header, each with its length.
pub fn pax_text(records: &[(&str, &str)]) -> String {
    let record = |(key, value): &(&str, &str)| {
        let rest = format!(" {key}={value}\n");
        // The length counts its own digits.
        let length = (1..).find(|length: &usize| length.to_string().len() + rest.len() == *length).unwrap();
        format!("{length}{rest}")
    };
    records.iter().map(record).collect()
}

/// One zip entry; every field of both headers can be set apart.
#[derive(Clone)]
pub struct ZipEntry {
    /// The directory's name.
    pub name: Vec<u8>,
    /// The name in its own header.
    pub local_name: Vec<u8>,
    /// General purpose flags, in both headers.
    pub flags: u16,
    /// The directory's compression method.
    pub method: u16,
    /// The own header's.
    pub local_method: u16,
    /// The directory's checksum.
    pub crc: u32,
    /// The own header's.
    pub local_crc: u32,
    /// The directory's size.
    pub bytes: u64,
    /// The own header's.
    pub local_bytes: u32,
    /// The packed bytes as they are written.
    pub packed: Vec<u8>,
    /// The announced packed size.
    pub packed_bytes: u64,
    /// External attributes: the Unix mode in the upper half.
    pub attributes: u32,
    /// The directory's extra field.
    pub extra: Vec<u8>,
    /// The own header's.
    pub local_extra: Vec<u8>,
    /// What follows the packed bytes.
    pub descriptor: Vec<u8>,
    /// The number of the disk.
    pub disk: u16,
    /// An offset in place of the real one.
    pub offset: Option<u32>,
    /// Bytes before the entry that belong to no entry.
    pub before: Vec<u8>,
}

impl ZipEntry {
    /// A deflated file with true fields.
    pub fn new(name: &str, body: &[u8]) -> ZipEntry {
        let packed = deflate(body);
        ZipEntry::packed(name, body, packed, 8)
    }

    /// A stored file with true fields.
    pub fn stored(name: &str, body: &[u8]) -> ZipEntry {
        ZipEntry::packed(name, body, body.to_vec(), 0)
    }

    fn packed(name: &str, body: &[u8], packed: Vec<u8>, method: u16) -> ZipEntry {
        let mut crc = flate2::Crc::new();
        crc.update(body);
        ZipEntry {
            name: name.as_bytes().to_vec(),
            local_name: name.as_bytes().to_vec(),
            flags: 0,
            method,
            local_method: method,
            crc: crc.sum(),
            local_crc: crc.sum(),
            bytes: body.len() as u64,
            local_bytes: body.len() as u32,
            packed_bytes: packed.len() as u64,
            packed,
            attributes: 0o100_644 << 16,
            extra: Vec::new(),
            local_extra: Vec::new(),
            descriptor: Vec::new(),
            disk: 0,
            offset: None,
            before: Vec::new(),
        }
    }

    /// The entry with something changed.
    pub fn with(mut self, change: impl FnOnce(&mut ZipEntry)) -> ZipEntry {
        change(&mut self);
        self
    }

    /// Sizes after the bytes instead of before, as Go's own zip writer has them.
    pub fn described(self, signed: bool, wide: bool) -> ZipEntry {
        self.with(|entry| {
            entry.flags = 8;
            if signed {
                entry.descriptor.extend(0x0807_4b50_u32.to_le_bytes());
            }
            entry.descriptor.extend(entry.crc.to_le_bytes());
            for size in [entry.packed_bytes, entry.bytes] {
                if wide {
                    entry.descriptor.extend(size.to_le_bytes());
                } else {
                    entry.descriptor.extend((size as u32).to_le_bytes());
                }
            }
            entry.local_crc = 0;
            entry.local_bytes = 0;
        })
    }
}

/// The entries of a toolchain under this prefix.
pub fn zip_toolchain(prefix: &str) -> Vec<ZipEntry> {
    toolchain().iter().map(|(path, bytes)| ZipEntry::new(&format!("{prefix}{path}"), bytes)).collect()
}

/// Values for the end of a zip in place of the true ones.
#[derive(Default)]
pub struct ZipEnd {
    /// The announced number of entries.
    pub entries: Option<u16>,
    /// The archive's comment.
    pub comment: Vec<u8>,
    /// Whether there is a zip64 end record too.
    pub zip64: bool,
}

/// A zip of these entries.
pub fn zip(entries: &[ZipEntry]) -> Vec<u8> {
    zip_with(entries, &ZipEnd::default())
}

/// A zip of these entries with these values at its end.
pub fn zip_with(entries: &[ZipEntry], end: &ZipEnd) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        out.extend(&entry.before);
        let offset = entry.offset.unwrap_or(out.len() as u32);
        let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        out.extend(0x0403_4b50_u32.to_le_bytes());
        out.extend([20, 0]);
        out.extend(entry.flags.to_le_bytes());
        out.extend(entry.local_method.to_le_bytes());
        out.extend([0; 4]);
        out.extend(entry.local_crc.to_le_bytes());
        let local_packed = if entry.flags & 8 == 0 { small(entry.packed_bytes) } else { 0 };
        out.extend(local_packed.to_le_bytes());
        out.extend(entry.local_bytes.to_le_bytes());
        out.extend((entry.local_name.len() as u16).to_le_bytes());
        out.extend((entry.local_extra.len() as u16).to_le_bytes());
        out.extend(&entry.local_name);
        out.extend(&entry.local_extra);
        out.extend(&entry.packed);
        out.extend(&entry.descriptor);

        directory.extend(0x0201_4b50_u32.to_le_bytes());
        directory.extend([20, 3, 20, 0]);
        directory.extend(entry.flags.to_le_bytes());
        directory.extend(entry.method.to_le_bytes());
        directory.extend([0; 4]);
        directory.extend(entry.crc.to_le_bytes());
        directory.extend(small(entry.packed_bytes).to_le_bytes());
        directory.extend(small(entry.bytes).to_le_bytes());
        directory.extend((entry.name.len() as u16).to_le_bytes());
        directory.extend((entry.extra.len() as u16).to_le_bytes());
        directory.extend([0, 0]);
        directory.extend(entry.disk.to_le_bytes());
        directory.extend([0, 0]);
        directory.extend(entry.attributes.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&entry.name);
        directory.extend(&entry.extra);
    }
    let offset = out.len() as u64;
    out.extend(&directory);
    let mut count = end.entries.unwrap_or(entries.len() as u16);
    if end.zip64 {
        let position = out.len() as u64;
        out.extend(0x0606_4b50_u32.to_le_bytes());
        out.extend(44_u64.to_le_bytes());
        out.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for value in [u64::from(count), u64::from(count), directory.len() as u64, offset] {
            out.extend(value.to_le_bytes());
        }
        out.extend(0x0706_4b50_u32.to_le_bytes());
        out.extend(0_u32.to_le_bytes());
        out.extend(position.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        count = u16::MAX;
    }
    out.extend(0x0605_4b50_u32.to_le_bytes());
    out.extend([0; 4]);
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend((offset as u32).to_le_bytes());
    out.extend((end.comment.len() as u16).to_le_bytes());
    out.extend(&end.comment);
    out
}
