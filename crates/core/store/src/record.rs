//! The record of a toolchain, beside its files.

use release::{Digest, Form, ToolchainId};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use trust::{Proof, Witness};

use crate::format::check_format;
use crate::json::to_json;
use crate::{Store, StoreError};

/// The largest record that goward reads, in bytes.
pub(crate) const RECORD_BYTES_MAX: u64 = 4 << 20;

/// Where a toolchain came from, and which witnesses vouch for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ToolchainRecord {
    /// The format of this record.
    pub format: u32,
    /// Which toolchain.
    pub toolchain: ToolchainId,
    /// The journal's operation that installed it: ties this record to a tree that was synced.
    #[serde(default)]
    pub operation: String,
    /// The source's name.
    pub source: String,
    /// The address that served it, without credentials.
    pub address: String,
    /// The form in which it arrived.
    pub form: Form,
    /// The SHA-256 of the archive; for an adopted tree, which never was one file, that of its manifest.
    pub archive_sha256: Digest,
    /// Its size in bytes.
    pub archive_bytes: u64,
    /// When it was admitted, in seconds since 1970.
    pub installed_unix_seconds: u64,
    /// How many files it has.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// The SHA-256 of the list of files.
    pub manifest_sha256: Digest,
    /// The witnesses.
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

    /// The SHA-256 of the archive; none if the toolchain was not one file when it came (an adopted tree, a bundle).
    pub fn archive(&self) -> Option<&Digest> {
        let is_file = matches!(self.form, Form::TarGz | Form::Zip | Form::ModuleZip | Form::Wheel);
        is_file.then_some(&self.archive_sha256)
    }

    /// The archive's name with the first 8 digits of its SHA-256, `go1.27.4.linux-amd64.tar.gz-a1b2c3d4`: short enough for
    /// a label, and another one for other bytes under the same name. None as for [`ToolchainRecord::archive`].
    pub fn fingerprint(&self) -> Option<String> {
        let sha256 = self.archive()?;
        let path = self.address.split(['?', '#']).next().unwrap_or_default();
        let name = path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty())?;
        Some(format!("{name}-{}", sha256.front(8)))
    }
}

impl Store {
    /// Adds the log's proof, and the log as a witness, to the record of an installed toolchain, durably.
    ///
    /// `manifest_sha256` names the manifest that the proof was compared with, so a toolchain that was removed and
    /// reinstalled meanwhile does not get the proof of the old one.
    ///
    /// # Errors
    /// `NotInstalled`, `Manifest` if the manifest is another by now, `Busy`, or what the system says; then the record
    /// is as it was.
    pub fn keep_proof(
        &self,
        id: &ToolchainId,
        manifest_sha256: &Digest,
        proof: Proof,
        witness: Witness,
        wait_max: Duration,
    ) -> Result<(), StoreError> {
        let purpose = format!("keep a proof of {id}");
        let _installers = self.lock(self.layout().install_lock(id), &purpose, wait_max)?;
        let _store = self.lock(self.layout().store_lock(), &purpose, wait_max)?;
        if self.find(id)?.is_none() {
            return Err(StoreError::NotInstalled { id: id.clone() });
        }
        let mut record = self.record(id)?;
        if record.manifest_sha256 != *manifest_sha256 {
            let reason = "it is another than the one that was proven".to_owned();
            return Err(StoreError::Manifest { path: self.layout().manifest(id), reason });
        }
        record.witnesses.retain(|known| known.kind() != witness.kind());
        record.witnesses.push(witness);
        record.log_proof = Some(proof);
        let path = self.layout().record(id);
        self.sys.fs().replace(&path, &to_json(&record)).map_err(StoreError::io("write the record", &path))
    }
}
