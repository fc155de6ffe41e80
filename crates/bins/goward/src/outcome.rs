//! The outcome of a successful command.

use serde::Serialize;
use serde_json::Value;

/// The outcome of a command: text for people, JSON for programs, nothing printed yet.
pub trait Outcome {
    /// For standard output; ends with a line end unless it is empty.
    fn text(&self) -> String;

    /// Whether the text is one value or a script, which another program reads byte by byte; only on a terminal it is
    /// cleaned like other output.
    fn is_exact(&self) -> bool {
        false
    }

    /// The same as data.
    fn json(&self) -> Value;

    /// The exit code; other than 0 only if a part of the work failed and has been reported.
    fn exit_code(&self) -> u8 {
        0
    }
}

/// An outcome made of a value and its text.
pub(crate) struct Worded<T> {
    value: T,
    text: String,
    exit_code: u8,
    is_exact: bool,
}

impl<T: Serialize> Worded<T> {
    pub(crate) fn new(value: T, text: String) -> Worded<T> {
        Worded { value, text, exit_code: 0, is_exact: false }
    }

    /// The same, for a program that reads it byte by byte.
    pub(crate) fn exact(self) -> Worded<T> {
        Worded { is_exact: true, ..self }
    }

    pub(crate) fn ending_with(self, exit_code: u8) -> Worded<T> {
        Worded { exit_code, ..self }
    }
}

impl<T: Serialize> Outcome for Worded<T> {
    fn text(&self) -> String {
        self.text.clone()
    }

    fn is_exact(&self) -> bool {
        self.is_exact
    }

    fn json(&self) -> Value {
        // goward's own values are representable; null marks one that is not.
        serde_json::to_value(&self.value).unwrap_or(Value::Null)
    }

    fn exit_code(&self) -> u8 {
        self.exit_code
    }
}
