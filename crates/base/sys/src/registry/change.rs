//! A change of one of the user's variables, with its former value.
//!
//! It can be serialized as text, so that a larger change (the files of a shell, in one transaction) can finish or
//! revert it after the process has died in between.

use std::io;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

use super::{Registry, RegistryValue, Root, USER_ENVIRONMENT, ValueKind};

/// How much of a value is printed, in characters: a `Path` may have 32,767, and the first few identify it.
const SHOWN_CHARS_MAX: usize = 200;

/// A change of one variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableChange {
    /// The variable.
    pub name: String,
    /// The value before; `None` if it was not set.
    pub before: Option<RegistryValue>,
    /// The value after.
    pub after: Option<RegistryValue>,
}

/// Why a change is not made.
#[derive(Debug)]
pub enum VariableConflict {
    /// Another program has changed the variable meanwhile.
    ChangedMeanwhile {
        /// Its present value; `None` if it is not set any more.
        found: Option<RegistryValue>,
    },
    /// The system refused.
    Io(io::Error),
}

impl std::error::Error for VariableConflict {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            VariableConflict::ChangedMeanwhile { .. } => None,
            VariableConflict::Io(error) => Some(error),
        }
    }
}

impl std::fmt::Display for VariableConflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            VariableConflict::ChangedMeanwhile { found: None } => f.write_str("it is not set any more"),
            VariableConflict::ChangedMeanwhile { found: Some(found) } if found.units().is_none() => {
                f.write_str("another program has changed it meanwhile, to a value that is not text")
            }
            VariableConflict::ChangedMeanwhile { found: Some(found) } => {
                let shown = found.shown();
                let (head, more) = match shown.char_indices().nth(SHOWN_CHARS_MAX) {
                    Some((end, _)) => (&shown[..end], "…"),
                    None => (shown.as_str(), ""),
                };
                write!(f, "it was changed meanwhile, to `{head}{more}`")
            }
            VariableConflict::Io(_) => f.write_str("write the user's environment in the registry"),
        }
    }
}

impl VariableChange {
    /// Plans to set one of the user's variables (or to remove it), from its present value.
    ///
    /// # Errors
    /// What the system says.
    pub fn plan(registry: &Registry, name: &str, after: Option<RegistryValue>) -> io::Result<VariableChange> {
        let before = registry.read(Root::User, USER_ENVIRONMENT, name)?;
        Ok(VariableChange { name: name.to_owned(), before, after })
    }

    /// Whether it changes nothing.
    pub fn is_nothing(&self) -> bool {
        self.before == self.after
    }

    /// Makes the change. If it is made already, syncs and announces it once more: the process that made it may have
    /// died before that.
    ///
    /// # Errors
    /// `ChangedMeanwhile` if the value is neither the old nor the new one, or what the system says.
    pub fn make(&self, registry: &Registry) -> Result<(), VariableConflict> {
        self.turn(registry, self.before.as_ref(), self.after.as_ref())
    }

    /// Reverts the change; if it is reverted already, syncs and announces it once more.
    ///
    /// # Errors
    /// As for [`VariableChange::make`].
    pub fn take_back(&self, registry: &Registry) -> Result<(), VariableConflict> {
        self.turn(registry, self.after.as_ref(), self.before.as_ref())
    }

    fn turn(
        &self,
        registry: &Registry,
        from: Option<&RegistryValue>,
        to: Option<&RegistryValue>,
    ) -> Result<(), VariableConflict> {
        let found = registry.read(Root::User, USER_ENVIRONMENT, &self.name).map_err(VariableConflict::Io)?;
        let outcome = match found.as_ref() {
            found if found == to => registry.sync(USER_ENVIRONMENT, &self.name),
            found if found == from => registry.write(USER_ENVIRONMENT, &self.name, to),
            _ => return Err(VariableConflict::ChangedMeanwhile { found }),
        };
        outcome.map_err(VariableConflict::Io)?;
        registry.tell_of_change();
        Ok(())
    }

    /// The change as three lines: its name, then each value as its kind and its bytes in hexadecimal digits, or `-`.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.name, written(self.before.as_ref()), written(self.after.as_ref()))
    }

    /// Parses the text of [`VariableChange::to_text`]; `None` for anything else.
    pub fn parse(text: &str) -> Option<VariableChange> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (name, before, after) = (lines.next()?, lines.next()?, lines.next()?);
        if name.is_empty() || lines.next().is_some() {
            return None;
        }
        Some(VariableChange { name: name.to_owned(), before: read(before)?, after: read(after)? })
    }
}

fn written(value: Option<&RegistryValue>) -> String {
    let Some(value) = value else { return "-".to_owned() };
    let kind = match value.kind {
        ValueKind::Text => 1,
        ValueKind::Expandable => 2,
        ValueKind::Other(number) => number,
    };
    format!("{kind} {}", HEXLOWER.encode_display(&value.bytes))
}

/// A value, or that there was none; the outer `None` if the line is neither.
fn read(line: &str) -> Option<Option<RegistryValue>> {
    if line == "-" {
        return Some(None);
    }
    let (kind, digits) = line.split_once(' ')?;
    let kind = match kind.parse().ok()? {
        1 => ValueKind::Text,
        2 => ValueKind::Expandable,
        number => ValueKind::Other(number),
    };
    Some(Some(RegistryValue { kind, bytes: HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{MemoryRegistry, PathList};

    fn value(text: &str) -> RegistryValue {
        RegistryValue::text(ValueKind::Expandable, &text.encode_utf16().collect::<Vec<_>>())
    }

    #[test]
    fn a_change_is_made_and_told_and_taken_back_to_the_last_byte() {
        let memory = MemoryRegistry::default();
        let registry = Registry::in_memory(memory.clone());
        for before in [None, Some(value(r"%USERPROFILE%\bin;C:\tools;"))] {
            registry.write(USER_ENVIRONMENT, "Path", before.as_ref()).unwrap();
            let list = before.as_ref().and_then(PathList::of).unwrap_or(PathList::empty());
            let after = list.with_first(r"C:\goward\shims", &crate::Env::of_this_process()).unwrap().value();
            let change = VariableChange::plan(&registry, "PATH", Some(after.clone())).unwrap();
            let told = memory.told_count();
            change.make(&registry).unwrap();
            assert_eq!(memory.told_count(), told + 1);
            change.make(&registry).unwrap();
            assert_eq!(registry.read(Root::User, USER_ENVIRONMENT, "path").unwrap(), Some(after));
            let change = VariableChange::parse(&change.to_text()).unwrap();
            change.take_back(&registry).unwrap();
            change.take_back(&registry).unwrap();
            assert_eq!(registry.read(Root::User, USER_ENVIRONMENT, "Path").unwrap(), before);
        }
    }

    #[test]
    fn what_somebody_else_has_changed_meanwhile_is_left_as_it_is() {
        let memory = MemoryRegistry::default();
        let registry = Registry::in_memory(memory.clone());
        let change = VariableChange::plan(&registry, "Path", Some(value("ours"))).unwrap();
        memory.put(Root::User, USER_ENVIRONMENT, "Path", value("theirs"));
        assert!(
            matches!(change.make(&registry), Err(VariableConflict::ChangedMeanwhile { found }) if found == Some(value("theirs")))
        );
        assert!(matches!(change.take_back(&registry), Err(VariableConflict::ChangedMeanwhile { .. })));
        memory.refuse();
        let change = VariableChange::plan(&registry, "Path", None).unwrap();
        assert!(matches!(change.make(&registry), Err(VariableConflict::Io(_))));
        assert_eq!(registry.read(Root::User, USER_ENVIRONMENT, "Path").unwrap(), Some(value("theirs")));
    }

    #[test]
    fn what_one_that_died_has_set_and_not_synced_is_made_durable_and_told() {
        let memory = MemoryRegistry::default();
        let registry = Registry::in_memory(memory.clone());
        let change = VariableChange::plan(&registry, "Path", Some(value("new"))).unwrap();
        memory.put_unsynced(USER_ENVIRONMENT, "Path", value("new"));
        change.make(&registry).unwrap();
        let left = Registry::in_memory(memory.after_power_cut());
        assert_eq!(left.read(Root::User, USER_ENVIRONMENT, "Path").unwrap(), Some(value("new")));
        assert_eq!(memory.told_count(), 1);
    }

    #[test]
    fn a_conflict_says_what_stands_there_in_one_line_s_length() {
        let said = |found| VariableConflict::ChangedMeanwhile { found }.to_string();
        assert_eq!(said(Some(value("x"))), "it was changed meanwhile, to `x`");
        assert_eq!(said(None), "it is not set any more");
        assert!(said(Some(RegistryValue { kind: ValueKind::Other(3), bytes: vec![1] })).ends_with("that is not text"));
        assert!(said(Some(value(&"x".repeat(30_000)))).chars().count() < SHOWN_CHARS_MAX + 50);
    }

    #[test]
    fn a_text_that_is_no_change_is_none() {
        for odd in
            ["", "Path", "Path\n-\n", "Path\n-\n-", "\n-\n-\n", "Path\n-\n2 0\n", "Path\n-\n2 zz\n", "P\n-\n-\nx\n"]
        {
            assert_eq!(VariableChange::parse(odd), None, "{odd:?}");
        }
    }
}
