//! Quotes text as one word of a shell.

use std::fmt::Write;

use crate::Script;

/// The text as one word of the script's language, which evaluates to the same bytes.
///
/// No shell allows a zero byte in a word; a path never has one. In PowerShell the word is always
/// ASCII, since Windows PowerShell reads a file without a byte order mark in the machine's own
/// encoding.
pub fn quote(script: Script, text: &str) -> String {
    match script {
        // POSIX XCU 2.2.2: within single quotes every character is itself, and there is no way to write a single quote.
        Script::Sh | Script::Bash | Script::BashHook | Script::Zsh | Script::ZshHook | Script::Direnv => {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
        // fish: within single quotes only \' and \\ are escapes.
        Script::Fish => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        // elvish: within single quotes a doubled quote is a quote.
        Script::Elvish => format!("'{}'", text.replace('\'', "''")),
        Script::Nu => nu(text),
        Script::Pwsh => pwsh(text),
    }
}

/// nushell: double quotes with escapes; a dollar sign is itself.
fn nu(text: &str) -> String {
    let mut word = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                word.push('\\');
                word.push(character);
            }
            // Writing to a string cannot fail.
            control if control.is_control() => drop(write!(word, "\\u{{{:x}}}", u32::from(control))),
            plain => word.push(plain),
        }
    }
    word.push('"');
    word
}

/// PowerShell: single quotes, doubled within, if the text is plain; else double quotes with the number of each special
/// UTF-16 unit. (Typographic quotes count as quotes in PowerShell; they are among the special ones.)
fn pwsh(text: &str) -> String {
    if text.chars().all(|character| character.is_ascii() && !character.is_ascii_control()) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut word = String::from("\"");
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte @ (b'"' | b'`' | b'$')) => {
                word.push('`');
                word.push(char::from(byte));
            }
            Ok(byte) if byte.is_ascii() && !byte.is_ascii_control() => word.push(char::from(byte)),
            _ => drop(write!(word, "$([char]0x{unit:04X})")),
        }
    }
    word.push('"');
    word
}
