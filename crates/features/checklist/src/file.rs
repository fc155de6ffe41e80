//! A team's own lists and items.
//!
//! The file may come with a repository, so it is foreign: it is read through the door for such files, to a bound, and can
//! only name what is looked at: variables of the go command, findings of doctor, a version, names below the working folder.
//! It names no program, and nothing of it is written or run. Strict: an unknown key, a doubled name, or a name that is
//! neither a list nor an item is refused with file and line.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use diag::{Class, Diagnose, Diagnosis};
use doctor::TOPICS;
use release::Request;
use resolve::GO_VARIABLES;
use serde::Deserialize;
use sys::Sys;
use toml::Spanned;

use crate::item::{Item, Probe};
use crate::items::ITEMS;
use crate::limits::{FILE_BYTES_MAX, NAME_CHARS_MAX, ROWS_MAX, TEXT_CHARS_MAX};
use crate::lists::LISTS;

/// Why a file of lists cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum ListFileError {
    /// It cannot be read.
    #[error("read the lists `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// It has a mistake.
    #[error("understand the lists {}:{line}: {reason}", path.display())]
    Mistake { path: PathBuf, line: usize, reason: String },
}

impl Diagnose for ListFileError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Read { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => {
                Class::NotFound.word("lists-read")
            }
            Self::Read { cause, .. } => Diagnosis::of_io("lists-read", cause),
            Self::Mistake { .. } => {
                Class::Usage.word("lists-mistake").hint("docs/checks.md describes the file, with an example")
            }
        }
    }
}

/// A list of a team's.
#[derive(Debug, Clone)]
pub struct TeamList {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Items and lists.
    pub items: Vec<String>,
    /// Whether the first failure ends it.
    pub stops_at_first: bool,
}

/// A team's lists and items.
#[derive(Debug, Clone, Default)]
pub struct TeamFile {
    /// The lists, by name.
    pub lists: Vec<TeamList>,
    /// The items, by name.
    pub items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    format: Spanned<u64>,
    #[serde(default)]
    lists: BTreeMap<Spanned<String>, RawList>,
    #[serde(default)]
    items: BTreeMap<Spanned<String>, Spanned<RawItem>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawList {
    about: Spanned<String>,
    items: Vec<Spanned<String>>,
    #[serde(default)]
    stop_at_first: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    asks: Spanned<String>,
    fix: Spanned<String>,
    variable: Option<Spanned<String>>,
    expected: Option<Spanned<String>>,
    doctor: Option<Vec<Spanned<String>>>,
    version: Option<Spanned<String>>,
    file: Option<Spanned<String>>,
    exists: Option<bool>,
}

/// Reads a file of lists.
///
/// # Errors
/// When it cannot be read, or has a mistake.
pub fn read_file(sys: &Sys, path: &Path) -> Result<TeamFile, ListFileError> {
    let path = sys.env().folder().join(path);
    let bytes = sys.fs().read(&path, FILE_BYTES_MAX);
    let bytes = bytes.map_err(|cause| ListFileError::Read { path: path.clone(), cause })?;
    parse_file(&path, &bytes)
}

/// Parses the bytes of a file of lists; `path` is its name in messages.
///
/// # Errors
/// The first mistake in it.
pub fn parse_file(path: &Path, bytes: &[u8]) -> Result<TeamFile, ListFileError> {
    let mistake = |line, reason: String| ListFileError::Mistake { path: path.to_owned(), line, reason };
    let text = std::str::from_utf8(bytes).map_err(|_| mistake(1, "it is not UTF-8".to_owned()))?;
    let line_of = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let raw: RawFile = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        mistake(line_of(at), error.message().trim().to_owned())
    })?;
    let at = |at: usize, reason: String| mistake(line_of(at), reason);
    if *raw.format.get_ref() != 1 {
        return Err(at(raw.format.span().start, "`format` must be 1".to_owned()));
    }
    if raw.lists.len() > ROWS_MAX || raw.items.len() > ROWS_MAX {
        return Err(at(0, format!("it has more than {ROWS_MAX} lists or items")));
    }
    let own: BTreeSet<&str> = raw.lists.keys().chain(raw.items.keys()).map(|name| name.get_ref().as_str()).collect();
    for name in raw.lists.keys().chain(raw.items.keys()) {
        check_name(name.get_ref()).map_err(|reason| at(name.span().start, reason))?;
    }
    if own.len() < raw.lists.len() + raw.items.len() {
        return Err(at(0, "a list and an item have the same name".to_owned()));
    }
    let mut file = TeamFile::default();
    for (name, item) in &raw.items {
        let item =
            item_of(name.get_ref(), item.get_ref(), item.span().start).map_err(|(place, reason)| at(place, reason))?;
        file.items.push(item);
    }
    for (name, list) in &raw.lists {
        check_text(&list.about).map_err(|reason| at(list.about.span().start, reason))?;
        if list.items.len() > ROWS_MAX {
            return Err(at(name.span().start, format!("a list has more than {ROWS_MAX} items")));
        }
        if let Some(unknown) = list.items.iter().find(|item| {
            let item = item.get_ref().as_str();
            !own.contains(item) && !is_built_in(item)
        }) {
            let reason = format!("`{}` is neither a list nor an item", unknown.get_ref());
            return Err(at(unknown.span().start, reason));
        }
        file.lists.push(TeamList {
            name: name.get_ref().clone(),
            about: list.about.get_ref().clone(),
            items: list.items.iter().map(|item| item.get_ref().clone()).collect(),
            stops_at_first: list.stop_at_first,
        });
    }
    Ok(file)
}

fn is_built_in(name: &str) -> bool {
    LISTS.iter().any(|list| list.name == name) || ITEMS.iter().any(|item| item.name == name)
}

fn check_name(name: &str) -> Result<(), String> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(is_plain) {
        return Err(format!("a name has 1 to {NAME_CHARS_MAX} letters, digits, `-`, `_` or `.`"));
    }
    if is_built_in(name) {
        return Err(format!("`{name}` is one of goward's own; use it in a list, or take another name"));
    }
    Ok(())
}

fn check_text(text: &Spanned<String>) -> Result<(), String> {
    match text.get_ref().chars().count() {
        0 => Err("the text is empty".to_owned()),
        count if count > TEXT_CHARS_MAX => Err(format!("the text has more than {TEXT_CHARS_MAX} characters")),
        _ => Ok(()),
    }
}

/// A mistake: its place in bytes, and what is wrong.
type Mistake = (usize, String);

fn item_of(name: &str, raw: &RawItem, start: usize) -> Result<Item, Mistake> {
    for text in [Some(&raw.asks), Some(&raw.fix), raw.expected.as_ref()].into_iter().flatten() {
        check_text(text).map_err(|reason| (text.span().start, reason))?;
    }
    let probe = match (&raw.variable, &raw.doctor, &raw.version, &raw.file) {
        (Some(variable), None, None, None) => {
            let Some(known) = GO_VARIABLES.iter().find(|known| *known == variable.get_ref()) else {
                let known = GO_VARIABLES.join(", ");
                return Err((variable.span().start, format!("`variable` must be one of {known}")));
            };
            let expected = raw.expected.as_ref().map(|value| value.get_ref().clone());
            if expected.is_none() {
                return Err((variable.span().start, "`variable` needs `expected`".to_owned()));
            }
            Probe::Variable { name: Cow::Borrowed(known), expected }
        }
        (None, Some(words), None, None) => Probe::Doctor(doctor_words(words, start)?),
        (None, None, Some(version), None) => match version.get_ref().parse::<Request>() {
            Ok(request) => Probe::Version(request),
            Err(error) => return Err((version.span().start, diag::error_chain(&error))),
        },
        (None, None, None, Some(file)) => {
            check_below(file.get_ref()).map_err(|reason| (file.span().start, reason))?;
            Probe::File { path: file.get_ref().clone(), exists: raw.exists.unwrap_or(true) }
        }
        _ => return Err((start, "an item has one of `variable`, `doctor`, `version` and `file`".to_owned())),
    };
    if raw.expected.is_some() && raw.variable.is_none() {
        return Err((start, "`expected` belongs to `variable`".to_owned()));
    }
    if raw.exists.is_some() && raw.file.is_none() {
        return Err((start, "`exists` belongs to `file`".to_owned()));
    }
    Ok(Item {
        name: Cow::Owned(name.to_owned()),
        asks: Cow::Owned(raw.asks.get_ref().clone()),
        probe,
        fix: Cow::Owned(raw.fix.get_ref().clone()),
    })
}

fn doctor_words(words: &[Spanned<String>], start: usize) -> Result<Cow<'static, [Cow<'static, str>]>, Mistake> {
    if words.is_empty() {
        return Err((start, "`doctor` needs a topic or word of `goward doctor --list`".to_owned()));
    }
    let known = |word: &str| TOPICS.iter().any(|topic| topic.name == word || topic.words.contains(&word));
    match words.iter().find(|word| !known(word.get_ref())) {
        Some(word) => {
            let reason = format!("`{}` is neither a topic nor a word of `goward doctor --list`", word.get_ref());
            Err((word.span().start, reason))
        }
        None => Ok(words.iter().map(|word| Cow::Owned(word.get_ref().clone())).collect::<Vec<_>>().into()),
    }
}

/// A path must be below the working folder in the words of every system: on Windows another one might be a server's,
/// which gets the user's login when it is looked at.
fn check_below(path: &str) -> Result<(), String> {
    let is_below = !path.is_empty()
        && path.chars().count() <= TEXT_CHARS_MAX
        && !path.contains(['\\', ':', '\0'])
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    match is_below {
        true => Ok(()),
        false => Err("`file` must be a path below the working folder, with `/` between names".to_owned()),
    }
}
