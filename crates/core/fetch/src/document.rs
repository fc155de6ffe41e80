//! Small documents: whole in memory, bounded, retried.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use diag::Progress;
use url::Url;

use crate::client::{Client, FailedTry};
use crate::credentials::Login;
use crate::error::FetchError;
use crate::head::{Validators, looks_like_web_page, objection};
use crate::limits::TICK;
use crate::reason::Reason;
use crate::retry::{Failure, Retry};
use crate::wire::{self, Body, Request, Use};

/// A small document to get.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it is.
    pub url: Url,
    /// The most bytes that it may have.
    pub bytes_max: u64,
    /// The accepted media types, as in an `Accept` header.
    pub accept: Option<String>,
    /// The entity tag of an existing copy: if the copy is still current, no bytes are sent.
    pub etag: Option<String>,
    /// The date of an existing copy; used if there is no entity tag.
    pub last_modified: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// How often it is tried; `None` for the setting.
    pub tries: Option<u32>,
    /// The client's longest wait between two tries, if another place is the better retry. It does not limit a server's
    /// `Retry-After`.
    pub wait_max: Option<Duration>,
    /// How long it may take in all, tries and waits included; `None` for the setting.
    pub time_max: Option<Duration>,
    /// Whether a web page instead of it is an error: a login page or a proxy's notice, with status 200. It is one, unless
    /// the document is a web page.
    pub html_refused: bool,
}

impl Document {
    /// A document of at most so many bytes, without further conditions.
    pub fn new(url: Url, bytes_max: u64) -> Document {
        Document {
            url,
            bytes_max,
            accept: None,
            etag: None,
            last_modified: None,
            headers: Vec::new(),
            tries: None,
            wait_max: None,
            time_max: None,
            html_refused: true,
        }
    }

    fn request(&self, login: Option<Login>) -> Request {
        let mut headers = self.headers.clone();
        let mut add = |name: &str, value: &Option<String>| {
            if let Some(value) = value {
                headers.push((name.to_owned(), value.clone()));
            }
        };
        add("accept", &self.accept);
        add("if-none-match", &self.etag);
        if self.etag.is_none() {
            add("if-modified-since", &self.last_modified);
        }
        Request { url: self.url.clone(), headers, login }
    }

    fn is_conditional(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }
}

/// What came.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The whole document; empty when it was not modified.
    pub bytes: Vec<u8>,
    /// Its entity tag, for the next time.
    pub etag: Option<String>,
    /// Its date, for the next time, if it is exact enough.
    pub last_modified: Option<String>,
    /// Where it came from, after all redirects.
    pub url_final: Url,
    /// The existing copy is still current.
    pub not_modified: bool,
}

impl Client {
    /// Gets a small document.
    ///
    /// Retries transient failures, with a line to `progress` each time.
    ///
    /// # Errors
    /// When it cannot be fetched; the error names the host and the reason.
    pub fn get(&self, document: &Document, progress: &dyn Progress) -> Result<Answer, FetchError> {
        self.admit(&document.url)?;
        let begun = self.sys().clock().moment();
        let limit = document.time_max.unwrap_or(self.settings().document_max);
        let left = || limit.saturating_sub(self.sys().clock().since(begun));
        let mut retry = Retry::new(self.settings(), document.tries).waiting_at_most(document.wait_max);
        loop {
            self.check_interrupt()?;
            let tried = match self.ask_breaker(&document.url) {
                Ok(()) => self.try_once(document, left(), limit)?,
                Err(failure) => Err(failure),
            };
            let failure = match tried {
                Ok(answer) => {
                    self.host_answered(&document.url);
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            self.host_failed(&document.url, &failure.reason);
            if !self.wait_to_retry(&document.url, &failure, FailedTry::Document, &mut retry, left(), progress)? {
                return Err(self.given_up(&document.url, failure.reason, retry.attempts(), 0));
            }
        }
    }

    /// Tries once; `left` of its `limit` is the time that remains.
    fn try_once(
        &self,
        document: &Document,
        left: Duration,
        limit: Duration,
    ) -> Result<Result<Answer, Failure>, FetchError> {
        let (tell, told) = channel();
        let http = self.http(Use::Documents)?;
        let settings = self.settings().clone();
        let (document, now) = (document.clone(), self.sys().clock().unix_seconds());
        let request = document.request(self.login(&document.url));
        let work = async move {
            let getting = bring(&http, &document, &request, &settings, now);
            let outcome = match tokio::time::timeout(left, getting).await {
                Ok(outcome) => outcome,
                Err(_) => Err(Failure::of(Reason::TimeUp { after: limit })),
            };
            // After an interrupt the receiver is gone.
            let _ = tell.send(outcome);
        };
        let task = self.runtime()?.spawn(work);
        loop {
            match told.recv_timeout(TICK) {
                Ok(outcome) => return Ok(outcome),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(interrupted) = self.check_interrupt() {
                        task.abort();
                        return Err(interrupted);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let detail = "the network thread has ended".to_owned();
                    return Ok(Err(Failure::of(Reason::Other { detail })));
                }
            }
        }
    }
}

async fn bring(
    http: &reqwest::Client,
    document: &Document,
    request: &Request,
    settings: &crate::settings::Settings,
    now_unix_seconds: u64,
) -> Result<Answer, Failure> {
    let (head, response) = wire::send(http, request, settings, now_unix_seconds).await.map_err(Failure::of)?;
    let fail = |reason| Err(Failure { reason, retry_after: head.retry_after });
    if let Some(reason) = objection(&head) {
        return fail(reason);
    }
    let not_modified = head.status == 304 && document.is_conditional();
    if head.status != 200 && !not_modified {
        return fail(Reason::Status { code: head.status });
    }
    if document.html_refused && head.is_web_page {
        return fail(head.web_page_from(&document.url));
    }
    let too_large = Reason::TooLarge { bytes_max: document.bytes_max };
    if head.content_length.is_some_and(|length| length > document.bytes_max) && !not_modified {
        return fail(too_large);
    }
    let (mut bytes, mut body) = (Vec::new(), Body::new(response, settings));
    while let Some(chunk) = body.next().await.map_err(Failure::of)? {
        if (bytes.len() + chunk.len()) as u64 > document.bytes_max {
            return fail(too_large);
        }
        bytes.extend_from_slice(&chunk);
    }
    if document.html_refused && looks_like_web_page(&bytes) {
        return fail(head.web_page_from(&document.url));
    }
    let Validators { etag, last_modified } = head.validators;
    Ok(Answer { bytes, etag, last_modified, url_final: head.url, not_modified })
}
