//! Makes a toolchain the default.

use release::ToolchainId;
use store::StoreError;

use context::Ctx;
use context::recover;
use context::settings::keys;

/// The result of a switch.
#[derive(Debug, Clone)]
pub struct Switched {
    /// The generation in use now.
    pub generation: u64,
    /// The default toolchain now.
    pub toolchain: ToolchainId,
    /// The default before, if there was one.
    pub before: Option<ToolchainId>,
    /// Whether anything changed.
    pub changed: bool,
    /// The folder to put on `PATH`.
    pub bin: std::path::PathBuf,
}

/// Makes an installed toolchain the default: one rename of one link.
///
/// # Errors
/// When it is not installed, or the store refuses; then the default is unchanged.
pub fn switch(ctx: &Ctx, id: &ToolchainId) -> Result<Switched, StoreError> {
    recover(ctx);
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    let moved = ctx.store.switch_from(id, ctx.author.clone(), wait_max)?;
    Ok(Switched {
        changed: moved.is_change(),
        generation: moved.generation.number,
        toolchain: moved.generation.toolchain,
        before: moved.left.map(|left| left.toolchain),
        bin: ctx.store.path_folder(),
    })
}
