//! Entries for fuzzers. None touches the disk.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::guard::{Admitted, EntryKind, Guard};
use crate::layout::Layout;
use crate::limits::Limits;

/// Passes lines of arbitrary bytes to a guard as names and checks what it admits.
///
/// The first byte chooses the layout; each line's first byte chooses the kind.
///
/// # Panics
/// When an admitted path could leave the tree: that is what the fuzzer looks for.
pub fn fuzz_guard(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let layout = match choice % 2 {
        0 => Layout::Archive,
        _ => module(),
    };
    let Some(mut guard) = Guard::new(&layout, Limits::default()) else { return };
    for line in rest.split(|byte| *byte == b'\n') {
        let Some((kind, name)) = line.split_first() else { continue };
        let kind = match kind % 4 {
            0 | 1 => EntryKind::File,
            2 => EntryKind::Folder,
            _ => EntryKind::Link,
        };
        // Most names would fail without the prefix, and no later check would run.
        let prefixed = [b"go/".as_slice(), name].concat();
        for name in [name, &prefixed] {
            if let Ok(Admitted::File { path, .. }) = guard.admit(name, &kind, name.len() as u64) {
                assert!(kind == EntryKind::File, "{path:?} is no file");
                let sane = path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
                assert!(sane && !path.contains(['\\', ':', '\0']), "{path:?} may leave the tree");
            }
        }
    }
}

/// Reads arbitrary bytes as a tar.gz, up to the point where files would be written.
///
/// Bytes that do not begin as gzip count as the tar inside, so that the fuzzer need not find its checksum.
pub fn fuzz_tar_gz(data: &[u8]) {
    let Some(guard) = Guard::new(&Layout::Archive, limits()) else { return };
    let wrapped;
    let mut input = if data.starts_with(&GZIP_MAGIC) {
        data
    } else {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        if encoder.write_all(data).is_err() {
            return;
        }
        wrapped = encoder.finish().unwrap_or_default();
        wrapped.as_slice()
    };
    // Any result is fine, as long as nothing panics.
    let _ = crate::tar_gz::read_through(&mut input, guard);
}

/// Reads arbitrary bytes as a tar packed by zstd, up to the point where files would be written.
///
/// Bytes that do not begin as zstd count as the tar inside.
pub fn fuzz_tar_zst(data: &[u8]) {
    let wrapped;
    let mut input = if data.starts_with(&ZSTD_MAGIC) {
        data
    } else {
        wrapped = zstd::bulk::compress(data, 1).unwrap_or_default();
        wrapped.as_slice()
    };
    let _ = crate::tar_gz::read_tar_zst(&mut input, limits(), &sys::Interrupt::new());
}

/// Reads arbitrary bytes as a zip, a module and a wheel, up to the point where files would be written.
///
/// # Panics
/// When more bytes of an entry would be written than were announced: that is what the fuzzer looks for.
pub fn fuzz_zip(data: &[u8]) {
    for layout in [Layout::Archive, module(), Layout::Wheel] {
        let _ = crate::zip::read_through(&Memory(data), &layout, &limits());
    }
}

/// Reads arbitrary bytes as a wheel's RECORD and as a pax header.
pub fn fuzz_texts(data: &[u8]) {
    let _ = crate::record::parse(data);
    let _ = crate::pax::parse(data);
}

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

fn module() -> Layout {
    Layout::Module { prefix: "golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/".to_owned() }
}

/// Small enough that a bomb does not slow the fuzzer down.
fn limits() -> Limits {
    Limits { bytes_total_max: 16 << 20, ratio_floor_bytes: 1 << 20, ..Limits::default() }
}

/// Bytes in memory as an archive.
struct Memory<'b>(&'b [u8]);

impl sys::ReadAt for Memory<'_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.0.get(offset..)).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }
}
