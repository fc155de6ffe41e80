//! The files that are searched for, their tools, and which pin files count.

use std::fmt;

use serde::Serialize;

use crate::limits::{CONFIG_FILE_BYTES_MAX, GO_FILE_BYTES_MAX, PIN_FILE_BYTES_MAX};
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
    /// Every file there is a rule for: those of the go command, and those of every [`PinKind`].
    pub const ALL: [FileName; 16] = FileName::all();

    const fn all() -> [FileName; 16] {
        let mut all = [FileName::GoWork; 16];
        all[1] = FileName::GoMod;
        let mut count = 2;
        let mut kind = 0;
        while kind < PinKind::ALL.len() {
            let (files, mut file) = (PinKind::ALL[kind].files(), 0);
            while file < files.len() {
                all[count] = files[file];
                count += 1;
                file += 1;
            }
            kind += 1;
        }
        assert!(count == all.len(), "one place for each file");
        all
    }

    /// The files to search for if these kinds count, so that the walk over the folders need not know them.
    pub fn wanted(pin_files: &PinFiles) -> Vec<FileName> {
        let pins = pin_files.kinds().iter().flat_map(|kind| kind.files().iter().copied());
        [FileName::GoWork, FileName::GoMod].into_iter().chain(pins).collect()
    }

    /// The file's name; a path with `/` if it is in a subfolder.
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

    /// The kind of a pin file; `None` for other files.
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

    /// The largest such file, in bytes. Pass one byte more of a longer file, and it is refused by
    /// name.
    pub const fn bytes_max(self) -> usize {
        match self.pin_kind() {
            None => GO_FILE_BYTES_MAX,
            Some(PinKind::GoVersion | PinKind::ToolVersions) => PIN_FILE_BYTES_MAX,
            Some(_) => CONFIG_FILE_BYTES_MAX,
        }
    }

    /// The rule for such a file as a whole.
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

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinKind {
    /// `.go-version`: goenv's, which many tools read.
    GoVersion,
    /// `.tool-versions`: that of asdf, and of mise.
    ToolVersions,
    /// The files of mise.
    Mise,
    /// `.prototools`: that of proto.
    Proto,
    /// `devcontainer.json`.
    Devcontainer,
    /// `Dockerfile`.
    Dockerfile,
}

impl PinKind {
    /// Every kind.
    pub const ALL: [PinKind; 6] = [
        PinKind::GoVersion,
        PinKind::ToolVersions,
        PinKind::Mise,
        PinKind::Proto,
        PinKind::Devcontainer,
        PinKind::Dockerfile,
    ];

    /// The word for it in the setting `pin.files`.
    pub const fn word(self) -> &'static str {
        match self {
            PinKind::GoVersion => ".go-version",
            PinKind::ToolVersions => ".tool-versions",
            PinKind::Mise => "mise",
            PinKind::Proto => "proto",
            PinKind::Devcontainer => "devcontainer",
            PinKind::Dockerfile => "Dockerfile",
        }
    }

    /// The kind of a word; `None` for an unknown word.
    pub fn of_word(word: &str) -> Option<PinKind> {
        PinKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Its files in one folder, in the order in which they count. mise's local ones come first, then a name with a dot
    /// before one without. Source of the order: mise's `LOCAL_CONFIG_FILENAMES`.
    pub const fn files(self) -> &'static [FileName] {
        match self {
            PinKind::GoVersion => &[FileName::GoVersion],
            PinKind::ToolVersions => &[FileName::ToolVersions],
            PinKind::Mise => &[
                FileName::DotMiseLocal,
                FileName::MiseLocal,
                FileName::DotMise,
                FileName::Mise,
                FileName::MiseFolder,
                FileName::DotMiseFolder,
                FileName::ConfigMise,
                FileName::ConfigMiseFolder,
            ],
            PinKind::Proto => &[FileName::Prototools],
            PinKind::Devcontainer => &[FileName::DevcontainerFolder, FileName::DotDevcontainer],
            PinKind::Dockerfile => &[FileName::Dockerfile],
        }
    }

    /// The rule for such a file.
    pub const fn rule(self) -> Rule {
        match self {
            PinKind::GoVersion => Rule::GoVersionFile,
            PinKind::ToolVersions => Rule::ToolVersionsFile,
            PinKind::Mise => Rule::MiseFile,
            PinKind::Proto => Rule::ProtoFile,
            PinKind::Devcontainer => Rule::DevcontainerFile,
            PinKind::Dockerfile => Rule::Dockerfile,
        }
    }
}

impl fmt::Display for PinKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The kinds of files that count, in the order in which they count within one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinFiles(Vec<PinKind>);

impl PinFiles {
    /// These kinds, each once. A dev container and a Dockerfile are for another machine, so they count only if named.
    pub fn new(kinds: impl IntoIterator<Item = PinKind>) -> PinFiles {
        let mut once = Vec::new();
        for kind in kinds {
            if !once.contains(&kind) {
                once.push(kind);
            }
        }
        PinFiles(once)
    }

    /// The kinds in their order.
    pub fn kinds(&self) -> &[PinKind] {
        &self.0
    }

    /// Whether a kind counts.
    pub fn has(&self, kind: PinKind) -> bool {
        self.0.contains(&kind)
    }
}

impl Default for PinFiles {
    fn default() -> PinFiles {
        PinFiles(vec![PinKind::GoVersion, PinKind::ToolVersions, PinKind::Mise, PinKind::Proto])
    }
}
