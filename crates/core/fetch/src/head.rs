//! The head of a response as plain values, with its ranges and validators. Pure.

use std::time::Duration;

use url::Url;

use crate::reason::Reason;
use crate::redact::host;

/// The fields of a response's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub status: u16,
    /// The final address, after all redirects.
    pub url: Url,
    pub content_length: Option<u64>,
    pub content_range: Option<ContentRange>,
    pub content_encoding: Option<String>,
    pub is_web_page: bool,
    pub serves_ranges: bool,
    pub validators: Validators,
    pub retry_after: Option<Duration>,
}

impl Head {
    /// The reason if this is a web page where another thing was asked for at `url`.
    pub fn web_page_from(&self, url: &Url) -> Reason {
        Reason::WebPage { from: Some(host(&self.url)).filter(|from| *from != host(url)) }
    }
}

/// The validators that distinguish two versions of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Validators {
    /// `ETag` as it came, weak ones too.
    pub etag: Option<String>,
    /// `Last-Modified`, if it is old enough to be a strong validator.
    pub last_modified: Option<String>,
}

impl Validators {
    /// The validator for `If-Range`: it must be a strong one (RFC 9110, section 13.1.5).
    pub fn for_if_range(&self) -> Option<&str> {
        self.etag.as_deref().filter(|etag| !etag.starts_with("W/")).or(self.last_modified.as_deref())
    }

    /// Whether the two are known to be of different versions.
    pub fn differ(&self, other: &Validators) -> bool {
        match (&self.etag, &other.etag) {
            (Some(one), Some(two)) => one != two,
            _ => matches!((&self.last_modified, &other.last_modified), (Some(one), Some(two)) if one != two),
        }
    }
}

/// A date is a strong validator when the answer is at least a second younger than the file
/// (RFC 9110, section 8.8.2.2): else the file may have changed again within the same second.
pub(crate) fn strong_date(last_modified: Option<&str>, date: Option<&str>) -> Option<String> {
    let modified = httpdate::parse_http_date(last_modified?).ok()?;
    let answered = httpdate::parse_http_date(date?).ok()?;
    let age = answered.duration_since(modified).ok()?;
    (age >= Duration::from_secs(1)).then(|| last_modified.unwrap_or_default().to_owned())
}

/// `Content-Range` (RFC 9110, section 14.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentRange {
    /// `bytes first-last/total`.
    Part { first: u64, last: u64, total: Option<u64> },
    /// `bytes */total`: the range cannot be served.
    None { total: u64 },
}

impl ContentRange {
    pub fn parse(value: &str) -> Option<ContentRange> {
        let (range, total) = value.trim().strip_prefix("bytes")?.trim_start().split_once('/')?;
        let total = match total.trim() {
            "*" => None,
            number => Some(number.parse::<u64>().ok()?),
        };
        if range.trim() == "*" {
            return Some(ContentRange::None { total: total? });
        }
        let (first, last) = range.split_once('-')?;
        let (first, last) = (first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?);
        let sensible = first <= last && total.is_none_or(|total| last < total);
        sensible.then_some(ContentRange::Part { first, last, total })
    }
}

/// Whether the first bytes of a body are those of a web page.
pub(crate) fn looks_like_web_page(first: &[u8]) -> bool {
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    [&b"<!doctype html"[..], b"<html", b"<head", b"<body", b"<meta", b"<script", b"<!--"]
        .iter()
        .any(|mark| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark)))
}

/// The reason to reject an answer to any request: its status, its encoding.
pub(crate) fn objection(head: &Head) -> Option<Reason> {
    if !matches!(head.status, 200 | 206 | 304 | 416) {
        return Some(Reason::Status { code: head.status });
    }
    match &head.content_encoding {
        Some(encoding) if !encoding.eq_ignore_ascii_case("identity") => {
            Some(Reason::Encoding { encoding: crate::reason::detail(encoding) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_read_and_nonsense_is_not() {
        let part = |first, last, total| Some(ContentRange::Part { first, last, total });
        let cases = [
            ("bytes 0-4/10", part(0, 4, Some(10))),
            ("bytes 5-9/*", part(5, 9, None)),
            ("bytes */10", Some(ContentRange::None { total: 10 })),
            ("bytes */*", None),
            ("bytes 5-4/10", None),
            ("bytes 5-10/10", None),
            ("bytes 0-99999999999999999999/*", None),
            ("pages 0-4/10", None),
            ("bytes -4/10", None),
            ("", None),
        ];
        for (value, parsed) in cases {
            assert_eq!(ContentRange::parse(value), parsed, "{value}");
        }
    }

    #[test]
    fn only_strong_validators_guard_a_range() {
        let of = |etag: Option<&str>, date: Option<&str>| Validators {
            etag: etag.map(str::to_owned),
            last_modified: date.map(str::to_owned),
        };
        assert_eq!(of(Some("\"a\""), Some("d")).for_if_range(), Some("\"a\""));
        assert_eq!(of(Some("W/\"a\""), Some("d")).for_if_range(), Some("d"));
        assert_eq!(of(Some("W/\"a\""), None).for_if_range(), None);
        assert!(of(Some("\"a\""), Some("d")).differ(&of(Some("\"b\""), Some("d"))));
        assert!(!of(Some("\"a\""), Some("d")).differ(&of(Some("\"a\""), Some("e"))));
        assert!(of(None, Some("d")).differ(&of(Some("\"a\""), Some("e"))));
        assert!(!of(None, Some("d")).differ(&of(Some("\"a\""), None)));
    }

    #[test]
    fn a_date_is_strong_only_when_the_answer_is_younger() {
        let modified = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(strong_date(Some(modified), Some("Sun, 06 Nov 1994 08:49:38 GMT")).as_deref(), Some(modified));
        assert_eq!(strong_date(Some(modified), Some(modified)), None);
        assert_eq!(strong_date(Some(modified), None), None);
        assert_eq!(strong_date(Some("yesterday"), Some(modified)), None);
    }

    #[test]
    fn web_pages_are_told_from_archives() {
        for page in
            [&b"<!DOCTYPE html><html>"[..], b"\r\n <HTML lang=en>", b"<html>", b"\xef\xbb\xbf<script>", b"<!-- -->"]
        {
            assert!(looks_like_web_page(page));
        }
        for other in [&b"\x1f\x8b\x08"[..], b"PK\x03\x04", b"<xml", b"", b"<!doc", b"[{}]"] {
            assert!(!looks_like_web_page(other));
        }
    }
}
