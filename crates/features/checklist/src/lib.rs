//! The lists of checks that a team runs after a change, each item with what was expected, what was found, what to do.
//!
//! An item is data ([`Item`]): what it asks, how that is found out, what to do if it fails. The same item may be in several
//! lists ([`LISTS`]), and in a team's own file ([`read_file`]), which can only name things to look at: it cannot name a
//! program, and no path of it is ever written. What is found out is found out once ([`Machine`]), by the crates whose
//! trade it is: `doctor` for faults of the machine, `verify` for the go command, `resolve` for the go command's variables.
//!
//! A check changes nothing. Tested by `tests/lists.rs` (selection, files, hostile files) and, through the program, by
//! `bins/goward/tests/it/check.rs`.

mod answer;
mod file;
mod item;
mod items;
pub mod limits;
mod lists;
mod machine;
mod place;
mod plan;
mod probes;
mod run;

pub use answer::{Answer, Verdict};
pub use file::{ListFileError, TeamFile, parse_file, read_file};
pub use item::{Item, Probe};
pub use items::ITEMS;
pub use lists::{LISTS, List};
pub use machine::Machine;
pub use place::{Runtime, runtime};
pub use plan::{Expectation, Plan, PlanError, Planned, plan};
pub use run::{Checked, run};
