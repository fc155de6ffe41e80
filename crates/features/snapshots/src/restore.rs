//! Brings back what a snapshot recorded: the default, pins and settings, as one change.
//!
//! A snapshot from elsewhere ([`crate::pull`]) is data of somebody else: of it only the default is restored, whose
//! toolchain is fetched and proven like any other. Settings can name programs and servers, and a pin file is read by other
//! tools, so goward writes only `.go-version` and `.tool-versions`, and settings only from a snapshot of its own.

use std::path::{Path, PathBuf};

use acquire::{InstallPlan, Sources};
use context::Ctx;
use context::settings::keys;
use release::{Request, ToolchainId};
use store::{FileChange, StoredSnapshot};

use crate::error::SnapshotError;

/// Files of a project that goward writes.
const WRITTEN: [&str; 2] = [".go-version", ".tool-versions"];

/// What a restore would do.
pub struct RestorePlan {
    /// The snapshot's id.
    pub id: String,
    /// The toolchains that have to be fetched.
    pub fetch: Vec<InstallPlan>,
    /// The toolchain that becomes the default; none if it is the default already.
    pub default: Option<ToolchainId>,
    /// The default now.
    pub before: Option<ToolchainId>,
    /// The pin files that change.
    pub pins: Vec<FileChange>,
    /// The configuration file, if it changes.
    pub config: Option<FileChange>,
    /// The settings that change.
    pub keys: Vec<String>,
    /// What is not restored, and why.
    pub notes: Vec<String>,
    /// The toolchains with the manifests that they must have.
    manifests: Vec<(ToolchainId, String)>,
}

/// What a restore has done.
#[derive(Debug)]
pub struct Restored {
    /// The change, by which it can be undone; none if nothing had to change.
    pub change: Option<String>,
    /// The generation in use now.
    pub generation: Option<u64>,
}

/// Plans the way back to a snapshot. Changes nothing, and asks a source only where a toolchain is missing.
///
/// # Errors
/// When the snapshot is of another platform, or a missing toolchain cannot be had.
pub fn plan_restore(sources: &Sources, snapshot: &StoredSnapshot) -> Result<RestorePlan, SnapshotError> {
    let ctx = sources.ctx();
    let (id, content) = (snapshot.id.to_string(), &snapshot.content);
    let here = release::Platform::of_this_build().map(|platform| platform.to_string()).unwrap_or_default();
    if content.platform != here {
        return Err(SnapshotError::OtherPlatform { id, platform: content.platform.clone(), here });
    }
    let before = ctx.store.current_if_readable().map(|current| current.toolchain);
    let mut plan = RestorePlan {
        id,
        fetch: Vec::new(),
        default: None,
        before: before.clone(),
        pins: Vec::new(),
        config: None,
        keys: Vec::new(),
        notes: Vec::new(),
        manifests: Vec::new(),
    };
    let parsed = |name: &Option<String>| name.as_deref().and_then(|name| name.parse::<ToolchainId>().ok());
    let default = parsed(&content.default_toolchain);
    let mut wanted: Vec<ToolchainId> = default.iter().cloned().chain(parsed(&content.toolchain)).collect();
    wanted.sort();
    wanted.dedup();
    for toolchain in wanted {
        if ctx.store.find_installed(&toolchain)?.is_none() {
            let request = Request::Exact(toolchain.version().clone());
            plan.fetch.push(acquire::plan_install(sources, &request, toolchain.platform())?);
        }
        let recorded = content.toolchains.iter().find(|one| one.toolchain == toolchain.to_string());
        if let Some(sha256) = recorded.and_then(|one| one.manifest_sha256.clone()) {
            plan.manifests.push((toolchain, sha256));
        }
    }
    match default {
        Some(default) if Some(&default) != before.as_ref() => plan.default = Some(default),
        Some(_) => {}
        None => plan.notes.push("the snapshot has no default: the one that is set stays".to_owned()),
    }
    if ctx.store.is_pulled(&snapshot.id)? {
        plan.notes.push("it was made elsewhere: its settings and pins are not restored".to_owned());
        return Ok(plan);
    }
    pins(ctx, snapshot, &mut plan);
    settings(ctx, snapshot, &mut plan)?;
    Ok(plan)
}

/// The pin files of the project as they were.
fn pins(ctx: &Ctx, snapshot: &StoredSnapshot, plan: &mut RestorePlan) {
    let Some(project) = &snapshot.content.project_state else { return };
    let folder = Path::new(&project.folder);
    for file in project.project_files.iter().filter(|file| file.text.is_some()) {
        let path = PathBuf::from(&file.path);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !WRITTEN.contains(&name) {
            plan.notes.push(format!(
                "`{}` is not written: goward writes {} only",
                path.display(),
                WRITTEN.join(" and ")
            ));
            continue;
        }
        // The file is the project's, and nothing on the way to it is a `..`.
        if path.strip_prefix(folder).is_err() || path.components().any(|part| part == std::path::Component::ParentDir) {
            plan.notes.push(format!("`{}` is not written: it is not in the project", path.display()));
            continue;
        }
        let parent = path.parent().unwrap_or(folder);
        if !ctx.sys.fs().follow(parent).is_ok_and(|meta| meta.is_some()) {
            plan.notes.push(format!("`{}` is not written: its folder is gone", path.display()));
            continue;
        }
        let after = file.text.clone().map(String::into_bytes);
        let before = match ctx.sys.fs().read_if_there(&path, project::FileName::GoVersion.bytes_max() as u64 + 1) {
            Ok(before) => before,
            Err(error) => {
                plan.notes.push(format!("`{}` is not written: {error}", path.display()));
                continue;
            }
        };
        if before != after {
            plan.pins.push(FileChange::of_project(folder, &path, before, after));
        }
    }
}

/// The settings of the configuration file as they were.
fn settings(ctx: &Ctx, snapshot: &StoredSnapshot, plan: &mut RestorePlan) -> Result<(), SnapshotError> {
    let recorded: Vec<_> = snapshot.content.settings_set.iter().filter(|setting| setting.in_file).collect();
    let mut changes: Vec<(String, Option<String>)> = Vec::new();
    for setting in &recorded {
        if setting.key == keys::HOME.name() {
            continue;
        }
        if setting.is_shortened {
            plan.notes
                .push(format!("`{}` stays: its value has credentials, which a snapshot does not keep", setting.key));
            continue;
        }
        changes.push((setting.key.clone(), Some(setting.value.clone())));
    }
    for setting in crate::collect::settings(ctx).into_iter().filter(|setting| setting.in_file) {
        if setting.key != keys::HOME.name() && !recorded.iter().any(|recorded| recorded.key == setting.key) {
            changes.push((setting.key, None));
        }
    }
    let planned = engine::plan_settings(ctx, &changes)?;
    plan.keys = planned.keys;
    plan.config = planned.change;
    plan.notes.extend(planned.unknown.into_iter().map(|key| format!("`{key}` stays: this goward has no such setting")));
    Ok(())
}

/// Restores: fetches what is missing, then changes all as one.
///
/// # Errors
/// When a toolchain cannot be fetched or has another manifest than recorded, or a file has changed meanwhile; then the
/// default, the pins and the settings are as they were.
pub fn apply(sources: &Sources, plan: &RestorePlan) -> Result<Restored, SnapshotError> {
    let ctx = sources.ctx();
    context::recover(ctx);
    for done in engine::install(sources, &plan.fetch) {
        done?;
    }
    for (toolchain, recorded) in &plan.manifests {
        let actual = ctx.store.record(toolchain)?.manifest_sha256.to_string();
        if actual != *recorded {
            let (toolchain, recorded) = (toolchain.clone(), recorded.clone());
            return Err(SnapshotError::OtherTree { id: plan.id.clone(), toolchain, recorded, actual });
        }
    }
    let mut change = ctx.store.transaction(format!("restore {}", plan.id)).by(ctx.author.clone());
    for file in plan.pins.iter().chain(&plan.config) {
        change = change.change(file.clone());
    }
    if let Some(default) = &plan.default {
        change = change.switch_to(default.clone());
    }
    let is_nothing = plan.pins.is_empty() && plan.config.is_none() && plan.default.is_none();
    let change = match is_nothing {
        true => None,
        false => Some(change.commit(ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))?),
    };
    let generation = ctx.store.current_if_readable().map(|current| current.number);
    Ok(Restored { change, generation })
}
