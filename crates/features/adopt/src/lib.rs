//! Imports existing Go installations, and migrates from one release to the next.
//!
//! **Import.** A new user of goward already has a Go: from the Go project, from a distribution, from another manager.
//! [`find`] finds these, [`inspect`] inspects one, [`import`] imports it: it copies the tree, never links or moves it,
//! through the same guard, proof and admission as an install, without a download. It never passes off another build as
//! Go's own: it registers that build as `system`, which runs in place. It only reads the foreign folder.
//!
//! **Migrate.** [`migrate`] moves default, pins and tools from one release to another, as one change.
//!
//! **Trust.** `VERSION` is a tree's own claim. It selects the record of Go's checksum database; the files decide
//! whether that record matches. The names of the folder and the manager, and other files beside the tree, decide
//! nothing.
//!
//! This crate never prints. It writes to disk only through the engine's verbs and the store. Tested by its unit tests,
//! which build each manager's folders, and by `bins/goward/tests/it/import.rs`.

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
