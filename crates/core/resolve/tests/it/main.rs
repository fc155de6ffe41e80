//! What is chosen in a folder, and which Go variables hold there, without a process of goward's.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

mod choose;
mod goenv;
