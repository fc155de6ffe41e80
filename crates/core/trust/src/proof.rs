//! A proof that can be stored, copied and checked again without a network.

use serde::{Deserialize, Serialize};

use crate::h1::H1;
use crate::hash::Hash;
use crate::head::TreeHead;
use crate::limits::{LOOKUP_BYTES_MAX, PROOF_HASHES_MAX};
use crate::note::VerifierKey;
use crate::record::{ModuleVersion, RecordLines, check_text};
use crate::sumdb_error::SumDbError;
use crate::tlog::{ProofError, check_record, record_hash};
use crate::witness::Witness;

/// That a checksum database has a module version's hash in its signed log.
///
/// A proof from a [`SumDb::lookup`](crate::SumDb::lookup) has been checked. A proof that was read from elsewhere is
/// only a claim, whatever its fields contain, until [`Proof::verify_offline`] has checked it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The name of the database.
    pub database: String,
    /// The module version the proof is about.
    pub subject: ModuleVersion,
    /// The record's number in the log.
    pub record_id: u64,
    /// The size of the signed tree.
    pub tree_size: u64,
    /// The root of the signed tree.
    pub root: Hash,
    /// The hash of the module's files.
    pub h1: H1,
    /// The hash of its `go.mod`, if the record has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gomod_h1: Option<H1>,
    /// The record's text, which the log's hashes are over.
    pub record_text: String,
    /// The signed note of the tree.
    pub note: String,
    /// The inclusion proof from record to root.
    pub inclusion: Vec<Hash>,
}

impl Proof {
    /// Checks everything again: signature, tree, inclusion, and the lines for the wanted module version. Returns the
    /// record's lines; use these rather than the fields.
    ///
    /// What cannot be checked without the log's tiles is that the tree continues the newest one seen on this machine.
    ///
    /// # Errors
    /// The proof is for another module version, does not hold, or contradicts itself.
    pub fn verify_offline(&self, key: &VerifierKey, wanted: &ModuleVersion) -> Result<RecordLines, SumDbError> {
        let database = || key.name().to_owned();
        let differs = |field| SumDbError::ProofField { field };
        let unusable = |cause| SumDbError::Record { database: database(), cause };
        if self.subject != *wanted {
            let (wanted, actual) = (wanted.to_string(), self.subject.to_string());
            return Err(SumDbError::ProofSubject { wanted, actual });
        }
        if self.database != key.name() {
            return Err(differs("database"));
        }
        let head = TreeHead::open(self.note.as_bytes(), key)
            .map_err(|cause| SumDbError::Head { database: database(), cause })?;
        if head.tree.size != self.tree_size {
            return Err(differs("tree size"));
        }
        if head.tree.root != self.root {
            return Err(differs("root"));
        }
        let refused = |cause| SumDbError::Inclusion {
            database: database(),
            record_id: self.record_id,
            tree_size: self.tree_size,
            cause,
        };
        if self.inclusion.len() > PROOF_HASHES_MAX {
            return Err(refused(ProofError::DoesNotHold));
        }
        if self.record_text.len() > LOOKUP_BYTES_MAX {
            return Err(unusable(crate::record::RecordError::TooLong { bytes: self.record_text.len() }));
        }
        check_text(&self.record_text).map_err(unusable)?;
        check_record(&self.inclusion, &head.tree, self.record_id, &record_hash(self.record_text.as_bytes()))
            .map_err(refused)?;
        let lines = RecordLines::find(&self.record_text, wanted).map_err(unusable)?;
        if lines.h1 != self.h1 {
            return Err(differs("h1"));
        }
        if lines.gomod_h1 != self.gomod_h1 {
            return Err(differs("h1 of go.mod"));
        }
        Ok(lines)
    }

    /// The proof as a witness for a tree that has its hash. `completed` names the files that had to be filled in to
    /// compute the tree's hash, see [`ToolchainH1`](crate::ToolchainH1).
    pub fn witness(&self, completed: Vec<String>) -> Witness {
        Witness::SumDb {
            name: self.database.clone(),
            record_id: self.record_id,
            tree_size: self.tree_size,
            h1: self.h1,
            completed,
        }
    }
}
