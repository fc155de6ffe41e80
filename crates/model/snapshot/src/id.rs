//! The id of a snapshot: `LABEL-YYYYMMDD-HHMMSS-CONTEXT`.
//!
//! The parts are kept as fields of the snapshot and never read back out of the id. An id is a file name and a tag of a
//! container image, so it has only letters, digits, `.`, `_` and `-` (the grammar of tags in the OCI distribution
//! specification), begins with none of `.` and `-`, and has at most 128 of them.

use std::fmt;
use std::str::FromStr;

use release::{Date, shown};

/// The longest id, in characters: the limit of an image's tag.
const CHARS_MAX: usize = 128;
/// The longest label: with the stamp, the longest context and the longest number of a turn it fits into an id.
const LABEL_CHARS_MAX: usize = 50;
/// The longest context.
const CONTEXT_CHARS_MAX: usize = 40;
/// The label where nothing is left of the given one.
const NO_LABEL: &str = "snapshot";

/// An id of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

/// The parts of an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// What it is a snapshot of, in the user's or Git's words.
    pub label: String,
    /// When, in seconds since 1970.
    pub unix_seconds: u64,
    /// Where it was made.
    pub context: String,
    /// What tells it from another one of the same second; 0 for the first.
    pub turn: u64,
}

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {shown} as a snapshot's id (letters, digits, `.`, `_`, `-`, at most 128)")]
pub struct IdError {
    shown: String,
}

impl Id {
    /// The id of these parts.
    pub fn of(parts: &Parts) -> Id {
        let label = match plain(&parts.label, LABEL_CHARS_MAX) {
            empty if empty.is_empty() => NO_LABEL.to_owned(),
            label => label,
        };
        let mut context = plain(&parts.context, CONTEXT_CHARS_MAX);
        if parts.turn > 0 {
            context = format!("{context}.{}", parts.turn);
        }
        let seconds = parts.unix_seconds;
        let date = Date::from_unix_seconds(seconds);
        let (year, month, day) = (date.year(), date.month(), date.day());
        let (hours, minutes, seconds) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        Id(format!("{label}-{year:04}{month:02}{day:02}-{hours:02}{minutes:02}{seconds:02}-{context}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parts {
    /// The label as it stands in the id.
    pub fn label_in_id(&self) -> String {
        plain(&self.label, LABEL_CHARS_MAX)
    }

    /// The context as it stands in the id.
    pub fn context_in_id(&self) -> String {
        plain(&self.context, CONTEXT_CHARS_MAX)
    }
}

/// A text with `-` for every character that an id may not have, without such at its ends, and cut.
fn plain(text: &str, chars_max: usize) -> String {
    let is_edge = |char: char| matches!(char, '-' | '.');
    let mapped: String = text.chars().take(4 * chars_max).map(|char| if is_of_id(char) { char } else { '-' }).collect();
    let mapped: String = mapped.trim_matches(is_edge).chars().take(chars_max).collect();
    mapped.trim_end_matches(is_edge).to_owned()
}

fn is_of_id(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-')
}

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Id, IdError> {
        let fits = (1..=CHARS_MAX).contains(&text.len()) && text.chars().all(is_of_id) && !text.starts_with(['.', '-']);
        if fits { Ok(Id(text.to_owned())) } else { Err(IdError { shown: shown(text) }) }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(label: &str, unix_seconds: u64, context: &str, turn: u64) -> String {
        Id::of(&Parts { label: label.into(), unix_seconds, context: context.into(), turn }).to_string()
    }

    #[test]
    fn an_id_has_three_parts_in_the_known_form() {
        // 2024-05-21 14:23:07 UTC.
        let at = 1_716_301_387;
        assert_eq!(
            id("v1.2.0-5-ga1b2c3d", at, "pr-test-a1b2c3d", 0),
            "v1.2.0-5-ga1b2c3d-20240521-142307-pr-test-a1b2c3d"
        );
        assert_eq!(id("go1.27.3", at, "local", 2), "go1.27.3-20240521-142307-local.2");
        // Signs that an image's registry refuses.
        assert_eq!(id("v2.0.0+meta/x", at, "a b:c", 0), "v2.0.0-meta-x-20240521-142307-a-b-c");
        for nothing in ["", "..", "-", "///", "日本"] {
            assert_eq!(id(nothing, at, "local", 0), "snapshot-20240521-142307-local", "{nothing}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_parts_are_the_id_is_one(
            label in "\\PC{0,300}", seconds in any::<u64>(), context in "\\PC{0,300}", turn in any::<u64>(),
        ) {
            let id = id(&label, seconds, &context, turn);
            prop_assert_eq!(id.parse::<Id>().map(|id| id.to_string()), Ok(id));
        }

        #[test]
        fn no_text_panics_and_what_is_taken_is_a_plain_file_name(text in "\\PC{0,200}") {
            if let Ok(id) = text.parse::<Id>() {
                prop_assert!(!id.as_str().contains(['/', '\\', '\0', ':']) && !id.as_str().starts_with('.'));
            }
        }
    }
}
