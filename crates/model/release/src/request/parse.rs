//! Parses requests.

use std::str::FromStr;

use super::error::Unsupported;
use super::{Bound, Limit, Operator, Request, RequestError};
use crate::foreign::{shown, shown_bytes};
use crate::limits::{RANGE_BOUNDS_MAX, REQUEST_BYTES_MAX};
use crate::{Minor, Version};

impl Request {
    /// Parses a request from any bytes.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Request, RequestError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.parse(),
            Err(_) => Err(RequestError::malformed(shown_bytes(bytes), None)),
        }
    }
}

impl FromStr for Request {
    type Err = RequestError;

    fn from_str(text: &str) -> Result<Request, RequestError> {
        let asked = text.trim();
        if asked.is_empty() {
            return Err(RequestError::Empty);
        }
        if asked.len() > REQUEST_BYTES_MAX {
            return Err(RequestError::TooLong { bytes: asked.len() });
        }
        if let Some(keyword) = keyword(asked)? {
            return Ok(keyword);
        }
        if asked.starts_with(['>', '<']) && !asked.contains('|') {
            return range(asked);
        }
        single(asked).ok_or_else(|| RequestError::malformed(shown(asked), advice(asked)))
    }
}

/// The words, in any case: they come from files written by hand.
fn keyword(text: &str) -> Result<Option<Request>, RequestError> {
    let unsupported = |what| Err(RequestError::Unsupported { word: text.to_ascii_lowercase(), what });
    match text.to_ascii_lowercase().as_str() {
        "latest" | "stable" => Ok(Some(Request::Latest)),
        "oldstable" => Ok(Some(Request::OldStable)),
        "supported" => Ok(Some(Request::Supported)),
        "rc" => Ok(Some(Request::Candidate)),
        "tip" | "gotip" | "master" => unsupported(Unsupported::Tip),
        "mod" | "mod-min" => unsupported(Unsupported::Module),
        "system" | "local" | "path" => unsupported(Unsupported::System),
        _ => Ok(None),
    }
}

/// A version, a minor or a major, with or without `go`.
fn single(text: &str) -> Option<Request> {
    let bare = text.strip_prefix("go").unwrap_or(text);
    if let Some(front) = bare.strip_suffix(".x").or_else(|| bare.strip_suffix(".*")) {
        return match front.parse::<Minor>() {
            Ok(minor) if !front.starts_with("go") => Some(Request::Minor(minor)),
            _ => major(front),
        };
    }
    if let Some(major) = major(bare) {
        return Some(major);
    }
    match bare_limit(bare)? {
        Limit::Minor(minor) => Some(Request::Minor(minor)),
        // `1.28rc` is a version in Go's grammar, but never the name of a release.
        Limit::Version(version) if version.parts().kind == "rc" && version.parts().pre.is_empty() => {
            version.parts().patch.is_empty().then(|| Request::MinorCandidate(version.minor()))
        }
        Limit::Version(version) => Some(Request::Exact(version)),
    }
}

fn major(text: &str) -> Option<Request> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit()) && pin::is_valid(text);
    (is_number && text.len() <= crate::limits::VERSION_BYTES_MAX).then(|| Request::Major(text.to_owned()))
}

/// A version or a minor, written without `go`.
fn bare_limit(text: &str) -> Option<Limit> {
    if !pin::is_valid(text) {
        return None;
    }
    if let Ok(minor) = text.parse::<Minor>() {
        return Some(Limit::Minor(minor));
    }
    text.parse::<Version>().ok().map(|version| Limit::Version(version.released_as()))
}

/// Bounds, separated by white space or commas; white space may also follow an operator.
fn range(text: &str) -> Result<Request, RequestError> {
    let refused = || RequestError::malformed(shown(text), advice(text));
    let mut bounds = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if bounds.len() == RANGE_BOUNDS_MAX {
            return Err(RequestError::TooManyBounds);
        }
        let operators = [Operator::AtLeast, Operator::AtMost, Operator::Above, Operator::Below];
        let (operator, behind) =
            operators.iter().find_map(|o| Some((*o, rest.strip_prefix(o.as_str())?))).ok_or_else(refused)?;
        let behind = behind.trim_start();
        let end = behind.find(|c: char| c.is_whitespace() || c == ',' || c == '<' || c == '>').unwrap_or(behind.len());
        let (version, behind) = behind.split_at(end);
        let bare = version.strip_prefix("go").unwrap_or(version);
        let bare = bare.strip_suffix(".x").unwrap_or(bare);
        // A bare major as a bound is its minor 0; everything else in that major is newer.
        let limit = match major(bare) {
            Some(_) => format!("{bare}.0").parse().ok().map(Limit::Minor),
            None => bare_limit(bare),
        };
        bounds.push(Bound { operator, limit: limit.ok_or_else(refused)? });
        rest = behind.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    Ok(Request::Range(bounds))
}

/// What to write in place of a form that other tools know and goward does not.
fn advice(text: &str) -> Option<String> {
    let first = text.split_whitespace().next().unwrap_or(text);
    let named = first.trim_start_matches(['^', '~', '=', '!', '>', '<', 'v', 'V', ' ']);
    let named = named.strip_prefix("go").unwrap_or(named);
    let limit = bare_limit(named);
    let minor = limit.as_ref().map(|limit| match limit {
        Limit::Minor(minor) => minor.clone(),
        Limit::Version(version) => version.minor(),
    });
    let next = minor.as_ref().and_then(|m| m.number()).map(|n| Minor::of_number(n.saturating_add(1)));
    if text.contains("||") {
        return Some("write one range only; goward has no `||`".to_owned());
    }
    match (text.chars().next(), minor) {
        (Some('^' | '~'), Some(minor)) => {
            let range = next.map(|_| format!(", or `>={named}` for that or anything newer")).unwrap_or_default();
            Some(format!("write `{minor}` for the newest release of {minor}{range}"))
        }
        (Some('^' | '~'), None) => {
            Some("write `1.26` for the newest release of 1.26, or a range like `>=1.24 <1.27`".to_owned())
        }
        (Some('='), Some(_)) => Some(format!("write `{named}` without `=`")),
        (Some('='), None) => Some("write the version alone, without `=`".to_owned()),
        (Some('!'), _) => Some("write what you want rather than what you do not, as in `>=1.24 <1.27`".to_owned()),
        (Some('v' | 'V'), Some(_)) => Some(format!("write `{named}` without `v`; Go's tags have none")),
        (Some('*'), _) => Some("write `latest`".to_owned()),
        _ if text.contains(" - ") => Some("write a range like `>=1.24 <1.27`".to_owned()),
        _ if first.starts_with(['>', '<']) => Some("write a range like `>=1.24 <1.27`".to_owned()),
        _ if text.contains('-') => {
            Some("write `1.27rc1` for a prerelease; suffixes and semantic versions are not Go's".to_owned())
        }
        _ => None,
    }
}
