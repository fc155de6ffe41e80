//! A sum in a text, by which it can be told whether somebody has changed it since it was written.
//!
//! It guards against taking away what a person has written, not against a person who wants that.

use release::Digest;

/// How many hexadecimal digits of the SHA-256 stand in the text: enough to notice any edit by hand.
const SUM_DIGITS: usize = 12;

/// How the last line of a file of goward's begins.
const FILE_LINE: &str = "# Made by `goward setup`; `goward unsetup` removes this file. Sum: ";

/// The sum of a text; line ends do not count, since editors and Git change them.
pub(crate) fn sum(text: &[u8]) -> String {
    let plain: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'\r').collect();
    Digest::of(&plain).front(SUM_DIGITS)
}

/// A whole file of goward's: the text and a last line with its sum. The text ends with a line end.
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

/// Whether these bytes are a file of goward's, and as it was written.
pub fn owner_of(bytes: &[u8]) -> Owner {
    let Some(start) = bytes.windows(FILE_LINE.len()).rposition(|window| window == FILE_LINE.as_bytes()) else {
        return Owner::Other;
    };
    let (text, line) = bytes.split_at(start);
    let written = line[FILE_LINE.len()..].strip_suffix(b"\n").unwrap_or(b"");
    let written = written.strip_suffix(b"\r").unwrap_or(written);
    if written == sum(text).as_bytes() { Owner::Unchanged } else { Owner::Changed }
}
