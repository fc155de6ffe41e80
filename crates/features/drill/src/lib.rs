//! Drills: each breaks exactly one thing for real, shows that it is noticed, recovers, and proves that nothing is lost.
//!
//! A drill is data ([`Drill`]) and one function. It takes place in a scratch folder inside of goward's home, with a
//! copy of an installed toolchain: its archive is made from the tree and served on loopback, so nothing comes from
//! outside. goward itself is started as a program there, with an environment that is made from nothing, and what it prints
//! with `--json` and its exit codes are judged: what is shown is what a user gets.
//!
//! A drill never leaves its scratch folder, and leaves no process, mount or file behind. If this process is killed, the
//! next drill, or the next change of the store, removes the scratch folder.
//!
//! Tested by `bins/goward/tests/it/drill.rs`.

mod drills;
mod error;
mod limits;
mod outcome;
mod release_archive;
mod run;
mod server;
mod stage;

pub use drills::{DRILLS, Drill};
pub use error::DrillError;
pub use outcome::{Recovery, Verdict};
pub use run::{Choice, Drilled, Run, run, select};
