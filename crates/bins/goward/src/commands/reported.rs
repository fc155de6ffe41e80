//! Failures of parts of a command's work: the other parts go on.

use context::Ctx;
use diag::{Diagnose, Report, Speech};
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
}

impl Reported {
    /// Reports a failure on the error stream, with what is true now.
    pub(super) fn add(&mut self, ctx: &Ctx, failure: &Failure, speech: &Speech) {
        let report = Report::of(failure, engine::state_line(ctx));
        speech.report(&report);
        self.errors.push(report.view());
        self.exit_code = failure.class().exit_code();
    }
}
