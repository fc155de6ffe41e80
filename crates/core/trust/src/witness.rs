//! Witnesses: statements about the origin of bytes.
//!
//! A toolchain has a set of witnesses, not a level of trust: each makes one statement, in plain words. A policy decides
//! what the set must contain, not this module.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::h1::H1;

/// The words for a wheel for which only the package index vouches.
const PACKAGE_INDEX_ALONE: &str = "taken on the word of the package index";

/// What a whole set of witnesses amounts to: its strongest statement. It is computed for each output, so that a later
/// proof counts at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A checksum database has these very files in its signed log.
    Log {
        /// Its name.
        name: String,
    },
    /// Go's own index lists the archive.
    Index,
    /// Others vouch: a signature, a lock file, the user's own check.
    Others,
    /// The package index alone vouches for a wheel, which is a repackaging by others.
    PackageIndex,
    /// Nobody vouches.
    Nobody,
}

impl Evidence {
    /// What these witnesses amount to.
    pub fn of(witnesses: &[Witness]) -> Evidence {
        if let Some(Witness::SumDb { name, .. }) = witnesses.iter().find(|one| matches!(one, Witness::SumDb { .. })) {
            return Evidence::Log { name: name.clone() };
        }
        let has = |is: fn(&Witness) -> bool| witnesses.iter().any(is);
        // If the user had to allow it, nobody vouched for it; a lock file only constrained it.
        if has(|one| matches!(one, Witness::Allowed { .. })) {
            return Evidence::Nobody;
        }
        if has(|one| matches!(one, Witness::IndexChecksum { .. })) {
            return Evidence::Index;
        }
        if has(|one| one.is_independent() && !matches!(one, Witness::WheelIndex { .. })) {
            return Evidence::Others;
        }
        if has(|one| matches!(one, Witness::WheelIndex { .. })) { Evidence::PackageIndex } else { Evidence::Nobody }
    }

    /// The warning to print, if there is one.
    pub fn warning(&self) -> Option<&'static str> {
        match self {
            Evidence::PackageIndex => Some(
                "vouched for by the package index alone: a repackaging by others, which Go's log has not confirmed",
            ),
            Evidence::Nobody => Some("only its server vouches for it"),
            Evidence::Log { .. } | Evidence::Index | Evidence::Others => None,
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::Log { name } => write!(f, "verified by {name}"),
            Evidence::Index => f.write_str("proven by Go's release index"),
            Evidence::Others => f.write_str("vouched for by others"),
            Evidence::PackageIndex => f.write_str(PACKAGE_INDEX_ALONE),
            Evidence::Nobody => f.write_str("unproven"),
        }
    }
}

/// One statement about an archive or a tree, and who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Witness {
    /// Go's release index has this hash for the archive, and another server served the archive.
    IndexChecksum {
        /// Where the index came from.
        origin: String,
        /// SHA-256 of the archive in lower-case hexadecimal; so in all variants.
        sha256: String,
    },
    /// The server of the archive also served this hash for it.
    MirrorChecksum {
        /// The server.
        origin: String,
        /// SHA-256 of the archive.
        sha256: String,
    },
    /// The wheel index has this hash for the wheel.
    WheelIndex {
        /// Where the index came from.
        origin: String,
        /// SHA-256 of the wheel.
        sha256: String,
    },
    /// Every file of the wheel has the hash in the wheel's own RECORD.
    WheelRecord {
        /// How many files RECORD lists.
        files: u64,
    },
    /// An OpenPGP signature over the archive, good at the time of signing.
    OpenPgp {
        /// Fingerprint of the primary key in upper-case hexadecimal.
        fingerprint: String,
        /// When it was signed, in seconds since 1970.
        signed_unix_seconds: u64,
    },
    /// A checksum database has the hash of the tree's files in its signed log.
    SumDb {
        /// The database.
        name: String,
        /// The record's number.
        record_id: u64,
        /// The size of the signed tree that is proven to contain the record.
        tree_size: u64,
        /// The hash of the files.
        h1: H1,
        /// Files that the packer had omitted and that were filled in from known hashes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        completed: Vec<String>,
    },
    /// A lock file has this hash.
    LockFile {
        /// The lock file.
        path: String,
        /// SHA-256 of the archive; empty for another form, of which only the files could be compared.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        sha256: String,
        /// The hash of the files, if the lock file has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        h1: Option<H1>,
    },
    /// The user's own check accepted the archive.
    Hook {
        /// The program that ran, without its arguments: they may contain credentials, and records are stored.
        command: String,
    },
    /// Nobody vouches for it; the user allowed it nevertheless.
    Allowed {
        /// How the user allowed it.
        by: String,
    },
}

impl Witness {
    /// Whether it is a statement about origin. A hash from the server of the file shows an intact copy and nothing
    /// else.
    pub fn is_independent(&self) -> bool {
        !matches!(self, Witness::MirrorChecksum { .. } | Witness::WheelRecord { .. } | Witness::Allowed { .. })
    }

    /// Its worth, in a word or two: `verified by` the database that has it in its log, `proven` by Go's own index,
    /// `listed` by the package index, `intact` if it only shows an intact copy.
    pub fn standing(&self) -> String {
        match self {
            Witness::SumDb { name, .. } => format!("verified by {name}"),
            Witness::IndexChecksum { .. } => "proven".to_owned(),
            Witness::WheelIndex { .. } => "listed".to_owned(),
            Witness::OpenPgp { .. } => "signed".to_owned(),
            Witness::LockFile { .. } => "as locked".to_owned(),
            Witness::Hook { .. } => "accepted".to_owned(),
            Witness::Allowed { .. } => "unproven".to_owned(),
            Witness::MirrorChecksum { .. } | Witness::WheelRecord { .. } => "intact".to_owned(),
        }
    }

    /// The kind's name in records and policies.
    pub fn kind(&self) -> &'static str {
        match self {
            Witness::IndexChecksum { .. } => "index-checksum",
            Witness::MirrorChecksum { .. } => "mirror-checksum",
            Witness::WheelIndex { .. } => "wheel-index",
            Witness::WheelRecord { .. } => "wheel-record",
            Witness::OpenPgp { .. } => "open-pgp",
            Witness::SumDb { .. } => "sum-db",
            Witness::LockFile { .. } => "lock-file",
            Witness::Hook { .. } => "hook",
            Witness::Allowed { .. } => "allowed",
        }
    }
}

impl fmt::Display for Witness {
    /// One line in plain words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Witness::IndexChecksum { origin, sha256 } => {
                write!(f, "the release index of {origin} lists the archive with SHA-256 {sha256}, and it has that")
            }
            Witness::MirrorChecksum { origin, sha256 } => write!(
                f,
                "{origin} gave both the archive and its SHA-256 {sha256}: an intact copy, but no word on its origin"
            ),
            Witness::WheelIndex { origin, sha256 } => {
                write!(f, "the wheel index of {origin} lists the wheel with SHA-256 {sha256}, and it has that")
            }
            Witness::WheelRecord { files } => write!(
                f,
                "{files} files have the hashes in the wheel's own RECORD: an intact copy, but no word on its origin"
            ),
            Witness::OpenPgp { fingerprint, signed_unix_seconds } => {
                write!(
                    f,
                    "the owner of OpenPGP key {fingerprint} signed the archive (at {signed_unix_seconds} s since 1970)"
                )
            }
            Witness::SumDb { name, record_id, tree_size, h1, completed } => {
                write!(
                    f,
                    "{name} has the tree's files as {h1} in record {record_id} of its signed log of {tree_size} records"
                )?;
                if !completed.is_empty() {
                    write!(f, "; not in the tree, and filled in from known hashes: {}", completed.join(", "))?;
                }
                Ok(())
            }
            Witness::LockFile { path, sha256, h1 } => {
                write!(f, "the lock file {path} has ")?;
                match (sha256.as_str(), h1) {
                    ("", Some(h1)) => write!(f, "{h1} for the tree's files, and they have that"),
                    (_, Some(h1)) => {
                        write!(f, "SHA-256 {sha256} for the archive and {h1} for the tree's files, and they have that")
                    }
                    (_, None) => write!(f, "SHA-256 {sha256} for the archive, and it has that"),
                }
            }
            Witness::Hook { command } => {
                // Records of earlier versions contain arguments too.
                let program = command.split_whitespace().next().unwrap_or(command);
                write!(f, "your own check `{program}` accepted the archive")
            }
            Witness::Allowed { by } => write!(f, "nobody vouches for its origin; admitted as {by} allows"),
        }
    }
}

/// The witnesses of one archive and its tree: each once, in the order of their addition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Witnesses(Vec<Witness>);

impl Witnesses {
    /// Nobody has spoken.
    pub const fn none() -> Witnesses {
        Witnesses(Vec::new())
    }

    /// Adds a witness; equal ones count once.
    pub fn add(&mut self, witness: Witness) {
        if !self.0.contains(&witness) {
            self.0.push(witness);
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Witness> {
        self.0.iter()
    }

    /// How many different kinds of independent witnesses there are: two indexes are one kind.
    pub fn independent_kinds(&self) -> usize {
        let mut kinds: Vec<&str> = self.iter().filter(|witness| witness.is_independent()).map(Witness::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.len()
    }

    /// Whether it has one of this kind.
    pub fn has_kind(&self, kind: &str) -> bool {
        self.iter().any(|witness| witness.kind() == kind)
    }
}

impl FromIterator<Witness> for Witnesses {
    fn from_iter<I: IntoIterator<Item = Witness>>(witnesses: I) -> Witnesses {
        let mut set = Witnesses::none();
        witnesses.into_iter().for_each(|witness| set.add(witness));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;

    fn one_of_each() -> Vec<Witness> {
        let (origin, sha256) = ("go.dev".to_owned(), "ab".repeat(32));
        vec![
            Witness::IndexChecksum { origin: origin.clone(), sha256: sha256.clone() },
            Witness::MirrorChecksum { origin: origin.clone(), sha256: sha256.clone() },
            Witness::WheelIndex { origin, sha256: sha256.clone() },
            Witness::WheelRecord { files: 12_092 },
            Witness::OpenPgp { fingerprint: "EB4C".to_owned(), signed_unix_seconds: 1 },
            Witness::SumDb {
                name: "sum.golang.org".to_owned(),
                record_id: 69_478_030,
                tree_size: 70_835_252,
                h1: H1(Hash([0; 32])),
                completed: vec!["LICENSE".to_owned(), "PATENTS".to_owned()],
            },
            Witness::LockFile { path: "goward.lock".to_owned(), sha256, h1: None },
            Witness::Hook { command: "check.sh".to_owned() },
        ]
    }

    #[test]
    fn every_witness_is_stored_with_its_kind_and_read_back() {
        for witness in one_of_each() {
            let value = serde_json::to_value(&witness).unwrap();
            assert_eq!(value["kind"], witness.kind());
            assert_eq!(serde_json::from_value::<Witness>(value).unwrap(), witness);
        }
        assert!(serde_json::from_str::<Witness>(r#"{"kind":"hearsay"}"#).is_err());
    }

    #[test]
    fn every_witness_speaks_one_line_without_a_full_stop() {
        for witness in one_of_each() {
            let line = witness.to_string();
            assert!(!line.contains('\n') && !line.ends_with('.') && line.len() > 30, "{line}");
        }
        let sumdb = one_of_each()[5].to_string();
        assert_eq!(
            sumdb,
            "sum.golang.org has the tree's files as h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= in record 69478030 \
             of its signed log of 70835252 records; not in the tree, and filled in from known hashes: LICENSE, PATENTS"
        );
    }

    #[test]
    fn what_the_same_hands_gave_is_no_word_on_origin() {
        let dependent: Vec<_> = one_of_each().iter().filter(|w| !w.is_independent()).map(Witness::kind).collect();
        assert_eq!(dependent, ["mirror-checksum", "wheel-record"]);
    }

    #[test]
    fn a_wheel_without_the_log_is_never_called_proven() {
        let all = one_of_each();
        let (wheel, record, log, index) = (&all[2], &all[3], &all[5], &all[0]);
        let evidence = |set: &[&Witness]| Evidence::of(&set.iter().map(|&one| one.clone()).collect::<Vec<_>>());
        let alone = evidence(&[wheel, record]);
        assert_eq!(alone.to_string(), "taken on the word of the package index");
        assert!(alone.warning().unwrap().contains("a repackaging by others"));
        // A later witness of the log counts at once.
        let upgraded = evidence(&[wheel, record, log]);
        assert_eq!((upgraded.to_string().as_str(), upgraded.warning()), ("verified by sum.golang.org", None));
        assert_eq!(evidence(&[index]), Evidence::Index);
        assert_eq!(evidence(&[wheel, &Witness::Hook { command: "x".to_owned() }]), Evidence::Others);
        assert_eq!(evidence(&[wheel, &Witness::Allowed { by: "x".to_owned() }]), Evidence::Nobody);
        assert_eq!(evidence(&[record]), Evidence::Nobody);
        // "Proven" is reserved for Go's own index; the log has other words.
        let proven: Vec<_> = all.iter().filter(|one| one.standing() == "proven").map(Witness::kind).collect();
        assert_eq!(proven, ["index-checksum"]);
        assert_eq!(log.standing(), "verified by sum.golang.org");
    }

    #[test]
    fn a_set_counts_each_witness_once_and_each_kind_once() {
        let mut set: Witnesses = one_of_each().into_iter().chain(one_of_each()).collect();
        assert_eq!(set.iter().count(), 8);
        assert_eq!(set.independent_kinds(), 6);
        set.add(Witness::IndexChecksum { origin: "other".to_owned(), sha256: String::new() });
        assert_eq!((set.iter().count(), set.independent_kinds()), (9, 6));
        assert!(set.has_kind("sum-db") && !set.has_kind("sumdb"));
    }
}
