//! The report of an error, for a person or a program.

use serde::Serialize;

use crate::shown::json_line;
use crate::{Class, Diagnose, Diagnosis, Hints, Speech, Tried, shown_lines};

/// A failure in four parts: what, why, what to try, which state holds now.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The top line, reading after "error: ".
    pub error: String,
    /// The cause chain, outermost first.
    pub caused_by: Vec<String>,
    /// The failed attempts, in order.
    pub tried: Vec<Tried>,
    /// What to try.
    pub hints: Vec<String>,
    /// The state line, which says what holds now. Never empty in a report that reaches a person.
    pub state: String,
    /// The machine word.
    pub word: &'static str,
    /// The kind, and with it the exit code.
    pub class: Class,
}

impl Report {
    /// The report of an error. `state` is the state line.
    pub fn of(error: &dyn Diagnose, state: impl Into<String>) -> Report {
        let mut caused_by = Vec::new();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let line = inner.to_string();
            // A wrapper that only repeats its cause is printed once.
            if caused_by.last() != Some(&line) {
                caused_by.push(line);
            }
            cause = inner.source();
        }
        let Diagnosis { class, word, hints, tried } = error.diagnosis();
        Report {
            error: error.to_string(),
            caused_by,
            tried,
            hints: hints.lines().to_vec(),
            state: state.into(),
            word,
            class,
        }
    }

    /// These hints after the others.
    pub fn with_hints(mut self, hints: Hints) -> Report {
        self.hints.extend(hints.lines().iter().cloned());
        self
    }

    /// The report as lines of text.
    pub fn text(&self, speech: &Speech) -> String {
        let mut out = format!("{} could not {}\n", speech.bad("error:"), indent(&self.error));
        for cause in &self.caused_by {
            out.push_str(&format!("  caused by: {}\n", indent(cause)));
        }
        // A source that is not configured is printed only if no other one could be tried.
        let is_set_up = |tried: &&Tried| tried.word != "source-not-configured";
        let any_set_up = self.tried.iter().any(|tried| is_set_up(&tried));
        for tried in self.tried.iter().filter(|tried| !any_set_up || is_set_up(tried)) {
            out.push_str(&format!("  tried: {}: {} ({})\n", indent(&tried.name), indent(&tried.reason), tried.word));
        }
        for hint in &self.hints {
            out.push_str(&format!("  {} {}\n", speech.good("hint:"), indent(hint)));
        }
        out.push_str(&format!("  state: {}\n", indent(&self.state)));
        out
    }

    /// The report as one line of JSON, with its schema and the exit code.
    fn json_line(&self) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            schema: &'static str,
            #[serde(flatten)]
            report: &'a Report,
            exit_code: u8,
        }
        json_line(&Line { schema: "goward.error/1", report: self, exit_code: self.class.exit_code() })
    }
}

/// Foreign text (a server's answer, a file name) must neither steer the terminal nor pass for a line of goward: each
/// further line gets a bar as its prefix.
fn indent(text: &str) -> String {
    shown_lines(text).trim_end().replace('\n', "\n    | ")
}

impl Speech {
    /// Writes a failure's report whatever the verbosity, in colours or as JSON.
    pub fn report(&self, report: &Report) {
        self.put(&if self.is_json() { report.json_line() } else { report.text(self) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Colour, Verbosity};

    #[derive(Debug)]
    struct Hostile(&'static str);

    impl std::fmt::Display for Hostile {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "read {}", self.0)
        }
    }

    impl std::error::Error for Hostile {}

    impl Diagnose for Hostile {
        fn diagnosis(&self) -> Diagnosis {
            Class::Network.word("hostile")
        }
    }

    #[test]
    fn foreign_text_cannot_forge_a_line_of_a_report_or_show_a_password() {
        let hostile = Hostile("a\u{1b}[31m\n  state: all is well\nhttps://u:S3CRET@h.test/?k=S3CRET \u{202e}\u{9b}");
        let text =
            Report::of(&hostile, "nothing\nchanged").text(&Speech::stderr(Verbosity::Normal, Colour::Never, true));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "error: could not read a\\u{1b}[31m",
                "    |   state: all is well",
                "    | https://h.test/?… \\u{202e}\\u{9b}",
                "  state: nothing",
                "    | changed",
            ]
        );
    }
}
