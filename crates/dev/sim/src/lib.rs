//! Enumerates crashes: stops a run at every operation, in every fault model, and looks at what is left.
//!
//! ```text
//! prepare a folder → count the operations of a clean run
//! for each model, for each n: fresh folder → run, stopped at operation n → (power: the image) → check
//! ```
//!
//! - [`every_stop`] stops the run itself. `check` gets the folder as a next process would find it:
//!   it recovers first, then looks. It panics where something is broken; the panic is told with the
//!   point, and with the variable that runs that point alone (`SIM_ONLY="name:model:n"`).
//! - [`every_stop_in_recovery`] stops the run, then stops the recovery from that, twice in a row.
//!
//! Points past the last operation are run too: there the run succeeds, and a power cut just after
//! it must find done what was said to be done. That is where a missing last sync shows.
//!
//! A run may start threads; it must wait for them before it returns. The order of operations then
//! varies from run to run and so does what the n-th one is: all numbers are tried until some in a
//! row come after the end. Runs get the machine's clock and an environment with nothing but a
//! `HOME` below the folder. Locks are real; two runs never share a folder.
//!
//! Never shipped. Folders are made in memory where the system has such a place that may run
//! programs, else in the temporary folder; all are removed. Tested by `tests/toy.rs`: small
//! correct stores pass, and those that are wrong in one line each are caught.

mod limits;
mod model;
mod run;
mod witness;
mod world;

pub use model::{Counts, Model, Stop};
pub use run::{every_stop, every_stop_in_recovery};
pub use world::{World, files, sound_sys};
