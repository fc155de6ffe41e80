//! The shim, which is `go`, `gofmt` and `go1.X.Y` on `PATH`: scan, look up, exec.
//!
//! The shim must be cheap, so on the common path it reads one small table ([`Table`]) that the store keeps, walks up
//! from the working folder, reads the files there, and replaces itself by the toolchain's program. It must also never
//! disagree with `goward which`. So it decides little: it hands every case that is not plain ([`Why`] lists them) to
//! `goward exec-shim NAME ARGUMENTS…`, which has the complete rules of `crates/model/project`. The shim has a part of
//! them, and no rules of its own.
//!
//! A table may be older than the store, if a process died between the two writes. So it names the generation and the
//! state of the folder of toolchains at which it was written, and the shim ignores a table that differs from the store.
//!
//! The shim also ignores a table or a pin that another user could have written ([`Opened`]).
//!
//! It never writes to disk, never starts a second process, changes no argument and, on the common path, only
//! two variables: `GOTOOLCHAIN`, which keeps a go command at the release that a file pins; and `PATH`, which begins with
//! the names of all releases where none is pinned. `docs/shim.md` has the table's format and the contract with `goward`.
//!
//! This library decides, without the standard library; it reads the system through [`Machine`]. The program around it
//! is in `main.rs`, twice: on raw system calls, without any runtime, for Linux on amd64 and arm64; and on the standard
//! library for everything else.
//!
//! Tested by tables, by a property that compares it with `crates/model/project` over generated folders
//! (`tests/agree.rs`), and by running the program in temporary homes (`tests/program.rs`).
#![no_std]

mod config;
mod decide;
pub mod limits;
mod machine;
pub mod path;
mod resolve;
mod table;
mod windows_args;

pub use decide::contains;
pub use decide::{Decision, Found, Why, decide, decide_exact};
pub use machine::{Machine, Opened, ReadResult};
pub use path::Path;
pub use resolve::{Arena, Call, MARK, RELEASES, Resolved, is_set_like, resolve};
pub use table::{FORMAT_LINE, Table};
pub use windows_args::after_program_name;
