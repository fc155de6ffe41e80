//! How full the store's file system is.

use std::path::Path;

use context::Ctx;
use context::settings::keys;
use diag::IoFailure;
use snapshot::Disk;
use store::StoreError;

/// How full a file system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fullness {
    /// Bytes that this user may still write.
    pub bytes_free: u64,
    /// The share that is in use, in percent, rounded up: what the user may not write counts as in use.
    pub percent: u64,
}

/// How full the file system of the store is; none where the system does not say.
pub fn fullness(ctx: &Ctx) -> Option<Fullness> {
    let fs = ctx.sys.fs();
    let home = ctx.store.layout().home();
    // The nearest folder that exists.
    let there = home.ancestors().find(|folder| fs.follow(folder).is_ok_and(|meta| meta.is_some()))?;
    let space = fs.space(there).ok()??;
    percent(space.bytes_free, space.bytes_total).map(|percent| Fullness { bytes_free: space.bytes_free, percent })
}

fn percent(bytes_free: u64, bytes_total: u64) -> Option<u64> {
    let used = u128::from(bytes_total.saturating_sub(bytes_free)) * 100;
    u64::try_from(used.checked_add(u128::from(bytes_total.checked_sub(1)?))?.checked_div(u128::from(bytes_total))?).ok()
}

/// The thresholds that are set.
pub fn thresholds(ctx: &Ctx) -> Disk {
    Disk {
        stop_percent: ctx.settings.count(keys::SNAPSHOT_DISK_STOP_PERCENT),
        free_percent: ctx.settings.count(keys::SNAPSHOT_DISK_FREE_PERCENT),
    }
}

/// Whether new snapshots are refused now, with how full the disk is. Remembers the answer, so that it stays until the
/// disk is well below the threshold.
///
/// # Errors
/// What the system says about the mark.
pub fn is_stopped(ctx: &Ctx) -> Result<Option<Fullness>, StoreError> {
    let Some(full) = fullness(ctx) else { return Ok(None) };
    let fs = ctx.sys.fs();
    let mark = ctx.store.layout().snapshots_stopped();
    let failed =
        |action| move |cause| StoreError::Io(IoFailure { action, path: ctx.store.layout().snapshots_stopped(), cause });
    let was_stopped = fs.look(&mark).map_err(failed("look at"))?.is_some();
    let stops = thresholds(ctx).stops(full.percent, was_stopped);
    if stops && !was_stopped {
        // On a disk without a free block the mark is a courtesy: the threshold itself refuses then.
        let _ = mark.parent().map_or(Ok(()), |folder: &Path| fs.create_private_dirs(folder));
        let _ = fs.replace(&mark, b"");
    } else if !stops && was_stopped {
        fs.remove_file_if_there(&mark).map_err(failed("remove"))?;
    }
    Ok(stops.then_some(full))
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percents_are_rounded_up() {
        for (free, total, expected) in [
            (100, 100, Some(0)),
            (99, 100, Some(1)),
            (0, 100, Some(100)),
            (15, 100, Some(85)),
            (1499, 10_000, Some(86)),
            (0, 0, None),
            (u64::MAX, 1, Some(0)),
            (0, u64::MAX, Some(100)),
        ] {
            assert_eq!(percent(free, total), expected, "{free} of {total}");
        }
    }
}
