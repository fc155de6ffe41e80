//! Foreign text: which characters steer a terminal or deceive the eye, and how they are printed.
//!
//! There is one list ([`deceives`]), and all output of goward passes one of three doors that use it: the report
//! ([`crate::Report::text`]), the progress of libraries ([`crate::Cleaned`]), and messages and output of the program.
//! Colours are added after the cleaning. The functions here do not change clean text, so a text may pass several doors.

/// Whether a character controls a terminal, changes the writing direction, or has no width: a reader then sees other
/// text than there is. Line ends and tabs are among them.
///
/// The ranges are the control characters and, of the Unicode Character Database, what is `Default_Ignorable`,
/// `Bidi_Control` or a separator of lines and paragraphs. U+FFFD is not among them: it replaces bytes that are not
/// text.
pub fn deceives(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A value of one line, with every deceiving character escaped: no line end in it can forge a line of goward.
pub fn escaped(text: &str) -> String {
    escaped_but(text, |_| false)
}

/// Text of several lines: line ends and tabs stay, every other deceiving character is escaped.
pub fn escaped_lines(text: &str) -> String {
    escaped_but(text, |character| matches!(character, '\n' | '\t'))
}

/// Serialized JSON with every deceiving character escaped. For a parser the data are the same.
pub fn escaped_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        // The serializer has escaped those of ASCII but U+007F; a line end here belongs to the layout.
        if character == '\n' || !deceives(character) {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    }
    out
}

fn escaped_but(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if deceives(character) && !stays(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that there is, in one text.
    fn all() -> String {
        ('\0'..=char::MAX).collect()
    }

    #[test]
    fn no_character_that_deceives_passes_a_door() {
        assert!(!escaped(&all()).chars().any(deceives));
        assert!(!escaped_lines(&all()).chars().any(|c| deceives(c) && !matches!(c, '\n' | '\t')));
        let json = escaped_json(&serde_json::to_string(&all()).unwrap());
        assert!(!json.chars().any(deceives));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), all());
    }

    #[test]
    fn what_is_clean_stays_as_it_is_and_cleaning_twice_is_cleaning_once() {
        for clean in ["go1.27.3", "Þüß 日本 🦀 \\ `x`", "a\u{fffd}b", ""] {
            assert_eq!(
                (escaped(clean), escaped_lines(clean), escaped_json(clean)),
                (clean.into(), clean.into(), clean.into())
            );
        }
        assert_eq!(escaped(&escaped(&all())), escaped(&all()));
        assert_eq!(escaped("a\u{1b}[2J\nb\u{202e}\u{9b}"), "a\\u{1b}[2J\\nb\\u{202e}\\u{9b}");
    }
}
