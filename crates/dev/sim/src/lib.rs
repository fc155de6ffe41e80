//! Enumerates crashes: stops a run at every operation, in every fault model, and checks the state that is left.
//!
//! ```text
//! prepare a folder → count the operations of a clean run
//! for each model, for each n: fresh folder → run, stopped at operation n → (power: the image) → check
//! ```
//!
//! - [`every_stop`] stops the run itself. `check` gets the folder as the next process would find
//!   it: it recovers first, then checks. It panics on a fault; the panic message has the point, and
//!   the variable that runs that point alone (`SIM_ONLY="name:model:n"`).
//! - [`every_stop_in_recovery`] stops the run, then stops the recovery from that, twice in a row.
//!
//! Points past the last operation are run too: there the run succeeds, and after a power cut the
//! reported work must be done. This detects a missing last sync.
//!
//! A run may start threads; it must wait for them before it returns. The order of operations then
//! varies from run to run and so does what the n-th one is: all numbers are tried until several in
//! a row are after the end. Runs get the machine's clock and an environment with only a `HOME`
//! below the folder. Locks are real; two runs never share a folder.
//!
//! Never shipped. Folders are made in memory if the system has a memory file system that may run
//! programs, else in the temporary folder; all are removed. Tested by `tests/toy.rs`: small correct
//! stores pass, and those with one wrong line each are caught.

mod limits;
mod model;
mod run;
mod witness;
mod world;

pub use model::{Counts, Model, Stop};
pub use run::{every_stop, every_stop_in_recovery};
pub use world::{World, files, sound_sys};
