//! Goes back to a generation that was in use before.

use release::ToolchainId;
use serde::Serialize;
use store::StoreError;

use crate::ctx::Ctx;
use crate::recover::recover;

/// What going back has done.
#[derive(Debug, Clone, Serialize)]
pub struct RolledBack {
    /// The generation in use now.
    pub generation: u64,
    /// The default toolchain now.
    pub toolchain: ToolchainId,
    /// The generation that was in use before.
    pub left: Option<u64>,
    /// The default toolchain before.
    pub before: Option<ToolchainId>,
}

/// Goes back so many steps: each to the generation that was in use before the one at hand, which
/// need not be the one with the number before.
///
/// # Errors
/// When there are not so many, the toolchain is gone, or the store refuses; then nothing has changed.
pub fn undo(ctx: &Ctx, steps: u64) -> Result<RolledBack, StoreError> {
    let mut at = current(ctx)?;
    for step in 0..steps {
        let nothing = || StoreError::NothingBefore {
            reason: format!("generation {at} has none before it ({step} of {steps} steps could be gone)"),
        };
        at = ctx.store.generation(at)?.parent.ok_or_else(nothing)?;
    }
    roll_back(ctx, Some(at))
}

/// Goes back to a generation by its number, or to the one before the one in use. Needs no network and
/// no free disk: it is one rename.
///
/// # Errors
/// As for [`undo`].
pub fn roll_back(ctx: &Ctx, to: Option<u64>) -> Result<RolledBack, StoreError> {
    recover(ctx);
    let before = ctx.store.current()?;
    let to = match to {
        Some(to) => to,
        None => {
            let nothing = || StoreError::NothingBefore {
                reason: "the generation in use was made from no other; `--to` goes to any".to_owned(),
            };
            before.as_ref().and_then(|before| before.parent).ok_or_else(nothing)?
        }
    };
    let generation = ctx.store.roll_back(to, ctx.author.clone(), ctx.settings.seconds("lock.wait-seconds"))?;
    Ok(RolledBack {
        generation: generation.number,
        toolchain: generation.toolchain,
        left: before.as_ref().map(|before| before.number),
        before: before.map(|before| before.toolchain),
    })
}

fn current(ctx: &Ctx) -> Result<u64, StoreError> {
    let nothing = || StoreError::NothingBefore { reason: "no generation is in use".to_owned() };
    Ok(ctx.store.current()?.ok_or_else(nothing)?.number)
}
