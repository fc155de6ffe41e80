//! What every verb works with: the system, the settings, the store, and the receiver of progress.
//!
//! [`Ctx`] is made once for a command and knows no verb and no network: a verb that may use a network also gets
//! `acquire::Sources`. A second context comes from [`Ctx::derive`] alone, so that both record the changes made through
//! either. [`settings`] is one table, from which reading, checking, `goward config` and the reference page are derived.
//!
//! Tested by the crates above and, through the program, by `bins/goward/tests`.

mod ctx;
mod goroots;
mod limits;
mod owners;
mod recover;
pub mod settings;
mod shim_facts;

pub use ctx::{Ctx, Derivation};
pub use goroots::{go_setting_of, goroots};
pub use limits::FOLDERS_MAX;
pub use owners::{owner_of, users};
pub use recover::{recover, recover_within};
pub use shim_facts::SHIM_BYTES_MAX;
