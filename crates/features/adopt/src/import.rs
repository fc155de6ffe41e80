//! Imports installations: first a printable plan, then one after the other.
//!
//! Each is its own operation in the store's journal, complete or invisible; if one fails, the others continue.

use std::path::PathBuf;

use acquire::{AdoptError, Adopted, Adoption, Sources};
use context::Ctx;
use context::settings::keys;
use diag::{Class, Diagnose};
use store::{ExternalGo, StoreError};

use crate::exclude_rules::ExcludeRules;
use crate::find::{Candidate, Manager, Where, candidates};
use crate::inspect::{Found, Verdict, inspect};

/// The plan of an import.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The installations, sorted by version.
    pub items: Vec<Item>,
}

/// One installation, and the planned action.
#[derive(Debug, Clone)]
pub struct Item {
    /// What was found.
    pub found: Found,
    /// What would be done.
    pub action: Action,
}

/// The action for an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Copy and prove it; register it if it turns out not to be Go's own build.
    Adopt,
    /// Register it as `system`.
    Register,
    /// Nothing.
    Leave,
}

/// The result for one installation.
#[derive(Debug)]
pub enum Done {
    /// It was imported.
    Adopted(Adopted),
    /// It was registered as `system`.
    Registered {
        /// Its GOROOT.
        path: PathBuf,
        /// Why it is not official.
        why: String,
    },
}

/// Finds installations and plans an action for each. Changes nothing.
///
/// `paths` are folders that the user named; without any, every folder in `place` is searched.
///
/// # Errors
/// When the store cannot be read.
pub fn plan(ctx: &Ctx, paths: &[PathBuf], place: &Where) -> Result<Plan, StoreError> {
    let candidates = if paths.is_empty() { candidates(ctx, place) } else { named(ctx, paths) };
    let registered = ctx.store.external_gos()?;
    let mut items = Vec::new();
    for candidate in candidates {
        let found = inspect(ctx, &candidate)?;
        let action = match &found.verdict {
            Verdict::Claimed { .. } => Action::Adopt,
            Verdict::System { why } => {
                let known = registered.iter().find(|known| known.path == found.path);
                match known.is_some_and(|known| known.why == *why && known.version_line == found.version_line) {
                    true => Action::Leave,
                    false => Action::Register,
                }
            }
            Verdict::Installed | Verdict::Broken { .. } => Action::Leave,
        };
        items.push(Item { found, action });
    }
    items.sort_by(|a, b| (&a.found.toolchain, &a.found.path).cmp(&(&b.found.toolchain, &b.found.path)));
    leave_twins(&mut items);
    Ok(Plan { items })
}

/// Of several installations of one toolchain the first is imported.
fn leave_twins(items: &mut [Item]) {
    for index in 1..items.len() {
        let (before, rest) = items.split_at_mut(index);
        let item = &mut rest[0];
        let twin = before.iter().find(|other| {
            other.action == Action::Adopt
                && other.found.toolchain.is_some()
                && other.found.toolchain == item.found.toolchain
        });
        if let (Action::Adopt, Some(twin)) = (item.action, twin) {
            item.action = Action::Leave;
            item.found.notes.push(format!("the same toolchain as `{}`", twin.found.path.display()));
        }
    }
}

/// The folders that the user named, each itself or its subfolder `go`.
fn named(ctx: &Ctx, paths: &[PathBuf]) -> Vec<Candidate> {
    let all = crate::find::candidates(ctx, &Where::default());
    let here = ctx.sys.env().folder();
    let absolute = |path: &PathBuf| here.join(path);
    let candidate = |path: PathBuf| {
        let path = crate::find::root_of(&ctx.sys, &path).unwrap_or(path);
        let real = ctx.sys.fs().resolve(&path).unwrap_or(path);
        let manager = all.iter().find(|known| known.path == real).map_or(Manager::Named, |known| known.manager);
        Candidate { path: real, manager }
    };
    paths.iter().map(absolute).map(candidate).collect()
}

/// Carries out the action for one installation.
///
/// # Errors
/// When it cannot be read, is hostile, cannot be proven, or the store refuses; then nothing of it is visible.
pub fn apply(sources: &Sources, item: &Item) -> Result<Option<Done>, AdoptError> {
    let ctx = sources.ctx();
    let found = &item.found;
    match (item.action, &found.verdict, &found.toolchain) {
        (Action::Adopt, Verdict::Claimed { form }, Some(id)) => {
            let rules = ExcludeRules::new(id.version(), id.platform());
            let adoption = Adoption {
                id: id.clone(),
                folder: &found.path,
                form: *form,
                source: found.manager.word(),
                leave_out: &|path, is_folder| rules.of(path, is_folder),
            };
            match engine::adopt(sources, &adoption) {
                Ok(adopted) => Ok(Some(Done::Adopted(adopted))),
                Err(error) if error.is_not_official() && error.class() != Class::Interrupted => {
                    let why = "its files are not those that Go's checksum database has for this version: \
                               it was built by somebody else, or changed";
                    register(ctx, found, why).map(Some)
                }
                Err(error) => Err(error),
            }
        }
        (Action::Register, Verdict::System { why }, _) => register(ctx, found, why).map(Some),
        _ => Ok(None),
    }
}

fn register(ctx: &Ctx, found: &Found, why: &str) -> Result<Done, AdoptError> {
    let system = ExternalGo {
        path: found.path.clone(),
        version_line: found.version_line.clone(),
        why: why.to_owned(),
        registered_unix_seconds: ctx.sys.clock().unix_seconds(),
    };
    ctx.store
        .register_external(system, ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))
        .map_err(|cause| AdoptError::Register { path: found.path.clone(), cause: Box::new(cause) })?;
    Ok(Done::Registered { path: found.path.clone(), why: why.to_owned() })
}
