//! Fetches from servers on loopback, honest and hostile ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod certificates;
mod documents;
mod files;
mod probe;
mod support;
