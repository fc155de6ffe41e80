//! The course of one transfer: which place is asked, on how many connections, what its answers mean, when
//! to try again, when to start over.
//!
//! This is sequential code on a thread of its own. Lanes do the work on the network's thread; they report
//! the head of each answer and wait for leave to go on, so every decision is made here, in one place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use diag::{Progress, TaskHandle};
use sys::Moment;
use tokio::task::AbortHandle;
use url::Url;

use crate::board::{Board, Claim, End, What};
use crate::client::Client;
use crate::error::FetchError;
use crate::job::{Job, written};
use crate::judge::Judged;
use crate::lane::Lane;
use crate::limits::TICK;
use crate::parts::{Meta, PartsFolder};
use crate::reason::Reason;
use crate::redact::{host, mark};
use crate::retry::{Failure, Retry};
use crate::wire::{Request, Use};

/// How a round ended.
pub(crate) enum Outcome {
    /// All bytes are on disk; what they are is for the hash to say.
    Complete,
    /// What is held is of no use; the caller throws it away and begins another round.
    StartOver(String),
    Failed(FetchError),
}

/// What outlives a round: the place, its tries, what failed before.
pub(crate) struct Course<'a> {
    client: &'a Client,
    pub(crate) job: &'a Job,
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

impl<'a> Course<'a> {
    pub fn new(client: &'a Client, job: &'a Job, task: &'a dyn TaskHandle, progress: &'a dyn Progress) -> Course<'a> {
        Course {
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

    /// How many bytes came in all rounds.
    pub fn bytes_fetched(&self) -> u64 {
        self.bytes_fetched
    }

    /// How much of the time for the whole file is left.
    fn time_left(&self) -> Duration {
        let client = self.client;
        client.settings().transfer_max.saturating_sub(client.sys().clock().since(self.begun))
    }

    /// Gives the present place up for the next one.
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

    /// Brings all missing bytes to disk.
    pub fn run(&mut self, board: &Arc<Board>, folder: &PartsFolder, meta: Meta) -> Outcome {
        let lanes_max = self.client.settings().connections_max;
        let mut round = Round {
            course: self,
            board,
            folder,
            meta,
            running: BTreeMap::new(),
            lanes_begun: 0,
            lanes_max,
            serves_ranges: false,
            flow: None,
            bytes_told: 0,
        };
        let outcome = round.drive();
        for lane in round.running.values() {
            lane.task.abort();
        }
        board.wait_for_lanes();
        round.tell_progress();
        self.bytes_fetched += board.bytes_fetched();
        outcome
    }
}

/// One round: lanes under way and what is known of the server.
pub(crate) struct Round<'c, 'a> {
    pub(crate) course: &'c mut Course<'a>,
    pub(crate) board: &'c Arc<Board>,
    pub(crate) folder: &'c PartsFolder,
    pub(crate) meta: Meta,
    pub(crate) running: BTreeMap<u64, Running>,
    lanes_begun: u64,
    lanes_max: usize,
    pub(crate) serves_ranges: bool,
    flow: Option<Flow>,
    bytes_told: u64,
}

pub(crate) struct Running {
    task: AbortHandle,
    pub(crate) claim: Claim,
    pub(crate) ranged: bool,
    bytes_fetched_before: u64,
    /// Whether it was let go on.
    is_proven: bool,
    /// Why it was not.
    verdict: Option<Verdict>,
}

/// Why a lane was not let go on.
enum Verdict {
    /// The answer is of no use.
    Refused(Failure),
    /// Another lane brings its segment by now. Nobody is to blame.
    Superseded,
}

/// Since when bytes flow, for the measured rate.
struct Flow {
    begun: Moment,
    widened: Moment,
    bytes_fetched_before: u64,
}

/// How the tries at one place went.
enum Tried {
    Complete,
    Failed(Failure),
    Over(Outcome),
}

impl Round<'_, '_> {
    fn drive(&mut self) -> Outcome {
        loop {
            if self.board.is_complete() {
                return Outcome::Complete;
            }
            let Some(url) = self.course.job.urls.get(self.course.place).cloned() else {
                return Outcome::Failed(FetchError::Job {
                    name: self.course.job.name.clone(),
                    reason: "no place is left to ask",
                });
            };
            if self.course.time_left().is_zero() {
                return Outcome::Failed(self.time_up(&url));
            }
            match self.course.client.admit(&url) {
                Ok(()) => {}
                Err(error @ FetchError::Scheme { .. }) => match self.course.next_place(error) {
                    Ok(()) => continue,
                    Err(error) => return Outcome::Failed(error),
                },
                Err(error) => return Outcome::Failed(error),
            }
            if self.board.bytes_held() > 0 && !self.can_resume(&url) {
                let why = format!("what is held cannot be told to be of the same file as {} has", host(&url));
                return Outcome::StartOver(why);
            }
            let bytes_before = self.board.bytes_fetched();
            let tried = match self.course.client.ask_breaker(&url) {
                Ok(()) => self.try_place(&url),
                Err(failure) => Tried::Failed(failure),
            };
            let failure = match tried {
                Tried::Complete => continue,
                Tried::Over(outcome) => return outcome,
                Tried::Failed(failure) => failure,
            };
            self.tell_progress();
            let left = self.course.time_left();
            let Course { client, retry, progress, .. } = &mut *self.course;
            client.host_failed(&url, &failure.reason);
            // What trickles in is no gain: it would start the count of tries again for ever.
            let gained = self.board.bytes_fetched() > bytes_before && !matches!(failure.reason, Reason::Slow { .. });
            match client.wait_to_retry(&url, &failure, gained, retry, left, *progress) {
                Ok(true) => {}
                Ok(false) => {
                    let error = client.given_up(&url, failure.reason, retry.attempts(), self.board.bytes_held());
                    if let Err(error) = self.course.next_place(error) {
                        return Outcome::Failed(error);
                    }
                }
                Err(error) => return Outcome::Failed(error),
            }
        }
    }

    /// Whether bytes from this place can go together with those that are held: a validator guards them, or
    /// the hash will judge.
    fn can_resume(&self, url: &Url) -> bool {
        self.course.job.sha256.is_some() || self.validator(url).is_some()
    }

    fn validator(&self, url: &Url) -> Option<String> {
        let same_place = mark(url) == self.meta.url;
        self.meta.validators().for_if_range().filter(|_| same_place).map(str::to_owned)
    }

    fn try_place(&mut self, url: &Url) -> Tried {
        self.course.attempts += 1;
        self.flow = None;
        match self.start_lane(url, false) {
            Ok(true) => {}
            Ok(false) => return Tried::Failed(nothing_to_ask()),
            Err(error) => return Tried::Over(Outcome::Failed(error)),
        }
        loop {
            self.tell_progress();
            // The board is stopped from outside only when the reader's user has panicked.
            if self.board.is_stopped() || self.course.client.check_interrupt().is_err() {
                return Tried::Over(Outcome::Failed(FetchError::Interrupted));
            }
            if self.course.time_left().is_zero() {
                return Tried::Over(Outcome::Failed(self.time_up(url)));
            }
            if let Err(error) = self.widen(url) {
                return Tried::Over(Outcome::Failed(error));
            }
            let Some(report) = self.board.next_report(TICK) else { continue };
            let ended = match report.what {
                What::Head { head, go } => {
                    match self.judge(url, report.lane, &head) {
                        Judged::Go if self.board.prove(report.lane) => {
                            self.flowing(url);
                            if let Some(lane) = self.running.get_mut(&report.lane) {
                                lane.is_proven = true;
                            }
                            // A lane that has ended meanwhile reports so.
                            let _ = go.send(());
                        }
                        Judged::Go => self.rule(report.lane, Verdict::Superseded),
                        Judged::Refuse(failure) => self.rule(report.lane, Verdict::Refused(failure)),
                        Judged::Over(outcome) => return Tried::Over(outcome),
                    }
                    continue;
                }
                What::Ended(end) => end,
            };
            let Some(lane) = self.running.remove(&report.lane) else { continue };
            match self.lane_ended(url, lane, ended) {
                Ok(Some(tried)) => return tried,
                Ok(None) => {}
                Err(error) => return Tried::Over(Outcome::Failed(error)),
            }
        }
    }

    /// The time for the whole file is up, whichever place had its turn.
    fn time_up(&self, url: &Url) -> FetchError {
        let Course { client, retry, .. } = &*self.course;
        let reason = Reason::TimeUp { after: client.settings().transfer_max };
        client.given_up(url, reason, retry.attempts() + 1, self.board.bytes_held())
    }

    /// A lane is not let go on; why is remembered until it has ended.
    fn rule(&mut self, lane: u64, verdict: Verdict) {
        if let Some(lane) = self.running.get_mut(&lane) {
            lane.verdict = Some(verdict);
        }
    }

    /// Goes on after the end of a lane; `Some` when the tries at this place are over.
    fn lane_ended(&mut self, url: &Url, lane: Running, end: End) -> Result<Option<Tried>, FetchError> {
        let failure = match (end, lane.verdict) {
            (_, Some(Verdict::Refused(failure))) => Some(failure),
            (_, Some(Verdict::Superseded)) => None,
            (End::Disk(error), None) => return Err(written(error)),
            (End::Failed(reason), None) => Some(Failure::of(reason)),
            (End::Dismissed, None) => Some(Failure::of(Reason::Other { detail: "the request was ended".to_owned() })),
            (End::BodyEnded, None) => self.body_ended()?,
            (End::Done, None) if self.board.bytes_fetched() == lane.bytes_fetched_before => {
                Some(Failure::of(Reason::Cut { detail: "the answer was empty".to_owned() }))
            }
            (End::Done, None) => None,
        };
        if self.board.is_complete() {
            return Ok(Some(Tried::Complete));
        }
        match failure {
            Some(failure) if self.running.is_empty() => return Ok(Some(Tried::Failed(failure))),
            // The others bring its bytes too. The server, or the line, does not like so many at once.
            Some(_) => self.lanes_max = self.running.len(),
            None => {
                // Beside others a lane takes one segment at a time, so that all work near the reader.
                let one_segment = !self.running.is_empty() && self.may_split(url);
                if !self.start_lane(url, one_segment)? && self.running.is_empty() {
                    return Ok(Some(Tried::Failed(nothing_to_ask())));
                }
            }
        }
        Ok(None)
    }

    /// The end of the connection was the end of the body: only now the size is known, if it was not cut.
    fn body_ended(&mut self) -> Result<Option<Failure>, FetchError> {
        let bytes = self.board.bytes_held();
        if let Some(expected) = self.course.job.bytes_expected.filter(|expected| *expected != bytes) {
            let reason = if bytes < expected {
                Reason::Cut { detail: format!("it ended after {bytes} of {expected} bytes") }
            } else {
                Reason::SizeDiffers { expected, actual: bytes }
            };
            return Ok(Some(Failure::of(reason)));
        }
        self.board.set_bytes_total(Some(bytes));
        self.meta.bytes_total = Some(bytes);
        self.folder.write_meta(&self.meta).map_err(written)?;
        Ok(None)
    }

    /// Starts a lane for the first bytes that nobody brings; `false` when there are none.
    fn start_lane(&mut self, url: &Url, one_segment: bool) -> Result<bool, FetchError> {
        let client = self.course.client;
        // Asked before the claim is made: they can fail.
        let (http, runtime) = (client.http(Use::Files)?, client.runtime()?);
        let number = self.lanes_begun + 1;
        let Some(claim) = self.board.claim(number, one_segment) else { return Ok(false) };
        self.lanes_begun = number;
        let total = self.board.bytes_total();
        let ends_early = claim.end.is_some() && claim.end != total;
        let mut headers = self.course.job.headers.clone();
        let ranged = claim.start > 0 || ends_early;
        if ranged {
            let last = claim.end.filter(|_| ends_early).map(|end| (end - 1).to_string()).unwrap_or_default();
            headers.push(("range".to_owned(), format!("bytes={}-{last}", claim.start)));
            if let Some(validator) = self.validator(url) {
                headers.push(("if-range".to_owned(), validator));
            }
        }
        let lane = Lane {
            number,
            http,
            request: Request { url: url.clone(), headers },
            claim,
            board: self.board.clone(),
            folder: self.folder.clone(),
            settings: client.settings().clone(),
            bytes_max: self.course.job.bytes_max,
            now_unix_seconds: client.sys().clock().unix_seconds(),
        };
        let task = runtime.spawn(lane.begin()).abort_handle();
        let bytes_fetched_before = self.board.bytes_fetched();
        let running = Running { task, claim, ranged, bytes_fetched_before, is_proven: false, verdict: None };
        self.running.insert(number, running);
        Ok(true)
    }

    /// Opens a further connection when the transfer has turned out slow and can be split.
    fn widen(&mut self, url: &Url) -> Result<(), FetchError> {
        let (Some(flow), Some(total)) = (&self.flow, self.board.bytes_total()) else { return Ok(()) };
        // One at a time: a server that does not like it is asked once.
        let all_proven = self.running.values().all(|lane| lane.is_proven);
        if self.running.len() >= self.lanes_max || !all_proven || !self.may_split(url) {
            return Ok(());
        }
        let (clock, settings) = (self.course.client.sys().clock(), self.course.client.settings());
        if clock.since(flow.widened) < settings.parallel_after {
            return Ok(());
        }
        let elapsed = clock.since(flow.begun).as_secs_f64();
        let fetched = self.board.bytes_fetched().saturating_sub(flow.bytes_fetched_before) as f64;
        let remaining = total.saturating_sub(self.board.bytes_held()) as f64;
        // Written without a division: nothing may have come yet.
        if remaining * elapsed <= settings.parallel_remaining.as_secs_f64() * fetched {
            return Ok(());
        }
        if let Some(flow) = &mut self.flow {
            flow.widened = clock.moment();
        }
        self.start_lane(url, true).map(|_| ())
    }

    /// Whether the file may come in several ranges at once.
    fn may_split(&self, url: &Url) -> bool {
        self.serves_ranges && self.lanes_max > 1 && self.board.bytes_total().is_some() && self.can_resume(url)
    }

    fn flowing(&mut self, url: &Url) {
        let course = &mut *self.course;
        course.served_by = course.place;
        course.client.host_answered(url);
        if let Some(total) = self.board.bytes_total().or(course.job.bytes_expected) {
            course.task.expect_bytes(total);
        }
        if self.flow.is_none() {
            let now = course.client.sys().clock().moment();
            let bytes_fetched_before = self.board.bytes_fetched();
            self.flow = Some(Flow { begun: now, widened: now, bytes_fetched_before });
        }
    }

    fn tell_progress(&mut self) {
        let fetched = self.board.bytes_fetched();
        if fetched > self.bytes_told {
            self.course.task.advance(fetched - self.bytes_told);
            self.bytes_told = fetched;
        }
    }
}

fn nothing_to_ask() -> Failure {
    Failure::of(Reason::Other { detail: "no bytes are left to ask for".to_owned() })
}
