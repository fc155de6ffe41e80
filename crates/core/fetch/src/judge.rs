//! What the head of an answer means: the whole file, a part of it, another file, or nothing of use.

use url::Url;

use crate::conductor::{Outcome, Round};
use crate::error::FetchError;
use crate::head::{ContentRange, Head, objection};
use crate::parts::DiskError;
use crate::reason::Reason;
use crate::redact::{host, mark};
use crate::retry::Failure;

/// What the head of an answer means.
pub(crate) enum Judged {
    Go,
    Refuse(Failure),
    Over(Outcome),
}

impl Round<'_, '_> {
    /// Judges the head of a lane's answer.
    pub(crate) fn judge(&mut self, url: &Url, lane: u64, head: &Head) -> Judged {
        let refuse = |reason| Judged::Refuse(Failure { reason, retry_after: head.retry_after });
        let Some(running) = self.running.get(&lane) else {
            return refuse(Reason::Other { detail: "nobody waits for it".to_owned() });
        };
        let (ranged, start) = (running.ranged, running.claim.start);
        if let Some(reason) = objection(head) {
            return refuse(reason);
        }
        if head.is_web_page && head.status != 416 {
            return refuse(Reason::WebPage);
        }
        match (head.status, ranged) {
            (200, false) => self.judge_whole(url, head),
            (206, true) => self.judge_part(url, head, start),
            (200, true) if self.running.len() > 1 && !head.validators.differ(&self.meta.validators()) => {
                // It said that it serves ranges and does not: the first lane goes on alone.
                self.serves_ranges = false;
                refuse(Reason::BadRange { detail: "the whole file came".to_owned() })
            }
            (200, true) => Judged::Over(Outcome::StartOver(format!(
                "{} sends the whole file instead of the rest: it has changed, or ranges are not served",
                host(url)
            ))),
            (416, true) => self.judge_beyond(url, head, start),
            (code, _) => refuse(Reason::Status { code }),
        }
    }

    /// The whole file comes, and nothing is held.
    fn judge_whole(&mut self, url: &Url, head: &Head) -> Judged {
        if let Some(reason) = head.content_length.and_then(|bytes| self.wrong_size(bytes)) {
            return Judged::Refuse(Failure::of(reason));
        }
        self.serves_ranges = head.serves_ranges;
        self.board.set_bytes_total(head.content_length);
        self.meta.url = mark(url);
        self.meta.bytes_total = head.content_length;
        self.meta.etag = head.validators.etag.clone();
        self.meta.last_modified = head.validators.last_modified.clone();
        self.note()
    }

    /// The rest comes, or a part of it.
    fn judge_part(&mut self, url: &Url, head: &Head, start: u64) -> Judged {
        let bad = |detail: String| Judged::Refuse(Failure::of(Reason::BadRange { detail }));
        let Some(ContentRange::Part { first, total, .. }) = head.content_range else {
            return bad("no `Content-Range`".to_owned());
        };
        if first != start {
            return bad(format!("asked for bytes from {start} on, got them from {first} on"));
        }
        let same_place = mark(url) == self.meta.url;
        if same_place && head.validators.differ(&self.meta.validators()) {
            return Judged::Over(Outcome::StartOver(format!("the file at {} has changed", host(url))));
        }
        self.serves_ranges = true;
        match (self.board.bytes_total(), total) {
            (Some(known), Some(total)) if known != total => Judged::Over(Outcome::StartOver(format!(
                "the file at {} has {total} bytes, where {known} were expected",
                host(url)
            ))),
            (None, Some(total)) => {
                if let Some(reason) = self.wrong_size(total) {
                    return Judged::Refuse(Failure::of(reason));
                }
                self.board.set_bytes_total(Some(total));
                self.meta.bytes_total = Some(total);
                self.note()
            }
            _ => Judged::Go,
        }
    }

    /// There are no bytes where we asked for some.
    fn judge_beyond(&mut self, url: &Url, head: &Head, start: u64) -> Judged {
        let held = self.board.bytes_held();
        match head.content_range {
            // The length of an earlier answer was wrong, and all there is is held: the hash will judge.
            Some(ContentRange::None { total })
                if total == held
                    && start == held
                    && self.course.job.sha256.is_some()
                    && self.wrong_size(total).is_none() =>
            {
                self.board.set_bytes_total(Some(total));
                self.meta.bytes_total = Some(total);
                // The lane ends here; it has nothing to bring.
                match self.note() {
                    Judged::Go => Judged::Refuse(Failure::of(Reason::Status { code: 416 })),
                    other => other,
                }
            }
            Some(ContentRange::None { total }) => Judged::Over(Outcome::StartOver(format!(
                "the file at {} has {total} bytes, fewer than it had",
                host(url)
            ))),
            _ => Judged::Over(Outcome::StartOver(format!("{} has no bytes from {start} on", host(url)))),
        }
    }

    fn wrong_size(&self, actual: u64) -> Option<Reason> {
        let job = self.course.job;
        match job.bytes_expected {
            Some(expected) if expected != actual => Some(Reason::SizeDiffers { expected, actual }),
            _ if actual > job.bytes_max => Some(Reason::TooLarge { bytes_max: job.bytes_max }),
            _ => None,
        }
    }

    fn note(&mut self) -> Judged {
        match self.folder.write_meta(&self.meta) {
            Ok(()) => Judged::Go,
            Err(DiskError { path, cause }) => Judged::Over(Outcome::Failed(FetchError::Write { path, cause })),
        }
    }
}
