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

/// What an error says about itself besides its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The kind of failure, and with it the exit code.
    pub class: Class,
    /// A word for machines (`archive-hash-mismatch`): kebab case, stable across versions.
    pub word: &'static str,
    /// What to try.
    pub hints: Hints,
    /// What was tried in vain, in its order: siblings, none of which caused the next.
    pub tried: Vec<Tried>,
}

impl Class {
    /// The diagnosis of this class with this word, which suggests nothing yet.
    pub const fn word(self, word: &'static str) -> Diagnosis {
        Diagnosis { class: self, word, hints: Hints::none(), tried: Vec::new() }
    }
}

impl Diagnosis {
    /// The class and hints of the system's error, under this word.
    pub fn of_io(word: &'static str, error: &std::io::Error) -> Diagnosis {
        Class::of_io(error).word(word).hints(Hints::for_io(error))
    }

    /// The same under another word.
    pub fn with_word(self, word: &'static str) -> Diagnosis {
        Diagnosis { word, ..self }
    }

    /// With this suggestion after the others.
    pub fn hint(self, line: impl Into<String>) -> Diagnosis {
        Diagnosis { hints: self.hints.and(line), ..self }
    }

    /// With these suggestions after the others.
    pub fn hints(self, more: Hints) -> Diagnosis {
        Diagnosis { hints: self.hints.join(more), ..self }
    }

    /// With what was tried in vain.
    pub fn tried(self, tried: Vec<Tried>) -> Diagnosis {
        Diagnosis { tried, ..self }
    }
}

/// An error that knows its class, its machine word and what to try.
///
/// The message (its `Display`) is a lower-case fragment that reads after "could not", names the
/// thing and both values, and has no full stop. The cause chain comes from `source()`.
///
/// An error implements [`Diagnose::diagnosis`] alone, one arm for each variant. A variant that wraps another error
/// returns that error's diagnosis, and adds hints where it knows more: so nothing of it is lost on the way up.
pub trait Diagnose: std::error::Error {
    /// All that the error says about itself besides its message.
    fn diagnosis(&self) -> Diagnosis;

    /// The kind of failure, and with it the exit code.
    fn class(&self) -> Class {
        self.diagnosis().class
    }

    /// A word for machines.
    fn word(&self) -> &'static str {
        self.diagnosis().word
    }

    /// What to try.
    fn hints(&self) -> Hints {
        self.diagnosis().hints
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
