//! Snapshots of a machine's Go: their names, their form, their differences, and which of them are kept.
//!
//! The content of a snapshot is [`view::Snapshot`], so its file is the JSON that `goward snapshot show --json` prints.
//! This crate writes and reads that form ([`encode`], [`decode`]), names snapshots ([`Id`]), compares two of them
//! ([`differences`]), lists their files as CSV ([`csv_of`]), and decides which go ([`expired`], [`Disk`]). It reads no
//! file and no clock.

mod ci;
mod difference;
mod form;
mod id;
mod keep;
mod table;
mod ttl;

pub use ci::{CiContext, ci_context};
pub use difference::{Ignored, differences};
pub use form::{FormError, SNAPSHOT_BYTES_MAX, decode, encode};
pub use id::{Id, IdError, Parts};
pub use keep::{Disk, Kept, Limits, expired, oldest};
pub use table::csv_of;
pub use ttl::{Ttl, TtlError};
