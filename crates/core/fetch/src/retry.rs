//! When to retry, and after how long a wait. Pure: no clock, no randomness.

use std::time::Duration;

use crate::limits::JITTER_SHARE;
use crate::reason::Reason;
use crate::settings::Settings;

/// The failure, and the server's `Retry-After`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub reason: Reason,
    pub retry_after: Option<Duration>,
}

impl Failure {
    pub fn of(reason: Reason) -> Failure {
        Failure { reason, retry_after: None }
    }
}

/// How often one place may still be tried.
#[derive(Debug, Clone)]
pub(crate) struct Retry {
    tries_max: u32,
    attempts_max: u32,
    first: Duration,
    longest: Duration,
    retry_after_max: Duration,
    /// Failures in a row without a byte gained.
    in_a_row: u32,
    /// Failures in all.
    attempts: u32,
}

/// What to do after a failure.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    /// Try again after so long.
    Wait(Duration),
    /// Leave this place.
    GiveUp,
}

impl Retry {
    /// `tries` is the bound of one request: it can lower the settings' number, not raise it.
    pub fn new(settings: &Settings, tries: Option<u32>) -> Retry {
        Retry {
            tries_max: tries.map_or(settings.tries, |tries| tries.min(settings.tries)).max(1),
            attempts_max: settings.attempts_max.max(1),
            first: settings.backoff_first,
            longest: settings.backoff_max,
            retry_after_max: settings.retry_after_max,
            in_a_row: 0,
            attempts: 0,
        }
    }

    /// The same, with this bound on the client's own waits.
    pub fn waiting_at_most(self, longest: Option<Duration>) -> Retry {
        let Some(longest) = longest else { return self };
        Retry { first: self.first.min(longest), longest: self.longest.min(longest), ..self }
    }

    /// How many tries in a row gained no byte, and how many are allowed.
    pub fn count(&self) -> (u32, u32) {
        (self.in_a_row, self.tries_max)
    }

    /// How often it was tried in all.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Judges a failure. `gained` says whether the attempt fetched bytes; `dice` is a number from 0 to 1.
    pub fn after(&mut self, failure: &Failure, gained: bool, dice: f64) -> Next {
        self.attempts += 1;
        if gained {
            self.in_a_row = 0;
        }
        self.in_a_row += 1;
        if !failure.reason.is_transient() || self.in_a_row >= self.tries_max || self.attempts >= self.attempts_max {
            return Next::GiveUp;
        }
        if let Some(asked) = failure.retry_after {
            return Next::Wait(asked.min(self.retry_after_max));
        }
        let doublings = (self.in_a_row - 1).min(16);
        let nominal = self.first.saturating_mul(1 << doublings).min(self.longest);
        Next::Wait(nominal.mul_f64(1.0 - JITTER_SHARE + 2.0 * JITTER_SHARE * dice.clamp(0.0, 1.0)))
    }
}

/// The wait that a `Retry-After` header asks for: seconds, or a date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(value: &str, now_unix_seconds: u64) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let then = date.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    Some(Duration::from_secs(then.saturating_sub(now_unix_seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: f64 = 0.5;

    fn status(code: u16) -> Failure {
        Failure::of(Reason::Status { code })
    }

    #[test]
    fn a_bounded_wait_bounds_our_own_patience_only() {
        let longest = Duration::from_millis(250);
        let mut retry = Retry::new(&Settings::default(), Some(3)).waiting_at_most(Some(longest));
        assert_eq!(retry.after(&status(503), false, MIDDLE), Next::Wait(longest));
        let asked = Failure { retry_after: Some(Duration::from_secs(7)), ..status(503) };
        assert_eq!(retry.after(&asked, false, MIDDLE), Next::Wait(Duration::from_secs(7)));
    }

    #[test]
    fn waits_double_and_end_after_the_last_try() {
        let mut retry = Retry::new(&Settings::default(), None);
        let waits: Vec<Next> = (0..5).map(|_| retry.after(&status(503), false, MIDDLE)).collect();
        let seconds = |n| Next::Wait(Duration::from_secs(n));
        assert_eq!(waits, [seconds(2), seconds(4), seconds(8), seconds(16), Next::GiveUp]);
    }

    #[test]
    fn a_gained_byte_starts_the_count_again_but_not_for_ever() {
        let settings = Settings { attempts_max: 20, ..Settings::default() };
        let mut retry = Retry::new(&settings, None);
        for _ in 0..19 {
            assert_eq!(retry.after(&status(503), true, MIDDLE), Next::Wait(Duration::from_secs(2)));
        }
        assert_eq!(retry.after(&status(503), true, MIDDLE), Next::GiveUp);
    }

    #[test]
    fn a_request_lowers_the_number_of_tries_and_never_raises_it() {
        for (setting, request, tries) in [(1, Some(3), 1), (1, None, 1), (5, Some(2), 2), (5, None, 5)] {
            let mut retry = Retry::new(&Settings { tries: setting, ..Settings::default() }, request);
            let made = 1 + (1..).take_while(|_| retry.after(&status(503), false, MIDDLE) != Next::GiveUp).count();
            assert_eq!(made, tries, "{setting} {request:?}");
        }
    }

    #[test]
    fn permanent_answers_are_not_tried_again() {
        for code in [400, 401, 403, 404, 410, 416, 501, 505] {
            assert_eq!(
                Retry::new(&Settings::default(), None).after(&status(code), true, MIDDLE),
                Next::GiveUp,
                "{code}"
            );
        }
        for code in [408, 429, 500, 502, 503, 504] {
            assert_ne!(
                Retry::new(&Settings::default(), None).after(&status(code), false, MIDDLE),
                Next::GiveUp,
                "{code}"
            );
        }
    }

    #[test]
    fn jitter_stays_within_its_share() {
        let wait = |dice| Retry::new(&Settings::default(), None).after(&status(503), false, dice);
        assert_eq!(wait(0.0), Next::Wait(Duration::from_millis(1500)));
        assert_eq!(wait(1.0), Next::Wait(Duration::from_millis(2500)));
        assert_eq!(wait(f64::MAX), Next::Wait(Duration::from_millis(2500)));
    }

    #[test]
    fn the_server_may_ask_for_a_wait_within_bounds() {
        let asks = |seconds| Failure { retry_after: Some(Duration::from_secs(seconds)), ..status(429) };
        let mut retry = Retry::new(&Settings::default(), None);
        assert_eq!(retry.after(&asks(7), false, MIDDLE), Next::Wait(Duration::from_secs(7)));
        assert_eq!(retry.after(&asks(86_400), false, MIDDLE), Next::Wait(Duration::from_secs(120)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT
        let cases = [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
            ("99999999999999999999999", None),
        ];
        for (value, seconds) in cases {
            assert_eq!(retry_after(value, now), seconds.map(Duration::from_secs), "{value}");
        }
    }
}
