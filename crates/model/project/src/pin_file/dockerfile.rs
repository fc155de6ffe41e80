//! `Dockerfile`: the first `FROM` with an image of Go, and the `ARG` defaults before it.
//!
//! Source of the rules: the Dockerfile reference. An `ARG` counts for `FROM` only if it is before the first one; a
//! `FROM` that names an earlier stage is not an image. The arguments of `docker build` are unknown here, so a variable
//! without a default is a fault, and otherwise its default counts.

use std::collections::{BTreeMap, BTreeSet};

use release::shown;

use super::pin_value::PinValue;
use super::{Found, image_tag};
use crate::error::PinFileFault;

/// Bytes of a name after substitution of its variables. Real ones are far shorter; a chain of variables that double
/// each other would have no end.
const NAME_BYTES_MAX: usize = 1024;

/// Go's version, if the file names one.
pub(super) fn find(text: &str) -> Option<Found> {
    let mut defaults = BTreeMap::new();
    let mut stages = BTreeSet::new();
    let mut found: Option<Found> = None;
    let mut in_stage = false;
    for (offset, line) in instructions(text) {
        let mut words = line.split_whitespace();
        let instruction = words.next().unwrap_or_default();
        if instruction.eq_ignore_ascii_case("ARG") && !in_stage {
            for (name, default) in words.clone().filter_map(|word| word.split_once('=')) {
                let default = default.trim_matches(['"', '\'']);
                if let Ok(default) = expand(default, &defaults) {
                    defaults.insert(name.to_owned(), default);
                }
            }
        }
        if !instruction.eq_ignore_ascii_case("FROM") {
            continue;
        }
        in_stage = true;
        let mut words = words.skip_while(|word| word.starts_with("--"));
        let Some(written) = words.next() else { continue };
        let is_stage = stages.contains(&written.to_ascii_lowercase());
        if let (Some(word), Some(stage)) = (words.next(), words.next())
            && word.eq_ignore_ascii_case("as")
        {
            stages.insert(stage.to_ascii_lowercase());
        }
        if is_stage {
            continue;
        }
        let value = match expand(written, &defaults) {
            Ok(name) => match image_tag::request(&name) {
                Some(request) => Ok(PinValue::Request(request)),
                None => continue,
            },
            // Report an error only if it certainly is an image of Go.
            Err(_) if image_tag::request(written).is_none() => continue,
            Err(variable) => Err(PinFileFault::Variable(shown(&variable))),
        };
        match &mut found {
            Some(found) => found.more = true,
            None => found = Some(Found { offset, text: written.to_owned(), value, more: false }),
        }
    }
    found
}

/// The instructions with the offset of each: continued lines are joined, comments removed.
fn instructions(text: &str) -> Vec<(usize, String)> {
    let directive = |line: &str| {
        let line = line.trim().strip_prefix('#')?.trim();
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("escape").then(|| value.trim().chars().next()).flatten()
    };
    let escape = text.lines().take_while(|line| line.trim_start().starts_with('#')).find_map(directive).unwrap_or('\\');
    let mut instructions: Vec<(usize, String)> = Vec::new();
    let mut offset = 0;
    let mut continued = false;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let code = line.trim();
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        let goes_on = code.ends_with(escape);
        let code = code.strip_suffix(escape).unwrap_or(code);
        match instructions.last_mut().filter(|_| continued) {
            Some((_, joined)) => {
                joined.push(' ');
                joined.push_str(code);
            }
            None => instructions.push((start, code.to_owned())),
        }
        continued = goes_on;
    }
    instructions
}

/// Substitutes the defaults: `$NAME`, `${NAME}`, `${NAME:-default}`. The error is the variable that has none.
fn expand(text: &str, defaults: &BTreeMap<String, String>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        expanded.push_str(before);
        let (name, default) = if let Some(braced) = behind.strip_prefix('{') {
            let (inner, after) = braced.split_once('}').ok_or_else(|| text.to_owned())?;
            rest = after;
            match inner.split_once(":-").or_else(|| inner.split_once('-')) {
                Some((name, default)) => (name, Some(default)),
                None => (inner, None),
            }
        } else {
            let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
            let (name, after) = behind.split_at(end);
            rest = after;
            (name, None)
        };
        match defaults.get(name).map(String::as_str).filter(|value| !value.is_empty()).or(default) {
            Some(value) => expanded.push_str(value),
            None => return Err(format!("${name}")),
        }
        if expanded.len() > NAME_BYTES_MAX {
            return Err(format!("${name}"));
        }
    }
    expanded.push_str(rest);
    Ok(expanded)
}
