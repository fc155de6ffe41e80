//! The outcome of a successful command.

use serde_json::{Map, Value};
use view::View;

/// The outcome of a command: text for people, JSON for programs, nothing printed yet.
pub trait Outcome {
    /// For standard output; ends with a line end unless it is empty.
    fn text(&self) -> String;

    /// Whether the text is one value or a script, which another program reads byte by byte; only on a terminal it is
    /// cleaned like other output.
    fn is_exact(&self) -> bool {
        false
    }

    /// Whether it goes to standard error, since standard output is that of a program that has run.
    fn is_on_stderr(&self) -> bool {
        false
    }

    /// Whether a program has run that has printed all there is to print.
    fn is_of_program(&self) -> bool {
        false
    }

    /// The same as data: an object whose first field is `schema`.
    fn json(&self) -> Value;

    /// The exit code; other than 0 only if a part of the work failed and has been reported.
    fn exit_code(&self) -> u8 {
        0
    }
}

/// An outcome as data and as text.
pub(crate) struct Rendered<T> {
    view: T,
    text: String,
    exit_code: u8,
    is_exact: bool,
    is_on_stderr: bool,
}

impl<T: View> Rendered<T> {
    pub(crate) fn new(view: T, text: String) -> Rendered<T> {
        Rendered { view, text, exit_code: 0, is_exact: false, is_on_stderr: false }
    }

    /// The same, for a program that reads it byte by byte.
    pub(crate) fn exact(self) -> Rendered<T> {
        Rendered { is_exact: true, ..self }
    }

    /// The same on standard error.
    pub(crate) fn on_stderr(self) -> Rendered<T> {
        Rendered { is_on_stderr: true, ..self }
    }

    /// The same with another text: a form that is no JSON of `--json`.
    pub(crate) fn with_text(self, text: String) -> Rendered<T> {
        Rendered { text, ..self }
    }

    pub(crate) fn ending_with(self, exit_code: u8) -> Rendered<T> {
        Rendered { exit_code, ..self }
    }
}

impl<T: View> Outcome for Rendered<T> {
    fn text(&self) -> String {
        self.text.clone()
    }

    fn is_exact(&self) -> bool {
        self.is_exact
    }

    fn is_on_stderr(&self) -> bool {
        self.is_on_stderr
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("schema".to_owned(), T::SCHEMA.into());
        // A view is an object of plain values, which can always be represented.
        if let Ok(Value::Object(fields)) = serde_json::to_value(&self.view) {
            object.extend(fields);
        }
        Value::Object(object)
    }

    fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

/// A program that has run as a child: its exit code, and nothing of goward's to print.
pub(crate) struct OfProgram {
    exit_code: u8,
}

impl OfProgram {
    /// The program's exit code as this process's: systems with longer codes keep a failure a failure.
    pub(crate) fn ended_with(code: i32) -> OfProgram {
        let short = u8::try_from(code & 0xff).unwrap_or(1);
        OfProgram { exit_code: if short == 0 && code != 0 { 1 } else { short } }
    }
}

impl Outcome for OfProgram {
    fn text(&self) -> String {
        String::new()
    }

    fn is_of_program(&self) -> bool {
        true
    }

    fn json(&self) -> Value {
        Value::Null
    }

    fn exit_code(&self) -> u8 {
        self.exit_code
    }
}
