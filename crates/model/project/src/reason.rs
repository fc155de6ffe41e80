//! The files and rules that were read, and the verdict on each.

use std::fmt;

use serde::Serialize;

use crate::origin::Origin;

/// One file or rule that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Where.
    pub origin: Origin,
    /// Its text, cut and escaped for printing. `None` if there is none.
    pub value: Option<String>,
    /// What came of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// The verdict on a file or rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "detail", rename_all = "kebab-case")]
pub enum Verdict {
    /// It decides.
    Chosen,
    /// It is the base, which a floor or a suggestion may raise.
    Base,
    /// It is the floor.
    Floor,
    /// It suggests a toolchain, which counts if it is newer than the base.
    Suggested,
    /// It forbids raising the base.
    KeepsBase,
    /// It says that nothing pins, so that files further up do not count either.
    NoPin,
    /// An earlier one decides.
    OverruledBy(String),
    /// It does not count, for this reason.
    Ignored(String),
    /// There is nothing.
    NotThere,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Chosen => f.write_str("chosen"),
            Verdict::Base => f.write_str("base, raised where the project needs more"),
            Verdict::Floor => f.write_str("floor"),
            Verdict::Suggested => f.write_str("suggested, taken where the base is older"),
            Verdict::KeepsBase => f.write_str("keeps the base"),
            Verdict::NoPin => f.write_str("no pin: the project and the default decide"),
            Verdict::OverruledBy(by) => write!(f, "overruled by {by}"),
            Verdict::Ignored(why) => write!(f, "ignored: {why}"),
            Verdict::NotThere => f.write_str("not there"),
        }
    }
}

impl fmt::Display for Reason {
    /// One line: ``/src/app/go.mod:3 (go line): `1.26`, floor``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}: `{value}`, {}", self.origin, self.verdict),
            None => write!(f, "{}: {}", self.origin, self.verdict),
        }
    }
}
