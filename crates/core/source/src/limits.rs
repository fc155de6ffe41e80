//! Bounds of this crate: sizes and times of foreign sources.

use std::time::Duration;

/// The official index with all releases is about 3 MB (2026); ten times that is not an index.
pub(crate) const INDEX_BYTES_MAX: u64 = 32 << 20;
/// A module proxy's version list; the whole of `golang.org/toolchain` is below 1 MB.
pub(crate) const LIST_BYTES_MAX: u64 = 8 << 20;
/// A module's `.info` document.
pub(crate) const INFO_BYTES_MAX: u64 = 64 << 10;
/// A release archive; the largest of 2026 is below 100 MB, a module zip may have 500 MiB.
pub(crate) const ARCHIVE_BYTES_MAX: u64 = 1 << 30;
/// What pip may print: a report carries the package's description.
pub(crate) const PIP_BYTES_MAX: u64 = 8 << 20;
/// pip resolves over the network with retries of its own.
pub(crate) const PIP_TIME_MAX: Duration = Duration::from_secs(90);
/// The longest time for an index before the next source is asked.
pub(crate) const INDEX_TIME_MAX: Duration = Duration::from_secs(45);
/// How often a list or an index is tried: the next source is the better retry.
pub(crate) const INDEX_TRIES: u32 = 2;
/// The client's longest wait between two tries for an index.
pub(crate) const INDEX_WAIT_MAX: Duration = Duration::from_millis(250);
/// The largest entity tag, in bytes.
pub(crate) const ETAG_BYTES_MAX: u64 = 4 << 10;
/// How many entries a `GOPROXY` list may have; two or three are usual.
pub(crate) const PROXIES_MAX: usize = 32;
/// The largest go environment file or `go.env`, in bytes.
pub(crate) const GOENV_BYTES_MAX: u64 = 1 << 20;
/// How many names of a folder of archives are read.
pub(crate) const FOLDER_NAMES_MAX: usize = 10_000;
/// A checksum file beside archives.
pub(crate) const CHECKSUM_BYTES_MAX: u64 = 1 << 20;
/// How many near versions an error names.
pub(crate) const NEAREST_MAX: usize = 4;
