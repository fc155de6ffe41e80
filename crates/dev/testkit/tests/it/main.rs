//! Tests the kit with the programs that it replaces.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

mod go_command;
mod home;
mod hostile;
mod pip;
mod real;
mod tiny;
mod upstream;
