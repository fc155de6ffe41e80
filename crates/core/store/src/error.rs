//! What can go wrong with the store.

use std::io;
use std::path::{Path, PathBuf};

use diag::{Class, Diagnose, Hints, hint};
use release::ToolchainId;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused.
    #[error("{action} `{}`", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's words.
        #[source]
        cause: io::Error,
    },
    /// Programs cannot be run from where the store stands.
    #[error("install into `{}`: its file system is mounted noexec, so no `go` in it could run", path.display())]
    Noexec {
        /// The store's home.
        path: PathBuf,
    },
    /// The store stands on a file system that takes no writes.
    #[error("write to `{}`: its file system is mounted read-only", path.display())]
    ReadOnly {
        /// The store's home.
        path: PathBuf,
    },
    /// There is not enough room.
    #[error("make room in `{}`: {needed} needed, {free} free", path.display())]
    NoSpace {
        /// The store's home.
        path: PathBuf,
        /// Bytes needed.
        needed: diag::Bytes,
        /// Bytes free.
        free: diag::Bytes,
    },
    /// Another process holds a lock.
    #[error("take the lock `{}` within {seconds} s: {owner} has it", path.display())]
    Busy {
        /// The lock.
        path: PathBuf,
        /// How long was waited.
        seconds: u64,
        /// Who holds it, as far as is known.
        owner: String,
    },
    /// The user asked to stop while a lock was waited for.
    #[error("wait for the lock `{}`: interrupted", path.display())]
    Interrupted {
        /// The lock.
        path: PathBuf,
    },
    /// A record is not what this version of goward writes.
    #[error("understand the record `{}`", path.display())]
    Record {
        /// The record.
        path: PathBuf,
        /// What is wrong.
        #[source]
        cause: serde_json::Error,
    },
    /// A manifest is not the one that was recorded.
    #[error("trust the manifest `{}`: {reason}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The toolchain is not installed.
    #[error("find {id}: it is not installed")]
    NotInstalled {
        /// Which one.
        id: ToolchainId,
    },
    /// The toolchain is the default.
    #[error("remove {id}: it is the default (generation {generation})")]
    InUse {
        /// Which one.
        id: ToolchainId,
        /// The generation in use.
        generation: u64,
    },
}

impl StoreError {
    pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> StoreError + 'a {
        move |cause| match cause.kind() {
            io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly { path: path.to_owned() },
            _ => StoreError::Io { action, path: path.to_owned(), cause },
        }
    }
}

impl Diagnose for StoreError {
    fn class(&self) -> Class {
        match self {
            Self::Io { cause, .. } => Class::of_io(cause),
            Self::Noexec { .. } | Self::ReadOnly { .. } | Self::NoSpace { .. } => Class::Environment,
            Self::Busy { .. } => Class::Busy,
            Self::Interrupted { .. } => Class::Interrupted,
            Self::Record { .. } | Self::Manifest { .. } => Class::Integrity,
            Self::NotInstalled { .. } => Class::NotFound,
            Self::InUse { .. } => Class::Policy,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Io { .. } => "store-io",
            Self::Noexec { .. } => "store-noexec",
            Self::ReadOnly { .. } => "store-read-only",
            Self::NoSpace { .. } => "store-no-space",
            Self::Busy { .. } => "store-busy",
            Self::Interrupted { .. } => "interrupted",
            Self::Record { .. } => "store-record",
            Self::Manifest { .. } => "store-manifest",
            Self::NotInstalled { .. } => "not-installed",
            Self::InUse { .. } => "toolchain-in-use",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Io { cause, .. } => Hints::for_io(cause),
            Self::Noexec { .. } => hint!("set `GOWARD_HOME` to a folder on a file system that allows programs"),
            Self::ReadOnly { .. } => hint!("set `GOWARD_HOME` to a folder that you may write to"),
            Self::NoSpace { .. } => {
                hint!("remove a toolchain with `goward uninstall`, or set `GOWARD_HOME` to a larger disk")
            }
            Self::Busy { .. } => hint!("wait for it to finish and run the command again"),
            Self::Interrupted { .. } => Hints::none(),
            Self::Record { .. } | Self::Manifest { .. } => {
                hint!("the toolchain can be removed with `goward uninstall` and installed again")
            }
            Self::NotInstalled { id } => {
                hint!("`goward list` shows what is installed; `goward install {}` gets it", id.version())
            }
            Self::InUse { .. } => hint!("make another one the default first: `goward use VERSION`"),
        }
    }
}
