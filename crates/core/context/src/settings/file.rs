//! `config.toml`, with the line of every value.

use std::path::Path;

use sys::{ReadOwnError, Sys};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Kind, Origin, SettingsError, TABLE, Value};
use crate::limits::CONFIG_BYTES_MAX;

type Found = (&'static str, Value, Origin);

/// The settings of the file. A missing file sets nothing, unless the user named it.
pub(super) fn read(sys: &Sys, path: &Path, must_be_there: bool) -> Result<Vec<Found>, SettingsError> {
    match bytes(sys, path, must_be_there)? {
        Some(bytes) => parse(path, &bytes),
        None => Ok(Vec::new()),
    }
}

/// The settings in these bytes, which are or will be those of the file at `path`.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Vec<Found>, SettingsError> {
    let syntax = |line, reason: String| SettingsError::Syntax { path: path.to_owned(), line, reason };
    let text = std::str::from_utf8(bytes).map_err(|error| syntax(1, error.to_string()))?;
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        syntax(line, error.message().to_owned())
    })?;
    let mut found = Vec::new();
    collect(path, text, "", table.get_ref(), &mut found)?;
    Ok(found)
}

/// The file's bytes, if only root and the user at work could have written them: a configuration names programs that
/// goward runs. Checks first that the file exists, since for a missing file the owners of the folders do not matter (in
/// a container, root has the HOME of another user).
pub(super) fn bytes(sys: &Sys, path: &Path, must_be_there: bool) -> Result<Option<Vec<u8>>, SettingsError> {
    let failed = |cause| SettingsError::Read { path: path.to_owned(), cause };
    let untrusted = |cause| SettingsError::Untrusted { path: path.to_owned(), cause };
    let fs = sys.fs();
    let absolute = sys.env().folder().join(path);
    if fs.follow(&absolute).map_err(failed)?.is_none() {
        let missing = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no such file");
        return if must_be_there { Err(failed(missing)) } else { Ok(None) };
    }
    let real = fs.trust(&absolute).map_err(untrusted)?.real;
    match fs.read_own(&real, CONFIG_BYTES_MAX) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadOwnError::Io(cause)) => Err(failed(cause)),
        Err(ReadOwnError::Distrust(cause)) => Err(untrusted(cause)),
    }
}

fn collect(
    path: &Path,
    text: &str,
    prefix: &str,
    table: &DeTable,
    found: &mut Vec<Found>,
) -> Result<(), SettingsError> {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.get_ref().to_string() } else { format!("{prefix}.{}", name.get_ref()) };
        let origin = Origin::File { path: path.to_owned(), line: line_of(text, name.span().start) };
        if let Some(def) = TABLE.iter().find(|def| def.key == key) {
            let read = value_of(def.kind, value).and_then(|value| value.checked(def.kind));
            let value = read.map_err(|reason| SettingsError::Refused {
                key: def.key,
                value: super::shown_text(def, text.get(value.span()).unwrap_or_default().trim_matches('"')),
                origin: origin.clone(),
                reason,
            })?;
            found.push((def.key, value, origin));
            continue;
        }
        let is_section = TABLE.iter().any(|def| def.key.strip_prefix(&key).is_some_and(|rest| rest.starts_with('.')));
        match value.get_ref() {
            DeValue::Table(inner) if is_section => collect(path, text, &key, inner, found)?,
            _ => {
                let nearest = diag::nearest(&key, TABLE.iter().map(|def| def.key), 2)
                    .into_iter()
                    .filter_map(|near| TABLE.iter().find(|def| def.key == near).map(|def| def.key))
                    .collect();
                return Err(SettingsError::Unknown { key, origin, nearest });
            }
        }
    }
    Ok(())
}

fn value_of(kind: Kind, value: &Spanned<DeValue>) -> Result<Value, String> {
    let text = |value: &Spanned<DeValue>| match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        _ => Err(format!("{} is expected", kind.noun())),
    };
    match (kind, value.get_ref()) {
        (Kind::Switch, DeValue::Boolean(on)) => Ok(Value::Switch(*on)),
        (Kind::Count(..), DeValue::Integer(number)) => {
            let count = u64::from_str_radix(number.as_str(), number.radix());
            Ok(Value::Count(count.map_err(|_| format!("{} is expected", kind.noun()))?))
        }
        (Kind::Share, DeValue::Float(number)) => Value::parse(kind, number.as_str()),
        (Kind::Share, DeValue::Integer(number)) => Value::parse(kind, number.as_str()),
        (Kind::Words, DeValue::Array(words)) => Ok(Value::Words(words.iter().map(text).collect::<Result<_, _>>()?)),
        (Kind::Map, DeValue::Table(table)) => {
            let pairs = table.iter().map(|(name, value)| Ok((name.get_ref().to_string(), text(value)?)));
            Ok(Value::Map(pairs.collect::<Result<_, String>>()?))
        }
        (Kind::Text | Kind::Release | Kind::Path | Kind::Program | Kind::Address | Kind::Choice(_), _) => {
            Ok(Value::Text(text(value)?))
        }
        _ => Err(format!("{} is expected", kind.noun())),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
}
