//! JSON with comments, as editors write their settings: values with their lines, and changes in place.

use std::path::{Path, PathBuf};

use jsonc_parser::ast::Value;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use sys::Sys;

use crate::error::IdeError;
use crate::limits::SETTINGS_BYTES_MAX;

/// What editors accept: comments and trailing commas, and no other extension of JSON.
pub(crate) fn options() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// A file and its text.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// A text in a document, and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The name of its property.
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) path: PathBuf,
    pub(crate) line: usize,
}

impl Document {
    /// Reads a file that may not exist. Ignores a byte order mark, as editors do.
    pub(crate) fn read(sys: &Sys, path: &Path) -> Result<Option<Document>, IdeError> {
        let failed = |cause| IdeError::Read { path: path.to_owned(), cause };
        let Some(bytes) = sys.fs().read_if_there(path, SETTINGS_BYTES_MAX).map_err(failed)? else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|_| IdeError::Syntax {
            path: path.to_owned(),
            line: 1,
            reason: "it is not UTF-8".to_owned(),
        })?;
        Ok(Some(Document { path: path.to_owned(), text }))
    }

    /// Every effective text below these names; one further level may have any name.
    ///
    /// `texts(&["go.alternateTools"])` are those of the object of that name, and the value itself if it is a text.
    pub(crate) fn texts(&self, names: &[&str]) -> Result<Vec<Found>, IdeError> {
        let parsed = parse_to_ast(&self.text, &CollectOptions::default(), &options()).map_err(|error| {
            let line = self.line_of(error.range().start);
            IdeError::Syntax { path: self.path.clone(), line, reason: error.kind().to_string() }
        })?;
        let mut value = parsed.value.as_ref();
        let mut key = "";
        for name in names {
            // For a repeated name the last one counts, as in the editors.
            let object = value.and_then(Value::as_object);
            value = object
                .and_then(|object| object.properties.iter().rev().find(|one| one.name.as_str() == *name))
                .map(|property| &property.value);
            key = name;
        }
        let found = |key: &str, value: &Value| {
            value.as_string_lit().map(|text| Found {
                key: key.to_owned(),
                text: text.value.to_string(),
                path: self.path.clone(),
                line: self.line_of(text.range.start),
            })
        };
        Ok(match value {
            Some(Value::Object(object)) => {
                object.properties.iter().filter_map(|one| found(one.name.as_str(), &one.value)).collect()
            }
            Some(value) => found(key, value).into_iter().collect(),
            None => Vec::new(),
        })
    }

    /// The one text under these names.
    pub(crate) fn text(&self, names: &[&str]) -> Result<Option<Found>, IdeError> {
        let Some((last, above)) = names.split_last() else { return Ok(None) };
        Ok(self.texts(above)?.into_iter().rev().find(|found| found.key == *last))
    }

    /// The names of an object's properties with objects as values, below these names.
    pub(crate) fn objects(&self, names: &[&str]) -> Result<Vec<String>, IdeError> {
        let parsed = parse_to_ast(&self.text, &CollectOptions::default(), &options());
        let Ok(parsed) = parsed else { return self.texts(names).map(|_| Vec::new()) };
        let mut value = parsed.value.as_ref();
        for name in names {
            value = value.and_then(Value::as_object).and_then(|object| object.get(name)).map(|one| &one.value);
        }
        let object = value.and_then(Value::as_object);
        let properties = object.into_iter().flat_map(|object| object.properties.iter());
        let objects = properties.filter(|one| one.value.as_object().is_some());
        Ok(objects.map(|one| one.name.as_str().to_owned()).collect())
    }

    fn line_of(&self, offset: usize) -> usize {
        self.text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
    }
}
