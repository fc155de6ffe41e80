//! The inputs of a decision: files, settings, the user's default.

use serde::Serialize;

use crate::file_name::{FileName, PinFiles};
use crate::owner::Users;

/// A found file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Which file it is.
    pub name: FileName,
    /// Its path, as it will be shown.
    pub path: String,
    /// Its content, or one byte more of it than [`FileName::bytes_max`]. `None` if it belongs to another user and
    /// cannot be read.
    pub content: Vec<u8>,
    /// Its owners: those of the file itself, and of every link and folder that its name goes through. Empty if the
    /// system has no owners.
    pub owners: Vec<u32>,
}

impl FoundFile {
    /// A file without owners, as on a system without them.
    pub fn new(name: FileName, path: impl Into<String>, content: impl Into<Vec<u8>>) -> FoundFile {
        FoundFile { name, path: path.into(), content: content.into(), owners: Vec::new() }
    }

    /// The same, with these owners.
    pub fn owned_by(self, owners: impl Into<Vec<u32>>) -> FoundFile {
        FoundFile { owners: owners.into(), ..self }
    }
}

/// A folder that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// Its path.
    pub path: String,
    /// The files found there, in any order. A folder with the name of such a file does not count.
    pub files: Vec<FoundFile>,
    /// The folder's owner. `None` if the system has no owners.
    pub owner: Option<u32>,
}

/// The user's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultPin {
    /// The request's text.
    pub request: String,
    /// Where it was set, in printable form.
    pub origin: String,
}

/// Variables by which other tools choose a version for one shell or one command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolVariables {
    /// `GOENV_VERSION`: versions separated by colons.
    pub goenv: Option<String>,
    /// `ASDF_GOLANG_VERSION`: versions separated by spaces.
    pub asdf: Option<String>,
    /// `MISE_GO_VERSION`: versions separated by spaces.
    pub mise: Option<String>,
    /// `PROTO_GO_VERSION`
    pub proto: Option<String>,
}

/// What a `toolchain` line means where nothing pins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToolchainLine {
    /// What it means to the go command: it counts if it is newer than the base.
    #[default]
    Floor,
    /// It decides, so that every machine runs the same.
    Exact,
}

/// Everything that a decision depends on. An empty setting counts as unset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The folders, from the working folder upwards. One without any of the files may be omitted, unless it belongs to
    /// a user whose files do not count.
    pub folders: Vec<Folder>,
    /// Whose files count.
    pub users: Users,
    /// A request given on the command line.
    pub argument: Option<String>,
    /// `GOWARD_VERSION` of the environment.
    pub goward_version: Option<String>,
    /// `GOTOOLCHAIN` of the environment; not of a GOENV file.
    pub gotoolchain: Option<String>,
    /// The variables of other tools.
    pub tool_variables: ToolVariables,
    /// Which files pin, in the order in which they count within one folder.
    pub pin_files: PinFiles,
    /// What a `toolchain` line means where nothing pins.
    pub toolchain_line: ToolchainLine,
    /// The user's home folder. mise's files for the user there are not a project's.
    pub home_folder: Option<String>,
    /// The platform in Go's words, `linux/amd64`: a mise file may name a version for some systems only.
    pub platform: Option<String>,
    /// `GOWORK`, of the environment or the GOENV file.
    pub gowork: Option<String>,
    /// The file that `GOWORK` names, if it exists.
    pub gowork_file: Option<FoundFile>,
    /// Whether a go.mod or go.work in a folder above is a pipe or a device. It decides nothing, like a missing file.
    pub has_odd_go_file: bool,
    /// `GO111MODULE`, of the environment or the GOENV file.
    pub go111module: Option<String>,
    /// The system's folder for temporary files. The go command ignores a go.mod directly in it
    /// (golang/go#26708).
    pub temp_folder: Option<String>,
    /// The user's default.
    pub default: Option<DefaultPin>,
}

impl Inputs {
    pub(crate) fn files(&self, name: FileName) -> impl Iterator<Item = (&Folder, &FoundFile)> {
        self.folders
            .iter()
            .filter_map(move |folder| Some((folder, folder.files.iter().find(|file| file.name == name)?)))
    }
}
