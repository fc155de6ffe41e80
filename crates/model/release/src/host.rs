//! What a toolchain asks of the machine it runs on.
//!
//! Data only: whoever knows the machine compares. Sources: Go's release notes, each under "Ports".

use std::fmt;

use serde::Serialize;

use crate::{Platform, Version};

/// The oldest system a toolchain runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Minimum {
    /// What is measured: `macOS`, `Windows`, `Linux kernel`.
    pub system: &'static str,
    /// Its oldest version: `13`, `10 or Server 2016`, `3.2`.
    pub version: &'static str,
}

impl fmt::Display for Minimum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} or later", self.system, self.version)
    }
}

/// A row: from this minor of Go on, on this operating system and architecture, this much is needed.
struct Row {
    from: u32,
    os: &'static str,
    arch: Option<&'static str>,
    version: &'static str,
}

const fn row(from: u32, os: &'static str, version: &'static str) -> Row {
    Row { from, os, arch: None, version }
}

/// In each operating system's rows the later one counts where both apply.
const ROWS: &[Row] = &[
    row(20, "darwin", "10.13"),
    row(21, "darwin", "10.15"),
    row(23, "darwin", "11"),
    row(25, "darwin", "12"),
    row(27, "darwin", "13"),
    row(21, "windows", "10 or Server 2016"),
    row(0, "linux", "2.6.32"),
    row(24, "linux", "3.2"),
    Row { from: 27, os: "linux", arch: Some("ppc64"), version: "3.13" },
];

/// The oldest system a release runs on, where that is recorded.
pub fn minimum_host(version: &Version, platform: &Platform) -> Option<Minimum> {
    let minor = version.minor().number()?;
    let applies = |row: &&Row| {
        row.os == platform.os() && row.from <= minor && row.arch.is_none_or(|arch| arch == platform.arch())
    };
    let row = ROWS.iter().rfind(applies)?;
    let system = match row.os {
        "darwin" => "macOS",
        "windows" => "Windows",
        _ => "Linux kernel",
    };
    Some(Minimum { system, version: row.version })
}

/// What a person should know about a release on a platform besides its minimum, one line each.
pub fn notes(version: &Version, platform: &Platform) -> Vec<&'static str> {
    let Some(minor) = version.minor().number() else { return Vec::new() };
    let mut notes = Vec::new();
    if platform.os() == "linux" && minor <= 20 {
        notes.push("needs glibc: before Go 1.21 the official archives do not run on musl systems such as Alpine");
    }
    if platform.os() == "darwin" && minor < 24 {
        notes.push("macOS 26 stops programs linked by Go before 1.24, which have no LC_UUID (golang/go#68678)");
    }
    notes
}
