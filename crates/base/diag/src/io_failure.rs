//! What the system refused, and where.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::{Diagnose, Diagnosis};

/// The system refused to do something with a file or a folder.
///
/// An error of a verb has it as one variant, under a word of its own.
#[derive(Debug)]
pub struct IoFailure {
    /// What was tried, as a verb that reads after "could not": `write`, `look at`, `make the folder`.
    pub action: &'static str,
    /// With which file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub cause: io::Error,
}

impl IoFailure {
    /// The failure to do this with this path, of what the system said: for `map_err`.
    pub fn on<'a>(action: &'static str, path: &'a Path) -> impl Fn(io::Error) -> IoFailure + Copy + use<'a> {
        move |cause| IoFailure { action, path: path.to_owned(), cause }
    }
}

impl fmt::Display for IoFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.action, self.path.display())
    }
}

impl std::error::Error for IoFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

impl Diagnose for IoFailure {
    fn diagnosis(&self) -> Diagnosis {
        Diagnosis::of_io("io", &self.cause)
    }
}
