//! Foreign text for output: both cleanings in one.

use serde_json::Value;

use crate::{escaped, escaped_json, escaped_lines, without_credentials};

/// Foreign text as one printable line: [`escaped`], [`without_credentials`].
pub fn shown_line(text: &str) -> String {
    escaped(&without_credentials(text))
}

/// Text of several lines in printable form: [`escaped_lines`], [`without_credentials`].
pub fn shown_lines(text: &str) -> String {
    escaped_lines(&without_credentials(text))
}

/// JSON for output: without credentials in its texts, and with deceiving characters as `\u` escapes. For a parser the
/// rest of the data are exact.
pub fn shown_json(value: &Value, pretty: bool) -> String {
    let value = mapped(value);
    let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
    // A `Value` has only text keys, so it can always be serialized.
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
