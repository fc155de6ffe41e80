//! Whose files count on the way up.
//!
//! Whoever may write into a folder above the working folder could otherwise choose the toolchain of everybody who
//! works below it (git's CVE-2022-24765 is the same mistake). So what pins and what locks counts only where it
//! belongs to the user, to root, or to the owner of the folder that was started in: the last, so that a checkout
//! that another user owns works in a container. The walk ends at a folder that belongs to anybody else.
//!
//! go.mod and go.work are looked for as the go command looks for them, whoever's they are; what a stranger's asks for
//! is not installed by itself ([`Inputs::go_files_of_strangers`]).

use std::fmt;

use crate::input::{FileName, Folder, FoundFile, Inputs};

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

impl Inputs {
    /// The folders from the working folder upwards, each with the reason for which the walk has ended, once it has.
    pub(crate) fn walk(&self) -> impl Iterator<Item = (&Folder, Option<Stranger>)> {
        self.folders.iter().scan(None, |ended, folder| {
            if ended.is_none() {
                *ended = self.users.stranger_of_folder(&folder.path, folder.owner);
            }
            Some((folder, ended.clone()))
        })
    }

    /// The folders with the files in them that count: all go.mod and go.work files, and of those that pin the ones
    /// that belong to the right users. Folders without any are left out.
    pub fn counting(&self) -> Vec<(&Folder, Vec<&FoundFile>)> {
        let counting = self.walk().map(|(folder, ended)| {
            let counts = |file: &&FoundFile| {
                file.name.pin_kind().is_none() || ended.is_none() && self.users.stranger(&file.owners).is_none()
            };
            (folder, folder.files.iter().filter(counts).collect::<Vec<_>>())
        });
        counting.filter(|(_, files)| !files.is_empty()).collect()
    }

    /// The go.mod and go.work files on the way up that are somebody else's, by path: nothing may be installed by itself
    /// for what they ask. One that `GOWORK` names was named by the user.
    pub fn go_files_of_strangers(&self) -> Vec<(String, Stranger)> {
        let is_go_file = |file: &&FoundFile| matches!(file.name, FileName::GoMod | FileName::GoWork);
        let is_named = |path: &str| self.gowork.as_deref() == Some(path);
        let of_folder = self.walk().flat_map(|(folder, ended)| {
            folder.files.iter().filter(is_go_file).filter_map(move |file| {
                let stranger = self.users.stranger(&file.owners).or_else(|| ended.clone())?;
                Some((file.path.clone(), stranger))
            })
        });
        of_folder.filter(|(path, _)| !is_named(path)).collect()
    }
}
