//! The scanner of go.mod and go.work, and toolchain names.

use pin::{Line, scan, toolchain_version};
use proptest::prelude::*;

fn go(content: &[u8]) -> Option<(&str, usize)> {
    scan(content).go.map(|line: Line<'_>| (line.text().unwrap_or("not UTF-8"), line.number))
}

fn toolchain(content: &[u8]) -> Option<(&str, usize)> {
    scan(content).toolchain.map(|line| (line.text().unwrap_or("not UTF-8"), line.number))
}

#[test]
fn the_first_line_that_begins_with_the_key_wins() {
    let file = b"module example.com/m\n\ngo 1.22.0\ngo 1.99\n\ntoolchain go1.23.1\ntoolchain go1.99.0\n";
    assert_eq!(go(file), Some(("1.22.0", 3)));
    assert_eq!(toolchain(file), Some(("go1.23.1", 6)));
}

/// A file, and the value and number of its `go` line.
type Case = (&'static [u8], Option<(&'static str, usize)>);

#[test]
fn go_lines_are_read_as_the_go_command_reads_them() {
    let cases: &[Case] = &[
        (b"", None),
        (b"go 1.22", Some(("1.22", 1))),
        (b"go\t1.22\n", Some(("1.22", 1))),
        (b"  \t go   1.22  \n", Some(("1.22", 1))),
        (b"go 1.22\r\n", Some(("1.22", 1))),
        (b"go 1.22 // for generics\n", Some(("1.22", 1))),
        (b"go 1.22// close\n", Some(("1.22", 1))),
        (b"// go 1.22\n", None),
        (b"//go 1.22\ngo 1.23\n", Some(("1.23", 2))),
        (b"golang 1.22\n", None),
        (b"go1.22\n", None),
        (b"go\n", None),
        (b"go \n", None),
        (b"go\r\n", None),
        // A key with only a comment counts, and ends the search.
        (b"go // later\ngo 1.22\n", Some(("", 1))),
        // The scanner does not read a factored block, but a line in any block that begins with the key counts.
        (b"go (\n\t1.22\n)\n", Some(("(", 1))),
        (b"require (\n\tgo 1.22\n)\n", Some(("1.22", 2))),
        (b"go 1.22 1.23\n", Some(("1.22 1.23", 1))),
        (b"go \"1.22\"\n", Some(("\"1.22\"", 1))),
        // A byte order mark is not white space: it hides its line.
        (b"\xef\xbb\xbfgo 1.22\n", None),
        (b"\xef\xbb\xbfmodule m\ngo 1.22\n", Some(("1.22", 2))),
        // Only a line feed ends a line.
        (b"module m\rgo 1.22\r", None),
        (b"go 1.22\rtoolchain go1.23.0\n", Some(("1.22\rtoolchain go1.23.0", 1))),
        (b"\xc2\xa0go 1.22\xc2\xa0\n", Some(("1.22", 1))),
        (b"go\xc2\xa01.22\n", None),
        (b"\x0b\x0cgo 1.22\x0b\n", Some(("1.22", 1))),
        (b"\xe2\x80\x83go 1.22\xe3\x80\x80\n", Some(("1.22", 1))),
        (b"go 1.22\0\n", Some(("1.22\0", 1))),
        (b"go \xff\n", Some(("not UTF-8", 1))),
        (b"GO 1.22\n", None),
    ];
    for (content, expected) in cases {
        assert_eq!(go(content), *expected, "{:?}", content.escape_ascii().to_string());
    }
}

#[test]
fn a_comment_may_hold_a_slash_pair_anywhere() {
    assert_eq!(toolchain(b"toolchain default // keep\n"), Some(("default", 1)));
    assert_eq!(toolchain(b"toolchain ../../x\n"), Some(("../../x", 1)));
    assert_eq!(toolchain(b"toolchain a//b//c\n"), Some(("a", 1)));
}

#[test]
fn a_toolchain_name_gives_its_version_and_loses_its_suffix() {
    let cases = [
        ("go1.21.0", Some("1.21.0")),
        ("go1.21.0-custom", Some("1.21.0")),
        ("go1.26.5-1", Some("1.26.5")),
        ("go1.21.0 X:boringcrypto", Some("1.21.0")),
        ("go1.21.0\tx", Some("1.21.0")),
        ("go1.22", Some("1.22")),
        ("go1", Some("1")),
        ("go1.21rc2", Some("1.21rc2")),
        // Readable as a version, but not to the go command.
        ("go1.9.2rc2", None),
        ("1.21.0", None),
        ("go", None),
        ("go-1.21", None),
        ("default", None),
        ("local", None),
        ("", None),
        ("gccgo-go1.21.0", None),
        ("go1.21.0/../../x", None),
        ("go1.21.0-a/b", None),
        ("go1.21.0-a\\b", None),
        ("../../x", None),
        ("go1.21.0+auto", None),
        ("Go1.21.0", None),
    ];
    for (name, expected) in cases {
        assert_eq!(toolchain_version(name), expected, "{name}");
    }
}

/// Bytes made of the pieces of such files.
fn fileish() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(&b"go "[..]),
        Just(&b"go"[..]),
        Just(&b"toolchain "[..]),
        Just(&b"1.22"[..]),
        Just(&b"\n"[..]),
        Just(&b"\r\n"[..]),
        Just(&b" "[..]),
        Just(&b"//"[..]),
        Just(&b"\xc2"[..]),
        Just(&b"\xa0"[..]),
        Just(&b"\xef\xbb\xbf"[..]),
        Just(&b"\0"[..]),
    ];
    prop_oneof![
        prop::collection::vec(piece, 0..40).prop_map(|p| p.concat()),
        prop::collection::vec(any::<u8>(), 0..200)
    ]
}

proptest! {
    #[test]
    fn a_found_value_stands_on_the_line_it_names(content in fileish()) {
        let found = scan(&content);
        for (line, key) in [(found.go, &b"go"[..]), (found.toolchain, &b"toolchain"[..])] {
            let Some(line) = line else { continue };
            let raw = content.split(|b| *b == b'\n').nth(line.number - 1).unwrap();
            let at = raw.windows(key.len()).position(|w| w == key).unwrap();
            let behind = &raw[at + key.len()..];
            prop_assert!(line.value.is_empty() || behind.windows(line.value.len()).any(|w| w == line.value));
            prop_assert!(!line.value.contains(&b'\n'));
            prop_assert!(!line.value.windows(2).any(|w| w == b"//"));
        }
    }

    #[test]
    fn no_name_with_a_separator_has_a_version(before in ".{0,10}", after in ".{0,10}", slash in prop::bool::ANY) {
        let name = format!("go1.21.0{before}{}{after}", if slash { '/' } else { '\\' });
        prop_assert_eq!(toolchain_version(&name), None);
    }
}
