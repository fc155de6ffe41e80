//! The walk from the working folder upwards: where it ends, and which files on it count.

use crate::file_name::FileName;
use crate::input::{Folder, FoundFile, Inputs};
use crate::owner::Stranger;

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
