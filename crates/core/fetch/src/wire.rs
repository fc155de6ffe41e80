//! The HTTP library, set up: redirects and limits; one request out, its head back.

use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, DATE, ETAG,
    HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Response};
use sys::Sys;
use tokio::time::Instant;
use url::Url;

use crate::certificates::tls;
use crate::credentials::Login;
use crate::head::{ContentRange, Head, Validators, strong_date};
use crate::limits::REDIRECTS_MAX;
use crate::pace::Pace;
use crate::proxies::configure;
use crate::reason::{Reason, RedirectRefused, detail};
use crate::redact::redacted;
use crate::retry::retry_after;
use crate::settings::Settings;

/// A request: where to, and which headers besides the usual ones.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub url: Url,
    pub headers: Vec<(String, String)>,
    /// Credentials for the host. A redirect to another host or port does not carry them on.
    pub login: Option<Login>,
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
    let protocols: &[&[u8]] = match used_for {
        Use::Documents => &[b"h2", b"http/1.1"],
        Use::Files => &[b"http/1.1"],
    };
    let tls = tls(sys, settings, protocols)?;
    basics(sys, settings, used_for)?.tls_backend_preconfigured(tls).build().map_err(|error| words(&error))
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
    configure(sys, builder)
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
    let mut sending = client.get(request.url.clone()).headers(headers);
    if let Some(Login { user, password }) = &request.login {
        sending = sending.basic_auth(user, Some(password));
    }
    let sending = sending.send();
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
