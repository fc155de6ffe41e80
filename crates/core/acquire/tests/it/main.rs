//! Toolchains are got from the mock upstream, in a store of their own, without a process.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

mod install;
mod resolve;
mod support;
