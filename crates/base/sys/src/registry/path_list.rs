//! `PATH` as it stands in the registry: entries are added and taken away, and every other one stays as it is.

use super::{RegistryValue, ValueKind};

/// The longest value of a variable, in units of UTF-16 (`SetEnvironmentVariable`).
const UNITS_MAX: usize = 32_767;
/// What older programs cut a value at, with its zero (`setx`; the dialog of Windows 7).
const UNITS_OLD_MAX: usize = 2047;

const SEMICOLON: u16 = b';' as u16;
const QUOTE: u16 = b'"' as u16;

/// Why an entry cannot be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathListError {
    /// The value would be longer than the system allows.
    TooLong {
        /// How long it would be, in units of UTF-16.
        units: usize,
    },
    /// A `%` would be taken for a variable, a `;` for the end of the entry, a `"` for a quotation.
    OddEntry {
        /// The entry.
        entry: String,
    },
}

impl std::error::Error for PathListError {}

impl std::fmt::Display for PathListError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PathListError::TooLong { units } => {
                write!(f, "PATH would have {units} characters, and the system allows {UNITS_MAX}")
            }
            PathListError::OddEntry { entry } => write!(f, "`{entry}` cannot stand in PATH: it has a `%`, `;` or `\"`"),
        }
    }
}

/// A list of folders, with what kind of value it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathList {
    kind: ValueKind,
    units: Vec<u16>,
}

impl PathList {
    /// A list without entries, of the kind that the system makes.
    pub fn empty() -> PathList {
        PathList { kind: ValueKind::Expandable, units: Vec::new() }
    }

    /// The list in a value; `None` where that is no text.
    pub fn of(value: &RegistryValue) -> Option<PathList> {
        Some(PathList { kind: value.kind, units: value.units()? })
    }

    /// The value for the list.
    pub fn value(&self) -> RegistryValue {
        RegistryValue::text(self.kind, &self.units)
    }

    /// Whether the entry stands there, however it is written.
    pub fn has(&self, entry: &str) -> bool {
        self.entries().iter().any(|other| is_same(&String::from_utf16_lossy(other), entry))
    }

    /// Whether older programs would cut the list when they write it.
    pub fn is_long(&self) -> bool {
        self.units.len() > UNITS_OLD_MAX
    }

    /// The list with the entry at its front, and nowhere else. All other entries stay as they are written.
    ///
    /// # Errors
    /// When it cannot stand in a list, or the list would be too long.
    pub fn with_first(&self, entry: &str) -> Result<PathList, PathListError> {
        if entry.is_empty() || entry.contains(['%', ';', '"', '\0']) {
            return Err(PathListError::OddEntry { entry: entry.to_owned() });
        }
        let rest = self.without(entry);
        let mut units: Vec<u16> = entry.encode_utf16().collect();
        if !rest.units.is_empty() {
            units.push(SEMICOLON);
            units.extend(&rest.units);
        }
        if units.len() > UNITS_MAX {
            return Err(PathListError::TooLong { units: units.len() });
        }
        Ok(PathList { kind: self.kind, units })
    }

    /// The list without the entry. All other entries stay as they are written, empty ones too.
    pub fn without(&self, entry: &str) -> PathList {
        if !self.has(entry) {
            return self.clone();
        }
        let entries = self.entries();
        let kept = entries.iter().filter(|other| !is_same(&String::from_utf16_lossy(other), entry));
        let kept: Vec<&[u16]> = kept.copied().collect();
        PathList { kind: self.kind, units: kept.join(&SEMICOLON) }
    }

    /// The entries as text, for people; what is no Unicode is replaced.
    pub fn shown_entries(&self) -> Vec<String> {
        self.entries().iter().map(|entry| String::from_utf16_lossy(entry)).collect()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Whether the entry is the first.
    pub fn has_first(&self, entry: &str) -> bool {
        self.entries().first().is_some_and(|first| is_same(&String::from_utf16_lossy(first), entry))
    }

    /// The entries, as they are written. A semicolon between quotes ends none.
    fn entries(&self) -> Vec<&[u16]> {
        let mut quoted = false;
        let ends = |unit: &u16| {
            quoted ^= *unit == QUOTE;
            !quoted && *unit == SEMICOLON
        };
        self.units.split(ends).collect()
    }
}

/// Whether two entries are written for one folder: case, quotes, `/` and a separator at the end aside.
pub fn is_same(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

fn plain(entry: &str) -> String {
    entry.trim().replace('"', "").replace('/', "\\").trim_end_matches('\\').to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OURS: &str = r"C:\Users\Anna Lena\AppData\Local\goward\shims";

    fn list(text: &str) -> PathList {
        PathList { kind: ValueKind::Expandable, units: text.encode_utf16().collect() }
    }

    fn shown(list: &PathList) -> String {
        list.value().shown()
    }

    #[test]
    fn an_entry_comes_first_once_and_goes_without_a_trace() {
        for (before, with, without) in [
            ("", r"C:\g", ""),
            (r"C:\a;%B%\c", r"C:\g;C:\a;%B%\c", r"C:\a;%B%\c"),
            (r"C:\a;c:/G/;C:\b;", r"C:\g;C:\a;C:\b;", r"C:\a;C:\b;"),
            (r#"C:\a;;"C:\x;y";"C:\g""#, r#"C:\g;C:\a;;"C:\x;y""#, r#"C:\a;;"C:\x;y""#),
            (r"C:\gg;C:\g\h", r"C:\g;C:\gg;C:\g\h", r"C:\gg;C:\g\h"),
        ] {
            let added = list(before).with_first(r"C:\g").unwrap();
            assert_eq!(shown(&added), with, "{before}");
            assert_eq!(added.with_first(r"C:\g").unwrap(), added);
            assert_eq!(shown(&added.without(r"C:\G\")), without, "{before}");
        }
    }

    #[test]
    fn the_kind_stays_and_what_is_no_text_is_not_touched() {
        for kind in [ValueKind::Text, ValueKind::Expandable] {
            let value = RegistryValue::text(kind, &"a;b".encode_utf16().collect::<Vec<_>>());
            assert_eq!(PathList::of(&value).unwrap().with_first("c").unwrap().value().kind, kind);
        }
        assert_eq!(PathList::of(&RegistryValue { kind: ValueKind::Other(3), bytes: vec![1, 2] }), None);
    }

    #[test]
    fn what_is_too_long_or_would_be_read_otherwise_is_refused() {
        let long = list(&"x".repeat(UNITS_MAX - 4));
        assert!(long.with_first("abc").is_ok());
        assert_eq!(long.with_first("abcd"), Err(PathListError::TooLong { units: UNITS_MAX + 1 }));
        assert!(list(&"x".repeat(UNITS_OLD_MAX)).with_first("a").unwrap().is_long());
        for odd in ["", r"C:\100%\x", "a;b", "\"a\""] {
            assert!(list("").with_first(odd).is_err(), "{odd}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_there_again_when_the_entry_is_gone(units in prop::collection::vec(any::<u16>(), 0..60)) {
            let before = PathList { kind: ValueKind::Text, units: units.into_iter().filter(|unit| *unit != 0).collect() };
            prop_assume!(!before.has(OURS));
            let after = before.with_first(OURS).unwrap();
            prop_assert!(after.has(OURS));
            prop_assert_eq!(PathList::of(&after.without(OURS).value()).unwrap(), before);
        }
    }
}
