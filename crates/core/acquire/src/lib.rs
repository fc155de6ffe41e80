//! Gets a toolchain: locate, fetch, unpack, prove, admit.
//!
//! Only who is handed [`Sources`] can reach a network, and all that arrives goes one way: fetched (or copied) and
//! unpacked into a staging folder, held to the project's lock file, proven, admitted by the store with one rename. A
//! failure of one source has the next one tried; nothing is visible before it is whole.
//!
//! It knows nothing of a project's pins: which folder a lock file proves in is said by who makes the [`ProjectLock`].
//! What follows a change (the shims' names) is for `engine` to do, which wraps [`install`] and [`adopt`].
//!
//! It leaves on disk what the store admits, what is kept of downloads, cached indexes and tree heads. Tested end to end
//! by `bins/goward/tests` against the mock upstream of `testkit`.

mod acquire;
mod admission;
mod adopt;
mod archive_bytes;
mod goproxy;
mod host_check;
mod install;
mod installed;
mod limits;
mod lock_file;
mod module_zip;
mod prove;
mod refetch;
mod sources;

pub use acquire::AcquireError;
pub use adopt::{AdoptError, Adopted, Adoption, adopt};
pub use host_check::host_facts;
pub use install::{InstallError, InstallPlan, check_offered, install, plan_install};
pub use installed::Installed;
pub use lock_file::{DecidingFolder, LockError, ProjectLock};
pub use module_zip::{ModuleZipError, write_module_zip};
pub use prove::{
    Attestation, LocalFailure, LogFailure, LogProofError, ProveError, check_kept_proof, has_record, index_says, key_of,
    log_proof, newest_head, proof_of, query,
};
pub use refetch::refetch;
pub use sources::{Sources, cached_versions};
