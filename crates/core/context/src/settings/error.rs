//! What can be wrong with a setting.

use std::io;
use std::path::PathBuf;

use diag::{Class, Diagnose, Diagnosis};

use super::{Origin, Setting};

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("read the configuration `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// Somebody else could have written the file.
    #[error("trust the configuration `{}`", path.display())]
    Untrusted {
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        cause: sys::Distrust,
    },
    /// The folder of the store cannot be used.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The file is not TOML.
    #[error("understand the configuration {}:{line}: {reason}", path.display())]
    Syntax {
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// There is no such setting.
    #[error("use the setting `{key}` ({origin}): there is none of that name")]
    Unknown {
        /// The key, as it stands there.
        key: String,
        /// Where it stands.
        origin: Origin,
        /// Keys that look like it.
        nearest: Vec<&'static str>,
    },
    /// The value is not what the setting takes.
    #[error("use `{value}` for the setting `{key}` ({origin}): {reason}")]
    Refused {
        /// The setting.
        key: &'static str,
        /// The value.
        value: String,
        /// Where it stands.
        origin: Origin,
        /// What is expected.
        reason: String,
    },
    /// There is no folder to keep the store in.
    #[error("find a folder for the store: neither `GOWARD_HOME` nor a home folder is set")]
    NoHome,
}

impl SettingsError {
    pub(super) fn refused(setting: &Setting, value: &str, reason: String) -> SettingsError {
        let origin = setting.origin.clone();
        let value = super::shown_text(setting.def, value);
        SettingsError::Refused { key: setting.def.key, value, origin, reason }
    }
}

impl Diagnose for SettingsError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Read { cause, .. } if cause.kind() != io::ErrorKind::NotFound => {
                Class::of_io(cause).word("config-read")
            }
            Self::Read { .. } => Class::Usage.word("config-read"),
            Self::Untrusted { cause, .. } => Class::Policy
                .word("config-untrusted")
                .hints(store::fixes(cause))
                .hint("or name a file that only you can change with `GOWARD_CONFIG` or `--config`"),
            Self::Store(error) => error.diagnosis(),
            Self::Syntax { .. } => Class::Usage.word("config-syntax"),
            Self::Unknown { nearest, .. } if !nearest.is_empty() => {
                Class::Usage.word("setting-unknown").hint(format!("did you mean `{}`?", nearest.join("` or `")))
            }
            Self::Unknown { .. } => Class::Usage.word("setting-unknown").hint("`goward config` shows all settings"),
            Self::Refused { .. } => Class::Usage.word("setting-refused"),
            Self::NoHome => Class::Usage.word("no-home").hint("set `GOWARD_HOME` to an absolute path"),
        }
    }
}
