//! How goward speaks.
//!
//! A failed command says four things: what could not be done, why (the cause chain), what to try
//! (hints), and what is true now (the state line). Libraries build typed errors that implement
//! [`Diagnose`]; only the binary renders them, through [`Report`]. Data goes to standard output,
//! speech to standard error; no colour carries a meaning alone.
//!
//! Libraries never print: long work is told to a [`Progress`], which the binary draws as bars, as
//! plain lines, or not at all.

mod class;
mod diagnose;
mod place;
mod progress;
mod report;
mod size;
mod speech;

pub use class::Class;
pub use diagnose::{Diagnose, Hints, Tried};
pub use place::Place;
pub use progress::{Progress, Silent, Task, TaskHandle};
pub use report::Report;
pub use size::{Bytes, nearest};
pub use speech::{Colour, Speech, Verbosity};
