//! How libraries tell of long work without printing.

use std::sync::Arc;

use crate::shown_line;

/// A piece of long work, as a reader would name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What is being worked on (`go1.27.3.linux-amd64`).
    pub subject: String,
    /// What is being done with it (`fetch`, `unpack`, `verify`).
    pub action: &'static str,
    /// How many bytes there are to do, where that is known.
    pub bytes_total: Option<u64>,
}

/// Hears what long work tells. Calls may come from any thread.
pub trait Progress: Send + Sync {
    /// Work begins. The handle is told how it goes; dropping it ends the work.
    fn begin(&self, task: Task) -> Box<dyn TaskHandle>;

    /// One line worth telling a person at once: an attempt, a retry, a choice made.
    fn tell(&self, line: &str);

    /// One line that must not be overlooked.
    fn warn(&self, line: &str) {
        self.tell(&format!("warning: {line}"));
    }

    /// One line for whoever wants to know more (`--verbose`): what went wrong and does no harm.
    fn detail(&self, _line: &str) {}
}

/// One piece of work under way.
pub trait TaskHandle: Send + Sync {
    /// The size has become known.
    fn expect_bytes(&self, bytes_total: u64);
    /// This many bytes were there before the work began (a resumed download).
    fn held(&self, bytes: u64);
    /// This many more bytes are done.
    fn advance(&self, bytes: u64);
    /// The work has come to another phase.
    fn phase(&self, action: &'static str);
}

/// Hears everything with credentials and what steers a terminal taken out, and passes it on: what libraries tell may
/// hold the text of servers, files and programs.
pub struct Cleaned(Arc<dyn Progress>);

impl Cleaned {
    /// Passes on to this one.
    pub fn new(inner: Arc<dyn Progress>) -> Cleaned {
        Cleaned(inner)
    }
}

impl Progress for Cleaned {
    fn begin(&self, task: Task) -> Box<dyn TaskHandle> {
        self.0.begin(Task { subject: shown_line(&task.subject), ..task })
    }

    fn tell(&self, line: &str) {
        self.0.tell(&shown_line(line));
    }

    fn warn(&self, line: &str) {
        self.0.warn(&shown_line(line));
    }

    fn detail(&self, line: &str) {
        self.0.detail(&shown_line(line));
    }
}

/// Hears and says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _task: Task) -> Box<dyn TaskHandle> {
        Box::new(Silent)
    }
    fn tell(&self, _line: &str) {}
}

impl TaskHandle for Silent {
    fn expect_bytes(&self, _bytes_total: u64) {}
    fn held(&self, _bytes: u64) {}
    fn advance(&self, _bytes: u64) {}
    fn phase(&self, _action: &'static str) {}
}
