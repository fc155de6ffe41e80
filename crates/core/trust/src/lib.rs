//! Verifies the origin of bytes.
//!
//! A toolchain may come from a mirror, a wheel or a folder on a USB stick: its files must be the ones that the Go
//! project published. Go's checksum database, a public transparency log, has the hash of every toolchain since Go 1.21
//! as module `golang.org/toolchain`. The steps are:
//!
//! 1. [`toolchain_h1`] computes the hash a tree has in module form, from names and file hashes, whatever archive it
//!    came in;
//! 2. [`SumDb::lookup`] asks the database, through any server, and proves the answer: signed note, record inclusion,
//!    consistency with the newest tree head ever seen here;
//! 3. the tree is the published one if the two hashes are equal ([`ToolchainH1::matches`]);
//! 4. the [`Proof`] is kept and checked again offline, and its [`Witness`] joins the others in the manifest.
//!
//! This crate never touches network or files: bytes come through [`Transport`] and [`HeadStore`], or as slices. It
//! never prints and writes nothing to disk. It believes only the operator's key; the log's tiles only help to assemble
//! proofs, which are then checked against the signed root.
//!
//! Tested with published hashes, vectors of RFC 6962, real records and tiles of the public log (`tests/fixtures`), and a
//! log of its own with its own key (`tests/it/support`); the tests forge each part of it in turn.

mod fuzz;
mod h1;
mod hash;
mod head;
pub mod limits;
mod missing_root_files;
mod note;
mod openpgp;
mod policy;
mod proof;
mod record;
mod sumdb;
mod sumdb_error;
mod tile;
pub mod tlog;
mod transport;
mod witness;

pub use fuzz::{fuzz_lookup, fuzz_note, fuzz_proof, fuzz_tile_path};
pub use h1::{
    Completion, FOLDERS_OUTSIDE_MODULE, H1, H1Error, H1ParseError, ToolchainH1, h1, is_in_module, is_packer_addition,
    toolchain_h1, version_file_names,
};
pub use hash::{Hash, HashParseError};
pub use head::TreeHead;
pub use note::{GO_CHECKSUM_DATABASE_KEY, KeyError, Note, NoteError, NoteSignature, VerifierKey};
pub use openpgp::{GOOGLE_LINUX_FINGERPRINT, Keyring, OpenPgpError};
pub use policy::{Policy, Shortfall, WitnessKind};
pub use proof::Proof;
pub use record::{Lookup, ModuleVersion, RecordError, RecordLines};
pub use sumdb::SumDb;
pub use sumdb_error::{ForkEvidence, SumDbError};
pub use tile::{TILE_HEIGHT, TILE_WIDTH, Tile, TilePathError};
pub use transport::{AnyError, HeadStore, Transport, TransportError};
pub use witness::{Evidence, Witness, Witnesses};
