//! Test files that are not for every system: each gives its reason after the line that skips it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// The lines that skip a whole file on Windows.
const LINES: [&str; 2] = ["#![cfg(unix)]", "#![cfg(target_os = \"linux\")]"];

/// A file that is skipped on Windows.
pub struct LeftOut {
    /// The file, below the workspace's root.
    pub path: PathBuf,
    /// The reason; empty if it gives none.
    pub why: String,
    /// How many tests are in it.
    pub tests: usize,
}

/// The files among these that are skipped on Windows.
///
/// # Errors
/// When one cannot be read.
pub fn left_out_on_windows(root: &Path, files: &[PathBuf]) -> Result<Vec<LeftOut>> {
    let mut found = Vec::new();
    for path in files {
        let text = fs::read_to_string(path)?;
        let why = text.lines().find_map(|line| LINES.iter().find_map(|begin| line.strip_prefix(begin)));
        if let Some(why) = why {
            let why = why.trim().trim_start_matches("//").trim().to_owned();
            let tests = text.lines().filter(|line| line.trim() == "#[test]").count();
            found.push(LeftOut { path: path.strip_prefix(root)?.to_owned(), why, tests });
        }
    }
    Ok(found)
}
