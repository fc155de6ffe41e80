//! Computes the answer to one request: conditions and ranges (RFC 9110, sections 13 and 14).

use std::ops::Range;

use super::message::{Request, Response};

/// The sent answer: a status, and the part of the body.
pub(super) struct Answer {
    pub status: u16,
    pub part: Range<usize>,
    /// `Content-Range`, for 206 and 416.
    pub content_range: Option<String>,
}

/// Evaluates conditions and ranges.
pub(super) fn answer(request: &Request, response: &Response) -> Answer {
    let length = response.body.len();
    let whole = Answer { status: response.status, part: 0..length, content_range: None };
    if response.status != 200 || !matches!(request.method.as_str(), "GET" | "HEAD") {
        return whole;
    }
    if let (Some(asked), Some(etag)) = (request.header("if-none-match"), &response.etag)
        && asked.split(',').any(|one| one.trim() == etag)
    {
        return Answer { status: 304, part: 0..0, content_range: None };
    }
    let Some(range) = request.header("range").filter(|_| response.ranges) else { return whole };
    if let Some(condition) = request.header("if-range") {
        let same = response.etag.as_deref() == Some(condition) || response.header("last-modified") == Some(condition);
        if !same {
            return whole;
        }
    }
    match parse(range, length) {
        Parsed::Part(part) => {
            let content_range = Some(format!("bytes {}-{}/{length}", part.start, part.end - 1));
            Answer { status: 206, part, content_range }
        }
        Parsed::Outside => Answer { status: 416, part: 0..0, content_range: Some(format!("bytes */{length}")) },
        Parsed::Ignored => whole,
    }
}

enum Parsed {
    Part(Range<usize>),
    Outside,
    /// Several ranges or nonsense: a server may ignore them.
    Ignored,
}

fn parse(range: &str, length: usize) -> Parsed {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|spec| spec.split_once('-')) else {
        return Parsed::Ignored;
    };
    match (first.trim().parse::<usize>().ok(), last.trim().parse::<usize>().ok()) {
        (Some(first), _) if first >= length => Parsed::Outside,
        (Some(first), Some(last)) if last >= first => Parsed::Part(first..(last + 1).min(length)),
        (Some(first), None) if last.trim().is_empty() => Parsed::Part(first..length),
        (None, Some(suffix)) if first.trim().is_empty() && suffix > 0 && length > 0 => {
            Parsed::Part(length.saturating_sub(suffix)..length)
        }
        _ => Parsed::Ignored,
    }
}
