//! The arguments after the program's name on a command line of Windows.
//!
//! A process gets one text there, and each program parses it by its own rules. Splitting and joining it could change
//! what the next program reads, so the shim passes on the text itself.

const QUOTE: u16 = b'"' as u16;

/// The text after the name, without the blanks in between.
///
/// The name ends at the first blank that is not between quotes, and in it a backslash is an ordinary character
/// (Microsoft's C runtime, "Parsing C command-line arguments": the rules for `argv[0]`).
pub fn after_program_name(line: &[u16]) -> &[u16] {
    let is_blank = |unit: &u16| matches!(u8::try_from(*unit), Ok(b' ' | b'\t'));
    let mut quoted = false;
    let end = line.iter().position(|unit| {
        quoted ^= *unit == QUOTE;
        !quoted && is_blank(unit)
    });
    let rest = end.and_then(|end| line.get(end..)).unwrap_or_default();
    let start = rest.iter().position(|unit| !is_blank(unit)).unwrap_or(rest.len());
    rest.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::String;
    use std::vec::Vec;

    #[test]
    fn what_stands_behind_the_name_is_as_it_was_written() {
        for (line, expected) in [
            ("", ""),
            ("go", ""),
            ("go  ", ""),
            ("go version", "version"),
            (r#"go  build  -ldflags "-X main.a=b c" "#, r#"build  -ldflags "-X main.a=b c" "#),
            (r#""C:\Program Files\go.exe" "" \\"a\" b"#, r#""" \\"a\" b"#),
            ("C:\\\"Program Files\"\\go.exe\trun .", "run ."),
            (r#""C:\a b\" x" y"#, "x\" y"),
            ("go.exe t\u{e9}st \u{1f600}", "t\u{e9}st \u{1f600}"),
        ] {
            let units: Vec<u16> = line.encode_utf16().collect();
            assert_eq!(String::from_utf16(super::after_program_name(&units)).unwrap(), expected, "{line}");
        }
    }
}
