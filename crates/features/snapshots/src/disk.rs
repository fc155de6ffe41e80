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
    /// The share that is in use, in percent, rounded up, as `df` prints it.
    pub percent: u64,
}

/// How full the file system of the store is; none where the system does not say.
pub fn fullness(ctx: &Ctx) -> Option<Fullness> {
    let fs = ctx.sys.fs();
    let home = ctx.store.layout().home();
    // The nearest folder that exists.
    let there = home.ancestors().find(|folder| fs.follow(folder).is_ok_and(|meta| meta.is_some()))?;
    let space = fs.space(there).ok()??;
    percent(space.bytes_used, space.bytes_free).map(|percent| Fullness { bytes_free: space.bytes_free, percent })
}

/// As `df` counts: what is in use, of that and what this user may still write. A part that is reserved for others counts
/// for neither.
fn percent(bytes_used: u64, bytes_free: u64) -> Option<u64> {
    let (used, all) = (u128::from(bytes_used), u128::from(bytes_used) + u128::from(bytes_free));
    u64::try_from((used * 100).checked_add(all.checked_sub(1)?)?.checked_div(all)?).ok()
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
        for (used, free, expected) in [
            (0, 100, Some(0)),
            (1, 99, Some(1)),
            (100, 0, Some(100)),
            (85, 15, Some(85)),
            (8501, 1499, Some(86)),
            (0, 0, None),
            (u64::MAX, u64::MAX, Some(50)),
            (u64::MAX, 0, Some(100)),
        ] {
            assert_eq!(percent(used, free), expected, "{used} and {free}");
        }
    }
}
