//! What every change does first: finish or undo what dead processes left, and say so in one line.

use crate::catalog::whole;
use crate::ctx::Ctx;

/// Recovers the store if anything looks unfinished. A recovery that cannot be done now is told and
/// left to the next run: whether the wanted change can be made is for that change to find out.
pub fn recover(ctx: &Ctx) {
    match ctx.store.recover(ctx.settings.seconds("lock.wait-seconds")) {
        Ok(recovered) if recovered.is_nothing() => {}
        Ok(recovered) => ctx.progress.tell(&recovered.to_string()),
        Err(error) => ctx.progress.tell(&format!("could not recover from an interrupted run: {}", whole(&error))),
    }
}
