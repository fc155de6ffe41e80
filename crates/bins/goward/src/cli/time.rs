//! Spans and moments as people type them.

use std::time::Duration;

use release::Date;

/// The longest span, in seconds: a hundred years.
const SPAN_SECONDS_MAX: u64 = 100 * 366 * 86_400;

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

/// A number with its unit: `300ms`, `2s`, `5m`, `12h`, `7d`, `2w`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let expected = || "a number with its unit is expected: `300ms`, `2s`, `5m`, `12h`, `7d`, `2w`".to_owned();
    let digits = text.find(|char: char| !char.is_ascii_digit()).ok_or_else(expected)?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| expected())?;
    let seconds = match unit {
        "ms" => {
            return Some(number).filter(|ms| *ms <= SPAN_SECONDS_MAX).map(Duration::from_millis).ok_or_else(expected);
        }
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return Err(expected()),
    };
    let seconds = number.checked_mul(seconds).filter(|seconds| *seconds <= SPAN_SECONDS_MAX);
    seconds.map(Duration::from_secs).ok_or_else(|| "at most a hundred years are expected".to_owned())
}

/// A day, at its beginning in UTC, or a time with its offset, in seconds since 1970.
fn moment(text: &str) -> Option<u64> {
    let day: Date = text.get(..10)?.parse().ok()?;
    let rest = &text[10..];
    let Some(time) = rest.strip_prefix(['T', 't', ' ']) else {
        return rest.is_empty().then(|| day.unix_seconds());
    };
    let number = |digits: &str| (digits.len() == 2).then(|| digits.parse::<u64>().ok()).flatten();
    let clock = |text: &str| -> Option<(u64, u64)> { Some((number(text.get(..2)?)?, number(text.get(3..5)?)?)) };
    let (hours, minutes) = clock(time).filter(|(hours, minutes)| *hours < 24 && *minutes < 60)?;
    let seconds = number(time.get(6..8)?).filter(|seconds| *seconds < 61)?;
    let is_separated = time.as_bytes().get(2) == Some(&b':') && time.as_bytes().get(5) == Some(&b':');
    // A part of a second does not count.
    let offset = match time.get(8..)?.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|char: char| char.is_ascii_digit()),
        None => time.get(8..)?,
    };
    let here = day.unix_seconds() + hours * 3_600 + minutes * 60 + seconds;
    let shift = |text: &str| {
        let is_separated = text.len() == 5 && text.as_bytes().get(2) == Some(&b':');
        clock(text)
            .filter(|(hours, minutes)| is_separated && *hours < 24 && *minutes < 60)
            .map(|(h, m)| h * 3_600 + m * 60)
    };
    let at = match offset {
        "Z" | "z" => Some(here),
        _ => match (offset.strip_prefix('+'), offset.strip_prefix('-')) {
            (Some(ahead), _) => here.checked_sub(shift(ahead)?),
            (None, Some(behind)) => here.checked_add(shift(behind)?),
            (None, None) => None,
        },
    };
    at.filter(|_| is_separated)
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
            "2027-02-01T00:00:00+0130",
            "2027-02-01x",
            "tomorrow",
            "2027-02-0\u{301}",
        ] {
            assert!(until(bad).is_err(), "{bad}");
        }
    }
}
