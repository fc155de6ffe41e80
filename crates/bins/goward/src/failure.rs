//! Any failure of any command.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use diag::{AnyDiagnose, Class, Diagnose, Diagnosis, Hints};

/// Any failure of any command: the error of a verb, or of the command line itself.
#[derive(Debug)]
pub enum Failure {
    /// A verb failed. Its error is complete.
    Verb(AnyDiagnose),
    /// A shim was called by an unknown name or with an invalid request.
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
    /// A folder that was named.
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's words.
        cause: std::io::Error,
    },
    /// A word that is neither a topic nor a finding.
    UnknownCheck {
        /// The word.
        name: String,
    },
    /// The requested toolchain is in the administrator's store only.
    OfSystem {
        /// The request.
        request: String,
    },
    /// Ctrl-C could not be listened for.
    Signals(std::io::Error),
    /// What was printed did not arrive.
    Stdout(std::io::Error),
    /// What a file, a variable or the default asks for is not to be had.
    Asked {
        /// What asks for it, and where.
        because: String,
        /// What is wrong.
        cause: Box<Failure>,
    },
    /// The project does not use a module.
    NoWay {
        /// The module.
        module: String,
    },
    /// A file that the user named could not be written.
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        cause: std::io::Error,
    },
    /// No command has this name, so it has no manual page.
    NoPage {
        /// The name.
        command: String,
    },
    /// Nothing pins here.
    NoPin,
    /// A folder that was named holds no Go installation.
    NoInstallation {
        /// The folder.
        path: PathBuf,
        /// What is missing in it.
        why: String,
    },
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
    /// The user's editor did not do its work.
    Editor {
        /// The editor.
        program: String,
        /// What happened.
        reason: String,
    },
    /// A Go that runs in place is to be supervised.
    SupervisedSystem,
    /// The user has not confirmed what cannot be undone.
    NotConfirmed {
        /// Whether goward could ask.
        asked: bool,
    },
    /// The text that the user has edited is no configuration.
    ConfigRefused {
        /// The file that holds the edited text.
        path: PathBuf,
        /// What is wrong with it.
        cause: Box<Failure>,
    },
}

/// The errors of verbs, each of which a command may pass on by `?`.
macro_rules! verbs {
    ($($error:ty,)*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Failure {
                Failure::Verb(AnyDiagnose::new(error))
            }
        })*
    };
}

verbs! {
    adopt::MigrateError,
    adopt::ExternalGoError,
    bundle::BundleError,
    checklist::ListFileError,
    checklist::PlanError,
    doctor::LogError,
    doctor::RepairError,
    drill::DrillError,
    gatekeeper::GateError,
    acquire::AdoptError,
    resolve::AutoError,
    source::CatalogError,
    resolve::ChooseError,
    resolve::FloorError,
    acquire::InstallError,
    resolve::LaunchError,
    acquire::LockError,
    engine::BlockError,
    engine::ConfigError,
    engine::LockWriteError,
    resolve::NextError,
    sandbox::SandboxError,
    engine::OutdatedError,
    engine::PinError,
    context::settings::SettingsError,
    engine::ShimError,
    engine::SystemError,
    engine::UpgradeError,
    graph::GraphError,
    graph::GraphFileError,
    ide::IdeError,
    release::PlatformError,
    shell::SetupError,
    snapshots::SnapshotError,
    supervise::SuperviseError,
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
            Self::Folder { path, .. } => write!(f, "look into `{}`", path.display()),
            Self::UnknownCheck { name } => {
                write!(f, "check `{name}`: it is neither a topic nor the word of a finding")
            }
            Self::OfSystem { request } => {
                write!(
                    f,
                    "change `{request}`: it is installed in the shared store, which only the administrator may change"
                )
            }
            Self::Signals(_) => f.write_str("listen for Ctrl-C"),
            Self::Stdout(_) => f.write_str("write to standard output"),
            Self::Asked { cause, .. } => cause.fmt(f),
            Self::NoPin => f.write_str("find a pin: no version file and no variable pins in this folder"),
            Self::NoInstallation { path, why } => {
                write!(f, "find a Go installation in `{}`: {why}", release::escaped(&path.display().to_string()))
            }
            Self::NotInstalled { request } => write!(f, "find an installed toolchain for `{request}`"),
            Self::UnknownVariable { name } => {
                write!(f, "show `{name}`: goward env does not know this variable")
            }
            Self::Editor { program, reason } => write!(f, "edit the configuration with `{program}`: {reason}"),
            Self::ConfigRefused { cause, .. } => cause.fmt(f),
            Self::NoWay { module } => {
                write!(f, "find a way to `{}`: no module of this project needs it", diag::shown_line(module))
            }
            Self::Write { path, .. } => write!(f, "write `{}`", path.display()),
            Self::SupervisedSystem => {
                f.write_str("supervise a Go that runs in place: no switch of goward's changes it")
            }
            Self::NoPage { command } => write!(f, "print the manual page of `{command}`: there is no such command"),
            Self::NotConfirmed { asked: true } => f.write_str("remove goward: the answer was not yes"),
            Self::NotConfirmed { asked: false } => f.write_str("remove goward: there is no terminal to ask on"),
            Self::NotText { path } => write!(f, "write `{}` into a script: it is not valid Unicode", path.display()),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Verb(error) => error.source(),
            Self::Asked { cause, .. } | Self::ConfigRefused { cause, .. } => cause.source(),
            Self::Signals(cause) | Self::Stdout(cause) | Self::Folder { cause, .. } | Self::Write { cause, .. } => {
                Some(cause)
            }
            _ => None,
        }
    }
}

impl Diagnose for Failure {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Verb(error) => error.diagnosis(),
            Self::Asked { because, cause } => cause.diagnosis().hint(format!("it is {because} that asks for it")),
            Self::Editor { .. } => {
                Class::Environment.word("editor").hint("set `EDITOR`, or change one setting with `goward config set`")
            }
            Self::ConfigRefused { path, cause } => cause
                .diagnosis()
                .hint(format!("your text is kept in `{}`; the configuration is unchanged", path.display())),
            Self::NoWay { .. } => {
                Class::NotFound.word("module-unknown").hint("`goward graph` shows the modules that it uses")
            }
            Self::Write { cause, .. } => Diagnosis::of_io("file-write", cause),
            Self::SupervisedSystem => Class::Usage.word("supervised-system").hint("leave `--supervise` out"),
            Self::NoPage { .. } => Class::Usage.word("usage").hint("`goward help` lists the commands"),
            Self::NotConfirmed { asked: true } => Class::Policy.word("not-confirmed"),
            Self::NotConfirmed { asked: false } => Class::Policy
                .word("not-confirmed")
                .hint("`--yes` removes without a question, `--dry-run` shows what would go"),
            Self::NoPin => Class::NotFound
                .word("no-pin")
                .hint("`goward pin 1.27` writes one; `goward current --explain` shows what runs here and why"),
            Self::NoInstallation { .. } => Class::NotFound
                .word("no-installation")
                .hint("name the folder that holds `bin` and `VERSION`: its GOROOT"),
            Self::NotInstalled { request } => Class::NotFound
                .word("not-installed")
                .hint(format!("`goward list` shows what is installed; `goward install {request}` gets it")),
            Self::ShimCall { missing, hints, .. } => {
                if *missing { Class::CommandMissing } else { Class::Usage }.word("shim-call").hints(hints.clone())
            }
            Self::UnknownVariable { .. } => {
                Class::Usage.word("variable-unknown").hint("`goward env` prints those that there are")
            }
            Self::Stdout(cause) => Class::Environment.word("stdout-write").hints(Hints::for_io(cause)),
            Self::NotText { .. } => Class::Environment.word("path-not-text"),
            Self::OfSystem { .. } => {
                Class::Policy.word("of-system-store").hint("the administrator changes it with `--system`")
            }
            Self::Folder { .. } => Class::NotFound.word("folder"),
            Self::UnknownCheck { .. } => {
                Class::Usage.word("check-unknown").hint("`goward doctor --list` shows all topics")
            }
            Self::BundlePlatform { path, .. } => Class::NotFound
                .word("bundle-platform")
                .hint(format!("`goward bundle verify {}` shows what it has", path.display())),
            Self::OnePlatform { .. } => Class::Usage.word("one-platform"),
            Self::Signals { .. } => Class::Environment.word("signals"),
        }
    }
}
