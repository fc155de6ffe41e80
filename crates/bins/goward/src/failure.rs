//! Any failure of any command.

use diag::{Class, Diagnose, Hints, hint};
use engine::settings::SettingsError;
use engine::{CatalogError, ChooseError, FloorError, InstallError, LaunchError, PinError};
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
    /// Telling what needs the project's Go.
    #[error(transparent)]
    Floor(#[from] FloorError),
    /// Ctrl-C could not be listened for.
    #[error("listen for Ctrl-C")]
    Signals(#[source] std::io::Error),
    /// Something that is asked for is not installed.
    #[error("find an installed toolchain for `{request}`")]
    NotInstalled {
        /// The request.
        request: String,
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
            Self::Floor(error) => error,
            Self::Signals(_) | Self::NotInstalled { .. } => return None,
        })
    }
}

impl Diagnose for Failure {
    fn class(&self) -> Class {
        match (self.inner(), self) {
            (Some(inner), _) => inner.class(),
            (None, Self::NotInstalled { .. }) => Class::NotFound,
            _ => Class::Environment,
        }
    }

    fn word(&self) -> &'static str {
        match (self.inner(), self) {
            (Some(inner), _) => inner.word(),
            (None, Self::NotInstalled { .. }) => "not-installed",
            _ => "signals",
        }
    }

    fn hints(&self) -> Hints {
        match (self.inner(), self) {
            (Some(inner), _) => inner.hints(),
            (None, Self::NotInstalled { request }) => {
                hint!("`goward list` shows what is installed; `goward install {request}` gets it")
            }
            _ => Hints::none(),
        }
    }
}
