//! What tests stand on: tiny toolchains, a mock upstream with faults, a sealed home, and, where a
//! test needs one, a real toolchain.
//!
//! - [`tiny`]: Go toolchains of a few kilobytes, built on the spot, in every wrapping that real ones
//!   come in; their `go` is a small program.
//! - [`http`]: a loopback server that does wrong what a test asks it to do wrong.
//! - [`sumdb`]: a small checksum database with a key of its own.
//! - [`module_proxy`]: a module proxy as a folder, for tools that are built from it.
//! - [`upstream`]: all of them together, as one place to download from.
//! - [`home`]: a folder in which a program runs and sees nothing of the machine around it.
//! - [`program`]: small programs of a test's own, scripts where the system runs scripts.
//! - [`hostile`]: what attackers hand over: archives, tables, project files, trees, by the hundred.
//! - [`real`]: real toolchains, fetched once and kept below the build folder.
//!
//! Nothing here uses goward's own crates: hashes, archives, trees and signatures are computed by
//! other code, so that a mistake in goward cannot hide behind the same mistake in its tests. Nothing
//! here leaves loopback, but for [`real`], which runs the user's own `pip`. Whatever it cannot do it
//! says by panicking: a test that stands on a broken floor must fall, not pass.
//!
//! It is tested by strangers where they are at hand: `pip` downloads from the mock upstream, and the
//! go command downloads, checks and runs a tiny toolchain from it (`tests/go_command.rs`).
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
