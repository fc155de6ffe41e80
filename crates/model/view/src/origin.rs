//! Where a value comes from: one type for every command.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a value comes from: a line of a file, a variable, an option, a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// What kind of place it is.
    pub kind: OriginKind,
    /// The file, where it is one; an absolute path.
    pub path: Option<String>,
    /// The line in that file, counted from 1.
    pub line: Option<u64>,
    /// The environment variable, the option (`--source`) or the setting (`isolate.gopath`), where it is one.
    pub name: Option<String>,
}

impl Origin {
    /// A place that needs no more words.
    pub fn of(kind: OriginKind) -> Origin {
        Origin { kind, path: None, line: None, name: None }
    }

    /// A variable, an option or a setting.
    pub fn named(kind: OriginKind, name: impl Into<String>) -> Origin {
        Origin { name: Some(name.into()), ..Origin::of(kind) }
    }

    /// A file, and the line in it where that is known.
    pub fn in_file(kind: OriginKind, path: impl Into<String>, line: Option<u64>) -> Origin {
        Origin { path: Some(path.into()), line, ..Origin::of(kind) }
    }
}

/// A kind of place that a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OriginKind {
    /// A request on the command line.
    Argument,
    /// An option on the command line, in `name`.
    Option,
    /// An environment variable, in `name`.
    Environment,
    /// goward's `config.toml`.
    ConfigFile,
    /// A setting of goward, in `name`.
    Setting,
    /// What the program says where nothing else does.
    BuiltIn,
    /// The user's default: the generation in use.
    DefaultToolchain,
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
    /// A `go.work` file as a whole.
    GoWorkFile,
    /// A `go.mod` file as a whole.
    GoModFile,
    /// The `go` line of a `go.work` or `go.mod` file.
    GoLine,
    /// The `toolchain` line of a `go.work` or `go.mod` file.
    ToolchainLine,
    /// A line of the file that `go env -w` writes.
    GoEnvFile,
    /// A line of the `go.env` in the toolchain's tree.
    TreeGoEnvFile,
    /// The tree of the toolchain that goward chose.
    Tree,
    /// The release was named by a pin, a variable or the command line, and the go command has to stay it.
    NamedRelease,
    /// A file that was found on the way up from the working folder.
    Found,
    /// The go command's own default.
    GoDefault,
    /// A file or a link of another version manager.
    ManagerFile,
}
