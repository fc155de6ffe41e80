//! The places that can set a Go variable, strongest first: the environment, the file that `go env -w` writes, the
//! tree's `go.env`.

use std::fmt;
use std::path::{Path, PathBuf};

use context::Ctx;
use source::{GoEnvFile, user_go_env};
use store::Toolchain;

use super::Shadowed;
use crate::gotoolchain::user_gotoolchain;

/// The rule that set a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A variable of this process.
    Environment,
    /// A line of the file that `go env -w` writes.
    UserFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A setting of goward.
    Isolation {
        /// The setting.
        key: &'static str,
        /// What it says.
        mode: String,
        /// Where it is set.
        origin: String,
    },
    /// A line of the tree's `go.env`.
    TreeFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// The tree of the toolchain that goward chose.
    Tree,
    /// A pin, a variable or the command line names the release that a go command has to stay.
    Named {
        /// What names it.
        origin: String,
    },
    /// A file that was found on the way up from the working folder.
    Found,
    /// The go command's default.
    Default(String),
}

impl Rule {
    /// For whom the value holds: a word for programs, and in words for people.
    pub fn scope(&self) -> (&'static str, &'static str) {
        match self {
            Rule::Environment => ("process", "this process and what it starts"),
            Rule::UserFile { .. } => ("user", "every go command of this user"),
            Rule::Isolation { mode, .. } if mode == "project" => ("project", "this project, under goward"),
            Rule::Isolation { .. } => ("toolchain", "this version, under goward"),
            Rule::TreeFile { .. } | Rule::Tree => ("toolchain", "this toolchain"),
            Rule::Named { .. } | Rule::Found => ("folder", "this folder and those below"),
            Rule::Default(_) => ("default", "wherever nothing sets it"),
        }
    }

    /// The rule as a word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Rule::Environment => "environment",
            Rule::UserFile { .. } => "user-file",
            Rule::Isolation { .. } => "isolation",
            Rule::TreeFile { .. } => "tree-file",
            Rule::Tree => "tree",
            Rule::Named { .. } => "named",
            Rule::Found => "found",
            Rule::Default(_) => "default",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Environment => f.write_str("the environment"),
            Rule::UserFile { path, line } => write!(f, "`go env -w`, {}:{line}", path.display()),
            Rule::Isolation { key, mode, origin } => write!(f, "goward: {key} = {mode} ({origin})"),
            Rule::TreeFile { path, line } => write!(f, "{}:{line}", path.display()),
            Rule::Tree => f.write_str("the toolchain that goward chose"),
            Rule::Named { origin } => write!(f, "goward: {origin} names it, and the go command stays what it is"),
            Rule::Found => f.write_str("found on the way up from this folder"),
            Rule::Default(why) => write!(f, "the go command's default: {why}"),
        }
    }
}

/// The environment and the two files, read once.
pub(crate) struct GoEnvSources<'a> {
    ctx: &'a Ctx,
    user: Option<(PathBuf, GoEnvFile)>,
    tree: (PathBuf, GoEnvFile),
    isolated: PathBuf,
}

impl<'a> GoEnvSources<'a> {
    pub(crate) fn of(ctx: &'a Ctx, toolchain: &Toolchain) -> GoEnvSources<'a> {
        let user = user_go_env(&ctx.sys).map(|path| {
            let file = GoEnvFile::read(&ctx.sys, &path);
            (path, file)
        });
        // If the user's file names a tree, that tree's go.env counts.
        let named = user.as_ref().and_then(|(_, file)| file.last("GOROOT")).filter(|line| !line.value.is_empty());
        let root = named.map_or(toolchain.tree.as_path(), |line| Path::new(&line.value));
        let path = root.join("go.env");
        let tree = GoEnvFile::read(&ctx.sys, &path);
        GoEnvSources { ctx, user, tree: (path, tree), isolated: ctx.store.layout().isolated() }
    }

    /// The file that `go env -w` writes, if it is not turned off.
    pub(crate) fn user_file(&self) -> Option<&Path> {
        self.user.as_ref().map(|(path, _)| path.as_path())
    }

    /// Whether the tree has a `go.env`: those of Go 1.21 and later do.
    pub(crate) fn has_tree_file(&self) -> bool {
        !self.tree.1.lines().is_empty()
    }

    /// The user's value of a variable: in the environment, then by `go env -w`.
    ///
    /// An isolated folder of goward's in the environment is not the user's choice: an outer `goward run` has set it.
    pub(crate) fn user(&self, name: &str) -> Vec<Shadowed> {
        let mut said = Vec::new();
        if let Some(value) = self.environment(name)
            && !Path::new(&value).starts_with(&self.isolated)
        {
            said.push(Shadowed { value, rule: Rule::Environment });
        }
        said.extend(self.user_line(name));
        said
    }

    /// The variable of this process. A `GOTOOLCHAIN` of an outer goward does not count.
    pub(crate) fn environment(&self, name: &str) -> Option<String> {
        let env = self.ctx.sys.env();
        if name == "GOTOOLCHAIN" {
            return user_gotoolchain(env).map(str::to_owned);
        }
        env.var_os(name).map(|value| value.to_string_lossy().into_owned())
    }

    fn user_line(&self, name: &str) -> Option<Shadowed> {
        let (path, file) = self.user.as_ref()?;
        // An empty value in the user's file hides the tree's, and then the default counts.
        let line = file.last(name).filter(|line| !line.value.is_empty())?;
        Some(Shadowed { value: line.value.clone(), rule: Rule::UserFile { path: path.clone(), line: line.number } })
    }

    /// The tree's `go.env` value of a variable that the user's file does not name.
    pub(crate) fn tree(&self, name: &str) -> Option<Shadowed> {
        let hidden = self.user.as_ref().is_some_and(|(_, file)| file.last(name).is_some_and(|l| l.value.is_empty()));
        let (path, file) = &self.tree;
        let line = file.first(name).filter(|line| !hidden && !line.value.is_empty())?;
        Some(Shadowed { value: line.value.clone(), rule: Rule::TreeFile { path: path.clone(), line: line.number } })
    }

    /// Every place that sets a variable, the strongest first: environment, user's file, tree's file.
    pub(crate) fn all(&self, name: &str) -> Vec<Shadowed> {
        let environment = self.environment(name).map(|value| Shadowed { value, rule: Rule::Environment });
        environment.into_iter().chain(self.user_line(name)).chain(self.tree(name)).collect()
    }
}
