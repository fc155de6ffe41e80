//! Spans and moments as people type them.

use std::time::Duration;

use release::Date;

/// The end of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// At this time, in seconds since 1970.
    At(u64),
    /// After this span.
    After(Duration),
}

impl Until {
    /// The time in seconds since 1970, seen from another such time.
    pub fn unix_seconds(self, now: u64) -> u64 {
        match self {
            Until::At(seconds) => seconds,
            Until::After(span) => now.saturating_add(span.as_secs()),
        }
    }
}

/// A day, a time with its offset (RFC 3339), or a span from now.
pub(super) fn until(text: &str) -> Result<Until, String> {
    if let Ok(span) = span(text) {
        return Ok(Until::After(span));
    }
    let at =
        moment(text).ok_or("a day (`2027-01-31`), a time (`2027-01-31T17:00:00Z`) or a span (`7d`) is expected")?;
    Ok(Until::At(at))
}

/// A number with its unit: `300ms`, `2s`, `5m`, `12h`, `7d`, `2w`; a hundred years at most.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let expected =
        "a number with its unit is expected, at most a hundred years: `300ms`, `2s`, `5m`, `12h`, `7d`, `2w`";
    release::span(text).ok_or_else(|| expected.to_owned())
}

/// A day, at its beginning in UTC, or a time with its offset (RFC 3339), in seconds since 1970. A part of a second does
/// not count.
fn moment(text: &str) -> Option<u64> {
    if let Ok(day) = text.parse::<Date>() {
        return Some(day.unix_seconds());
    }
    let time: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(time.as_second()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_number_and_a_unit() {
        for (text, seconds) in [("2s", 2), ("5m", 300), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600), ("0s", 0)]
        {
            assert_eq!(span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(span("300ms"), Ok(Duration::from_millis(300)));
        for bad in ["", "7", "d", "-7d", "7 d", "7y", "1.5h", "99999999999999999999s", "40000d7", "99999w", "٧d"] {
            assert!(span(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_moment_is_a_day_or_a_time_with_its_offset() {
        // `date -u -d @1801440000` is 2027-02-01T00:00:00Z.
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2000-02-29", 951_782_400),
            ("2027-02-01", 1_801_440_000),
            ("2027-02-01T00:00:00Z", 1_801_440_000),
            ("2027-02-01t01:30:00+01:30", 1_801_440_000),
            ("2027-01-31T18:59:59.999-05:00", 1_801_439_999),
        ] {
            assert_eq!(until(text), Ok(Until::At(seconds)), "{text}");
        }
        for bad in [
            "2027-02-30",
            "2027-02-01T",
            "2027-02-01T00:00",
            "2027-02-01T00:00:00",
            "2027-02-01T24:00:00Z",
            "2027-02-01T00-00-00Z",
            "2027-02-01x",
            "tomorrow",
            "2027-02-0\u{301}",
        ] {
            assert!(until(bad).is_err(), "{bad}");
        }
    }
}
