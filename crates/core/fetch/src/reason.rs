//! Why a place did not deliver.

use std::error::Error;
use std::io;
use std::time::Duration;

use diag::Bytes;

use crate::limits::{DETAIL_CHARS_MAX, REDIRECTS_MAX};
use crate::proxies::ProxyUsed;

/// Why one place did not deliver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum Reason {
    /// The host's name is not known, or cannot be looked up.
    #[error("the host's name cannot be looked up ({detail})")]
    Dns { detail: String },
    /// Nobody listens there, or something on the way refuses.
    #[error("connection refused")]
    Refused,
    /// No connection came about, for another reason.
    #[error("cannot connect ({detail})")]
    Connect { detail: String },
    /// No connection came about in time.
    #[error("no connection within {} s", .after.as_secs_f64())]
    ConnectTimeout { after: Duration },
    /// The proxy did not let the connection through.
    #[error("the proxy refused ({detail})")]
    Proxy {
        /// What it said.
        detail: String,
    },
    /// The server's certificate is not trusted.
    #[error("its certificate is not trusted ({detail})")]
    Certificate { detail: String },
    /// No encrypted connection came about, for another reason.
    #[error("no encrypted connection ({detail})")]
    Tls { detail: String },
    /// No byte came for so long.
    #[error("no byte for {} s", .after.as_secs_f64())]
    Stalled { after: Duration },
    /// The head of an answer did not come whole in time.
    #[error("no answer within {} s", .after.as_secs_f64())]
    NoAnswer {
        /// The limit, the connection's included.
        after: Duration,
    },
    /// Bytes came, but fewer than an honest connection delivers.
    #[error("slower than {} a second for {:.1} s", Bytes(*.rate_min), .window.as_secs_f64())]
    Slow {
        /// The least rate in bytes a second.
        rate_min: u64,
        /// For how long it was measured.
        window: Duration,
    },
    /// The connection ended before the answer did.
    #[error("the connection was cut ({detail})")]
    Cut { detail: String },
    /// The time limit of a document or of a file has run out.
    #[error("not done within {} s", .after.as_secs_f64())]
    TimeUp { after: Duration },
    /// The server answers with an error.
    #[error("answered {code}{}", status_text(*.code))]
    Status {
        /// The HTTP status code.
        code: u16,
    },
    /// One redirect after the other.
    #[error("more than {REDIRECTS_MAX} redirects")]
    RedirectLoop,
    /// A redirect from https to something weaker.
    #[error("redirects from https to `{to}`, which is refused")]
    Downgrade {
        /// Where to.
        to: String,
    },
    /// A web page came where a file was expected: a login page, a proxy's notice.
    #[error("a web page came back instead{}", .from.as_ref().map(|host| format!(", from {host}")).unwrap_or_default())]
    WebPage {
        /// The host that a redirect led to.
        from: Option<String>,
    },
    /// The answer is encoded though that was not accepted.
    #[error("sent content encoding `{encoding}`, which was not accepted")]
    Encoding {
        /// The encoding.
        encoding: String,
    },
    /// More bytes than any honest answer has.
    #[error("larger than the limit of {}", Bytes(*.bytes_max))]
    TooLarge {
        /// The limit in bytes.
        bytes_max: u64,
    },
    /// The file has another size than it should.
    #[error("size differs: expected {expected} bytes, got {actual}")]
    SizeDiffers {
        /// What was expected.
        expected: u64,
        /// What the server has.
        actual: u64,
    },
    /// The server's answer to a range request makes no sense.
    #[error("answered a range request wrongly ({detail})")]
    BadRange {
        /// What it said.
        detail: String,
    },
    /// The host failed too often and is left alone for a while.
    #[error("not asked: it failed {failures} times in a row, and is left alone for another {} s", .left.as_secs())]
    LeftAlone {
        /// How often it failed.
        failures: u32,
        /// For how long it is still left alone.
        left: Duration,
    },
    /// Anything else.
    #[error("{detail}")]
    Other {
        /// The message of the code that noticed it.
        detail: String,
    },
}

impl Reason {
    /// Whether another try may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Reason::Dns { .. }
            | Reason::Refused
            | Reason::Connect { .. }
            | Reason::ConnectTimeout { .. }
            | Reason::Stalled { .. }
            | Reason::NoAnswer { .. }
            | Reason::Slow { .. }
            | Reason::Cut { .. }
            | Reason::Other { .. } => true,
            // 425: the server does not want to answer over a connection this young.
            Reason::Status { code } => matches!(code, 408 | 425 | 429 | 500 | 502..=504 | 506..=510 | 512..=599),
            Reason::Proxy { .. }
            | Reason::Certificate { .. }
            | Reason::Tls { .. }
            | Reason::TimeUp { .. }
            | Reason::RedirectLoop
            | Reason::Downgrade { .. }
            | Reason::WebPage { .. }
            | Reason::Encoding { .. }
            | Reason::TooLarge { .. }
            | Reason::SizeDiffers { .. }
            | Reason::BadRange { .. }
            | Reason::LeftAlone { .. } => false,
        }
    }

    /// Whether no connection came about: to the proxy, if there is one.
    pub(crate) fn is_of_the_way(&self) -> bool {
        matches!(self, Reason::Dns { .. } | Reason::Refused | Reason::Connect { .. } | Reason::ConnectTimeout { .. })
    }

    /// Who failed, for a message: the host, or the proxy that did not let a connection come about.
    pub(crate) fn blames(&self, host: &str, proxy: Option<&ProxyUsed>) -> String {
        match proxy {
            Some(proxy) if self.is_of_the_way() => proxy.to_string(),
            _ => host.to_owned(),
        }
    }

    /// Whether it is a failure of the host, not of the one file.
    pub(crate) fn blames_host(&self) -> bool {
        match self {
            Reason::Dns { .. }
            | Reason::Refused
            | Reason::Connect { .. }
            | Reason::ConnectTimeout { .. }
            | Reason::Proxy { .. }
            | Reason::Certificate { .. }
            | Reason::Tls { .. }
            | Reason::Stalled { .. }
            | Reason::NoAnswer { .. }
            | Reason::Slow { .. }
            | Reason::Cut { .. } => true,
            Reason::Status { code } => *code >= 500,
            _ => false,
        }
    }

    /// Why a request or the reading of its answer failed, from the chain of causes.
    pub(crate) fn of(error: &reqwest::Error, connect_timeout: Duration) -> Reason {
        let mut texts = Vec::new();
        let mut refused_redirect = None;
        let mut io_kind = None;
        let mut tls = None;
        let mut cause: Option<&(dyn Error + 'static)> = error.source();
        while let Some(inner) = cause {
            if let Some(found) = inner.downcast_ref::<RedirectRefused>() {
                refused_redirect = Some(found.clone());
            }
            if let Some(found) = inner.downcast_ref::<rustls::Error>() {
                tls = Some(found.clone());
            }
            // `source` of such an error skips the error that it wraps, and they are nested.
            let mut wrapped = inner.downcast_ref::<io::Error>();
            while let Some(found) = wrapped {
                io_kind = Some(found.kind());
                let within = found.get_ref();
                if let Some(found) = within.and_then(|within| within.downcast_ref::<rustls::Error>()) {
                    tls = Some(found.clone());
                }
                wrapped = within.and_then(|within| within.downcast_ref::<io::Error>());
            }
            texts.push(inner.to_string());
            cause = inner.source();
        }
        let detail = detail(texts.last().map_or("no details", String::as_str));
        let proxy =
            texts.iter().find(|text| text.contains("tunnel") || text.contains("proxy") || text.contains("SOCKS"));
        match (refused_redirect, tls) {
            (Some(RedirectRefused::Loop), _) => return Reason::RedirectLoop,
            (Some(RedirectRefused::Downgrade(to)), _) => return Reason::Downgrade { to },
            (None, Some(rustls::Error::InvalidCertificate(why))) => {
                return Reason::Certificate { detail: self::detail(&format!("{why}")) };
            }
            (None, Some(why)) => return Reason::Tls { detail: self::detail(&why.to_string()) },
            (None, None) => {}
        }
        match io_kind {
            _ if error.is_dns() => Reason::Dns { detail },
            // A tunnel begins with a connection to the proxy.
            Some(io::ErrorKind::ConnectionRefused) => Reason::Refused,
            _ if texts.iter().any(|text| text.contains("failed to create underlying connection")) => {
                Reason::Connect { detail }
            }
            _ if proxy.is_some() => Reason::Proxy { detail: proxy.map_or(detail, |text| self::detail(text)) },
            _ if error.is_connect() && error.is_timeout() => Reason::ConnectTimeout { after: connect_timeout },
            _ if error.is_connect() => Reason::Connect { detail },
            _ if error.is_builder() => Reason::Other { detail },
            _ => Reason::Cut { detail },
        }
    }
}

/// Why a redirect was not followed; travels through the HTTP library's error chain.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum RedirectRefused {
    #[error("too many redirects")]
    Loop,
    #[error("redirect from https to {0}")]
    Downgrade(String),
}

/// Foreign text, bounded and without characters that steer a terminal.
pub(crate) fn detail(text: &str) -> String {
    text.chars().map(|c| if diag::deceives(c) { ' ' } else { c }).take(DETAIL_CHARS_MAX).collect()
}

/// What the usual codes mean (RFC 9110, section 15), in brackets.
fn status_text(code: u16) -> String {
    let text = match code {
        400 => "bad request",
        401 => "credentials wanted",
        403 => "forbidden",
        404 => "not found",
        407 => "the proxy wants credentials",
        408 => "request timeout",
        410 => "gone",
        429 => "too many requests",
        451 => "unavailable for legal reasons",
        500 => "internal error",
        502 => "bad gateway",
        503 => "unavailable",
        504 => "gateway timeout",
        511 => "this network wants you to sign in",
        _ => return String::new(),
    };
    format!(" ({text})")
}
