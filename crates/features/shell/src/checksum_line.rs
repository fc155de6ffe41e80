//! A checksum in a text, which shows whether somebody has edited the text since goward wrote it.
//!
//! It prevents goward from removing a person's edits; it does not protect against forgery.

use release::Digest;

/// How many hexadecimal digits of the SHA-256 are in the text: enough to notice any edit by hand.
const SUM_DIGITS: usize = 12;

/// The prefix of the last line of goward's files.
const FILE_LINE: &str = "# Made by `goward setup`; `goward unsetup` removes this file. Sum: ";

/// The sum of a text; line ends do not count, since editors and Git change them.
pub(crate) fn sum(text: &[u8]) -> String {
    let plain: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'\r').collect();
    Digest::of(&plain).front(SUM_DIGITS)
}

/// A complete file of goward's: the text and a last line with its sum. The text ends with a line end.
///
/// The line is a comment in every language that goward writes.
pub fn with_sum(text: &str) -> String {
    format!("{text}{FILE_LINE}{}\n", sum(text.as_bytes()))
}

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// goward wrote it and nobody has changed it.
    Unchanged,
    /// goward wrote it and somebody has changed it.
    Changed,
    /// It is not goward's.
    Other,
}

/// Whether goward wrote these bytes, and whether they are unchanged.
pub fn owner_of(bytes: &[u8]) -> Owner {
    let Some(start) = bytes.windows(FILE_LINE.len()).rposition(|window| window == FILE_LINE.as_bytes()) else {
        return Owner::Other;
    };
    let (text, line) = bytes.split_at(start);
    let written = line[FILE_LINE.len()..].strip_suffix(b"\n").unwrap_or(b"");
    let written = written.strip_suffix(b"\r").unwrap_or(written);
    if written == sum(text).as_bytes() { Owner::Unchanged } else { Owner::Changed }
}
