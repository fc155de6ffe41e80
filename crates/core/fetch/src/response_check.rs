//! Checks the head of an answer: the whole file, a part of it, another file, or unusable. Pure.

use url::Url;

use crate::head::{ContentRange, Head, objection};
use crate::outcome::Outcome;
use crate::parts::Meta;
use crate::reason::Reason;
use crate::redact::{host, mark};
use crate::retry::Failure;

/// The expectations for an answer.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// The place that answers.
    pub url: &'a Url,
    /// The first byte that was asked for.
    pub start: u64,
    /// Whether the request named a range.
    pub ranged: bool,
    /// Whether there is no other connection.
    pub is_alone: bool,
    /// The facts about the file.
    pub meta: &'a Meta,
    pub bytes_total: Option<u64>,
    pub bytes_held: u64,
    pub bytes_expected: Option<u64>,
    pub bytes_max: u64,
    /// Whether the file's hash is known beforehand.
    pub has_hash: bool,
}

/// Whether a connection may continue.
pub(crate) enum Verdict {
    Accept,
    Reject(Failure),
    /// The round ends with it.
    End(Outcome),
}

/// The result of checking an answer's head.
pub(crate) struct Answered {
    pub verdict: Verdict,
    /// Whether the server serves ranges, if the answer shows it.
    pub serves_ranges: Option<bool>,
    /// The new facts about the file, if they have changed. The caller writes them to disk.
    pub file: Option<Meta>,
}

impl Answered {
    fn with(verdict: Verdict) -> Answered {
        Answered { verdict, serves_ranges: None, file: None }
    }

    fn reject(reason: Reason) -> Answered {
        Answered::with(Verdict::Reject(Failure::of(reason)))
    }

    fn start_over(why: String) -> Answered {
        Answered::with(Verdict::End(Outcome::StartOver(why)))
    }
}

/// Checks the head of an answer.
pub(crate) fn check(expected: &Expected, head: &Head) -> Answered {
    let reject = |reason| Answered::with(Verdict::Reject(Failure { reason, retry_after: head.retry_after }));
    if let Some(reason) = objection(head) {
        return reject(reason);
    }
    if head.is_web_page && head.status != 416 {
        return reject(head.web_page_from(expected.url));
    }
    match (head.status, expected.ranged) {
        (200, false) => check_whole(expected, head),
        (206, true) => check_part(expected, head),
        (200, true) if !expected.is_alone && !head.validators.differ(&expected.meta.validators()) => {
            // It announced ranges and does not serve them: the first connection continues alone.
            let answered = reject(Reason::BadRange { detail: "the whole file came".to_owned() });
            Answered { serves_ranges: Some(false), ..answered }
        }
        (200, true) => Answered::start_over(format!(
            "{} sends the whole file instead of the rest: it has changed, or ranges are not served",
            host(expected.url)
        )),
        (416, true) => check_beyond(expected, head),
        (code, _) => reject(Reason::Status { code }),
    }
}

/// The whole file follows, and no bytes are on disk.
fn check_whole(expected: &Expected, head: &Head) -> Answered {
    if let Some(reason) = head.content_length.and_then(|bytes| wrong_size(expected, bytes)) {
        return Answered::reject(reason);
    }
    let file = Meta {
        url: mark(expected.url),
        bytes_total: head.content_length,
        etag: head.validators.etag.clone(),
        last_modified: head.validators.last_modified.clone(),
        ..expected.meta.clone()
    };
    Answered { verdict: Verdict::Accept, serves_ranges: Some(head.serves_ranges), file: Some(file) }
}

/// The rest follows, or a part of it.
fn check_part(expected: &Expected, head: &Head) -> Answered {
    let bad = |detail: String| Answered::reject(Reason::BadRange { detail });
    let Some(ContentRange::Part { first, total, .. }) = head.content_range else {
        return bad("no `Content-Range`".to_owned());
    };
    if first != expected.start {
        return bad(format!("requested the bytes from {} on, got those from {first} on", expected.start));
    }
    let same_place = mark(expected.url) == expected.meta.url;
    if same_place && head.validators.differ(&expected.meta.validators()) {
        return Answered::start_over(format!("the file at {} has changed", host(expected.url)));
    }
    let answered = match (expected.bytes_total, total) {
        (Some(known), Some(total)) if known != total => Answered::start_over(format!(
            "the file at {} has {total} bytes, where {known} were expected",
            host(expected.url)
        )),
        (None, Some(total)) => match wrong_size(expected, total) {
            Some(reason) => Answered::reject(reason),
            None => Answered { file: Some(with_total(expected, total)), ..Answered::with(Verdict::Accept) },
        },
        _ => Answered::with(Verdict::Accept),
    };
    Answered { serves_ranges: Some(true), ..answered }
}

/// The requested range is beyond the end.
fn check_beyond(expected: &Expected, head: &Head) -> Answered {
    let (start, held) = (expected.start, expected.bytes_held);
    match head.content_range {
        // An earlier answer had a wrong length, and all bytes are on disk: the hash check follows.
        Some(ContentRange::None { total })
            if total == held && start == held && expected.has_hash && wrong_size(expected, total).is_none() =>
        {
            // The connection ends here; there is nothing to fetch.
            let answered = Answered::reject(Reason::Status { code: 416 });
            Answered { file: Some(with_total(expected, total)), ..answered }
        }
        Some(ContentRange::None { total }) => {
            Answered::start_over(format!("the file at {} has {total} bytes, fewer than it had", host(expected.url)))
        }
        _ => Answered::start_over(format!("{} has no bytes from {start} on", host(expected.url))),
    }
}

fn with_total(expected: &Expected, total: u64) -> Meta {
    Meta { bytes_total: Some(total), ..expected.meta.clone() }
}

fn wrong_size(expected: &Expected, actual: u64) -> Option<Reason> {
    match expected.bytes_expected {
        Some(expected) if expected != actual => Some(Reason::SizeDiffers { expected, actual }),
        _ if actual > expected.bytes_max => Some(Reason::TooLarge { bytes_max: expected.bytes_max }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Validators;

    fn head(status: u16, content_range: Option<ContentRange>) -> Head {
        Head {
            status,
            url: "https://go.dev/a".parse().unwrap(),
            content_length: Some(100),
            content_range,
            content_encoding: None,
            is_web_page: false,
            serves_ranges: true,
            validators: Validators { etag: Some("\"new\"".to_owned()), last_modified: None },
            retry_after: None,
        }
    }

    fn part(first: u64) -> Option<ContentRange> {
        Some(ContentRange::Part { first, last: 99, total: Some(100) })
    }

    /// Checks an answer to a request from `start` on, made of a file that had this validator.
    fn checked(start: u64, etag: &str, is_alone: bool, head: &Head) -> Answered {
        let url = "https://go.dev/a".parse().unwrap();
        let meta = Meta { etag: Some(etag.to_owned()), ..Meta::new(mark(&url), 10, None) };
        let expected = Expected {
            url: &url,
            start,
            ranged: start > 0,
            is_alone,
            meta: &meta,
            bytes_total: None,
            bytes_held: start,
            bytes_expected: None,
            bytes_max: 1000,
            has_hash: false,
        };
        check(&expected, head)
    }

    #[test]
    fn what_an_answer_says_of_the_file_is_taken_down_with_it() {
        let whole = checked(0, "\"old\"", true, &head(200, None));
        let file = whole.file.unwrap();
        assert!(matches!(whole.verdict, Verdict::Accept) && whole.serves_ranges == Some(true));
        assert_eq!((file.bytes_total, file.etag.as_deref()), (Some(100), Some("\"new\"")));
        let rest = checked(40, "\"new\"", true, &head(206, part(40)));
        assert!(matches!(rest.verdict, Verdict::Accept));
        assert_eq!(rest.file.unwrap().bytes_total, Some(100));
    }

    #[test]
    fn a_file_that_has_changed_is_started_over_and_a_wrong_range_is_refused() {
        let changed = checked(40, "\"old\"", true, &head(206, part(40)));
        assert!(matches!(changed.verdict, Verdict::End(Outcome::StartOver(_))) && changed.file.is_none());
        let beside = checked(40, "\"new\"", true, &head(206, part(30)));
        assert!(matches!(beside.verdict, Verdict::Reject(_)) && beside.file.is_none());
    }

    #[test]
    fn a_whole_file_instead_of_a_range_ends_only_the_connection_that_is_beside_others() {
        let beside = checked(40, "\"new\"", false, &head(200, None));
        assert!(matches!(beside.verdict, Verdict::Reject(_)) && beside.serves_ranges == Some(false));
        assert!(matches!(checked(40, "\"new\"", true, &head(200, None)).verdict, Verdict::End(_)));
    }
}
