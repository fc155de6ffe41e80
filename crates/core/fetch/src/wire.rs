//! The HTTP library, set up: proxies, certificates, redirects; one request out, its head back.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, DATE, ETAG,
    HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Certificate, ClientBuilder, NoProxy, Proxy, Response};
use sys::Sys;
use tokio::time::Instant;
use url::Url;

use crate::head::{ContentRange, Head, Validators, strong_date};
use crate::limits::{CERTIFICATE_FILES_MAX, CERTIFICATES_BYTES_MAX, REDIRECTS_MAX};
use crate::pace::Pace;
use crate::reason::{Reason, RedirectRefused, detail};
use crate::redact::{host, redacted};
use crate::retry::retry_after;
use crate::settings::Settings;

/// A request: where to, and which headers besides the usual ones.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub url: Url,
    pub headers: Vec<(String, String)>,
}

/// Which requests a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Many small answers from one host: HTTP/2 if the server supports it.
    Documents,
    /// Few large ones. HTTP/1.1, because several ranges over one HTTP/2 connection share that
    /// connection's window and losses, and are not faster.
    Files,
}

/// Sets the HTTP library up.
pub(crate) fn client(sys: &Sys, settings: &Settings, used_for: Use) -> Result<reqwest::Client, String> {
    // A second client finds the provider installed already: the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let own = own_certificates(sys)?;
    let extra = match &settings.ca_file {
        Some(path) => certificates_in(sys, path)?,
        None => Vec::new(),
    };
    let build = |builder: ClientBuilder| builder.build().map_err(|error| words(&error));
    let base = || -> Result<ClientBuilder, String> { basics(sys, settings, used_for) };
    match own {
        Some(own) => build(base()?.tls_certs_only(own.into_iter().chain(extra))),
        None if extra.is_empty() => match build(base()?) {
            // A bare container has no certificates at all. Plain http must work there; for https the handshake then
            // fails with an untrusted certificate.
            Err(why) if why.contains("No CA certificates") => build(base()?.tls_certs_only([])),
            other => other,
        },
        None => build(base()?.tls_certs_merge(extra)),
    }
}

fn basics(sys: &Sys, settings: &Settings, used_for: Use) -> Result<ClientBuilder, String> {
    let mut builder = reqwest::Client::builder()
        .user_agent(settings.user_agent.clone())
        .connect_timeout(settings.connect_timeout)
        .referer(false)
        .redirect(Policy::custom(|attempt| {
            if attempt.previous().len() > REDIRECTS_MAX {
                return attempt.error(RedirectRefused::Loop);
            }
            let from_https = attempt.previous().last().is_some_and(|from| from.scheme() == "https");
            if from_https && attempt.url().scheme() != "https" {
                let to = redacted(attempt.url());
                return attempt.error(RedirectRefused::Downgrade(to));
            }
            attempt.follow()
        }));
    if used_for == Use::Files {
        builder = builder.http1_only();
    }
    proxies(sys, builder)
}

/// The proxies that the environment names. The rules are curl's: the lower-case name goes first.
struct ProxyVars<'a> {
    http: Option<&'a str>,
    https: Option<&'a str>,
    all: Option<&'a str>,
}

impl ProxyVars<'_> {
    fn of(sys: &Sys) -> ProxyVars<'_> {
        let env = sys.env();
        let either = |lower: &str, upper: &str| env.var(lower).or_else(|| env.var(upper));
        // Under CGI, `HTTP_PROXY` is a request header of the caller (CVE-2016-5385).
        let is_cgi = env.var("REQUEST_METHOD").is_some();
        ProxyVars {
            http: match (is_cgi, sys::Env::NAMES_HAVE_CASE) {
                (false, _) => either("http_proxy", "HTTP_PROXY"),
                (true, true) => env.var("http_proxy"),
                // Both names are one there.
                (true, false) => None,
            },
            https: either("https_proxy", "HTTPS_PROXY"),
            all: either("all_proxy", "ALL_PROXY"),
        }
    }
}

/// The proxy that the environment names for such an address, for messages: host and port alone.
pub(crate) fn proxy_for(sys: &Sys, url: &Url) -> Option<String> {
    let vars = ProxyVars::of(sys);
    let value = if url.scheme() == "https" { vars.https } else { vars.http }.or(vars.all)?;
    let value = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    Url::parse(&value).ok().map(|proxy| host(&proxy))
}

/// Configures the proxies that the environment names. If it names none, asks Windows and macOS for theirs.
fn proxies(sys: &Sys, mut builder: ClientBuilder) -> Result<ClientBuilder, String> {
    let ProxyVars { http, https, all } = ProxyVars::of(sys);
    let exceptions = sys.env().var("no_proxy").or_else(|| sys.env().var("NO_PROXY")).and_then(NoProxy::from_string);
    if http.is_none() && https.is_none() && all.is_none() {
        return Ok(if cfg!(any(windows, target_os = "macos")) { builder } else { builder.no_proxy() });
    }
    type Make = fn(&str) -> reqwest::Result<Proxy>;
    let wanted: [(Option<&str>, Make, &str); 3] = [
        (http, |value| Proxy::http(value), "HTTP_PROXY"),
        (https, |value| Proxy::https(value), "HTTPS_PROXY"),
        (all, |value| Proxy::all(value), "ALL_PROXY"),
    ];
    builder = builder.no_proxy();
    for (value, make, name) in wanted {
        let Some(value) = value else { continue };
        // The value is not shown: it may hold a password.
        let proxy = make(value).map_err(|_| format!("`{name}` is not the address of a proxy"))?;
        builder = builder.proxy(proxy.no_proxy(exceptions.clone()));
    }
    Ok(builder)
}

/// The certificates that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, in place of the system's; `None` if neither is set.
fn own_certificates(sys: &Sys) -> Result<Option<Vec<Certificate>>, String> {
    let (file, folders) = (sys.env().var_os("SSL_CERT_FILE"), sys.env().var_os("SSL_CERT_DIR"));
    if file.is_none() && folders.is_none() {
        return Ok(None);
    }
    let mut certificates = Vec::new();
    if let Some(file) = file {
        let named = |error| format!("`SSL_CERT_FILE`: {error}");
        certificates.extend(certificates_in(sys, Path::new(file)).map_err(named)?);
    }
    for folder in folders.into_iter().flat_map(std::env::split_paths) {
        let names = sys
            .fs()
            .names_if_there(&folder)
            .map_err(|error| format!("`SSL_CERT_DIR`: read `{}`: {error}", folder.display()))?;
        for name in names.into_iter().take(CERTIFICATE_FILES_MAX) {
            // Such folders hold other things too: READMEs, revocation lists, links to nowhere.
            certificates.extend(certificates_in(sys, &folder.join(name)).unwrap_or_default());
        }
    }
    Ok(Some(certificates))
}

fn certificates_in(sys: &Sys, path: &Path) -> Result<Vec<Certificate>, String> {
    let bytes = sys
        .fs()
        .read(path, CERTIFICATES_BYTES_MAX)
        .map_err(|error| format!("read the certificates in `{}`: {error}", path.display()))?;
    Certificate::from_pem_bundle(&bytes)
        .map_err(|error| format!("read the certificates in `{}`: {}", path.display(), words(&error)))
}

/// The innermost message of an error of the library: the outer ones name the URL, with its secrets.
fn words(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    detail(&cause.to_string())
}

/// Sends a request and waits for the head of its answer.
pub(crate) async fn send(
    client: &reqwest::Client,
    request: &Request,
    settings: &Settings,
    now_unix_seconds: u64,
) -> Result<(Head, Response), Reason> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    for (name, value) in &request.headers {
        let header = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
        let (Ok(name), Ok(value)) = header else {
            return Err(Reason::Other { detail: format!("the header `{}` cannot be sent", detail(name)) });
        };
        headers.insert(name, value);
    }
    let sending = client.get(request.url.clone()).headers(headers).send();
    let after = settings.connect_timeout.saturating_add(settings.stall_timeout);
    match tokio::time::timeout(after, sending).await {
        Err(_) => Err(Reason::NoAnswer { after }),
        Ok(Err(error)) => Err(Reason::of(&error, settings.connect_timeout)),
        Ok(Ok(response)) => Ok((head(&response, now_unix_seconds), response)),
    }
}

/// The body of an answer, with its limits.
pub(crate) struct Body {
    response: Response,
    stall_timeout: Duration,
    pace: Pace,
    begun: Instant,
}

impl Body {
    pub fn new(response: Response, settings: &Settings) -> Body {
        let pace = Pace::new(settings.rate_min, settings.rate_window);
        Body { response, stall_timeout: settings.stall_timeout, pace, begun: Instant::now() }
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<impl std::ops::Deref<Target = [u8]> + use<>>, Reason> {
        match tokio::time::timeout(self.stall_timeout, self.response.chunk()).await {
            Err(_) => Err(Reason::Stalled { after: self.stall_timeout }),
            Ok(Err(error)) => Err(Reason::of(&error, Duration::ZERO)),
            Ok(Ok(None)) => Ok(None),
            Ok(Ok(Some(chunk))) => {
                self.pace.brought(chunk.len() as u64, self.begun.elapsed())?;
                Ok(Some(chunk))
            }
        }
    }
}

fn head(response: &Response, now_unix_seconds: u64) -> Head {
    let headers = response.headers();
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let media_type = text(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    Head {
        status: response.status().as_u16(),
        url: response.url().clone(),
        content_length: text(CONTENT_LENGTH).and_then(|value| value.trim().parse().ok()),
        content_range: text(CONTENT_RANGE).and_then(ContentRange::parse),
        content_encoding: text(CONTENT_ENCODING).map(str::to_owned),
        is_web_page: media_type.starts_with("text/html") || media_type.starts_with("application/xhtml"),
        serves_ranges: text(ACCEPT_RANGES).is_some_and(|value| value.trim().eq_ignore_ascii_case("bytes")),
        validators: Validators {
            etag: text(ETAG).map(str::to_owned),
            last_modified: strong_date(text(LAST_MODIFIED), text(DATE)),
        },
        retry_after: text(RETRY_AFTER).and_then(|value| retry_after(value, now_unix_seconds)),
    }
}
