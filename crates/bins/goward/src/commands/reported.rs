//! Failures of parts of a command's work: the other parts go on.

use context::Ctx;
use diag::{Class, Diagnose, Report, Speech};
use view::ErrorReport;

use crate::failure::Failure;
use crate::views::ToView;

/// The failures that were reported so far.
#[derive(Default)]
pub(super) struct Reported {
    /// Each as data, in their order.
    pub errors: Vec<ErrorReport>,
    /// The exit code of the last one; 0 without any.
    pub exit_code: u8,
    /// The last report, which the next one does not repeat.
    last: Option<Report>,
}

impl Reported {
    /// Reports a failure on the error stream, with what is true now.
    pub(super) fn add(&mut self, ctx: &Ctx, failure: &Failure, speech: &Speech) {
        let report = Report::of(failure, engine::state_line(ctx));
        self.errors.push(report.view());
        match &self.last {
            Some(last) if is_for_the_same_reason(last, &report) => {
                let same = vec!["the same as above".to_owned()];
                speech.report(&Report { caused_by: same, hints: Vec::new(), ..report });
            }
            _ => {
                speech.report(&report);
                self.last = Some(report);
            }
        }
        self.exit_code = failure.class().exit_code();
    }
}

/// Whether a failure of this machine is told once more: its causes say all, and none of them names the part of the work.
fn is_for_the_same_reason(one: &Report, other: &Report) -> bool {
    other.class == Class::Environment
        && !other.caused_by.is_empty()
        && (one.word, &one.caused_by, &one.hints) == (other.word, &other.caused_by, &other.hints)
}
