//! Finds which Go an editor will use, and makes it use the right one.
//!
//! Editors that run another Go than the terminal are a common complaint about version managers. [`check`] reads what
//! the editors read (their settings, a project's, the dev container's file, `PATH`), reports which Go each will take
//! and by which line, and compares it with goward's choice for the folder. It says if an editor keeps a choice in its
//! own database (VS Code's "Choose Go Environment").
//!
//! [`plan`] plans changes of a project's settings so that VS Code runs goward's shim, and of a dev container's file so
//! that it has the project's version. Comments and formatting stay. [`apply`] carries the plan out as one transaction
//! of the store, which `goward undo` reverts.
//!
//! This crate runs no editor and no go command, and writes only in [`apply`].

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
