//! The verbs, one file each: plan, then apply.
//!
//! A verb reads what it needs through [`Ctx`], decides, and changes the store. It returns a value
//! that can be printed, compared or serialised; it never prints and never ends the process. It
//! writes to disk only through `store`.
//!
//! Tested end to end by `bins/goward/tests` against the mock upstream of `testkit`.

mod block;
mod config;
mod disk;
mod history;
mod install;
mod list;
mod lock_file;
mod pin;
mod prune;
mod shared_store;
mod shims;
mod state_line;
mod status;
mod switch;
mod undo;
mod uninstall;
mod upgrade;

pub use block::{BlockError, Blocked, ListedBlock, block, blocks, unblock};
pub use config::{ConfigError, Configured, PlannedSettings, configure, plan_settings, reconfigure};
pub use disk::{DiskUse, DiskUses, disk_uses};
pub use history::{Event, EventAction, EventOutcome, GenerationDiff, diff, history};
pub use install::{adopt, install};
pub use list::{Available, Listed, Outdated, OutdatedError, available, installed, outdated};
pub use lock_file::{LockChange, LockChangeKind, LockOutcome, LockWriteError, lock, sources};
pub use pin::{PinError, Pinned, Shadow, pin, repinned};
pub use prune::{PruneItem, PruneReason, prune};
pub use shared_store::{SystemError, SystemMade, SystemStatus, SystemStep, system_init, system_status};
pub use shims::{
    ShimError, ShimListed, ShimsListed, ShimsWritten, after_change, is_shim_name, link_goward, list_shims,
    missing_shims, sdk_links, write_shims,
};
pub use state_line::state_line;
pub use status::{Status, status};
pub use switch::{Switched, switch};
pub use undo::{
    BackOptions, RolledBack, Undone, UndoneStep, roll_back, roll_back_from, roll_back_with, undo, undo_with,
};
pub use uninstall::{Uninstalled, uninstall};
pub use upgrade::{Upgrade, UpgradeError, Upgraded, plan_upgrade, upgrade};
