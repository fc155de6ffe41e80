//! Any failure of any command.

use diag::{Class, Diagnose, Hints, hint};
use engine::settings::SettingsError;
use engine::{CatalogError, ChooseError, InstallError, LaunchError, PinError};
use store::StoreError;

/// Any failure of any command: the error of a verb, or of the command line itself.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A setting.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// This machine.
    #[error(transparent)]
    Platform(#[from] release::PlatformError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Finding a version.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Installing.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// Choosing.
    #[error(transparent)]
    Choose(#[from] ChooseError),
    /// Pinning.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// Running a program.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// An editor's configuration.
    #[error(transparent)]
    Ide(#[from] ide::IdeError),
    /// A repair.
    #[error(transparent)]
    Repair(#[from] doctor::RepairError),
    /// A folder that was named.
    #[error("look into `{}`", path.display())]
    Folder {
        /// The folder.
        path: std::path::PathBuf,
        /// The system's words.
        #[source]
        cause: std::io::Error,
    },
    /// A word that is neither a topic nor a finding.
    #[error("check `{name}`: it is neither a topic nor the word of a finding")]
    UnknownCheck {
        /// The word.
        name: String,
    },
    /// The administrator's store.
    #[error(transparent)]
    System(#[from] engine::SystemError),
    /// Ctrl-C could not be listened for.
    #[error("listen for Ctrl-C")]
    Signals(#[source] std::io::Error),
    /// Something that is asked for is not installed.
    #[error("find an installed toolchain for `{request}`")]
    NotInstalled {
        /// The request.
        request: String,
    },
    /// What is asked for stands in the administrator's store only.
    #[error("change `{request}`: it stands in the system store, which is the administrator's")]
    OfSystem {
        /// The request.
        request: String,
    },
    /// A variable that is none of the go command's that are told.
    #[error("tell `{name}`: it is none of the go command's variables that are told here")]
    UnknownVariable {
        /// The name.
        name: String,
    },
    /// A path that cannot be written into a script.
    #[error("write `{}` into a script: it is not valid Unicode", path.display())]
    NotText {
        /// The path.
        path: std::path::PathBuf,
    },
}

impl Failure {
    fn inner(&self) -> Option<&dyn Diagnose> {
        Some(match self {
            Self::Settings(error) => error,
            Self::Platform(error) => error,
            Self::Store(error) => error,
            Self::Catalog(error) => error,
            Self::Install(error) => error,
            Self::Choose(error) => error,
            Self::Pin(error) => error,
            Self::Launch(error) => error,
            Self::System(error) => error,
            Self::Ide(error) => error,
            Self::Repair(error) => error,
            Self::Signals(_)
            | Self::NotInstalled { .. }
            | Self::OfSystem { .. }
            | Self::UnknownCheck { .. }
            | Self::Folder { .. }
            | Self::UnknownVariable { .. }
            | Self::NotText { .. } => {
                return None;
            }
        })
    }
}

impl Diagnose for Failure {
    fn class(&self) -> Class {
        match (self.inner(), self) {
            (Some(inner), _) => inner.class(),
            (None, Self::NotInstalled { .. }) => Class::NotFound,
            (None, Self::Folder { .. }) => Class::NotFound,
            (None, Self::UnknownVariable { .. } | Self::UnknownCheck { .. }) => Class::Usage,
            (None, Self::OfSystem { .. }) => Class::Policy,
            _ => Class::Environment,
        }
    }

    fn word(&self) -> &'static str {
        match (self.inner(), self) {
            (Some(inner), _) => inner.word(),
            (None, Self::NotInstalled { .. }) => "not-installed",
            (None, Self::OfSystem { .. }) => "of-system-store",
            (None, Self::Folder { .. }) => "folder",
            (None, Self::UnknownCheck { .. }) => "check-unknown",
            (None, Self::UnknownVariable { .. }) => "variable-unknown",
            (None, Self::NotText { .. }) => "path-not-text",
            _ => "signals",
        }
    }

    fn hints(&self) -> Hints {
        match (self.inner(), self) {
            (Some(inner), _) => inner.hints(),
            (None, Self::NotInstalled { request }) => {
                hint!("`goward list` shows what is installed; `goward install {request}` gets it")
            }
            (None, Self::OfSystem { .. }) => hint!("the administrator changes it with `--system`"),
            (None, Self::UnknownCheck { .. }) => hint!("`goward doctor --list` shows what there is"),
            (None, Self::UnknownVariable { .. }) => hint!("`goward env` prints those that there are"),
            _ => Hints::none(),
        }
    }
}
