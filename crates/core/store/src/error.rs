//! What can go wrong with the store.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use diag::{Class, Diagnose, Diagnosis, Hints, IoFailure, hint};
use release::ToolchainId;
use sys::registry::VariableConflict;
use sys::{Distrust, ReadOwnError};

use crate::block::Block;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum StoreError {
    /// The system refused.
    #[error(transparent)]
    Io(IoFailure),
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
    #[error("take the lock `{}` within {}: {owner} has it", path.display(), told(*waited))]
    Busy {
        path: PathBuf,
        /// How long goward waited.
        waited: Duration,
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
    /// The pointer `current`, or the record of its generation, is damaged, so the default is not known.
    #[error("read the default: {reason} (`{}`)", path.display())]
    Default {
        /// The damaged file.
        path: PathBuf,
        reason: String,
    },
    /// Another process considered this operation dead and recovered it.
    #[error("go on with operation {operation}: another process has taken it over")]
    Superseded { operation: String },
    /// Another process has moved the default, or undone the change, since the step back was planned.
    #[error("go back: another goward has changed the default or undone this change meanwhile")]
    Overtaken,
    /// There is no such generation.
    #[error("go to generation {number}: there is none of that number")]
    NoGeneration { number: u64 },
    /// There is no such snapshot.
    #[error("read the snapshot `{id}`: there is none of that id")]
    NoSnapshot { id: String },
    /// A snapshot, or the manifest that it names, is not what it was when it was written.
    #[error("trust the snapshot `{}`: {reason}", path.display())]
    SnapshotDamaged { path: PathBuf, reason: String },
    /// A snapshot from elsewhere has the id of another one.
    #[error("take the snapshot `{id}`: another one of this id is here, with another content")]
    SnapshotDiffers { id: String },
    /// There is no earlier generation or change to return to.
    #[error("go back: {reason}")]
    NothingBefore { reason: String },
    /// The toolchain is not installed.
    #[error("find {id}: it is not installed")]
    NotInstalled { id: ToolchainId },
    /// Another process changed a file of the change.
    #[error("change `{}`: another program has changed it meanwhile", path.display())]
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
    /// No command may choose the version.
    #[error("use {}: {}", block.version.tag(), block.told())]
    Blocked {
        block: Box<Block>,
        /// Whether the command goes there with `--force`.
        can_force: bool,
    },
    /// The list of blocked versions cannot be read, so any version could be blocked.
    #[error("read the blocked versions: {reason} (`{}`)", path.display())]
    BlockList { path: PathBuf, reason: String },
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
            _ => StoreError::Io(IoFailure::on(action, path)(cause)),
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

/// A wait in whole seconds, a shorter or broken one in milliseconds.
fn told(waited: Duration) -> String {
    match waited.subsec_millis() {
        0 => format!("{} s", waited.as_secs()),
        _ => format!("{} ms", waited.as_millis()),
    }
}

/// The command to paste if a path is not trusted; none if no command repairs it.
pub fn fixes(cause: &Distrust) -> Hints {
    let line = cause.fix().map(|fix| match cause.is_foreign() {
        true => hint!("if it ought to be yours, as root: `{fix}`"),
        false => hint!("after you have checked its contents: `{fix}`"),
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
    fn diagnosis(&self) -> Diagnosis {
        let install_again = "the toolchain can be removed with `goward uninstall` and installed again";
        let history = "`goward history` shows all generations";
        match self {
            Self::Io(failure) => failure.diagnosis().with_word("store-io"),
            Self::Untrusted { cause, .. } => Class::Policy.word("store-untrusted").hints(ways_out(cause)),
            Self::Noexec { .. } => Class::Environment
                .word("store-noexec")
                .hint("set `GOWARD_HOME` to a folder on a file system that allows programs"),
            Self::ReadOnly { .. } => Class::Environment
                .word("store-read-only")
                .hint("set `GOWARD_HOME` to a folder that you may write to"),
            Self::NoSpace { .. } => Class::Environment
                .word("store-no-space")
                .hint("remove a toolchain with `goward uninstall`, or set `GOWARD_HOME` to a larger disk"),
            Self::Busy { .. } => {
                Class::Busy.word("store-busy").hint("wait for it to finish and run the command again")
            }
            Self::Interrupted { .. } => Class::Interrupted.word("interrupted"),
            Self::Record { .. } => Class::Integrity.word("store-record").hint(install_again),
            Self::Manifest { .. } => Class::Integrity.word("store-manifest").hint(install_again),
            Self::Default { .. } => Class::Integrity
                .word("default-damaged")
                .hint("`goward doctor --repair` restores it, `goward use VERSION` sets it anew")
                .hint("a command that names a version works without it"),
            Self::NotInstalled { id } => Class::NotFound.word("not-installed").hint(format!(
                "`goward list` shows what is installed; `goward install {}` gets it",
                id.version()
            )),
            Self::Superseded { .. } => Class::Busy.word("operation-superseded").hint("run the command again"),
            Self::Overtaken => Class::Busy
                .word("overtaken")
                .hint("`goward history` shows what was done; then run the command again"),
            Self::NoGeneration { .. } => Class::NotFound.word("no-generation").hint(history),
            Self::NoSnapshot { .. } => {
                Class::NotFound.word("no-snapshot").hint("`goward snapshot list` shows all of them")
            }
            Self::SnapshotDamaged { .. } => Class::Integrity
                .word("snapshot-damaged")
                .hint("`goward doctor --repair` repairs it or moves it aside; `goward snapshot pull` gets a pushed one again"),
            Self::SnapshotDiffers { .. } => Class::Integrity
                .word("snapshot-differs")
                .hint("one of the two was altered: compare the files, and delete the wrong one"),
            Self::NothingBefore { .. } => Class::NotFound.word("nothing-before").hint(history),
            Self::ThroughLink { link, .. } => Class::Policy.word("file-through-link").hint(format!(
                "put a file or folder of the project's own in the place of `{}`, or change the other by hand",
                link.display()
            )),
            Self::ChangedMeanwhile { .. } => Class::Policy
                .word("file-meddled")
                .hint("check the file and run the command again; no file has changed"),
            Self::Variable { cause: VariableConflict::ChangedMeanwhile { .. }, name } => {
                let diagnosis = Class::Policy
                    .word("variable-meddled")
                    .hint(format!("look at `{name}` and run the command again; nothing has changed"));
                match name.eq_ignore_ascii_case("Path") {
                    true => {
                        diagnosis.hint("`goward unsetup` removes goward's own entry and keeps all others")
                    }
                    false => diagnosis,
                }
            }
            Self::Variable { cause: VariableConflict::Io(cause), .. } => {
                Class::of_io(cause).word("variable-refused").hint(
                    "a policy of this machine may forbid it; `rundll32 sysdm.cpl,EditEnvironmentVariables` changes it by hand",
                )
            }
            Self::NoRegistry { .. } => {
                Class::Environment.word("no-registry").hint("the change is one of Windows: run the command there")
            }
            Self::Blocked { block, can_force } => {
                let version = &block.version;
                let lift = match block.is_of_system {
                    true => format!("the administrator lifts it with `goward unblock {version} --system`"),
                    false => format!("`goward unblock {version}` lifts the block"),
                };
                let diagnosis = Class::Policy.word("blocked").hint(lift);
                match can_force {
                    true => diagnosis.hint("`--force` goes there all the same"),
                    false => diagnosis.hint("or take another version: `goward list` shows what is installed"),
                }
            }
            Self::BlockList { .. } => Class::Integrity
                .word("block-list-damaged")
                .hint("`goward doctor --repair` moves a damaged list aside; then nothing in it is blocked any more")
                .hint("until then no version is chosen; a list of a later goward needs that goward"),
            Self::Running { .. } => Class::Policy
                .word("toolchain-running")
                .hint("wait for it to end, or end it yourself: goward ends nothing that it did not start"),
            Self::InUse { .. } => Class::Policy
                .word("toolchain-in-use")
                .hint("make another one the default first: `goward use VERSION`"),
        }
    }
}
