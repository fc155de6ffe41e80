//! Who vouches for a toolchain.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What all witnesses of a toolchain come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The best that they say.
    pub kind: EvidenceKind,
    /// The checksum database that has the files in its log, for `log`.
    pub database: Option<String>,
    /// Whether the user should look at it: nobody independent of the download vouches, or a proof does not hold.
    pub is_warning: bool,
    /// The same for people; its wording may change.
    pub message: String,
}

/// What witnesses come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// A checksum database has these very files in its signed log.
    Log,
    /// Go's own index lists the archive.
    Index,
    /// Others vouch: a signature, a lock file, the user's own check.
    Others,
    /// The package index alone vouches for a wheel, which others have repackaged.
    PackageIndex,
    /// Nobody vouches but the server that gave the bytes.
    Nobody,
    /// A proof is there and does not hold.
    Contradicted,
}

/// One thing that was said about an archive or a tree, and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// What was said.
    pub kind: WitnessKind,
    /// Who said it: a server, a database, a lock file's path, a program, a key's fingerprint, a setting. `null` for
    /// `wheel-record`.
    pub by: Option<String>,
    /// The SHA-256 of the archive in lower-case hexadecimal, where it was compared.
    pub sha256: Option<String>,
    /// The `h1:` hash of the files, where it was compared.
    pub h1: Option<String>,
    /// For `sum-db`, the number of the record in the log.
    pub record_id: Option<u64>,
    /// For `sum-db`, the number of records in the signed log.
    pub tree_size: Option<u64>,
    /// For `sum-db`, files that the packer had left out and that were filled in from known hashes.
    pub completed: Vec<String>,
    /// For `wheel-record`, how many files the wheel's RECORD lists.
    pub files_count: Option<u64>,
    /// For `open-pgp`, when it was signed, in seconds since 1970.
    pub signed_unix_seconds: Option<u64>,
}

/// What a witness says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WitnessKind {
    /// Go's release index has this hash for the archive, and another server gave the archive.
    IndexChecksum,
    /// The server that gave the archive also gave this hash for it.
    MirrorChecksum,
    /// The wheel index has this hash for the wheel.
    WheelIndex,
    /// Every file of the wheel has the hash in the wheel's own RECORD.
    WheelRecord,
    /// An OpenPGP signature over the archive, good at the time of signing.
    OpenPgp,
    /// A checksum database has the hash of the tree's files in its signed log.
    SumDb,
    /// A lock file has this hash.
    LockFile,
    /// The user's own check accepted the archive.
    Hook,
    /// Nobody vouches; the user allowed it all the same.
    Allowed,
}

/// Whether Go's team supports a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// Whether it does.
    pub status: SupportStatus,
    /// The day on which support ended or will end, as `2026-08-19`, where it is known.
    pub end_date: Option<String>,
    /// The month in which support is expected to end, as `2027-02`, where no day is known.
    pub end_month_expected: Option<String>,
}

/// Whether fixes still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SupportStatus {
    /// They do.
    Supported,
    /// They do not any more.
    Ended,
    /// The release is a prerelease, which is never supported.
    Prerelease,
    /// The minor is not known.
    Unknown,
}

/// The shape in which a toolchain travelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A release archive, `.tar.gz`.
    TarGz,
    /// A release archive, `.zip`.
    Zip,
    /// A module zip of `golang.org/toolchain`.
    ModuleZip,
    /// A Python wheel with a `go/` tree.
    Wheel,
    /// A tree that was on this machine already, as an archive has it.
    Tree,
    /// The same in the form of the module cache.
    ModuleTree,
    /// Files in a bundle.
    Bundle,
}
