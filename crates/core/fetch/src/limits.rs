//! Every bound of this crate that is not a setting, with its unit and its reason.

use std::time::Duration;

/// The interval at which waiting code checks for an interrupt, and reports progress. People notice
/// 100 ms; half of it leaves time for the rest of the shutdown.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// A shorter wait before another try for a document is reported with `--verbose` only: the user does not notice it.
pub(crate) const RETRY_TOLD_AFTER: Duration = Duration::from_secs(1);

/// How many redirects one request may follow. Browsers allow 20; no download service needs 5.
pub(crate) const REDIRECTS_MAX: usize = 10;

/// How large `meta.json` may be, in bytes: a few hundred are usual, headers are bounded by the client.
pub(crate) const META_BYTES_MAX: u64 = 64 << 10;

/// How many segments a file may have: their names have six digits.
pub(crate) const SEGMENTS_MAX: u64 = 1_000_000;

/// How often one fetch may start over from zero. Each has its own reason (the file changed, bytes on disk were damaged,
/// the place was changed); after more, the server is given up.
pub(crate) const ROUNDS_MAX: u32 = 6;

/// How many bytes are read from a segment at once: small enough for a processor's cache.
pub(crate) const READ_BYTES: usize = 256 << 10;

/// How much a wait is spread around its nominal length, as a share of it, so that many clients that
/// failed together do not retry together.
pub(crate) const JITTER_SHARE: f64 = 0.25;

/// How large a file of certificates may be, in bytes; the largest system bundles have 0.5 MB.
pub(crate) const CERTIFICATES_BYTES_MAX: u64 = 16 << 20;

/// How many files are read from a folder of certificates; the usual systems have 150 to 300.
pub(crate) const CERTIFICATE_FILES_MAX: usize = 4096;

/// How large a `.netrc` may be, in bytes: some thousand entries.
pub(crate) const NETRC_BYTES_MAX: u64 = 1 << 20;

/// How many bytes at the start of a body are read to distinguish a web page from an archive.
pub(crate) const SNIFF_BYTES: usize = 256;

/// How many characters of foreign text (a server's words, an error's) reach a message.
pub(crate) const DETAIL_CHARS_MAX: usize = 300;

/// For how many hosts a breaker is kept.
pub(crate) const HOSTS_MAX: usize = 1024;
/// How long the servers of a diagnosis may take together: two of a slow line's time limits of ten seconds.
pub(crate) const PROBE_TIME_MAX: Duration = Duration::from_secs(20);
/// How many servers are reached for at once: each has a thread.
pub(crate) const PROBES_MAX: usize = 32;
/// Bytes of the head of an answer.
pub(crate) const PROBE_HEAD_BYTES_MAX: usize = 16 << 10;
