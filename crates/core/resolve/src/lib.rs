//! Which toolchain runs in a folder and why, and how a program is started under it.
//!
//! It reads the project's files, the settings and the store, and asks the model (`project`) to decide. It cannot fetch:
//! neither `fetch` nor `archive` nor `trust` is among its dependencies, and `cargo xtask tidy` keeps it so. If the
//! version is not installed, the [`Choice`] has no toolchain; the caller decides what follows.
//!
//! It makes only the folders that `isolate.*` asks for. Tested without a process by its own tests and end to end by
//! `bins/goward/tests`.

mod auto;
mod builder;
mod choose;
mod floor_why;
mod go_question;
mod goenv;
mod gotoolchain;
mod launch;
mod next_program;
mod usable;
mod why;

pub use auto::{AutoError, check_auto_install, check_auto_switch};
pub use builder::BuilderToolchain;
pub use choose::{
    Choice, ChooseError, Counts, choose, choose_even_blocked, choose_in, found, look_around, pinned_in, surely_below,
};
pub use floor_why::{FloorError, FloorWhy, Older, why_floor};
pub use go_question::{GoQuestionError, ask_project};
pub use goenv::{GO_VARIABLES, GoEnv, Rule, Shadowed, Variable, go_env, shown};
pub use gotoolchain::{EnvChange, user_gotoolchain, without_mark};
pub use launch::{Launch, LaunchError, ShimCall, launch, launch_in, launch_shim, plan_launch};
pub use next_program::{NextError, next_program};
pub use usable::{newest_even_blocked, newest_installed};
pub use why::{Mode, Why, why};
