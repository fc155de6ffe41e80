//! Coordinates one transfer: which place to ask, on how many connections, what its answers mean, when to retry, when to
//! start over.
//!
//! This is sequential code on a thread of its own. Connections do the work on the network's thread; they report the
//! head of each answer and wait for permission to continue, so every decision is made here, in one place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use diag::{Progress, TaskHandle};
use sys::Moment;
use tokio::task::AbortHandle;
use url::Url;

use crate::client::{Client, FailedTry};
use crate::connection::Connection;
use crate::error::FetchError;
use crate::head::Head;
use crate::limits::TICK;
use crate::outcome::Outcome;
use crate::parts::{Meta, PartsFolder};
use crate::reason::Reason;
use crate::redact::{host, mark};
use crate::request::{Job, written};
use crate::response_check::{Answered, Expected, Verdict, check};
use crate::retry::{Failure, Retry};
use crate::transfer_state::{Claim, End, Message, TransferState};
use crate::wire::{Request, Use};

/// The state across rounds: the place, its tries, earlier failures.
pub(crate) struct Coordinator<'a> {
    client: &'a Client,
    job: &'a Job,
    task: &'a dyn TaskHandle,
    progress: &'a dyn Progress,
    place: usize,
    retry: Retry,
    failures: Vec<FetchError>,
    attempts: u32,
    served_by: usize,
    bytes_fetched: u64,
    begun: Moment,
}

impl<'a> Coordinator<'a> {
    pub fn new(
        client: &'a Client,
        job: &'a Job,
        task: &'a dyn TaskHandle,
        progress: &'a dyn Progress,
    ) -> Coordinator<'a> {
        Coordinator {
            client,
            job,
            task,
            progress,
            place: 0,
            retry: Retry::new(client.settings(), job.tries),
            failures: Vec::new(),
            attempts: 0,
            served_by: 0,
            bytes_fetched: 0,
            begun: client.sys().clock().moment(),
        }
    }

    /// The place that served the last byte.
    pub fn served_by(&self) -> Url {
        self.job.urls[self.served_by].clone()
    }

    /// How often a place was asked.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How many bytes all rounds fetched.
    pub fn bytes_fetched(&self) -> u64 {
        self.bytes_fetched
    }

    /// How much of the file's time limit is left.
    fn time_left(&self) -> Duration {
        let client = self.client;
        client.settings().transfer_max.saturating_sub(client.sys().clock().since(self.begun))
    }

    /// Gives up the present place and moves to the next one.
    pub fn next_place(&mut self, failure: FetchError) -> Result<(), FetchError> {
        self.place += 1;
        self.retry = Retry::new(self.client.settings(), self.job.tries);
        if let Some(next) = self.job.urls.get(self.place) {
            self.progress.tell(&format!("could not {failure}; asking {} instead", host(next)));
            self.failures.push(failure);
            return Ok(());
        }
        if self.failures.is_empty() {
            return Err(failure);
        }
        self.failures.push(failure);
        let failures = std::mem::take(&mut self.failures);
        Err(FetchError::AllFailed { name: self.job.name.clone(), failures })
    }

    /// Fetches all missing bytes to disk.
    pub fn run(&mut self, state: &Arc<TransferState>, folder: &PartsFolder, meta: Meta) -> Outcome {
        let connections_max = self.client.settings().connections_max;
        let mut round = Round {
            coordinator: self,
            state,
            folder,
            meta,
            running: BTreeMap::new(),
            connections_begun: 0,
            connections_max,
            serves_ranges: false,
            throughput: None,
            bytes_told: 0,
        };
        let outcome = round.drive();
        for connection in round.running.values() {
            connection.task.abort();
        }
        state.wait_for_connections();
        round.tell_progress();
        self.bytes_fetched += state.bytes_fetched();
        outcome
    }
}

/// One round: the open connections and the facts about the server.
struct Round<'c, 'a> {
    coordinator: &'c mut Coordinator<'a>,
    state: &'c Arc<TransferState>,
    folder: &'c PartsFolder,
    meta: Meta,
    running: BTreeMap<u64, Running>,
    connections_begun: u64,
    connections_max: usize,
    serves_ranges: bool,
    throughput: Option<Throughput>,
    bytes_told: u64,
}

struct Running {
    task: AbortHandle,
    claim: Claim,
    ranged: bool,
    bytes_fetched_before: u64,
    /// Whether it was allowed to continue.
    is_proven: bool,
    /// Why it was not.
    dismissal: Option<Dismissal>,
}

/// Why a connection was not allowed to continue.
enum Dismissal {
    /// The answer is unusable.
    Rejected(Failure),
    /// Another connection fetches its segment by now. This is not a failure.
    Superseded,
}

/// When the first bytes came, to measure the rate.
struct Throughput {
    begun: Moment,
    widened: Moment,
    bytes_fetched_before: u64,
}

/// The result of the tries at one place.
enum PlaceOutcome {
    Complete,
    Failed(Failure),
    Over(Outcome),
}

impl Round<'_, '_> {
    fn drive(&mut self) -> Outcome {
        loop {
            if self.state.is_complete() {
                return Outcome::Complete;
            }
            let Some(url) = self.coordinator.job.urls.get(self.coordinator.place).cloned() else {
                return Outcome::Failed(FetchError::Job {
                    name: self.coordinator.job.name.clone(),
                    reason: "no place is left to ask",
                });
            };
            if self.coordinator.time_left().is_zero() {
                return Outcome::Failed(self.time_up(&url));
            }
            match self.coordinator.client.admit(&url) {
                Ok(()) => {}
                Err(error @ FetchError::Scheme { .. }) => match self.coordinator.next_place(error) {
                    Ok(()) => continue,
                    Err(error) => return Outcome::Failed(error),
                },
                Err(error) => return Outcome::Failed(error),
            }
            if self.state.bytes_held() > 0 && !self.can_resume(&url) {
                let why = format!("it is unknown whether the bytes on disk are of the same file as at {}", host(&url));
                return Outcome::StartOver(why);
            }
            let bytes_before = self.state.bytes_fetched();
            let outcome = match self.coordinator.client.ask_breaker(&url) {
                Ok(()) => self.try_place(&url),
                Err(failure) => PlaceOutcome::Failed(failure),
            };
            let failure = match outcome {
                PlaceOutcome::Complete => continue,
                PlaceOutcome::Over(outcome) => return outcome,
                PlaceOutcome::Failed(failure) => failure,
            };
            self.tell_progress();
            let left = self.coordinator.time_left();
            let Coordinator { client, retry, progress, .. } = &mut *self.coordinator;
            client.host_failed(&url, &failure.reason);
            // A trickle of bytes does not count as a gain: it would reset the count of tries for ever.
            let gained = self.state.bytes_fetched() > bytes_before && !matches!(failure.reason, Reason::Slow { .. });
            match client.wait_to_retry(&url, &failure, FailedTry::File { gained }, retry, left, *progress) {
                Ok(true) => {}
                Ok(false) => {
                    let error = client.given_up(&url, failure.reason, retry.attempts(), self.state.bytes_held());
                    if let Err(error) = self.coordinator.next_place(error) {
                        return Outcome::Failed(error);
                    }
                }
                Err(error) => return Outcome::Failed(error),
            }
        }
    }

    /// Whether bytes from this place may join those on disk: a validator protects them, or the final hash check does.
    fn can_resume(&self, url: &Url) -> bool {
        self.coordinator.job.sha256.is_some() || self.validator(url).is_some()
    }

    fn validator(&self, url: &Url) -> Option<String> {
        let same_place = mark(url) == self.meta.url;
        self.meta.validators().for_if_range().filter(|_| same_place).map(str::to_owned)
    }

    fn try_place(&mut self, url: &Url) -> PlaceOutcome {
        self.coordinator.attempts += 1;
        self.throughput = None;
        match self.start_connection(url, false) {
            Ok(true) => {}
            Ok(false) => return PlaceOutcome::Failed(nothing_to_ask()),
            Err(error) => return PlaceOutcome::Over(Outcome::Failed(error)),
        }
        loop {
            self.tell_progress();
            // Other code stops the transfer only if the reader's user has panicked.
            if self.state.is_stopped() || self.coordinator.client.check_interrupt().is_err() {
                return PlaceOutcome::Over(Outcome::Failed(FetchError::Interrupted));
            }
            if self.coordinator.time_left().is_zero() {
                return PlaceOutcome::Over(Outcome::Failed(self.time_up(url)));
            }
            if let Err(error) = self.widen(url) {
                return PlaceOutcome::Over(Outcome::Failed(error));
            }
            let Some(report) = self.state.next_report(TICK) else { continue };
            let ended = match report.message {
                Message::Head { head, go } => {
                    let Some(running) = self.running.get(&report.connection) else { continue };
                    let (start, ranged) = (running.claim.start, running.ranged);
                    match self.check(url, start, ranged, &head) {
                        Verdict::Accept if self.state.prove(report.connection) => {
                            self.flowing(url);
                            if let Some(connection) = self.running.get_mut(&report.connection) {
                                connection.is_proven = true;
                            }
                            // A connection that has ended meanwhile reports so.
                            let _ = go.send(());
                        }
                        Verdict::Accept => self.dismiss(report.connection, Dismissal::Superseded),
                        Verdict::Reject(failure) => self.dismiss(report.connection, Dismissal::Rejected(failure)),
                        Verdict::End(outcome) => return PlaceOutcome::Over(outcome),
                    }
                    continue;
                }
                Message::Ended(end) => end,
            };
            let Some(connection) = self.running.remove(&report.connection) else { continue };
            match self.connection_ended(url, connection, ended) {
                Ok(Some(outcome)) => return outcome,
                Ok(None) => {}
                Err(error) => return PlaceOutcome::Over(Outcome::Failed(error)),
            }
        }
    }

    /// Checks the head of an answer, and records what it says about the file.
    fn check(&mut self, url: &Url, start: u64, ranged: bool, head: &Head) -> Verdict {
        let job = self.coordinator.job;
        let Answered { verdict, serves_ranges, file } = check(
            &Expected {
                url,
                start,
                ranged,
                is_alone: self.running.len() == 1,
                meta: &self.meta,
                bytes_total: self.state.bytes_total(),
                bytes_held: self.state.bytes_held(),
                bytes_expected: job.bytes_expected,
                bytes_max: job.bytes_max,
                has_hash: job.sha256.is_some(),
            },
            head,
        );
        if let Some(serves_ranges) = serves_ranges {
            self.serves_ranges = serves_ranges;
        }
        if let Some(meta) = file {
            self.state.set_bytes_total(meta.bytes_total);
            self.meta = meta;
            if let Err(error) = self.folder.write_meta(&self.meta) {
                return Verdict::End(Outcome::Failed(written(error)));
            }
        }
        verdict
    }

    /// The file's time limit has run out, whichever place was asked.
    fn time_up(&self, url: &Url) -> FetchError {
        let Coordinator { client, retry, .. } = &*self.coordinator;
        let reason = Reason::TimeUp { after: client.settings().transfer_max };
        client.given_up(url, reason, retry.attempts() + 1, self.state.bytes_held())
    }

    /// Stops a connection; keeps the reason until it has ended.
    fn dismiss(&mut self, connection: u64, dismissal: Dismissal) {
        if let Some(connection) = self.running.get_mut(&connection) {
            connection.dismissal = Some(dismissal);
        }
    }

    /// Continues after the end of a connection; `Some` when the tries at this place are over.
    fn connection_ended(
        &mut self,
        url: &Url,
        connection: Running,
        end: End,
    ) -> Result<Option<PlaceOutcome>, FetchError> {
        let failure = match (end, connection.dismissal) {
            (_, Some(Dismissal::Rejected(failure))) => Some(failure),
            (_, Some(Dismissal::Superseded)) => None,
            (End::Disk(error), None) => return Err(written(error)),
            (End::Failed(reason), None) => Some(Failure::of(reason)),
            (End::Dismissed, None) => Some(Failure::of(Reason::Other { detail: "the request was ended".to_owned() })),
            (End::BodyEnded, None) => self.body_ended()?,
            (End::Done, None) if self.state.bytes_fetched() == connection.bytes_fetched_before => {
                Some(Failure::of(Reason::Cut { detail: "the answer was empty".to_owned() }))
            }
            (End::Done, None) => None,
        };
        if self.state.is_complete() {
            return Ok(Some(PlaceOutcome::Complete));
        }
        match failure {
            Some(failure) if self.running.is_empty() => return Ok(Some(PlaceOutcome::Failed(failure))),
            // The other connections fetch its bytes too. The server, or the line, does not accept so many at once.
            Some(_) => self.connections_max = self.running.len(),
            None => {
                // If there are others, a connection takes one segment at a time, so that all of them work near the
                // reader.
                let one_segment = !self.running.is_empty() && self.may_split(url);
                if !self.start_connection(url, one_segment)? && self.running.is_empty() {
                    return Ok(Some(PlaceOutcome::Failed(nothing_to_ask())));
                }
            }
        }
        Ok(None)
    }

    /// The end of the connection was the end of the body: only now the size is known, if it was not cut.
    fn body_ended(&mut self) -> Result<Option<Failure>, FetchError> {
        let bytes = self.state.bytes_held();
        if let Some(expected) = self.coordinator.job.bytes_expected.filter(|expected| *expected != bytes) {
            let reason = if bytes < expected {
                Reason::Cut { detail: format!("it ended after {bytes} of {expected} bytes") }
            } else {
                Reason::SizeDiffers { expected, actual: bytes }
            };
            return Ok(Some(Failure::of(reason)));
        }
        self.state.set_bytes_total(Some(bytes));
        self.meta.bytes_total = Some(bytes);
        self.folder.write_meta(&self.meta).map_err(written)?;
        Ok(None)
    }

    /// Starts a connection for the first unclaimed missing bytes; `false` when there are none.
    fn start_connection(&mut self, url: &Url, one_segment: bool) -> Result<bool, FetchError> {
        let client = self.coordinator.client;
        // Called before the claim is made, since they can fail.
        let (http, runtime) = (client.http(Use::Files)?, client.runtime()?);
        let number = self.connections_begun + 1;
        let Some(claim) = self.state.claim(number, one_segment) else { return Ok(false) };
        self.connections_begun = number;
        let total = self.state.bytes_total();
        let ends_early = claim.end.is_some() && claim.end != total;
        let mut headers = self.coordinator.job.headers.clone();
        let ranged = claim.start > 0 || ends_early;
        if ranged {
            let last = claim.end.filter(|_| ends_early).map(|end| (end - 1).to_string()).unwrap_or_default();
            headers.push(("range".to_owned(), format!("bytes={}-{last}", claim.start)));
            if let Some(validator) = self.validator(url) {
                headers.push(("if-range".to_owned(), validator));
            }
        }
        let connection = Connection {
            number,
            http,
            request: Request { url: url.clone(), headers, login: client.login(url) },
            claim,
            state: self.state.clone(),
            folder: self.folder.clone(),
            settings: client.settings().clone(),
            bytes_max: self.coordinator.job.bytes_max,
            now_unix_seconds: client.sys().clock().unix_seconds(),
        };
        let task = runtime.spawn(connection.begin()).abort_handle();
        let bytes_fetched_before = self.state.bytes_fetched();
        let running = Running { task, claim, ranged, bytes_fetched_before, is_proven: false, dismissal: None };
        self.running.insert(number, running);
        Ok(true)
    }

    /// Opens a further connection when the transfer has turned out slow and can be split.
    fn widen(&mut self, url: &Url) -> Result<(), FetchError> {
        let (Some(throughput), Some(total)) = (&self.throughput, self.state.bytes_total()) else { return Ok(()) };
        // One at a time: a server that refuses gets only one such request.
        let all_proven = self.running.values().all(|connection| connection.is_proven);
        if self.running.len() >= self.connections_max || !all_proven || !self.may_split(url) {
            return Ok(());
        }
        let (clock, settings) = (self.coordinator.client.sys().clock(), self.coordinator.client.settings());
        if clock.since(throughput.widened) < settings.parallel_after {
            return Ok(());
        }
        let elapsed = clock.since(throughput.begun).as_secs_f64();
        let fetched = self.state.bytes_fetched().saturating_sub(throughput.bytes_fetched_before) as f64;
        let remaining = total.saturating_sub(self.state.bytes_held()) as f64;
        // Written without a division: the count of bytes may be zero.
        if remaining * elapsed <= settings.parallel_remaining.as_secs_f64() * fetched {
            return Ok(());
        }
        if let Some(throughput) = &mut self.throughput {
            throughput.widened = clock.moment();
        }
        self.start_connection(url, true).map(|_| ())
    }

    /// Whether the file may come in several ranges at once.
    fn may_split(&self, url: &Url) -> bool {
        self.serves_ranges && self.connections_max > 1 && self.state.bytes_total().is_some() && self.can_resume(url)
    }

    fn flowing(&mut self, url: &Url) {
        let coordinator = &mut *self.coordinator;
        coordinator.served_by = coordinator.place;
        coordinator.client.host_answered(url);
        if let Some(total) = self.state.bytes_total().or(coordinator.job.bytes_expected) {
            coordinator.task.expect_bytes(total);
        }
        if self.throughput.is_none() {
            let now = coordinator.client.sys().clock().moment();
            let bytes_fetched_before = self.state.bytes_fetched();
            self.throughput = Some(Throughput { begun: now, widened: now, bytes_fetched_before });
        }
    }

    fn tell_progress(&mut self) {
        let fetched = self.state.bytes_fetched();
        if fetched > self.bytes_told {
            self.coordinator.task.advance(fetched - self.bytes_told);
            self.bytes_told = fetched;
        }
    }
}

fn nothing_to_ask() -> Failure {
    Failure::of(Reason::Other { detail: "no bytes are left to ask for".to_owned() })
}
