//! The client: settings, the parts that are built at first use, and a breaker for each host.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use diag::{Hints, Progress};
use sys::Sys;
use url::Url;

use crate::breaker::{Breaker, BreakerEvent};
use crate::credentials::{Credentials, Login};
use crate::error::FetchError;
use crate::limits::{HOSTS_MAX, RETRY_TOLD_AFTER, TICK};
use crate::proxies::proxy_for;
use crate::reason::Reason;
use crate::redact::{host, redacted};
use crate::retry::{Failure, Next, Retry};
use crate::runtime::Runtime;
use crate::settings::Settings;
use crate::wire::{self, Use};

/// A try that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailedTry {
    /// For a document.
    Document,
    /// For a file; with `gained`, bytes arrived, and the count of tries begins anew.
    File { gained: bool },
}

/// The HTTP client. Cheap to make: threads, certificates and connections are made at the first use.
///
/// It may be used by several threads at once.
pub struct Client {
    sys: Sys,
    settings: Arc<Settings>,
    documents: OnceLock<Result<reqwest::Client, String>>,
    files: OnceLock<Result<reqwest::Client, String>>,
    breakers: Mutex<BTreeMap<String, Breaker>>,
    // Last: connections are closed before the thread that serves them ends.
    runtime: OnceLock<Result<Runtime, String>>,
    credentials: OnceLock<Credentials>,
}

impl Client {
    /// A client. Starts and reads nothing yet.
    ///
    /// # Errors
    /// When the settings contradict themselves.
    pub fn new(sys: &Sys, settings: Settings) -> Result<Client, FetchError> {
        if settings.segment_bytes == 0 || settings.connections_max == 0 {
            return Err(FetchError::Setup { reason: "segments and connections must not be 0".to_owned() });
        }
        Ok(Client {
            sys: sys.clone(),
            settings: Arc::new(settings),
            documents: OnceLock::new(),
            files: OnceLock::new(),
            breakers: Mutex::default(),
            runtime: OnceLock::new(),
            credentials: OnceLock::new(),
        })
    }

    pub(crate) fn sys(&self) -> &Sys {
        &self.sys
    }

    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.settings
    }

    pub(crate) fn runtime(&self) -> Result<&tokio::runtime::Handle, FetchError> {
        let made = self.runtime.get_or_init(|| Runtime::start().map_err(|error| error.to_string()));
        made.as_ref().map(Runtime::handle).map_err(|reason| FetchError::Setup { reason: reason.clone() })
    }

    pub(crate) fn http(&self, used_for: Use) -> Result<reqwest::Client, FetchError> {
        let slot = match used_for {
            Use::Documents => &self.documents,
            Use::Files => &self.files,
        };
        let made = slot.get_or_init(|| wire::client(&self.sys, &self.settings, used_for));
        made.clone().map_err(|reason| FetchError::Setup { reason })
    }

    fn credentials(&self) -> &Credentials {
        self.credentials.get_or_init(|| Credentials::read(&self.sys, self.settings.goauth))
    }

    /// The credentials of the user's `.netrc` for an address; read before the first https request.
    pub(crate) fn login(&self, url: &Url) -> Option<Login> {
        if url.scheme() != "https" {
            return None;
        }
        self.credentials().login(url).cloned()
    }

    /// Refuses requests that need no network to be refused: offline, not HTTP.
    pub(crate) fn admit(&self, url: &Url) -> Result<(), FetchError> {
        if self.settings.offline {
            return Err(FetchError::Offline { url: redacted(url) });
        }
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(FetchError::Scheme { url: redacted(url), scheme: url.scheme().to_owned() });
        }
        Ok(())
    }

    /// Asks the host's breaker for permission.
    pub(crate) fn ask_breaker(&self, url: &Url) -> Result<(), Failure> {
        let now = self.sys.clock().unix_seconds();
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(breaker) = breakers.get_mut(&host(url)) else { return Ok(()) };
        if let Some((failures, left)) = breaker.refusal(now) {
            return Err(Failure::of(Reason::LeftAlone { failures, left }));
        }
        *breaker = breaker.step(BreakerEvent::Asked, now);
        Ok(())
    }

    /// Reports to the host's breaker that the host answered.
    pub(crate) fn host_answered(&self, url: &Url) {
        let now = self.sys.clock().unix_seconds();
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(breaker) = breakers.get_mut(&host(url)) {
            *breaker = breaker.step(BreakerEvent::Answered, now);
        }
    }

    /// Reports a failure to the host's breaker.
    pub(crate) fn host_failed(&self, url: &Url, reason: &Reason) {
        if !reason.blames_host() {
            // The host is healthy and has refused.
            if matches!(reason, Reason::Status { .. }) {
                self.host_answered(url);
            }
            return;
        }
        let now = self.sys.clock().unix_seconds();
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        if breakers.len() >= HOSTS_MAX {
            breakers.clear();
        }
        let breaker = breakers.entry(host(url)).or_insert_with(|| Breaker::new(self.settings.breaker));
        *breaker = breaker.step(BreakerEvent::Failed, now);
    }

    /// Judges a failure, reports the wait, and waits. `false`: this place is given up.
    pub(crate) fn wait_to_retry(
        &self,
        url: &Url,
        failure: &Failure,
        tried: FailedTry,
        retry: &mut Retry,
        left: Duration,
        progress: &dyn Progress,
    ) -> Result<bool, FetchError> {
        let Next::Wait(wait) = retry.after(failure, tried == FailedTry::File { gained: true }, fastrand::f64()) else {
            return Ok(false);
        };
        // Does not begin a wait that is longer than the time limit.
        if wait >= left {
            return Ok(false);
        }
        let (failed, most) = retry.count();
        let line = format!(
            "{}: {}; trying again in {:.1} s ({failed} of {most} tries failed)",
            failure.reason.blames(&host(url), proxy_for(&self.sys, url).as_ref()),
            failure.reason,
            wait.as_secs_f64(),
        );
        // The error after the last try of a document says how many there were; a file is what the user watches.
        if tried != FailedTry::Document || wait >= RETRY_TOLD_AFTER {
            progress.tell(&line);
        } else {
            progress.detail(&line);
        }
        self.wait(wait)?;
        Ok(true)
    }

    /// The error of a place that is given up; `bytes_kept` are on disk for the next run.
    pub(crate) fn given_up(&self, url: &Url, reason: Reason, tries: u32, bytes_kept: u64) -> FetchError {
        let proxy = proxy_for(&self.sys, url);
        let remedy = match reason {
            Reason::Status { code: 401 | 403 } => self.credentials().remedy(url),
            _ => Hints::none(),
        };
        FetchError::Failed { url: redacted(url), host: host(url), reason, tries, bytes_kept, proxy, remedy }
    }

    /// Waits in small steps, to notice an interrupt.
    pub(crate) fn wait(&self, duration: Duration) -> Result<(), FetchError> {
        let mut left = duration;
        while !left.is_zero() {
            self.check_interrupt()?;
            let step = left.min(TICK);
            self.sys.clock().sleep(step);
            left -= step;
        }
        self.check_interrupt()
    }

    pub(crate) fn check_interrupt(&self) -> Result<(), FetchError> {
        if self.sys.interrupt().is_asked() { Err(FetchError::Interrupted) } else { Ok(()) }
    }
}
