//! Why a program cannot be supervised.

use std::path::PathBuf;

use diag::{Class, Diagnose, Diagnosis};
use store::StoreError;
use sys::Distrust;

/// Why a program cannot be supervised, or not be shown.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum SuperviseError {
    /// The address cannot be listened on.
    #[error("listen on `{address}`")]
    Listen {
        address: String,
        #[source]
        cause: std::io::Error,
    },
    /// The system has no signals.
    #[error("send the signal {name}: this system has no signals")]
    NoSignal { name: String },
    /// The path of goward itself is not known, which hands a socket over and starts the guardian.
    #[error("start goward again: the system does not report its path")]
    NoProgram,
    /// The signals of this process cannot be caught.
    #[error("catch the signals of this process")]
    Signals(#[source] std::io::Error),
    /// The program could not be started, or not be waited for.
    #[error("run the program")]
    Run(#[source] std::io::Error),
    /// The toolchain was removed before the program was started.
    #[error("run the program: its toolchain {toolchain} was just removed")]
    Removed { toolchain: String },
    /// Another user could write to the folder of the file.
    #[error("write `{}` for the program to read", path.display())]
    Untrusted {
        path: PathBuf,
        #[source]
        cause: Distrust,
    },
    /// The file cannot be written.
    #[error("write `{}`", path.display())]
    EnvFile {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// A process's environment cannot be shown.
    #[error("show the environment of process {pid}")]
    Environment {
        pid: u32,
        #[source]
        cause: std::io::Error,
    },
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for SuperviseError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Listen { cause, .. } => {
                let class = match cause.kind() {
                    std::io::ErrorKind::InvalidInput => Class::Usage,
                    _ => Class::Environment,
                };
                class.word("listen").hint("an address is `HOST:PORT`, or `:PORT` for all addresses")
            }
            Self::NoSignal { .. } => Class::Environment
                .word("no-signals")
                .hint("`--on-switch restart` starts the program again; `--env-file` writes what it may read"),
            Self::NoProgram => Class::Environment.word("own-path"),
            Self::Signals(_) => Class::Environment.word("signals"),
            Self::Run(_) => Class::CommandRefused
                .word("command-refused")
                .hint("is it a program for this machine, on a file system that allows programs?"),
            Self::Removed { toolchain } => {
                Class::NotFound.word("not-installed").hint(format!("`goward install {toolchain}` fetches it again"))
            }
            Self::Untrusted { cause, .. } => Class::Policy.word("env-file-untrusted").hints(store::fixes(cause)),
            Self::EnvFile { cause, .. } => Diagnosis::of_io("env-file-write", cause),
            Self::Environment { cause, .. } => match cause.kind() {
                std::io::ErrorKind::NotFound => Class::NotFound.word("process-unknown").hint("`goward ps` lists them"),
                std::io::ErrorKind::PermissionDenied => Class::Policy.word("process-foreign"),
                _ => Class::Environment.word("process-environment"),
            },
            Self::Store(error) => error.diagnosis(),
        }
    }
}
