//! Checks snapshots: the record, the manifest that it names, and the toolchain that is installed.

use context::Ctx;
use diag::Task;
use release::{Digest, ToolchainId};
use store::StoredSnapshot;
use view::SnapshotCheck;

use crate::error::SnapshotError;

/// Checks one snapshot. What is wrong is a result, not an error.
///
/// # Errors
/// When the user interrupts, or the tree cannot be read.
pub fn verify(ctx: &Ctx, snapshot: &StoredSnapshot) -> Result<Vec<SnapshotCheck>, SnapshotError> {
    let id = snapshot.id.to_string();
    let check = |subject: &str, good: bool, message: String| SnapshotCheck {
        id: id.clone(),
        subject: subject.to_owned(),
        good,
        message,
    };
    let content = &snapshot.content;
    // The store has compared it when it was read.
    let mut checks = vec![check("record", true, format!("its content has the SHA-256 {}", content.content_sha256))];
    let Some(state) = &content.tree_state else { return Ok(checks) };
    let manifest = match state.manifest_sha256.parse::<Digest>() {
        Ok(sha256) => ctx.store.snapshot_manifest(&sha256).map_err(|error| diag::error_chain(&error)),
        Err(error) => Err(error.to_string()),
    };
    let manifest = match manifest {
        Ok(manifest) => manifest,
        Err(reason) => {
            checks.push(check("manifest", false, reason));
            return Ok(checks);
        }
    };
    let (files, bytes) = (manifest.files.len() as u64, manifest.bytes_total());
    let is_as_counted = (files, bytes) == (state.files_count, state.bytes_unpacked);
    checks.push(check(
        "manifest",
        is_as_counted,
        format!("{files} files with {bytes} bytes, SHA-256 {}", state.manifest_sha256),
    ));
    let Some(toolchain) = content.toolchain.as_deref().and_then(|name| name.parse::<ToolchainId>().ok()) else {
        return Ok(checks);
    };
    let Some(installed) = ctx.store.find(&toolchain)? else {
        checks.push(check("tree", true, format!("{toolchain} is not installed, so there are no files to compare")));
        return Ok(checks);
    };
    let task = ctx.progress.begin(Task { subject: toolchain.to_string(), action: "verify", bytes_total: Some(bytes) });
    let compared = verify::compare(&ctx.sys, &installed.tree, &manifest, task.as_ref());
    let compared = compared.map_err(|cause| SnapshotError::Rehash { id: toolchain.clone(), cause })?;
    let message = match compared.faults.first() {
        None => format!("every file of {toolchain} is as recorded"),
        Some(first) => {
            format!("{} files of {toolchain} are not as recorded, `{}` first", compared.faults.len(), first.path)
        }
    };
    checks.push(check("tree", compared.is_whole(), message));
    Ok(checks)
}
