//! The rules of the gate over its corpus, over arbitrary bytes, and over arbitrary chunks.
#![allow(clippy::unwrap_used, reason = "test code may panic")]

mod corpus;
mod judge;
mod properties;
mod rules;
