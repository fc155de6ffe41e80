//! Go version order and the go.mod and go.work line scanner, without the standard library.
//!
//! It decides which of two Go versions is newer, and which `go` and `toolchain` lines a project's
//! file has. The shim and goward both use this crate, so they cannot disagree.
//!
//! It needs neither an allocator nor an operating system: every result borrows from the input. It
//! never does I/O, never panics on any bytes, and does not know which versions exist.
//!
//! The rules are those of the go command (`internal/gover`, `cmd/go/internal/gover`, `go/version`),
//! with one rule newer than Go 1.27: a prerelease of a patch (`1.9.2rc2`) can be parsed and
//! ordered, whereas the go command calls it malformed. For the choice of a toolchain the go
//! command's rule counts: [`is_choosable`], [`toolchain_version`].
//!
//! Tested by tables of comparisons, by properties (the order is total and transitive, no bytes make
//! it panic), and by hand against the go command itself.
#![no_std]

mod go_mod_lines;
mod order;
mod toolchain;

pub use go_mod_lines::{Line, Lines, scan};
pub use order::{Parts, compare, is_lang, is_language_version_without_release, is_valid, lang, parse};
pub use toolchain::{is_choosable, toolchain_version};
