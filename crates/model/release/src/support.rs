//! How long a minor is supported.
//!
//! Upstream's rule (go.dev/doc/devel/release): a minor is supported until two newer ones are out, and there is no
//! long-term support. So the two newest minors with a release are the supported ones, the known releases determine the
//! supported set, and 1.N ends on the day when 1.(N+2) comes out. A small table in the program has the dates of past
//! releases; a future one is expected half a year after the one before, in February or August.

use std::collections::BTreeSet;
use std::fmt;

use crate::{Date, Minor, Version};

/// First releases by minor: `1.27<TAB>2026-08-19`.
const FIRST_RELEASES: &str = include_str!("data/first-releases.tsv");

/// Every release until this program was written, with its day and kind (go.dev/doc/devel/release).
const RELEASES: &str = include_str!("data/releases.tsv");

/// The releases that were known when this program was written, oldest first.
pub fn known_releases() -> impl Iterator<Item = Version> {
    RELEASES.lines().skip(1).filter_map(|line| line.split('\t').next()?.parse().ok())
}

/// How many minors are supported at a time.
const SUPPORTED_MINORS: usize = 2;

/// Months from one minor to the next. The distances since 1.13 were 140 to 211 days.
const MONTHS_BETWEEN_MINORS: u32 = 6;

/// Whether a release's minor is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is, until then.
    Supported {
        /// When the support will end.
        until: Until,
    },
    /// It was.
    Ended {
        /// The day on which the support ended, if the table has it.
        on: Option<Date>,
    },
    /// A prerelease is never supported.
    Prerelease,
    /// The minor is neither known nor in the table.
    Unknown,
}

/// When support will end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// By the half-yearly rhythm, in this month.
    Expected {
        /// The year.
        year: u16,
        /// The month, January being 1.
        month: u8,
    },
    /// On this day, when the release that ends it came out. Only if "today" is in the past.
    Known(Date),
}

/// The supported minors, newest first, judged by the known releases: the two newest that have a
/// stable release.
pub fn supported_minors<'a>(known: impl IntoIterator<Item = &'a Version>) -> Vec<Minor> {
    let minors: BTreeSet<Minor> = known.into_iter().filter(|v| v.is_stable()).map(Version::minor).collect();
    minors.into_iter().rev().take(SUPPORTED_MINORS).collect()
}

/// The day on which the first release of a minor came out, if the table has it.
pub fn first_release_date(minor: &Minor) -> Option<Date> {
    table().find(|(known, _)| known == minor).map(|(_, date)| date)
}

/// Whether a release is supported, judged by the known releases and by the table, of which only the
/// releases up to `today` count; without `today`, all of them.
pub fn status<'a>(version: &Version, known: impl IntoIterator<Item = &'a Version>, today: Option<Date>) -> Status {
    if version.is_prerelease() {
        return Status::Prerelease;
    }
    let minor = version.minor();
    let mut out: BTreeSet<Minor> = known.into_iter().filter(|v| v.is_stable()).map(Version::minor).collect();
    out.extend(table().filter(|(_, date)| today.is_none_or(|today| *date <= today)).map(|(minor, _)| minor));
    if !out.contains(&minor) {
        return Status::Unknown;
    }
    let successor = minor.number().and_then(|n| n.checked_add(SUPPORTED_MINORS as u32)).map(Minor::of_number);
    let end = successor.as_ref().and_then(first_release_date);
    let newer = out.iter().filter(|other| **other > minor).count();
    match (newer >= SUPPORTED_MINORS, end) {
        (true, on) => Status::Ended { on },
        (false, Some(day)) => Status::Supported { until: Until::Known(day) },
        (false, None) => match successor.as_ref().and_then(expected) {
            Some(until) => Status::Supported { until },
            None => Status::Unknown,
        },
    }
}

/// When a minor that is not in the table is expected.
fn expected(minor: &Minor) -> Option<Until> {
    let (newest, date) = table().max_by(|a, b| a.0.cmp(&b.0))?;
    let steps = minor.number()?.checked_sub(newest.number()?)?;
    let months = steps.checked_mul(MONTHS_BETWEEN_MINORS)?.checked_add(u32::from(date.month()) - 1)?;
    let year = u32::from(date.year()).checked_add(months / 12)?;
    // The rhythm is February and August, even after a late release.
    let month = if months % 12 < 5 { 2 } else { 8 };
    Some(Until::Expected { year: u16::try_from(year).ok()?, month })
}

fn table() -> impl Iterator<Item = (Minor, Date)> {
    FIRST_RELEASES.lines().filter_map(|line| {
        let (minor, date) = line.split_once('\t')?;
        Some((minor.parse().ok()?, date.parse().ok()?))
    })
}

impl Status {
    /// Whether fixes still come.
    pub fn is_supported(self) -> bool {
        matches!(self, Status::Supported { .. })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Supported { until: Until::Expected { year, month } } => {
                write!(f, "supported until about {year:04}-{month:02}")
            }
            Status::Supported { until: Until::Known(day) } => write!(f, "supported until {day}"),
            Status::Ended { on: Some(day) } => write!(f, "out of support since {day}"),
            Status::Ended { on: None } => f.write_str("out of support"),
            Status::Prerelease => f.write_str("prerelease"),
            Status::Unknown => f.write_str("support unknown"),
        }
    }
}
