//! Errors between a request to a checksum database and a proof.

use diag::{Class, Diagnose, Diagnosis};
use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::note::NoteError;
use crate::record::RecordError;
use crate::tlog::ProofError;
use crate::transport::{AnyError, TransportError};

/// Two signed heads that contradict each other, with everything that others need to check that.
///
/// The log's operator signed both. A check of `proof` gives the larger tree's root, and another root for the smaller
/// tree than the signed one (for trees of one size it is empty: the roots differ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkEvidence {
    /// The name of the checksum database.
    pub database: String,
    /// The signed note that had been kept.
    pub kept_note: String,
    /// The signed note that came now.
    pub offered_note: String,
    /// The consistency proof from the smaller tree to the larger one.
    pub proof: Vec<Hash>,
}

/// Why a checksum database's word could not be had, or does not count.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum SumDbError {
    /// Module or version holds what no real one does; nothing was asked.
    #[error("ask the checksum database for `{}`: that is not a module version", wanted.escape_debug())]
    Name {
        /// Module and version as given.
        wanted: String,
    },
    /// The database has no record of it.
    #[error("find `{wanted}` in the checksum database {database}: it has no record of it")]
    NoRecord {
        /// Module and version.
        wanted: String,
        database: String,
        /// What the transport says.
        #[source]
        cause: TransportError,
    },
    /// The bytes could not be had.
    #[error("get `{path}` of the checksum database {database}")]
    Transport {
        path: String,
        database: String,
        /// What the transport says.
        #[source]
        cause: TransportError,
    },
    /// The record does not count.
    #[error("use the record of the checksum database {database}")]
    Record {
        database: String,
        #[source]
        cause: RecordError,
    },
    /// The signed tree head does not count.
    #[error("use the tree head of the checksum database {database}")]
    Head {
        database: String,
        #[source]
        cause: NoteError,
    },
    /// The tree head that was kept here earlier does not count any more.
    #[error("use the kept tree head of the checksum database {database}")]
    KeptHead {
        database: String,
        #[source]
        cause: NoteError,
    },
    /// The kept tree head cannot be loaded or saved.
    #[error("{action} the newest tree head of the checksum database {database}")]
    HeadStore {
        /// `load` or `save`.
        action: &'static str,
        database: String,
        #[source]
        cause: AnyError,
    },
    /// A tile has not the length its name says.
    #[error("use `{path}` of the checksum database {database}: it has {actual} bytes, not {expected}")]
    TileLength {
        path: String,
        database: String,
        /// Bytes a tile of this name has.
        expected: usize,
        /// Bytes that came.
        actual: usize,
    },
    /// The record is not in the signed tree, or the tiles are forged.
    #[error("prove record {record_id} in the tree of {tree_size} records of the checksum database {database}")]
    Inclusion {
        database: String,
        /// The record's number.
        record_id: u64,
        /// The size of the signed tree.
        tree_size: u64,
        #[source]
        cause: ProofError,
    },
    /// The tiles do not lead to the newer head's root: nothing can be said about the heads.
    #[error(
        "compare the trees of {older_size} and {newer_size} records of the checksum database {database}: \
         its tiles do not belong to the larger one"
    )]
    Tiles {
        database: String,
        /// The size of the smaller tree.
        older_size: u64,
        /// The size of the larger tree.
        newer_size: u64,
    },
    /// The log's operator signed two trees that contradict each other.
    #[error(
        "trust the checksum database {}: it signed two trees that contradict each other; \
         the evidence is both notes and a proof", .0.database
    )]
    Fork(Box<ForkEvidence>),
    /// A stored proof says one thing in one place and another in another.
    #[error("use the stored proof: its {field} is not what its note and record say")]
    ProofField {
        /// Which of its parts.
        field: &'static str,
    },
    /// A proof is for another module version than the one it is wanted for.
    #[error("use the stored proof for `{wanted}`: it is for `{actual}`")]
    ProofSubject {
        /// Module and version it is wanted for.
        wanted: String,
        /// Module and version it is for.
        actual: String,
    },
}

impl SumDbError {
    /// The evidence of a fork, if this is one: the caller must keep it.
    pub fn fork_evidence(&self) -> Option<&ForkEvidence> {
        match self {
            SumDbError::Fork(evidence) => Some(evidence),
            _ => None,
        }
    }
}

fn io_of(cause: &AnyError) -> Option<&std::io::Error> {
    cause.downcast_ref()
}

impl Diagnose for SumDbError {
    fn diagnosis(&self) -> Diagnosis {
        let another_way = "what answers for the checksum database gives wrong bytes; ask it by another way";
        match self {
            SumDbError::Name { .. } => Class::Usage.word("sumdb-name"),
            SumDbError::NoRecord { .. } => Class::NotFound.word("sumdb-no-record").hint(
                "the log of Go's toolchains begins with Go 1.21; a release of the last hours may not be in it yet",
            ),
            SumDbError::Transport { .. } => Class::Network.word("sumdb-unreachable"),
            SumDbError::Record { cause, .. } => cause.diagnosis().hint(another_way),
            SumDbError::Head { .. } => Class::Integrity.word("sumdb-head").hint(another_way),
            SumDbError::KeptHead { .. } => Class::Integrity.word("sumdb-kept-head"),
            SumDbError::HeadStore { cause, .. } => match io_of(cause) {
                Some(cause) => Diagnosis::of_io("sumdb-head-store", cause),
                None => Class::Environment.word("sumdb-head-store"),
            },
            SumDbError::TileLength { .. } => Class::Integrity.word("sumdb-tile-length").hint(another_way),
            SumDbError::Inclusion { .. } => Class::Integrity.word("sumdb-inclusion").hint(another_way),
            SumDbError::Tiles { .. } => Class::Integrity.word("sumdb-tiles").hint(another_way),
            SumDbError::Fork(_) => Class::Integrity
                .word("sumdb-fork")
                .hint("keep the evidence and report it to the Go security team; install nothing"),
            SumDbError::ProofField { .. } | SumDbError::ProofSubject { .. } => {
                Class::Integrity.word("sumdb-stored-proof")
            }
        }
    }
}
