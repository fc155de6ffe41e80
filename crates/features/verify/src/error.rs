//! Why a toolchain could not be checked, or is not as it should be.

use diag::{Class, Diagnose, Diagnosis};
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
    #[error("verify {id}: {good} of {files} files are intact, {faults} names are not")]
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
        says: String,
    },
}

impl Diagnose for VerifyError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Store(error) => error.diagnosis(),
            Self::Stopped { cause, .. } => Class::of_io(cause).word("verify-stopped"),
            Self::Scratch { cause, .. } => Diagnosis::of_io("scratch-folder", cause),
            Self::Refetch { cause, .. } => cause.diagnosis().with_word("repair-without-source"),
            Self::Damaged { id, .. } => Class::Integrity
                .word("toolchain-damaged")
                .hint(format!("`goward verify --repair {}` replaces what is damaged", id.version())),
            Self::Contradicted { id, .. } => Class::Integrity.word("proof-does-not-hold").hint(format!(
                "do not run it; `goward uninstall {}` removes it, `goward verify --explain` shows each step",
                id.version()
            )),
            Self::Log { cause, .. } => cause.diagnosis().hint("`--offline` checks the files without asking the log"),
            Self::SmokeTest { .. } => Class::Integrity
                .word("toolchain-does-not-run")
                .hint("its files are intact: check the machine (memory, limits, file system)"),
        }
    }
}
