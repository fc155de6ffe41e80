//! What the caller found.

use std::fmt;

use serde::Serialize;

use crate::limits::{CONFIG_FILE_BYTES_MAX, GO_FILE_BYTES_MAX, PIN_FILE_BYTES_MAX};
use crate::origin::Rule;
use crate::owner::Users;
use crate::pin_kind::{PinFiles, PinKind};

/// The files that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum FileName {
    /// `go.work`
    #[serde(rename = "go.work")]
    GoWork,
    /// `go.mod`
    #[serde(rename = "go.mod")]
    GoMod,
    /// `.go-version`
    #[serde(rename = ".go-version")]
    GoVersion,
    /// `.tool-versions`
    #[serde(rename = ".tool-versions")]
    ToolVersions,
    /// `.mise.local.toml`
    #[serde(rename = ".mise.local.toml")]
    DotMiseLocal,
    /// `mise.local.toml`
    #[serde(rename = "mise.local.toml")]
    MiseLocal,
    /// `.mise.toml`
    #[serde(rename = ".mise.toml")]
    DotMise,
    /// `mise.toml`
    #[serde(rename = "mise.toml")]
    Mise,
    /// `mise/config.toml`
    #[serde(rename = "mise/config.toml")]
    MiseFolder,
    /// `.mise/config.toml`
    #[serde(rename = ".mise/config.toml")]
    DotMiseFolder,
    /// `.config/mise.toml`
    #[serde(rename = ".config/mise.toml")]
    ConfigMise,
    /// `.config/mise/config.toml`
    #[serde(rename = ".config/mise/config.toml")]
    ConfigMiseFolder,
    /// `.prototools`
    #[serde(rename = ".prototools")]
    Prototools,
    /// `.devcontainer/devcontainer.json`
    #[serde(rename = ".devcontainer/devcontainer.json")]
    DevcontainerFolder,
    /// `.devcontainer.json`
    #[serde(rename = ".devcontainer.json")]
    DotDevcontainer,
    /// `Dockerfile`
    Dockerfile,
}

impl FileName {
    /// Every file there is a rule for.
    pub const ALL: [FileName; 16] = [
        FileName::GoWork,
        FileName::GoMod,
        FileName::GoVersion,
        FileName::ToolVersions,
        FileName::DotMiseLocal,
        FileName::MiseLocal,
        FileName::DotMise,
        FileName::Mise,
        FileName::MiseFolder,
        FileName::DotMiseFolder,
        FileName::ConfigMise,
        FileName::ConfigMiseFolder,
        FileName::Prototools,
        FileName::DevcontainerFolder,
        FileName::DotDevcontainer,
        FileName::Dockerfile,
    ];

    /// The files that are looked for where these kinds count, so that whoever walks the folders needs to
    /// know none of them.
    pub fn wanted(pin_files: &PinFiles) -> Vec<FileName> {
        let pins = pin_files.kinds().iter().flat_map(|kind| kind.files().iter().copied());
        [FileName::GoWork, FileName::GoMod].into_iter().chain(pins).collect()
    }

    /// The file's name; a path from its folder where it stands deeper, with `/`.
    pub const fn as_str(self) -> &'static str {
        match self {
            FileName::GoWork => "go.work",
            FileName::GoMod => "go.mod",
            FileName::GoVersion => ".go-version",
            FileName::ToolVersions => ".tool-versions",
            FileName::DotMiseLocal => ".mise.local.toml",
            FileName::MiseLocal => "mise.local.toml",
            FileName::DotMise => ".mise.toml",
            FileName::Mise => "mise.toml",
            FileName::MiseFolder => "mise/config.toml",
            FileName::DotMiseFolder => ".mise/config.toml",
            FileName::ConfigMise => ".config/mise.toml",
            FileName::ConfigMiseFolder => ".config/mise/config.toml",
            FileName::Prototools => ".prototools",
            FileName::DevcontainerFolder => ".devcontainer/devcontainer.json",
            FileName::DotDevcontainer => ".devcontainer.json",
            FileName::Dockerfile => "Dockerfile",
        }
    }

    /// Whose file it is, where it is one that pins.
    pub const fn pin_kind(self) -> Option<PinKind> {
        match self {
            FileName::GoWork | FileName::GoMod => None,
            FileName::GoVersion => Some(PinKind::GoVersion),
            FileName::ToolVersions => Some(PinKind::ToolVersions),
            FileName::DotMiseLocal
            | FileName::MiseLocal
            | FileName::DotMise
            | FileName::Mise
            | FileName::MiseFolder
            | FileName::DotMiseFolder
            | FileName::ConfigMise
            | FileName::ConfigMiseFolder => Some(PinKind::Mise),
            FileName::Prototools => Some(PinKind::Proto),
            FileName::DevcontainerFolder | FileName::DotDevcontainer => Some(PinKind::Devcontainer),
            FileName::Dockerfile => Some(PinKind::Dockerfile),
        }
    }

    /// The most bytes such a file may have. Hand over one byte more of a longer file, and it is
    /// refused by name.
    pub const fn bytes_max(self) -> usize {
        match self.pin_kind() {
            None => GO_FILE_BYTES_MAX,
            Some(PinKind::GoVersion | PinKind::ToolVersions) => PIN_FILE_BYTES_MAX,
            Some(_) => CONFIG_FILE_BYTES_MAX,
        }
    }

    /// The rule that speaks of such a file as a whole.
    pub(crate) const fn file_rule(self) -> Rule {
        match self.pin_kind() {
            Some(kind) => kind.rule(),
            None if matches!(self, FileName::GoWork) => Rule::GoWorkFile,
            None => Rule::GoModFile,
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Which file it is.
    pub name: FileName,
    /// Its path, as it will be shown.
    pub path: String,
    /// Its content, or one byte more of it than [`FileName::bytes_max`]. Nothing where it is somebody else's and
    /// cannot be read.
    pub content: Vec<u8>,
    /// Whose it is: the file itself, and every link and folder through which its name leads. Empty where the system
    /// has no owners.
    pub owners: Vec<u32>,
}

impl FoundFile {
    /// A file of nobody's in particular, as on a system without owners.
    pub fn new(name: FileName, path: impl Into<String>, content: impl Into<Vec<u8>>) -> FoundFile {
        FoundFile { name, path: path.into(), content: content.into(), owners: Vec::new() }
    }

    /// The same, which belongs to these users.
    pub fn owned_by(self, owners: impl Into<Vec<u32>>) -> FoundFile {
        FoundFile { owners: owners.into(), ..self }
    }
}

/// A folder that was looked into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// Its path.
    pub path: String,
    /// What was found there, in any order. A folder that only has the name of such a file is none.
    pub files: Vec<FoundFile>,
    /// Whose the folder is. `None` where the system has no owners.
    pub owner: Option<u32>,
}

/// What the user set as the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultPin {
    /// The request's text.
    pub request: String,
    /// Where it was set, as it will be shown.
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
    /// What it means to the go command: it counts where it is newer than the base.
    #[default]
    Floor,
    /// It decides, so that every machine runs the same.
    Exact,
}

/// Everything a decision depends on. In every setting an empty text is as good as none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The folders, from the working folder upwards. One without any of the files may be left out, unless it belongs
    /// to somebody whose files do not count.
    pub folders: Vec<Folder>,
    /// Whose files count.
    pub users: Users,
    /// A request given on the command line.
    pub argument: Option<String>,
    /// `GOWARD_VERSION` of the environment.
    pub goward_version: Option<String>,
    /// `GOTOOLCHAIN` of the environment; not what a GOENV file says.
    pub gotoolchain: Option<String>,
    /// The variables of other tools.
    pub tool_variables: ToolVariables,
    /// Which files pin, in the order in which they count within one folder.
    pub pin_files: PinFiles,
    /// What a `toolchain` line means where nothing pins.
    pub toolchain_line: ToolchainLine,
    /// The user's home folder. What mise keeps there for the user is no project's wish.
    pub home_folder: Option<String>,
    /// The platform in Go's words, `linux/amd64`: a mise file may name a version for some systems only.
    pub platform: Option<String>,
    /// `GOWORK`, of the environment or the GOENV file.
    pub gowork: Option<String>,
    /// The file `GOWORK` names, where it names one and there is one.
    pub gowork_file: Option<FoundFile>,
    /// `GO111MODULE`, of the environment or the GOENV file.
    pub go111module: Option<String>,
    /// The system's folder for temporary files. The go command passes over a go.mod right in it
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
