//! A Go release's version, as a value.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use diag::{Class, Diagnose, Diagnosis};
use pin::Parts;

use crate::foreign::{shown, shown_bytes};
use crate::limits::VERSION_BYTES_MAX;

/// A valid Go version without the `go` in front: `1.27.3`, `1.27rc1`, `1.20`, `1.22`.
///
/// Not every version is a release: `1.22` names a language ([`Version::is_language`]), `1.9.2rc2`
/// was only ever a test of the release machinery ([`Version::is_candidate`]).
///
/// The order is Go's. If two spellings are equal for Go (`1.20` and `1.20.0`) the text decides, so
/// that order and equality agree; [`Version::same_as`] compares as Go does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version(String);

/// A text that is not a Go version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {shown} as a Go version")]
pub struct VersionError {
    /// The text, in printable form.
    shown: String,
}

impl Version {
    /// Parses a version from any bytes, with or without `go` in front.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Version, VersionError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.parse(),
            Err(_) => Err(VersionError { shown: shown_bytes(bytes) }),
        }
    }

    /// The version's text, without `go`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The release's name with `go` in front, as tags and archives have it: `go1.27.3`.
    pub fn tag(&self) -> String {
        format!("go{}", self.0)
    }

    /// The version taken apart.
    pub fn parts(&self) -> Parts<'_> {
        pin::parse(&self.0).expect("a Version is only made of a text that parses")
    }

    /// Whether this is an alpha, a beta or a release candidate.
    pub fn is_prerelease(&self) -> bool {
        self.parts().is_prerelease()
    }

    /// Whether this names a language and never a release: `1.22`. Up to `1.20` the bare minor is the
    /// name of the first release.
    pub fn is_language(&self) -> bool {
        self.parts().is_lang()
    }

    /// Whether this may ever be chosen: it is not a bare language version, and not a prerelease of a patch such as
    /// `1.9.2rc2`, which can be parsed and ordered but was never a real toolchain.
    pub fn is_candidate(&self) -> bool {
        !self.is_language() && !self.parts().is_patch_prerelease()
    }

    /// Whether this is a stable release: it may be chosen without being named.
    pub fn is_stable(&self) -> bool {
        self.is_candidate() && !self.is_prerelease()
    }

    /// The minor this belongs to: `1.27` of `1.27.3` and of `1.27rc1`.
    pub fn minor(&self) -> Minor {
        let parts = self.parts();
        Minor(format!("{}.{}", parts.major, parts.minor))
    }

    /// Go's own comparison, in which `1.20` and `1.20.0` are equal.
    pub fn go_order(&self, other: &Version) -> Ordering {
        pin::compare(&self.0, &other.0)
    }

    /// Whether the two are equal for Go.
    pub fn same_as(&self, other: &Version) -> bool {
        self.go_order(other) == Ordering::Equal
    }

    /// The name under which the release of this version was published.
    ///
    /// First releases are named `go1.N` up to 1.20 and `go1.N.0` from 1.21 on, so `1.20.0` is
    /// published as `1.20`, and what first provides the language `1.22` is `1.22.0` (golang/go#62278).
    /// `1.0.0` is the tag `go1`. Every other version is its own name.
    pub fn released_as(&self) -> Version {
        if pin::is_language_version_without_release(&self.0) {
            return Version(format!("{}.0", self.0));
        }
        let parts = self.parts();
        let minor = self.minor();
        // Only a first release compares as its bare minor: `1.20.0` as `1.20`, but `1.21.0` not as `1.21`.
        if pin::parse(&minor.0) != Some(parts) {
            return self.clone();
        }
        let first_of_all = parts.major == "1" && parts.minor == "0";
        Version(if first_of_all { "1".to_owned() } else { minor.0 })
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Version, VersionError> {
        let bare = text.strip_prefix("go").unwrap_or(text);
        if bare.len() > VERSION_BYTES_MAX || !pin::is_valid(bare) {
            return Err(VersionError { shown: shown(text) });
        }
        Ok(Version(bare.to_owned()))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        self.go_order(other).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

crate::text_serde!(Version);

impl Diagnose for VersionError {
    fn diagnosis(&self) -> Diagnosis {
        Class::Usage.word("version-malformed").hint("a Go version looks like `1.27.3` or `1.27rc1`")
    }
}

/// A minor of Go: `1.27`, always two numbers. What upstream's release history calls a major release.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Minor(String);

impl Minor {
    /// The minor's text: `1.27`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number after `1.`, for tables by minor. `None` for another major, or a number that is too large for a table.
    pub fn number(&self) -> Option<u32> {
        self.0.strip_prefix("1.")?.parse().ok()
    }

    /// The minor `1.number`.
    pub fn of_number(number: u32) -> Minor {
        Minor(format!("1.{number}"))
    }

    /// The major this belongs to: `1` of `1.27`.
    pub fn major(&self) -> &str {
        self.0.split('.').next().unwrap_or("")
    }
}

impl FromStr for Minor {
    type Err = VersionError;

    /// Reads `1.27` or `go1.27`; exactly two numbers.
    fn from_str(text: &str) -> Result<Minor, VersionError> {
        let bare = text.strip_prefix("go").unwrap_or(text);
        let two_numbers = bare.split('.').count() == 2 && bare.bytes().all(|b| b == b'.' || b.is_ascii_digit());
        if bare.len() > VERSION_BYTES_MAX || !two_numbers || !pin::is_valid(bare) {
            return Err(VersionError { shown: shown(text) });
        }
        Ok(Minor(bare.to_owned()))
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Ord for Minor {
    fn cmp(&self, other: &Minor) -> Ordering {
        // Both are two plain numbers, and no two spellings of these are equal.
        pin::compare(&self.0, &other.0)
    }
}

impl PartialOrd for Minor {
    fn partial_cmp(&self, other: &Minor) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
