//! The test kit: tiny toolchains, a mock upstream with faults, a sealed home, and, if a test needs
//! one, a real toolchain.
//!
//! - [`tiny`]: Go toolchains of a few kilobytes, built on demand, in every form of real ones; their `go` is a small
//!   program.
//! - [`http`]: a loopback server with the faults that a test requests.
//! - [`sumdb`]: a small checksum database with its own key.
//! - [`module_proxy`]: a module proxy as a folder, for tools that are built from it.
//! - [`upstream`]: all of them together, as one place to download from.
//! - [`home`]: a folder in which a program runs and sees nothing of the machine around it.
//! - [`program`]: small programs for tests, scripts on systems that run scripts.
//! - [`hostile`]: hostile input: archives, tables, project files, trees, by the hundred.
//! - [`real`]: real toolchains, fetched once and kept below the build folder.
//!
//! The kit uses none of goward's own crates: other code computes hashes, archives, trees and signatures, so that a
//! mistake in goward cannot hide behind the same mistake in its tests. It uses only loopback, except [`real`], which
//! runs the user's own `pip`. It panics if it cannot do its work: a test with a broken kit must fail.
//!
//! Its tests use independent programs if they are installed: `pip` downloads from the mock upstream, and the go command
//! downloads, checks and runs a tiny toolchain from it (`tests/it/go_command.rs`).
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

pub mod digest;
pub mod home;
pub mod hostile;
pub mod http;
pub mod module_proxy;
pub mod program;
pub mod real;
pub mod sumdb;
pub mod tiny;
pub mod upstream;
mod walk;

pub use home::{Run, Running, Sandbox, is_one_file, on_path};
pub use http::{Fault, Request, Response, Server};
pub use program::Program;
pub use sumdb::SumDb;
pub use tiny::{TinyFile, TinyToolchain};
pub use upstream::Upstream;
pub use walk::walk;
