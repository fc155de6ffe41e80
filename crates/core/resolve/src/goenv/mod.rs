//! Computes every Go variable that matters, with the rule that set it, without running go.
//!
//! The go command looks a setting up in the environment, in the file that `go env -w` writes, and in the `go.env` of
//! its tree, and has a default for the rest (cmd/go/internal/cfg: `Getenv`, `initEnvCache`; cmd/go/internal/envcmd:
//! `MkEnv`). goward comes between the user's file and the tree's, and only if `isolate.*` asks for it: a variable that
//! the user has set in the environment or by `go env -w` stays, and goward says so. goward removes only a `GOROOT` of
//! another tree from the environment, and otherwise sets only `GOTOOLCHAIN`, if a release was named.
//!
//! Tested against `go env -json` of real toolchains by `bins/goward/tests/it/places.rs`.

mod defaults;
mod goroot;
mod isolate;
mod precedence;

use std::path::PathBuf;

use context::Ctx;
use store::Toolchain;

use crate::choose::{Choice, ChooseError};
use crate::gotoolchain::{EnvChange, changes, new_value};
use defaults::GoEnvContext;
use precedence::GoEnvSources;

pub(crate) use goroot::foreign_goroot;
pub(crate) use isolate::{Isolated, isolated};
pub use precedence::Rule;

/// The variables, in the order in which they are printed.
pub const GO_VARIABLES: [&str; 19] = [
    "GOROOT",
    "GOPATH",
    "GOBIN",
    "GOCACHE",
    "GOMODCACHE",
    "GOTOOLCHAIN",
    "GOFLAGS",
    "GOPROXY",
    "GOSUMDB",
    "GOENV",
    "GO111MODULE",
    "GOWORK",
    "GOMOD",
    "GOOS",
    "GOARCH",
    "CGO_ENABLED",
    "GOEXPERIMENT",
    "GODEBUG",
    "GOPRIVATE",
];

/// A value that another one overrides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadowed {
    /// The value.
    pub value: String,
    /// Who gave it.
    pub rule: Rule,
}

/// One variable: its value and the rule that set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its value; none if only the go command itself knows it.
    pub value: Option<String>,
    /// Who set it.
    pub rule: Rule,
    /// The values that it overrides; the strongest first.
    pub overruled: Vec<Shadowed>,
    /// A remark on it.
    pub note: Option<String>,
}

/// All variables for one toolchain in one folder.
#[derive(Debug, Clone)]
pub struct GoEnv {
    /// The toolchain.
    pub toolchain: Toolchain,
    /// The variables, in the order of [`GO_VARIABLES`].
    pub variables: Vec<Variable>,
    /// What goward sets for a program that it runs, by name.
    pub set: Vec<(&'static str, PathBuf)>,
    /// A `GOROOT` of the environment that goward removes, since it belongs to another tree.
    pub dropped_goroot: Option<PathBuf>,
    /// What goward changes so that the go command stays at a release that the choice names (`GOTOOLCHAIN` and its mark).
    pub release: Vec<EnvChange>,
}

impl GoEnv {
    /// One of the variables.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }
}

/// A variable's value for printing: addresses without credentials (`GOPROXY`, `GOSUMDB`, a flag's).
pub fn shown(name: &str, value: &str) -> String {
    if name != "GOPROXY" || !value.contains('@') {
        return diag::without_credentials(value);
    }
    let cut = value.split_inclusive([',', '|']).map(|part| {
        let end = part.trim_end_matches([',', '|']);
        format!("{}{}", context::settings::without_secrets(end), &part[end.len()..])
    });
    cut.collect()
}

/// Computes every variable for a toolchain in the working folder. `choice` is the choice that selected it.
///
/// # Errors
/// When the folder's own files cannot be read.
pub fn go_env(ctx: &Ctx, toolchain: Toolchain, choice: Option<&Choice>) -> Result<GoEnv, ChooseError> {
    let project = crate::choose::project_here(ctx)?;
    let sources = GoEnvSources::of(ctx, &toolchain);
    let isolated = isolated(ctx, &toolchain, &sources, project.as_deref());
    let release = changes(ctx.sys.env(), choice.is_some_and(Choice::keeps_release), &toolchain.id);
    // goward names the release only if it has a choice.
    let fixed = new_value(&release, "GOTOOLCHAIN").zip(choice.map(|choice| choice.origin.to_string()));
    let around = GoEnvContext::of(ctx, &toolchain, &sources, &isolated, fixed)?;
    let variables = GO_VARIABLES.iter().map(|name| around.variable(name)).collect();
    Ok(GoEnv {
        variables,
        set: isolated.iter().map(|one| (one.name, one.path.clone())).collect(),
        dropped_goroot: foreign_goroot(ctx, &toolchain.tree),
        release,
        toolchain,
    })
}

/// The variables that goward sets for a program under a toolchain: none, unless a setting asks for it.
///
/// # Errors
/// When the project of a folder is needed and cannot be determined.
pub(crate) fn isolation(ctx: &Ctx, toolchain: &Toolchain) -> Result<Vec<Isolated>, ChooseError> {
    if !isolate::is_asked(ctx) {
        return Ok(Vec::new());
    }
    let project = crate::choose::project_here(ctx)?;
    Ok(isolated(ctx, toolchain, &GoEnvSources::of(ctx, toolchain), project.as_deref()))
}
