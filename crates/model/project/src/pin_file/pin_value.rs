//! Parses a version's text by the grammar of the tool that reads it.

use release::{Minor, Version, shown};

use crate::error::PinFileFault;
use crate::origin::Rule;

/// The value of a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PinValue {
    /// A text in the grammar of requests, good or bad.
    Request(String),
    /// `system`: this tool chooses nothing here.
    System,
}

/// Forms of asdf, goenv and mise that are not releases: a Go from elsewhere.
const FOREIGN_PREFIXES: [&str; 11] =
    ["ref:", "path:", "tag:", "branch:", "rev:", "system:", "ref-", "tag-", "branch-", "rev-", "sub-"];

/// Parses a text as asdf, goenv and mise do. Source of the forms: mise's `ToolRequest::new`.
pub(super) fn plain(text: &str) -> Result<PinValue, PinFileFault> {
    if text == "system" {
        return Ok(PinValue::System);
    }
    if FOREIGN_PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
        return Err(PinFileFault::Foreign(shown(text)));
    }
    if text.contains("{{") || text.contains("{%") {
        return Err(PinFileFault::Template(shown(text)));
    }
    let newest_of = text.strip_prefix("prefix:").or_else(|| text.strip_prefix("latest:"));
    let request = match newest_of.map(|front| front.trim_end_matches('.')) {
        Some("") => "latest",
        Some(front) => front,
        None => text,
    };
    Ok(PinValue::Request(request.to_owned()))
}

/// Parses a text as proto does, for which `1.26` is `~1.26`, and which writes prereleases as semantic versions. Source
/// of the forms: `UnresolvedVersionSpec` in proto's `version_spec`.
pub(super) fn proto(text: &str) -> Result<PinValue, PinFileFault> {
    let text = text.trim();
    if text == "system" {
        return Ok(PinValue::System);
    }
    if text == "canary" || text.contains(':') {
        return Err(PinFileFault::Foreign(shown(text)));
    }
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let request = match bare.strip_prefix('~') {
        Some(front) => tilde(front.trim()),
        None => match bare.strip_prefix('^') {
            Some(front) => caret(front.trim()),
            None if bare == "*" => Some("latest".to_owned()),
            None => semantic(bare.strip_prefix('=').unwrap_or(bare).trim()),
        },
    };
    Ok(PinValue::Request(request.unwrap_or_else(|| text.to_owned())))
}

/// `~1.26` is 1.26, `~1.26.3` is that or a newer patch.
fn tilde(front: &str) -> Option<String> {
    if is_number(front) {
        return Some(format!("{front}.x"));
    }
    if let Ok(minor) = front.parse::<Minor>() {
        return Some(minor.to_string());
    }
    let minor = front.parse::<Version>().ok()?.minor();
    Some(format!(">={front} <1.{}", minor.number()?.checked_add(1)?))
}

/// `^1.26` is 1.26 or anything newer of Go 1.
fn caret(front: &str) -> Option<String> {
    if is_number(front) {
        return Some(format!("{front}.x"));
    }
    let major = front.parse::<Version>().ok()?.parts().major.parse::<u32>().ok()?;
    Some(format!(">={front} <{}", major.checked_add(1)?))
}

/// `1.27rc1` for `1.27.0-rc.1` and `1.27.0-rc1`.
fn semantic(text: &str) -> Option<String> {
    let Some((front, pre)) = text.split_once('-') else { return Some(text.to_owned()) };
    let minor = front.strip_suffix(".0")?.parse::<Minor>().ok()?;
    let pre = pre.replacen('.', "", 1);
    let number = ["alpha", "beta", "rc"].iter().find_map(|kind| pre.strip_prefix(kind))?;
    is_number(number).then(|| format!("{minor}{pre}"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The value of a tool's variable: the first version in it.
pub(crate) fn of_variable(rule: Rule, value: &str) -> Result<PinValue, PinFileFault> {
    match rule {
        Rule::ProtoGoVersion => proto(value),
        // goenv separates versions by colons, which none of its forms contains.
        Rule::GoenvVersion => plain(value.split(':').next().unwrap_or(value).trim()),
        _ => plain(value.split_whitespace().next().unwrap_or(value)),
    }
}
