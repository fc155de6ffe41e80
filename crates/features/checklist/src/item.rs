//! Items: what is asked, how it is found out, what to do.

use std::borrow::Cow;

use release::Request;

use crate::answer::Answer;
use crate::machine::Machine;

/// How an item is found out.
#[derive(Debug, Clone)]
pub enum Probe {
    /// A command of the chosen toolchain answers rightly (`verify --run`): `go version`, `go env GOROOT`, `go list std`.
    Go(&'static str),
    /// doctor finds nothing under these topics and words. A note counts only if its word is named.
    Doctor(Cow<'static, [Cow<'static, str>]>),
    /// A variable of the go command has this value; without one, any value that doctor does not complain of.
    Variable {
        /// Its name.
        name: Cow<'static, str>,
        /// The value.
        expected: Option<String>,
    },
    /// The toolchain that is chosen here satisfies this request.
    Version(Request),
    /// Something of this name is in the working folder, or nothing is.
    File {
        /// A path below the working folder.
        path: String,
        /// Whether it has to be there.
        exists: bool,
    },
    /// A rule of its own. It gets the value of `--expect`, if there is one.
    Own(fn(&Machine<'_>, Option<&str>) -> Answer),
}

/// One item.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name, the same in each run.
    pub name: Cow<'static, str>,
    /// What it asks.
    pub asks: Cow<'static, str>,
    /// How it is found out.
    pub probe: Probe,
    /// What to do if it fails.
    pub fix: Cow<'static, str>,
}

impl Item {
    pub(crate) const fn built_in(name: &'static str, asks: &'static str, probe: Probe, fix: &'static str) -> Item {
        Item { name: Cow::Borrowed(name), asks: Cow::Borrowed(asks), probe, fix: Cow::Borrowed(fix) }
    }
}
