//! tar.gz: what passes, and each thing that does not.

use std::io::{self, Read};

use archive::{ArchiveError, Layout, Refusal};
use sha2::{Digest, Sha256};

use crate::build::{Tar, gzip, noise, pax_text, toolchain};
use crate::support::{Place, refused};

fn unpack(bytes: &[u8]) -> Result<archive::Unpacked, ArchiveError> {
    Place::new().tar_gz(Layout::Archive, bytes)
}

#[test]
fn a_toolchain_is_unpacked_hashed_and_listed() {
    let place = Place::new();
    let tar = Tar::default().kind(b'5', "go/").kind(b'5', "go/src/").raw(b'0', b"go/doc/x.html", 1, 0o755, b"x");
    let bytes = [tar.bytes, Tar::toolchain().end()].concat();
    let unpacked = place.tar_gz(Layout::Archive, &gzip(&bytes)).unwrap();
    assert_eq!(unpacked.version_line, "go1.99.1");
    let manifest = unpacked.manifest;
    let mut expected = toolchain();
    expected.push(("doc/x.html".into(), b"x".to_vec()));
    expected.sort();
    assert_eq!(manifest.files.len(), expected.len());
    for (file, (path, bytes)) in manifest.files.iter().zip(&expected) {
        assert_eq!((&file.path, file.bytes), (path, bytes.len() as u64));
        assert_eq!(file.sha256.as_bytes()[..], Sha256::digest(bytes)[..], "{path}");
        assert!(place.read(path) == *bytes, "{path}");
    }
    let executable: Vec<_> =
        manifest.files.iter().filter(|file| file.executable).map(|file| file.path.as_str()).collect();
    // One by its header, the others by the rule.
    assert_eq!(executable, ["bin/go", "doc/x.html", "pkg/tool/linux_amd64/compile", "src/all.bash"]);
    #[cfg(unix)]
    for file in &manifest.files {
        let meta = place.sys.fs().look(&place.tree().join(&file.path)).unwrap().unwrap();
        assert_eq!(meta.mode, if file.executable { 0o755 } else { 0o644 }, "{}", file.path);
    }
}

#[test]
fn every_size_around_the_slabs_and_blocks_comes_out_whole() {
    // Goal: no byte is lost or doubled where files meet the borders of blocks, slabs and chunks.
    let sizes = [0, 1, 511, 512, 513, 196_607, 196_608, 196_609, 524_287, 524_288, 524_289, 1_048_576, 1_500_000];
    let bytes = noise(1_500_000);
    let mut tar = Tar::toolchain();
    for round in 0..3 {
        for size in sizes {
            tar = tar.file(&format!("go/src/r{round}/f{size}"), &bytes[bytes.len() - size..]);
        }
    }
    let place = Place::new();
    let manifest = place.tar_gz(Layout::Archive, &tar.gz()).unwrap().manifest;
    assert_eq!(manifest.files.len(), toolchain().len() + 3 * sizes.len());
    for round in 0..3 {
        for size in sizes {
            assert!(place.read(&format!("src/r{round}/f{size}")) == bytes[bytes.len() - size..], "{round} {size}");
        }
    }
}

#[test]
fn another_writers_tar_is_read_with_its_long_names() {
    let long = format!("go/src/{}/{}.go", "folder".repeat(20), "name".repeat(20));
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in toolchain().into_iter().chain([(long["go/".len()..].to_owned(), b"long".to_vec())]) {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, format!("go/{path}"), bytes.as_slice()).unwrap();
    }
    let place = Place::new();
    let manifest = place.tar_gz(Layout::Archive, &gzip(&builder.into_inner().unwrap())).unwrap().manifest;
    assert!(manifest.find(&long["go/".len()..]).is_some());
    assert_eq!(place.read(&long["go/".len()..]), b"long");
}

#[test]
fn pax_headers_name_and_size_the_next_entry_alone() {
    let place = Place::new();
    let comment = pax_text(&[("comment", "abcdef")]);
    let tar = Tar::default()
        .raw(b'g', b"pax_global_header", comment.len() as u64, 0o644, comment.as_bytes())
        .pax(&[("path", "go/src/þ.go"), ("size", "3"), ("mtime", "1.5")])
        .raw(b'0', b"go/src/short", 0, 0o644, b"abc");
    let bytes = [tar.bytes, Tar::toolchain().end()].concat();
    let manifest = place.tar_gz(Layout::Archive, &gzip(&bytes)).unwrap().manifest;
    assert_eq!(manifest.files.len(), toolchain().len() + 1);
    assert_eq!(place.read("src/þ.go"), b"abc");
}

#[test]
fn a_module_in_a_tar_loses_its_prefix_and_its_underscores() {
    let prefix = "golang.org/toolchain@v0.0.1-go1.99.1.linux-amd64/";
    let tar = toolchain().iter().fold(Tar::default(), |tar, (path, bytes)| {
        tar.file(&format!("{prefix}{}", path.replace("go.mod", "_go.mod")), bytes)
    });
    let layout = Layout::Module { prefix: prefix.to_owned() };
    let place = Place::new();
    let manifest = place.tar_gz(layout.clone(), &tar.clone().gz()).unwrap().manifest;
    assert!(manifest.find("src/go.mod").is_some());
    let with_go_mod = tar.file(&format!("{prefix}src/cmd/go.mod"), b"");
    let (entry, refusal) = refused(Place::new().tar_gz(layout, &with_go_mod.gz()), "go.mod");
    assert_eq!((entry, refusal), (format!("{prefix}src/cmd/go.mod"), Refusal::GoModInModule));
}

#[test]
fn each_hostile_entry_is_refused_by_its_name() {
    let t = Tar::toolchain;
    let pax = |records: &[(&str, &str)], name: &str| t().pax(records).file(name, b"x");
    let cases: Vec<(&str, Tar, &str, Refusal)> = vec![
        ("parent", t().file("go/../evil", b"x"), "go/../evil", Refusal::DotComponent),
        ("parent alone", t().file("../evil", b"x"), "../evil", Refusal::DotComponent),
        ("absolute", t().file("/etc/evil", b"x"), "/etc/evil", Refusal::Absolute),
        ("drive", t().file("C:/evil", b"x"), "C:/evil", Refusal::Absolute),
        ("share", t().file("\\\\host\\evil", b"x"), "\\\\host\\evil", Refusal::Absolute),
        ("backslash", t().file("go/..\\evil", b"x"), "go/..\\evil", Refusal::Character('\\')),
        ("stream", t().file("go/a:b", b"x"), "go/a:b", Refusal::Character(':')),
        ("newline", t().file("go/a\nb", b"x"), "go/a\\nb", Refusal::Character('\n')),
        ("escape", t().file("go/\x1b[2J", b"x"), "go/\\u{1b}[2J", Refusal::Character('\x1b')),
        ("device name", t().file("go/nul.go", b"x"), "go/nul.go", Refusal::ReservedName),
        ("trailing dot", t().file("go/x.", b"x"), "go/x.", Refusal::TrailingDotOrSpace),
        ("empty part", t().file("go//x", b"x"), "go//x", Refusal::EmptyComponent),
        ("slash at the end", t().file("go/x/", b"x"), "go/x/", Refusal::EmptyComponent),
        ("no name", t().file("", b"x"), "", Refusal::EmptyComponent),
        ("not UTF-8", t().raw(b'0', b"go/\xff", 1, 0o644, b"x"), "go/\\xff", Refusal::NotUtf8),
        ("outside", t().file("gopher/x", b"x"), "gopher/x", Refusal::OutsideLayout { prefix: "go/".into() }),
        ("symbolic link", t().kind(b'2', "go/link"), "go/link", Refusal::Link),
        ("hard link", t().kind(b'1', "go/link"), "go/link", Refusal::Link),
        ("long link", t().kind(b'K', "go/link"), "go/link", Refusal::Link),
        ("character device", t().kind(b'3', "go/null"), "go/null", Refusal::Device),
        ("block device", t().kind(b'4', "go/disk"), "go/disk", Refusal::Device),
        ("pipe", t().kind(b'6', "go/pipe"), "go/pipe", Refusal::Device),
        ("sparse", t().kind(b'S', "go/sparse"), "go/sparse", Refusal::UnknownKind("S".into())),
        (
            "folder with bytes",
            t().raw(b'5', b"go/d", 512, 0o755, &[0; 512]),
            "go/d",
            Refusal::FolderWithBytes { bytes: 512 },
        ),
        ("duplicate", t().file("go/VERSION", b"go2"), "go/VERSION", Refusal::Duplicate),
        ("case", t().file("go/version", b"x"), "go/version", Refusal::CaseCollision { other: "go/VERSION".into() }),
        ("folder's case", t().file("go/SRC/x", b"x"), "go/SRC/x", Refusal::CaseCollision { other: "go/src".into() }),
        (
            "file as folder",
            t().file("go/VERSION/x", b"x"),
            "go/VERSION/x",
            Refusal::FileAndFolder { other: "go/VERSION".into() },
        ),
        ("folder as file", t().file("go/src", b"x"), "go/src", Refusal::FileAndFolder { other: "go/src".into() }),
        (
            "too large",
            t().raw(b'0', b"go/big", 600 << 20, 0o644, b""),
            "go/big",
            Refusal::FileTooLarge { bytes: 600 << 20, max: 512 << 20 },
        ),
        ("pax parent", pax(&[("path", "go/../../evil")], "go/x"), "go/../../evil", Refusal::DotComponent),
        ("pax NUL", pax(&[("path", "go/a\0b")], "go/x"), "go/a\\u{0}b", Refusal::Character('\0')),
        (
            "pax size",
            pax(&[("size", "18446744073709551615")], "go/x"),
            "go/x",
            Refusal::FileTooLarge { bytes: u64::MAX, max: 512 << 20 },
        ),
        ("pax link", pax(&[("linkpath", "/etc")], "go/x"), "go/test/Äfoo.go", Refusal::Link),
    ];
    for (case, tar, name, expected) in cases {
        let (entry, refusal) = refused(unpack(&tar.gz()), case);
        assert_eq!((entry.as_str(), refusal), (name, expected), "{case}");
    }
}

#[test]
fn extension_headers_that_lie_or_flood_are_refused() {
    let twice = Tar::toolchain().pax(&[("path", "go/a")]).pax(&[("path", "go/b")]).file("go/c", b"");
    let huge = Tar::toolchain().raw(b'x', b"x", 1 << 20, 0o644, b"");
    let huge_name = Tar::toolchain().raw(b'L', b"x", 1 << 32, 0o644, b"");
    let sparse = Tar::toolchain().pax(&[("GNU.sparse.major", "1")]).file("go/c", b"");
    let global = pax_text(&[("path", "go/x")]);
    let global = Tar::toolchain().raw(b'g', b"g", global.len() as u64, 0o644, global.as_bytes()).file("go/c", b"");
    for (case, tar) in
        [("twice", twice), ("huge", huge), ("huge name", huge_name), ("sparse", sparse), ("global", global)]
    {
        let (_, refusal) = refused(unpack(&tar.gz()), case);
        assert!(matches!(refusal, Refusal::Extension(_)), "{case}: {refusal:?}");
    }
    let flood = (0..50).fold(Tar::default(), |tar, _| tar.pax(&[("comment", "x")]));
    let place = Place::new().limits(|limits| limits.entries_max = 40);
    assert_eq!(refused(place.tar_gz(Layout::Archive, &flood.gz()), "flood").1, Refusal::TooManyEntries { max: 40 });
}

#[test]
fn bounds_on_the_whole_archive_hold() {
    let many = (0..30).fold(Tar::default(), |tar, n| tar.file(&format!("go/f{n}"), b"x"));
    let place = Place::new().limits(|limits| limits.entries_max = 20);
    let (entry, refusal) = refused(place.tar_gz(Layout::Archive, &many.clone().gz()), "many");
    assert_eq!((entry.as_str(), refusal), ("go/f20", Refusal::TooManyEntries { max: 20 }));
    let place = Place::new().limits(|limits| limits.bytes_total_max = 10);
    let (entry, refusal) = refused(place.tar_gz(Layout::Archive, &many.gz()), "total");
    assert_eq!((entry.as_str(), refusal), ("go/f10", Refusal::TotalTooLarge { max: 10 }));
}

#[test]
fn a_bomb_is_noticed_while_it_unpacks() {
    // 80 MiB of zeros pack to some hundred kilobytes; the floor is lowered so that the test stays quick.
    for size in [8 << 20, 100 << 10] {
        let zeros = vec![0; size];
        let tar = (0..(8 << 20) / size).fold(Tar::default(), |tar, n| tar.file(&format!("go/zeros{n}"), &zeros));
        let place = Place::new().limits(|limits| limits.ratio_floor_bytes = 1 << 20);
        let (entry, refusal) = refused(place.tar_gz(Layout::Archive, &tar.gz()), "bomb");
        assert!(entry.starts_with("go/zeros"), "{entry}");
        assert_eq!(refusal, Refusal::Bomb { max: 50 });
        let written = walk(&place);
        assert!(written < 4 << 20, "{written} bytes were written");
    }
}

fn walk(place: &Place) -> u64 {
    let fs = place.sys.fs();
    let names = fs.names(&place.tree()).unwrap();
    names.iter().map(|name| fs.look(&place.tree().join(name)).unwrap().unwrap().bytes).sum()
}

#[test]
fn gzip_members_in_a_row_are_one_stream_and_garbage_is_refused() {
    let bytes = Tar::toolchain().end();
    let (one, two) = bytes.split_at(bytes.len() / 3);
    let members = [gzip(one), gzip(b""), gzip(two)].concat();
    assert!(unpack(&members).is_ok());
    let whole = gzip(&bytes);
    for garbage in [&b"garbage"[..], b"\0", b"\x1f\x8b", &[0; 512]] {
        let error = unpack(&[&whole, garbage].concat()).unwrap_err();
        let expected = matches!(error, ArchiveError::Malformed { .. } | ArchiveError::Truncated { .. });
        assert!(expected, "{}: {error:?}", garbage.escape_ascii());
    }
}

#[test]
fn what_follows_the_end_of_the_tar_must_be_zeros_and_not_many() {
    let mut bytes = Tar::toolchain().end();
    bytes.extend([0; 10_240]);
    assert!(unpack(&gzip(&bytes)).is_ok());
    let mut hidden = bytes.clone();
    hidden.extend(Tar::default().file("go/hidden", b"x").bytes);
    assert!(matches!(unpack(&gzip(&hidden)), Err(ArchiveError::Malformed { what: "the tar", .. })));
    bytes.resize(bytes.len() + (5 << 20), 0);
    assert!(matches!(unpack(&gzip(&bytes)), Err(ArchiveError::Malformed { what: "the tar", .. })));
}

#[test]
fn a_tar_without_its_end_is_truncated_even_in_a_whole_gzip() {
    let bytes = Tar::toolchain().bytes;
    for cut in [bytes.len(), bytes.len() - 512, bytes.len() - 100, 512, 100, 0] {
        let error = unpack(&gzip(&bytes[..cut])).unwrap_err();
        assert!(matches!(error, ArchiveError::Truncated { .. }), "{cut}: {error:?}");
    }
    // An extension for an entry that never comes.
    let error = unpack(&Tar::toolchain().pax(&[("path", "go/x")]).gz()).unwrap_err();
    assert!(matches!(error, ArchiveError::Truncated { .. }), "{error:?}");
}

#[test]
fn what_is_no_tar_gz_says_so() {
    for bytes in [&b"<!doctype html><html>not found</html>"[..], b"PK\x03\x04aaaaaaaaaaaaaaaaaaaa"] {
        assert!(matches!(unpack(bytes), Err(ArchiveError::Malformed { .. })));
    }
    assert!(matches!(unpack(b""), Err(ArchiveError::Truncated { .. })));
    assert!(matches!(unpack(&gzip(&noise(4096))), Err(ArchiveError::Malformed { what: "the tar", .. })));
    assert!(Place::new().tar_gz(Layout::Wheel, &Tar::toolchain().gz()).is_err());
}

#[test]
fn a_tree_that_is_no_toolchain_is_refused_at_the_end() {
    let error = unpack(&Tar::default().file("go/VERSION", b"go1.99.1").file("go/src/x", b"").gz()).unwrap_err();
    assert!(matches!(error, ArchiveError::Shape { missing: "bin/go" }), "{error:?}");
}

/// Gives some bytes, then fails.
struct Failing<'b> {
    bytes: &'b [u8],
    error: Option<io::Error>,
}

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() {
            return Err(self.error.take().expect("a reader is not read again after it failed"));
        }
        self.bytes.read(buffer)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the download was cut off by the test")]
struct CutOff;

#[test]
fn the_readers_own_error_comes_back_as_the_source() {
    let whole = Tar::toolchain().gz();
    for (cut, kind) in
        [(0, io::ErrorKind::Other), (30, io::ErrorKind::Interrupted), (whole.len() - 20, io::ErrorKind::UnexpectedEof)]
    {
        let mut reader = Failing { bytes: &whole[..cut], error: Some(io::Error::new(kind, CutOff)) };
        let error = Place::new().tar_gz_from(Layout::Archive, &mut reader).unwrap_err();
        let ArchiveError::Input { cause } = error else { panic!("{cut}: {error:?}") };
        assert_eq!(cause.kind(), kind);
        assert!(cause.get_ref().is_some_and(|inner| inner.is::<CutOff>()));
    }
}
