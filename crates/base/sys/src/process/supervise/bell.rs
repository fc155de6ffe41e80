//! Wakes a waiting thread: whatever happens rings, and the thread looks at what has changed.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A bell. Cheap to clone; all clones are one bell.
#[derive(Debug, Clone, Default)]
pub struct Bell {
    inner: Arc<(Mutex<bool>, Condvar)>,
}

impl Bell {
    /// A bell that has not rung.
    pub fn new() -> Bell {
        Bell::default()
    }

    /// Rings: the next wait, or the one under way, ends.
    pub fn ring(&self) {
        *self.inner.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.inner.1.notify_all();
    }

    /// Waits until it rings, for at most so long. A ring before the wait counts.
    pub fn wait(&self, time_max: Duration) {
        let rung = self.inner.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.inner.1.wait_timeout_while(rung, time_max, |rung| !*rung);
        let (mut rung, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_before_the_wait_counts_once() {
        let bell = Bell::new();
        bell.clone().ring();
        // It would wait for an hour otherwise.
        bell.wait(Duration::from_secs(3600));
        bell.wait(Duration::from_millis(1));
    }
}
