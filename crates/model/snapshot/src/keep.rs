//! Which snapshots go: by time, by count, and when the disk is full.

/// What a decision needs to know of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// When it was made, in nanoseconds since 1970.
    pub unix_nanos: u64,
    /// How long it is kept, in seconds; none for ever.
    pub ttl_seconds: Option<u64>,
    /// Whether the user protects it, or a generation in use refers to it. Such a one never goes.
    pub stays: bool,
}

/// How many are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many of those that may go are kept, the newest ones; none for any number.
    pub count_max: Option<u64>,
}

/// The snapshots that have expired, each with the word for why: `expired` by its time, `too-many` by the count. In the
/// order of their age.
///
/// A clock that went back makes nothing expire: a snapshot of the future is as young as one of now.
pub fn expired(all: &[Kept], limits: Limits, now_unix_nanos: u64) -> Vec<(&str, &'static str)> {
    let mut may_go: Vec<&Kept> = all.iter().filter(|one| !one.stays).collect();
    may_go.sort_by_key(|one| (one.unix_nanos, one.id.clone()));
    let is_old = |one: &Kept| {
        let age_seconds = now_unix_nanos.saturating_sub(one.unix_nanos) / 1_000_000_000;
        one.ttl_seconds.is_some_and(|ttl| age_seconds >= ttl)
    };
    let young = may_go.iter().filter(|one| !is_old(one)).count() as u64;
    let mut surplus = limits.count_max.map_or(0, |max| young.saturating_sub(max));
    let mut going = Vec::new();
    for one in may_go {
        if is_old(one) {
            going.push((one.id.as_str(), "expired"));
        } else if surplus > 0 {
            surplus -= 1;
            going.push((one.id.as_str(), "too-many"));
        }
    }
    going
}

/// The oldest ones that may go, at most this many.
pub fn oldest(all: &[Kept], count: u64) -> Vec<&str> {
    let mut may_go: Vec<&Kept> = all.iter().filter(|one| !one.stays).collect();
    may_go.sort_by_key(|one| (one.unix_nanos, one.id.clone()));
    may_go.into_iter().take(usize::try_from(count).unwrap_or(usize::MAX)).map(|one| one.id.as_str()).collect()
}

/// How far below a threshold the disk has to fall before the threshold no longer counts, in percent points. Without it a
/// disk at the threshold would allow and refuse by turns.
const HYSTERESIS: u64 = 5;

/// What a store's file system allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// No new snapshot is made at this many percent.
    pub stop_percent: u64,
    /// Room is made at this many percent.
    pub free_percent: u64,
}

impl Disk {
    /// Whether new snapshots are refused. `was_stopped` says whether they were the last time.
    pub fn stops(&self, used_percent: u64, was_stopped: bool) -> bool {
        let lower = self.stop_percent.saturating_sub(HYSTERESIS);
        used_percent >= if was_stopped { lower.max(1) } else { self.stop_percent }
    }

    /// Whether room has to be made.
    pub fn is_full(&self, used_percent: u64) -> bool {
        used_percent >= self.free_percent
    }

    /// Whether enough room was made.
    pub fn is_freed(&self, used_percent: u64) -> bool {
        used_percent < self.free_percent.saturating_sub(HYSTERESIS).max(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: u64 = 86_400;

    fn kept(id: &str, day: u64, ttl_days: Option<u64>, stays: bool) -> Kept {
        Kept {
            id: id.into(),
            unix_nanos: day * DAY * 1_000_000_000,
            ttl_seconds: ttl_days.map(|days| days * DAY),
            stays,
        }
    }

    #[test]
    fn time_goes_before_count_and_what_stays_counts_for_neither() {
        let all = [
            kept("old", 1, Some(7), false),
            kept("old but protected", 1, Some(7), true),
            kept("for ever", 2, None, false),
            kept("a", 20, Some(7), false),
            kept("b", 21, Some(7), false),
        ];
        let now = 22 * DAY * 1_000_000_000;
        let go = |count_max| expired(&all, Limits { count_max }, now);
        assert_eq!(go(None), [("old", "expired")]);
        assert_eq!(go(Some(3)), [("old", "expired")]);
        assert_eq!(go(Some(1)), [("old", "expired"), ("for ever", "too-many"), ("a", "too-many")]);
        assert_eq!(expired(&all, Limits { count_max: None }, 0), [], "a clock that went back");
        assert_eq!(oldest(&all, 2), ["old", "for ever"]);
    }

    #[test]
    fn a_threshold_holds_until_the_disk_is_well_below_it() {
        let disk = Disk { stop_percent: 85, free_percent: 95 };
        for (used, was, stops) in [
            (84, false, false),
            (85, false, true),
            (84, true, true),
            (80, true, true),
            (79, true, false),
            (100, false, true),
        ] {
            assert_eq!(disk.stops(used, was), stops, "{used} {was}");
        }
        assert!(!disk.is_full(94) && disk.is_full(95) && !disk.is_freed(90) && disk.is_freed(89));
    }

    proptest! {
        #[test]
        fn what_stays_never_goes_and_the_newest_are_left(
            days in proptest::collection::vec((0u64..50, proptest::option::of(1u64..20), any::<bool>()), 0..30),
            count_max in proptest::option::of(0u64..10), now in 0u64..60,
        ) {
            let all: Vec<Kept> =
                days.iter().enumerate().map(|(at, (day, ttl, stays))| kept(&format!("{at}"), *day, *ttl, *stays)).collect();
            let going = expired(&all, Limits { count_max }, now * DAY * 1_000_000_000);
            let goes = |id: &str| going.iter().any(|(going, _)| *going == id);
            prop_assert!(all.iter().all(|one| !one.stays || !goes(&one.id)));
            let left = all.iter().filter(|one| !one.stays && !goes(&one.id)).count() as u64;
            prop_assert!(count_max.is_none_or(|max| left <= max));
        }
    }
}
