//! Which snapshots there are, and which go.

use std::collections::BTreeSet;

use context::Ctx;
use context::settings::keys;
use snapshot::{Id, Kept, Limits, expired, oldest};
use store::{StoreError, StoredSnapshot};

use crate::disk::{self, fullness};
use crate::error::SnapshotError;

/// A snapshot with what matters for its life.
#[derive(Debug, Clone)]
pub struct Listed {
    /// It.
    pub snapshot: StoredSnapshot,
    /// Whether the generation in use, or the one that an undo returns to, is the one of the snapshot.
    pub is_in_use: bool,
    /// When it expires, in nanoseconds since 1970; none for never.
    pub expires_unix_nanos: Option<u64>,
}

/// What was removed, or would be.
#[derive(Debug, Clone, Default)]
pub struct Pruned {
    /// The snapshots, each with the word for why.
    pub snapshots: Vec<(String, &'static str)>,
    /// What else went for room: toolchains and archives under way.
    pub others: Vec<String>,
    /// Bytes that became free.
    pub bytes_freed: u64,
}

/// The path of a snapshot that cannot be read, and why.
pub type Unreadable = (String, String);

/// Every snapshot, oldest first, and those that cannot be read, with why.
///
/// # Errors
/// When the store cannot be read.
pub fn list(ctx: &Ctx) -> Result<(Vec<Listed>, Vec<Unreadable>), SnapshotError> {
    let in_use = generations_in_use(ctx)?;
    let (mut listed, mut unreadable) = (Vec::new(), Vec::new());
    for id in ctx.store.snapshot_ids()? {
        match ctx.store.snapshot(&id) {
            Ok(snapshot) => listed.push(with_life(snapshot, &in_use)),
            // It was removed meanwhile.
            Err(StoreError::NoSnapshot { .. }) => {}
            Err(error) => {
                unreadable.push((ctx.store.layout().snapshot(&id).display().to_string(), diag::error_chain(&error)))
            }
        }
    }
    listed.sort_by_key(|one| (one.snapshot.content.unix_nanos, one.snapshot.id.clone()));
    Ok((listed, unreadable))
}

/// One snapshot by its id, or by the beginning of it if only one has that.
///
/// # Errors
/// When there is none, or several.
pub fn found(ctx: &Ctx, text: &str) -> Result<StoredSnapshot, SnapshotError> {
    let id: Id = text.parse()?;
    let begins = |one: &&Id| one.as_str().starts_with(id.as_str());
    let ids = ctx.store.snapshot_ids()?;
    let id = match ids.iter().filter(begins).collect::<Vec<_>>().as_slice() {
        [only] => (*only).clone(),
        _ => id,
    };
    Ok(ctx.store.snapshot(&id)?)
}

/// A snapshot with what matters for its life.
///
/// # Errors
/// When the store cannot be read.
pub fn listed(ctx: &Ctx, snapshot: StoredSnapshot) -> Result<Listed, SnapshotError> {
    Ok(with_life(snapshot, &generations_in_use(ctx)?))
}

fn with_life(snapshot: StoredSnapshot, in_use: &BTreeSet<u64>) -> Listed {
    let content = &snapshot.content;
    let expires = content.ttl_seconds.map(|ttl| content.unix_nanos.saturating_add(ttl.saturating_mul(1_000_000_000)));
    let is_in_use = content.generation.is_some_and(|number| in_use.contains(&number));
    Listed { expires_unix_nanos: expires.filter(|_| !snapshot.is_protected), is_in_use, snapshot }
}

/// The generation in use, and the one that an undo returns to.
fn generations_in_use(ctx: &Ctx) -> Result<BTreeSet<u64>, StoreError> {
    let current = ctx.store.current_if_readable();
    Ok(current.into_iter().flat_map(|current| [Some(current.number), current.parent]).flatten().collect())
}

/// The newest snapshot of each generation in use stays: the older ones of it may go.
fn kept(listed: &[Listed]) -> Vec<Kept> {
    let newest_of = |one: &Listed| {
        let generation = one.snapshot.content.generation;
        let same = listed.iter().filter(|other| other.snapshot.content.generation == generation);
        same.map(|other| other.snapshot.content.unix_nanos).max() == Some(one.snapshot.content.unix_nanos)
    };
    let one = |one: &Listed| Kept {
        id: one.snapshot.id.to_string(),
        unix_nanos: one.snapshot.content.unix_nanos,
        ttl_seconds: one.snapshot.content.ttl_seconds,
        stays: one.snapshot.is_protected || (one.is_in_use && newest_of(one)),
    };
    listed.iter().map(one).collect()
}

/// Removes what has expired by time or count.
pub(crate) fn sweep(ctx: &Ctx) -> Result<Pruned, SnapshotError> {
    remove(ctx, &going(ctx)?, false)
}

fn going(ctx: &Ctx) -> Result<Vec<(String, &'static str)>, SnapshotError> {
    let (listed, _) = list(ctx)?;
    let count = ctx.settings.count(keys::SNAPSHOT_KEEP);
    let limits = Limits { count_max: (count > 0).then_some(count) };
    let now = u64::try_from(ctx.sys.clock().unix_nanos()).unwrap_or(u64::MAX);
    let kept = kept(&listed);
    Ok(expired(&kept, limits, now).into_iter().map(|(id, why)| (id.to_owned(), why)).collect())
}

fn remove(ctx: &Ctx, going: &[(String, &'static str)], dry_run: bool) -> Result<Pruned, SnapshotError> {
    let mut pruned = Pruned { snapshots: going.to_vec(), ..Pruned::default() };
    if !dry_run && !going.is_empty() {
        let ids = going.iter().map(|(id, _)| id.parse()).collect::<Result<Vec<Id>, _>>()?;
        pruned.bytes_freed = ctx.store.remove_snapshots(&ids, ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))?;
    }
    Ok(pruned)
}

/// Removes what has expired; on a full disk also the oldest snapshots that may go, then toolchains that nothing needs
/// and archives under way, until there is room.
///
/// # Errors
/// When the store cannot be read, or a removal fails: what was removed until then is gone.
pub fn prune(ctx: &Ctx, dry_run: bool) -> Result<Pruned, SnapshotError> {
    if !dry_run {
        context::recover(ctx);
    }
    let mut pruned = remove(ctx, &going(ctx)?, dry_run)?;
    let disk = disk::thresholds(ctx);
    let is_full = |full: Option<disk::Fullness>| full.is_some_and(|full| disk.is_full(full.percent));
    if !is_full(fullness(ctx)) {
        disk::is_stopped(ctx)?;
        return Ok(pruned);
    }
    let (listed, _) = list(ctx)?;
    let left: Vec<Kept> =
        kept(&listed).into_iter().filter(|one| !pruned.snapshots.iter().any(|(gone, _)| *gone == one.id)).collect();
    let count = ctx.settings.count(keys::SNAPSHOT_FREE_COUNT);
    let going: Vec<(String, &'static str)> =
        oldest(&left, count).into_iter().map(|id| (id.to_owned(), "disk-full")).collect();
    let more = remove(ctx, &going, dry_run)?;
    pruned.snapshots.extend(more.snapshots);
    pruned.bytes_freed += more.bytes_freed;
    // Snapshots are kilobytes: toolchains and archives are what makes room.
    let is_freed = || fullness(ctx).is_some_and(|full| disk.is_freed(full.percent));
    if dry_run || !is_freed() {
        for (name, bytes) in ctx.store.clear_downloads(dry_run)? {
            pruned.others.push(name);
            pruned.bytes_freed += bytes;
        }
    }
    if dry_run || !is_freed() {
        for item in engine::prune(ctx, dry_run)?.into_iter().filter(|item| !item.kept) {
            pruned.others.push(item.toolchain.to_string());
            pruned.bytes_freed += item.bytes;
        }
    }
    if !dry_run {
        disk::is_stopped(ctx)?;
    }
    Ok(pruned)
}

/// Deletes one snapshot.
///
/// # Errors
/// When it is protected, or the store refuses; then it is still there.
pub fn delete(ctx: &Ctx, text: &str) -> Result<Pruned, SnapshotError> {
    context::recover(ctx);
    let snapshot = found(ctx, text)?;
    if snapshot.is_protected {
        return Err(SnapshotError::Protected { id: snapshot.id.to_string() });
    }
    remove(ctx, &[(snapshot.id.to_string(), "asked")], false)
}
