//! Files of tests that are not for every system: each says why, behind the line that leaves it out.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// The lines by which a whole file is left out on Windows.
const LINES: [&str; 2] = ["#![cfg(unix)]", "#![cfg(target_os = \"linux\")]"];

/// A file that is left out on Windows.
pub struct LeftOut {
    /// The file, below the workspace's root.
    pub path: PathBuf,
    /// Why; empty where it does not say so.
    pub why: String,
    /// How many tests are in it.
    pub tests: usize,
}

/// The files among these that are left out on Windows.
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
