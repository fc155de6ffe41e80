//! The grammar and the order of Go versions, written without the `go` in front.
//!
//! ```text
//! MAJOR [ . MINOR [ . PATCH ] ] [ KIND [ PRE ] ]
//! ```
//!
//! Numbers are decimal, without leading zeros and of any length, so they stay text. KIND is one or
//! more of `a` to `z`. Source of the rules: Go's `internal/gover/gover.go`.

use core::cmp::Ordering;

/// From this minor on a version without a patch (`1.21`) names the language, not a release.
const FIRST_LANGUAGE_MINOR: &str = "21";

/// The parts of a Go version. They are slices of the version's text, or `"0"` if the grammar fills
/// one in: `1` is `1.0.0`, and below minor 21 a missing patch is `0`.
///
/// The derived equality and the order agree: numbers have no leading zeros, so two parts that
/// compare equal are the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parts<'a> {
    /// The major number.
    pub major: &'a str,
    /// The minor number.
    pub minor: &'a str,
    /// The patch number; empty in a language version (`1.21`) and in a prerelease of a minor (`1.21rc1`).
    pub patch: &'a str,
    /// `alpha`, `beta`, `rc`, or any other letters; empty in a release.
    pub kind: &'a str,
    /// The number of the prerelease; may be empty even if there is a kind.
    pub pre: &'a str,
}

impl Parts<'_> {
    /// Whether this names a language (`1.21`) rather than a release.
    pub fn is_lang(&self) -> bool {
        self.patch.is_empty() && self.kind.is_empty()
    }

    /// Whether this is a prerelease of anything (`1.21rc1`, `1.9.2rc2`).
    pub fn is_prerelease(&self) -> bool {
        !self.kind.is_empty()
    }

    /// Whether this is a prerelease of a patch (`1.9.2rc2`): it can be parsed, but was never released.
    pub fn is_patch_prerelease(&self) -> bool {
        self.is_prerelease() && !self.patch.is_empty()
    }
}

impl Ord for Parts<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_decimals(self.major, other.major)
            .then_with(|| compare_decimals(self.minor, other.minor))
            .then_with(|| compare_decimals(self.patch, other.patch))
            .then_with(|| self.compare_kind(other))
            .then_with(|| compare_decimals(self.pre, other.pre))
    }
}

impl PartialOrd for Parts<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Parts<'_> {
    /// The order of kinds if everything before them is equal.
    ///
    /// Without a patch, no kind is the language version, which comes before its prereleases:
    /// `1.21 < 1.21rc1`. With a patch, no kind is the release, which comes after them:
    /// `1.9.2rc2 < 1.9.2`.
    fn compare_kind(&self, other: &Self) -> Ordering {
        match (self.kind.is_empty(), other.kind.is_empty()) {
            (true, false) if !self.patch.is_empty() => Ordering::Greater,
            (false, true) if !self.patch.is_empty() => Ordering::Less,
            _ => self.kind.cmp(other.kind),
        }
    }
}

/// Parses a version; `None` if it is malformed.
pub fn parse(version: &str) -> Option<Parts<'_>> {
    let (major, rest) = cut_decimal(version)?;
    if rest.is_empty() {
        return Some(Parts { major, minor: "0", patch: "0", kind: "", pre: "" });
    }
    let (minor, rest) = cut_decimal(rest.strip_prefix('.')?)?;
    if rest.is_empty() {
        let names_a_language = compare_decimals(minor, FIRST_LANGUAGE_MINOR) != Ordering::Less;
        let patch = if names_a_language { "" } else { "0" };
        return Some(Parts { major, minor, patch, kind: "", pre: "" });
    }
    let (patch, rest) = match rest.strip_prefix('.') {
        Some(rest) => cut_decimal(rest)?,
        None => ("", rest),
    };
    if rest.is_empty() {
        return Some(Parts { major, minor, patch, kind: "", pre: "" });
    }
    let (kind, rest) = cut_letters(rest)?;
    if rest.is_empty() {
        return Some(Parts { major, minor, patch, kind, pre: "" });
    }
    let (pre, rest) = cut_decimal(rest)?;
    rest.is_empty().then_some(Parts { major, minor, patch, kind, pre })
}

/// Orders two versions as the go command does. A malformed version comes before every well-formed
/// one, and all malformed versions are equal.
pub fn compare(a: &str, b: &str) -> Ordering {
    // `None` comes before `Some` in Rust's own order of options, which is the wanted rule.
    parse(a).cmp(&parse(b))
}

/// Whether the version is well formed.
pub fn is_valid(version: &str) -> bool {
    parse(version).is_some()
}

/// Whether the version names a language (`1.21`, `1.22`) rather than a release. `1.20` and older are
/// releases.
pub fn is_lang(version: &str) -> bool {
    parse(version).is_some_and(|parts| parts.is_lang())
}

/// Whether the version names a language that has no release of the same name: the go command runs
/// the first release, `.0`, instead (golang/go#62278).
pub fn is_language_version_without_release(version: &str) -> bool {
    is_lang(version) && compare(version, "1.21") != Ordering::Less
}

/// The language of a version: `1.21` of `1.21rc2` and `1.21.3`, `1` of `1` and `1.0.1`, empty for a malformed one. A
/// bare major other than `1` stays bare, where the go command would say `2.0`: the two compare as equal.
pub fn lang(version: &str) -> &str {
    let Some(parts) = parse(version) else { return "" };
    if parts.major == "1" && parts.minor == "0" || parts.major.len() == version.len() {
        return parts.major;
    }
    // The minor number follows the major one and its dot in the text.
    version.get(..parts.major.len() + 1 + parts.minor.len()).unwrap_or("")
}

/// The decimal number at the start of a text, and the rest.
fn cut_decimal(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    let leading_zero = number.len() > 1 && number.starts_with('0');
    (!number.is_empty() && !leading_zero).then_some((number, rest))
}

/// The letters at the start of a text, up to the first digit, and the rest.
fn cut_letters(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_lowercase()).unwrap_or(text.len());
    let (letters, rest) = text.split_at_checked(end)?;
    (!letters.is_empty()).then_some((letters, rest))
}

/// Orders decimal numbers without leading zeros, of any length. A missing number comes first.
fn compare_decimals(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
