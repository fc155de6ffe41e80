//! Why nothing was fetched.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use diag::{Class, Diagnose, Diagnosis, Hints, hint};
use release::Digest;

use crate::proxies::ProxyUsed;
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
    #[error("fetch {url}: {}: {reason}{}", .reason.blames(.host, .proxy.as_ref()), after_tries(*.tries))]
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
        /// The proxy that the environment names for such addresses.
        proxy: Option<ProxyUsed>,
        /// What to do about credentials, if the server wants others.
        remedy: Hints,
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
        /// The expected SHA-256.
        expected: Digest,
        /// The SHA-256 of what came.
        actual: Digest,
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

    /// Whether a web page came back instead.
    pub fn is_web_page(&self) -> bool {
        matches!(self, Self::Failed { reason: Reason::WebPage { .. }, .. })
    }

    /// Whether the user has interrupted.
    pub fn is_interrupt(&self) -> bool {
        matches!(self, Self::Interrupted)
    }
}

impl Diagnose for FetchError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Interrupted => {
                Class::Interrupted.word("interrupted").hint("run the same command again: it resumes where it stopped")
            }
            Self::Offline { .. } => Class::Policy
                .word("offline")
                .hint("leave out `--offline` (or unset `GOWARD_OFFLINE`) to use the network"),
            Self::Scheme { .. } => Class::Usage.word("bad-address"),
            Self::Failed { reason, proxy: Some(proxy), bytes_kept, host, .. } if reason.is_of_the_way() => {
                Class::Network.word("proxy-unreachable").hints(kept(*bytes_kept)).hints(reason.hints(
                    host,
                    Some(proxy),
                    *bytes_kept,
                ))
            }
            Self::Failed { host, reason, proxy, bytes_kept, remedy, .. } => reason
                .diagnosis()
                .hints(kept(*bytes_kept))
                .hints(remedy.clone())
                .hints(reason.hints(host, proxy.as_ref(), *bytes_kept)),
            Self::AllFailed { failures, .. } => {
                // The most severe first: wrong bytes, then an unreachable place, then an absence.
                let failures: Vec<Diagnosis> = failures.iter().map(Diagnose::diagnosis).collect();
                let rank = [Class::Integrity, Class::Network, Class::NotFound];
                let class = rank.into_iter().find(|class| failures.iter().any(|failure| failure.class == *class));
                failures.into_iter().fold(class.unwrap_or(Class::Network).word("all-places-failed"), |all, failure| {
                    all.hints(failure.hints)
                })
            }
            Self::HashMismatch { .. } => Class::Integrity
                .word("download-hash-mismatch")
                .hint("the file was thrown away; the server may be stale or damaged, try another source"),
            Self::Unsteady { .. } => Class::Integrity.word("download-unsteady"),
            Self::Busy { .. } => Class::Busy.word("download-busy"),
            Self::Write { cause, .. } => Class::Environment.word("download-write").hints(Hints::for_io(cause)),
            Self::Read { cause, .. } => Class::Environment.word("download-read").hints(Hints::for_io(cause)),
            Self::Setup { .. } => Class::Environment
                .word("network-setup")
                .hint("no source was asked: correct or unset the variable or setting that is named"),
            Self::Job { .. } => Class::Internal.word("bad-job"),
        }
    }
}

impl Reason {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Reason::Dns { .. } => Class::Network.word("host-unknown"),
            Reason::Refused | Reason::Connect { .. } => Class::Network.word("connection-refused"),
            Reason::ConnectTimeout { .. } => Class::Network.word("connection-timeout"),
            Reason::Proxy { .. } => Class::Network.word("proxy-refused"),
            Reason::Certificate { .. } => Class::Network.word("certificate-untrusted"),
            Reason::Tls { .. } => Class::Network.word("tls-failed"),
            Reason::Stalled { .. } | Reason::NoAnswer { .. } | Reason::TimeUp { .. } => {
                Class::Network.word("download-stalled")
            }
            Reason::Slow { .. } => Class::Network.word("download-slow"),
            Reason::Cut { .. } => Class::Network.word("download-cut"),
            Reason::Status { code: 404 | 410 } => Class::NotFound.word("not-found"),
            Reason::Status { .. } => Class::Network.word("http-status"),
            Reason::RedirectLoop | Reason::Downgrade { .. } => Class::Network.word("bad-redirect"),
            Reason::WebPage { .. } => Class::Network.word("web-page-instead-of-file"),
            Reason::Encoding { .. } => Class::Network.word("unexpected-encoding"),
            Reason::TooLarge { .. } => Class::Integrity.word("download-too-large"),
            Reason::SizeDiffers { .. } => Class::Integrity.word("size-mismatch"),
            Reason::BadRange { .. } => Class::Network.word("bad-range"),
            Reason::LeftAlone { .. } => Class::Network.word("host-left-alone"),
            Reason::Other { .. } => Class::Network.word("download-failed"),
        }
    }

    fn hints(&self, host: &str, proxy: Option<&ProxyUsed>, bytes_kept: u64) -> Hints {
        match self {
            Reason::Proxy { .. }
            | Reason::Status { code: 407 }
            | Reason::Dns { .. }
            | Reason::Refused
            | Reason::Connect { .. }
            | Reason::ConnectTimeout { .. } => match proxy {
                Some(proxy) => hint!(
                    "`{}` names the proxy `{}`: check that it runs and lets `{host}` through, or list `{host}` in `NO_PROXY`",
                    proxy.variable,
                    proxy.address
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
            Reason::WebPage { .. } | Reason::Status { code: 511 } => {
                hint!("something else answers for `{host}`: sign in to this network in a browser, or check the proxy")
            }
            Reason::Slow { .. } => {
                hint!("another source may be faster; `network.rate-min` sets the least rate")
            }
            Reason::TimeUp { .. } if bytes_kept > 0 => {
                hint!("on a slow line give it more time: `network.transfer-seconds`")
            }
            _ => Hints::none(),
        }
    }
}

fn kept(bytes: u64) -> Hints {
    match bytes {
        0 => Hints::none(),
        _ => hint!("the received bytes are kept: the same command resumes the transfer"),
    }
}

fn after_tries(tries: u32) -> String {
    if tries > 1 { format!(" (tried {tries} times)") } else { String::new() }
}

fn joined(failures: &[FetchError]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
