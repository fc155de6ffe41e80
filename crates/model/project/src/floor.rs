//! The floor of a project, and its suggestion.

use std::fmt;

use diag::{Class, Diagnose, Diagnosis};
use pin::Line;
use release::{Version, shown};
use serde::Serialize;

use crate::error::ProjectError;
use crate::file_name::FileName;
use crate::input::FoundFile;
use crate::origin::{Origin, Rule};

/// The `go` and `toolchain` lines of the go.work or go.mod that counts. At least one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Floor {
    /// Which file it is.
    pub file: FileName,
    /// The file's path.
    pub path: String,
    /// The `go` line: the least version.
    pub go: Option<GoLine>,
    /// The `toolchain` line: the suggestion.
    pub toolchain: Option<Suggestion>,
}

/// A `go` line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GoLine {
    /// The version as written. `1.22rc1` satisfies `1.22`.
    pub version: Version,
    /// The release to take if one must be chosen: `1.22.0` for `1.22`.
    pub needed: Version,
    /// Its file and line.
    pub origin: Origin,
}

/// A `toolchain` line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The version; `None` for `toolchain default`, which keeps the base.
    pub version: Option<Version>,
    /// The name as written, with a builder's suffix if it has one.
    pub name: String,
    /// Its file and line.
    pub origin: Origin,
}

/// A release that replaces the base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Raised {
    /// The release.
    pub version: Version,
    /// The name the go command would look for: `go1.27.3`, or `go1.27.3-custom` if a `toolchain`
    /// line names another builder's build of that release.
    pub name: String,
    /// The line that asks for it.
    pub origin: Origin,
}

/// A `toolchain` line that would decide but names a language version, which has no release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("take the toolchain {} from {origin}: this is a language version, which has no toolchain", shown(name))]
pub struct LanguageToolchain {
    /// The name.
    pub name: String,
    /// Its file and line.
    pub origin: Origin,
}

/// A pin that is older than what the project needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use {} from {pin}: {} needs at least {}", .selected.tag(), .floor.origin, .floor.version)]
pub struct BelowFloor {
    /// The release that the pin selects.
    pub selected: Version,
    /// Where the pin comes from.
    pub pin: Origin,
    /// The project's floor. Boxed, to keep the error small.
    pub floor: Box<GoLine>,
    /// The file it needs it in.
    pub file: FileName,
}

/// The parsed lines of a file.
pub(crate) struct Read {
    /// The lines that count. `None` if none does.
    pub floor: Option<Floor>,
    /// A `go` line that is not a version: its place and its text.
    pub odd_go: Option<(Origin, String)>,
    /// A line that names no toolchain. An error only if the line would have counted.
    pub bad: Option<ProjectError>,
}

/// Reads the lines of a go.work or go.mod file.
pub(crate) fn read(file: &FoundFile) -> Result<Read, ProjectError> {
    let bytes_max = file.name.bytes_max();
    if file.content.len() > bytes_max {
        return Err(ProjectError::TooLarge { origin: Origin::of_file(file.name.file_rule(), &file.path), bytes_max });
    }
    let lines = pin::scan(&file.content);
    let present =
        |line: Option<Line<'_>>| line.filter(|line| !line.value.is_empty()).map(|l| (l.number, lossy(l.value)));

    let mut read = Read { floor: None, odd_go: None, bad: None };
    let mut go = None;
    if let Some((number, text)) = present(lines.go) {
        let origin = Origin::of_line(Rule::GoLine, &file.path, number);
        // `Version` also parses `go1.22`, which the go command does not accept here.
        let version = text.parse::<Version>().ok();
        match version.filter(|version| version.as_str() == text && pin::is_choosable(&text)) {
            Some(version) => go = Some(GoLine { needed: version.released_as(), version, origin }),
            None => read.odd_go = Some((origin, text)),
        }
    }
    let mut toolchain = None;
    if let Some((number, name)) = present(lines.toolchain) {
        let origin = Origin::of_line(Rule::ToolchainLine, &file.path, number);
        match pin::toolchain_version(&name).and_then(|version| version.parse().ok()) {
            _ if name == "default" => toolchain = Some(Suggestion { version: None, name, origin }),
            Some(version) => toolchain = Some(Suggestion { version: Some(version), name, origin }),
            None => {
                let separator = name.contains(['/', '\\']);
                read.bad = Some(ProjectError::ToolchainLine { origin, name, separator });
            }
        }
    }
    // The go command accepts both lines, and then refuses to look for a name that does not begin with `go1`.
    let beyond = |version: &Version| pin::compare(version.as_str(), "2").is_ge() && !version.tag().starts_with("go1");
    let suggested = toolchain.as_ref().and_then(|line| Some((line.version.as_ref()?, &line.origin)));
    let needed = go.as_ref().map(|go| (&go.version, &go.origin));
    let keeps_base = toolchain.as_ref().is_some_and(|line| line.version.is_none());
    let refused = needed.into_iter().chain(suggested).find(|(version, _)| beyond(version) && !keeps_base);
    if let (None, Some((version, origin))) = (&read.bad, refused) {
        let (origin, name) = (origin.clone(), version.tag());
        read.bad = Some(ProjectError::ToolchainLine { origin, name, separator: false });
    }
    if go.is_some() || toolchain.is_some() {
        read.floor = Some(Floor { file: file.name, path: file.path.clone(), go, toolchain });
    }
    Ok(read)
}

fn lossy(value: &[u8]) -> String {
    // No version and no name contains a replacement character, so bytes that are not UTF-8 are refused.
    String::from_utf8_lossy(value).into_owned()
}

impl Floor {
    /// The release that replaces the base, as the go command would choose it before it starts: the suggestion if it is
    /// newer than the base, and the `go` line's if that is newer still. `None` if the base stays, or if there is
    /// neither a base nor a line.
    pub fn raise(&self, base: Option<&Version>) -> Result<Option<Raised>, LanguageToolchain> {
        if self.keeps_base() && base.is_some() {
            return Ok(None);
        }
        let newer = |version: &Version, than: Option<&Version>| than.is_none_or(|than| version.go_order(than).is_gt());
        let suggestion = self.toolchain.as_ref().filter(|line| line.version.as_ref().is_some_and(|v| newer(v, base)));
        let minimum = suggestion.and_then(|line| line.version.as_ref()).or(base);
        if let Some(go) = self.go.as_ref().filter(|go| newer(&go.version, minimum)) {
            let (version, origin) = (go.needed.clone(), go.origin.clone());
            // By exactly that name: for `go 1.20.0` it looks for go1.20.0, though the release is named go1.20.
            let name = if go.version.is_language() { version.tag() } else { go.version.tag() };
            return Ok(Some(Raised { version, name, origin }));
        }
        match suggestion {
            Some(Suggestion { version: Some(version), origin, name }) => {
                if version.is_language() {
                    return Err(LanguageToolchain { name: name.clone(), origin: origin.clone() });
                }
                let version = version.released_as();
                Ok(Some(Raised { version, name: name.clone(), origin: origin.clone() }))
            }
            _ => Ok(None),
        }
    }

    /// Whether the file says `toolchain default`.
    pub fn keeps_base(&self) -> bool {
        self.toolchain.as_ref().is_some_and(|line| line.version.is_none())
    }
}

/// Checks that a pinned release is not older than the `go` line. The `toolchain` line does not count here: it suggests.
pub fn check_floor(selected: &Version, floor: &Floor, pin: &Origin) -> Result<(), BelowFloor> {
    match &floor.go {
        Some(go) if selected.go_order(&go.version).is_lt() => Err(BelowFloor {
            selected: selected.clone(),
            pin: pin.clone(),
            floor: Box::new(go.clone()),
            file: floor.file,
        }),
        _ => Ok(()),
    }
}

impl fmt::Display for Floor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.go, &self.toolchain) {
            (Some(go), _) => write!(f, "{} from {}", go.version, go.origin),
            (None, Some(toolchain)) => write!(f, "{} from {}", shown(&toolchain.name), toolchain.origin),
            (None, None) => f.write_str(&self.path),
        }
    }
}

impl Diagnose for BelowFloor {
    fn diagnosis(&self) -> Diagnosis {
        let needed = &self.floor.needed;
        let minor = needed.minor();
        let raise = match self.pin.rule {
            Rule::GoVersionFile | Rule::ToolVersionsFile => format!("pin something newer with `goward pin {minor}`"),
            Rule::MiseFile | Rule::ProtoFile | Rule::DevcontainerFile | Rule::Dockerfile => {
                format!("write `{minor}` there")
            }
            Rule::ToolchainLine => format!("raise the toolchain line with `go mod edit -toolchain={}`", needed.tag()),
            Rule::Default => format!("make something newer the default with `goward use {minor}`"),
            Rule::Argument => format!("ask for `{minor}`, or leave the version away"),
            Rule::Gotoolchain => format!("unset GOTOOLCHAIN, or set it to `go{needed}`"),
            _ => format!("unset {}, or set it to `{minor}`", self.pin.rule),
        };
        let verb = if self.file == FileName::GoWork { "work" } else { "mod" };
        Class::Policy
            .word("pin-below-floor")
            .hint(format!("{raise}; or lower the `go` line with `go {verb} edit -go={}`", self.selected))
    }
}

impl Diagnose for LanguageToolchain {
    fn diagnosis(&self) -> Diagnosis {
        Class::Usage
            .word("toolchain-line-names-a-language")
            .hint(format!("name a release there, such as {}", shown(&format!("{}.0", self.name))))
    }
}
