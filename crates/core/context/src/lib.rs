//! What every verb works with: the world, the settings, the store, and who hears of progress.
//!
//! [`Ctx`] is made once for a command and knows no verb and no network: who may use a network is handed
//! `acquire::Sources` besides. A second context comes from [`Ctx::derive`] alone, so that what is changed through
//! either is known to both. [`settings`] is one table that reading, checking, `goward config` and the reference page
//! come from.
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
pub use recover::recover;
pub use shim_facts::SHIM_BYTES_MAX;
