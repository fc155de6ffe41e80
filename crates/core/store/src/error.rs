//! What can go wrong with the store.

use std::io;
use std::path::{Path, PathBuf};

use diag::{Class, Diagnose, Hints, hint};
use release::ToolchainId;
use sys::registry::VariableConflict;
use sys::{Distrust, ReadOwnError};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum StoreError {
    /// The system refused.
    #[error("{action} `{}`", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// Another user could have written what goward was to believe.
    #[error("trust `{}`", path.display())]
    Untrusted {
        /// The path in question.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        cause: Distrust,
    },
    /// The store's file system forbids running programs.
    #[error("install into `{}`: its file system is mounted noexec, so no `go` in it could run", path.display())]
    Noexec {
        /// The store's home.
        path: PathBuf,
    },
    /// The store is on a read-only file system.
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
        path: PathBuf,
        /// How long goward waited.
        seconds: u64,
        /// Who holds it, if known.
        owner: String,
    },
    /// The user interrupted the wait for a lock.
    #[error("wait for the lock `{}`: interrupted", path.display())]
    Interrupted { path: PathBuf },
    /// A record is not in a format that this goward reads.
    #[error("understand the record `{}`", path.display())]
    Record {
        path: PathBuf,
        #[source]
        cause: serde_json::Error,
    },
    /// A manifest is not the one that was recorded.
    #[error("trust the manifest `{}`: {reason}", path.display())]
    Manifest { path: PathBuf, reason: String },
    /// Another process considered this operation dead and recovered it.
    #[error("go on with operation {operation}: another process has taken it over")]
    Superseded { operation: String },
    /// Another process has moved the default, or undone the change, since the step back was planned.
    #[error("go back: another goward has changed the default or undone this change meanwhile")]
    Overtaken,
    /// There is no such generation.
    #[error("go to generation {number}: there is none of that number")]
    NoGeneration { number: u64 },
    /// There is no earlier generation or change to return to.
    #[error("go back: {reason}")]
    NothingBefore { reason: String },
    /// The toolchain is not installed.
    #[error("find {id}: it is not installed")]
    NotInstalled { id: ToolchainId },
    /// Another process changed a file of the change.
    #[error("change `{}`: somebody else has changed it meanwhile", path.display())]
    ChangedMeanwhile { path: PathBuf },
    /// A file of a project would be written through a link.
    #[error("write `{}`: `{}` is a link to `{}`, and goward writes nothing of a project through a link", path.display(), link.display(), target.display())]
    ThroughLink {
        path: PathBuf,
        /// The link on the way to it, or itself.
        link: PathBuf,
        /// What it leads to.
        target: PathBuf,
    },
    /// Another process changed a variable of the user, or the system refused.
    #[error("change the user's variable `{name}`")]
    Variable {
        name: String,
        #[source]
        cause: VariableConflict,
    },
    /// The change contains a variable in the registry, and this system has no registry.
    #[error("change the user's variable `{name}`: this system has no registry")]
    NoRegistry { name: String },
    /// Programs of the toolchain are running.
    #[error("remove {id}: {holder}")]
    Running {
        id: ToolchainId,
        /// Who runs it.
        holder: String,
    },
    /// The toolchain is the default.
    #[error("remove {id}: it is the default (generation {generation})")]
    InUse {
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

impl StoreError {
    pub(crate) fn own<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(ReadOwnError) -> StoreError + 'a {
        move |cause| match cause {
            ReadOwnError::Io(cause) => StoreError::io(action, path)(cause),
            ReadOwnError::Distrust(cause) => StoreError::Untrusted { path: path.to_owned(), cause },
        }
    }
}

/// The command to paste if a path is not trusted; none if no command repairs it.
pub fn fixes(cause: &Distrust) -> Hints {
    let line = cause.fix().map(|fix| match cause.is_foreign() {
        true => hint!("if it ought to be yours, as root: `{fix}`"),
        false => hint!("after a look at what stands there: `{fix}`"),
    });
    line.unwrap_or_default()
}

fn ways_out(cause: &Distrust) -> Hints {
    let elsewhere = match sys::Host::user_number() {
        // In a container HOME is often a folder of the user who started it.
        Some(0) if cause.is_foreign() => {
            hint!("as root, set `GOWARD_HOME` to a folder of root's, such as `GOWARD_HOME=/root/goward`")
        }
        _ => hint!("set `GOWARD_HOME` to a folder that only you can change"),
    };
    fixes(cause).join(elsewhere)
}

impl Diagnose for StoreError {
    fn class(&self) -> Class {
        match self {
            Self::Io { cause, .. } => Class::of_io(cause),
            Self::Noexec { .. } | Self::ReadOnly { .. } | Self::NoSpace { .. } => Class::Environment,
            Self::Untrusted { .. } => Class::Policy,
            Self::Busy { .. } => Class::Busy,
            Self::Interrupted { .. } => Class::Interrupted,
            Self::Record { .. } | Self::Manifest { .. } => Class::Integrity,
            Self::Variable { cause: VariableConflict::Io(cause), .. } => Class::of_io(cause),
            Self::Variable { cause: VariableConflict::ChangedMeanwhile { .. }, .. } => Class::Policy,
            Self::NoRegistry { .. } => Class::Environment,
            Self::Superseded { .. } | Self::Overtaken => Class::Busy,
            Self::NotInstalled { .. } | Self::NoGeneration { .. } | Self::NothingBefore { .. } => Class::NotFound,
            Self::InUse { .. } | Self::Running { .. } | Self::ChangedMeanwhile { .. } | Self::ThroughLink { .. } => {
                Class::Policy
            }
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Io { .. } => "store-io",
            Self::Untrusted { .. } => "store-untrusted",
            Self::Noexec { .. } => "store-noexec",
            Self::ReadOnly { .. } => "store-read-only",
            Self::NoSpace { .. } => "store-no-space",
            Self::Busy { .. } => "store-busy",
            Self::Interrupted { .. } => "interrupted",
            Self::Record { .. } => "store-record",
            Self::Manifest { .. } => "store-manifest",
            Self::Superseded { .. } => "operation-superseded",
            Self::Overtaken => "overtaken",
            Self::NoGeneration { .. } => "no-generation",
            Self::NothingBefore { .. } => "nothing-before",
            Self::NotInstalled { .. } => "not-installed",
            Self::InUse { .. } => "toolchain-in-use",
            Self::Running { .. } => "toolchain-running",
            Self::ChangedMeanwhile { .. } => "file-meddled",
            Self::ThroughLink { .. } => "file-through-link",
            Self::Variable { cause: VariableConflict::ChangedMeanwhile { .. }, .. } => "variable-meddled",
            Self::Variable { cause: VariableConflict::Io(_), .. } => "variable-refused",
            Self::NoRegistry { .. } => "no-registry",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Io { cause, .. } => Hints::for_io(cause),
            Self::Untrusted { cause, .. } => ways_out(cause),
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
            Self::Superseded { .. } => hint!("run the command again"),
            Self::Overtaken => hint!("`goward history` shows what was done; then run the command again"),
            Self::NoGeneration { .. } | Self::NothingBefore { .. } => hint!("`goward history` shows all generations"),
            Self::ThroughLink { link, .. } => {
                hint!(
                    "put a file or folder of the project's own in the place of `{}`, or change the other by hand",
                    link.display()
                )
            }
            Self::ChangedMeanwhile { .. } => {
                hint!("look at the file and run the command again; every file is as it was")
            }
            Self::Variable { cause: VariableConflict::ChangedMeanwhile { .. }, name } => {
                let hints = hint!("look at `{name}` and run the command again; everything is as it was");
                match name.eq_ignore_ascii_case("Path") {
                    true => hints.and("`goward unsetup` takes goward's own entry out, whatever else stands there"),
                    false => hints,
                }
            }
            Self::Variable { cause: VariableConflict::Io(_), .. } => {
                hint!(
                    "a policy of this machine may forbid it; `rundll32 sysdm.cpl,EditEnvironmentVariables` changes it by hand"
                )
            }
            Self::NoRegistry { .. } => hint!("the change is one of Windows: run the command there"),
            Self::Running { .. } => {
                hint!("wait for it to end, or end it yourself: goward ends nothing that it did not start")
            }
            Self::InUse { .. } => hint!("make another one the default first: `goward use VERSION`"),
        }
    }
}
