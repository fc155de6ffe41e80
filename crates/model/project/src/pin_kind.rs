//! Whose files pin, and which of them count.

use std::fmt;

use serde::Serialize;

use crate::input::FileName;
use crate::origin::Rule;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinKind {
    /// `.go-version`: goenv's, and read by many.
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

    /// The kind of a word; `None` for a word that stands for none.
    pub fn of_word(word: &str) -> Option<PinKind> {
        PinKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Its files in one folder, in the order in which they count. Of mise's the local ones come first, then
    /// a name with a dot before one without. Source of the order: mise's `LOCAL_CONFIG_FILENAMES`.
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

    /// The rule that speaks of such a file.
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
    /// These kinds, each once. What a dev container and a Dockerfile say is for another machine, so those
    /// count only where they are named.
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
