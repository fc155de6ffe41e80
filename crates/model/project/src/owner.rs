//! The users whose files count in the walk upwards.
//!
//! Otherwise a user who may write to a folder above the working folder could choose the toolchain of all users who work
//! below it (git's CVE-2022-24765 is the same mistake). So a pin file or a lock file counts only if it belongs to the
//! user, to root, or to the owner of the starting folder; the last, so that a checkout that another user owns works in
//! a container. The walk ends at a folder of any other user.
//!
//! go.mod and go.work count as for the go command, whoever owns them; goward does not install by itself what a
//! stranger's file asks for ([`crate::Inputs::go_files_of_strangers`]).

use std::fmt;

/// The administrator, whose files count for all users.
const ROOT: u32 = 0;

/// The users whose files count, besides root. Without a number for the user the system has no owners, and every file
/// counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Users {
    /// The user at work.
    pub me: Option<u32>,
    /// The owner of the starting folder.
    pub start: Option<u32>,
}

/// Why a file does not count: another user owns it, or a folder above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// The owner.
    pub owner: u32,
    /// The folder at which the walk ended, if it is not the file itself that another user owns.
    pub folder: Option<String>,
}

impl Users {
    /// Whether this user's files count.
    pub fn trusts(&self, owner: u32) -> bool {
        self.me.is_none_or(|me| owner == me || owner == ROOT || self.start == Some(owner))
    }

    /// The owner of a file that does not count: its owners are those of the file itself, and of every link and folder
    /// below the folder of the walk.
    pub fn stranger(&self, owners: &[u32]) -> Option<Stranger> {
        let owner = owners.iter().copied().find(|owner| !self.trusts(*owner))?;
        Some(Stranger { owner, folder: None })
    }

    /// The owner of a folder at which the walk ends.
    pub fn stranger_of_folder(&self, path: &str, owner: Option<u32>) -> Option<Stranger> {
        let owner = owner.filter(|owner| !self.trusts(*owner))?;
        Some(Stranger { owner, folder: Some(path.to_owned()) })
    }
}

impl fmt::Display for Stranger {
    /// Reads after "it does not count: ".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = self.owner;
        match &self.folder {
            None => write!(f, "it belongs to user {owner}"),
            Some(folder) => {
                let folder = release::escaped(folder);
                write!(f, "the folder `{folder}` belongs to user {owner}, and what pins counts only below it")
            }
        }
    }
}
