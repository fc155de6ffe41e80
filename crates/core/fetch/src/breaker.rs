//! A breaker for each host: it stops requests to a host that keeps failing, for a while.
//!
//! Without it, ten toolchains from a dead host would mean ten times all tries. The state is a value without a clock, so
//! it can be kept between runs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When requests to a host stop, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerLimits {
    /// The number of failures in a row after which requests stop. At least the number of tries for one file, or one
    /// file could not use all its tries.
    pub failures_max: u32,
    /// The length of the first rest; it doubles after each failed trial.
    pub rest_first: Duration,
    /// The longest rest.
    pub rest_max: Duration,
}

impl Default for BreakerLimits {
    fn default() -> BreakerLimits {
        BreakerLimits { failures_max: 5, rest_first: Duration::from_secs(30), rest_max: Duration::from_secs(300) }
    }
}

/// The state of one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum BreakerState {
    /// It is asked as usual.
    #[default]
    Healthy,
    /// It has failed, and is still asked.
    Failing {
        /// How often.
        failures: u32,
    },
    /// It is left alone.
    Resting {
        /// How often it failed in a row.
        failures: u32,
        /// Until when, in seconds since 1970.
        until_unix_seconds: u64,
        /// How long this rest is.
        rest_seconds: u64,
    },
    /// One request is allowed, as a trial.
    Trial {
        /// How often it failed in a row before.
        failures: u32,
        /// Since when, in seconds since 1970.
        since_unix_seconds: u64,
        /// How long the last rest was.
        rest_seconds: u64,
    },
}

/// What happens to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerEvent {
    /// A request to it is wanted.
    Asked,
    /// It answered, whatever the answer was.
    Answered,
    /// It could not be reached, did not answer, or answered that it is broken.
    Failed,
}

/// A breaker: its state and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breaker {
    /// The host's state.
    pub state: BreakerState,
    /// The limits.
    pub limits: BreakerLimits,
}

impl Breaker {
    /// A breaker for a host without a history.
    pub fn new(limits: BreakerLimits) -> Breaker {
        Breaker { state: BreakerState::default(), limits }
    }

    /// The state after an event. For [`BreakerEvent::Asked`] see [`Breaker::refusal`] first.
    #[must_use]
    pub fn step(self, event: BreakerEvent, now_unix_seconds: u64) -> Breaker {
        use BreakerState as S;
        let state = match (self.state, event) {
            (_, BreakerEvent::Answered) => S::Healthy,
            (S::Resting { failures, until_unix_seconds, rest_seconds }, BreakerEvent::Asked)
                if now_unix_seconds >= until_unix_seconds =>
            {
                S::Trial { failures, since_unix_seconds: now_unix_seconds, rest_seconds }
            }
            // A trial without a reported end (its process was killed) must not block the host for ever.
            (S::Trial { failures, since_unix_seconds, rest_seconds }, BreakerEvent::Asked)
                if now_unix_seconds >= since_unix_seconds.saturating_add(rest_seconds) =>
            {
                S::Trial { failures, since_unix_seconds: now_unix_seconds, rest_seconds }
            }
            (state, BreakerEvent::Asked) => state,
            (S::Healthy, BreakerEvent::Failed) => self.failed(1, now_unix_seconds),
            (S::Failing { failures }, BreakerEvent::Failed) => {
                self.failed(failures.saturating_add(1), now_unix_seconds)
            }
            (S::Trial { failures, rest_seconds, .. }, BreakerEvent::Failed) => {
                let rest_seconds = rest_seconds.saturating_mul(2).min(self.limits.rest_max.as_secs());
                rest(failures.saturating_add(1), rest_seconds, now_unix_seconds)
            }
            // Requests that were open when the rest began fail late: they do not count.
            (state @ S::Resting { .. }, BreakerEvent::Failed) => state,
        };
        Breaker { state, ..self }
    }

    /// Whether the host must not be asked now: how often it failed, and how long its rest still lasts.
    pub fn refusal(&self, now_unix_seconds: u64) -> Option<(u32, Duration)> {
        let (failures, until) = match self.state {
            BreakerState::Healthy | BreakerState::Failing { .. } => return None,
            BreakerState::Resting { failures, until_unix_seconds, .. } => (failures, until_unix_seconds),
            BreakerState::Trial { failures, since_unix_seconds, rest_seconds } => {
                (failures, since_unix_seconds.saturating_add(rest_seconds))
            }
        };
        let left = until.saturating_sub(now_unix_seconds);
        (left > 0).then_some((failures, Duration::from_secs(left)))
    }

    fn failed(&self, failures: u32, now_unix_seconds: u64) -> BreakerState {
        if failures < self.limits.failures_max {
            return BreakerState::Failing { failures };
        }
        rest(failures, self.limits.rest_first.as_secs(), now_unix_seconds)
    }
}

fn rest(failures: u32, rest_seconds: u64, now_unix_seconds: u64) -> BreakerState {
    BreakerState::Resting { failures, until_unix_seconds: now_unix_seconds.saturating_add(rest_seconds), rest_seconds }
}

#[cfg(test)]
mod tests {
    use super::BreakerEvent::{Answered, Asked, Failed};
    use super::*;

    fn failed(times: u32, now: u64) -> Breaker {
        (0..times).fold(Breaker::default(), |breaker, _| breaker.step(Failed, now))
    }

    #[test]
    fn a_host_rests_after_failures_in_a_row_and_not_before() {
        assert_eq!(failed(4, 100).refusal(100), None);
        assert_eq!(failed(5, 100).refusal(100), Some((5, Duration::from_secs(30))));
        assert_eq!(failed(5, 100).refusal(129), Some((5, Duration::from_secs(1))));
        assert_eq!(failed(4, 100).step(Answered, 100).step(Failed, 100).refusal(100), None);
    }

    #[test]
    fn after_the_rest_one_request_is_let_through() {
        let trial = failed(5, 100);
        assert_eq!(trial.refusal(130), None);
        let trial = trial.step(Asked, 130);
        assert!(trial.refusal(130).is_some(), "a second one was let through");
        assert_eq!(trial.step(Answered, 131).refusal(131), None);
        let again = trial.step(Failed, 131);
        assert_eq!(again.refusal(131), Some((6, Duration::from_secs(60))));
    }

    #[test]
    fn a_trial_that_never_ends_is_followed_by_another() {
        let trial = failed(5, 100).step(Asked, 130);
        assert!(trial.refusal(159).is_some());
        assert_eq!(trial.refusal(160), None);
        assert!(trial.step(Asked, 160).refusal(161).is_some());
    }

    #[test]
    fn rests_are_bounded_and_a_late_failure_does_not_prolong_one() {
        let mut breaker = failed(5, 0);
        assert_eq!(breaker.step(Failed, 10), breaker);
        let mut now = 0;
        for _ in 0..20 {
            now += 1000;
            breaker = breaker.step(Asked, now).step(Failed, now);
        }
        assert_eq!(breaker.refusal(now).unwrap().1, Duration::from_secs(300));
    }

    #[test]
    fn the_state_can_be_kept_as_json() {
        let state = failed(5, 100).state;
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(text, r#"{"state":"resting","failures":5,"until_unix_seconds":130,"rest_seconds":30}"#);
        assert_eq!(serde_json::from_str::<BreakerState>(&text).unwrap(), state);
    }
}
