//! Foreign text as it may leave the program: both cleanings in one.

use serde_json::Value;

use crate::{escaped, escaped_json, escaped_lines, without_credentials};

/// Foreign text as one line that may be shown: [`escaped`], [`without_credentials`].
pub fn shown_line(text: &str) -> String {
    escaped(&without_credentials(text))
}

/// Text of several lines as it may be shown: [`escaped_lines`], [`without_credentials`].
pub fn shown_lines(text: &str) -> String {
    escaped_lines(&without_credentials(text))
}

/// JSON as it may be printed: credentials taken out of every text in it, and what deceives written as `\u` escapes.
/// To whoever parses it the rest of the data are exact.
pub fn shown_json(value: &Value, pretty: bool) -> String {
    let value = mapped(value);
    let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
    // A `Value` has only keys that are texts, so that it can always be written.
    escaped_json(&text.unwrap_or_default())
}

/// A value as one line of JSON, cleaned as by [`shown_json`].
pub(crate) fn json_line(value: &impl serde::Serialize) -> String {
    // Our own values are representable; null says that one was not.
    format!("{}\n", shown_json(&serde_json::to_value(value).unwrap_or_default(), false))
}

fn mapped(value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) => Value::String(without_credentials(text)),
        Value::Array(items) => Value::Array(items.iter().map(mapped).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (without_credentials(name), mapped(value))).collect())
        }
        other => other.clone(),
    }
}
