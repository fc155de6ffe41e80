//! Snapshots of a machine's Go: what it was at an instant, and the way back to it.
//!
//! [`create`] collects it, without running anything of the toolchain or the project, and the store keeps it as one
//! immutable file. [`list`], [`verify`] and `snapshot::differences` read it; [`restore`] brings the default, the pins and
//! the settings back as one change. [`prune`] removes what has expired and makes room on a full disk; [`push`] and
//! [`pull`] share snapshots through a folder in the user's own Git repository.

mod collect;
mod create;
mod disk;
mod error;
mod git;
mod keep;
mod programs;
mod restore;
mod share;
mod verify;

pub use create::{Created, Order, create};
pub use disk::{Fullness, fullness};
pub use error::SnapshotError;
pub use keep::{Listed, Pruned, Unreadable, delete, found, list, listed, prune};
pub use restore::{RestorePlan, Restored, apply, plan_restore};
pub use share::{Shared, pull, push};
pub use verify::verify;

use context::Ctx;
use snapshot::SNAPSHOT_BYTES_MAX;
use std::path::Path;
use view::Snapshot;

/// A snapshot with the files of its tree, as the copies outside of the store have them.
///
/// # Errors
/// When its manifest is missing or another one.
pub fn with_files(ctx: &Ctx, content: &Snapshot) -> Result<Snapshot, SnapshotError> {
    let mut content = content.clone();
    let Some(sha256) = content.tree_state.as_ref().and_then(|state| state.manifest_sha256.parse().ok()) else {
        return Ok(content);
    };
    let manifest = ctx.store.snapshot_manifest(&sha256)?;
    content.tree_files = manifest.files.iter().map(collect::tree_file).collect();
    Ok(content)
}

/// Reads a snapshot's file from elsewhere.
///
/// # Errors
/// When it cannot be read, is larger than 64 MiB, or is no snapshot.
pub fn read_file(ctx: &Ctx, path: &Path) -> Result<Snapshot, SnapshotError> {
    let failed = |reason: String| SnapshotError::File { path: path.to_owned(), reason };
    let bytes = ctx.sys.fs().read(path, SNAPSHOT_BYTES_MAX).map_err(|error| failed(error.to_string()))?;
    snapshot::decode(&bytes).map_err(|error| failed(error.to_string()))
}
