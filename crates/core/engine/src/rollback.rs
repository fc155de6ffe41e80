//! Takes changes back, and goes back to a generation that was in use before.

use release::ToolchainId;
use serde::Serialize;
use store::{PastChange, StoreError};

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

/// What an undo has done: every step, in order.
#[derive(Debug, Clone, Serialize)]
pub struct Undone {
    /// The steps.
    pub steps: Vec<UndoneStep>,
}

/// One change that was taken back.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum UndoneStep {
    /// Switches of the default: one move back over all of them.
    Default(RolledBack),
    /// A change of files, and of the default where that was part of it.
    Change {
        /// The change's name.
        name: String,
        /// What it had been for.
        purpose: String,
        /// The files that have their former bytes back.
        files: Vec<std::path::PathBuf>,
        /// The user's variables that have their former values back.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        variables: Vec<String>,
        /// The generation in use now, where the change had moved the default.
        generation: Option<u64>,
    },
}

/// A step that is to be taken.
enum Step {
    To(u64),
    Change(Box<PastChange>),
}

/// Takes the last changes back, the newest first: switches of the default, and changes of files, each as it was
/// made, as one. A switch goes back to the generation that was in use before, which need not be the one with
/// the number before.
///
/// # Errors
/// When there are not so many: then nothing has changed. When a file was changed since, or a toolchain is gone, or
/// the store refuses: then that step, and those behind it, have not been taken.
pub fn undo(ctx: &Ctx, steps: u64) -> Result<Undone, StoreError> {
    recover(ctx);
    let mut undone = Undone { steps: Vec::new() };
    for step in planned(ctx, steps)? {
        undone.steps.push(match step {
            Step::To(to) => UndoneStep::Default(move_back(ctx, to)?),
            Step::Change(change) => {
                let wait_max = ctx.settings.seconds("lock.wait-seconds");
                ctx.store.undo_transaction(&change.name, ctx.author.clone(), wait_max)?;
                ctx.changed(format!("`{}` is undone", change.purpose));
                let generation = change.default.and_then(|(from, _)| from);
                let store::PastChange { name, purpose, files, variables, .. } = *change;
                UndoneStep::Change { name, purpose, files, variables, generation }
            }
        });
    }
    Ok(undone)
}

/// The steps back from here: at each point the newer of the last switch and the last change of files.
fn planned(ctx: &Ctx, count: u64) -> Result<Vec<Step>, StoreError> {
    let mut changes = ctx.store.past_changes()?;
    changes.retain(|change| change.done && !change.undone && change.undoes.is_none());
    let mut at = ctx.store.current()?;
    let mut steps: Vec<Step> = Vec::new();
    for taken in 0..count {
        let entered = at
            .as_ref()
            .map_or(0, |at| at.made_unix_nanos.unwrap_or_else(|| at.made_unix_seconds.saturating_mul(1_000_000_000)));
        let number = at.as_ref().map(|at| at.number);
        // What made the generation in use is undone as a whole; what is older waits for its turn.
        let made_it = |change: &PastChange| change.default.is_some_and(|(_, to)| to == number);
        if let Some(change) = changes.pop_if(|change| made_it(change) || change.unix_nanos > entered) {
            if let Some((from, to)) = change.default {
                // Where the default has been moved since by other means, the store says so.
                if to == number {
                    at = from.map(|from| ctx.store.generation(from)).transpose()?;
                }
            }
            steps.push(Step::Change(Box::new(change)));
            continue;
        }
        let parent = at.as_ref().and_then(|at| at.parent).ok_or_else(|| {
            let reason = match number {
                Some(number) => {
                    format!("generation {number} has none before it ({taken} of {count} steps could be gone)")
                }
                None => "no generation is in use, and no change of files is remembered".to_owned(),
            };
            StoreError::NothingBefore { reason }
        })?;
        at = Some(ctx.store.generation(parent)?);
        match steps.last_mut() {
            // Several switches in a row are one rename.
            Some(Step::To(to)) => *to = parent,
            _ => steps.push(Step::To(parent)),
        }
    }
    Ok(steps)
}

/// Goes back to a generation by its number, or to the one before the one in use. Needs no network and
/// no free disk: it is one rename.
///
/// # Errors
/// When there is no such generation, its toolchain is gone, or the store refuses; then nothing has changed.
pub fn roll_back(ctx: &Ctx, to: Option<u64>) -> Result<RolledBack, StoreError> {
    recover(ctx);
    let to = match to {
        Some(to) => to,
        None => {
            let nothing = |reason: &str| StoreError::NothingBefore { reason: reason.to_owned() };
            let current = ctx.store.current()?;
            let current = current.ok_or_else(|| nothing("no generation is in use; `goward use` makes the first"))?;
            let alone = || nothing("the generation in use was made from no other; `--to` goes to any");
            current.parent.ok_or_else(alone)?
        }
    };
    move_back(ctx, to)
}

fn move_back(ctx: &Ctx, to: u64) -> Result<RolledBack, StoreError> {
    let before = ctx.store.current()?;
    let generation = ctx.store.roll_back(to, ctx.author.clone(), ctx.settings.seconds("lock.wait-seconds"))?;
    Ok(RolledBack {
        generation: generation.number,
        toolchain: generation.toolchain,
        left: before.as_ref().map(|before| before.number),
        before: before.map(|before| before.toolchain),
    })
}
