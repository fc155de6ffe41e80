//! Finds many expressions in a stream of lines: in linear time whatever the expression is, and in bounded memory
//! however long a line is and in whatever chunks its bytes arrive.
//!
//! A [`Matcher`] is a list of expressions, compiled once; [`Lines`] is one stream that is searched with it. `gate` judges
//! a program's output with them, `complaint` explains a log. The expressions of a file of the user's are checked by
//! [`check`] first.
//!
//! This crate does no I/O. Tested below, and by the properties of `gate`: the words that are found do not depend on the
//! chunks.

pub mod limits;
mod lines;
mod matcher;

pub use lines::{Found, Lines};
pub use matcher::{Matcher, check, line_ends};
