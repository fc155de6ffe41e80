//! Removes toolchains that nothing needs.
//!
//! Roots are the default, the newest generations, the pins of projects that goward has served, and running programs; in
//! the administrator's store for all users, every toolchain is a root. The result has the reason for each toolchain,
//! kept or removed.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use release::ToolchainId;
use store::StoreError;

use crate::shims::after_change;
use context::Ctx;
use context::recover;
use context::settings::keys;

/// Why a toolchain is kept or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PruneReason {
    /// Nothing needs it.
    Unneeded,
    /// It is the default, in this generation.
    Default(u64),
    /// This generation is one of the newest.
    Generation {
        /// The generation.
        number: u64,
        /// How many of the newest are kept.
        newest: usize,
    },
    /// This project asks for it.
    Project(PathBuf),
    /// A program runs from it: which one, in words.
    Running(String),
    /// It is in the administrator's store, for all users.
    Shared,
}

impl fmt::Display for PruneReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unneeded => f.write_str("nothing needs it"),
            Self::Default(number) => write!(f, "it is the default (generation {number})"),
            Self::Generation { number, newest } => write!(f, "generation {number} is one of the newest {newest}"),
            Self::Project(folder) => write!(f, "`{}` asks for it", folder.display()),
            Self::Running(holder) => f.write_str(holder),
            Self::Shared => f.write_str("it is for all users of this machine; `goward --system uninstall` removes it"),
        }
    }
}

/// The decision about one toolchain.
#[derive(Debug, Clone)]
pub struct PruneItem {
    /// The toolchain.
    pub toolchain: ToolchainId,
    /// How many bytes its files have.
    pub bytes: u64,
    /// Whether it stays.
    pub kept: bool,
    /// Why.
    pub reason: PruneReason,
}

/// Decides about every installed toolchain and, unless `dry_run`, removes those that nothing needs.
///
/// # Errors
/// When the store cannot be read, or a removal fails; what was removed until then is gone.
pub fn prune(ctx: &Ctx, dry_run: bool) -> Result<Vec<PruneItem>, StoreError> {
    if !dry_run {
        recover(ctx);
    }
    let outcome = decide(ctx, dry_run);
    if !dry_run {
        after_change(ctx);
    }
    outcome
}

fn decide(ctx: &Ctx, dry_run: bool) -> Result<Vec<PruneItem>, StoreError> {
    let roots = roots(ctx)?;
    let mut items = Vec::new();
    for toolchain in ctx.store.toolchains()? {
        let reason = roots.get(&toolchain.id).cloned();
        let item = PruneItem {
            bytes: ctx.store.record(&toolchain.id).map_or(0, |record| record.bytes),
            kept: reason.is_some(),
            reason: reason.unwrap_or(PruneReason::Unneeded),
            toolchain: toolchain.id,
        };
        if !item.kept && !dry_run {
            match ctx.store.remove(&item.toolchain, &ctx.author, ctx.settings.seconds(keys::LOCK_WAIT_SECONDS)) {
                Ok(()) => ctx.changed(format!("removed {}", item.toolchain)),
                // It came into use between the decision and the removal.
                Err(StoreError::Running { holder, .. }) => {
                    items.push(PruneItem { kept: true, reason: PruneReason::Running(holder), ..item });
                    continue;
                }
                Err(error) => return Err(error),
            }
        }
        items.push(item);
    }
    Ok(items)
}

/// The toolchains that must stay, with the first reason found.
fn roots(ctx: &Ctx) -> Result<BTreeMap<ToolchainId, PruneReason>, StoreError> {
    let mut roots = BTreeMap::new();
    let mut keep = |id: ToolchainId, reason: PruneReason| {
        roots.entry(id).or_insert(reason);
    };
    // goward does not know what the projects of all users need: such a toolchain is removed by name, or not at all.
    if ctx.settings.text(keys::SYSTEM_HOME).map(std::path::Path::new) == Some(ctx.store.layout().home()) {
        for toolchain in ctx.store.toolchains()? {
            keep(toolchain.id, PruneReason::Shared);
        }
    }
    if let Some(current) = ctx.store.current()? {
        keep(current.toolchain, PruneReason::Default(current.number));
    }
    let newest = usize::try_from(ctx.settings.count(keys::PRUNE_KEEP_GENERATIONS)).unwrap_or(usize::MAX);
    for generation in ctx.store.generations()?.into_iter().rev().take(newest) {
        keep(generation.toolchain, PruneReason::Generation { number: generation.number, newest });
    }
    for project in ctx.store.projects()? {
        if let Some(id) = resolve::pinned_in(ctx, &project) {
            keep(id, PruneReason::Project(project));
        }
    }
    for toolchain in ctx.store.toolchains()? {
        if let Some(holder) = ctx.store.user_of(&toolchain)? {
            keep(toolchain.id, PruneReason::Running(holder));
        }
    }
    Ok(roots)
}
