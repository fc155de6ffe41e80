//! What can be wrong with a setting.

use std::io;
use std::path::PathBuf;

use diag::{Class, Diagnose, Hints, hint};

use super::{Origin, Setting};

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("read the configuration `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        #[source]
        cause: io::Error,
    },
    /// Somebody else could have written the file.
    #[error("trust the configuration `{}`", path.display())]
    Untrusted {
        /// The file.
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
        /// The file.
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
    fn class(&self) -> Class {
        match self {
            Self::Untrusted { .. } => Class::Policy,
            Self::Store(error) => error.class(),
            Self::Read { cause, .. } if cause.kind() != io::ErrorKind::NotFound => Class::of_io(cause),
            _ => Class::Usage,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Read { .. } => "config-read",
            Self::Untrusted { .. } => "config-untrusted",
            Self::Store(error) => error.word(),
            Self::Syntax { .. } => "config-syntax",
            Self::Unknown { .. } => "setting-unknown",
            Self::Refused { .. } => "setting-refused",
            Self::NoHome => "no-home",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Untrusted { cause, .. } => {
                let hints = store::fixes(cause);
                hints.and("or name a file that only you can change with `GOWARD_CONFIG` or `--config`")
            }
            Self::Store(error) => error.hints(),
            Self::Unknown { nearest, .. } if !nearest.is_empty() => hint!("did you mean `{}`?", nearest.join("` or `")),
            Self::Unknown { .. } => hint!("`goward config` shows all settings"),
            Self::NoHome => hint!("set `GOWARD_HOME` to an absolute path"),
            _ => Hints::none(),
        }
    }
}
