//! Collects what a snapshot holds.

use std::path::{Path, PathBuf};

use archive::{FileRecord, Manifest};
use context::Ctx;
use context::settings::Origin;
use diag::{Task, TaskHandle};
use project::FileName;
use release::Digest;
use resolve::Choice;
use store::Toolchain;
use view::{
    Author, ProjectFile, ProjectState, SnapshotSetting, SnapshotToolchain, SnapshotVariable, TreeFile, TreeState,
};

use crate::SnapshotError;
use crate::git::CheckedOut;
use crate::programs::programs;

/// The largest VERSION file that is read, in bytes.
const VERSION_BYTES_MAX: u64 = 4096;
/// The largest file of a project that is hashed, in bytes: a go.sum has a few MB at most.
const PROJECT_FILE_BYTES_MAX: u64 = 64 << 20;
/// Files of a project beside those that choose a Go.
const BESIDE: [&str; 4] = ["go.sum", "go.work.sum", "goward.lock", "vendor/modules.txt"];

pub(crate) fn tree_file(file: &FileRecord) -> TreeFile {
    TreeFile {
        path: file.path.clone(),
        sha256: file.sha256.to_string(),
        bytes: file.bytes,
        executable: Some(file.executable),
    }
}

/// A toolchain's tree: from its manifest, or from its files where they are to be hashed.
pub(crate) fn tree_state(
    ctx: &Ctx,
    toolchain: &Toolchain,
    manifest: &Manifest,
    manifest_sha256: &Digest,
    rehash: bool,
) -> Result<TreeState, SnapshotError> {
    let id = &toolchain.id;
    let record = ctx.store.record(id)?;
    let version = ctx.sys.fs().read(&toolchain.tree.join("VERSION"), VERSION_BYTES_MAX).unwrap_or_default();
    let version = String::from_utf8_lossy(&version).into_owned();
    let line = |prefix: &str| version.lines().find_map(|line| line.strip_prefix(prefix)).map(str::to_owned);
    let mut state = TreeState {
        manifest_sha256: manifest_sha256.to_string(),
        files_count: manifest.files.len() as u64,
        bytes_unpacked: manifest.bytes_total(),
        rehashed: rehash,
        files_changed: Vec::new(),
        files_removed: Vec::new(),
        files_added: Vec::new(),
        version_line: version.lines().next().map(release::cut),
        version_time: line("time ").map(|time| release::cut(&time)),
        source: Some(record.source.clone()),
        archive_sha256: record.archive().map(ToString::to_string),
        fingerprint: record.fingerprint(),
        vouched_by: record.witnesses.iter().map(ToString::to_string).collect(),
        programs: programs(ctx, &toolchain.tree, manifest),
    };
    if rehash {
        let task: Box<dyn TaskHandle> = ctx.progress.begin(Task {
            subject: id.to_string(),
            action: "hash",
            bytes_total: Some(manifest.bytes_total()),
        });
        let compared = verify::compare(&ctx.sys, &toolchain.tree, manifest, task.as_ref());
        let compared = compared.map_err(|cause| SnapshotError::Rehash { id: id.clone(), cause })?;
        for fault in compared.faults {
            let list = match (&fault.kind, manifest.find(&fault.path)) {
                (verify::FaultKind::Missing, _) => &mut state.files_removed,
                (_, None) => &mut state.files_added,
                _ => &mut state.files_changed,
            };
            list.push(fault.path);
        }
    }
    Ok(state)
}

/// Every installed toolchain.
pub(crate) fn toolchains(ctx: &Ctx) -> Result<Vec<SnapshotToolchain>, SnapshotError> {
    let manifest = |toolchain: &Toolchain| ctx.store.record(&toolchain.id).ok().map(|record| record.manifest_sha256);
    let one = |toolchain: Toolchain| SnapshotToolchain {
        manifest_sha256: manifest(&toolchain).map(|sha256| sha256.to_string()),
        toolchain: toolchain.id.to_string(),
    };
    Ok(ctx.store.toolchains()?.into_iter().map(one).collect())
}

/// The go command's variables in a folder.
pub(crate) fn variables(ctx: &Ctx, toolchain: Toolchain, choice: Option<&Choice>) -> Vec<SnapshotVariable> {
    let Ok(env) = resolve::go_env(ctx, toolchain, choice) else { return Vec::new() };
    let one = |variable: &resolve::Variable| {
        let value = variable.value.as_deref()?;
        Some(SnapshotVariable {
            name: variable.name.to_owned(),
            value: resolve::shown(variable.name, value),
            rule: variable.rule.word().to_owned(),
        })
    };
    env.variables.iter().filter_map(one).collect()
}

/// The settings that are not at their default.
pub(crate) fn settings(ctx: &Ctx) -> Vec<SnapshotSetting> {
    let set = ctx.settings.all().iter().filter(|setting| setting.origin != Origin::Default);
    let one = |setting: &context::settings::Setting| {
        let value = setting.shown().to_string();
        SnapshotSetting {
            key: setting.def.key.to_owned(),
            is_shortened: value != setting.value.to_string(),
            in_file: matches!(setting.origin, Origin::File { .. }),
            value,
        }
    };
    set.map(one).collect()
}

/// A project: what is checked out, and the files that choose its Go.
pub(crate) fn project(ctx: &Ctx, folder: &Path, git: &CheckedOut) -> Result<ProjectState, SnapshotError> {
    let inputs = resolve::look_around(ctx, folder, None)?;
    let mut files: Vec<ProjectFile> = Vec::new();
    let mut roots: Vec<PathBuf> = Vec::new();
    for file in inputs.folders.iter().flat_map(|folder| &folder.files) {
        let path = PathBuf::from(&file.path);
        // Pins of folders above, such as the home folder's, are another one's.
        if !path.starts_with(folder) && !matches!(file.name, FileName::GoMod | FileName::GoWork) {
            continue;
        }
        roots.extend(path.parent().map(Path::to_owned));
        let text = file.name.pin_kind().and_then(|_| String::from_utf8(file.content.clone()).ok());
        files.push(ProjectFile { path: file.path.clone(), sha256: Digest::of(&file.content).to_string(), text });
    }
    roots.push(folder.to_owned());
    roots.sort();
    roots.dedup();
    for path in roots.iter().flat_map(|root| BESIDE.map(|name| root.join(name))) {
        let asked = sys::Foreign::at_most(PROJECT_FILE_BYTES_MAX).no_link();
        let Ok((mut file, _)) = ctx.sys.fs().open_foreign(&path, &asked) else { continue };
        let mut bytes = Vec::new();
        if std::io::Read::read_to_end(&mut file, &mut bytes).is_ok() {
            files.push(ProjectFile {
                path: path.to_string_lossy().into_owned(),
                sha256: Digest::of(&bytes).to_string(),
                text: None,
            });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(ProjectState {
        folder: folder.to_string_lossy().into_owned(),
        commit: git.commit.clone(),
        is_dirty: git.is_dirty,
        project_files: files,
        module_graph: None,
    })
}

/// Who asks, and where.
pub(crate) fn author(ctx: &Ctx) -> Author {
    let author = &ctx.author;
    Author {
        user: author.user.clone(),
        host: author.host.clone(),
        command_line: author.command.clone(),
        reason: author.reason.clone(),
    }
}
