//! Gets a toolchain: locate, fetch, unpack, prove, admit.
//!
//! Only a caller with [`Sources`] can reach a network. Every toolchain takes the same steps: it is fetched (or copied)
//! and unpacked into a staging folder, checked against the project's lock file, proven, and admitted by the store with
//! one rename. If one source fails, the next one is tried; nothing is visible before it is complete.
//!
//! It reads no pins: the caller that makes the [`ProjectLock`] knows the folder in which a lock file proves. `engine`
//! wraps [`install`] and [`adopt`] and does what follows a change (the shims' names).
//!
//! It leaves on disk admitted toolchains, kept downloads, cached indexes and tree heads. Tested end to end by
//! `bins/goward/tests` against the mock upstream of `testkit`.

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
mod module_proxy;
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
pub use module_proxy::{ModuleProxies, NoFile};
pub use module_zip::{ModuleZipError, write_module_zip};
pub use prove::{
    Attestation, LocalFailure, LogFailure, LogProofError, ProveError, check_kept_proof, has_record, index_says, key_of,
    log_proof, newest_head, proof_of, query,
};
pub use refetch::refetch;
pub use sources::{Sources, cached_versions, network};
