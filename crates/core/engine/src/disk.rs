//! Computes the disk use of the toolchains, and how much of it they share.

use std::collections::HashMap;

use diag::IoFailure;
use release::ToolchainId;
use store::StoreError;

use context::Ctx;

/// What one toolchain takes.
#[derive(Debug, Clone)]
pub struct DiskUse {
    /// Which one.
    pub toolchain: ToolchainId,
    /// Bytes of blocks that only this toolchain's files have: what its removal frees.
    pub bytes_own: u64,
    /// Bytes of blocks that are shared with files of other toolchains.
    pub bytes_shared: u64,
}

/// The disk use of all toolchains together.
#[derive(Debug, Clone)]
pub struct DiskUses {
    /// Toolchain by toolchain, oldest first.
    pub toolchains: Vec<DiskUse>,
    /// Bytes of blocks of all of them, each block counted once.
    pub bytes_real: u64,
    /// Bytes that would be needed if nothing were shared.
    pub bytes_unshared: u64,
}

/// Reads the metadata of every file of every installed toolchain. Names with one inode number are one file; on a system
/// without inode numbers nothing counts as shared. Blocks shared by reflinks count as own.
///
/// # Errors
/// When a manifest or a file cannot be read.
pub fn disk_uses(ctx: &Ctx) -> Result<DiskUses, StoreError> {
    let mut owners: HashMap<(u64, u64), (u64, Vec<usize>)> = HashMap::new();
    let mut toolchains = Vec::new();
    for (index, toolchain) in ctx.store.toolchains()?.into_iter().enumerate() {
        let mut own = 0;
        for file in ctx.store.manifest(&toolchain.id)?.files {
            let path = toolchain.tree.join(&file.path);
            let looked = ctx.sys.fs().look(&path);
            let meta = looked.map_err(|cause| StoreError::Io(IoFailure { action: "look at", path, cause }))?;
            let Some(meta) = meta else { continue };
            match meta.identity {
                Some(identity) => owners.entry(identity).or_insert((meta.bytes_on_disk, Vec::new())).1.push(index),
                None => own += meta.bytes_on_disk,
            }
        }
        toolchains.push(DiskUse { toolchain: toolchain.id, bytes_own: own, bytes_shared: 0 });
    }
    let mut real = toolchains.iter().map(|toolchain| toolchain.bytes_own).sum();
    for (bytes, mut indexes) in owners.into_values() {
        indexes.dedup();
        real += bytes;
        match indexes.as_slice() {
            [only] => toolchains[*only].bytes_own += bytes,
            several => several.iter().for_each(|index| toolchains[*index].bytes_shared += bytes),
        }
    }
    let unshared = toolchains.iter().map(|toolchain| toolchain.bytes_own + toolchain.bytes_shared).sum();
    Ok(DiskUses { toolchains, bytes_real: real, bytes_unshared: unshared })
}
