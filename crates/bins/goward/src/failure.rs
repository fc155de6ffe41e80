//! Any failure of any command.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use diag::{Class, Diagnose, Hints, hint};
use engine::settings::SettingsError;
use engine::{CatalogError, ChooseError, FloorError, InstallError, LaunchError, PinError};
use store::StoreError;

/// Any failure of any command: the error of a verb, or of the command line itself.
#[derive(Debug)]
pub enum Failure {
    /// A verb failed. It says all there is to say.
    Verb(Box<dyn Diagnose + Send + Sync>),
    /// A shim was called by a name or with a request that stands for nothing.
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
    /// A bundle has nothing for this platform.
    BundlePlatform {
        /// The bundle.
        path: PathBuf,
        /// The platform.
        platform: release::Platform,
    },
    /// More platforms than the command takes.
    OnePlatform {
        /// How many were given.
        count: usize,
    },
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
    /// Telling what needs the project's Go.
    #[error(transparent)]
    Floor(#[from] FloorError),
    /// Ctrl-C could not be listened for.
    Signals(std::io::Error),
    /// Something that is asked for is not installed.
    NotInstalled {
        /// The request.
        request: String,
    },
    /// A variable that is none of the go command's that are told.
    UnknownVariable {
        /// The name.
        name: String,
    },
    /// A path that cannot be written into a script.
    NotText {
        /// The path.
        path: PathBuf,
    },
}

/// The errors of verbs, each of which a command may pass on by `?`.
macro_rules! verbs {
    ($($error:ty,)*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Failure {
                Failure::Verb(Box::new(error))
            }
        })*
    };
}

verbs! {
    adopt::SystemError,
    bundle::BundleError,
    engine::AdoptError,
    engine::CatalogError,
    engine::ChooseError,
    engine::InstallError,
    engine::LaunchError,
    engine::LockError,
    engine::NextError,
    engine::PinError,
    engine::settings::SettingsError,
    engine::ShimError,
    release::PlatformError,
    shell::SetupError,
    store::StoreError,
    verify::VerifyError,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verb(error) => error.fmt(f),
            Self::ShimCall { name, reason, .. } => write!(f, "run `{name}`: {reason}"),
            Self::BundlePlatform { path, platform } => {
                write!(f, "install from `{}`: it has no toolchain for {platform}", path.display())
            }
            Self::OnePlatform { count } => write!(f, "act for {count} platforms: this command takes one"),
            Self::Signals(_) => f.write_str("listen for Ctrl-C"),
            Self::NotInstalled { request } => write!(f, "find an installed toolchain for `{request}`"),
            Self::UnknownVariable { name } => {
                write!(f, "tell `{name}`: it is none of the go command's variables that are told here")
            }
            Self::NotText { path } => write!(f, "write `{}` into a script: it is not valid Unicode", path.display()),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Verb(error) => error.source(),
            Self::Signals(cause) => Some(cause),
            _ => None,
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
            Self::Floor(error) => error,
            Self::Signals(_) | Self::NotInstalled { .. } => return None,
        })
    }
}

impl Diagnose for Failure {
    fn class(&self) -> Class {
        match self {
            Self::Verb(error) => error.class(),
            Self::NotInstalled { .. } | Self::BundlePlatform { .. } => Class::NotFound,
            Self::ShimCall { missing: true, .. } => Class::CommandMissing,
            Self::ShimCall { .. } | Self::UnknownVariable { .. } | Self::OnePlatform { .. } => Class::Usage,
            _ => Class::Environment,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Verb(error) => error.word(),
            Self::NotInstalled { .. } => "not-installed",
            Self::ShimCall { .. } => "shim-call",
            Self::UnknownVariable { .. } => "variable-unknown",
            Self::NotText { .. } => "path-not-text",
            Self::BundlePlatform { .. } => "bundle-platform",
            Self::OnePlatform { .. } => "one-platform",
            _ => "signals",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Verb(error) => error.hints(),
            Self::NotInstalled { request } => {
                hint!("`goward list` shows what is installed; `goward install {request}` gets it")
            }
            Self::ShimCall { hints, .. } => hints.clone(),
            Self::UnknownVariable { .. } => hint!("`goward env` prints those that there are"),
            Self::BundlePlatform { path, .. } => {
                hint!("`goward bundle verify {}` shows what it has", path.display())
            }
            _ => Hints::none(),
        }
    }
}
