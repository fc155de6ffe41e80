//! Parses the file names on Go's download page.
//!
//! The rule is `goVERSION.OS-ARCH.EXTENSION`, with three exceptions from the early years, which are recognised by name
//! and not guessed: the two kinds of macOS archive up to 1.4.2, one ARM archive of 1.6beta1, and two bootstrap trees.
//! Source: the list of files embedded in the Go website (`internal/dl/dl.gob`, 2021), all of which the tests read.

use diag::{Class, Diagnose, Diagnosis};

use crate::foreign::{shown, shown_bytes};
use crate::limits::ARCHIVE_NAME_BYTES_MAX;
use crate::{Platform, ToolchainId, Version};

/// The meaning of a file name on the download page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArchiveName {
    /// A toolchain's archive under its regular name.
    Toolchain(ToolchainId),
    /// A toolchain's archive under one of the irregular names.
    Odd(ToolchainId, OddName),
    /// An installer (`.pkg`, `.msi`) for a toolchain; the same files as the archive, wrapped.
    Installer(ToolchainId),
    /// A release's source.
    Source(Version),
    /// A bootstrap tree, of this date (`20170531`); not a release.
    Bootstrap(String),
}

/// The kind of an irregular name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OddName {
    /// `darwin-amd64-osx10.6`: up to 1.4.2, for Mac OS X 10.6 and 10.7.
    Osx10_6,
    /// `darwin-amd64-osx10.8`: up to 1.4.2, for Mac OS X 10.8 and later.
    Osx10_8,
    /// `linux-arm6`: 1.6beta1 alone; later archives say `armv6l`.
    LinuxArm6,
}

/// A file name that follows no known rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {shown} as the name of a Go archive")]
pub struct ArchiveNameError {
    /// The name, in printable form.
    shown: String,
}

impl ArchiveName {
    /// The toolchain whose archive this is, if it is one.
    pub fn toolchain(&self) -> Option<&ToolchainId> {
        match self {
            ArchiveName::Toolchain(id) | ArchiveName::Odd(id, _) => Some(id),
            ArchiveName::Installer(_) | ArchiveName::Source(_) | ArchiveName::Bootstrap(_) => None,
        }
    }

    /// The release the file belongs to, if it belongs to one.
    pub fn version(&self) -> Option<&Version> {
        match self {
            ArchiveName::Toolchain(id) | ArchiveName::Odd(id, _) | ArchiveName::Installer(id) => Some(id.version()),
            ArchiveName::Source(version) => Some(version),
            ArchiveName::Bootstrap(_) => None,
        }
    }
}

/// Parses a file name of the download page. Strict: every accepted name of a toolchain equals the
/// one that the toolchain prints, so no two names mean the same archive.
pub fn parse_archive_name(name: &str) -> Result<ArchiveName, ArchiveNameError> {
    let within_bounds = name.len() <= ARCHIVE_NAME_BYTES_MAX;
    within_bounds.then(|| parse(name)).flatten().ok_or_else(|| ArchiveNameError { shown: shown(name) })
}

/// The same for any bytes.
pub fn parse_archive_name_bytes(name: &[u8]) -> Result<ArchiveName, ArchiveNameError> {
    match std::str::from_utf8(name) {
        Ok(name) => parse_archive_name(name),
        Err(_) => Err(ArchiveNameError { shown: shown_bytes(name) }),
    }
}

fn parse(name: &str) -> Option<ArchiveName> {
    if let Some(date) = name.strip_prefix("go1.4-bootstrap-").and_then(|rest| rest.strip_suffix(".tar.gz")) {
        let is_date = date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit());
        return is_date.then(|| ArchiveName::Bootstrap(date.to_owned()));
    }
    if let Some(tag) = name.strip_suffix(".src.tar.gz") {
        return Some(ArchiveName::Source(bare_version(tag.strip_prefix("go")?)?));
    }
    let (stem, extension) =
        ["tar.gz", "zip", "pkg", "msi"].iter().find_map(|e| Some((name.strip_suffix(e)?.strip_suffix('.')?, *e)))?;

    // The platform begins after the last dot in front of the first hyphen; after it there may be more dots, in
    // `osx10.8`.
    let (front, arch) = stem.strip_prefix("go")?.split_once('-')?;
    let (version, os) = front.rsplit_once('.')?;
    let version = bare_version(version)?;

    let (platform, odd) = platform(&version, os, arch)?;
    let expected = platform.archive_extension() == extension;
    let id = ToolchainId::new(version, platform);
    match (extension, odd) {
        ("pkg", _) if id.platform().os() == "darwin" => Some(ArchiveName::Installer(id)),
        ("msi", _) if id.platform().os() == "windows" => Some(ArchiveName::Installer(id)),
        (_, Some(odd)) if expected => Some(ArchiveName::Odd(id, odd)),
        (_, None) if expected => Some(ArchiveName::Toolchain(id)),
        _ => None,
    }
}

/// The platform in a name, and the irregularity of its spelling.
fn platform(version: &Version, os: &str, arch: &str) -> Option<(Platform, Option<OddName>)> {
    if let Some((arch, osx)) = arch.split_once("-osx").filter(|_| os == "darwin") {
        let odd = match osx {
            "10.6" => OddName::Osx10_6,
            "10.8" => OddName::Osx10_8,
            _ => return None,
        };
        return Some((Platform::new(os, arch).ok()?, Some(odd)));
    }
    if (version.as_str(), os, arch) == ("1.6beta1", "linux", "arm6") {
        return Some((Platform::new("linux", "arm").ok()?, Some(OddName::LinuxArm6)));
    }
    Some((Platform::from_archive_tag(&format!("{os}-{arch}")).ok()?, None))
}

/// A version that is written without `go` and is the name of a release.
fn bare_version(text: &str) -> Option<Version> {
    let version: Version = pin::is_valid(text).then(|| text.parse().ok())??;
    (!version.is_language() && version.released_as() == version).then_some(version)
}

impl Diagnose for ArchiveNameError {
    fn diagnosis(&self) -> Diagnosis {
        Class::Usage.word("archive-name-malformed")
    }
}
