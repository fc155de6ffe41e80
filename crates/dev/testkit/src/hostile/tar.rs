//! Hostile tar.gz: every bad name in every header with names, every kind of entry, and false sizes, orders, headers and
//! compressed streams.

use super::name::{bad, odd};
use super::raw::{Tar, deflate, gzip, noise, pax_text};
use super::{Case, files};

/// All of them.
pub fn cases() -> Vec<Case> {
    [names(), kinds(), sizes(), orders(), headers(), streams(), floods(), harmless()].concat()
}

/// The small toolchain.
fn good() -> Tar {
    files().iter().fold(Tar::default(), |tar, (path, bytes)| tar.file(&format!("go/{path}"), bytes))
}

fn refused(name: &str, tar: Tar) -> Case {
    Case::refused(name, tar.gz())
}

/// A name in the header itself, in a pax record, in GNU's long name.
fn names() -> Vec<Case> {
    let mut all = Vec::new();
    for bad in bad("go/") {
        let what = &bad.what;
        // A header's own name ends at its first NUL and has a hundred bytes.
        if bad.name.len() < 100 && !bad.name.contains(&0) {
            all.push(refused(&format!("{what}, in the header"), good().raw(b'0', &bad.name, 1, 0o644, b"x")));
            all.push(refused(&format!("{what}, in the header, old kind"), good().raw(0, &bad.name, 1, 0o644, b"x")));
        }
        if let Ok(name) = std::str::from_utf8(&bad.name) {
            all.push(refused(&format!("{what}, in pax"), good().pax(&[("path", name)]).file("go/x", b"x")));
        }
        let long = [&bad.name[..], b"\0"].concat();
        let tar = good().raw(b'L', b"././@LongLink", long.len() as u64, 0o644, &long).file("go/x", b"x");
        all.push(refused(&format!("{what}, in a long name"), tar));
    }
    // The name in two halves, as in POSIX: neither half is bad.
    for (what, prefix, name) in [("parent", "go/..", "../evil"), ("absolute", "/etc", "evil"), ("case", "go/SRC", "x")]
    {
        all.push(refused(&format!("{what}, in the header's two halves"), halves(prefix, name)));
    }
    all
}

/// A ustar header whose name is in its two fields.
fn halves(prefix: &str, name: &str) -> Tar {
    let mut tar = good();
    let start = tar.bytes.len();
    tar = tar.file(name, b"x");
    tar.bytes[start + 345..start + 345 + prefix.len()].copy_from_slice(prefix.as_bytes());
    sum(&mut tar, start);
    tar
}

/// Corrects the header's checksum.
fn sum(tar: &mut Tar, start: usize) {
    tar.bytes[start + 148..start + 156].copy_from_slice(b"        ");
    let sum: u32 = tar.bytes[start..start + 512].iter().map(|byte| u32::from(*byte)).sum();
    tar.bytes[start + 148..start + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// The last entry's header with some bytes overwritten.
fn patched(at: usize, bytes: &[u8]) -> Tar {
    let mut tar = good();
    let start = tar.bytes.len();
    tar = tar.file("go/x", b"x");
    tar.bytes[start + at..start + at + bytes.len()].copy_from_slice(bytes);
    sum(&mut tar, start);
    tar
}

/// Every kind that is neither file nor folder, links with their targets.
fn kinds() -> Vec<Case> {
    let mut all = Vec::new();
    for kind in [b'1', b'2', b'3', b'4', b'6', b'7', b'A', b'D', b'I', b'K', b'M', b'N', b'S', b'V', b'X', b'z', 0x80] {
        let named = char::from(kind).escape_default().to_string();
        all.push(refused(&format!("kind {named}"), good().kind(kind, "go/x")));
    }
    for (what, target) in [("out", "../../evil"), ("to root", "/etc/passwd"), ("inside", "VERSION"), ("to itself", "x")]
    {
        for (kind, link) in [(b'1', "hard link"), (b'2', "link")] {
            let mut tar = good();
            let start = tar.bytes.len();
            tar = tar.kind(kind, "go/x");
            tar.bytes[start + 157..start + 157 + target.len()].copy_from_slice(target.as_bytes());
            sum(&mut tar, start);
            // A file written through the link, if the link is made.
            all.push(refused(&format!("{link} {what}, then a file below it"), tar.file("go/x/y", b"evil")));
        }
    }
    all.push(refused("a folder with bytes", good().raw(b'5', b"go/d", 5, 0o755, b"bytes")));
    all.push(refused("a folder where a file is", good().kind(b'5', "go/VERSION/")));
    all.push(refused("a folder twice", good().kind(b'5', "go/d/").kind(b'5', "go/d")));
    all.push(refused("a folder outside", good().kind(b'5', "../d/")));
    all.push(refused("a folder in capitals", good().kind(b'5', "go/SRC/")));
    all
}

fn sizes() -> Vec<Case> {
    let mut all = Vec::new();
    for (what, bytes) in
        [("more bytes than there are", 1600), ("a gibibyte", 1 << 30), ("all that octal has", (1 << 33) - 1)]
    {
        all.push(refused(what, good().raw(b'0', b"go/x", bytes, 0o644, b"x")));
    }
    for (what, field) in [
        ("a size that is no number", *b"99999999999\0"),
        ("a size of letters", *b"evilevilevil"),
        ("a size with a sign", *b"-0000000001\0"),
        ("a size below zero in base 256", [0xff; 12]),
        ("a huge size in base 256", [0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ("a size beyond 64 bits", [0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    ] {
        all.push(refused(what, patched(124, &field)));
    }
    for (what, size) in [
        ("pax size of a gibibyte", "1073741824"),
        ("pax size of all bits", "18446744073709551615"),
        ("pax size beyond 64 bits", "18446744073709551616"),
        ("pax size below zero", "-1"),
        ("pax size with a space", " 1"),
        ("pax size in hexadecimal", "0x1"),
        ("pax size of nothing", ""),
        ("pax size larger than the file", "5000"),
    ] {
        all.push(refused(what, good().pax(&[("size", size)]).file("go/x", b"x")));
    }
    all
}

fn orders() -> Vec<Case> {
    let x = |tar: Tar| tar.file("go/x", b"x");
    let long = |tar: Tar| tar.raw(b'L', b"l", 5, 0o644, b"go/l\0");
    let global = |records: &[(&str, &str)]| {
        let text = pax_text(records);
        x(good().raw(b'g', b"g", text.len() as u64, 0o644, text.as_bytes()))
    };
    let mut all = vec![
        refused("pax twice", x(good().pax(&[("path", "go/a")]).pax(&[("path", "go/b")]))),
        refused("long name twice", x(long(long(good())))),
        refused("pax and a long name", x(long(good().pax(&[("path", "go/a")])))),
        refused("two names in one pax", x(good().pax(&[("path", "go/a"), ("path", "go/b")]))),
        refused("two sizes in one pax", x(good().pax(&[("size", "1"), ("size", "1")]))),
        refused("pax for nothing", good().pax(&[("path", "go/a")])),
        refused("a long name for nothing", long(good())),
        refused("a name for every entry", global(&[("path", "go/x")])),
        refused("a size for every entry", global(&[("size", "1")])),
        refused("a link for every entry", global(&[("linkpath", "/etc")])),
        refused("pax link", x(good().pax(&[("linkpath", "/etc/passwd")]))),
        refused("pax that changes the encoding", x(good().pax(&[("hdrcharset", "BINARY")]))),
        refused("pax sparse", x(good().pax(&[("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0")]))),
        refused("pax sparse name", x(good().pax(&[("GNU.sparse.name", "../evil")]))),
        refused("pax with an empty name", x(good().pax(&[("path", "")]))),
        refused("no toolchain at all", Tar::default()),
        refused("no command", Tar::default().file("go/VERSION", b"go1.99.1")),
        refused("no version", Tar::default().file("go/bin/go", b"x")),
        refused(
            "a whole tar twice",
            files().iter().fold(good(), |tar, (path, bytes)| tar.file(&format!("go/{path}"), bytes)),
        ),
        refused("two trees", good().file("og/VERSION", b"go1.99.1")),
    ];
    for (what, text) in [
        ("no length", "path=x\n"),
        ("a length too small", "3 path=x\n"),
        ("a length too large", "99 path=x\n"),
        ("a length of zero", "0 path=x\n"),
        ("no line end", "9 path=go"),
        ("no equals sign", "6 path\n"),
        ("a length beyond 64 bits", "99999999999999999999 path=x\n"),
        ("a NUL as name", "9 path=\0\n"),
    ] {
        all.push(refused(
            &format!("pax with {what}"),
            x(good().raw(b'x', b"x", text.len() as u64, 0o644, text.as_bytes())),
        ));
    }
    let ended = good().end();
    all.push(Case::refused("entries after the end", gzip(&[&ended[..], &good().bytes].concat())));
    all.push(Case::refused("one byte after the end", gzip(&[&ended[..], b"x"].concat())));
    all.push(Case::refused("no mark of the end", gzip(&good().bytes)));
    all.push(Case::refused("half a header", gzip(&good().bytes[..good().bytes.len() - 700])));
    all
}

/// Each field of the last header overwritten, with and without a right checksum.
fn headers() -> Vec<Case> {
    let mut all = Vec::new();
    for (field, at) in
        [("name", 0), ("mode", 100), ("owner", 108), ("size", 124), ("time", 136), ("kind", 156), ("magic", 257)]
    {
        let mut tar = good();
        let start = tar.bytes.len();
        tar = tar.file("go/x", b"x");
        tar.bytes[start + at] ^= 0x40;
        all.push(refused(&format!("a changed {field} under the old checksum"), tar));
    }
    for (what, field) in [("of letters", *b"evilevil"), ("of zeros", [0; 8]), ("of all bits", [0xff; 8])] {
        let mut tar = good();
        let start = tar.bytes.len();
        tar = tar.file("go/x", b"x");
        tar.bytes[start + 148..start + 156].copy_from_slice(&field);
        all.push(refused(&format!("a checksum {what}"), tar));
    }
    all
}

/// The compressed stream: its header, its blocks, its end.
fn streams() -> Vec<Case> {
    let whole = good().gz();
    let mut all = Vec::new();
    let mut changed = |what: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        all.push(Case::refused(what, bytes));
    };
    changed("another magic", &|bytes| bytes[0] = b'x');
    changed("another method", &|bytes| bytes[2] = 7);
    changed("reserved flags", &|bytes| bytes[3] = 0xe0);
    changed("a header checksum that is not there", &|bytes| bytes[3] = 2);
    changed("an extra field that is not there", &|bytes| bytes[3] = 4);
    changed("a block of the reserved kind", &|bytes| bytes[10] = 0xff);
    changed("another checksum at the end", &|bytes| *bytes.iter_mut().nth_back(5).unwrap() ^= 1);
    changed("another length at the end", &|bytes| *bytes.last_mut().unwrap() ^= 1);
    changed("no checksum", &|bytes| bytes.truncate(bytes.len() - 8));
    changed("half a checksum", &|bytes| bytes.truncate(bytes.len() - 6));
    changed("garbage after it", &|bytes| bytes.extend(b"garbage"));
    changed("a second magic after it", &|bytes| bytes.extend([0x1f, 0x8b]));
    changed("zeros after it", &|bytes| bytes.extend([0; 512]));
    changed("another archive after it", &|bytes| bytes.extend(good().gz()));
    changed("a byte changed in the middle", &|bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x55;
    });
    all.extend([
        Case::refused("a tar that is not packed", good().end()),
        Case::refused("raw deflate", deflate(&good().end())),
        Case::refused("the magic of bzip2", [b"BZh9", &noise(100)[..]].concat()),
        Case::refused("the magic of xz", [b"\xfd7zXZ\0", &noise(100)[..]].concat()),
        Case::refused("a zip", b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_vec()),
        Case::refused("a web page", b"<!doctype html><html><title>Log in</title></html>".to_vec()),
        Case::refused("nothing", Vec::new()),
        Case::refused("one byte", vec![0x1f]),
        Case::refused("noise", noise(4096)),
        Case::refused("packed twice", gzip(&whole)),
        Case::refused("packed noise", gzip(&noise(4096))),
        Case::refused("packed nothing", gzip(b"")),
    ]);
    all
}

/// Floods. The limits of the tests are low (`archive::Limits`), so that these stay quick.
fn floods() -> Vec<Case> {
    let many = |count: usize, add: &dyn Fn(Tar, usize) -> Tar| (0..count).fold(good(), add);
    vec![
        refused("zeros in one file", good().file("go/zeros", &vec![0; 6 << 20])),
        refused("zeros in many files", many(60, &|tar, n| tar.file(&format!("go/z{n}"), &[0; 100_000]))),
        refused("zeros after the end", {
            let mut tar = good();
            tar.bytes.resize(8 << 20, 0);
            tar
        }),
        refused("more files than any tree", many(3000, &|tar, n| tar.file(&format!("go/f{n}"), b""))),
        refused("more folders than any tree", many(3000, &|tar, n| tar.kind(b'5', &format!("go/d{n}/")))),
        refused("more pax headers than entries", many(3000, &|tar, n| tar.pax(&[("comment", &n.to_string())]))),
        refused("a huge pax header", good().raw(b'x', b"x", 1 << 20, 0o644, &vec![b' '; 1 << 20])),
        refused("a huge long name", good().raw(b'L', b"x", 1 << 20, 0o644, &vec![b'x'; 1 << 20])),
        refused("a global header of a gibibyte", good().raw(b'g', b"g", 1 << 30, 0o644, b"")),
        Case::refused(
            "members of nothing without end",
            [good().gz(), gzip(b"").repeat(20_000), b"x".to_vec()].concat(),
        ),
    ]
}

/// Harmless oddities: the tree is the same, except for one more file.
fn harmless() -> Vec<Case> {
    let harmless = |name: &str, tar: Tar| Case::harmless(name, tar.gz());
    let mut all: Vec<Case> = odd("go/")
        .into_iter()
        .map(|odd| harmless(&format!("odd name: {}", odd.what), good().raw(b'0', &odd.name, 1, 0o644, b"x")))
        .collect();
    for (what, mode) in [("setuid", 0o6755), ("sticky", 0o1777), ("for nobody", 0), ("for all to write", 0o777)] {
        all.push(harmless(&format!("mode {what}"), good().raw(b'0', b"go/x", 1, mode, b"x")));
    }
    all.extend([
        harmless("another owner", patched(108, b"7777777\x007777777\0")),
        harmless("a time before time", patched(136, &[0xff; 12])),
        harmless("an owner's name with an escape", patched(265, b"\x1b[2J")),
        harmless("a file that says where it links to", patched(157, b"/etc/passwd")),
        harmless(
            "pax owner, time and attributes",
            good()
                .pax(&[("uname", "root"), ("mtime", "-1"), ("SCHILY.xattr.security.capability", "x")])
                .file("go/x", b"x"),
        ),
        harmless("a comment for every entry", {
            let text = pax_text(&[("comment", "\u{1b}[2J")]);
            good().raw(b'g', b"g", text.len() as u64, 0o644, text.as_bytes())
        }),
        harmless(
            "folders with entries of their own",
            Tar::default()
                .kind(b'5', "go/")
                .kind(b'5', "go/src/")
                .raw(b'5', b"go/bin", 0, 0o000, b"")
                .clone_into_good(),
        ),
        Case::harmless("zeros up to a record", {
            let mut bytes = good().end();
            bytes.resize(10_240, 0);
            gzip(&bytes)
        }),
        Case::harmless("three members", {
            let bytes = good().end();
            [gzip(&bytes[..700]), gzip(b""), gzip(&bytes[700..])].concat()
        }),
    ]);
    all
}

impl Tar {
    /// These entries, then the small toolchain.
    fn clone_into_good(self) -> Tar {
        Tar { bytes: [self.bytes, good().bytes].concat() }
    }
}
