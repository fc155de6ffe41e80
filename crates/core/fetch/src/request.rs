//! What a caller asks for, and what it gets: a large file to fetch, and one that was fetched.

use std::path::PathBuf;

use release::Digest;
use url::Url;

use crate::error::FetchError;
use crate::limits::SEGMENTS_MAX;
use crate::parts::{DiskError, Parts};

/// A large file to fetch.
#[derive(Debug, Clone)]
pub struct Job {
    /// Where it is: the same bytes in several places, tried in order.
    pub urls: Vec<Url>,
    /// What it is called on disk: a plain file name.
    pub name: String,
    /// The folder where its parts live. It is made where it is not there.
    pub folder: PathBuf,
    /// How many bytes it has, where that is known beforehand.
    pub bytes_expected: Option<u64>,
    /// The most bytes that it may have.
    pub bytes_max: u64,
    /// Its SHA-256, where that is known beforehand.
    pub sha256: Option<Digest>,
    /// Further headers. Those with credentials are not sent on to other hosts.
    pub headers: Vec<(String, String)>,
    /// How often each place is tried, if not as often as the settings say.
    pub tries: Option<u32>,
}

impl Job {
    /// A file of at most so many bytes at one place, of which nothing else is known.
    pub fn new(url: Url, name: impl Into<String>, folder: impl Into<PathBuf>, bytes_max: u64) -> Job {
        Job {
            urls: vec![url],
            name: name.into(),
            folder: folder.into(),
            bytes_expected: None,
            bytes_max,
            sha256: None,
            headers: Vec::new(),
            tries: None,
        }
    }

    pub(crate) fn check(&self, segment_bytes: u64) -> Result<(), FetchError> {
        let bad = |reason| Err(FetchError::Job { name: self.name.clone(), reason });
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+@".contains(c);
        if self.name.is_empty() || self.name.starts_with('.') || !self.name.chars().all(plain) {
            return bad("its name is not a plain file name");
        }
        if self.urls.is_empty() {
            return bad("no place to fetch it from");
        }
        if self.bytes_max.div_ceil(segment_bytes) > SEGMENTS_MAX {
            return bad("it may be larger than the segments can hold");
        }
        Ok(())
    }
}

/// A file that was fetched. Its bytes are those that were expected, if anything was expected.
pub struct Fetched {
    /// How many bytes it has.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: Digest,
    /// The place that served the last byte; the first one of the job's if none had to be asked.
    pub url: Url,
    /// How many bytes an earlier run had left; they were not fetched again.
    pub bytes_held: u64,
    /// How many bytes were fetched now, those of rounds that were started over included.
    pub bytes_fetched: u64,
    /// How often a server was asked, retries included; further connections not.
    pub attempts: u32,
    /// The bytes on disk.
    pub parts: Parts,
}

/// The error of a file that could not be written.
pub(crate) fn written(error: DiskError) -> FetchError {
    FetchError::Write { path: error.path, cause: error.cause }
}
