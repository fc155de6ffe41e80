//! Installations of other managers: import and migration.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

mod import;
mod migrate;
mod support;
