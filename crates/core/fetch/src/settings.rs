//! The settings of the client.

use std::path::PathBuf;
use std::time::Duration;

use crate::breaker::BreakerLimits;
use crate::credentials::Goauth;

/// How the client behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a connection may take, name look-up and TLS included.
    pub connect_timeout: Duration,
    /// How long a server may send nothing.
    pub stall_timeout: Duration,
    /// The least rate of a body in bytes a second, measured over [`Settings::rate_window`]; 0 means no limit.
    pub rate_min: u64,
    /// The window over which the rate is measured: a line may pause for a while.
    pub rate_window: Duration,
    /// How long a document may take in all, tries and waits included, unless it has a limit of its own.
    pub document_max: Duration,
    /// How long a file may take in all: places, tries, waits and rounds that were started over included.
    pub transfer_max: Duration,
    /// How often one place is tried in a row without a byte gained.
    pub tries: u32,
    /// How often one place is tried in all for one file, gains included.
    pub attempts_max: u32,
    /// The first wait before another try; each further one is twice as long.
    pub backoff_first: Duration,
    /// The longest such wait.
    pub backoff_max: Duration,
    /// The longest wait that a server may ask for with `Retry-After`.
    pub retry_after_max: Duration,
    /// How many connections may fetch one file.
    pub connections_max: usize,
    /// How long one connection is watched before a further one is opened.
    pub parallel_after: Duration,
    /// No further connection is opened if the transfer would end within this time.
    pub parallel_remaining: Duration,
    /// How large a segment file is, in bytes.
    pub segment_bytes: u64,
    /// The longest wait for another process that fetches the same file.
    pub lock_wait_max: Duration,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// The network must not be used.
    pub offline: bool,
    /// Certificates to trust besides those of the system: a PEM file.
    pub ca_file: Option<PathBuf>,
    /// Where credentials come from.
    pub goauth: Goauth,
    /// The limits of each host's breaker.
    pub breaker: BreakerLimits,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            connect_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(30),
            // A modem of 1998 is five times as fast.
            rate_min: 1000,
            rate_window: Duration::from_secs(60),
            document_max: Duration::from_secs(120),
            // An archive of 75 MB at 10 kB/s.
            transfer_max: Duration::from_secs(7200),
            tries: 5,
            attempts_max: 100,
            backoff_first: Duration::from_secs(2),
            backoff_max: Duration::from_secs(60),
            retry_after_max: Duration::from_secs(120),
            connections_max: 4,
            parallel_after: Duration::from_secs(1),
            parallel_remaining: Duration::from_secs(2),
            segment_bytes: 8 << 20,
            lock_wait_max: Duration::from_secs(3600),
            user_agent: concat!("goward/", env!("CARGO_PKG_VERSION")).to_owned(),
            offline: false,
            ca_file: None,
            goauth: Goauth::default(),
            breaker: BreakerLimits::default(),
        }
    }
}
