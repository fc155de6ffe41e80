//! Why no drill can be run at all. What comes of a drill is a result, never an error.

use std::path::PathBuf;

use diag::{Class, Diagnose, Diagnosis, IoFailure};
use release::{Request, ToolchainId};
use store::StoreError;

/// Why no drill can be run.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum DrillError {
    /// There is no drill of this name.
    #[error("run the drill `{}`: there is none of this name", diag::shown_line(name))]
    Unknown { name: String },
    /// Nothing was named.
    #[error("choose a drill: none was named")]
    NoName,
    /// No installed toolchain fits.
    #[error("find an installed toolchain for `{request}`")]
    NotInstalled { request: Request },
    /// There is no default.
    #[error("find a toolchain: there is no default")]
    NoDefault,
    /// A file of the toolchain differs from the list of its files.
    #[error("pack {toolchain}: `{file}` is not what its manifest says")]
    Damaged { toolchain: ToolchainId, file: String },
    /// The toolchain is larger than any of Go's.
    #[error("pack {toolchain}: the archive becomes larger than {}", diag::Bytes(*bytes_max))]
    TooLarge { toolchain: ToolchainId, bytes_max: u64 },
    /// The system does not say where goward's program is.
    #[error("find goward's own program")]
    NoProgram,
    /// The scratch folder would not be inside of goward's home.
    #[error("make the scratch folder: `{}` leads out of goward's home", path.display())]
    Outside { path: PathBuf },
    /// The server on loopback could not be started.
    #[error("start a server on this machine's loopback address")]
    Server(#[source] std::io::Error),
    /// A program could not be started.
    #[error("run `{}`", path.display())]
    Run {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The system refused something.
    #[error(transparent)]
    Io(#[from] IoFailure),
    /// The store refused something.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for DrillError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Unknown { .. } => Class::Usage.word("drill-unknown").hint("`goward drill --list` shows the drills"),
            Self::NoName => {
                Class::Usage.word("drill-none").hint("`goward drill --list` shows the drills; `--all` runs them all")
            }
            Self::NotInstalled { request } => {
                Class::NotFound.word("not-installed").hint(format!("`goward install {request}` installs it"))
            }
            Self::NoDefault => Class::NotFound
                .word("no-default")
                .hint("a drill works with a copy of an installed toolchain: name one with `--go`, or run `goward use`"),
            Self::Damaged { toolchain, .. } => Class::Integrity
                .word("drill-toolchain-damaged")
                .hint(format!("`goward verify {} --repair` replaces what is damaged", toolchain.version())),
            Self::TooLarge { .. } => Class::Environment.word("drill-too-large"),
            Self::NoProgram => Class::Environment.word("no-program"),
            Self::Outside { .. } => {
                Class::Policy.word("drill-outside").hint("a drill breaks nothing outside of its scratch folder")
            }
            Self::Server(cause) => Diagnosis::of_io("drill-server", cause),
            Self::Run { cause, .. } => Diagnosis::of_io("drill-run", cause),
            Self::Io(failure) => failure.diagnosis(),
            Self::Store(error) => error.diagnosis(),
        }
    }
}
