//! Why a toolchain could not be checked, or is not as it should be.

use diag::{Class, Diagnose, Hints, Tried, hint};
use release::ToolchainId;
use store::StoreError;

/// Why a toolchain could not be checked, or is not as it should be.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum VerifyError {
    /// The store could not be read, or not be changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The user asked to stop.
    #[error("check {id} to the end")]
    Stopped {
        id: ToolchainId,
        #[source]
        cause: std::io::Error,
    },
    /// Files are not those that were admitted.
    #[error("find {id} whole: {good} of {files} files are as they were admitted, {faults} names are not")]
    Damaged {
        id: ToolchainId,
        /// Files that are as they should be.
        good: u64,
        /// All files.
        files: u64,
        /// Names that are not.
        faults: usize,
    },
    /// There is no room to work in.
    #[error("make the folder `{}`", path.display())]
    Scratch {
        path: std::path::PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The right bytes are nowhere on this machine, and no source gave them.
    #[error("repair {id}: no copy of what is damaged is on this machine, and it could not be fetched once more")]
    Refetch {
        id: ToolchainId,
        /// What came of each source.
        #[source]
        cause: Box<acquire::InstallError>,
    },
    /// A proof does not hold.
    #[error("prove {id}: {reason}")]
    Contradicted {
        id: ToolchainId,
        /// The step that does not hold.
        reason: String,
    },
    /// This machine was in the way of asking the log.
    #[error("prove {id}")]
    Log {
        id: ToolchainId,
        /// What it refused.
        #[source]
        cause: Box<acquire::LocalFailure>,
    },
    /// The go command does not do what it should.
    #[error("run `{command}` of {id}: {says}")]
    SmokeTest {
        id: ToolchainId,
        /// What was run.
        command: String,
        /// What came of it.
        says: String,
    },
}

impl Diagnose for VerifyError {
    fn class(&self) -> Class {
        match self {
            Self::Store(error) => error.class(),
            Self::Stopped { cause, .. } | Self::Scratch { cause, .. } => Class::of_io(cause),
            Self::Refetch { cause, .. } => cause.class(),
            Self::Log { cause, .. } => cause.class(),
            Self::Damaged { .. } | Self::Contradicted { .. } | Self::SmokeTest { .. } => Class::Integrity,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Store(error) => error.word(),
            Self::Stopped { .. } => "verify-stopped",
            Self::Scratch { .. } => "scratch-folder",
            Self::Refetch { .. } => "repair-without-source",
            Self::Damaged { .. } => "toolchain-damaged",
            Self::Contradicted { .. } => "proof-does-not-hold",
            Self::Log { cause, .. } => cause.word(),
            Self::SmokeTest { .. } => "toolchain-does-not-run",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Store(error) => error.hints(),
            Self::Stopped { .. } => Hints::none(),
            Self::Scratch { cause, .. } => Hints::for_io(cause),
            Self::Refetch { cause, .. } => cause.hints(),
            Self::Log { cause, .. } => cause.hints().and("`--offline` checks the files without asking the log"),
            Self::Damaged { id, .. } => hint!("`goward verify --repair {}` replaces what is damaged", id.version()),
            Self::Contradicted { id, .. } => hint!(
                "do not run it; `goward uninstall {}` removes it, `goward verify --explain` shows each step",
                id.version()
            ),
            Self::SmokeTest { .. } => hint!("its files are whole: look at the machine (memory, limits, file system)"),
        }
    }

    fn tried(&self) -> Vec<Tried> {
        match self {
            Self::Refetch { cause, .. } => cause.tried(),
            _ => Vec::new(),
        }
    }
}
