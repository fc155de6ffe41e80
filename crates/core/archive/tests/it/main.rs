#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]
//! Hostile and damaged archives against the whole crate, on a real file system.

mod build;
mod damage;
mod disk;
#[cfg(unix)]
mod folder;
mod hostile;
mod support;
mod tar_gz;
mod tar_zst;
mod wheel;
mod zip;
