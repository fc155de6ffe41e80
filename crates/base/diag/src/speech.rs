//! Standard error for messages: how much is printed, with which colours, with bars or without.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use indicatif::{MultiProgress, ProgressDrawTarget};
use serde::Serialize;

use crate::progress::{Progress, Task, TaskHandle};
use crate::progress_bar::{Bar, Teller};
use crate::shown::json_line;
use crate::{shown_line, shown_lines};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// The usual messages for a person.
    Normal,
    /// Every attempt and every rule.
    Verbose,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// On a terminal that shows them, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How much a line matters that is no failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Notice,
    Warning,
    Progress,
}

/// A line of the error stream that is no failure, as JSON.
#[derive(Serialize)]
struct Notice<'a> {
    schema: &'static str,
    level: Level,
    message: &'a str,
}

/// Prints messages. Cheap to clone; all clones share one screen.
#[derive(Clone)]
pub struct Speech {
    verbosity: Verbosity,
    coloured: bool,
    is_json: bool,
    bars: Option<Arc<MultiProgress>>,
}

impl Speech {
    /// Messages on standard error. Draws bars only on a terminal and never when `Quiet`.
    pub fn stderr(verbosity: Verbosity, colour: Colour, no_color: bool) -> Speech {
        let terminal = std::io::stderr().is_terminal();
        let coloured = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !no_color,
        };
        let bars = (terminal && verbosity > Verbosity::Quiet)
            .then(|| Arc::new(MultiProgress::with_draw_target(ProgressDrawTarget::stderr())));
        Speech { verbosity, coloured, is_json: false, bars }
    }

    /// The same for a program that reads: every line is a JSON object, and no bar is drawn.
    pub fn in_json(self) -> Speech {
        Speech { coloured: false, is_json: true, bars: None, ..self }
    }

    /// Whether every line is a JSON object.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Prints a line, or several, above any bars, without credentials and terminal controls. A closed standard error is
    /// not an error of the command.
    pub fn say(&self, lines: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.write_as(Level::Notice, &format!("{lines}\n"));
        }
    }

    /// Says what must not be overlooked, as [`Speech::say`] does.
    pub fn warn(&self, line: &str) {
        match self.verbosity {
            Verbosity::Quiet => {}
            _ if self.is_json => self.write_as(Level::Warning, line),
            _ => self.write_as(Level::Warning, &format!("warning: {line}\n")),
        }
    }

    /// Writes text whatever the verbosity, cleaned as in [`Speech::say`].
    pub fn write(&self, text: &str) {
        self.write_as(Level::Notice, text);
    }

    /// Writes an object as a line of its own, whatever the verbosity.
    pub fn object(&self, object: &serde_json::Value) {
        self.put(&json_line(object));
    }

    fn write_as(&self, level: Level, text: &str) {
        match self.is_json {
            // An object says something.
            true if text.trim().is_empty() => {}
            true => self.put(&json_line(&Notice { schema: "goward.notice/1", level, message: text.trim_end() })),
            false => self.put(&shown_lines(text)),
        }
    }

    /// The only function that prints. Its text has been cleaned, and coloured after that.
    pub(crate) fn put(&self, text: &str) {
        let write = || {
            let mut stderr = std::io::stderr().lock();
            let _ = stderr.write_all(text.as_bytes());
            let _ = stderr.flush();
        };
        match &self.bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }

    /// A word of success. The word carries the meaning; the colour only repeats it.
    pub fn good(&self, word: &str) -> String {
        self.paint(word, AnsiColor::Green.on_default())
    }

    /// A word of failure.
    pub fn bad(&self, word: &str) -> String {
        self.paint(word, AnsiColor::Red.on_default().bold())
    }

    /// A word in passing.
    pub fn dim(&self, word: &str) -> String {
        self.paint(word, Style::new().dimmed())
    }

    fn paint(&self, word: &str, style: Style) -> String {
        if self.coloured { format!("{style}{word}{style:#}") } else { word.to_owned() }
    }
}

impl Progress for Speech {
    fn begin(&self, task: Task) -> Box<dyn TaskHandle> {
        match &self.bars {
            Some(bars) => {
                let speech = self.clone();
                let tells: Teller = Box::new(move |line: &str| speech.say(line));
                Box::new(Bar::new(bars, task, (self.verbosity == Verbosity::Verbose).then_some(tells)))
            }
            None => Box::new(crate::Silent),
        }
    }

    fn tell(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.write_as(Level::Progress, &format!("{}\n", shown_line(line)));
        }
    }

    fn warn(&self, line: &str) {
        Speech::warn(self, &shown_line(line));
    }

    fn detail(&self, line: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.tell(line);
        }
    }
}
