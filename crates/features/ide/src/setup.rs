//! Plans settings that make an editor use goward.
//!
//! It sets VS Code's `go.alternateTools.go` to the shim: an absolute program there overrides every other setting in a
//! file (see `vscode`). It removes `go.goroot` and every `GOROOT` from the project's settings, since they would combine
//! the tools of one release with the tree of another; if the user settings have a `go.goroot`, the project's gets an
//! empty text, which unsets it. The integrated terminal gets the shims first in `PATH`. The home folder is written as a
//! variable, so that the file works for all users who share it.

use std::path::{Path, PathBuf};

use context::Ctx;
use context::settings::keys;
use jsonc_parser::cst::{CstInputValue, CstObject, CstRootNode};
use release::Version;
use store::{FileChange, Links};

use crate::error::IdeError;
use crate::jsonc::{Document, options};
use crate::{devcontainer, vscode};

/// What to set up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// VS Code's settings of the project.
    pub vscode: bool,
    /// The version in the dev container's file.
    pub devcontainer: bool,
}

/// A file that would be changed.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The file.
    pub path: PathBuf,
    /// What is changed, a line each.
    pub changes: Vec<String>,
    /// Its text when the change was planned; none if it did not exist.
    before: Option<String>,
    /// Its text afterwards.
    pub after: String,
    /// Whether it is made.
    pub is_new: bool,
}

/// The planned changes, which are made together.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The project's folder.
    folder: PathBuf,
    /// The files. Empty if nothing has to change.
    pub edits: Vec<Edit>,
    /// What cannot be done here, in words.
    pub notes: Vec<String>,
}

/// Plans the changes in a project's folder. Changes nothing.
///
/// # Errors
/// When there is no shim, no file to change, or a file cannot be read or parsed.
pub fn plan(ctx: &Ctx, folder: &Path, version: &Version, wanted: Wanted) -> Result<Plan, IdeError> {
    let mut plan = Plan { folder: folder.to_owned(), ..Plan::default() };
    if wanted.vscode {
        plan.edits.extend(vscode_edit(ctx, folder)?);
    }
    if wanted.devcontainer {
        devcontainer_edits(ctx, folder, version, &mut plan)?;
    }
    Ok(plan)
}

/// Carries a plan out as one transaction, which `goward undo` reverts. Returns its name; none if there was nothing to
/// do.
///
/// # Errors
/// When a file cannot be changed, or was changed meanwhile; then all files are unchanged.
pub fn apply(ctx: &Ctx, plan: &Plan) -> Result<Option<String>, IdeError> {
    if plan.edits.is_empty() {
        return Ok(None);
    }
    let mut change = ctx.store.transaction("ide setup").by(ctx.author.clone());
    for edit in &plan.edits {
        // Before a folder is made: otherwise it would be made at a link's target.
        ctx.store.check_links(&edit.path, &Links::RefuseBelow(plan.folder.clone()))?;
        let folder = edit.path.parent().unwrap_or(Path::new("."));
        let made = ctx.sys.fs().create_users_dirs(folder);
        made.map_err(|cause| IdeError::Read { path: folder.to_owned(), cause })?;
        let (before, after) = (edit.before.clone().map(String::into_bytes), edit.after.clone().into_bytes());
        change = change.change(FileChange::of_project(&plan.folder, &edit.path, before, Some(after)));
    }
    Ok(Some(change.commit(ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))?))
}

/// A document open for changes.
struct Open {
    path: PathBuf,
    before: String,
    root: CstRootNode,
    is_new: bool,
    changes: Vec<String>,
}

impl Open {
    fn new(path: PathBuf, document: Option<Document>) -> Result<Open, IdeError> {
        let is_new = document.is_none();
        let before = document.map_or_else(|| "{}\n".to_owned(), |document| document.text);
        // An editor writes an empty file for no settings.
        let text = if before.trim().is_empty() { "{}\n" } else { &before };
        let root = CstRootNode::parse(text, &options()).map_err(|error| {
            let line = text.as_bytes().iter().take(error.range().start).filter(|&&byte| byte == b'\n').count() + 1;
            IdeError::Syntax { path: path.clone(), line, reason: error.kind().to_string() }
        })?;
        if root.object_value().is_none() && root.value().is_some() {
            let reason = "an object `{…}` is expected".to_owned();
            return Err(IdeError::Syntax { path, line: 1, reason });
        }
        Ok(Open { path, before, root, is_new, changes: Vec::new() })
    }

    fn object(&self) -> CstObject {
        self.root.object_value_or_set()
    }

    /// Sets a text in an object, unless it has it already.
    fn set(&mut self, object: &CstObject, label: &str, name: &str, value: &str) {
        let now = object.get(name).and_then(|property| property.value()?.as_string_lit()?.decoded_value().ok());
        if now.as_deref() == Some(value) {
            return;
        }
        let text = CstInputValue::String(value.to_owned());
        match object.get(name) {
            Some(property) => property.set_value(text),
            None => {
                object.append(name, text);
            }
        }
        self.changes.push(match now {
            Some(now) => format!("{label}: `{now}` becomes `{value}`"),
            None => format!("{label} = `{value}`"),
        });
    }

    /// Removes a property from an object.
    fn remove(&mut self, object: &CstObject, label: &str, name: &str) {
        if let Some(property) = object.get(name) {
            property.remove();
            self.changes.push(format!("{label} is taken out"));
        }
    }

    fn close(self) -> Option<Edit> {
        let after = self.root.to_string();
        let changed = !self.changes.is_empty() && after != self.before;
        let before = (!self.is_new).then_some(self.before);
        changed.then_some(Edit { path: self.path, changes: self.changes, before, after, is_new: self.is_new })
    }
}

fn vscode_edit(ctx: &Ctx, folder: &Path) -> Result<Option<Edit>, IdeError> {
    let shims = ctx.store.layout().shims();
    let shim = shims.join(sys::program_file_name("go"));
    if !ctx.sys.fs().is_program(&shim) {
        return Err(IdeError::NoShim { path: shim });
    }
    let path = vscode::workspace_file(folder);
    let mut users_goroot = false;
    for settings in vscode::all(ctx, folder)? {
        users_goroot |= settings.user_setting(&["go.goroot"])?.is_some();
    }
    let mut open = Open::new(path.clone(), Document::read(&ctx.sys, &path)?)?;
    let object = open.object();
    let tools = object.object_value_or_set("go.alternateTools");
    open.set(&tools, "go.alternateTools.go", "go", &with_home(ctx, &shim));
    if users_goroot {
        open.set(&object, "go.goroot", "go.goroot", "");
    } else {
        open.remove(&object, "go.goroot", "go.goroot");
    }
    for key in ["go.toolsEnvVars", vscode::TERMINAL_ENV] {
        if let Some(variables) = object.object_value(key) {
            open.remove(&variables, &format!("{key}.GOROOT"), "GOROOT");
        }
    }
    let separator = if cfg!(windows) { ';' } else { ':' };
    let wanted = with_home(ctx, &shims);
    let terminal = object.object_value_or_set(vscode::TERMINAL_ENV);
    let now = terminal.get("PATH").and_then(|property| property.value()?.as_string_lit()?.decoded_value().ok());
    // An existing PATH keeps its entries.
    let rest = now.clone().unwrap_or_else(|| "${env:PATH}".to_owned());
    // Not split at the separator, since a variable's name contains one, too.
    let is_first = rest.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(separator));
    if !is_first {
        let label = format!("{}.PATH", vscode::TERMINAL_ENV);
        open.set(&terminal, &label, "PATH", &format!("{wanted}{separator}{rest}"));
    }
    Ok(open.close())
}

/// A path with the home folder as the editors' variable.
fn with_home(ctx: &Ctx, path: &Path) -> String {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let below = ctx.sys.env().home().and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned));
    match below {
        Some(below) => format!("${{env:{name}}}{}{}", std::path::MAIN_SEPARATOR, below.display()),
        None => path.display().to_string(),
    }
}

fn devcontainer_edits(ctx: &Ctx, folder: &Path, version: &Version, plan: &mut Plan) -> Result<(), IdeError> {
    if devcontainer::files(ctx, folder)?.is_empty() {
        return Err(IdeError::NoContainer { folder: folder.to_owned() });
    }
    let containers = devcontainer::containers(ctx, folder)?;
    if containers.is_empty() {
        plan.notes.push("no devcontainer.json here names Go by a feature or an image".to_owned());
    }
    for container in containers {
        let path = container.document.path.clone();
        let Some(feature) = container.feature else {
            plan.notes.push(format!("{}: its image names Go; an image is yours to choose", container_place(&path)));
            continue;
        };
        let mut open = Open::new(path, Some(container.document))?;
        let object = open.object().object_value("features").and_then(|features| features.object_value(&feature));
        if let Some(object) = object {
            open.set(&object, "the Go feature's version", "version", version.as_str());
        }
        plan.edits.extend(open.close());
    }
    Ok(())
}

fn container_place(path: &Path) -> String {
    path.display().to_string()
}
