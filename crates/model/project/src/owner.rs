//! Whose files count on the way up.
//!
//! Whoever may write into a folder above the working folder could otherwise choose the toolchain of everybody who
//! works below it (git's CVE-2022-24765 is the same mistake). So what pins and what locks counts only where it
//! belongs to the user, to root, or to the owner of the folder that was started in: the last, so that a checkout
//! that another user owns works in a container. The walk ends at a folder that belongs to anybody else.
//!
//! go.mod and go.work are looked for as the go command looks for them, whoever's they are; what a stranger's asks for
//! is not installed by itself ([`crate::Inputs::go_files_of_strangers`]).

use std::fmt;

/// The administrator, whose files count for everybody.
const ROOT: u32 = 0;

/// The users whose files count beside root's. Without a number for the user the system has no owners, and every
/// file counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Users {
    /// The user at work.
    pub me: Option<u32>,
    /// The owner of the folder that was started in.
    pub start: Option<u32>,
}

/// Why a file does not count: it, or a folder on the way to it, is somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// Whose it is.
    pub owner: u32,
    /// The folder at which the walk ended, where it is not the file itself that is somebody else's.
    pub folder: Option<String>,
}

impl Users {
    /// Whether what belongs to this user counts.
    pub fn trusts(&self, owner: u32) -> bool {
        self.me.is_none_or(|me| owner == me || owner == ROOT || self.start == Some(owner))
    }

    /// Whose a file is, where it does not count: its owners are those of the file itself, and of every link and
    /// folder below the one that is looked into.
    pub fn stranger(&self, owners: &[u32]) -> Option<Stranger> {
        let owner = owners.iter().copied().find(|owner| !self.trusts(*owner))?;
        Some(Stranger { owner, folder: None })
    }

    /// Whose a folder on the way up is, where the walk ends at it.
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
