//! Why nothing was fetched.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use diag::{Class, Diagnose, Hints, hint};

use crate::reason::Reason;

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the message names each field")]
pub enum FetchError {
    /// The user asked to stop. What was fetched is kept.
    #[error("go on fetching: interrupted")]
    Interrupted,
    /// The network may not be used.
    #[error("fetch {url}: offline")]
    Offline {
        /// What was asked for, redacted.
        url: String,
    },
    /// The address is not one for HTTP.
    #[error("fetch {url}: only http and https are understood, not `{scheme}`")]
    Scheme {
        /// What was asked for, redacted.
        url: String,
        scheme: String,
    },
    /// One place did not give it.
    #[error("fetch {url}: {host}: {reason}{}", after_tries(*.tries))]
    Failed {
        /// What was asked for, redacted.
        url: String,
        /// The host that was asked.
        host: String,
        reason: Reason,
        /// How often it was tried.
        tries: u32,
        /// How many bytes of it are kept on disk for the next run.
        bytes_kept: u64,
        /// The proxy that the environment names for such addresses, without credentials.
        proxy: Option<String>,
    },
    /// None of several places gave it.
    #[error("fetch `{name}` from any of {} places: {}", .failures.len(), joined(.failures))]
    AllFailed {
        name: String,
        /// What happened at each, in order.
        failures: Vec<FetchError>,
    },
    /// The bytes are not those that were expected. They are thrown away.
    #[error("accept `{name}` from {url}: its SHA-256 differs: expected {expected}, got {actual}")]
    HashMismatch {
        name: String,
        /// Where its last bytes came from, redacted.
        url: String,
        /// The expected SHA-256 in hex.
        expected: String,
        /// The SHA-256 of what came, in hex.
        actual: String,
    },
    /// The file changed again and again while it was fetched.
    #[error("fetch `{name}`: it had to be started over {rounds} times; the last reason: {reason}")]
    Unsteady {
        name: String,
        /// How often it was begun.
        rounds: u32,
        /// Why it was started over last.
        reason: String,
    },
    /// Another process fetches the same file and does not come to an end.
    #[error("fetch `{name}`: another process has been fetching it for more than {} s", .waited.as_secs())]
    Busy {
        name: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// What was fetched cannot be written down. What had been written is kept.
    #[error("write `{}`", .path.display())]
    Write {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// What was fetched cannot be read back.
    #[error("read `{}`", .path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// A setting of the client is wrong, or the machine lacks what it needs.
    #[error("set up the network client: {reason}")]
    Setup { reason: String },
    /// The caller's job makes no sense: a mistake of ours.
    #[error("fetch `{name}`: {reason}")]
    Job {
        name: String,
        /// What is wrong with the job.
        reason: &'static str,
    },
}

impl FetchError {
    /// Whether the place answered that the file does not exist (404, 410); for several places,
    /// whether all did.
    pub fn is_absence(&self) -> bool {
        match self {
            Self::Failed { reason: Reason::Status { code }, .. } => matches!(code, 404 | 410),
            Self::AllFailed { failures, .. } => failures.iter().all(FetchError::is_absence),
            _ => false,
        }
    }

    /// Whether the user has interrupted.
    pub fn is_interrupt(&self) -> bool {
        matches!(self, Self::Interrupted)
    }
}

impl Diagnose for FetchError {
    fn class(&self) -> Class {
        match self {
            Self::Interrupted => Class::Interrupted,
            Self::Offline { .. } => Class::Policy,
            Self::Scheme { .. } => Class::Usage,
            Self::Failed { reason, .. } => match reason {
                Reason::Status { code: 404 | 410 } => Class::NotFound,
                Reason::TooLarge { .. } | Reason::SizeDiffers { .. } => Class::Integrity,
                _ => Class::Network,
            },
            Self::AllFailed { failures, .. } => {
                // The most severe first: wrong bytes, then an unreachable place, then an absence.
                let classes: Vec<Class> = failures.iter().map(Diagnose::class).collect();
                let rank = [Class::Integrity, Class::Network, Class::NotFound];
                rank.into_iter().find(|class| classes.contains(class)).unwrap_or(Class::Network)
            }
            Self::HashMismatch { .. } | Self::Unsteady { .. } => Class::Integrity,
            Self::Busy { .. } => Class::Busy,
            Self::Write { .. } | Self::Read { .. } | Self::Setup { .. } => Class::Environment,
            Self::Job { .. } => Class::Internal,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::Offline { .. } => "offline",
            Self::Scheme { .. } => "bad-address",
            Self::Failed { reason, .. } => match reason {
                Reason::Dns { .. } => "host-unknown",
                Reason::Refused | Reason::Connect { .. } => "connection-refused",
                Reason::ConnectTimeout { .. } => "connection-timeout",
                Reason::Proxy { .. } => "proxy-refused",
                Reason::Certificate { .. } => "certificate-untrusted",
                Reason::Tls { .. } => "tls-failed",
                Reason::Stalled { .. } | Reason::NoAnswer { .. } | Reason::TimeUp { .. } => "download-stalled",
                Reason::Slow { .. } => "download-slow",
                Reason::Cut { .. } => "download-cut",
                Reason::Status { code: 404 | 410 } => "not-found",
                Reason::Status { .. } => "http-status",
                Reason::RedirectLoop | Reason::Downgrade { .. } => "bad-redirect",
                Reason::WebPage => "web-page-instead-of-file",
                Reason::Encoding { .. } => "unexpected-encoding",
                Reason::TooLarge { .. } => "download-too-large",
                Reason::SizeDiffers { .. } => "size-mismatch",
                Reason::BadRange { .. } => "bad-range",
                Reason::LeftAlone { .. } => "host-left-alone",
                Reason::Other { .. } => "download-failed",
            },
            Self::AllFailed { .. } => "all-places-failed",
            Self::HashMismatch { .. } => "download-hash-mismatch",
            Self::Unsteady { .. } => "download-unsteady",
            Self::Busy { .. } => "download-busy",
            Self::Write { .. } => "download-write",
            Self::Read { .. } => "download-read",
            Self::Setup { .. } => "network-setup",
            Self::Job { .. } => "bad-job",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Interrupted => hint!("run the same command again: it goes on where it stopped"),
            Self::Offline { .. } => hint!("leave out `--offline` (or unset `GOWARD_OFFLINE`) to use the network"),
            Self::Failed { host, reason, proxy, bytes_kept, .. } => kept(*bytes_kept).join(match reason {
                Reason::Proxy { .. }
                | Reason::Status { code: 407 }
                | Reason::Dns { .. }
                | Reason::Refused
                | Reason::Connect { .. }
                | Reason::ConnectTimeout { .. } => match proxy {
                    Some(proxy) => hint!(
                        "the environment names the proxy `{proxy}`: check that it runs and lets `{host}` through, or list `{host}` in `NO_PROXY`"
                    ),
                    None => hint!(
                        "if this network needs a proxy, set `HTTPS_PROXY`; if it allows listed hosts only, `{host}` is not among them"
                    ),
                },
                Reason::Status { code: 403 } => {
                    hint!("`{host}` or a proxy on the way forbids it; another source may serve it")
                }
                Reason::Certificate { .. } => hint!(
                    "if a proxy on the way inspects TLS, name its certificate with `SSL_CERT_FILE`; on a bare container install `ca-certificates`"
                ),
                Reason::WebPage => hint!("a login page or a proxy answers for `{host}`; open the address in a browser"),
                Reason::Slow { .. } => {
                    hint!("another source may be faster; `network.rate-min` says how slow one may be")
                }
                Reason::TimeUp { .. } if *bytes_kept > 0 => {
                    hint!("on a slow line give it more time: `network.transfer-seconds`")
                }
                _ => Hints::none(),
            }),
            Self::AllFailed { failures, .. } => {
                failures.iter().fold(Hints::none(), |hints, failure| hints.join(failure.hints()))
            }
            Self::HashMismatch { .. } => {
                hint!("the file was thrown away; the server may be stale or damaged, try another source")
            }
            Self::Write { cause, .. } | Self::Read { cause, .. } => Hints::for_io(cause),
            _ => Hints::none(),
        }
    }
}

fn kept(bytes: u64) -> Hints {
    match bytes {
        0 => Hints::none(),
        _ => hint!("what has come is kept: the same command goes on from there"),
    }
}

fn after_tries(tries: u32) -> String {
    if tries > 1 { format!(" (tried {tries} times)") } else { String::new() }
}

fn joined(failures: &[FetchError]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
