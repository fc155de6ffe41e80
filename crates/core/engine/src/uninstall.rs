//! Removes a toolchain.

use release::ToolchainId;
use store::StoreError;

use crate::shims::after_change;
use context::Ctx;
use context::recover;
use context::settings::keys;

/// What was taken away.
#[derive(Debug, Clone)]
pub struct Uninstalled {
    /// The toolchain.
    pub toolchain: ToolchainId,
    /// How many bytes its files had.
    pub bytes: u64,
}

/// Removes an installed toolchain, unless it is the default.
///
/// # Errors
/// When it is not installed, is the default, or the store refuses.
pub fn uninstall(ctx: &Ctx, id: &ToolchainId) -> Result<Uninstalled, StoreError> {
    recover(ctx);
    // A toolchain with a damaged record can be removed too.
    let bytes = ctx.store.record(id).map_or(0, |record| record.bytes);
    ctx.store.remove(id, &ctx.author, ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))?;
    ctx.changed(format!("removed {id}"));
    after_change(ctx);
    Ok(Uninstalled { toolchain: id.clone(), bytes })
}
