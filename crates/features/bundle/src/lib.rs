//! Toolchains in one file, for machines without a network.
//!
//! A bundle holds the files of toolchains, what proves them, and goward itself; its front is a shell
//! script, so that `sh FILE -- go build ./hello` is all that an empty machine needs. Files that
//! toolchains share are stored once: two patch releases differ in their programs only, two platforms too.
//!
//! - [`create`] gets what is missing through the ordinary install path into a scratch store beside the
//!   bundle, asks for the checksum database's proofs, and writes the file under another name that it
//!   moves into place when it is whole;
//! - [`verify`] looks at every member and every proof and names what is wrong;
//! - installing is an ordinary install: a bundle is a source (`source::bundle`, which knows the format).
//!
//! What no proof covers does not travel: `api`, `doc`, `misc` and `test` are not in the module form that
//! Go's checksum database knows, and so not in a bundle. The script, the programs and the manifest are
//! covered by nothing but the hash of the whole file, which `create` tells.
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
