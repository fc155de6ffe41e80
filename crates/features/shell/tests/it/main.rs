//! Quoting, set-up and the registry.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

mod quote;
mod registry;
mod setup;
mod support;
