//! The requirements of a toolchain on its machine, and whether a machine meets them.
//!
//! Data and comparison only; the caller passes the machine's facts ([`HostFacts`]). An unknown fact forbids nothing.
//! Sources: Go's release notes, each under "Ports".

use std::fmt;

use crate::{Platform, Version};

/// The oldest system on which a toolchain runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minimum {
    /// What the version is of: `macOS`, `Windows`, `Linux kernel`.
    pub system: &'static str,
    /// Its oldest version: `13`, `10 or Server 2016`, `3.2`.
    pub version: &'static str,
}

impl fmt::Display for Minimum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} or later", self.system, self.version)
    }
}

/// A row: from this minor of Go on, on this operating system and architecture, this is required.
struct Row {
    from: u32,
    os: &'static str,
    arch: Option<&'static str>,
    version: &'static str,
    /// The same as numbers.
    numbers: &'static [u32],
}

const fn row(from: u32, os: &'static str, version: &'static str, numbers: &'static [u32]) -> Row {
    Row { from, os, arch: None, version, numbers }
}

/// In each operating system's rows the later one counts if both apply.
const ROWS: &[Row] = &[
    row(20, "darwin", "10.13", &[10, 13]),
    row(21, "darwin", "10.15", &[10, 15]),
    row(23, "darwin", "11", &[11]),
    row(25, "darwin", "12", &[12]),
    row(27, "darwin", "13", &[13]),
    row(21, "windows", "10 or Server 2016", &[10]),
    row(0, "linux", "2.6.32", &[2, 6, 32]),
    row(24, "linux", "3.2", &[3, 2]),
    Row { from: 27, os: "linux", arch: Some("ppc64"), version: "3.13", numbers: &[3, 13] },
];

/// The oldest system on which a release runs, if that is recorded.
pub fn minimum_host(version: &Version, platform: &Platform) -> Option<Minimum> {
    let row = row_of(version.minor().number()?, platform)?;
    Some(Minimum { system: system(platform), version: row.version })
}

fn row_of(minor: u32, platform: &Platform) -> Option<&'static Row> {
    let applies = |row: &&Row| {
        row.os == platform.os() && row.from <= minor && row.arch.is_none_or(|arch| arch == platform.arch())
    };
    ROWS.iter().rfind(applies)
}

fn system(platform: &Platform) -> &'static str {
    match platform.os() {
        "darwin" => "macOS",
        "windows" => "Windows",
        _ => "Linux kernel",
    }
}

/// The facts about a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostFacts {
    /// Go's name of its operating system: `linux`.
    pub os: String,
    /// The version, as numbers: of the kernel on Linux, else of the system; empty if unknown.
    pub version: Vec<u32>,
    /// Whether it cannot run programs built for glibc.
    pub only_musl: bool,
    /// Go's name of the machine's own architecture, if it is another than that of this program.
    pub machine: Option<String>,
}

/// A text of facts that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a fact of a machine: write `os=darwin version=12.6 musl machine=arm64`")]
pub struct HostFactsError {
    word: String,
}

impl std::str::FromStr for HostFacts {
    type Err = HostFactsError;

    /// `os=linux version=3.10 musl machine=arm64`, each part optional.
    fn from_str(text: &str) -> Result<HostFacts, HostFactsError> {
        let mut facts = HostFacts::default();
        for word in text.split_whitespace() {
            match word.split_once('=') {
                Some(("os", os)) => facts.os = os.to_owned(),
                Some(("version", version)) => facts.version = numbers(version),
                Some(("machine", machine)) => facts.machine = Some(machine.to_owned()),
                None if word == "musl" => facts.only_musl = true,
                _ => return Err(HostFactsError { word: crate::shown(word) }),
            }
        }
        Ok(facts)
    }
}

/// The numbers at the start of a version: `6.1.0-18-amd64` is 6, 1, 0. One that is too large for a number ends them.
pub fn numbers(version: &str) -> Vec<u32> {
    /// No system's version has more parts than this.
    const PARTS_MAX: usize = 4;
    let end = version.find(|letter: char| letter != '.' && !letter.is_ascii_digit()).unwrap_or(version.len());
    version[..end].split('.').take(PARTS_MAX).map_while(|part| part.parse().ok()).collect()
}

/// Why a release does not run on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// What the release needs: `macOS 13 or later`.
    pub needs: String,
    /// What the machine has: `12.6`.
    pub has: String,
    /// The newest minor that runs there, if there is one.
    pub newest: Option<String>,
}

/// Checks that a release runs on a machine.
///
/// Does not judge a platform other than the machine's: the release is for another one.
///
/// # Errors
/// What it needs and the machine lacks.
pub fn check(version: &Version, platform: &Platform, facts: &HostFacts) -> Result<(), Box<Unfit>> {
    let Some(minor) = version.minor().number().filter(|_| facts.os == platform.os()) else { return Ok(()) };
    let Err((needs, has)) = fits(minor, platform, facts) else { return Ok(()) };
    // Old systems run old releases, musl runs new ones; so this tries all, from the newest in the table.
    let newest = (0..=NEWEST_MINOR).rev().find(|minor| fits(*minor, platform, facts).is_ok());
    Err(Box::new(Unfit { needs, has, newest: newest.map(|minor| format!("1.{minor}")) }))
}

/// The newest minor that a hint names: the newest in a row. Later ones require no less.
const NEWEST_MINOR: u32 = 27;
/// The last minor whose official archives for Linux need glibc.
const GLIBC_MINOR_MAX: u32 = 20;

fn fits(minor: u32, platform: &Platform, facts: &HostFacts) -> Result<(), (String, String)> {
    if let Some(row) = row_of(minor, platform).filter(|row| is_older(&facts.version, row.numbers)) {
        let needs = Minimum { system: system(platform), version: row.version }.to_string();
        return Err((needs, facts.version.iter().map(u32::to_string).collect::<Vec<_>>().join(".")));
    }
    if platform.os() == "linux" && facts.only_musl && minor <= GLIBC_MINOR_MAX {
        return Err(("glibc".to_owned(), "only musl".to_owned()));
    }
    Ok(())
}

/// Whether one version is older than another; an unknown one is not. `13` is not older than `13.0`.
fn is_older(version: &[u32], than: &[u32]) -> bool {
    // macOS 11 and later report 10.16 to programs that were built for older ones.
    if version.is_empty() || version.starts_with(&[10, 16]) {
        return false;
    }
    let part = |parts: &[u32], at: usize| parts.get(at).copied().unwrap_or(0);
    let count = version.len().max(than.len());
    (0..count).map(|at| part(version, at)).lt((0..count).map(|at| part(than, at)))
}

/// Warnings about a release that runs on this machine: one line each.
pub fn warnings(version: &Version, platform: &Platform, facts: &HostFacts) -> Vec<String> {
    let Some(minor) = version.minor().number().filter(|_| facts.os == platform.os()) else { return Vec::new() };
    let mut warnings = Vec::new();
    if facts.os == "darwin" && minor < 24 && facts.version.first().is_some_and(|major| *major >= 26) {
        warnings.push(
            "macOS 26 stops programs without LC_UUID, which Go before 1.24 links, tests too (golang/go#68678); \
             `-ldflags=-linkmode=external` makes ones that run"
                .to_owned(),
        );
    }
    if let Some(machine) = facts.machine.as_deref().filter(|machine| *machine != platform.arch()) {
        warnings.push(format!(
            "this machine is {machine}: a toolchain for {} runs translated, and slower",
            platform.arch()
        ));
    }
    warnings
}

/// Remarks about a release on a platform besides its minimum, one line each.
pub fn notes(version: &Version, platform: &Platform) -> Vec<&'static str> {
    let Some(minor) = version.minor().number() else { return Vec::new() };
    let mut notes = Vec::new();
    if platform.os() == "linux" && minor <= GLIBC_MINOR_MAX {
        notes.push("needs glibc: before Go 1.21 the official archives do not run on musl systems such as Alpine");
    }
    if platform.os() == "darwin" && minor < 24 {
        notes.push("macOS 26 stops programs linked by Go before 1.24, which have no LC_UUID (golang/go#68678)");
    }
    notes
}
