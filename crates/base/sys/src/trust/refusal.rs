//! Why a path is not trusted, and the commands that repair it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a path is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distrust {
    /// The faulty component.
    pub path: PathBuf,
    /// The number of its owner, if known.
    pub owner: Option<u32>,
    /// Its permission bits; 0 if unknown.
    pub mode: u32,
    /// Whether it is the requested path itself, and not a folder above it.
    pub is_last: bool,
    /// The reason.
    pub reason: DistrustReason,
}

/// Why a component of a path is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DistrustReason {
    /// It belongs to another user than root and this one.
    Foreign {
        /// The number of the user at work.
        user: u32,
    },
    /// It is a link that belongs to another user.
    ForeignLink {
        /// The number of the user at work.
        user: u32,
    },
    /// All users may write to it.
    OthersWrite,
    /// A group may write to it that has other members than the owner, or whose members are not known.
    GroupWrites {
        /// The group's number.
        group: u32,
    },
    /// Too many links.
    Links {
        /// How many are.
        links_max: usize,
    },
    /// It is not an absolute path.
    Relative,
    /// It cannot be read: the system's error.
    Unseen(String),
}

impl Distrust {
    pub(crate) fn unseen(path: &Path, cause: &io::Error) -> Distrust {
        Distrust::bare(path, DistrustReason::Unseen(cause.to_string()))
    }

    pub(crate) fn bare(path: &Path, reason: DistrustReason) -> Distrust {
        Distrust { path: path.to_owned(), owner: None, mode: 0, is_last: false, reason }
    }

    /// Whether it belongs to another user, so that only root or a different path helps.
    pub fn is_foreign(&self) -> bool {
        matches!(self.reason, DistrustReason::Foreign { .. } | DistrustReason::ForeignLink { .. })
    }

    /// The mode that repairs it, if only the mode is wrong.
    pub fn good_mode(&self) -> Option<u32> {
        let is_open = matches!(self.reason, DistrustReason::OthersWrite | DistrustReason::GroupWrites { .. });
        is_open.then_some(self.mode & !0o022)
    }

    /// The command that repairs it, ready to paste into a shell; none if no command does.
    ///
    /// It repairs the requested path recursively, and a folder above it only by itself, since its other files do not
    /// concern goward.
    pub fn fix(&self) -> Option<String> {
        let deeply = if self.is_last { "-R " } else { "" };
        let path = quoted(&self.path);
        match self.reason {
            DistrustReason::Foreign { user } => Some(format!("chown {deeply}{user} {path}")),
            DistrustReason::ForeignLink { user } => Some(format!("chown -h {user} {path}")),
            DistrustReason::OthersWrite | DistrustReason::GroupWrites { .. } => {
                Some(format!("chmod {deeply}go-w {path}"))
            }
            DistrustReason::Links { .. } | DistrustReason::Relative | DistrustReason::Unseen(_) => None,
        }
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, owner, mode) = (self.path.display(), self.owner.unwrap_or_default(), self.mode);
        match &self.reason {
            DistrustReason::Foreign { user } => {
                write!(f, "`{path}` belongs to user {owner} (mode {mode:o}), and you are user {user}")
            }
            DistrustReason::ForeignLink { user } => {
                write!(f, "the link `{path}` belongs to user {owner}, and you are user {user}")
            }
            DistrustReason::OthersWrite => {
                write!(f, "everybody may write to `{path}` (owner {owner}, mode {mode:o})")
            }
            DistrustReason::GroupWrites { group } => write!(
                f,
                "group {group}, which is not known to be its owner's alone, may write to `{path}` (owner {owner}, mode \
                 {mode:o})"
            ),
            DistrustReason::Links { links_max } => write!(f, "more than {links_max} links follow from `{path}`"),
            DistrustReason::Relative => write!(f, "`{path}` is not an absolute path"),
            DistrustReason::Unseen(words) => write!(f, "`{path}` cannot be looked at: {words}"),
        }
    }
}

impl std::error::Error for Distrust {}

/// Why a file of the user's own was not read.
#[derive(Debug)]
pub enum ReadOwnError {
    /// The system refused, or it is not a regular file, or it is too large.
    Io(io::Error),
    /// Another user could have written it.
    Distrust(Distrust),
}

impl From<io::Error> for ReadOwnError {
    fn from(cause: io::Error) -> ReadOwnError {
        ReadOwnError::Io(cause)
    }
}

impl From<Distrust> for ReadOwnError {
    fn from(cause: Distrust) -> ReadOwnError {
        ReadOwnError::Distrust(cause)
    }
}

/// A path quoted as one word of a POSIX shell.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+,@%=:".contains(&byte);
    if text.bytes().all(is_plain) && !text.is_empty() {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
