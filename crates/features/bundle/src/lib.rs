//! Toolchains in one file, for machines without a network.
//!
//! A bundle contains the files of toolchains, their proofs, and goward itself; it begins with a shell script, so an
//! empty machine needs only `sh FILE -- go build ./hello`. Files that toolchains share are stored once: two patch
//! releases differ only in their programs, two platforms too.
//!
//! - [`create`] installs missing toolchains through the ordinary install path into a scratch store beside the bundle,
//!   asks for the checksum database's proofs, and writes the file under another name, which it renames when it is
//!   complete;
//! - [`verify`] checks every member and every proof and names faults;
//! - an install from a bundle is an ordinary install: a bundle is a source (`source::bundle`, which knows the format).
//!
//! A bundle contains only files that a proof covers: `api`, `doc`, `misc` and `test` are not in the module form of Go's
//! checksum database, and so not in a bundle. Only the hash of the whole file, which `create` prints, covers the
//! script, the programs and the manifest.
//!
//! The same toolchains, proofs and programs give the same bytes.

mod create;
mod error;
mod parts;
mod script;
mod verify;

pub use create::{Created, LEVEL_DEFAULT, LEVEL_MAX, Order, create};
pub use error::BundleError;
pub use parts::{Part, parts_of};
pub use script::{powershell, powershell_of, shell};
pub use verify::{Finding, Verified, verify};
