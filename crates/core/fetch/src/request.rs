//! The request and the result: a large file to fetch, and a fetched one.

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
    /// Its name on disk: a plain file name.
    pub name: String,
    /// The folder for its parts. It is made if missing.
    pub folder: PathBuf,
    /// How many bytes it has, if known beforehand.
    pub bytes_expected: Option<u64>,
    /// The most bytes that it may have.
    pub bytes_max: u64,
    /// Its SHA-256, if known beforehand.
    pub sha256: Option<Digest>,
    /// Further headers. Those with credentials are not sent on to other hosts.
    pub headers: Vec<(String, String)>,
    /// How often each place is tried; `None` for the setting.
    pub tries: Option<u32>,
}

impl Job {
    /// A file of at most so many bytes at one place, without further facts.
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

/// A fetched file. Its bytes are the expected ones, if there were expectations.
pub struct Fetched {
    /// How many bytes it has.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: Digest,
    /// The place that served the last byte; the job's first place if no request was needed.
    pub url: Url,
    /// How many bytes an earlier run had left; they were not fetched again.
    pub bytes_held: u64,
    /// How many bytes were fetched now, those of rounds that were started over included.
    pub bytes_fetched: u64,
    /// How many requests were made, with retries but without further connections.
    pub attempts: u32,
    /// The bytes on disk.
    pub parts: Parts,
}

/// The error of a file that could not be written.
pub(crate) fn written(error: DiskError) -> FetchError {
    FetchError::Write { path: error.path, cause: error.cause }
}
