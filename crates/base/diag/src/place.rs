//! A place that a message names.

use std::fmt;
use std::path::PathBuf;

/// A file or folder, and a line if one is meant; printed as `PATH:LINE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file or folder.
    pub path: PathBuf,
    /// The line, counted from 1, if one is meant.
    pub line: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A folder's name may contain anything but a separator.
        let path = crate::escaped(&self.path.to_string_lossy());
        match self.line {
            Some(line) => write!(f, "{path}:{line}"),
            None => f.write_str(&path),
        }
    }
}
