//! A request: what a person asks for.
//!
//! | written | means |
//! | --- | --- |
//! | `1.26.4`, `go1.26.4`, `1.27rc1` | that release |
//! | `1.20.0` | the release published as `go1.20` |
//! | `1.26`, `go1.26`, `1.26.x` | the newest release of 1.26 |
//! | `1.28rc` | the newest prerelease of 1.28 |
//! | `1.x`, `1` | the newest release of Go 1 |
//! | `latest`, `stable` | the newest release |
//! | `oldstable` | the newest release of the minor before |
//! | `supported` | the newest release of each supported minor: several toolchains |
//! | `rc` | the newest prerelease if it is newer than the newest release, else that release |
//! | `>=1.24 <1.27` | the newest release that every bound allows |
//!
//! There is no caret and no tilde, and a bare minor never reaches into the next one: other tools
//! disagree about their meaning, and a wrong guess is a different compiler. A prerelease is never
//! chosen unless the request names one.
//!
//! In a range a bare minor means all of its releases: `>1.24` begins at 1.25 and `<=1.26` includes
//! 1.26.8.

mod error;
mod parse;
mod select;

use std::fmt;

pub use error::{NoMatch, RequestError, Unsupported};

use crate::{Minor, Version};

/// What a person asks for. Its text parses back to the same request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Request {
    /// One release, under its published name. Never a bare language version.
    Exact(Version),
    /// The newest release of a minor.
    Minor(Minor),
    /// The newest prerelease of a minor.
    MinorCandidate(Minor),
    /// The newest release of a major, which is `1` while no other major exists.
    Major(String),
    /// The newest release.
    Latest,
    /// The newest release of the second newest minor.
    OldStable,
    /// The newest release of each supported minor.
    Supported,
    /// The newest prerelease if it is newer than the newest release, else that release.
    Candidate,
    /// The newest release that every bound allows. Never empty.
    Range(Vec<Bound>),
}

/// One bound of a range: `>=1.24`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bound {
    /// The side of the version, and whether the version is included.
    pub operator: Operator,
    /// The version. A bare minor means all of its releases.
    pub limit: Limit,
}

/// The version of a bound.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Limit {
    /// All releases of a minor.
    Minor(Minor),
    /// One release.
    Version(Version),
}

/// The four sides of a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
}

impl Request {
    /// The one requested release, which can be asked of a source without an index.
    pub fn exact(&self) -> Option<Version> {
        match self {
            Request::Exact(version) => Some(version.clone()),
            _ => None,
        }
    }

    /// Whether this may mean several toolchains.
    pub fn is_several(&self) -> bool {
        matches!(self, Request::Supported)
    }

    /// The minor that this request may have meant, if a YAML or TOML file read `1.20` as a number
    /// and wrote `1.2`: the request's own, times ten. `None` if that could not have happened.
    pub fn float_trap(&self) -> Option<Minor> {
        let Request::Minor(minor) = self else { return None };
        let number = minor.number()?;
        // 1.1 to 1.3: with 1.4 the trap would mean a Go of 2033.
        (1..=3).contains(&number).then(|| Minor::of_number(number * 10))
    }
}

impl Operator {
    /// The operator as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Operator::AtLeast => ">=",
            Operator::Above => ">",
            Operator::AtMost => "<=",
            Operator::Below => "<",
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Exact(version) => f.write_str(&exact_text(version)),
            Request::Minor(minor) => write!(f, "{minor}"),
            Request::MinorCandidate(minor) => write!(f, "{minor}rc"),
            Request::Major(major) => write!(f, "{major}.x"),
            Request::Latest => f.write_str("latest"),
            Request::OldStable => f.write_str("oldstable"),
            Request::Supported => f.write_str("supported"),
            Request::Candidate => f.write_str("rc"),
            Request::Range(bounds) => {
                for (index, bound) in bounds.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" ")?;
                    }
                    write!(f, "{bound}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operator.as_str())?;
        match &self.limit {
            Limit::Minor(minor) => write!(f, "{minor}"),
            Limit::Version(version) => f.write_str(&exact_text(version)),
        }
    }
}

/// A release as a request for it alone: `1.20.0` for the release named `1.20`, since a bare `1.20`
/// asks for the newest of the minor.
fn exact_text(version: &Version) -> String {
    let parts = version.parts();
    if parts.is_prerelease() {
        return version.to_string();
    }
    format!("{}.{}.{}", parts.major, parts.minor, parts.patch)
}

crate::text_serde!(only written Request);
