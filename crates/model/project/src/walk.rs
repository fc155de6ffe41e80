//! The walk from the working folder upwards: where it ends, and which files count.

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

    /// The folders with their files that count: all go.mod and go.work files, and the pin files of the right users.
    /// Omits folders without any.
    pub fn counting(&self) -> Vec<(&Folder, Vec<&FoundFile>)> {
        let counting = self.walk().map(|(folder, ended)| {
            let counts = |file: &&FoundFile| {
                file.name.pin_kind().is_none() || ended.is_none() && self.users.stranger(&file.owners).is_none()
            };
            (folder, folder.files.iter().filter(counts).collect::<Vec<_>>())
        });
        counting.filter(|(_, files)| !files.is_empty()).collect()
    }

    /// The go.mod and go.work files of other users in the folders above, by path: goward installs nothing by itself for
    /// them. A file that `GOWORK` names is the user's own choice.
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
