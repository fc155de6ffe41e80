//! `PATH` in the registry: adds and removes entries, and keeps every other one as it is written.

use super::{RegistryValue, ValueKind};
use crate::Env;

/// The longest value of a variable with the zero at its end, in units of UTF-16 (`SetEnvironmentVariable`).
const UNITS_MAX: usize = 32_767;
/// The length at which `setx` truncates a value, in units of UTF-16.
pub const SETX_UNITS_MAX: usize = 1024;

const SEMICOLON: u16 = b';' as u16;
const QUOTE: u16 = b'"' as u16;

/// Why an entry cannot be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathListError {
    /// The value would be longer than the system allows.
    TooLong {
        /// How long it would be with the zero at its end, in units of UTF-16.
        units: usize,
    },
    /// A `%` would mean a variable, a `;` the end of the entry, a `"` a quotation.
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
                write!(
                    f,
                    "PATH would have {units} characters with the zero at its end, and the system allows {UNITS_MAX}"
                )
            }
            PathListError::OddEntry { entry } => {
                write!(f, "`{entry}` cannot be an entry of PATH: it contains a `%`, `;` or `\"`")
            }
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

    /// The list in a value; `None` if that is not text, or has bytes after its zero, which a write would lose.
    pub fn of(value: &RegistryValue) -> Option<PathList> {
        let units = value.units()?;
        let is_whole =
            value.bytes.len().is_multiple_of(2) && value.bytes.iter().skip(units.len() * 2).all(|byte| *byte == 0);
        is_whole.then_some(PathList { kind: value.kind, units })
    }

    /// The value for the list.
    pub fn value(&self) -> RegistryValue {
        RegistryValue::text(self.kind, &self.units)
    }

    /// Whether the list has the entry, in any spelling.
    pub fn has(&self, entry: &str, env: &Env) -> bool {
        self.entries().iter().any(|other| self.is_same(other, entry, env))
    }

    /// Whether `setx` would truncate the list.
    pub fn is_long(&self) -> bool {
        self.units.len() > SETX_UNITS_MAX
    }

    /// The list with the entry at its start, and nowhere else. All other entries keep their spelling; if the entry is
    /// first already, all of them do.
    ///
    /// # Errors
    /// When a list cannot contain it, or the list would be too long.
    pub fn with_first(&self, entry: &str, env: &Env) -> Result<PathList, PathListError> {
        if entry.is_empty() || entry.contains(['%', ';', '"', '\0']) {
            return Err(PathListError::OddEntry { entry: entry.to_owned() });
        }
        let count = self.entries().iter().filter(|other| self.is_same(other, entry, env)).count();
        if count == 1 && self.has_first(entry, env) {
            return Ok(self.clone());
        }
        let rest = self.without(entry, env);
        let mut units: Vec<u16> = entry.encode_utf16().collect();
        if !rest.units.is_empty() {
            units.push(SEMICOLON);
            units.extend(&rest.units);
        }
        if units.len() >= UNITS_MAX {
            return Err(PathListError::TooLong { units: units.len() + 1 });
        }
        Ok(PathList { kind: self.kind, units })
    }

    /// The list without the entry. All other entries keep their spelling, also empty ones.
    pub fn without(&self, entry: &str, env: &Env) -> PathList {
        if !self.has(entry, env) {
            return self.clone();
        }
        let entries = self.entries();
        let kept = entries.iter().filter(|other| !self.is_same(other, entry, env));
        let kept: Vec<&[u16]> = kept.copied().collect();
        PathList { kind: self.kind, units: kept.join(&SEMICOLON) }
    }

    /// The entries as text, for people, and the folder of each; invalid Unicode is replaced.
    pub fn shown_entries(&self, env: &Env) -> Vec<(String, String)> {
        let entries = self.entries();
        entries.iter().map(|entry| (String::from_utf16_lossy(entry), self.folder(entry, env))).collect()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Whether the entry is the first.
    pub fn has_first(&self, entry: &str, env: &Env) -> bool {
        self.entries().first().is_some_and(|first| self.is_same(first, entry, env))
    }

    /// The folder of an entry. `%NAME%` is a variable only in an expandable value.
    fn folder(&self, entry: &[u16], env: &Env) -> String {
        let text = String::from_utf16_lossy(entry).replace('"', "");
        match self.kind {
            ValueKind::Expandable => expanded(text.trim(), env),
            ValueKind::Text | ValueKind::Other(_) => text.trim().to_owned(),
        }
    }

    fn is_same(&self, ours: &[u16], entry: &str, env: &Env) -> bool {
        is_same(&self.folder(ours, env), entry)
    }

    /// The entries, as they are written. A semicolon between quotes does not end one.
    fn entries(&self) -> Vec<&[u16]> {
        let mut quoted = false;
        let ends = |unit: &u16| {
            quoted ^= *unit == QUOTE;
            !quoted && *unit == SEMICOLON
        };
        self.units.split(ends).collect()
    }
}

/// A text of the registry with its variables expanded; an unset one keeps its spelling, as in the system.
pub fn expanded(text: &str, env: &Env) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut parts = parts.peekable();
    while let Some(name) = parts.next() {
        match env.var(name).filter(|_| parts.peek().is_some()) {
            Some(value) => {
                out.push_str(value);
                out.push_str(parts.next().unwrap_or_default());
            }
            None => {
                out.push('%');
                out.push_str(name);
            }
        }
    }
    out
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

    fn env() -> Env {
        Env::of([("ROOT", r"C:\g"), ("WITH;", "x")], std::path::PathBuf::new(), None)
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
            let added = list(before).with_first(r"C:\g", &env()).unwrap();
            assert_eq!(shown(&added), with, "{before}");
            assert_eq!(added.with_first(r"C:\g", &env()).unwrap(), added);
            assert_eq!(shown(&added.without(r"C:\G\", &env())), without, "{before}");
        }
    }

    #[test]
    fn an_entry_that_is_written_with_a_variable_is_the_same_where_the_system_puts_the_variable_in() {
        let (text, ours) = (r#""%ROOT%\shims";C:\a;%NOWHERE%\b"#, r"C:\g\shims");
        let expandable = list(text);
        assert_eq!(expandable.with_first(ours, &env()).unwrap(), expandable, "it is first already");
        assert_eq!(shown(&expandable.without(ours, &env())), r"C:\a;%NOWHERE%\b");
        let moved = list(r"C:\a;%ROOT%\shims").with_first(ours, &env()).unwrap();
        assert_eq!(shown(&moved), r"C:\g\shims;C:\a");
        let plain = PathList { kind: ValueKind::Text, ..list(text) };
        assert!(!plain.has(ours, &env()) && !plain.has_first(ours, &env()));
        assert_eq!(plain.shown_entries(&env())[0].1, r"%ROOT%\shims");
        assert_eq!(expandable.shown_entries(&env())[0], (r#""%ROOT%\shims""#.to_owned(), ours.to_owned()));
    }

    #[test]
    fn the_kind_stays_and_what_is_no_text_is_not_touched() {
        for kind in [ValueKind::Text, ValueKind::Expandable] {
            let value = RegistryValue::text(kind, &"a;b".encode_utf16().collect::<Vec<_>>());
            assert_eq!(PathList::of(&value).unwrap().with_first("c", &env()).unwrap().value().kind, kind);
        }
        assert_eq!(PathList::of(&RegistryValue { kind: ValueKind::Other(3), bytes: vec![1, 2] }), None);
        // Zeros at the end are the system's own; bytes after a zero, or half a unit, would be lost.
        let of = |bytes: &[u8]| PathList::of(&RegistryValue { kind: ValueKind::Text, bytes: bytes.to_vec() });
        for (bytes, is_list) in
            [(&b"a\0"[..], true), (b"a\0\0\0\0\0", true), (b"", true), (b"a\0\0\0b\0", false), (b"a\0b", false)]
        {
            assert_eq!(of(bytes).is_some(), is_list, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_too_long_or_would_be_read_otherwise_is_refused() {
        let long = list(&"x".repeat(UNITS_MAX - 5));
        let full = long.with_first("abc", &env()).unwrap();
        assert_eq!(full.value().bytes.len(), UNITS_MAX * 2);
        assert_eq!(full.with_first("abc", &env()).unwrap(), full);
        assert_eq!(long.with_first("abcd", &env()), Err(PathListError::TooLong { units: UNITS_MAX + 1 }));
        // A list that is too long already and needs no change is not an error.
        let over = list(&format!("abc;{}", "x".repeat(UNITS_MAX)));
        assert_eq!(over.with_first("abc", &env()).unwrap(), over);
        assert!(list(&"x".repeat(SETX_UNITS_MAX)).with_first("a", &env()).unwrap().is_long());
        assert!(!list(&"x".repeat(SETX_UNITS_MAX)).is_long());
        for odd in ["", r"C:\100%\x", "a;b", "\"a\""] {
            assert!(list("").with_first(odd, &env()).is_err(), "{odd}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_there_again_when_the_entry_is_gone(units in prop::collection::vec(any::<u16>(), 0..60)) {
            let before = PathList { kind: ValueKind::Text, units: units.into_iter().filter(|unit| *unit != 0).collect() };
            prop_assume!(!before.has(OURS, &env()));
            let after = before.with_first(OURS, &env()).unwrap();
            prop_assert!(after.has(OURS, &env()));
            prop_assert_eq!(PathList::of(&after.without(OURS, &env()).value()).unwrap(), before);
        }
    }
}
