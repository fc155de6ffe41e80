//! An error with its causes.

use crate::{Diagnose, Diagnosis};

/// An error with its causes on one line. A cause whose words are in the line already is omitted.
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let line = inner.to_string();
        if !text.contains(&line) {
            text = format!("{text}: {line}");
        }
        cause = inner.source();
    }
    text
}

/// Any error that can be reported, for crates that must not know the crate that made it.
#[derive(Debug)]
pub struct AnyDiagnose(Box<dyn Diagnose + Send + Sync>);

impl AnyDiagnose {
    /// This error, whatever it is.
    pub fn new(error: impl Diagnose + Send + Sync + 'static) -> AnyDiagnose {
        AnyDiagnose(Box::new(error))
    }
}

impl std::fmt::Display for AnyDiagnose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for AnyDiagnose {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl Diagnose for AnyDiagnose {
    fn diagnosis(&self) -> Diagnosis {
        self.0.diagnosis()
    }
}
