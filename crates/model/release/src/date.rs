//! A day of the civil calendar. This module has no clock: the caller passes the day.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::foreign::shown;

/// A day, such as `2026-08-19`. In UTC if it comes from a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A text that is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {shown} as a date (YYYY-MM-DD)")]
pub struct DateError {
    shown: String,
}

impl Date {
    /// The day of this year, month (1 to 12) and day (1 to 31), if there is such a day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => return None,
        };
        (year <= 9999 && (1..=days).contains(&day)).then_some(Date { year, month, day })
    }

    /// The day of a time given in seconds since 1970-01-01 UTC. A time after the year 9999 gives
    /// the last day of that year.
    pub fn from_unix_seconds(seconds: u64) -> Date {
        const LAST: Date = Date { year: 9999, month: 12, day: 31 };
        let mut days = seconds / 86_400;
        let mut year = 1970_u16;
        // At most a few thousand steps, without era arithmetic that is hard to check.
        loop {
            let in_year = if Date::new(year, 2, 29).is_some() { 366 } else { 365 };
            if days < in_year {
                break;
            }
            days -= in_year;
            year += 1;
            if year > 9999 {
                return LAST;
            }
        }
        let mut month = 1;
        loop {
            let in_month = (28..=31).rev().find(|day| Date::new(year, month, *day).is_some()).unwrap_or(31);
            if days < u64::from(in_month) {
                let day = u8::try_from(days).unwrap_or(0) + 1;
                return Date { year, month, day };
            }
            days -= u64::from(in_month);
            month += 1;
        }
    }

    /// The beginning of the day in UTC, in seconds since 1970; 0 for an earlier day.
    pub fn unix_seconds(self) -> u64 {
        let days_of = |year: u16| if Date::new(year, 2, 29).is_some() { 366 } else { 365 };
        let in_month =
            |month: u8| (28..=31).rev().find(|day| Date::new(self.year, month, *day).is_some()).unwrap_or(31);
        if self.year < 1970 {
            return 0;
        }
        let years: u64 = (1970..self.year).map(days_of).sum();
        let months: u64 = (1..self.month).map(|month| u64::from(in_month(month))).sum();
        (years + months + u64::from(self.day) - 1) * 86_400
    }

    /// The year.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, January being 1.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, the first being 1.
    pub fn day(self) -> u8 {
        self.day
    }
}

/// A time in nanoseconds since 1970 as RFC 3339 in UTC, with milliseconds: `2026-11-21T03:14:07.123Z`.
pub fn utc_text(unix_nanos: u64) -> String {
    format!("{}.{:03}Z", second_text(unix_nanos / 1_000_000_000), unix_nanos / 1_000_000 % 1000)
}

/// A time in seconds since 1970 as RFC 3339 in UTC: `2026-11-21T03:14:07Z`.
pub fn utc_seconds_text(unix_seconds: u64) -> String {
    format!("{}Z", second_text(unix_seconds))
}

fn second_text(unix_seconds: u64) -> String {
    let (hours, minutes, seconds) = (unix_seconds / 3600 % 24, unix_seconds / 60 % 60, unix_seconds % 60);
    format!("{}T{hours:02}:{minutes:02}:{seconds:02}", Date::from_unix_seconds(unix_seconds))
}

/// The longest span that [`span`] reads, in seconds: a hundred years.
const SPAN_SECONDS_MAX: u64 = 100 * 366 * 86_400;

/// A number with its unit, as people type a span: `300ms`, `2s`, `5m`, `12h`, `7d`, `2w`. None for another text and for
/// more than a hundred years.
pub fn span(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.find(|char: char| !char.is_ascii_digit())?)?;
    let number: u64 = number.parse().ok()?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 7 * 86_400_000,
        _ => return None,
    };
    let span = Duration::from_millis(number.checked_mul(milliseconds)?);
    (span.as_secs() <= SPAN_SECONDS_MAX).then_some(span)
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Date, DateError> {
        let number = |digits: &str, length: usize| -> Option<u16> {
            let plain = digits.len() == length && digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| digits.parse().ok())?
        };
        let parsed = || {
            let mut parts = text.splitn(3, '-');
            let year = number(parts.next()?, 4)?;
            let month = u8::try_from(number(parts.next()?, 2)?).ok()?;
            let day = u8::try_from(number(parts.next()?, 2)?).ok()?;
            Date::new(year, month, day)
        };
        parsed().ok_or_else(|| DateError { shown: shown(text) })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_its_own_beginning_is_the_day() {
        for text in ["1970-01-01", "1999-12-31", "2000-02-29", "2026-08-19", "9999-12-31"] {
            let day: Date = text.parse().unwrap();
            assert_eq!(Date::from_unix_seconds(day.unix_seconds()), day);
            assert_eq!(Date::from_unix_seconds(day.unix_seconds() + 86_399), day);
        }
        assert_eq!("1969-12-31".parse::<Date>().unwrap().unix_seconds(), 0);
    }

    #[test]
    fn a_date_reads_and_prints_the_same() {
        for text in ["2026-08-19", "2024-02-29", "1970-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for bad in [
            "2026-13-01",
            "2026-02-29",
            "2026-8-19",
            "2026-08-32",
            "26-08-19",
            "2026-08-19x",
            "",
            "2026/08/19",
            "+026-08-19",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    #[test]
    fn seconds_become_the_day_they_fall_on() {
        let cases = [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (86_400, "1970-01-02"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_787_097_600, "2026-08-19"),
            (4_107_542_400, "2100-03-01"),
            (253_402_300_799, "9999-12-31"),
            (u64::MAX, "9999-12-31"),
        ];
        for (seconds, day) in cases {
            assert_eq!(Date::from_unix_seconds(seconds).to_string(), day, "{seconds}");
        }
    }
}
