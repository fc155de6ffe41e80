//! Blocks a version, so that no command chooses it, and lifts a block.
//!
//! The list is the store's (`blocked.json`). A block of a version that is not installed counts as well: an install, an
//! upgrade and a request such as `latest` pass it over.

use context::settings::keys;
use context::{Ctx, recover};
use diag::{Class, Diagnose, Diagnosis};
use release::Version;
use store::{Block, BlockChange, StoreError};

/// The result of a block.
#[derive(Debug, Clone)]
pub struct Blocked {
    /// The block, and the one that it replaced.
    pub change: BlockChange,
    /// Whether the version is the default: what needs the default is refused from now on.
    pub is_default: bool,
}

/// A block, and whether it still counts.
#[derive(Debug, Clone)]
pub struct ListedBlock {
    /// The block.
    pub block: Block,
    /// Whether it counts: it has not run out.
    pub counts: bool,
}

/// Why a version was not blocked or unblocked.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum BlockError {
    /// Its end is in the past.
    #[error("block {}: its end is not in the future", version.tag())]
    Past { version: Version },
    /// It is not blocked.
    #[error("unblock {}: it is not blocked", version.tag())]
    NotBlocked { version: Version },
    /// The administrator blocked it.
    #[error("unblock {}: {}", block.version.tag(), block.told())]
    OfSystem { block: Box<Block> },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for BlockError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Past { .. } => Class::Usage
                .word("block-end-past")
                .hint("`--until 7d` is a week from now, `--until 2027-01-31` the beginning of that day (UTC)"),
            Self::NotBlocked { .. } => {
                Class::NotFound.word("not-blocked").hint("`goward block --list` shows what is blocked")
            }
            Self::OfSystem { block } => Class::Policy
                .word("of-system-store")
                .hint(format!("the administrator lifts it with `goward unblock {} --system`", block.version)),
            Self::Store(error) => error.diagnosis(),
        }
    }
}

/// Blocks a version until a time in seconds since 1970, or until it is unblocked. A block that it has already is
/// replaced. The context's author has the reason.
///
/// # Errors
/// When the end is in the past, or the list cannot be read or changed; then nothing has changed.
pub fn block(ctx: &Ctx, version: &Version, until_unix_seconds: Option<u64>) -> Result<Blocked, BlockError> {
    if until_unix_seconds.is_some_and(|until| until <= ctx.sys.clock().unix_seconds()) {
        return Err(BlockError::Past { version: version.clone() });
    }
    recover(ctx);
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    let change = ctx.store.block(version, until_unix_seconds, ctx.author.clone(), wait_max)?;
    ctx.changed(format!("blocked {}", version.tag()));
    let current = ctx.store.current_if_readable();
    let is_default = current.is_some_and(|current| current.toolchain.version().same_as(version));
    Ok(Blocked { change, is_default })
}

/// Lifts the block of a version.
///
/// # Errors
/// When it is not blocked, the administrator blocked it, or the list cannot be read or changed; then nothing has
/// changed.
pub fn unblock(ctx: &Ctx, version: &Version) -> Result<BlockChange, BlockError> {
    recover(ctx);
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    if let Some(lifted) = ctx.store.unblock(version, ctx.author.clone(), wait_max)? {
        ctx.changed(format!("unblocked {}", version.tag()));
        return Ok(lifted);
    }
    match ctx.store.blocks()?.of(version) {
        Some(block) => Err(BlockError::OfSystem { block: Box::new(block.clone()) }),
        None => Err(BlockError::NotBlocked { version: version.clone() }),
    }
}

/// Every block of this store and the administrator's, also those that have run out.
///
/// # Errors
/// When a list cannot be read.
pub fn blocks(ctx: &Ctx) -> Result<Vec<ListedBlock>, StoreError> {
    let now = ctx.sys.clock().unix_seconds();
    let all = ctx.store.all_blocks()?;
    Ok(all.into_iter().map(|block| ListedBlock { counts: block.counts_at(now), block }).collect())
}
