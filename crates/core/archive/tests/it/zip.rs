//! Zips and toolchain modules: what passes, and each thing that does not.

use std::io::{Cursor, Write};

use archive::{ArchiveError, Layout, Refusal};

use crate::build::{ZipEnd, ZipEntry, noise, toolchain, zip, zip_toolchain, zip_with};
use crate::support::{Place, refused};

fn unpack(bytes: &[u8]) -> Result<archive::Unpacked, ArchiveError> {
    Place::new().zip(Layout::Archive, bytes)
}

fn with(entry: ZipEntry) -> Vec<u8> {
    zip(&[zip_toolchain("go/"), vec![entry]].concat())
}

#[test]
fn a_toolchain_is_unpacked_and_listed_whatever_form_its_entries_have() {
    type Form = fn(ZipEntry) -> ZipEntry;
    let forms: [Form; 5] = [
        |entry| entry,
        |entry| entry.described(true, false),
        |entry| entry.described(false, false),
        |entry| entry.described(true, true),
        |entry| entry.described(false, true),
    ];
    for (number, form) in forms.into_iter().enumerate() {
        let mut entries: Vec<_> = zip_toolchain("go/").into_iter().map(form).collect();
        entries.push(ZipEntry::stored("go/src/stored", &noise(600_000)));
        entries.push(ZipEntry::stored("go/src/", b"").with(|entry| entry.attributes = 0x10));
        let place = Place::new();
        let unpacked = place.zip(Layout::Archive, &zip(&entries)).unwrap();
        assert_eq!(unpacked.version_line, "go1.99.1");
        assert_eq!(unpacked.manifest.files.len(), toolchain().len() + 1, "form {number}");
        for (path, bytes) in toolchain() {
            assert!(place.read(&path) == bytes, "{path}");
        }
        assert!(place.read("src/stored") == noise(600_000));
        let executable: Vec<_> =
            unpacked.manifest.files.iter().filter(|file| file.executable).map(|file| file.path.as_str()).collect();
        assert_eq!(executable, ["bin/go", "pkg/tool/linux_amd64/compile", "src/all.bash"]);
    }
}

#[test]
fn a_tar_and_a_zip_of_one_tree_give_one_manifest() {
    let from_zip = unpack(&zip(&zip_toolchain("go/"))).unwrap();
    let from_tar = Place::new().tar_gz(Layout::Archive, &crate::build::Tar::toolchain().gz()).unwrap();
    assert_eq!(from_zip, from_tar);
}

#[test]
fn another_writers_zip_is_read() {
    for large in [false, true] {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, bytes) in toolchain() {
            let options = zip::write::SimpleFileOptions::default().large_file(large);
            writer.start_file(format!("go/{path}"), options).unwrap();
            writer.write_all(&bytes).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let unpacked = unpack(&bytes).unwrap();
        assert_eq!(unpacked.manifest.files.len(), toolchain().len());
    }
}

#[test]
fn zip64_fields_are_read_where_they_stand_in_for_the_small_ones() {
    let end = ZipEnd { zip64: true, ..ZipEnd::default() };
    assert!(unpack(&zip_with(&zip_toolchain("go/"), &end)).is_ok());
    let wide = |bytes: u64, packed: u64| {
        let mut extra = vec![0xfe, 0xca, 2, 0, 7, 7, 1, 0, 16, 0];
        extra.extend(bytes.to_le_bytes());
        extra.extend(packed.to_le_bytes());
        extra
    };
    let entry = |extra: Vec<u8>| {
        // The directory's small fields say "look there".
        let mut bytes = with(ZipEntry::new("go/src/wide", b"wide").with(|entry| entry.extra = extra));
        let at = bytes.windows(4).rposition(|window| window == 0x0201_4b50_u32.to_le_bytes()).unwrap();
        bytes[at + 20..at + 28].fill(0xff);
        bytes
    };
    let packed = ZipEntry::new("x", b"wide").packed_bytes;
    assert!(unpack(&entry(wide(4, packed))).is_ok());
    assert!(matches!(refused(unpack(&entry(Vec::new())), "no field").1, Refusal::Extension(_)));
    assert!(matches!(refused(unpack(&entry(wide(4, packed)[..20].to_vec())), "cut field").1, Refusal::Extension(_)));
    assert_eq!(refused(unpack(&entry(wide(4, u64::MAX))), "packed").1, Refusal::Overlap);
    let huge = Refusal::FileTooLarge { bytes: u64::MAX, max: 512 << 20 };
    assert_eq!(refused(unpack(&entry(wide(u64::MAX, packed))), "bytes").1, huge);
}

#[test]
fn a_module_gets_its_go_mod_files_back() {
    let prefix = "golang.org/toolchain@v0.0.1-go1.99.1.linux-amd64/";
    let layout = Layout::Module { prefix: prefix.to_owned() };
    let entries: Vec<_> = toolchain()
        .iter()
        .map(|(path, bytes)| ZipEntry::new(&format!("{prefix}{}", path.replace("go.mod", "_go.mod")), bytes))
        .collect();
    let place = Place::new();
    let manifest = place.zip(layout.clone(), &zip(&entries)).unwrap().manifest;
    assert_eq!(place.read("src/go.mod"), b"module std\n");
    assert!(manifest.find("src/_go.mod").is_none());
    assert!(manifest.find("bin/go").unwrap().executable);
    let other = prefix.replace("amd64", "arm64");
    let (entry, refusal) = refused(
        Place::new().zip(layout, &zip(&[entries, vec![ZipEntry::new(&format!("{other}x"), b"")]].concat())),
        "other",
    );
    assert_eq!((entry, refusal), (format!("{other}x"), Refusal::OutsideLayout { prefix: prefix.to_owned() }));
}

#[test]
fn each_hostile_entry_is_refused_by_its_name() {
    let e = |name: &str| ZipEntry::new(name, b"body body body");
    let stored = |name: &str| ZipEntry::stored(name, b"body body body");
    let attributes = |mode: u32| e("go/x").with(|entry| entry.attributes = mode << 16);
    let x = "go/x";
    let announced = 14;
    let cases: Vec<(&str, ZipEntry, &str, Refusal)> = vec![
        ("parent", e("go/../evil"), "go/../evil", Refusal::DotComponent),
        ("absolute", e("/evil"), "/evil", Refusal::Absolute),
        ("backslash", e("go\\..\\evil"), "go\\..\\evil", Refusal::Character('\\')),
        ("escape", e("go/\x1b]0;x\x07"), "go/\\u{1b}]0;x\\u{7}", Refusal::Character('\x1b')),
        ("device name", e("go/COM1"), "go/COM1", Refusal::ReservedName),
        ("outside", e("evil"), "evil", Refusal::OutsideLayout { prefix: "go/".into() }),
        ("duplicate", e("go/VERSION"), "go/VERSION", Refusal::Duplicate),
        ("case", e("go/BIN/go"), "go/BIN/go", Refusal::CaseCollision { other: "go/bin".into() }),
        ("file as folder", e("go/bin/go/x"), "go/bin/go/x", Refusal::FileAndFolder { other: "go/bin/go".into() }),
        ("link", attributes(0o120_777), x, Refusal::Link),
        ("pipe", attributes(0o010_644), x, Refusal::Device),
        ("device", attributes(0o020_644), x, Refusal::Device),
        ("folder's mode", attributes(0o040_755), x, Refusal::UnknownKind("40000".into())),
        (
            "folder with bytes",
            e("go/d/").with(|entry| entry.attributes = 0x10),
            "go/d/",
            Refusal::FolderWithBytes { bytes: 14 },
        ),
        ("encrypted", e(x).with(|entry| entry.flags = 1), x, Refusal::Encrypted),
        ("strong encryption", e(x).with(|entry| entry.flags = 64), x, Refusal::UnknownKind("with flags 0x0040".into())),
        ("bzip2", e(x).with(|entry| entry.method = 12), x, Refusal::Method(12)),
        ("another disk", e(x).with(|entry| entry.disk = 1), x, Refusal::Overlap),
        (
            "says too little",
            e(x).with(|entry| (entry.bytes, entry.local_bytes) = (13, 13)),
            x,
            Refusal::SizeLies { announced: 13 },
        ),
        (
            "says too much",
            e(x).with(|entry| (entry.bytes, entry.local_bytes) = (15, 15)),
            x,
            Refusal::SizeLies { announced: 15 },
        ),
        (
            "stored says too little",
            stored(x).with(|entry| (entry.bytes, entry.local_bytes) = (13, 13)),
            x,
            Refusal::SizeLies { announced: 13 },
        ),
        (
            "bytes after the stream",
            e(x).with(|entry| {
                entry.packed.push(7);
                entry.packed_bytes += 1;
            }),
            x,
            Refusal::SizeLies { announced },
        ),
        (
            "cut stream",
            e(x).with(|entry| {
                entry.packed.pop();
                entry.packed_bytes -= 1;
            }),
            x,
            Refusal::Corrupt,
        ),
        (
            "no stream",
            e(x).with(|entry| {
                entry.packed.clear();
                entry.packed_bytes = 0;
            }),
            x,
            Refusal::Corrupt,
        ),
        ("bad block", e(x).with(|entry| entry.packed[0] = 7), x, Refusal::Corrupt),
        (
            "own name",
            e(x).with(|entry| entry.local_name = b"go/y".to_vec()),
            x,
            Refusal::HeadersDisagree { what: "name" },
        ),
        ("own method", e(x).with(|entry| entry.local_method = 0), x, Refusal::HeadersDisagree { what: "method" }),
        (
            "own size",
            e(x).with(|entry| entry.local_bytes = 13),
            x,
            Refusal::HeadersDisagree { what: "size or checksum" },
        ),
        (
            "own checksum",
            e(x).with(|entry| entry.local_crc = 1),
            x,
            Refusal::HeadersDisagree { what: "size or checksum" },
        ),
        (
            "descriptor",
            e(x).described(true, false).with(|entry| entry.descriptor[5] ^= 1),
            x,
            Refusal::HeadersDisagree { what: "size or checksum" },
        ),
        ("descriptor's mark", e(x).described(true, false).with(|entry| entry.descriptor[0] ^= 1), x, Refusal::Gap),
        ("no descriptor", e(x).described(true, false).with(|entry| entry.descriptor.clear()), x, Refusal::Gap),
        ("bytes after", e(x).with(|entry| entry.descriptor = b"hidden".to_vec()), x, Refusal::Gap),
        ("bytes before", e(x).with(|entry| entry.before = b"hidden".to_vec()), "go/test/Äfoo.go", Refusal::Gap),
        ("place", e(x).with(|entry| entry.offset = Some(0)), "go/VERSION", Refusal::Overlap),
        ("place far off", e(x).with(|entry| entry.offset = Some(u32::MAX - 1)), x, Refusal::Overlap),
    ];
    for (case, entry, name, expected) in cases {
        let (entry, refusal) = refused(unpack(&with(entry)), case);
        assert_eq!((entry.as_str(), refusal), (name, expected), "{case}");
    }
    let wrong = with(e(x).with(|entry| (entry.crc, entry.local_crc) = (1, 1)));
    assert!(matches!(refused(unpack(&wrong), "crc").1, Refusal::Crc { expected: 1, .. }));
    let method = with(stored(x).with(|entry| entry.packed_bytes -= 1));
    assert_eq!(refused(unpack(&method), "stored").1, Refusal::SizeLies { announced });
}

#[test]
fn no_byte_is_written_beyond_what_was_announced() {
    let body = vec![b'x'; 5 << 20];
    let entry = ZipEntry::new("go/long", &body).with(|entry| (entry.bytes, entry.local_bytes) = (600_000, 600_000));
    let place = Place::new();
    let (_, refusal) = refused(place.zip(Layout::Archive, &with(entry)), "long");
    assert_eq!(refusal, Refusal::SizeLies { announced: 600_000 });
    assert!(place.sys.fs().look(&place.tree().join("long")).unwrap().unwrap().bytes <= 600_000);
}

#[test]
fn entries_that_share_bytes_are_refused() {
    // The "better zip bomb": many directory entries, one run of packed bytes.
    let mut entries = zip_toolchain("go/");
    for number in 0..5 {
        let mut entry = ZipEntry::new(&format!("go/n{number}"), b"");
        entry.offset = Some(40);
        entries.push(entry);
    }
    assert_eq!(refused(unpack(&zip(&entries)), "shared").1, Refusal::Overlap);
}

#[test]
fn bounds_are_judged_before_anything_is_written() {
    let bomb = with(ZipEntry::new("go/zeros", &vec![0; 8 << 20]));
    let place = Place::new().limits(|limits| (limits.ratio_floor_bytes, limits.ratio_max) = (1 << 20, 5));
    let (entry, refusal) = refused(place.zip(Layout::Archive, &bomb), "bomb");
    assert_eq!((entry.as_str(), refusal), ("go/zeros", Refusal::Bomb { max: 5 }));
    assert!(place.sys.fs().look(&place.tree()).unwrap().is_none());
    let place = Place::new().limits(|limits| limits.entries_max = 3);
    assert!(matches!(place.zip(Layout::Archive, &bomb), Err(ArchiveError::Malformed { .. })));
    let place = Place::new().limits(|limits| limits.bytes_total_max = 1 << 20);
    assert_eq!(refused(place.zip(Layout::Archive, &bomb), "total").1, Refusal::TotalTooLarge { max: 1 << 20 });
}

#[test]
fn bytes_around_the_zip_are_refused() {
    let good = zip(&zip_toolchain("go/"));
    let malformed = |bytes: &[u8], case: &str| {
        let error = unpack(bytes).unwrap_err();
        assert!(matches!(error, ArchiveError::Malformed { .. }), "{case}: {error:?}");
    };
    malformed(&[&good[..], b"garbage"].concat(), "after");
    malformed(&[b"#!/bin/sh\n", &good[..]].concat(), "before");
    malformed(&[&good[..], &good[..]].concat(), "twice");
    malformed(&zip_with(&zip_toolchain("go/"), &ZipEnd { comment: b"hello".to_vec(), ..ZipEnd::default() }), "comment");
    malformed(&zip_with(&zip_toolchain("go/"), &ZipEnd { entries: Some(2), ..ZipEnd::default() }), "fewer");
    malformed(&zip_with(&zip_toolchain("go/"), &ZipEnd { entries: Some(99), ..ZipEnd::default() }), "more");
    malformed(&zip_with(&[], &ZipEnd { entries: Some(0), ..ZipEnd::default() })[..21].repeat(3), "no zip");
    malformed(b"<!doctype html><html>not found</html>", "html");
    assert!(matches!(unpack(&zip(&[])), Err(ArchiveError::Shape { .. })));
    assert!(matches!(unpack(b""), Err(ArchiveError::Truncated { .. })));
    let first = ZipEntry::new("go/x", b"").with(|entry| entry.before = b"hidden".to_vec());
    assert_eq!(refused(unpack(&zip(&[first])), "before the first").1, Refusal::Gap);
}
