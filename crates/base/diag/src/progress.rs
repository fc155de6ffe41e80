//! How libraries report long work without printing.

use std::sync::Arc;

use crate::shown_line;

/// A long task, named for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What is being worked on (`go1.27.3.linux-amd64`).
    pub subject: String,
    /// What is being done with it (`fetch`, `unpack`, `verify`).
    pub action: &'static str,
    /// How many bytes there are to process, if known.
    pub bytes_total: Option<u64>,
}

/// Receives the reports of long work. Calls may come from any thread.
pub trait Progress: Send + Sync {
    /// A task begins. The caller reports its progress to the handle; dropping the handle ends the task.
    fn begin(&self, task: Task) -> Box<dyn TaskHandle>;

    /// One line that a person should see at once: an attempt, a retry, a choice.
    fn tell(&self, line: &str);

    /// One line that must not be overlooked.
    fn warn(&self, line: &str) {
        self.tell(&format!("warning: {line}"));
    }

    /// One line for `--verbose`: a harmless error.
    fn detail(&self, _line: &str) {}
}

/// One running task.
pub trait TaskHandle: Send + Sync {
    /// The size has become known.
    fn expect_bytes(&self, bytes_total: u64);
    /// This many bytes were on disk before the task began (a resumed download).
    fn held(&self, bytes: u64);
    /// This many more bytes are done.
    fn advance(&self, bytes: u64);
    /// The task has entered another phase.
    fn phase(&self, action: &'static str);
}

/// Removes credentials and terminal controls from every report, and passes it on: reports of libraries may contain text
/// of servers, files and programs.
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
