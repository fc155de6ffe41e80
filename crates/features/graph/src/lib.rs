//! The module graph of a project: which modules it uses, at which versions and with which hashes, and who needs whom.
//!
//! [`read`] asks the project's own go command, in the one way that goward asks one about a project
//! (`resolve::ask_project`); it writes nothing and starts nothing of the project. [`ModuleGraph`] is also the file that
//! `goward graph --save` writes: modules and edges are sorted, so equal projects give equal bytes, whichever Go listed
//! them. [`parse`] reads such a file, which may come from anywhere: it is bounded, and text that could steer a terminal
//! or forge a line is refused. [`diff`] and [`way`] are pure.
//!
//! Tested by the tests of each file, and by `bins/goward/tests/it/graph.rs` with programs that act as `go`.

mod diff;
mod file;
mod limits;
mod model;
mod read;
mod recorded;
mod sums;

pub use diff::{Difference, Moved, diff, way};
pub use file::{GraphFileError, ParseError, parse, parse_file, to_json};
pub use model::{Edge, Module, ModuleGraph, Replacement, SCHEMA};
pub use read::{GraphError, read};
