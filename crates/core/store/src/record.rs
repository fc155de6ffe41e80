//! What is recorded of a toolchain beside its files.

use release::{Digest, Form, ToolchainId};
use serde::{Deserialize, Serialize};
use trust::{Proof, Witness};

/// A record longer than this is not one of ours.
pub(crate) const RECORD_BYTES_MAX: u64 = 4 << 20;
/// The format that this version writes. A reader refuses a higher one.
pub(crate) const FORMAT: u32 = 1;

/// Where a toolchain came from, and what was proven of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ToolchainRecord {
    /// The format of this record.
    pub format: u32,
    /// Which toolchain.
    pub toolchain: ToolchainId,
    /// The journal's operation that brought it: ties this record to a tree that was made durable.
    #[serde(default)]
    pub operation: String,
    /// The source that it came from.
    pub source: String,
    /// The address that served it, without credentials.
    pub address: String,
    /// The shape in which it travelled.
    pub form: Form,
    /// The SHA-256 of what travelled; of an adopted tree, which never was one file, that of its list of files.
    pub archive_sha256: Digest,
    /// How long that was, in bytes.
    pub archive_bytes: u64,
    /// When it was admitted, in seconds since 1970.
    pub installed_unix_seconds: u64,
    /// How many files it has.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// The SHA-256 of the list of files.
    pub manifest_sha256: Digest,
    /// What was proven, and by whom.
    pub witnesses: Vec<Witness>,
    /// The proof of Go's checksum database, if it was asked: it can be checked again without a network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_proof: Option<Proof>,
}

impl ToolchainRecord {
    pub(crate) fn parse(bytes: &[u8]) -> Result<ToolchainRecord, serde_json::Error> {
        let record: ToolchainRecord = serde_json::from_slice(bytes)?;
        check_format(record.format)?;
        Ok(record)
    }
}

/// Refuses what a later goward has written.
pub(crate) fn check_format(format: u32) -> Result<(), serde_json::Error> {
    if format > FORMAT {
        let message = format!("format {format} is newer than this goward understands ({FORMAT})");
        return Err(serde::de::Error::custom(message));
    }
    Ok(())
}
