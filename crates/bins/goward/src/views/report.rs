//! Failures and remarks.

use diag::{Class, Report, Tried};
use view::{ErrorClass, ErrorReport, Remark};

use super::{ToView, same_words};

same_words! {
    Class => ErrorClass {
        Internal Usage NotFound Network Integrity Environment Policy Busy Findings Interrupted CommandMissing
        CommandRefused
    }
}

impl ToView for Tried {
    type View = view::Tried;

    fn view(&self) -> view::Tried {
        view::Tried {
            name: self.name.clone(),
            reason: self.reason.clone(),
            word: self.word.to_owned(),
            class: self.class.view(),
        }
    }
}

impl ToView for Report {
    type View = ErrorReport;

    fn view(&self) -> ErrorReport {
        ErrorReport {
            error: self.error.clone(),
            caused_by: self.caused_by.clone(),
            tried: self.tried.view(),
            hints: self.hints.clone(),
            state: self.state.clone(),
            word: self.word.to_owned(),
            class: self.class.view(),
            exit_code: self.class.exit_code(),
        }
    }
}

/// A sentence.
pub(crate) fn remark(sentence: &impl ToString) -> Remark {
    Remark::new(sentence.to_string())
}

/// Sentences.
pub(crate) fn remarks<T: ToString>(sentences: &[T]) -> Vec<Remark> {
    sentences.iter().map(remark).collect()
}
