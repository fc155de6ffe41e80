//! The clock: the machine's, or one that a test moves.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A clock. Cheap to clone; clones of a manual clock share one time.
#[derive(Clone)]
pub struct Clock {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Real,
    Manual(Arc<Mutex<Manual>>),
}

struct Manual {
    unix_nanos: u128,
    slept: Vec<Duration>,
}

/// A monotonic point in time, for measurements within this process.
#[derive(Debug, Clone, Copy)]
pub struct Moment(MomentKind);

#[derive(Debug, Clone, Copy)]
enum MomentKind {
    Real(Instant),
    Manual(u128),
}

impl Clock {
    /// The machine's clock.
    pub fn real() -> Clock {
        Clock { kind: Kind::Real }
    }

    /// A clock that stops until a caller sleeps on it or moves it.
    pub fn manual(unix_seconds: u64) -> Clock {
        let manual = Manual { unix_nanos: u128::from(unix_seconds) * 1_000_000_000, slept: Vec::new() };
        Clock { kind: Kind::Manual(Arc::new(Mutex::new(manual))) }
    }

    /// Seconds since 1970-01-01 UTC. A machine set before that year reads 0.
    pub fn unix_seconds(&self) -> u64 {
        u64::try_from(self.unix_nanos() / 1_000_000_000).unwrap_or(u64::MAX)
    }

    /// Nanoseconds since 1970-01-01 UTC.
    pub fn unix_nanos(&self) -> u128 {
        match &self.kind {
            Kind::Real => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos()),
            Kind::Manual(manual) => lock(manual).unix_nanos,
        }
    }

    /// The present moment, for measuring.
    pub fn moment(&self) -> Moment {
        match &self.kind {
            Kind::Real => Moment(MomentKind::Real(Instant::now())),
            Kind::Manual(manual) => Moment(MomentKind::Manual(lock(manual).unix_nanos)),
        }
    }

    /// How long ago a moment of this clock was.
    pub fn since(&self, earlier: Moment) -> Duration {
        match (earlier.0, self.moment().0) {
            (MomentKind::Real(then), MomentKind::Real(now)) => now.saturating_duration_since(then),
            (MomentKind::Manual(then), MomentKind::Manual(now)) => {
                Duration::from_nanos(u64::try_from(now.saturating_sub(then)).unwrap_or(u64::MAX))
            }
            // A moment of another clock cannot be compared.
            _ => Duration::ZERO,
        }
    }

    /// Waits. A manual clock moves on by as much at once, and records the wait.
    pub fn sleep(&self, duration: Duration) {
        match &self.kind {
            Kind::Real => std::thread::sleep(duration),
            Kind::Manual(manual) => {
                let mut manual = lock(manual);
                manual.unix_nanos += duration.as_nanos();
                manual.slept.push(duration);
            }
        }
    }

    /// The waits of a manual clock, in order; empty for the machine's clock.
    pub fn slept(&self) -> Vec<Duration> {
        match &self.kind {
            Kind::Real => Vec::new(),
            Kind::Manual(manual) => lock(manual).slept.clone(),
        }
    }
}

fn lock(manual: &Mutex<Manual>) -> std::sync::MutexGuard<'_, Manual> {
    // A panic under the lock leaves a valid time: nothing to repair.
    manual.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_slept_on() {
        let clock = Clock::manual(1_700_000_000);
        let start = clock.moment();
        assert_eq!(clock.since(start), Duration::ZERO);
        clock.clone().sleep(Duration::from_secs(2));
        assert_eq!(clock.since(start), Duration::from_secs(2));
        assert_eq!(clock.unix_seconds(), 1_700_000_002);
        assert_eq!(clock.slept(), [Duration::from_secs(2)]);
    }
}
