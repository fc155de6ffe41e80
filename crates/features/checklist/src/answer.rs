//! What came of an item.

/// What came of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it should be.
    Passed,
    /// It is not.
    Failed,
    /// It could not be asked here, or had not to be.
    LeftOut,
}

/// The verdict on an item with its reasons, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// What was expected.
    pub expected: String,
    /// What was found; of an item that was left out, why.
    pub found: String,
    /// What to do, where that is more exact than the item's own advice.
    pub fix: Option<String>,
}

impl Answer {
    pub(crate) fn of(is_good: bool, expected: impl Into<String>, found: impl Into<String>) -> Answer {
        let verdict = if is_good { Verdict::Passed } else { Verdict::Failed };
        Answer { verdict, expected: expected.into(), found: found.into(), fix: None }
    }

    pub(crate) fn left_out(why: impl Into<String>) -> Answer {
        Answer { verdict: Verdict::LeftOut, expected: String::new(), found: why.into(), fix: None }
    }

    /// The same with this advice, if it failed.
    pub(crate) fn with_fix(self, fix: impl Into<String>) -> Answer {
        match self.verdict {
            Verdict::Failed => Answer { fix: Some(fix.into()), ..self },
            Verdict::Passed | Verdict::LeftOut => self,
        }
    }
}
