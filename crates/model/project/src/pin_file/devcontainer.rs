//! `devcontainer.json`: the feature that installs Go, else the image.
//!
//! JSON with comments and trailing commas. Source of the forms: the dev container specification, and the
//! options of `ghcr.io/devcontainers/features/go`.

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use release::{escaped, shown};

use super::pin_value::PinValue;
use super::{Broken, Found, image_tag};
use crate::error::PinFileFault;

/// The feature that installs Go, without its version.
const FEATURE: &str = "ghcr.io/devcontainers/features/go";

/// Go's version, if the file names one.
pub(super) fn find(text: &str) -> Result<Option<Found>, Broken> {
    let options = ParseOptions {
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_loose_object_property_names: false,
        allow_hexadecimal_numbers: false,
        ..ParseOptions::default()
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| Broken {
        offset: error.range().start,
        fault: PinFileFault::Syntax(escaped(&error.kind().to_string())),
    })?;
    let Some(Value::Object(document)) = &parsed.value else { return Ok(None) };
    if let Some(Value::Object(features)) = value(document, "features") {
        let feature = features.properties.iter().find(|property| is_feature(property.name.as_str()));
        if let Some(found) = feature.and_then(|property| of_feature(text, property)) {
            return Ok(Some(found));
        }
    }
    let Some(Value::StringLit(reference)) = value(document, "image") else { return Ok(None) };
    let Some(request) = image_tag::request(&reference.value) else { return Ok(None) };
    let value = match reference.value.contains("${") {
        true => Err(PinFileFault::Variable(shown(&reference.value))),
        false => Ok(PinValue::Request(request)),
    };
    Ok(Some(Found { offset: reference.range.start, text: reference.value.to_string(), value, more: false }))
}

fn is_feature(name: &str) -> bool {
    name.strip_prefix(FEATURE).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '@']))
}

/// What the feature installs: by default the newest. `none` keeps the image's own Go.
fn of_feature(text: &str, property: &ObjectProp<'_>) -> Option<Found> {
    let version = match &property.value {
        Value::Object(options) => value(options, "version"),
        other => Some(other),
    };
    let latest = || Ok(PinValue::Request("latest".to_owned()));
    let Some(version) = version else {
        let offset = property.range.start;
        return Some(Found { offset, text: "latest".to_owned(), value: latest(), more: false });
    };
    let range = version.range();
    let written = text.get(range.start..range.end).unwrap_or_default();
    let (text, value) = match version {
        Value::StringLit(version) => match version.value.as_ref() {
            "none" => return None,
            "latest" | "lts" | "current" => (version.value.to_string(), latest()),
            text if text.contains("${") => (text.to_owned(), Err(PinFileFault::Variable(shown(text)))),
            text => (text.to_owned(), Ok(PinValue::Request(text.to_owned()))),
        },
        Value::NumberLit(_) => (written.to_owned(), Err(PinFileFault::Number(written.to_owned()))),
        _ => (written.to_owned(), Err(PinFileFault::NoVersion(shown(written)))),
    };
    Some(Found { offset: range.start, text, value, more: false })
}

fn value<'o, 'a>(object: &'o Object<'a>, name: &str) -> Option<&'o Value<'a>> {
    object.properties.iter().find(|property| property.name.as_str() == name).map(|property| &property.value)
}
