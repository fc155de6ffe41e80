//! The verbs, one file each: plan, then apply.
//!
//! A verb reads what it needs through [`Ctx`], decides, and changes the store. It returns a value
//! that can be printed, compared or serialised; it never prints and never ends the process. What it
//! leaves on disk it leaves through `store`.
//!
//! Tested end to end by `bins/goward/tests` against the mock upstream of `testkit`.

mod adopt;
mod auto;
mod catalog;
mod choose;
mod ctx;
mod disk;
mod floor;
mod get;
mod go_question;
mod goenv;
mod history;
mod hook;
mod host;
mod install;
mod launch;
mod limits;
mod list;
mod lock;
mod log;
mod material;
mod module_zip;
mod pin;
mod pin_toml;
mod policy;
mod prove;
mod prune;
mod recover;
mod refetch;
mod rollback;
pub mod settings;
mod shims;
mod signature;
mod state;
mod status;
mod switch;
mod system;
mod uninstall;
mod why;

pub use adopt::{AdoptError, Adopted, Adoption, adopt};
pub use auto::{AutoError, check_auto_install, check_auto_switch};
pub use catalog::{Attempt, CatalogError};
pub use choose::{Choice, ChooseError, choose, choose_in, look_around, newest_installed};
pub use ctx::{Ctx, Derivation};
pub use disk::{DiskUse, DiskUses, disk_uses};
pub use floor::{FloorError, FloorWhy, Older, why_floor};
pub use get::GetError;
pub use goenv::{GO_VARIABLES, GoEnv, Overruled, Rule, Variable, go_env, shown};
pub use history::{Event, GenerationDiff, diff, history};
pub use host::host_facts;
pub use install::{InstallError, InstallPlan, Installed, check_offered, install, plan_install};
pub use launch::{Launch, LaunchError, ShimCall, launch, launch_in, launch_shim, plan_launch};
pub use list::{Available, Listed, Outdated, available, installed, outdated};
pub use lock::{LockError, LockOutcome, hold_installed, lock};
pub use log::{
    LocalFailure, LogFailure, LogProofError, Vouched, ask_log, check_kept_proof, go_setting_of, has_record, key_of,
    log_proof, newest_head,
};
pub use module_zip::{ModuleZipError, write_module_zip};
pub use pin::{PinError, Pinned, pin, repinned};
pub use policy::{Lack, Need, Policy};
pub use prove::ProveError;
pub use prune::{PruneItem, prune};
pub use recover::recover;
pub use refetch::refetch;
pub use rollback::{RolledBack, Undone, UndoneStep, roll_back, undo};
pub use shims::{
    NextError, ShimError, ShimListed, ShimsListed, ShimsWritten, after_change, list_shims, next_program, write_shims,
};
pub use state::state_line;
pub use status::{Status, status};
pub use switch::{Switched, switch};
pub use system::{SystemError, SystemMade, SystemStatus, system_init, system_status};
pub use uninstall::{Uninstalled, uninstall};
pub use why::{Why, why};
