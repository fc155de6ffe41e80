//! The first step of every change: finish or undo what dead processes left, and report it in one line.

use std::time::Duration;

use diag::error_chain;
use store::StoreError;

use crate::ctx::Ctx;

/// A process that holds the store's lock runs the recovery itself before it begins, so this does not wait for it.
const RECOVERY_WAIT_MAX: Duration = Duration::from_millis(500);

/// Recovers the store if anything looks unfinished. Reports a recovery that cannot be done now and
/// leaves it to the next run: the change that follows fails by itself if it cannot be made.
pub fn recover(ctx: &Ctx) {
    recover_within(ctx, RECOVERY_WAIT_MAX);
}

/// As [`recover`], with another bound for the wait.
pub fn recover_within(ctx: &Ctx, wait_max: Duration) {
    match ctx.store.recover(wait_max) {
        Ok(recovered) if recovered.is_nothing() => {}
        Err(StoreError::Busy { .. }) => {}
        Ok(recovered) => ctx.progress.tell(&recovered.to_string()),
        Err(error) => ctx.progress.tell(&format!("could not recover from an interrupted run: {}", error_chain(&error))),
    }
}
