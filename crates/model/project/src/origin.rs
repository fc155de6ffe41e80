//! Where a request comes from.

use std::fmt;

use release::escaped;
use serde::Serialize;

/// The rule by which something counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A request on the command line.
    Argument,
    /// `GOWARD_VERSION`.
    GowardVersion,
    /// `GOTOOLCHAIN`.
    Gotoolchain,
    /// A `.go-version` file.
    GoVersionFile,
    /// A `.tool-versions` file.
    ToolVersionsFile,
    /// A file of mise.
    MiseFile,
    /// A `.prototools` file.
    ProtoFile,
    /// A `devcontainer.json`.
    DevcontainerFile,
    /// A Dockerfile.
    Dockerfile,
    /// `GOENV_VERSION`.
    GoenvVersion,
    /// `ASDF_GOLANG_VERSION`.
    AsdfGolangVersion,
    /// `MISE_GO_VERSION`.
    MiseGoVersion,
    /// `PROTO_GO_VERSION`.
    ProtoGoVersion,
    /// The user's default.
    Default,
    /// `GO111MODULE`.
    Go111module,
    /// `GOWORK`.
    Gowork,
    /// A go.work file as a whole.
    GoWorkFile,
    /// A go.mod file as a whole.
    GoModFile,
    /// The `go` line of a go.work or go.mod file.
    GoLine,
    /// The `toolchain` line of a go.work or go.mod file.
    ToolchainLine,
}

impl Rule {
    /// The rule's name for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Rule::Argument => "command line",
            Rule::GowardVersion => "GOWARD_VERSION",
            Rule::Gotoolchain => "GOTOOLCHAIN",
            Rule::GoVersionFile => ".go-version",
            Rule::ToolVersionsFile => ".tool-versions",
            Rule::MiseFile => "mise",
            Rule::ProtoFile => ".prototools",
            Rule::DevcontainerFile => "dev container",
            Rule::Dockerfile => "Dockerfile",
            Rule::GoenvVersion => "GOENV_VERSION",
            Rule::AsdfGolangVersion => "ASDF_GOLANG_VERSION",
            Rule::MiseGoVersion => "MISE_GO_VERSION",
            Rule::ProtoGoVersion => "PROTO_GO_VERSION",
            Rule::Default => "default",
            Rule::Go111module => "GO111MODULE",
            Rule::Gowork => "GOWORK",
            Rule::GoWorkFile => "go.work",
            Rule::GoModFile => "go.mod",
            Rule::GoLine => "go line",
            Rule::ToolchainLine => "toolchain line",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where a request comes from: `/src/app/go.mod:3 (go line)`, or `GOWARD_VERSION` if there is no file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Origin {
    /// The rule.
    pub rule: Rule,
    /// The file, if it comes from one.
    pub path: Option<String>,
    /// The line in the file, the first being 1.
    pub line: Option<usize>,
}

impl Origin {
    /// Whether it is a file of a project, and not the user's own setting for this call, this shell or all projects.
    pub fn is_project_file(&self) -> bool {
        self.path.is_some() && self.rule != Rule::Default
    }

    pub(crate) fn of_rule(rule: Rule) -> Origin {
        Origin { rule, path: None, line: None }
    }

    pub(crate) fn of_file(rule: Rule, path: &str) -> Origin {
        Origin { rule, path: Some(path.to_owned()), line: None }
    }

    pub(crate) fn of_line(rule: Rule, path: &str, line: usize) -> Origin {
        Origin { rule, path: Some(path.to_owned()), line: Some(line) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A folder's name may contain anything but a separator.
        match (self.path.as_deref().map(escaped), self.line) {
            (Some(path), Some(line)) => write!(f, "{path}:{line} ({})", self.rule),
            (Some(path), None) => write!(f, "{path} ({})", self.rule),
            (None, _) => write!(f, "{}", self.rule),
        }
    }
}
