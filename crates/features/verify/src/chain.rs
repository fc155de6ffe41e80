//! From a list of files to a key, step by step, each computed anew.
//!
//! It believes no stored flag: the record's fields are claims, and it compares every claim with what follows from the
//! files' hashes, the log's bytes and the key.

use acquire::{key_of, newest_head};
use archive::Manifest;
use context::Ctx;
use release::ToolchainId;
use store::ToolchainRecord;
use trust::tlog::record_hash;
use trust::{ModuleVersion, Proof, TreeHead, VerifierKey, Witness, is_in_module};

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It was computed and holds.
    Yes,
    /// It was computed and does not hold.
    No,
    /// There is nothing to compute it from.
    Unknown,
}

/// One step from the files to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What the step is about: `files`, `manifest`, `h1`, `record`, `inclusion`, `head`, `history`, `key`, `outside`.
    pub name: &'static str,
    /// How it went.
    pub holds: Holds,
    /// With its numbers, in words.
    pub says: String,
}

impl Step {
    pub(crate) fn new(name: &'static str, holds: bool, says: String) -> Step {
        Step { name, holds: if holds { Holds::Yes } else { Holds::No }, says }
    }

    fn unknown(name: &'static str, says: String) -> Step {
        Step { name, holds: Holds::Unknown, says }
    }
}

/// Who vouches for the origin of a toolchain's files, weakest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The signed log has the hash of these very files.
    Log,
    /// Witnesses at the time of installing vouched for the archive.
    Witnessed,
    /// Only its server vouches.
    Unproven,
    /// There is a proof, and it does not hold.
    Contradicted,
}

/// The steps from the manifest to the key, and what follows.
pub(crate) struct Chain {
    pub steps: Vec<Step>,
    pub origin: Origin,
}

/// Computes the chain of a record and a manifest. Uses no network, and reads no file of the tree.
pub(crate) fn chain(ctx: &Ctx, id: &ToolchainId, record: &ToolchainRecord, manifest: &Manifest) -> Chain {
    let mut steps = vec![Step::new(
        "manifest",
        true,
        format!("its SHA-256 is {}, as the record of {id} says", record.manifest_sha256),
    )];
    let inside = manifest.files.iter().filter(|file| is_in_module(&file.path)).count();
    let outside = manifest.files.len() - inside;
    let files = manifest.files.iter().map(|file| (file.path.as_str(), &file.sha256));
    let computed = trust::toolchain_h1(&id.to_string(), files);
    let of_module = ModuleVersion::toolchain(&id.to_string());
    let log = match (&computed, &record.log_proof) {
        (Err(error), _) => {
            steps.push(Step::new("h1", false, format!("cannot be computed: {error}")));
            None
        }
        (Ok(computed), None) => {
            let h1 = computed.likely().map_or("no hash".to_owned(), |h1| h1.to_string());
            steps.push(Step::unknown("h1", format!("{inside} files in the form of {of_module} give {h1}")));
            steps.push(Step::unknown("record", "no proof of Go's checksum database is kept".to_owned()));
            None
        }
        (Ok(computed), Some(proof)) => {
            let completed = computed.matches(&proof.h1);
            let actual = completed.as_ref().map_or_else(|| computed.likely(), |_| Some(proof.h1));
            let h1 = actual.map_or("no hash".to_owned(), |h1| h1.to_string());
            let mut says = format!("{inside} files in the form of {of_module} give {h1}");
            if let Some(filled_in) = completed.as_ref().filter(|names| !names.is_empty()) {
                says.push_str(&format!(", with {} filled in from known hashes", filled_in.join(", ")));
            }
            if completed.is_none() {
                says.push_str(&format!("; the proof is about {}", proof.h1));
            }
            steps.push(Step::new("h1", completed.is_some(), says));
            let proven = log_steps(ctx, proof, &of_module, &mut steps);
            Some(completed.is_some() && proven)
        }
    };
    steps.push(outside_step(record, outside));
    // If the user had to allow it, nobody vouched for it; a lock file only constrained it.
    let allowed = record.witnesses.iter().any(|witness| matches!(witness, Witness::Allowed { .. }));
    let vouched = !allowed && record.witnesses.iter().any(Witness::is_independent);
    let origin = match log {
        Some(true) => Origin::Log,
        Some(false) => Origin::Contradicted,
        None if computed.is_err() => Origin::Contradicted,
        None if vouched => Origin::Witnessed,
        None => Origin::Unproven,
    };
    Chain { steps, origin }
}

/// Record, inclusion, head, history, key: from the proof's bytes alone. True if all of them hold.
fn log_steps(ctx: &Ctx, proof: &Proof, wanted: &ModuleVersion, steps: &mut Vec<Step>) -> bool {
    let Some((key, key_origin)) = key_of(ctx, &proof.database) else {
        let says = format!("of `{}` is not known: neither built in nor in GOSUMDB", shown(&proof.database));
        steps.push(Step::new("key", false, says));
        return false;
    };
    let text_hash = record_hash(proof.record_text.as_bytes());
    let verified = proof.verify_offline(&key, wanted);
    let ok = verified.is_ok();
    let says = match &verified {
        Ok(lines) => {
            format!("{} of {} says {} (its text hashes to {text_hash})", proof.record_id, proof.database, lines.h1)
        }
        Err(error) => format!("{} of {} does not hold: {}", proof.record_id, proof.database, diag::error_chain(error)),
    };
    steps.push(Step::new("record", ok, says));
    let head = TreeHead::open(proof.note.as_bytes(), &key);
    match &head {
        Ok(head) => {
            let hashes = proof.inclusion.len();
            let (size, root) = (head.tree.size, head.tree.root);
            let says = if ok {
                format!("{hashes} hashes connect record {} with the root {root} of {size} records", proof.record_id)
            } else {
                format!("{hashes} hashes do not give the root {root} of {size} records")
            };
            steps.push(Step::new("inclusion", ok, says));
            steps.push(Step::new("head", true, format!("{size} records, root {root}, is signed by {}", key.name())));
        }
        Err(error) => steps.push(Step::new("head", false, format!("is not signed: {}", diag::error_chain(error)))),
    }
    let history = history(ctx, proof, &key);
    let consistent = history.holds != Holds::No;
    steps.push(history);
    steps.push(Step::new("key", true, format!("{}+{:08x}, {key_origin}", key.name(), key.key_hash())));
    ok && head.is_ok() && consistent
}

/// The proof's head against the newest one ever seen here. Only heads of one size can be compared without the log.
fn history(ctx: &Ctx, proof: &Proof, key: &VerifierKey) -> Step {
    let newest = match newest_head(ctx, &proof.database) {
        Ok(Some(note)) => note,
        Ok(None) => return Step::unknown("history", "no newer head of the log was seen here".to_owned()),
        Err(error) => return Step::new("history", false, format!("the newest head seen here cannot be read: {error}")),
    };
    match TreeHead::open(&newest, key) {
        Err(error) => Step::new(
            "history",
            false,
            format!("the newest head seen here is not signed: {}", diag::error_chain(&error)),
        ),
        Ok(newest) if newest.tree.size == proof.tree_size => {
            let same = newest.tree.root == proof.root;
            let says = if same {
                "is the newest head that was seen here"
            } else {
                "another head of the same size was seen here: the log shows two histories"
            };
            Step::new("history", same, says.to_owned())
        }
        Ok(newest) => Step::unknown(
            "history",
            format!(
                "the newest head seen here has {} records; when it was met it was proven to go on from those before",
                newest.tree.size
            ),
        ),
    }
}

/// The files that the log does not cover, and who vouches for them.
fn outside_step(record: &ToolchainRecord, outside: usize) -> Step {
    if outside == 0 {
        return Step::new(
            "outside",
            true,
            "there are no files in api, doc, misc or test, which the log does not cover".to_owned(),
        );
    }
    // Only a witness of the archive's own bytes covers these files.
    let speaks_of_all = |witness: &&Witness| match witness {
        Witness::IndexChecksum { .. } | Witness::WheelIndex { .. } | Witness::OpenPgp { .. } | Witness::Hook { .. } => {
            true
        }
        Witness::LockFile { sha256, .. } => !sha256.is_empty(),
        _ => false,
    };
    let by = record.witnesses.iter().find(speaks_of_all);
    match by {
        Some(by) => Step::new(
            "outside",
            true,
            format!("{outside} files in api, doc, misc and test are not in the log; the whole archive: {by}"),
        ),
        None => Step::unknown(
            "outside",
            format!("{outside} files in api, doc, misc and test are not in the log, and no other witness covers them"),
        ),
    }
}

fn shown(text: &str) -> String {
    archive::printable(text.as_bytes())
}
