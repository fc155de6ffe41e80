//! How long a snapshot is kept: `168h`, `7d`, `forever`.

use std::fmt;
use std::str::FromStr;

use release::shown;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How long a snapshot is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ttl {
    /// This many seconds.
    Seconds(u64),
    /// It does not expire.
    Forever,
}

/// A text that is no such time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {shown} as a time (a number with `m`, `h`, `d` or `w`, such as `168h`; or `forever`)")]
pub struct TtlError {
    shown: String,
}

impl Ttl {
    /// The seconds; none for forever.
    pub fn seconds(self) -> Option<u64> {
        match self {
            Ttl::Seconds(seconds) => Some(seconds),
            Ttl::Forever => None,
        }
    }
}

impl FromStr for Ttl {
    type Err = TtlError;

    fn from_str(text: &str) -> Result<Ttl, TtlError> {
        if matches!(text, "forever" | "0") {
            return Ok(Ttl::Forever);
        }
        let seconds = release::span(text).map(|span| span.as_secs()).filter(|seconds| *seconds > 0);
        seconds.map(Ttl::Seconds).ok_or_else(|| TtlError { shown: shown(text) })
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = match self {
            Ttl::Forever => return f.write_str("forever"),
            Ttl::Seconds(seconds) => *seconds,
        };
        for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "m")] {
            if seconds >= unit && seconds % unit == 0 {
                return write!(f, "{}{name}", seconds / unit);
            }
        }
        write!(f, "{seconds}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written() {
        for (text, seconds, written) in [
            ("168h", Some(604_800), "7d"),
            ("7d", Some(604_800), "7d"),
            ("90m", Some(5400), "90m"),
            ("forever", None, "forever"),
            ("1s", Some(1), "1s"),
            ("2w", Some(1_209_600), "14d"),
        ] {
            let ttl: Ttl = text.parse().expect(text);
            assert_eq!((ttl.seconds(), ttl.to_string().as_str()), (seconds, written), "{text}");
        }
        for bad in ["", "h", "7", "-1h", "7 d", "1.5h", "99999999999999999999d", "0h", "200000d", "7D"] {
            assert!(bad.parse::<Ttl>().is_err(), "{bad}");
        }
    }
}
