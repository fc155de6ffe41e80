//! Go installations that are there already, and the way from one release to the next.
//!
//! **Import.** Whoever comes to goward has Go already: from its makers, from a distribution, from another
//! manager. [`find`] knows where those stand, [`inspect`] says what one is, [`import`] brings it in:
//! copied, never linked or moved, through the same guard, proof and admission as an install, without a
//! download. What is not Go's own build is never passed off as one: it is registered as `system` and run
//! where it stands. The foreign folder is only read.
//!
//! **Migrate.** [`migrate`] moves default, pins and tools from one release to another, as one change.
//!
//! **Trust.** `VERSION` is what a tree says of itself. It decides which record of Go's checksum database is
//! asked; the files decide the answer. The folder's name, the manager's name and whatever else stands
//! beside it decide nothing.
//!
//! This crate never prints. On disk it leaves what the engine's verbs and the store leave. Tested by its
//! unit tests, which build each manager's folders, and by `bins/goward/tests/it/import.rs`.

mod exclude_rules;
pub mod external_go;
pub mod find;
pub mod import;
pub mod inspect;
pub mod manager_state;
pub mod migrate;

pub use external_go::ExternalGoError;
pub use find::{Candidate, Manager, Where, candidates};
pub use import::{Action, Done, Item, Plan, apply, plan};
pub use inspect::{Found, Verdict, inspect};
pub use manager_state::{GlobalDefault, ProfileLine, ProjectPin, global_default, profile_lines, project_pins};
pub use migrate::{Fate, MigrateError, MigratePlan, Migrated};
