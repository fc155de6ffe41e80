//! Explains a build log: the well-known complaints of the go command, of C compilers and linkers, of module downloads, of
//! the machine and of other managers, each with its cause and what to do.
//!
//! The complaints are data ([`COMPLAINTS`]): a word, an expression that finds it on a line, cause, fix, and what on this
//! machine could prove the cause ([`Evidence`]), which `doctor` looks at. A [`Scan`] reads a log in chunks, in linear time
//! and bounded memory however long a line is (`search`). On a line, the first of the table counts: it is ordered from the
//! exact to the general.
//!
//! No I/O. Tested by `tests/corpus.rs`: every row has a text. `corpus/WORD.log` is what a real run printed (go1.26.8 on
//! Linux, with paths and addresses made neutral); the other texts are from sources and issue trackers.

mod complaint;
mod limits;
mod machine;
mod modules;
mod network;
mod scan;
mod table;
mod toolchain;

pub use complaint::{Complaint, Evidence, Theme};
pub use scan::{Hit, Scan, Scanned};
pub use table::{COMPLAINTS, of_word};
