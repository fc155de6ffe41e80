//! A checksum database's record of one module version: its name, the answer to a lookup, the lines of the record.
//!
//! Only the record's text counts, because the log hashes only that; the rest of an answer is untrusted
//! (CVE-2026-56864). And it counts only for the requested module and version, by exactly one line (CVE-2026-42501).

use std::fmt;

use diag::{Class, Diagnose, Diagnosis};
use serde::{Deserialize, Serialize};

use crate::h1::H1;
use crate::limits::{LOOKUP_BYTES_MAX, NAME_BYTES_MAX};

/// A module at a version: the key of a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModuleVersion {
    /// The module's path (`golang.org/toolchain`).
    pub module: String,
    /// Its version (`v0.0.1-go1.27.3.linux-amd64`).
    pub version: String,
}

impl ModuleVersion {
    /// The module form of a toolchain, by version and platform (`go1.27.3.linux-amd64`).
    pub fn toolchain(version_and_platform: &str) -> ModuleVersion {
        ModuleVersion { module: "golang.org/toolchain".to_owned(), version: format!("v0.0.1-{version_and_platform}") }
    }

    /// The path of the lookup below the database's address, with capitals escaped as for the module proxy (`!x` for
    /// `X`, so that two names never differ by case alone); `None` if module or version contains characters that no real
    /// one has.
    pub fn lookup_path(&self) -> Option<String> {
        let module_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        let version_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._+".contains(&byte);
        // A component that is empty, or begins or ends with a dot, could have a meaning for the transport.
        let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with('.');
        let sound = self.module.bytes().all(module_byte)
            && self.module.split('/').all(part)
            && self.version.bytes().all(version_byte)
            && self.version.starts_with('v')
            && part(&self.version)
            && self.module.len() <= NAME_BYTES_MAX
            && self.version.len() <= NAME_BYTES_MAX;
        sound.then(|| format!("lookup/{}@{}", escape(&self.module), escape(&self.version)))
    }
}

impl fmt::Display for ModuleVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.module, self.version)
    }
}

fn escape(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('!');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The parsed answer to a lookup. It is not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The record's number in the log.
    pub record_id: u64,
    /// The record's text, with the line break that ends it.
    pub record_text: String,
    /// The text after the blank line: the signed note of a tree that has the record.
    pub note: Vec<u8>,
}

/// Why an answer or a record does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum RecordError {
    /// More bytes than an answer may have.
    #[error("read the record: the answer has {bytes} bytes, more than {LOOKUP_BYTES_MAX}")]
    TooLong {
        /// How many it has.
        bytes: usize,
    },
    /// Not a number, a text, a blank line and a note.
    #[error("read the record: {reason}")]
    Malformed { reason: &'static str },
    /// The record has no line for what was asked.
    #[error("find `{wanted}` in the record: it has no line for exactly that")]
    NoLine {
        /// Module and version, and `/go.mod` where it is about that.
        wanted: String,
    },
    /// The record has several lines for what was asked.
    #[error("find `{wanted}` in the record: it has {lines} lines for it, not one")]
    ManyLines {
        /// Module and version, and `/go.mod` where it is about that.
        wanted: String,
        /// How many lines.
        lines: usize,
    },
    /// The line for what was asked does not end in an `h1:` hash.
    #[error("find `{wanted}` in the record: its line does not end in an `h1:` hash")]
    BadLine {
        /// Module and version, and `/go.mod` where it is about that.
        wanted: String,
    },
}

impl Diagnose for RecordError {
    fn diagnosis(&self) -> Diagnosis {
        Class::Integrity.word(match self {
            RecordError::TooLong { .. } => "record-too-long",
            RecordError::Malformed { .. } => "record-malformed",
            RecordError::NoLine { .. } => "record-without-line",
            RecordError::ManyLines { .. } => "record-with-several-lines",
            RecordError::BadLine { .. } => "record-line-malformed",
        })
    }
}

impl Lookup {
    /// Parses the answer to a lookup: number, text, blank line, note.
    ///
    /// # Errors
    /// Too many bytes, no such shape, or a text with control characters.
    pub fn parse(body: &[u8]) -> Result<Lookup, RecordError> {
        let malformed = |reason| RecordError::Malformed { reason };
        if body.len() > LOOKUP_BYTES_MAX {
            return Err(RecordError::TooLong { bytes: body.len() });
        }
        let line_end = body.iter().position(|byte| *byte == b'\n').ok_or_else(|| malformed("it has no lines"))?;
        let (number, rest) = (&body[..line_end], &body[line_end + 1..]);
        let record_id = str::from_utf8(number)
            .ok()
            .and_then(number_as_written)
            .ok_or_else(|| malformed("its first line is no record number"))?;
        let text_end =
            rest.windows(2).position(|pair| pair == b"\n\n").ok_or_else(|| malformed("no blank line ends its text"))?;
        let (text, note) = (&rest[..=text_end], &rest[text_end + 2..]);
        let record_text = str::from_utf8(text).map_err(|_| malformed("its text is not UTF-8"))?;
        check_text(record_text)?;
        Ok(Lookup { record_id, record_text: record_text.to_owned(), note: note.to_vec() })
    }
}

/// Whether this can be a record's text: lines, none of them empty, without control characters.
pub(crate) fn check_text(text: &str) -> Result<(), RecordError> {
    let malformed = |reason| Err(RecordError::Malformed { reason });
    let Some(lines) = text.strip_suffix('\n') else { return malformed("its text does not end with a line") };
    if lines.split('\n').any(str::is_empty) {
        return malformed("its text has an empty line");
    }
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return malformed("its text holds a control character");
    }
    Ok(())
}

/// A number in its canonical spelling: no sign, no leading zeros.
pub(crate) fn number_as_written(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A record's lines for one module version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordLines {
    /// The hash of the module's files.
    pub h1: H1,
    /// The hash of its `go.mod` alone, if the record has one.
    pub gomod_h1: Option<H1>,
}

impl RecordLines {
    /// Finds the lines for a module version in a record's text.
    ///
    /// # Errors
    /// Not exactly one line for the files, more than one for `go.mod`, or a line without an `h1:` hash.
    pub fn find(record_text: &str, wanted: &ModuleVersion) -> Result<RecordLines, RecordError> {
        let h1 = line(record_text, &format!("{} {}", wanted.module, wanted.version))?;
        let gomod_h1 = match line(record_text, &format!("{} {}/go.mod", wanted.module, wanted.version)) {
            Ok(h1) => Some(h1),
            Err(RecordError::NoLine { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(RecordLines { h1, gomod_h1 })
    }
}

fn line(record_text: &str, wanted: &str) -> Result<H1, RecordError> {
    let rest = |line| str::strip_prefix(line, wanted)?.strip_prefix(' ');
    let found: Vec<&str> = record_text.lines().filter_map(rest).collect();
    let wanted = wanted.to_owned();
    match found[..] {
        [] => Err(RecordError::NoLine { wanted }),
        [hash] => hash.parse().map_err(|_| RecordError::BadLine { wanted }),
        _ => Err(RecordError::ManyLines { wanted, lines: found.len() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const H: &str = "h1:THKeCuuOK6mnQhbTbvvH9CKU3D4lwUERQax+yRXCVJk=";

    fn wanted() -> ModuleVersion {
        ModuleVersion { module: "a.b/c".to_owned(), version: "v1.0.0".to_owned() }
    }

    #[test]
    fn capitals_are_escaped_in_the_path_and_odd_names_have_none() {
        let path = |module: &str, version: &str| {
            ModuleVersion { module: module.to_owned(), version: version.to_owned() }.lookup_path()
        };
        assert_eq!(
            ModuleVersion::toolchain("go1.27.3.linux-amd64").lookup_path().unwrap(),
            "lookup/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64"
        );
        assert_eq!(path("a.b/XyZ", "v1.0.0-RC1+x").unwrap(), "lookup/a.b/!xy!z@v1.0.0-!r!c1+x");
        let odd = [
            ("", "v1"),
            ("a", ""),
            ("a", "1.0"),
            ("a//b", "v1"),
            ("/a", "v1"),
            ("a/", "v1"),
            ("a/../b", "v1"),
            ("a/./b", "v1"),
            ("a/.b", "v1"),
            ("a!b", "v1"),
            ("a b", "v1"),
            ("a", "v1/x"),
            ("a", "v1\nx"),
            ("ä", "v1"),
            ("a?b", "v1"),
            ("a%2fb", "v1"),
            ("a@v0", "v1"),
            ("a", "v1."),
        ];
        for (module, version) in odd {
            assert_eq!(path(module, version), None, "{module}@{version}");
        }
        assert_eq!(path(&"a".repeat(NAME_BYTES_MAX + 1), "v1"), None);
    }

    #[test]
    fn an_answer_is_number_text_blank_line_and_note() {
        let lookup = Lookup::parse(b"12\na\nb\n\nnote\n\nmore").unwrap();
        assert_eq!(lookup, Lookup { record_id: 12, record_text: "a\nb\n".to_owned(), note: b"note\n\nmore".to_vec() });
    }

    #[test]
    fn answers_of_another_shape_are_refused() {
        let bodies: [&[u8]; 15] = [
            b"",
            b"12",
            b"12\n",
            b"12\na\n",
            b"12\na",
            b"-1\na\n\nn",
            b"+1\na\n\nn",
            b"01\na\n\nn",
            b"1 \na\n\nn",
            b"18446744073709551616\na\n\nn",
            b"\na\n\nn",
            b"1\n\n\nn",
            b"1\n\nn",
            b"1\na\x00b\n\nn",
            b"1\na\xff\n\nn",
        ];
        for body in bodies {
            assert!(Lookup::parse(body).is_err(), "{}", body.escape_ascii());
        }
        let long = [b"1\na\n\n".to_vec(), vec![b'x'; LOOKUP_BYTES_MAX]].concat();
        assert_eq!(Lookup::parse(&long), Err(RecordError::TooLong { bytes: long.len() }));
    }

    #[test]
    fn exactly_one_line_for_exactly_the_version_counts() {
        let find = |text: &str| RecordLines::find(text, &wanted());
        let h1: H1 = H.parse().unwrap();
        assert_eq!(find(&format!("a.b/c v1.0.0 {H}\n")), Ok(RecordLines { h1, gomod_h1: None }));
        let both = format!("a.b/c v1.0.0 {H}\na.b/c v1.0.0/go.mod {H}\n");
        assert_eq!(find(&both), Ok(RecordLines { h1, gomod_h1: Some(h1) }));

        let wanted = || "a.b/c v1.0.0".to_owned();
        let none = [
            format!("a.b/c v1.0.0/go.mod {H}\n"),
            format!("a.b/c v1.0.00 {H}\n"),
            format!("a.b/c v1.0.0-pre {H}\n"),
            format!("x/a.b/c v1.0.0 {H}\n"),
            format!("A.b/c v1.0.0 {H}\n"),
            format!(" a.b/c v1.0.0 {H}\n"),
            format!("a.b/c  v1.0.0 {H}\n"),
            "a.b/c v1.0.0\n".to_owned(),
        ];
        for text in none {
            assert_eq!(find(&text), Err(RecordError::NoLine { wanted: wanted() }), "{text}");
        }
        let twice = format!("a.b/c v1.0.0 {H}\na.b/c v1.0.0 {H}\n");
        assert_eq!(find(&twice), Err(RecordError::ManyLines { wanted: wanted(), lines: 2 }));
        for bad in [format!("a.b/c v1.0.0  {H}\n"), format!("a.b/c v1.0.0 {H} \n"), "a.b/c v1.0.0 h2:x\n".to_owned()] {
            assert_eq!(find(&bad), Err(RecordError::BadLine { wanted: wanted() }), "{bad}");
        }
        let two_gomods = format!("{both}a.b/c v1.0.0/go.mod {H}\n");
        assert!(matches!(find(&two_gomods), Err(RecordError::ManyLines { .. })));
    }

    #[test]
    fn a_carriage_return_does_not_end_a_line() {
        // `str::lines` would drop it silently; the check of the text refuses it before.
        assert!(check_text(&format!("a.b/c v1.0.0 {H}\r\n")).is_err());
    }
}
