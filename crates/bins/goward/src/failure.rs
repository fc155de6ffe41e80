//! Any failure of any command.

use diag::{Class, Diagnose, Hints, hint};
use engine::settings::SettingsError;
use engine::{AdoptError, CatalogError, ChooseError, InstallError, LaunchError, NextError, PinError, ShimError};
use store::StoreError;
use verify::VerifyError;

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
    /// Bringing in what is there.
    #[error(transparent)]
    Adopt(#[from] AdoptError),
    /// Moving from one release to another.
    #[error(transparent)]
    Migrate(#[from] adopt::MigrateError),
    /// A Go that is run where it stands.
    #[error(transparent)]
    System(#[from] adopt::SystemError),
    /// Running a program.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// Writing the shims.
    #[error(transparent)]
    Shims(#[from] ShimError),
    /// Finding another program of a shim's name.
    #[error(transparent)]
    Next(#[from] NextError),
    /// A shim was called by a name or with a request that stands for nothing.
    #[error("run `{name}`: {reason}")]
    ShimCall {
        /// The name.
        name: String,
        /// What is wrong.
        reason: String,
        /// Whether it is the name that no program has.
        missing: bool,
        /// What to try.
        hints: Hints,
    },
    /// Setting shells up.
    #[error(transparent)]
    Setup(shell::SetupError),
    /// Checking a toolchain.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Ctrl-C could not be listened for.
    #[error("listen for Ctrl-C")]
    Signals(#[source] std::io::Error),
    /// Something that is asked for is not installed.
    #[error("find an installed toolchain for `{request}`")]
    NotInstalled {
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
            Self::Adopt(error) => error,
            Self::System(error) => error,
            Self::Migrate(error) => error,
            Self::Launch(error) => error,
            Self::Shims(error) => error,
            Self::Next(error) => error,
            Self::Setup(error) => error,
            Self::Verify(error) => error,
            Self::Signals(_)
            | Self::NotInstalled { .. }
            | Self::ShimCall { .. }
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
            (None, Self::ShimCall { missing, .. }) => {
                if *missing {
                    Class::CommandMissing
                } else {
                    Class::Usage
                }
            }
            (None, Self::UnknownVariable { .. }) => Class::Usage,
            _ => Class::Environment,
        }
    }

    fn word(&self) -> &'static str {
        match (self.inner(), self) {
            (Some(inner), _) => inner.word(),
            (None, Self::NotInstalled { .. }) => "not-installed",
            (None, Self::ShimCall { .. }) => "shim-call",
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
            (None, Self::ShimCall { hints, .. }) => hints.clone(),
            (None, Self::UnknownVariable { .. }) => hint!("`goward env` prints those that there are"),
            _ => Hints::none(),
        }
    }
}
