//! `Dockerfile`: the first `FROM` with an image of Go, and the `ARG` defaults before it.
//!
//! Source of the rules: the Dockerfile reference, and BuildKit's parser where that is silent. An `ARG` counts for `FROM`
//! only if it is before the first one; a `FROM` that names an earlier stage is not an image. The arguments of
//! `docker build` are unknown here, so a variable without a default is a fault, and otherwise its default counts.

use std::collections::{BTreeMap, BTreeSet};

use release::shown;

use super::dockerfile_lines::{escape_of, instructions, words};
use super::pin_value::PinValue;
use super::{Found, image_tag};
use crate::error::PinFileFault;

/// Bytes of a name after substitution of its variables. Real ones are far shorter; a chain of variables that double
/// each other would have no end.
const NAME_BYTES_MAX: usize = 1024;

/// Variables within the default of a variable (`${A:-${B:-1.26}}`). Real ones have one or two.
const DEPTH_MAX: usize = 16;

/// Go's version, if the file names one.
pub(super) fn find(text: &str) -> Option<Found> {
    let mut scope = Scope { defaults: BTreeMap::new(), escape: escape_of(text) };
    let mut stages = BTreeSet::new();
    let mut found: Option<Found> = None;
    let mut in_stage = false;
    for (offset, line) in instructions(text, scope.escape) {
        let words = words(&line, scope.escape);
        let (instruction, arguments) = words.split_first().unwrap_or((&"", &[]));
        if instruction.eq_ignore_ascii_case("ARG") && !in_stage {
            for (name, default) in arguments.iter().filter_map(|word| word.split_once('=')) {
                match scope.expand(default, 0) {
                    Ok(default) => scope.defaults.insert(name.to_owned(), default),
                    Err(_) => scope.defaults.remove(name),
                };
            }
        }
        if !instruction.eq_ignore_ascii_case("FROM") {
            continue;
        }
        in_stage = true;
        let mut arguments = arguments.iter().skip_while(|word| word.starts_with("--"));
        let Some(written) = arguments.next() else { continue };
        let name = scope.expand(written, 0);
        let is_stage = stages.contains(&name.as_ref().map_or(*written, String::as_str).to_ascii_lowercase());
        if let (Some(word), Some(stage)) = (arguments.next(), arguments.next())
            && word.eq_ignore_ascii_case("as")
        {
            stages.insert(stage.to_ascii_lowercase());
        }
        if is_stage {
            continue;
        }
        let value = match name {
            Ok(name) => match image_tag::request(&name) {
                Some(request) => Ok(PinValue::Request(request)),
                None => continue,
            },
            // Report an error only if it certainly is an image of Go.
            Err(_) if image_tag::request(written).is_none() => continue,
            Err(fault) => Err(fault),
        };
        match &mut found {
            Some(found) => found.more = true,
            None => found = Some(Found { offset, text: (*written).to_owned(), value, more: false }),
        }
    }
    found
}

/// The variables that have a default, and the character that takes the meaning of the next one away.
struct Scope {
    defaults: BTreeMap<String, String>,
    escape: char,
}

impl Scope {
    /// A word without its quotes, and with the defaults in place of its variables.
    fn expand(&self, word: &str, depth: usize) -> Result<String, PinFileFault> {
        let mut expanded = String::new();
        let (mut rest, mut in_quotes) = (word, false);
        loop {
            let mut letters = rest.chars();
            let Some(letter) = letters.next() else { return Ok(expanded) };
            rest = letters.as_str();
            match letter {
                '\'' if !in_quotes => {
                    let (inner, after) = rest.split_once('\'').unwrap_or((rest, ""));
                    expanded.push_str(inner);
                    rest = after;
                }
                '"' => in_quotes = !in_quotes,
                '$' => {
                    let (value, after) = self.variable(rest, depth)?;
                    expanded.push_str(&value);
                    rest = after;
                }
                letter if letter == self.escape => {
                    expanded.extend(letters.next());
                    rest = letters.as_str();
                }
                letter => expanded.push(letter),
            }
            if expanded.len() > NAME_BYTES_MAX {
                return Err(PinFileFault::Variable(shown(word)));
            }
        }
    }

    /// The value of the variable whose `$` is before this text, and the text after it: `NAME`, `{NAME}`,
    /// `{NAME:-default}`, `{NAME:+other}`, `{NAME:?message}`, each also without the colon.
    fn variable<'t>(&self, text: &'t str, depth: usize) -> Result<(String, &'t str), PinFileFault> {
        let name_end = |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let Some(braced) = text.strip_prefix('{') else {
            let (name, after) = text.split_at(name_end(text));
            let value = self.defaults.get(name).filter(|value| !value.is_empty());
            return Ok((value.cloned().ok_or_else(|| no_value(name))?, after));
        };
        let (name, behind) = braced.split_at(name_end(braced));
        let (modifier, after) = up_to_brace(behind).ok_or_else(|| no_value(name))?;
        let (operator, counts_empty) = match modifier.strip_prefix(':') {
            Some(operator) => (operator, false),
            None => (modifier, !modifier.is_empty()),
        };
        let value = self.defaults.get(name).filter(|value| counts_empty || !value.is_empty());
        let other = || match operator.chars().next().map(|first| operator.split_at(first.len_utf8())) {
            Some((_, word)) if depth < DEPTH_MAX => self.expand(word, depth + 1),
            _ => Err(no_value(name)),
        };
        let value = match (operator.chars().next(), value) {
            (Some('+'), Some(_)) => other()?,
            (Some('+'), None) => String::new(),
            (Some('-'), None) => other()?,
            (Some('-' | '?'), Some(value)) => value.clone(),
            (None, Some(value)) if modifier.is_empty() => value.clone(),
            (Some('?'), None) => return Err(no_value(name)),
            (None, None) if modifier.is_empty() => return Err(no_value(name)),
            _ => return Err(PinFileFault::Expression(shown(&format!("${{{name}{modifier}}}")))),
        };
        Ok((value, after))
    }
}

fn no_value(name: &str) -> PinFileFault {
    PinFileFault::Variable(shown(&format!("${name}")))
}

/// The text up to the brace that closes, and the text after it. Braces of variables within belong together.
fn up_to_brace(text: &str) -> Option<(&str, &str)> {
    let mut open = 0usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => open += 1,
            '}' if open == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            '}' => open -= 1,
            _ => {}
        }
    }
    None
}
