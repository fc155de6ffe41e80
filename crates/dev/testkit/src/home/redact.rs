//! Replaces parts of a text that vary from run to run by words.

/// Units of time; those in the second row are ambiguous, and count only directly after the number.
const TIME_UNITS: [&str; 10] = ["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "seconds", "second", "sec", "min", "s"];
const TIME_UNITS_CLOSE: [&str; 2] = ["m", "h"];
const SIZE_UNITS: [&str; 8] = ["B", "kB", "KB", "KiB", "MB", "MiB", "GB", "GiB"];

/// The words that replace a folder in snapshots.
const PATH_WORDS: [&str; 3] = ["[HOME]", "[FOLDER]", "[CONFIG]"];

/// The text with the given replacements, then with words for addresses, moments, rates and durations, recognised by
/// their form.
pub(super) fn redact(text: &str, redactions: &[(String, String)]) -> String {
    let mut text = text.to_owned();
    for (from, to) in redactions {
        text = text.replace(from, to);
        // JSON and Rust's Debug form write a backslash twice.
        text = text.replace(&from.replace('\\', "\\\\"), to);
    }
    by_shape(&if cfg!(windows) { as_on_unix(&text) } else { text })
}

/// Removes the intended differences of Windows: `\` in a path that begins with a word, and `.exe` after a name. One set
/// of snapshots serves both. A path with both separators is marked, since it is a mistake.
fn as_on_unix(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let path = PATH_WORDS.iter().filter_map(|word| line.find(word)).min().unwrap_or(line.len());
        let (before, after) = line.split_at(path);
        let after = mixed_marked(after);
        out.push_str(before);
        // A quote keeps the backslash before it.
        out.push_str(&after.replace("\\\"", "\0").replace("\\\\", "/").replace('\\', "/").replace('\0', "\\\""));
    }
    refusals_as_on_unix(&without_exe(&out))
}

/// The word for a path with both `/` and `\`.
const MIXED: &str = "[MIXED]";
/// The characters that end a path in a text; a space may be a part of a path, and then the rest is ignored.
const PATH_ENDS: [char; 9] = [' ', '\n', '\r', '`', '\'', '"', ')', ':', ';'];

fn mixed_marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, word)) = PATH_WORDS.iter().filter_map(|word| Some((rest.find(word)?, word))).min() {
        let (before, path) = rest.split_at(at + word.len());
        // In JSON a quote that ends a path within a text has a backslash before it, which does not belong to the path.
        let end = path.find("\\\"").into_iter().chain(path.find(PATH_ENDS)).min().unwrap_or(path.len());
        out.push_str(before);
        if path[..end].contains('/') && path[..end].contains('\\') {
            out.push_str(MIXED);
        }
        rest = path;
    }
    out + rest
}

/// The text without the one `.exe` at the end of a name; a second one stays, and one within a name.
fn without_exe(text: &str) -> String {
    const EXE: &str = ".exe";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(EXE) {
        let (before, after) = (&rest[..at], &rest[at + EXE.len()..]);
        let mut next = after.chars();
        let goes_on = match next.next() {
            Some('.') => next.next().is_some_and(char::is_alphanumeric),
            Some(letter) => letter.is_alphanumeric() || matches!(letter, '_' | '-'),
            None => false,
        };
        out.push_str(before);
        if goes_on {
            out.push_str(EXE);
        }
        rest = after;
    }
    out + rest
}

/// Unix' message for Windows' error of this number (a missing file or folder, no access). Windows' own messages depend
/// on its language. A file that is not a program has other messages: Unix checks a file's mode, Windows its bytes.
const REFUSALS: [(u32, &str); 4] = [
    (2, "No such file or directory (os error 2)"),
    (3, "No such file or directory (os error 2)"),
    (5, "Permission denied (os error 13)"),
    (193, "no program (os error 193)"),
];

fn refusals_as_on_unix(text: &str) -> String {
    let line = |line: &str| {
        for (number, words) in REFUSALS {
            let end = format!(" (os error {number})");
            if let Some(at) = line.find(&end) {
                // The message follows a colon.
                let from = line[..at].rfind(": ").map_or(0, |colon| colon + 2);
                return format!("{}{words}{}", &line[..from], &line[at + end.len()..]);
            }
        }
        line.to_owned()
    };
    text.split_inclusive('\n').map(line).collect()
}

fn by_shape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Whether the previous character belongs to a word or number: then no new one begins here.
    let mut inside = false;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit()
            && !inside
            && let Some((word, length)) = shape(rest)
        {
            out.push_str(word);
            rest = &rest[length..];
            inside = true;
            continue;
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
        inside = first.is_alphanumeric() || matches!(first, '.' | '_' | '-' | '+' | '@');
    }
    out
}

/// The variable part that begins here, if there is one, and its length.
fn shape(rest: &str) -> Option<(&'static str, usize)> {
    address(rest)
        .map(|length| ("[UPSTREAM]", length))
        .or_else(|| moment(rest).map(|length| ("[WHEN]", length)))
        .or_else(|| rate(rest).map(|length| ("[RATE]", length)))
        .or_else(|| durations(rest).map(|length| ("[TIME]", length)))
}

/// `127.0.0.1:54321`
fn address(rest: &str) -> Option<usize> {
    const HOST: &str = "127.0.0.1:";
    let port = digits(rest.strip_prefix(HOST)?);
    (port > 0).then_some(HOST.len() + port)
}

/// `2026-04-04T12:00:00Z`, with a fraction or an offset too.
fn moment(rest: &str) -> Option<usize> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let bytes = rest.as_bytes().get(..SHAPE.len())?;
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    if !bytes.iter().zip(SHAPE).all(fits) {
        return None;
    }
    let mut length = SHAPE.len();
    if let Some(fraction) = rest[length..].strip_prefix('.') {
        length += 1 + digits(fraction);
    }
    match &rest.as_bytes()[length..] {
        [b'Z', ..] => length += 1,
        [b'+' | b'-', offset @ ..] => {
            length += 1 + offset.iter().take(5).take_while(|byte| byte.is_ascii_digit() || **byte == b':').count()
        }
        _ => {}
    }
    Some(length)
}

/// `12.5 MiB/s`
fn rate(rest: &str) -> Option<usize> {
    let number = number(rest)?;
    let space = usize::from(rest[number..].starts_with(' '));
    let tail = &rest[number + space..];
    let unit = SIZE_UNITS.iter().filter(|unit| tail.starts_with(**unit)).map(|unit| unit.len()).max()?;
    tail[unit..].starts_with("/s").then_some(number + space + unit + 2)
}

/// `1.2s`, `340 ms`, `1m 20s`
fn durations(rest: &str) -> Option<usize> {
    let mut length = duration(rest)?;
    loop {
        let space = usize::from(rest[length..].starts_with(' '));
        match duration(&rest[length + space..]) {
            Some(more) => length += space + more,
            None => return Some(length),
        }
    }
}

fn duration(rest: &str) -> Option<usize> {
    let number = number(rest)?;
    let space = usize::from(rest[number..].starts_with(' '));
    let tail = &rest[number + space..];
    let close: &[&str] = if space == 0 { &TIME_UNITS_CLOSE } else { &[] };
    let ends = |unit: &&&str| {
        tail.strip_prefix(**unit)
            .is_some_and(|after| !after.starts_with(|next: char| next.is_alphabetic() || next == '_'))
    };
    let unit = TIME_UNITS.iter().chain(close).filter(ends).map(|unit| unit.len()).max()?;
    Some(number + space + unit)
}

/// Digits, with a fraction at most.
fn number(rest: &str) -> Option<usize> {
    let whole = digits(rest);
    if whole == 0 {
        return None;
    }
    let fraction = rest[whole..].strip_prefix('.').map_or(0, digits);
    Some(if fraction > 0 { whole + 1 + fraction } else { whole })
}

fn digits(rest: &str) -> usize {
    rest.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_varies_becomes_a_word() {
        for (text, expected) in [
            ("http://127.0.0.1:40213/dl/", "http://[UPSTREAM]/dl/"),
            ("in 1.2s", "in [TIME]"),
            ("in 1m 20s, then", "in [TIME], then"),
            ("took 1m20s.", "took [TIME]."),
            ("after 340 ms)", "after [TIME])"),
            ("12.5 MiB/s, 3s left", "[RATE], [TIME] left"),
            ("7B/s", "[RATE]"),
            ("at 2026-04-04T12:00:00Z.", "at [WHEN]."),
            ("\"2026-04-04T12:00:00.123+02:00\"", "\"[WHEN]\""),
        ] {
            assert_eq!(redact(text, &[]), expected);
        }
    }

    #[test]
    fn versions_digests_sizes_and_counts_stay() {
        for text in [
            "go1.22s",
            "go1.27.3.linux-amd64",
            "6924efde5s6924",
            "68.2 MiB",
            "3 toolchains",
            "2 more",
            "5 h",
            "127.0.0.1",
            "2026-04-04",
            "a1s",
            "1.22.10",
            "3 ms_total",
        ] {
            assert_eq!(redact(text, &[]), text);
        }
    }

    #[test]
    fn told_texts_are_replaced_in_plain_and_escaped_form() {
        let redactions = [("C:\\a b".to_owned(), "[HOME]".to_owned())];
        let expected = if cfg!(windows) { "[HOME]/x \"[HOME]/y\"" } else { "[HOME]\\x \"[HOME]\\\\y\"" };
        assert_eq!(redact("C:\\a b\\x \"C:\\\\a b\\\\y\"", &redactions), expected);
    }

    #[test]
    fn paths_and_programs_of_windows_read_as_on_unix() {
        for (text, expected) in [
            (
                "error: x\n  caused by: File not found. (os error 2)\n",
                "error: x\n  caused by: No such file or directory (os error 2)\n",
            ),
            ("a\\b [HOME]\\bin\\go.exe\nc\\d\n", "a\\b [HOME]/bin/go\nc\\d\n"),
            (
                "{\"tree\": \"[HOME]\\\\x\", \"said\": \"\\\"no\\\"\"}",
                "{\"tree\": \"[HOME]/x\", \"said\": \"\\\"no\\\"\"}",
            ),
        ] {
            assert_eq!(as_on_unix(text), expected);
        }
    }

    #[test]
    fn what_is_wrong_on_windows_is_not_taken_for_what_differs_by_design() {
        for (text, expected) in [
            ("`[HOME]\\.goward/pkg/mod`", "`[HOME][MIXED]/.goward/pkg/mod`"),
            ("`[HOME]\\a` or `[FOLDER]/b\\c`", "`[HOME]/a` or `[FOLDER][MIXED]/b/c`"),
            ("\"[HOME]\\\\a/b\"", "\"[HOME][MIXED]/a/b\""),
            ("{\"said\": \"\\\"[HOME]/a\\\"\"}", "{\"said\": \"\\\"[HOME]/a\\\"\"}"),
            ("[HOME]\\a http://x/y", "[HOME]/a http://x/y"),
            ("[HOME]\\go.exe.exe", "[HOME]/go.exe"),
            ("go.exe, go.exe. my.executable go.exe-old", "go, go. my.executable go.exe-old"),
            ("x: Bad format. (os error 193)", "x: no program (os error 193)"),
            ("x: Access denied. (os error 5)", "x: Permission denied (os error 13)"),
        ] {
            assert_eq!(as_on_unix(text), expected);
        }
    }
}
