//! Why a bundle could not be made or looked at.

use std::io;
use std::path::PathBuf;

use acquire::{InstallError, LogProofError};
use diag::{Class, Diagnose, Hints, Tried, hint};
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
    #[error("{action} `{}`", path.display())]
    Io {
        action: &'static str,
        /// On which file.
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// The bundle could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The user asked to stop.
    #[error("make the bundle: interrupted; what was fetched is kept in `{}`", scratch.display())]
    Interrupted { scratch: PathBuf },
}

impl BundleError {
    pub(crate) fn io(action: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> BundleError {
        let path = path.to_owned();
        move |cause| BundleError::Io { action, path, cause }
    }
}

impl Diagnose for BundleError {
    fn class(&self) -> Class {
        match self {
            Self::Empty | Self::ProgramTwice { .. } => Class::Usage,
            Self::Install(error) => error.class(),
            Self::Proof(error) => error.class(),
            Self::Store(error) => error.class(),
            Self::Settings(error) => error.class(),
            Self::Damaged { .. } => Class::Integrity,
            Self::Hash { cause, .. } => cause.class(),
            Self::Script { .. } => Class::Usage,
            Self::Io { cause, .. } => Class::of_io(cause),
            Self::Open(error) => error.class(),
            Self::Interrupted { .. } => Class::Interrupted,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Empty => "bundle-empty",
            Self::Install(error) => error.word(),
            Self::Proof(error) => error.word(),
            Self::Store(error) => error.word(),
            Self::Settings(error) => error.word(),
            Self::Damaged { .. } => "toolchain-damaged",
            Self::Hash { cause, .. } => cause.word(),
            Self::ProgramTwice { .. } => "bundle-program-twice",
            Self::Script { .. } => "bundle-script",
            Self::Io { .. } => "bundle-io",
            Self::Open(error) => error.word(),
            Self::Interrupted { .. } => "interrupted",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Install(error) => error.hints(),
            Self::Proof(error) => {
                error.hints().and("`--allow-unproven` makes a bundle that the other machine must be told to believe")
            }
            Self::Store(error) => error.hints(),
            Self::Settings(error) => error.hints(),
            Self::Damaged { toolchain, .. } => {
                hint!("`goward uninstall {}` and make the bundle again", toolchain.version())
            }
            Self::Io { cause, .. } => Hints::for_io(cause),
            Self::Open(error) => error.hints(),
            Self::Interrupted { .. } => hint!("run the same command again to carry on"),
            Self::Empty => hint!("`goward bundle create --go 1.27 -o FILE`"),
            Self::Script { .. } => hint!("put goward for fewer platforms into one bundle"),
            _ => Hints::none(),
        }
    }

    fn tried(&self) -> Vec<Tried> {
        match self {
            Self::Install(error) => error.tried(),
            _ => Vec::new(),
        }
    }
}
