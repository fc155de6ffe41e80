//! Why a bundle could not be made or looked at.

use std::path::PathBuf;

use acquire::{InstallError, LogProofError};
use diag::{Class, Diagnose, Diagnosis, IoFailure};
use release::{Digest, ToolchainId};
use source::bundle::OpenError;

/// Why a bundle could not be made or looked at.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum BundleError {
    /// Nothing was asked for.
    #[error("make a bundle: no toolchain was named")]
    Empty,
    /// A toolchain could not be got.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// There is no proof for a toolchain.
    #[error(transparent)]
    Proof(#[from] LogProofError),
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The scratch store could not be set up.
    #[error(transparent)]
    Settings(#[from] context::settings::SettingsError),
    /// A file of an installed toolchain is not what was recorded.
    #[error("bundle {toolchain}: its file `{path}` has the SHA-256 {actual}, recorded was {expected}")]
    Damaged {
        toolchain: Box<ToolchainId>,
        path: String,
        /// What was recorded.
        expected: Digest,
        /// What it is.
        actual: Digest,
    },
    /// Its bytes have no hash as a module.
    #[error("bundle {toolchain}")]
    Hash {
        toolchain: ToolchainId,
        #[source]
        cause: trust::H1Error,
    },
    /// goward was given twice for a platform.
    #[error("bundle goward for {platform}: it was given twice")]
    ProgramTwice { platform: String },
    /// The script does not fit before the first member.
    #[error("write the script of the bundle: it has {bytes} bytes, there is room for {max}")]
    Script {
        /// How many it has.
        bytes: u64,
        /// How many there may be.
        max: u64,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    Io(#[from] IoFailure),
    /// The bundle could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The user asked to stop.
    #[error("make the bundle: interrupted; what was fetched is kept in `{}`", scratch.display())]
    Interrupted { scratch: PathBuf },
}

impl Diagnose for BundleError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Empty => Class::Usage.word("bundle-empty").hint("`goward bundle create --go 1.27 -o FILE`"),
            Self::Install(error) => error.diagnosis(),
            Self::Proof(error) => error
                .diagnosis()
                .hint("`--allow-unproven` makes a bundle that the other machine accepts only with `--allow-unproven`"),
            Self::Store(error) => error.diagnosis(),
            Self::Settings(error) => error.diagnosis(),
            Self::Damaged { toolchain, .. } => Class::Integrity
                .word("toolchain-damaged")
                .hint(format!("`goward uninstall {}` and make the bundle again", toolchain.version())),
            Self::Hash { cause, .. } => cause.diagnosis(),
            Self::ProgramTwice { .. } => Class::Usage.word("bundle-program-twice"),
            Self::Script { .. } => {
                Class::Usage.word("bundle-script").hint("put goward for fewer platforms into one bundle")
            }
            Self::Io(failure) => failure.diagnosis().with_word("bundle-io"),
            Self::Open(error) => error.diagnosis(),
            Self::Interrupted { .. } => {
                Class::Interrupted.word("interrupted").hint("run the same command again to carry on")
            }
        }
    }
}
