//! Standard error for messages: how much is printed, with which colours, with bars or without.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use indicatif::{MultiProgress, ProgressDrawTarget};

use crate::progress::{Progress, Task, TaskHandle};
use crate::progress_bar::Bar;
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

/// Prints messages. Cheap to clone; all clones share one screen.
#[derive(Clone)]
pub struct Speech {
    verbosity: Verbosity,
    coloured: bool,
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
        Speech { verbosity, coloured, bars }
    }

    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Prints a line, or several, above any bars, without credentials and terminal controls. A closed standard error is
    /// not an error of the command.
    pub fn say(&self, lines: &str) {
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        self.write(&format!("{lines}\n"));
    }

    /// Writes text whatever the verbosity, cleaned as in [`Speech::say`].
    pub fn write(&self, text: &str) {
        self.put(&shown_lines(text));
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
            Some(bars) => Box::new(Bar::new(bars, task)),
            None => Box::new(crate::Silent),
        }
    }

    fn tell(&self, line: &str) {
        self.say(&shown_line(line));
    }

    fn detail(&self, line: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.say(&shown_line(line));
        }
    }
}
