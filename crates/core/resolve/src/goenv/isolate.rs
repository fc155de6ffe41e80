//! Separate folders for a version or a project, if the settings ask for them.
//!
//! goward never overrides a variable that the user has set: a user who exports `GOPATH` or ran `go env -w GOPATH=…` has
//! chosen the folder, and would have to search for a goward setting that silently overrides it.

use std::path::{Path, PathBuf};

use context::Ctx;
use context::settings::{Key, Text, keys};
use store::Toolchain;

use super::precedence::{GoEnvSources, Rule};

/// The settings, their variables, and the names of their folders.
const ISOLATED: [(Key<Text>, &str, &str); 4] = [
    (keys::ISOLATE_GOPATH, "GOPATH", "gopath"),
    (keys::ISOLATE_GOBIN, "GOBIN", "gobin"),
    (keys::ISOLATE_GOCACHE, "GOCACHE", "gocache"),
    (keys::ISOLATE_GOMODCACHE, "GOMODCACHE", "gomodcache"),
];

/// A variable that goward sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Isolated {
    /// The variable.
    pub(crate) name: &'static str,
    /// The folder.
    pub(crate) path: PathBuf,
    /// The setting that asks for it.
    pub(crate) rule: Rule,
}

/// Whether any setting asks for separate folders.
pub(crate) fn is_asked(ctx: &Ctx) -> bool {
    ISOLATED.iter().any(|(key, _, _)| mode(ctx, *key).is_some())
}

/// The variables for a toolchain in a project.
pub(crate) fn isolated(
    ctx: &Ctx,
    toolchain: &Toolchain,
    sources: &GoEnvSources,
    project: Option<&Path>,
) -> Vec<Isolated> {
    let wanted = ISOLATED.iter().filter_map(|(key, name, folder)| {
        let path = folder_for(ctx, *key, folder, toolchain, project)?;
        let rule = rule(ctx, *key)?;
        sources.user(name).is_empty().then_some(Isolated { name, path, rule })
    });
    wanted.collect()
}

/// The setting that asks for a separate folder for this variable, if one does.
pub(crate) fn asked_for(ctx: &Ctx, name: &str) -> Option<Rule> {
    let (key, _, _) = ISOLATED.iter().find(|(_, variable, _)| *variable == name)?;
    rule(ctx, *key)
}

fn rule(ctx: &Ctx, key: Key<Text>) -> Option<Rule> {
    let mode = mode(ctx, key)?;
    Some(Rule::Isolation { key: key.name(), mode: mode.to_owned(), origin: ctx.settings.get(key).origin.to_string() })
}

fn mode(ctx: &Ctx, key: Key<Text>) -> Option<&str> {
    ctx.settings.text(key).filter(|mode| *mode != "off")
}

/// The folder; none if a project's folder is asked for and there is no project.
fn folder_for(
    ctx: &Ctx,
    key: Key<Text>,
    folder: &str,
    toolchain: &Toolchain,
    project: Option<&Path>,
) -> Option<PathBuf> {
    let layout = ctx.store.layout();
    match mode(ctx, key)? {
        "project" => Some(layout.isolated_by_project(project?, folder)),
        _ => Some(layout.isolated_by_version(toolchain.id.version(), folder)),
    }
}
