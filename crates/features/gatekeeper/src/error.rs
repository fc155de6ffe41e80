//! Why the gate cannot do its work.

use std::path::PathBuf;

use context::settings::SettingsError;
use diag::{Class, Diagnose, Diagnosis};
use gate::RulesError;
use sys::Distrust;

/// Why the gate cannot do its work.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum GateError {
    /// The rules have a mistake.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The rules file cannot be read.
    #[error("read the rules of the gate, `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// Another user could have written the rules file.
    #[error("believe the rules of the gate, `{}`", path.display())]
    Untrusted {
        path: PathBuf,
        #[source]
        cause: Distrust,
    },
    /// The log to judge cannot be read.
    #[error("read the log `{}`", path.display())]
    Log {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The copy of the output, or the report, cannot be written.
    #[error("write `{}`", path.display())]
    Write {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The program could not be started, or not be waited for.
    #[error("run the program")]
    Run(#[source] std::io::Error),
    /// A second context could not be made.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

impl Diagnose for GateError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Rules(error) => error.diagnosis(),
            Self::Read { cause, .. } => of_file("gate-rules-read", cause),
            Self::Untrusted { cause, .. } => Class::Policy.word("gate-rules-untrusted").hints(store::fixes(cause)),
            Self::Log { cause, .. } => of_file("gate-log", cause),
            Self::Write { cause, .. } => Diagnosis::of_io("gate-write", cause),
            Self::Run(_) => Class::CommandRefused
                .word("command-refused")
                .hint("is it a program for this machine, on a file system that allows programs?"),
            Self::Settings(error) => error.diagnosis(),
        }
    }
}

/// A file that the user has named: it is not there, or the machine refuses it.
fn of_file(word: &'static str, cause: &std::io::Error) -> Diagnosis {
    match cause.kind() {
        std::io::ErrorKind::NotFound => Class::NotFound.word(word),
        _ => Diagnosis::of_io(word, cause),
    }
}
