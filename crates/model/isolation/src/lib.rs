//! The rules of a sandbox: what is asked for, which mechanisms of the machine keep it, what is missing, and what the
//! program inside sees.
//!
//! A sandbox is a list of [`Promise`]s (no network, no file of the user, …). Each is kept by [`Rung`]s, the mechanisms of
//! the machine; some promises can be kept in several ways ([`Promise::ways`]). Whoever applies the rungs notes what
//! became of each ([`Outcome`]), and [`judge`] says which promises hold. A promise that was asked for and does not hold
//! is [`Verdict::missing`], never silently left out.
//!
//! Beside that: the folders that the program sees ([`Folders`]), the variables that it gets ([`PASSED`], [`is_passed`]),
//! and the words in which goward hands a plan to its own later stages ([`Plan`]).
//!
//! No I/O, clock or thread. Tested below, and end to end by `goward/tests/it/sandbox`.

mod environment;
mod folders;
mod mounts;
mod net;
mod plan;
mod promise;
mod rung;
mod verdict;

pub use environment::{PASSED, is_passed};
pub use folders::{Access, Folder, FolderError, Folders, SYSTEM_FILES, SYSTEM_FOLDERS};
pub use mounts::mounts_below;
pub use net::Net;
pub use plan::{Plan, PlanError, Stage, WORDS_BYTES_MAX};
pub use promise::{Asked, Promise};
pub use rung::{Outcome, Outcomes, Rung};
pub use verdict::{Degree, Missing, Verdict, judge};
