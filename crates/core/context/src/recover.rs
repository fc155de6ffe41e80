//! What every change does first: finish or undo what dead processes left, and say so in one line.

use std::time::Duration;

use diag::error_chain;
use store::StoreError;

use crate::ctx::Ctx;

/// Who holds the store's lock is at work, and recovers too before it begins: that is not waited for.
const RECOVERY_WAIT_MAX: Duration = Duration::from_millis(500);

/// Recovers the store if anything looks unfinished. A recovery that cannot be done now is told and
/// left to the next run: whether the wanted change can be made is for that change to find out.
pub fn recover(ctx: &Ctx) {
    match ctx.store.recover(RECOVERY_WAIT_MAX) {
        Ok(recovered) if recovered.is_nothing() => {}
        Err(StoreError::Busy { .. }) => {}
        Ok(recovered) => ctx.progress.tell(&recovered.to_string()),
        Err(error) => ctx.progress.tell(&format!("could not recover from an interrupted run: {}", error_chain(&error))),
    }
}
