//! Foreign text in messages.

use crate::limits::SHOWN_CHARS_MAX;

/// Foreign text for a message: in backticks, escaped as in [`escaped`], and cut to a length that fits into a line.
pub fn shown(text: &str) -> String {
    format!("`{}`", cut(text))
}

/// As [`shown`], without the backticks: for fields of a machine's output.
pub fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", escaped(text.get(..end).unwrap_or(text))),
        None => escaped(text),
    }
}

/// Foreign text of any length, with every character escaped that could steer a terminal or deceive the eye.
pub fn escaped(text: &str) -> String {
    diag::escaped(text)
}

/// Foreign bytes for a message.
pub(crate) fn shown_bytes(bytes: &[u8]) -> String {
    // Four bytes make at most one character, so this is enough to fill the printed length.
    let head = bytes.get(..SHOWN_CHARS_MAX * 4 + 4).unwrap_or(bytes);
    shown(&String::from_utf8_lossy(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_steer_a_terminal_or_fill_a_screen() {
        assert_eq!(shown("1.27"), "`1.27`");
        assert_eq!(shown("a\u{1b}[2Jb\nc"), "`a\\u{1b}[2Jb\\nc`");
        assert_eq!(shown("a\u{202e}b"), "`a\\u{202e}b`");
        assert_eq!(shown(&"x".repeat(1000)).chars().count(), SHOWN_CHARS_MAX + 3);
        assert_eq!(shown_bytes(b"ok\xff"), "`ok\u{fffd}`");
    }
}
