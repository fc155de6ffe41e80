//! Decides whether what arrived may be admitted.
//!
//! A checksum counts only if it does not come from whoever served the bytes. Go's own index, the
//! package index that pip asked, and Go's checksum database count; a mirror's own index finds
//! damage only. What was proven is returned as a set of witnesses and kept with the toolchain.

use std::fmt;

use archive::Manifest;
use diag::{Class, Diagnose, Hints, hint};
use fetch::Document;
use release::{Digest, Form, ToolchainId};
use source::{Claim, go_setting};
use trust::{
    AnyError, GO_CHECKSUM_DATABASE_KEY, ModuleVersion, Proof, SumDb, SumDbError, Transport, TransportError,
    VerifierKey, Witness,
};
use url::Url;

use crate::catalog::{goroots, whole};
use crate::ctx::Ctx;
use crate::lock;

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
        Claim::Log { proof } => match hold_to_kept(ctx, arrived, proof) {
            Ok(Vouched { witness, proof }) => {
                witnesses.push(witness);
                log_proof = Some(proof);
                proven = true;
            }
            Err(reason) => return Err(ProveError::LogDiffers { id: arrived.id.clone(), reason }.into()),
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
        match ask_log(ctx, arrived) {
            Ok(Vouched { witness, proof }) => {
                witnesses.push(witness);
                log_proof = Some(proof);
                proven = true;
            }
            Err(LogFailure::Contradicts(reason)) => {
                return Err(ProveError::LogDiffers { id: arrived.id.clone(), reason }.into());
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

enum LogFailure {
    /// The log says that these are not the files, or lies: never overlooked.
    Contradicts(String),
    /// The log could not be asked.
    Silent(String),
}

/// What the log vouches for.
struct Vouched {
    witness: Witness,
    proof: Proof,
}

fn ask_log(ctx: &Ctx, arrived: &Arrived) -> Result<Vouched, LogFailure> {
    let proof = look_up(ctx, arrived.id)?;
    vouched(arrived.id, arrived.manifest, proof).map_err(LogFailure::Contradicts)
}

/// What the log says of a toolchain, proven; nothing is compared with it.
fn look_up(ctx: &Ctx, id: &ToolchainId) -> Result<Proof, LogFailure> {
    let setting = go_setting(&ctx.sys, "GOSUMDB", &goroots(ctx));
    let (words, origin) = match &setting {
        Some(setting) => (setting.value.as_str(), setting.origin.as_str()),
        None => ("sum.golang.org", "default"),
    };
    let database = Database::parse(words).map_err(|reason| LogFailure::Silent(format!("{reason} ({origin})")))?;
    let transport = LogTransport::reach(ctx, &database);
    let heads = Heads { ctx, name: database.key.name().to_owned() };
    // Two that load the same head and save different ones would leave the older.
    let _alone = ctx
        .store
        .lock(ctx.store.layout().heads_lock(), "ask the checksum database", ctx.settings.seconds("lock.wait-seconds"))
        .map_err(|error| LogFailure::Silent(whole(&error)))?;
    let wanted = ModuleVersion::toolchain(&id.to_string());
    SumDb::new(database.key).lookup(&wanted, &transport, &heads).map_err(|error| {
        let reason = whole(&error);
        match error {
            SumDbError::Transport { .. } | SumDbError::NoRecord { .. } => LogFailure::Silent(reason),
            _ => LogFailure::Contradicts(reason),
        }
    })
}

/// What the log says of a toolchain that is not here.
pub(crate) fn proof_of(ctx: &Ctx, id: &ToolchainId) -> Result<Proof, LogProofError> {
    let id = || id.clone();
    if ctx.is_offline() {
        return Err(LogProofError::Silent { id: id(), reason: "offline".to_owned() });
    }
    look_up(ctx, &id()).map_err(|failure| match failure {
        LogFailure::Contradicts(reason) => LogProofError::Contradicts { id: id(), reason },
        LogFailure::Silent(reason) => LogProofError::Silent { id: id(), reason },
    })
}

/// What Go's own index says of an archive, if it can be asked so that nobody between can have changed it.
pub(crate) fn index_says(ctx: &Ctx, id: &ToolchainId) -> Option<(Digest, Option<u64>)> {
    let located = ctx.catalog().official(ctx, id)?;
    match located.claim {
        Claim::OfficialIndex { origin, sha256 } if is_authentic(&origin) => Some((sha256, located.bytes)),
        _ => None,
    }
}

/// Whether the files are those that a checked proof is about.
fn vouched(id: &ToolchainId, manifest: &Manifest, proof: Proof) -> Result<Vouched, String> {
    let files = manifest.files.iter().map(|file| (file.path.as_str(), &file.sha256));
    let computed = trust::toolchain_h1(&id.to_string(), files).map_err(|error| whole(&error))?;
    match computed.matches(&proof.h1) {
        Some(completed) => Ok(Vouched { witness: proof.witness(completed), proof }),
        None => {
            let actual = computed.likely().map_or("no hash".to_owned(), |h1| h1.to_string());
            let (record, name, expected) = (proof.record_id, &proof.database, proof.h1);
            Err(format!("record {record} of {name} says {expected}, the files give {actual}"))
        }
    }
}

/// Checks a proof that came with the files, under a key that did not.
fn hold_to_kept(ctx: &Ctx, arrived: &Arrived, proof: &Proof) -> Result<Vouched, String> {
    check_kept(ctx, arrived.id, proof)?;
    vouched(arrived.id, arrived.manifest, proof.clone())
}

/// Whether a kept proof holds: under the key of the user's own checksum database if it is of that name, else under Go's.
fn check_kept(ctx: &Ctx, id: &ToolchainId, proof: &Proof) -> Result<(), String> {
    let configured = go_setting(&ctx.sys, "GOSUMDB", &goroots(ctx))
        .and_then(|setting| Database::parse(&setting.value).ok())
        .filter(|database| database.key.name() == proof.database);
    let key = match configured {
        Some(database) => database.key,
        None => GO_CHECKSUM_DATABASE_KEY.parse().map_err(|error| format!("the built-in key: {error}"))?,
    };
    let wanted = ModuleVersion::toolchain(&id.to_string());
    proof.verify_offline(&key, &wanted).map_err(|error| whole(&error))?;
    Ok(())
}

/// Whether a kept proof holds for these files; the hash that it proves.
///
/// # Errors
/// In words, what does not hold.
pub fn check_kept_proof(ctx: &Ctx, id: &ToolchainId, manifest: &Manifest, proof: &Proof) -> Result<trust::H1, String> {
    check_kept(ctx, id, proof)?;
    vouched(id, manifest, proof.clone()).map(|vouched| vouched.proof.h1)
}

/// The log's proof for a toolchain that is installed: the one that was kept with it, or one that is asked for now.
///
/// # Errors
/// When the store cannot be read, the log does not vouch for the files, or it cannot be asked.
pub fn log_proof(ctx: &Ctx, id: &ToolchainId) -> Result<Proof, LogProofError> {
    let (record, manifest) = (ctx.store.record(id)?, ctx.store.manifest(id)?);
    let refused = |reason| LogProofError::Contradicts { id: id.clone(), reason };
    if let Some(kept) = &record.log_proof
        && check_kept(ctx, id, kept).is_ok()
    {
        return vouched(id, &manifest, kept.clone()).map(|vouched| vouched.proof).map_err(refused);
    }
    let silent = |reason| LogProofError::Silent { id: id.clone(), reason };
    if ctx.is_offline() {
        return Err(silent("offline".to_owned()));
    }
    let (claim, server) = (Claim::None, record.address.clone());
    let sha256 = record.archive_sha256;
    let arrived =
        Arrived { id, form: record.form, sha256, claim: &claim, manifest: &manifest, server: &server, locked: None };
    match ask_log(ctx, &arrived) {
        Ok(vouched) => Ok(vouched.proof),
        Err(LogFailure::Contradicts(reason)) => Err(refused(reason)),
        Err(LogFailure::Silent(reason)) => Err(silent(reason)),
    }
}

/// Why there is no proof of the log for an installed toolchain.
#[derive(Debug, thiserror::Error)]
pub enum LogProofError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The log says that these are not the files, or lies.
    #[error("prove {id}: Go's checksum database does not vouch for its files: {reason}")]
    Contradicts {
        /// Which toolchain.
        id: ToolchainId,
        /// In its words.
        reason: String,
    },
    /// The log could not be asked.
    #[error("prove {id}: Go's checksum database could not be asked: {reason}")]
    Silent {
        /// Which toolchain.
        id: ToolchainId,
        /// Why.
        reason: String,
    },
}

impl Diagnose for LogProofError {
    fn class(&self) -> Class {
        match self {
            Self::Store(error) => error.class(),
            Self::Contradicts { .. } => Class::Integrity,
            Self::Silent { .. } => Class::Network,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Store(error) => error.word(),
            Self::Contradicts { .. } => "log-differs",
            Self::Silent { .. } => "log-silent",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Store(error) => error.hints(),
            Self::Contradicts { .. } => Hints::none(),
            Self::Silent { .. } => {
                hint!("let the checksum database be reached: `GOSUMDB` and `GOPROXY` say where it is")
            }
        }
    }
}

/// A checksum database: its verifier key, and where it is.
struct Database {
    key: VerifierKey,
    address: Url,
}

impl Database {
    /// Reads a `GOSUMDB` value (go.dev/ref/mod#environment-variables): a known name, or a key, then perhaps an address.
    fn parse(words: &str) -> Result<Database, String> {
        let mut words = words.split_whitespace();
        let first = words.next().ok_or("GOSUMDB is empty")?;
        let second = words.next();
        if first == "off" {
            return Err("GOSUMDB says `off`".to_owned());
        }
        let (key, host) = match first {
            // Go's own, and its other address with the same key (cmd/go/internal/modfetch/sumdb.go).
            "sum.golang.org" | "sum.golang.google.cn" => (GO_CHECKSUM_DATABASE_KEY, first),
            key if key.contains('+') => (key, key.split('+').next().unwrap_or_default()),
            name => return Err(format!("GOSUMDB names `{name}`, whose key is not known")),
        };
        let key: VerifierKey = key.parse().map_err(|error| format!("GOSUMDB has a key that is none: {error}"))?;
        let address = second.map_or_else(|| format!("https://{host}"), str::to_owned);
        let address = if address.ends_with('/') { address } else { format!("{address}/") };
        let address =
            Url::parse(&address).map_err(|error| format!("GOSUMDB names an address that is none: {error}"))?;
        Ok(Database { key, address })
    }
}

/// Asks a checksum database through the module proxy that passes it on, or directly.
struct LogTransport<'a> {
    ctx: &'a Ctx,
    base: Url,
}

/// What `supported` may answer: nothing of it is used.
const SUPPORTED_BYTES_MAX: u64 = 4096;
/// The log is asked so often; silence is told and judged above.
const LOG_TRIES: u32 = 3;
/// The longest wait of our own between two of those.
const LOG_WAIT_MAX: std::time::Duration = std::time::Duration::from_millis(500);

impl<'a> LogTransport<'a> {
    /// A proxy that says `supported` comes first: where the proxy can be reached the log can, and
    /// nothing it says has to be believed.
    fn reach(ctx: &'a Ctx, database: &Database) -> LogTransport<'a> {
        for proxy in ctx.catalog().proxies() {
            let Ok(base) = proxy.join(&format!("sumdb/{}/", database.key.name())) else { continue };
            let transport = LogTransport { ctx, base };
            if transport.get("supported", SUPPORTED_BYTES_MAX).is_ok() {
                return transport;
            }
        }
        LogTransport { ctx, base: database.address.clone() }
    }
}

impl trust::Transport for LogTransport<'_> {
    fn get(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, TransportError> {
        let url = self.base.join(path).map_err(|error| TransportError::Failed(error.into()))?;
        let document =
            Document { tries: Some(LOG_TRIES), wait_max: Some(LOG_WAIT_MAX), ..Document::new(url, bytes_max) };
        match self.ctx.client().get(&document, self.ctx.progress.as_ref()) {
            Ok(answer) => Ok(answer.bytes),
            Err(error) if error.is_absence() => Err(TransportError::Absent(whole(&error))),
            Err(error) => Err(TransportError::Failed(error.into())),
        }
    }
}

/// The newest tree head seen, kept in the store.
struct Heads<'a> {
    ctx: &'a Ctx,
    name: String,
}

/// A signed tree head is some hundred bytes.
const HEAD_BYTES_MAX: u64 = 64 << 10;

impl trust::HeadStore for Heads<'_> {
    fn load(&self) -> Result<Option<Vec<u8>>, AnyError> {
        let path = self.ctx.store.layout().tree_head(&self.name);
        Ok(self.ctx.sys.fs().read_if_there(&path, HEAD_BYTES_MAX)?)
    }

    fn save(&self, head: &[u8]) -> Result<(), AnyError> {
        let path = self.ctx.store.layout().tree_head(&self.name);
        let fs = self.ctx.sys.fs();
        if let Some(folder) = path.parent() {
            fs.create_dirs(folder)?;
        }
        Ok(fs.replace(&path, head)?)
    }
}
