//! Go version order and the go.mod and go.work line scanner, without the standard library.
//!
//! This is the smallest thing that everything else must agree on: which of two Go versions is the
//! newer one, and which `go` and `toolchain` lines a project's file holds. The shim and the manager
//! both use this crate, so that the two cannot disagree.
//!
//! It needs neither an allocator nor an operating system: every answer borrows from the question.
//! It never does I/O, never panics on any bytes, and holds no opinion about which versions exist.
//!
//! The rules are those of the go command (`internal/gover`, `cmd/go/internal/gover`,
//! `go/version`), with one rule newer than Go 1.27: a prerelease of a patch (`1.9.2rc2`) can be
//! read and ordered, where the go command calls it malformed. Where a toolchain is chosen the go
//! command's word counts: [`is_choosable`], [`toolchain_version`].
//!
//! Tested by tables of comparisons, by properties (the order is total and transitive, no bytes make
//! it panic), and by hand against the go command itself.
#![no_std]

mod lines;
mod order;
mod toolchain;

pub use lines::{Line, Lines, scan};
pub use order::{Parts, compare, is_lang, is_language_version_without_release, is_valid, lang, parse};
pub use toolchain::{is_choosable, toolchain_version};
