//! A marked block in a profile: inserts, finds and removes it.
//!
//! A profile is bytes: it may contain anything that its shell accepts. Line ends, a missing line end after the last
//! line, and every byte outside the block stay unchanged, so that removing the block restores the former profile.

use crate::checksum_line::sum;

/// The first line of a block.
pub const BEGIN: &str = "# >>> goward >>>";
/// The last line of a block.
pub const END: &str = "# <<< goward <<<";
/// The prefix of the line with the sum.
const SUM_LINE: &str = "# Made by `goward setup`; `goward unsetup` takes it out. Sum: ";
/// A line in the block of a file that goward made.
const MADE_LINE: &str = "# goward made this file.";

/// A found block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its start and end, in bytes, with the line end after its last line.
    pub range: std::ops::Range<usize>,
    /// The line of its first line, counted from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// Whether somebody has edited it since it was written.
    pub edited: bool,
    /// Whether goward made the file.
    pub made_file: bool,
}

/// Why goward cannot find its blocks in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum BlockError {
    /// A block is begun and not ended.
    #[error("line {line} begins a block of goward's that has no end")]
    Open {
        /// The line of its first line.
        line: usize,
    },
    /// A block is ended that was not begun.
    #[error("line {line} ends a block of goward's that has no beginning")]
    Stray { line: usize },
}

/// The blocks of a file, in order.
///
/// # Errors
/// When a mark has no counterpart: then goward's part cannot be determined.
pub fn find(bytes: &[u8]) -> Result<Vec<Found>, BlockError> {
    let mut found = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let mut start = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let end = start + line.len();
        let number = index + 1;
        match line.trim_ascii() {
            text if text == BEGIN.as_bytes() => match open {
                Some((_, line)) => return Err(BlockError::Open { line }),
                None => open = Some((start, number)),
            },
            text if text == END.as_bytes() => match open.take() {
                Some((begin, line)) => found.push(read(bytes, begin..end, line)),
                None => return Err(BlockError::Stray { line: number }),
            },
            _ => {}
        }
        start = end;
    }
    match open {
        Some((_, line)) => Err(BlockError::Open { line }),
        None => Ok(found),
    }
}

fn read(bytes: &[u8], range: std::ops::Range<usize>, line: usize) -> Found {
    let text = String::from_utf8_lossy(&bytes[range.clone()]).replace('\r', "");
    let inner = text.trim_start().strip_prefix(BEGIN).unwrap_or("");
    let inner = inner.trim_end().strip_suffix(END).unwrap_or(inner).trim_start_matches('\n');
    let (head, body) = inner.split_once('\n').unwrap_or((inner, ""));
    let edited = head.strip_prefix(SUM_LINE) != Some(sum(body.as_bytes()).as_str());
    let made_file = body.lines().any(|line| line == MADE_LINE);
    Found { range, line, text, edited, made_file }
}

/// A block with these lines, each ended by `\n`.
fn block(body: &str, makes_file: bool) -> String {
    let made = if makes_file { format!("{MADE_LINE}\n") } else { String::new() };
    let body = format!("{made}{}\n", body.trim_end_matches('\n'));
    format!("{BEGIN}\n{SUM_LINE}{}\n{body}{END}\n", sum(body.as_bytes()))
}

/// The line end that a file uses: that of its first line.
fn line_end(bytes: &[u8]) -> &'static str {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) if end > 0 && bytes[end - 1] == b'\r' => "\r\n",
        _ => "\n",
    }
}

/// The line ends of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnds {
    /// `\n` in every file: POSIX shells, fish and elvish take a `\r` for a part of the last word of a line, and read
    /// `then\r` as a command.
    Lf,
    /// Those of the file.
    OfFile,
}

fn has_crlf(block: &[u8]) -> bool {
    block.windows(2).any(|pair| pair == b"\r\n")
}

/// The file with a block of these lines: in place of the block that `find` returned, else at the end. `None` for the
/// bytes is a missing file.
pub fn put(bytes: Option<&[u8]>, found: Option<&Found>, body: &str, ends: LineEnds) -> Vec<u8> {
    let Some(bytes) = bytes else { return block(body, true).into_bytes() };
    let end = match ends {
        LineEnds::Lf => "\n",
        LineEnds::OfFile => line_end(bytes),
    };
    let text = block(body, found.is_some_and(|found| found.made_file)).replace('\n', end);
    let ends_open = !bytes.is_empty() && !bytes.ends_with(b"\n");
    match found {
        Some(found) => {
            // A block at the end without a line end is put there anew, since the line end before it belongs to it.
            let rest = without(bytes, found);
            if ends_open && found.range.end == bytes.len() && !rest.is_empty() {
                return at_end(&rest, &text, end, true);
            }
            [&bytes[..found.range.start], text.as_bytes(), &bytes[found.range.end..]].concat()
        }
        None => at_end(bytes, &text, end, ends_open),
    }
}

/// The file with a block's text at its end. If the last line has no line end, the block ends without one, so that the
/// file still does.
fn at_end(bytes: &[u8], text: &str, end: &str, ends_open: bool) -> Vec<u8> {
    match ends_open {
        true => [bytes, end.as_bytes(), text.strip_suffix(end).unwrap_or(text).as_bytes()].concat(),
        false => [bytes, text.as_bytes()].concat(),
    }
}

/// The file without a block; `None` if goward made the file and nothing else is in it.
pub fn take_out(bytes: &[u8], found: &Found) -> Option<Vec<u8>> {
    let rest = without(bytes, found);
    if rest.is_empty() && found.made_file { None } else { Some(rest) }
}

fn without(bytes: &[u8], found: &Found) -> Vec<u8> {
    let (before, after) = (&bytes[..found.range.start], &bytes[found.range.end..]);
    // The line end before a block that is last and has none was inserted with the block.
    let was_open = found.range.end == bytes.len() && !bytes.ends_with(b"\n");
    let before = if was_open {
        let before = before.strip_suffix(b"\n").unwrap_or(before);
        match has_crlf(&bytes[found.range.clone()]) {
            true => before.strip_suffix(b"\r").unwrap_or(before),
            false => before,
        }
    } else {
        before
    };
    [before, after].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &str = "if true; then\n  . '/a b'\nfi";

    fn only(bytes: &[u8]) -> Found {
        let mut found = find(bytes).unwrap();
        assert_eq!(found.len(), 1, "{}", String::from_utf8_lossy(bytes));
        found.remove(0)
    }

    proptest! {
        #[test]
        fn what_is_put_in_comes_out_again_to_the_byte(lines in proptest::collection::vec("[ -~\u{e9}]{0,12}", 0..5), crlf: bool, open: bool, lf: bool) {
            let ends = if lf { LineEnds::Lf } else { LineEnds::OfFile };
            let end = if crlf { "\r\n" } else { "\n" };
            let mut text: String = lines.iter().map(|line| format!("{line}{end}")).collect();
            if open {
                text = text.trim_end_matches(['\r', '\n']).to_owned();
            }
            let put_in = put(Some(text.as_bytes()), None, BODY, ends);
            let found = only(&put_in);
            prop_assert!(!found.edited && !found.made_file);
            if lf {
                prop_assert!(!put_in[found.range.clone()].contains(&b'\r'), "a block without a `\\r`");
            } else if text.contains('\n') {
                let breaks = put_in.iter().filter(|byte| **byte == b'\n').count();
                let returns = put_in.iter().filter(|byte| **byte == b'\r').count();
                prop_assert_eq!(returns, if crlf { breaks } else { 0 }, "one kind of line end");
            }
            prop_assert_eq!(put_in.ends_with(b"\n"), text.is_empty() || text.ends_with('\n'));
            prop_assert_eq!(&put(Some(&put_in), Some(&found), BODY, ends), &put_in, "again changes nothing");
            let other = put(Some(&put_in), Some(&found), "another", ends);
            prop_assert_eq!(take_out(&other, &only(&other)), Some(text.clone().into_bytes()));
            prop_assert_eq!(take_out(&put_in, &found), Some(text.clone().into_bytes()));
            // A block that was written with the file's line ends becomes one with `\n`, and still comes out.
            let mended = put(Some(&put_in), Some(&found), BODY, LineEnds::Lf);
            let found = only(&mended);
            prop_assert!(!mended[found.range.clone()].contains(&b'\r'));
            prop_assert_eq!(take_out(&mended, &found), Some(text.into_bytes()));
        }

        #[test]
        fn any_bytes_have_blocks_or_a_reason_and_keep_what_is_outside(bytes in proptest::collection::vec(any::<u8>(), 0..60), marks in proptest::collection::vec(0..3u8, 0..6)) {
            let mut text = bytes.clone();
            for mark in marks {
                let line = [BEGIN, END, "x"][usize::from(mark)];
                text.extend_from_slice(format!("\n{line}\n").as_bytes());
            }
            if let Ok(found) = find(&text) {
                for one in found {
                    prop_assert!(one.edited);
                    if let Some(rest) = take_out(&text, &one) {
                        prop_assert!(rest.len() <= text.len() - one.range.len());
                    }
                }
            }
        }
    }

    #[test]
    fn a_file_that_goward_made_goes_and_an_empty_one_stays() {
        let made = put(None, None, BODY, LineEnds::OfFile);
        assert_eq!(take_out(&made, &only(&made)), None);
        let empty = put(Some(b""), None, BODY, LineEnds::OfFile);
        assert_eq!(take_out(&empty, &only(&empty)), Some(Vec::new()));
        let longer = [made.as_slice(), b"alias g=go\n"].concat();
        assert_eq!(take_out(&longer, &only(&longer)), Some(b"alias g=go\n".to_vec()));
        // A new text keeps the record of who made the file.
        let again = put(Some(&made), Some(&only(&made)), "other", LineEnds::OfFile);
        assert_eq!(take_out(&again, &only(&again)), None);
    }

    #[test]
    fn an_edit_is_noticed_and_a_change_of_line_ends_is_none() {
        let text = String::from_utf8(put(Some(b"a\n"), None, BODY, LineEnds::OfFile)).unwrap();
        assert!(!only(text.replace('\n', "\r\n").as_bytes()).edited);
        assert!(only(text.replace("/a b", "/c").as_bytes()).edited);
        assert!(only(text.replace("fi\n", "fi\n# mine\n").as_bytes()).edited);
    }

    #[test]
    fn a_lonely_mark_is_a_reason_to_leave_the_file() {
        assert_eq!(find(b"a\n# >>> goward >>>\nb\n"), Err(BlockError::Open { line: 2 }));
        assert_eq!(find(b"# <<< goward <<<"), Err(BlockError::Stray { line: 1 }));
        assert_eq!(find(b"# >>> goward >>>\n# >>> goward >>>\n# <<< goward <<<\n"), Err(BlockError::Open { line: 1 }));
        assert_eq!(find(b"echo '# >>> goward >>>'\n"), Ok(Vec::new()));
    }
}
