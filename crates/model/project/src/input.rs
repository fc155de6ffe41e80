//! What the caller found.

use std::fmt;

use serde::Serialize;

use crate::limits::{GO_FILE_BYTES_MAX, PIN_FILE_BYTES_MAX};
use crate::origin::Rule;

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
}

impl FileName {
    /// Every file, so that whoever walks the folders needs to know none of them.
    pub const ALL: [FileName; 4] = [FileName::GoWork, FileName::GoMod, FileName::GoVersion, FileName::ToolVersions];

    /// The files that pin, in the order in which they count within one folder.
    pub(crate) const PINS: [FileName; 2] = [FileName::GoVersion, FileName::ToolVersions];

    /// The file's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            FileName::GoWork => "go.work",
            FileName::GoMod => "go.mod",
            FileName::GoVersion => ".go-version",
            FileName::ToolVersions => ".tool-versions",
        }
    }

    /// The most bytes such a file may have. Hand over one byte more of a longer file, and it is
    /// refused by name.
    pub const fn bytes_max(self) -> usize {
        match self {
            FileName::GoWork | FileName::GoMod => GO_FILE_BYTES_MAX,
            FileName::GoVersion | FileName::ToolVersions => PIN_FILE_BYTES_MAX,
        }
    }

    /// The rule that speaks of such a file as a whole.
    pub(crate) const fn file_rule(self) -> Rule {
        match self {
            FileName::GoWork => Rule::GoWorkFile,
            FileName::GoMod => Rule::GoModFile,
            FileName::GoVersion => Rule::GoVersionFile,
            FileName::ToolVersions => Rule::ToolVersionsFile,
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
    /// Its content, or one byte more of it than [`FileName::bytes_max`].
    pub content: Vec<u8>,
}

/// A folder that was looked into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// Its path.
    pub path: String,
    /// What was found there, in any order. A folder that only has the name of such a file is none.
    pub files: Vec<FoundFile>,
}

/// What the user set as the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultPin {
    /// The request's text.
    pub request: String,
    /// Where it was set, as it will be shown.
    pub origin: String,
}

/// Everything a decision depends on. In every setting an empty text is as good as none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The folders, from the working folder upwards. Folders without any of the files may be left out.
    pub folders: Vec<Folder>,
    /// A request given on the command line.
    pub argument: Option<String>,
    /// `GOWARD_VERSION` of the environment.
    pub goward_version: Option<String>,
    /// `GOTOOLCHAIN` of the environment; not what a GOENV file says.
    pub gotoolchain: Option<String>,
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
