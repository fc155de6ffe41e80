//! The `go` and `toolchain` lines of a go.mod or go.work file, found as the go command finds them
//! before it has chosen a toolchain.
//!
//! At that moment the file may be written for a newer Go, so it is not parsed: the first line that
//! begins with the key and a space or tab counts, whatever surrounds it. The scanner does not read
//! a factored block (`go ( … )`), a byte order mark hides its line, and only a line feed ends a
//! line. Source of the rules: `GoModLookup` in `cmd/go/internal/gover/gomod.go`.

/// One line's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Line<'a> {
    /// The text after the key, without comment and white space. Untrusted bytes: neither UTF-8 nor
    /// a version is guaranteed. Empty if the line has only a key; the go command treats that as no
    /// line at all, and stops its search.
    pub value: &'a [u8],
    /// The line's number, the first line being 1.
    pub number: usize,
}

impl<'a> Line<'a> {
    /// The value as text, if it is UTF-8.
    pub fn text(&self) -> Option<&'a str> {
        core::str::from_utf8(self.value).ok()
    }
}

/// What the scan found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Lines<'a> {
    /// The first `go` line.
    pub go: Option<Line<'a>>,
    /// The first `toolchain` line.
    pub toolchain: Option<Line<'a>>,
}

/// Finds the first `go` and the first `toolchain` line. Reads no further than it must.
pub fn scan(bytes: &[u8]) -> Lines<'_> {
    let mut found = Lines::default();
    for (index, raw) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = trim(raw);
        let number = index + 1;
        if found.go.is_none() {
            found.go = value_of(line, b"go").map(|value| Line { value, number });
        }
        if found.toolchain.is_none() {
            found.toolchain = value_of(line, b"toolchain").map(|value| Line { value, number });
        }
        if found.go.is_some() && found.toolchain.is_some() {
            break;
        }
    }
    found
}

/// The value after a key, if the line begins with that key and a space or tab.
fn value_of<'a>(line: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(key)?;
    if !matches!(rest.first(), Some(b' ' | b'\t')) {
        return None;
    }
    let end = rest.windows(2).position(|pair| pair == b"//").unwrap_or(rest.len());
    Some(trim(rest.get(..end).unwrap_or(rest)))
}

/// Trims white space at both ends: Unicode's, as the go command does, which matters for a no-break
/// space in a copied line.
fn trim(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = WHITE_SPACE.iter().find_map(|space| bytes.strip_prefix(*space)) {
        bytes = rest;
    }
    while let Some(rest) = WHITE_SPACE.iter().find_map(|space| bytes.strip_suffix(*space)) {
        bytes = rest;
    }
    bytes
}

/// Every character of Unicode's property White_Space, in UTF-8.
const WHITE_SPACE: &[&[u8]] = &[
    b" ",
    b"\t",
    b"\r",
    b"\n",
    b"\x0b",
    b"\x0c",
    b"\xc2\x85",
    b"\xc2\xa0",
    b"\xe1\x9a\x80",
    b"\xe2\x80\x80",
    b"\xe2\x80\x81",
    b"\xe2\x80\x82",
    b"\xe2\x80\x83",
    b"\xe2\x80\x84",
    b"\xe2\x80\x85",
    b"\xe2\x80\x86",
    b"\xe2\x80\x87",
    b"\xe2\x80\x88",
    b"\xe2\x80\x89",
    b"\xe2\x80\x8a",
    b"\xe2\x80\xa8",
    b"\xe2\x80\xa9",
    b"\xe2\x80\xaf",
    b"\xe2\x81\x9f",
    b"\xe3\x80\x80",
];
