//! The last step for every toolchain, whatever its source: writes the record of a proven tree and admits it.

use context::Ctx;
use context::settings::keys;
use release::{Digest, Form, ToolchainId};
use store::{Operation, Staging, StoreError, ToolchainRecord};

use archive::Manifest;

use crate::installed::Installed;
use crate::prove::Proven;

/// A toolchain whose tree is in staging, with who vouches for it.
pub(crate) struct Admission<'a> {
    pub id: &'a ToolchainId,
    pub form: Form,
    /// The source's name.
    pub source: &'a str,
    /// Where it came from, for people.
    pub address: String,
    /// The archive's hash; for a tree without an archive, that of its manifest.
    pub sha256: Digest,
    /// The archive's size in bytes; for a tree without an archive, that of its files.
    pub bytes: u64,
    /// How many of them this run fetched.
    pub bytes_fetched: u64,
    /// How many of them were on disk before.
    pub bytes_held: u64,
    pub manifest: &'a Manifest,
    pub proven: Proven,
}

/// Makes it visible, complete and durable. The operation ends in `Done`.
///
/// # Errors
/// When the store refuses; then nothing is visible.
pub(crate) fn admit(
    ctx: &Ctx,
    operation: &mut Operation,
    staging: Staging,
    admission: Admission<'_>,
) -> Result<Installed, StoreError> {
    let Admission { id, form, source, address, sha256, bytes, bytes_fetched, bytes_held, manifest, proven } = admission;
    let witnesses = proven.witnesses.clone();
    // The store fills these in.
    let record = ToolchainRecord {
        format: 0,
        toolchain: id.clone(),
        operation: String::new(),
        source: source.to_owned(),
        address,
        form,
        archive_sha256: sha256,
        archive_bytes: bytes,
        installed_unix_seconds: ctx.sys.clock().unix_seconds(),
        files: 0,
        bytes: 0,
        manifest_sha256: sha256,
        witnesses: proven.witnesses,
        log_proof: proven.log_proof,
    };
    let commit_max = ctx.settings.seconds(keys::INSTALL_COMMIT_SECONDS);
    let toolchain = ctx.store.admit(operation, staging, record, manifest, commit_max)?;
    Ok(Installed {
        toolchain: toolchain.id,
        tree: toolchain.tree,
        was_installed: false,
        source: Some(source.to_owned()),
        witnesses,
        bytes_fetched,
        bytes_held,
        milliseconds: 0,
    })
}
