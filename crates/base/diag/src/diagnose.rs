//! The interface of every error of goward.

use serde::Serialize;

use crate::Class;

/// What to try after a failure: short imperative lines, commands in backticks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints(Vec<String>);

impl Hints {
    /// Nothing to suggest.
    pub const fn none() -> Hints {
        Hints(Vec::new())
    }

    /// One suggestion.
    pub fn one(line: impl Into<String>) -> Hints {
        Hints(vec![line.into()])
    }

    /// This suggestion after the others; a repeated one counts once.
    pub fn and(mut self, line: impl Into<String>) -> Hints {
        let line = line.into();
        if !self.0.contains(&line) {
            self.0.push(line);
        }
        self
    }

    /// These suggestions after the others.
    pub fn join(self, more: Hints) -> Hints {
        more.0.into_iter().fold(self, Hints::and)
    }

    /// The lines in order.
    pub fn lines(&self) -> &[String] {
        &self.0
    }

    /// The usual remedy for a refused write, or none if the error is not specific.
    pub fn for_io(error: &std::io::Error) -> Hints {
        use std::io::ErrorKind as K;
        match error.kind() {
            K::StorageFull | K::QuotaExceeded => {
                Hints::one("free some space, or move goward's home with `GOWARD_HOME`")
            }
            K::PermissionDenied => Hints::one("check who owns the folder, or move goward's home with `GOWARD_HOME`"),
            K::ReadOnlyFilesystem => {
                Hints::one("the file system is mounted read-only; move goward's home with `GOWARD_HOME`")
            }
            _ => Hints::none(),
        }
    }
}

/// A hint line from a format string: `hint!("try `goward install {version}`")`.
#[macro_export]
macro_rules! hint {
    ($($arg:tt)*) => { $crate::Hints::one(format!($($arg)*)) };
}

/// An error that knows its class, its machine word and what to try.
///
/// The message (its `Display`) is a lower-case fragment that reads after "could not", names the
/// thing and both values, and has no full stop. The cause chain comes from `source()`.
pub trait Diagnose: std::error::Error {
    /// The kind of failure, and with it the exit code.
    fn class(&self) -> Class;

    /// A word for machines (`archive-hash-mismatch`): kebab case, stable across versions.
    fn word(&self) -> &'static str;

    /// What to try.
    fn hints(&self) -> Hints {
        Hints::none()
    }

    /// The failed attempts, in order: siblings, none of which caused the next. An error that wraps another one passes
    /// these on.
    fn tried(&self) -> Vec<Tried> {
        Vec::new()
    }
}

/// One of several failed attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// What was tried: a source's name.
    pub name: String,
    /// Why it failed.
    pub reason: String,
    /// The machine word of that failure.
    pub word: &'static str,
    /// Its kind.
    pub class: Class,
}
