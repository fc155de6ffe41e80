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
    /// The lock file.
    #[error(transparent)]
    Lock(Box<engine::LockError>),
    /// Bundles.
    #[error(transparent)]
    Bundle(Box<bundle::BundleError>),
    /// A bundle has nothing for this platform.
    #[error("install from `{}`: it has no toolchain for {platform}", path.display())]
    BundlePlatform {
        /// The bundle.
        path: std::path::PathBuf,
        /// The platform.
        platform: release::Platform,
    },
    /// More platforms than the command takes.
    #[error("act for {count} platforms: this command takes one")]
    OnePlatform {
        /// How many were given.
        count: usize,
    },
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

impl From<engine::LockError> for Failure {
    fn from(error: engine::LockError) -> Failure {
        Failure::Lock(Box::new(error))
    }
}

impl From<bundle::BundleError> for Failure {
    fn from(error: bundle::BundleError) -> Failure {
        Failure::Bundle(Box::new(error))
    }
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
            Self::Lock(error) => error.as_ref(),
            Self::Bundle(error) => error.as_ref(),
            Self::Signals(_) | Self::NotInstalled { .. } | Self::BundlePlatform { .. } | Self::OnePlatform { .. } => {
                return None;
            }
        })
    }
}

impl Diagnose for Failure {
    fn class(&self) -> Class {
        match (self.inner(), self) {
            (Some(inner), _) => inner.class(),
            (None, Self::NotInstalled { .. } | Self::BundlePlatform { .. }) => Class::NotFound,
            (None, Self::OnePlatform { .. }) => Class::Usage,
            _ => Class::Environment,
        }
    }

    fn word(&self) -> &'static str {
        match (self.inner(), self) {
            (Some(inner), _) => inner.word(),
            (None, Self::NotInstalled { .. }) => "not-installed",
            (None, Self::BundlePlatform { .. }) => "bundle-platform",
            (None, Self::OnePlatform { .. }) => "one-platform",
            _ => "signals",
        }
    }

    fn hints(&self) -> Hints {
        match (self.inner(), self) {
            (Some(inner), _) => inner.hints(),
            (None, Self::NotInstalled { request }) => {
                hint!("`goward list` shows what is installed; `goward install {request}` gets it")
            }
            (None, Self::BundlePlatform { path, .. }) => {
                hint!("`goward bundle verify {}` shows what it has", path.display())
            }
            _ => Hints::none(),
        }
    }
}
