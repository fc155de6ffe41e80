//! Runs a program under a toolchain, cut off: no network, no file of the user but the listed ones, no other process.
//!
//! [`prepare`] decides what the program sees and gets: the toolchain, the project and the module cache to read, listed
//! folders to write, a table of variables ([`isolation::PASSED`]). [`run`] applies it and runs the program; [`probe`] applies
//! it without a program. Both report what became of each mechanism, and which promises hold: a run that gets less than was
//! asked for does not start, unless the user takes less.
//!
//! On Linux two processes of goward come between this one and the program ([`stage_main`]): the first enters the name
//! spaces, the second is the first process inside, which builds the root, gives up its rights and starts the program. A
//! stage ends when its parent ends, and everything inside ends with the second, so nothing outlives this process. Nothing
//! is left on disk: files of the program are in memory, and go with it.
//!
//! Other systems get the environment and the working folder, and are told so: the degree is `none`.
//!
//! Tested by `goward/tests/it/sandbox`: each way out that is known to us is tried inside, and once outside as a control.

mod error;
#[cfg(target_os = "linux")]
mod forward;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod machine;
#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
mod machine;
mod prepare;
mod report;

pub use error::SandboxError;
pub use machine::{probe, run, stage_main};
pub use prepare::{Prepared, Wishes, prepare};
pub use report::{Ran, Report};

/// The verb under which goward starts its own stages. It is not for people and not in the command tree.
pub const STAGE_VERB: &str = "exec-sandbox";
