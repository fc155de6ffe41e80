//! Shares snapshots through a folder in the user's own Git repository: one immutable file a snapshot, so nothing can
//! conflict.

use std::path::{Path, PathBuf};

use archive::{FileRecord, Manifest};
use context::Ctx;
use context::settings::keys;
use diag::IoFailure;
use release::Digest;
use snapshot::Id;
use store::{StoreError, StoredSnapshot};
use view::Snapshot;

use crate::error::SnapshotError;
use crate::git::Repository;

/// How many files of the folder are read.
const FILES_MAX: usize = 10_000;

/// What was shared.
#[derive(Debug, Default)]
pub struct Shared {
    /// The folder.
    pub folder: PathBuf,
    /// The ids that are new on the other side.
    pub ids: Vec<String>,
    /// The commit.
    pub commit: Option<String>,
    /// Whether the remote repository took part.
    pub is_remote: bool,
    /// Files that were not taken, with why.
    pub unreadable: Vec<(PathBuf, String)>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Writes every snapshot that the folder lacks, with all files, commits them, and sends the branch to its remote
/// repository if it follows one.
///
/// # Errors
/// When no folder is set, it is in no repository, or Git refuses. Files that were written stay.
pub fn push(ctx: &Ctx, only: &[StoredSnapshot]) -> Result<Shared, SnapshotError> {
    let folder = folder(ctx)?;
    let made = ctx.sys.fs().create_users_dirs(&folder);
    made.map_err(|cause| StoreError::Io(IoFailure::on("make the folder", &folder)(cause)))?;
    let repository = repository(ctx, &folder)?;
    let mut shared = Shared { folder: folder.clone(), ..Shared::default() };
    let mut names = Vec::new();
    for stored in only {
        let name = format!("{}.json", stored.id);
        let path = folder.join(&name);
        let there = ctx.sys.fs().look(&path).map_err(|cause| StoreError::Io(IoFailure::on("look at", &path)(cause)))?;
        if there.is_some() {
            let other = crate::read_file(ctx, &path)?;
            if other.content_sha256 != stored.content.content_sha256 {
                return Err(StoreError::SnapshotDiffers { id: stored.id.to_string() }.into());
            }
        } else {
            let mut full = crate::with_files(ctx, &stored.content)?;
            let bytes = snapshot::encode(&mut full);
            let written = ctx.sys.fs().rewrite(&path, &bytes);
            written.map_err(|cause| StoreError::Io(IoFailure::on("write", &path)(cause)))?;
            shared.ids.push(stored.id.to_string());
        }
        // One that an earlier, interrupted push has written is committed now.
        names.push(name);
    }
    let failed = |reason: String| SnapshotError::Git { folder: folder.clone(), reason };
    if !names.is_empty() {
        let message = match shared.ids.as_slice() {
            [only] => format!("Go snapshot {only}"),
            ids => format!("{} Go snapshots", ids.len()),
        };
        shared.commit = repository.commit(&names, &message).map_err(failed)?;
    }
    if ctx.is_offline() {
        shared.notes.push("offline: nothing was sent to a remote repository".to_owned());
    } else if repository.has_remote().map_err(failed)? {
        repository.send().map_err(failed)?;
        shared.is_remote = true;
    } else {
        shared.notes.push("the branch follows no remote repository: nothing was sent".to_owned());
    }
    Ok(shared)
}

/// Takes new commits of the remote repository, then every snapshot of the folder that is not here.
///
/// # Errors
/// When no folder is set, it is in no repository, or Git refuses. A file that is no snapshot is told and passed over.
pub fn pull(ctx: &Ctx) -> Result<Shared, SnapshotError> {
    let folder = folder(ctx)?;
    let repository = repository(ctx, &folder)?;
    let mut shared = Shared { folder: folder.clone(), ..Shared::default() };
    let failed = |reason: String| SnapshotError::Git { folder: folder.clone(), reason };
    if ctx.is_offline() {
        shared.notes.push("offline: nothing was asked of a remote repository".to_owned());
    } else if repository.has_remote().map_err(failed)? {
        repository.receive().map_err(failed)?;
        shared.is_remote = true;
    }
    let names = ctx.sys.fs().names_if_there(&folder);
    let mut names = names.map_err(|cause| StoreError::Io(IoFailure::on("list", &folder)(cause)))?;
    names.sort();
    for name in names.into_iter().take(FILES_MAX) {
        let Some(id) = name.to_str().and_then(|name| name.strip_suffix(".json")) else { continue };
        let path = folder.join(&name);
        match take(ctx, id, &path) {
            Ok(true) => shared.ids.push(id.to_owned()),
            Ok(false) => {}
            Err(error) => shared.unreadable.push((path, diag::error_chain(&error))),
        }
    }
    Ok(shared)
}

/// Takes one file. Returns whether it is new here.
fn take(ctx: &Ctx, id: &str, path: &Path) -> Result<bool, SnapshotError> {
    let failed = |reason: String| SnapshotError::File { path: path.to_owned(), reason };
    let id: Id = id.parse()?;
    let content = crate::read_file(ctx, path)?;
    if content.id != id.as_str() {
        return Err(failed(format!("its id is `{}`, and its name says another", release::cut(&content.id))));
    }
    let manifest = manifest_of(&content).map_err(failed)?;
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    Ok(ctx.store.import_snapshot(&id, &content, manifest.as_ref(), wait_max)?)
}

/// The manifest that the list of files is; it must be the one that the snapshot names.
fn manifest_of(content: &Snapshot) -> Result<Option<Manifest>, String> {
    let Some(state) = &content.tree_state else { return Ok(None) };
    let record = |file: &view::TreeFile| {
        let sha256: Digest = file.sha256.parse().ok()?;
        let is_plain = !file.path.is_empty() && !file.path.chars().any(char::is_control);
        is_plain.then(|| FileRecord {
            path: file.path.clone(),
            bytes: file.bytes,
            executable: file.executable == Some(true),
            sha256,
        })
    };
    let files: Option<Vec<FileRecord>> = content.tree_files.iter().map(record).collect();
    let manifest = Manifest { files: files.ok_or("its list of files has a row that goward does not take")? };
    let actual = store::manifest_digest(&manifest).to_string();
    match actual == state.manifest_sha256 {
        true => Ok(Some(manifest)),
        false => Err(format!(
            "its list of files has the SHA-256 {actual}, and it names {}",
            release::cut(&state.manifest_sha256)
        )),
    }
}

fn folder(ctx: &Ctx) -> Result<PathBuf, SnapshotError> {
    ctx.settings.text(keys::SNAPSHOT_GIT).map(PathBuf::from).ok_or(SnapshotError::NoFolder)
}

fn repository<'a>(ctx: &'a Ctx, folder: &Path) -> Result<Repository<'a>, SnapshotError> {
    let failed = |reason: String| SnapshotError::Git { folder: folder.to_owned(), reason };
    Repository::of(ctx, folder).map_err(failed)
}
