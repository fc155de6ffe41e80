//! Each kind of source by itself against the mock upstream, without a store.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

mod build_default;
mod catalog;
mod goproxy;
