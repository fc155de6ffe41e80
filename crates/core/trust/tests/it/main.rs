//! Logs, records and signatures: real ones, and every forgery.

mod any_bytes;
mod forged_log;
mod honest_log;
mod public_log;
mod real_manifests;
mod support;
