//! How goward speaks.
//!
//! A failed command says four things: what could not be done, why (the cause chain), what to try
//! (hints), and what is true now (the state line). Libraries build typed errors that implement
//! [`Diagnose`]; only the binary renders them, through [`Report`]. Data goes to standard output,
//! speech to standard error; no colour carries a meaning alone.
//!
//! Foreign text (a folder's name, a server's answer) may hold what steers a terminal, and addresses may hold
//! credentials. Both are taken out at three doors, so that whoever words a message need not think of it: the
//! [`Report`], what libraries tell ([`Cleaned`]), and what the program says and prints ([`shown_lines`]).
//!
//! Libraries never print: long work is told to a [`Progress`], which the binary draws as bars, as
//! plain lines, or not at all.

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
