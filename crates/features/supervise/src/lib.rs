//! Keeps a program of the user's running, tells it of a switch, and says which programs run under which toolchain.
//!
//! No process can change the environment of another one, and a Go program copies its own at its start. So what can be
//! promised is: a new process with the new environment (`restart`), a signal and a file for programs that read it again
//! (`signal`, the file of `--env-file`), or that the program does not run while a change is under way (`freeze`).
//! [`run`] is the supervisor; [`STATES`] is the table that it moves along; [`list`] is `goward ps`.
//!
//! Whatever a decision after a switch says, a program that runs is only replaced by one that can be started: a refusal
//! leaves the old one running. A frozen program is thawed on every way out, also when the supervisor is killed
//! ([`sys::Guardian`]). goward ends nothing that it has not started, and sends no signal to a process because a file
//! names it.
//!
//! On disk: `running/` (docs/store-format.md), and the file of `--env-file`. Tested by `goward/tests/it/supervise.rs` and
//! `goward/tests/supervised.rs`.

mod env_file;
mod error;
mod limits;
mod list;
mod report;
mod run;
mod states;
mod voice;
mod watched;

pub use env_file::EnvFile;
pub use error::SuperviseError;
pub use list::{Listed, Supervision, environment, list};
pub use run::{Decided, OnSwitch, Options, run};
pub use states::{Event, STATES, State};
pub use voice::Voice;
