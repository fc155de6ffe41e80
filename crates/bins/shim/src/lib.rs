//! What stands on `PATH` as `go`, `gofmt` and `go1.X.Y`: scan, look up, exec.
//!
//! The shim must cost nothing, so on the common path it reads one small table ([`Table`]) that the store
//! keeps, walks up from the working folder, reads what it finds there, and puts the toolchain's program in
//! its own place. It must also never disagree with `goward which`. Both are had by deciding little: whatever
//! is not plain ([`Why`] lists it all) is handed to `goward exec-shim NAME ARGUMENTS…`, which has the whole
//! rules of `crates/model/project`. Here is a part of them, and nothing of its own.
//!
//! A table may be older than the store, if a process died between the two. So it says at which
//! generation and at which state of the folder of toolchains it was written, and one that says anything
//! else than the store is not used.
//!
//! Nor is a table or a pin believed that somebody else could have written ([`Opened`]).
//!
//! It never writes to disk, never starts a process beside itself, changes no argument and, on the common
//! path, nothing of the environment but `GOTOOLCHAIN`, which keeps a go command from becoming another release than the one
//! that a file pins. `docs/shim.md` has the table's format and the contract with `goward`.
//!
//! This library is the part that decides, without the standard library and without the system, which it
//! asks for through [`Machine`]. The program around it is in `main.rs`, twice: on raw system calls, without
//! any runtime, for Linux on amd64 and arm64; and on the standard library for everything else.
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

pub use decide::{Decision, Found, Why, decide, decide_exact};
pub use machine::{Machine, Opened, ReadResult};
pub use path::Path;
pub use resolve::{Arena, Call, MARK, Resolved, is_set_like, resolve};
pub use table::{FORMAT_LINE, Table};
pub use windows_args::after_program_name;
