//! Decides whether what arrived may be admitted.
//!
//! A checksum counts only if it does not come from whoever served the bytes. Go's own index, the
//! package index that pip asked, and Go's checksum database count; a mirror's own index finds
//! damage only. What was proven is returned as a set of witnesses and kept with the toolchain.

use std::fmt;

use archive::Manifest;
use diag::{Class, Diagnose, Hints, hint};
use release::{Digest, Form, ToolchainId};
use source::Claim;
use trust::{Proof, Witness};
use url::Url;

use crate::ctx::Ctx;
use crate::lock;
use crate::log::{LogFailure, Vouched, ask_log, hold_to_kept};

/// What arrived, as far as proving needs to know.
pub(crate) struct Arrived<'a> {
    pub id: &'a ToolchainId,
    pub form: Form,
    pub sha256: Digest,
    pub claim: &'a Claim,
    pub manifest: &'a Manifest,
    /// Who served it, for people.
    pub server: &'a str,
    /// The lock file's word for it.
    pub locked: Option<Witness>,
}

/// Why something that arrived is not admitted.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// Go's own index says another SHA-256 than the server of the file.
    #[error("accept {id}: its SHA-256 is {actual}, Go's index says {expected}")]
    IndexDiffers {
        /// Which toolchain.
        id: ToolchainId,
        /// What Go's index says.
        expected: Digest,
        /// What arrived.
        actual: Digest,
    },
    /// Go's checksum database was asked and does not vouch for the files.
    #[error("accept {id}: Go's checksum database does not vouch for its files: {reason}")]
    LogDiffers {
        /// Which toolchain.
        id: ToolchainId,
        /// In its words.
        reason: String,
        /// Whether its answer was proven and the files are others; else the answer itself is wrong.
        by_files: bool,
    },
    /// Nobody but the server vouches for the bytes.
    #[error("accept {id}: nobody but {server} vouches for its bytes ({tried})")]
    Unproven {
        /// Which toolchain.
        id: ToolchainId,
        /// Who served it.
        server: String,
        /// What was tried for a proof.
        tried: String,
    },
}

impl Diagnose for ProveError {
    fn class(&self) -> Class {
        Class::Integrity
    }

    fn word(&self) -> &'static str {
        match self {
            Self::IndexDiffers { .. } => "index-differs",
            Self::LogDiffers { .. } => "log-differs",
            Self::Unproven { .. } => "unproven",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Unproven { .. } => {
                hint!("let Go's index or checksum database be reached, or accept it this once with `--allow-unproven`")
            }
            _ => Hints::none(),
        }
    }
}

/// What was proven of what arrived.
pub(crate) struct Proven {
    pub witnesses: Vec<Witness>,
    /// The log's proof, if it was asked: it can be checked again without a network.
    pub log_proof: Option<Proof>,
}

/// The witnesses of what arrived, or why it is refused.
pub(crate) fn prove(ctx: &Ctx, arrived: &Arrived) -> Result<Proven, Box<ProveError>> {
    let mut witnesses = Vec::new();
    let mut log_proof = None;
    let mut tried = Tried::default();
    // A lock file constrains; that it vouches is for the user to say.
    let mut proven = arrived.locked.is_some() && lock::is_required(ctx);
    witnesses.extend(arrived.locked.clone());
    match arrived.claim {
        // Over plain http, and not from this machine, the index is anybody's word.
        Claim::OfficialIndex { origin, .. } if !is_authentic(origin) => {
            witnesses.push(Witness::MirrorChecksum { origin: origin.clone(), sha256: arrived.sha256.to_string() });
        }
        Claim::OfficialIndex { origin, .. } => {
            witnesses.push(Witness::IndexChecksum { origin: origin.clone(), sha256: arrived.sha256.to_string() });
            proven = true;
        }
        Claim::WheelIndex { wheel, .. } => {
            witnesses.push(Witness::WheelIndex { origin: wheel.clone(), sha256: arrived.sha256.to_string() });
            let files = arrived.manifest.files.len() as u64;
            witnesses.push(Witness::WheelRecord { files });
            proven = true;
        }
        Claim::SameServer { origin, .. } => {
            witnesses.push(Witness::MirrorChecksum { origin: origin.clone(), sha256: arrived.sha256.to_string() });
        }
        Claim::Log { proof } => match hold_to_kept(ctx, arrived.id, arrived.manifest, proof) {
            Ok(Vouched { witness, proof }) => {
                witnesses.push(witness);
                log_proof = Some(proof);
                proven = true;
            }
            Err(reason) => return Err(ProveError::LogDiffers { id: arrived.id.clone(), reason, by_files: true }.into()),
        },
        Claim::None => {}
    }
    if !proven && matches!(arrived.form, Form::TarGz | Form::Zip) {
        match ctx.catalog().official_claim(ctx, arrived.id) {
            Some(Claim::OfficialIndex { origin, .. }) if !is_authentic(&origin) => {
                tried.note(format!("{origin} is not reached over https"));
            }
            Some(Claim::OfficialIndex { origin, sha256 }) if sha256 == arrived.sha256 => {
                witnesses.push(Witness::IndexChecksum { origin, sha256: sha256.to_string() });
                proven = true;
            }
            Some(Claim::OfficialIndex { sha256: expected, .. }) => {
                let (id, actual) = (arrived.id.clone(), arrived.sha256);
                return Err(ProveError::IndexDiffers { id, expected, actual }.into());
            }
            _ => tried.note("Go's index could not be asked".to_owned()),
        }
    }
    // A wheel is somebody's repacking: its index vouches for the wheel, not for Go. So the log is asked too.
    let wanted = match ctx.settings.text("verify.sumdb") {
        Some("always") => true,
        Some("never") => false,
        _ => !proven || arrived.form == Form::Wheel,
    };
    if !wanted {
        tried.note("Go's checksum database was not asked (verify.sumdb)".to_owned());
    } else if ctx.is_offline() {
        tried.note("Go's checksum database was not asked (offline)".to_owned());
    } else {
        match ask_log(ctx, arrived.id, arrived.manifest) {
            Ok(Vouched { witness, proof }) => {
                witnesses.push(witness);
                log_proof = Some(proof);
                proven = true;
            }
            Err(LogFailure::Contradicts { reason, by_files }) => {
                return Err(ProveError::LogDiffers { id: arrived.id.clone(), reason, by_files }.into());
            }
            Err(LogFailure::Silent(reason)) => {
                if proven {
                    ctx.progress.tell(&format!("{}: Go's checksum database was not consulted: {reason}", arrived.id));
                }
                tried.note(format!("Go's checksum database: {reason}"));
            }
        }
    }
    if proven {
        return Ok(Proven { witnesses, log_proof });
    }
    if ctx.settings.is_on("verify.allow-unproven") {
        let origin = &ctx.settings.get("verify.allow-unproven").origin;
        ctx.progress.tell(&format!("{}: admitted unproven, as allowed by {origin} ({tried})", arrived.id));
        witnesses.push(Witness::Allowed { by: origin.to_string() });
        return Ok(Proven { witnesses, log_proof });
    }
    let (id, server) = (arrived.id.clone(), arrived.server.to_owned());
    Err(ProveError::Unproven { id, server, tried: tried.to_string() }.into())
}

/// Whether nobody between the index and here can have changed it.
fn is_authentic(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| match url.host() {
        Some(url::Host::Ipv4(address)) if address.is_loopback() => true,
        Some(url::Host::Ipv6(address)) if address.is_loopback() => true,
        Some(url::Host::Domain("localhost")) => true,
        _ => url.scheme() == "https",
    })
}

/// What was tried for a proof, in order.
#[derive(Default)]
struct Tried(Vec<String>);

impl Tried {
    fn note(&mut self, line: String) {
        self.0.push(line);
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing else was tried");
        }
        f.write_str(&self.0.join("; "))
    }
}

/// What Go's own index says of an archive, if it can be asked so that nobody between can have changed it.
pub(crate) fn index_says(ctx: &Ctx, id: &ToolchainId) -> Option<(Digest, Option<u64>)> {
    let located = ctx.catalog().official(ctx, id)?;
    match located.claim {
        Claim::OfficialIndex { origin, sha256 } if is_authentic(&origin) => Some((sha256, located.bytes)),
        _ => None,
    }
}
