//! What the program prints with `--json`: one type for each output, with its schema.
//!
//! Every output is an object whose first field is `schema`, the name and number of its type; the data follow in named
//! fields. One name means one thing in all of them: `toolchain` is a name with a platform, `version` a version of Go,
//! `before` the default toolchain before, `request` what was asked for, `origin` an [`Origin`], `path` a file, `line` a
//! number, `message` a sentence for people. A field is never left out: where there is nothing to say it is `null` or an
//! empty list.
//!
//! Only plain values are in here: nothing of the program's own types, so that a change of those changes no output by
//! accident. [`TABLE`] lists every output; the reference page `json.md` is made from it, and a test reads what each
//! command prints back into its type.

mod adopt;
mod block;
mod check;
mod checklist;
mod choice;
mod drill;
mod gate;
mod graph;
mod machine;
mod origin;
mod proof;
mod ps;
mod report;
mod sandbox;
mod scripts;
mod snapshot;
mod store;
mod table;
mod toolchains;

pub use adopt::*;
pub use block::*;
pub use check::*;
pub use checklist::*;
pub use choice::*;
pub use drill::*;
pub use gate::*;
pub use graph::*;
pub use machine::*;
pub use origin::*;
pub use proof::*;
pub use ps::*;
pub use report::*;
pub use sandbox::*;
pub use scripts::*;
pub use snapshot::*;
pub use store::*;
pub use table::*;
pub use toolchains::*;

/// A whole output: what a command prints, or a line of the error stream.
pub trait View: serde::Serialize {
    /// The name of its type and the number of its form, as the field `schema` says: `goward.list/1`. The number rises
    /// when a field goes or changes its meaning, not when one is added.
    const SCHEMA: &'static str;
}
