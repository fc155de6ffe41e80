//! The least rate of a body: so many bytes in every window of time. Pure: no clock.
//!
//! The stall limit alone would let a server hold a transfer for ever with one byte now and then.

use std::time::Duration;

use crate::reason::Reason;

/// Watches one body.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    /// The least rate in bytes a second; 0 asks for none.
    rate_min: u64,
    /// The window over which it is measured.
    window: Duration,
    /// When the present window began, counted from the body's begin.
    begun: Duration,
    /// The bytes in this window.
    bytes: u64,
}

impl Pace {
    pub fn new(rate_min: u64, window: Duration) -> Pace {
        Pace { rate_min, window, begun: Duration::ZERO, bytes: 0 }
    }

    /// Counts received bytes, `elapsed` after the body's start.
    ///
    /// # Errors
    /// When a window is over and too few bytes came in it.
    pub fn brought(&mut self, bytes: u64, elapsed: Duration) -> Result<(), Reason> {
        self.bytes = self.bytes.saturating_add(bytes);
        let passed = elapsed.saturating_sub(self.begun);
        if self.rate_min == 0 || passed < self.window {
            return Ok(());
        }
        let wanted = self.rate_min as f64 * passed.as_secs_f64();
        if (self.bytes as f64) < wanted {
            return Err(Reason::Slow { rate_min: self.rate_min, window: passed });
        }
        self.begun = elapsed;
        self.bytes = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_body_is_left_at_the_end_of_the_first_window_that_brought_too_little() {
        let mut pace = Pace::new(100, 10 * SECOND);
        assert_eq!(pace.brought(1, 9 * SECOND), Ok(()));
        assert_eq!(pace.brought(999, 10 * SECOND), Ok(()));
        assert_eq!(pace.brought(1, 19 * SECOND), Ok(()));
        // Surplus bytes of the first window do not count for the second.
        assert!(matches!(pace.brought(998, 20 * SECOND), Err(Reason::Slow { rate_min: 100, .. })));
    }

    #[test]
    fn no_least_rate_asks_for_nothing() {
        assert_eq!(Pace::new(0, SECOND).brought(0, 1_000_000 * SECOND), Ok(()));
    }
}
