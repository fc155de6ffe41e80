//! What can go wrong with setting shells up.

use std::path::{Path, PathBuf};

use diag::{Class, Diagnose, Diagnosis, IoFailure, hint};
use store::StoreError;
use sys::registry::PathListError;

use crate::block::BlockError;
use crate::windows_path_words::{BY_HAND, user_path};

/// A failure of `goward setup`, `goward unsetup` or `goward activate`.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum SetupError {
    /// A path cannot be written in a script.
    #[error("write `{}` in a script: it is not text", path.display())]
    NotText { path: PathBuf },
    /// A path cannot stand in `PATH`.
    #[error("put `{}` on PATH: a `{separator}` in it parts one folder from the next", path.display())]
    Separator {
        path: PathBuf,
        /// What parts the folders of `PATH`.
        separator: char,
    },
    /// There is no home folder.
    #[error("find the user's home folder: {variable} is not set to an absolute path")]
    NoHome { variable: &'static str },
    /// No shell of the user's was found.
    #[error("find a shell to set up: SHELL names none that goward supports, and no supported shell has a profile")]
    NoShell,
    /// A profile may not be written.
    #[error("change `{}`: it is read-only", path.display())]
    ReadOnly {
        path: PathBuf,
        /// What to write into it by hand; empty where something is to be taken out.
        line: String,
    },
    /// A profile is not a file that text can be added to.
    #[error("change `{}`: {reason}", path.display())]
    NotProfile {
        path: PathBuf,
        reason: &'static str,
        /// What to write into it by hand.
        line: String,
    },
    /// The shims' folder cannot be added to the user's `Path`.
    #[error("put `{entry}` first in `{}`", user_path().display())]
    UserPath {
        #[source]
        cause: PathListError,
        entry: String,
    },
    /// The user's `Path` is no list that an entry could be added to.
    #[error("add to `{}`: its value is not plain text", user_path().display())]
    OddUserPath {
        /// The folder that was to be added.
        entry: String,
    },
    /// What belongs to goward in a profile cannot be told.
    #[error("find goward's block in `{}`", path.display())]
    Block {
        path: PathBuf,
        #[source]
        cause: BlockError,
    },
    /// The system refused.
    #[error(transparent)]
    Io(#[from] IoFailure),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for SetupError {
    fn diagnosis(&self) -> Diagnosis {
        let another_home = "set `GOWARD_HOME` to another folder";
        let by_hand = |path: &Path, line: &str| {
            hint!("add this to `{}` by hand: {line}", path.display())
                .and("`goward setup --no-profile` does the rest, `--shell NAME` leaves other shells out")
        };
        match self {
            Self::NotText { .. } => Class::Environment.word("path-not-text").hint(another_home),
            Self::Separator { .. } => Class::Environment.word("path-separator").hint(another_home),
            Self::NoHome { .. } => Class::Environment.word("no-home-folder"),
            Self::NoShell => Class::NotFound.word("no-shell").hint("name it: `goward setup --shell bash`"),
            Self::ReadOnly { path, line } if line.is_empty() => Class::Environment
                .word("profile-read-only")
                .hint(format!("make `{}` writable, or take goward's block out by hand", path.display())),
            Self::ReadOnly { path, line } => Class::Environment.word("profile-read-only").hints(by_hand(path, line)),
            Self::NotProfile { path, line, .. } => Class::Environment.word("profile-odd").hints(by_hand(path, line)),
            Self::Block { path, .. } => Class::Environment
                .word("profile-block")
                .hint(format!("put `{}` in order by hand and run the command again", path.display())),
            Self::UserPath { cause: PathListError::OddEntry { .. }, .. } => {
                Class::Environment.word("user-path").hint(another_home)
            }
            Self::UserPath { cause: PathListError::TooLong { .. }, entry } => Class::Environment
                .word("user-path")
                .hint(format!("take entries out that you do not need (`{BY_HAND}`), and put this one first: {entry}"))
                .hint("`goward setup --shell NAME` sets a shell up and leaves `Path` alone"),
            Self::OddUserPath { entry } => Class::Environment
                .word("user-path")
                .hint(format!("make it a text of the kind REG_EXPAND_SZ that begins with: {entry}")),
            Self::Io(failure) => failure.diagnosis().with_word("setup-io"),
            Self::Store(error) => error.diagnosis(),
        }
    }
}
