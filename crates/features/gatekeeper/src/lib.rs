//! The gate at work: reads its rules, runs a program before it or reads a log, and takes the default back.
//!
//! [`run`] starts the user's program as a child whose output passes through unchanged, and judges it while it runs
//! ([`gate::Judge`]); [`judge_log`] judges what is over. [`take_back`] is the one action: the same step as
//! `goward rollback`, one rename, recorded with the verdict as its reason. It moves the default only if that is still the
//! generation that the program ran with.
//!
//! A rules file is believed by the rule of the configuration: only root and the user at work may have written it. No
//! file of a project is looked for.
//!
//! Never ends the program, and never changes its output or its exit code. Leaves on disk what [`take_back`] records,
//! and the copy of the output if one is asked for. Tested by `goward/tests/it/gate.rs`.

mod error;
mod rules;
mod run;
mod take_back;

pub use error::GateError;
pub use rules::{Loaded, Wishes, load};
pub use run::{LogSource, Ran, Trial, judge_log, judge_unstarted, run};
pub use take_back::{Subject, TakenBack, subject, take_back};
