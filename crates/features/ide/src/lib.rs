//! Which Go an editor will use, and how it comes to use the right one.
//!
//! An editor that runs another Go than the terminal is one of the commonest complaints about version managers.
//! [`check`] reads what the editors read (their settings, a project's, the dev container's file, `PATH`), says
//! which Go each will take and by which line, and compares it with what goward chooses for the folder. Where an
//! editor keeps a choice to itself (VS Code's "Choose Go Environment" is in its own database), that is said.
//!
//! [`plan`] changes a project's settings so that VS Code asks goward's shim, and a dev container's file so that
//! it has the project's version. Comments and formatting stay. What it makes is a plan; [`apply`] carries it out
//! as one transaction of the store, which `goward undo` takes back.
//!
//! Nothing here runs an editor or a go command, and nothing is written but by [`apply`].

mod check;
mod devcontainer;
mod error;
mod go_target;
mod goland;
mod jsonc;
mod limits;
mod path;
mod setup;
mod vscode;

pub use check::{Checked, EditorGo, Verdict, check};
pub use diag::Place;
pub use error::IdeError;
pub use setup::{Edit, Plan, Wanted, apply, plan};
