//! Undoes changes, and rolls back to a generation that was in use before.

use std::time::Duration;

use release::ToolchainId;
use store::{Generation, Moved, PastChange, Store, StoreError};

use context::Ctx;
use context::settings::keys;
use context::{recover, recover_within};

/// The result of a rollback.
#[derive(Debug, Clone)]
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

/// The result of an undo: every step, in order.
#[derive(Debug, Clone)]
pub struct Undone {
    /// The steps.
    pub steps: Vec<UndoneStep>,
}

/// One change that was undone.
#[derive(Debug, Clone)]
pub enum UndoneStep {
    /// Switches of the default: one rollback over all of them.
    Default(RolledBack),
    /// The first default, before which there was none.
    NoDefault {
        /// The generation that was in use.
        left: u64,
        /// The former default toolchain.
        before: ToolchainId,
    },
    /// A change of files, and of the default if that was part of it.
    Change {
        /// The change's name.
        name: String,
        /// Its purpose.
        purpose: String,
        /// The restored files.
        files: Vec<std::path::PathBuf>,
        /// The user's restored variables.
        variables: Vec<String>,
        /// The generation in use now, if the change had moved the default.
        generation: Option<u64>,
    },
}

/// How to go back.
#[derive(Debug, Clone, Copy, Default)]
pub struct BackOptions {
    /// Whether also to a blocked version.
    pub force: bool,
    /// How long to wait for the store's lock; none for the setting: `lock.rollback-milliseconds` for a rollback,
    /// `lock.wait-seconds` for an undo.
    pub wait_max: Option<Duration>,
}

impl BackOptions {
    /// The store to go back in.
    fn store(&self, ctx: &Ctx) -> Store {
        let store = ctx.store.clone();
        if self.force { store.ignoring_blocks() } else { store }
    }
}

/// The interval in which a rollback tries a taken lock.
const ROLLBACK_ASK_INTERVAL: Duration = Duration::from_millis(100);
/// How often an undo is planned again because another goward has changed the store meanwhile. Each time that process
/// has made progress, so more than a few mean that it runs in a loop.
const OVERTAKEN_MAX: usize = 16;

/// A planned step.
enum Step {
    To { from: u64, to: u64 },
    ToNone { from: Box<Generation> },
    Change(Box<PastChange>),
}

/// Undoes the last changes, the newest first: switches of the default, and changes of files, each as a whole, as it was
/// made. The undo of a switch returns to the generation that was in use before, which need not have the previous
/// number.
///
/// # Errors
/// When there are fewer changes: then nothing has changed. When a file was changed since, or a toolchain is gone, or
/// the store refuses: then that step and the following ones are not done.
pub fn undo(ctx: &Ctx, steps: u64) -> Result<Undone, StoreError> {
    undo_with(ctx, steps, &BackOptions::default())
}

/// As [`undo`], with options.
///
/// # Errors
/// As for [`undo`]; `Blocked` where a step leads to a blocked version and is not forced.
pub fn undo_with(ctx: &Ctx, steps: u64, options: &BackOptions) -> Result<Undone, StoreError> {
    recover(ctx);
    for _ in 0..OVERTAKEN_MAX {
        let mut undone = Undone { steps: Vec::new() };
        match planned(ctx, steps)?
            .into_iter()
            .try_for_each(|step| take(ctx, step, options).map(|taken| undone.steps.push(taken)))
        {
            // Another goward was faster, and nothing is done yet: there is another change to undo now.
            Err(StoreError::Overtaken) if undone.steps.is_empty() => {}
            done => return done.map(|()| undone),
        }
    }
    Err(StoreError::Overtaken)
}

fn take(ctx: &Ctx, step: Step, options: &BackOptions) -> Result<UndoneStep, StoreError> {
    let wait_max = options.wait_max.unwrap_or(ctx.settings.seconds(keys::LOCK_WAIT_SECONDS));
    let store = options.store(ctx);
    match step {
        Step::To { from, to } => {
            Ok(UndoneStep::Default(rolled_back(store.undo_default(from, to, ctx.author.clone(), wait_max)?)))
        }
        Step::ToNone { from } => {
            store.undo_first_default(from.number, ctx.author.clone(), wait_max)?;
            ctx.changed("no default is set any more".to_owned());
            Ok(UndoneStep::NoDefault { left: from.number, before: from.toolchain })
        }
        Step::Change(change) => {
            store.undo_transaction(&change.name, ctx.author.clone(), wait_max)?;
            ctx.changed(format!("`{}` is undone", change.purpose));
            let generation = change.default.and_then(|(from, _)| from);
            let PastChange { name, purpose, files, variables, .. } = *change;
            Ok(UndoneStep::Change { name, purpose, files, variables, generation })
        }
    }
}

/// The steps back from here: at each point the newer of the last switch and the last change of files.
fn planned(ctx: &Ctx, count: u64) -> Result<Vec<Step>, StoreError> {
    let mut changes = ctx.store.past_changes()?;
    changes.retain(|change| change.done && !change.undone && change.undoes.is_none());
    let mut at = ctx.store.current()?;
    let mut steps: Vec<Step> = Vec::new();
    for taken in 0..count {
        let entered = at.as_ref().map_or(0, Generation::nanos);
        let number = at.as_ref().map(|at| at.number);
        // The change that made the generation in use is undone as a whole; older ones follow.
        let made_it = |change: &PastChange| change.default.is_some_and(|(_, to)| to == number);
        // A rollback is a change of its own, unless something was changed since: its undo returns to the generation that
        // it left.
        let rollback = match number.filter(|_| taken == 0) {
            Some(number) => ctx.store.last_rollback(number)?.filter(|(_, made)| *made > entered),
            None => None,
        };
        if let (Some((left, made)), Some(current)) = (rollback, number)
            && changes.last().is_none_or(|change| change.unix_nanos < made)
        {
            at = Some(ctx.store.generation(left)?);
            steps.push(Step::To { from: current, to: left });
            continue;
        }
        if let Some(change) = changes.pop_if(|change| made_it(change) || change.unix_nanos > entered) {
            if let Some((from, to)) = change.default {
                // If the default has been moved since by other means, the store returns an error.
                if to == number {
                    at = from.map(|from| ctx.store.generation(from)).transpose()?;
                }
            }
            steps.push(Step::Change(Box::new(change)));
            continue;
        }
        let Some(left) = at.take() else {
            let reason = match taken {
                0 => "no generation is in use, and no change of files is remembered".to_owned(),
                taken => format!("there is nothing before that ({taken} of {count} steps could be gone)"),
            };
            return Err(StoreError::NothingBefore { reason });
        };
        let Some(parent) = left.parent else {
            steps.push(Step::ToNone { from: Box::new(left) });
            continue;
        };
        at = Some(ctx.store.generation(parent)?);
        match steps.last_mut() {
            // Several switches in a row are one rename.
            Some(Step::To { to, .. }) => *to = parent,
            _ => steps.push(Step::To { from: left.number, to: parent }),
        }
    }
    Ok(steps)
}

/// Returns to a generation by its number, or to the one before the one in use. Needs no network and no free disk: it is
/// one rename.
///
/// # Errors
/// When there is no such generation, its toolchain is gone, or the store refuses; then nothing has changed.
pub fn roll_back(ctx: &Ctx, to: Option<u64>) -> Result<RolledBack, StoreError> {
    roll_back_with(ctx, to, &BackOptions::default())
}

/// As [`roll_back`], with options.
///
/// # Errors
/// As for [`roll_back`]; `Blocked` where it leads to a blocked version and is not forced, `Busy` with the holder of the
/// lock when the wait is over.
pub fn roll_back_with(ctx: &Ctx, to: Option<u64>, options: &BackOptions) -> Result<RolledBack, StoreError> {
    let setting = || Duration::from_millis(ctx.settings.count(keys::LOCK_ROLLBACK_MILLISECONDS));
    let wait_max = options.wait_max.unwrap_or_else(setting);
    // A process that holds the lock recovers by itself, so this is tried once and not waited for.
    recover_within(ctx, Duration::ZERO);
    let store = options.store(ctx).asking_every(ROLLBACK_ASK_INTERVAL);
    if let Some(to) = to {
        return move_back(ctx, &store, None, to, wait_max);
    }
    let nothing = |reason: &str| StoreError::NothingBefore { reason: reason.to_owned() };
    for _ in 0..OVERTAKEN_MAX {
        let current = ctx.store.current()?;
        let current = current.ok_or_else(|| nothing("no generation is in use; `goward use` makes the first"))?;
        let alone = || nothing("the generation in use was made from no other; `--to` goes to any");
        let to = current.parent.ok_or_else(alone)?;
        match move_back(ctx, &store, Some(current.number), to, wait_max) {
            Err(StoreError::Overtaken) => {}
            done => return done,
        }
    }
    Err(StoreError::Overtaken)
}

/// As [`roll_back`] to the generation before the one in use, but only while this generation is in use: for a decision
/// that was made about it.
///
/// # Errors
/// As there; and if another generation is in use by now.
pub fn roll_back_from(ctx: &Ctx, from: u64) -> Result<RolledBack, StoreError> {
    recover(ctx);
    let current = ctx.store.current()?.filter(|current| current.number == from).ok_or(StoreError::Overtaken)?;
    let alone = || StoreError::NothingBefore { reason: "the generation in use was made from no other".to_owned() };
    let wait_max = Duration::from_millis(ctx.settings.count(keys::LOCK_ROLLBACK_MILLISECONDS));
    let store = ctx.store.clone().asking_every(ROLLBACK_ASK_INTERVAL);
    move_back(ctx, &store, Some(from), current.parent.ok_or_else(alone)?, wait_max)
}

/// Moves the default to an existing generation; only from `from`, if a number is given.
fn move_back(
    ctx: &Ctx,
    store: &Store,
    from: Option<u64>,
    to: u64,
    wait_max: Duration,
) -> Result<RolledBack, StoreError> {
    Ok(rolled_back(store.roll_back_from(from, to, ctx.author.clone(), wait_max)?))
}

fn rolled_back(Moved { generation, left }: Moved) -> RolledBack {
    RolledBack {
        generation: generation.number,
        toolchain: generation.toolchain,
        left: left.as_ref().map(|left| left.number),
        before: left.map(|left| left.toolchain),
    }
}
