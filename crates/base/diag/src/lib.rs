//! Errors, reports, progress and output of goward.
//!
//! A failed command says four things: what could not be done, why (the cause chain), what to try
//! (hints), and what is true now (the state line). Libraries build typed errors that implement
//! [`Diagnose`]; only the binary renders them, through [`Report`]. Data goes to standard output,
//! messages to standard error; no colour carries a meaning alone.
//!
//! Foreign text (a folder's name, a server's answer) may contain terminal controls, and addresses may contain
//! credentials. Three doors remove both, so that the code that composes a message need not: the [`Report`], the
//! progress of libraries ([`Cleaned`]), and the program's messages and output ([`shown_lines`]).
//!
//! Libraries never print: they report long work to a [`Progress`], which the binary draws as bars,
//! as plain lines, or not at all.

mod class;
mod credentials;
mod diagnose;
mod error_chain;
mod foreign_text;
mod io_failure;
mod place;
mod progress;
mod progress_bar;
mod report;
mod shown;
mod size;
mod speech;

pub use class::Class;
pub use credentials::{program_of, shown_query, without_credentials};
pub use diagnose::{Diagnose, Diagnosis, Hints, Tried};
pub use error_chain::{AnyDiagnose, error_chain};
pub use foreign_text::{deceives, escaped, escaped_json, escaped_lines};
pub use io_failure::IoFailure;
pub use place::Place;
pub use progress::{Cleaned, Progress, Silent, Task, TaskHandle};
pub use report::Report;
pub use shown::{shown_json, shown_line, shown_lines};
pub use size::{Bytes, nearest};
pub use speech::{Colour, Speech, Verbosity};
