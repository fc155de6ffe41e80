//! The verbs, one file each: plan, then apply.
//!
//! A verb reads what it needs through [`Ctx`], decides, and changes the store. It returns a value
//! that can be printed, compared or serialised; it never prints and never ends the process. What it
//! leaves on disk it leaves through `store`.
//!
//! Tested end to end by `bins/goward/tests` against the mock upstream of `testkit`.

mod catalog;
mod choose;
mod ctx;
mod disk;
mod get;
mod history;
mod host;
mod install;
mod launch;
mod limits;
mod list;
mod pin;
mod prove;
mod prune;
mod recover;
mod rollback;
pub mod settings;
mod state;
mod status;
mod switch;
mod uninstall;

pub use catalog::{Attempt, CatalogError};
pub use choose::{Choice, ChooseError, choose, look_around, newest_installed};
pub use ctx::Ctx;
pub use disk::{DiskUse, DiskUses, disk_uses};
pub use get::GetError;
pub use history::{Event, GenerationDiff, diff, history};
pub use host::host_facts;
pub use install::{InstallError, InstallPlan, Installed, install, plan_install};
pub use launch::{Launch, LaunchError, launch};
pub use list::{Available, Listed, available, installed};
pub use pin::{PinError, Pinned, pin};
pub use prove::ProveError;
pub use prune::{PruneItem, prune};
pub use recover::recover;
pub use rollback::{RolledBack, Undone, UndoneStep, roll_back, undo};
pub use state::state_line;
pub use status::{Status, status};
pub use switch::{Switched, switch};
pub use uninstall::{Uninstalled, uninstall};
