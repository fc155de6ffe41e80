//! Asks Go's checksum database for a toolchain, through a module proxy or directly.
//!
//! It believes no answer of the network: `trust` checks each one against the database's key, which is Go's own or the
//! one that the user's `GOSUMDB` names. The newest tree head is kept in the store; if a database shows another history
//! than before, the evidence is written beside it.

use archive::Manifest;
use context::settings::keys;
use context::{Ctx, goroots};
use diag::{Class, Diagnose, Diagnosis, error_chain};
use fetch::{Document, FetchError};
use release::ToolchainId;
use source::go_setting;
use trust::{
    AnyError, ForkEvidence, GO_CHECKSUM_DATABASE_KEY, ModuleVersion, Proof, SumDb, SumDbError, ToolchainH1,
    TransportError, VerifierKey, Witness,
};
use url::Url;

use crate::sources::Sources;

/// Why the log does not vouch.
#[derive(Debug)]
pub enum LogFailure {
    /// The log says that these are not the files, or lies: never overlooked.
    Contradicts {
        /// In its words.
        reason: String,
        /// Whether it is the files that are others than the proven answer has; else the answer itself is wrong.
        by_files: bool,
        /// Root files that are not in the tree, and whose known texts do not lead to the log's hash.
        left_out: Vec<String>,
        /// Whether the log has no record where it should have one: then there may be no such release.
        is_absence: bool,
    },
    /// The log could not be asked, or has no records of releases that old.
    Silent(String),
    /// This machine failed before the log could be asked: no space, a lock that another process holds, a head that
    /// cannot be read. That says nothing about the log, so nothing may follow from it.
    Local(Box<LocalFailure>),
}

/// This machine failed before the log could be asked, or the user interrupted.
#[derive(Debug, thiserror::Error)]
#[error("ask Go's checksum database: {reason}")]
pub struct LocalFailure {
    reason: String,
    diagnosis: Diagnosis,
}

impl LocalFailure {
    fn of(error: &dyn Diagnose) -> Box<LocalFailure> {
        Box::new(LocalFailure { reason: error_chain(error), diagnosis: error.diagnosis() })
    }
}

impl Diagnose for LocalFailure {
    fn diagnosis(&self) -> Diagnosis {
        self.diagnosis.clone()
    }
}

impl LogFailure {
    fn contradicts(reason: String) -> LogFailure {
        LogFailure::Contradicts { reason, by_files: false, left_out: Vec::new(), is_absence: false }
    }

    fn into_reason(self) -> String {
        match self {
            LogFailure::Contradicts { reason, .. } | LogFailure::Silent(reason) => reason,
            LogFailure::Local(cause) => error_chain(cause.as_ref()),
        }
    }
}

/// The log's statement about a toolchain.
#[derive(Debug, Clone)]
pub struct Attestation {
    /// The log as a witness.
    pub witness: Witness,
    /// Its proof, which can be checked again without a network.
    pub proof: Proof,
}

/// Asks the log for a toolchain and compares the hash it proves with that of the files.
///
/// # Errors
/// `Contradicts` when the log has other files, or its answer proves nothing, or it has no record of a release that
/// every honest log has; `Silent` when it cannot be asked; `Local` when this machine fails.
pub fn query(sources: &Sources, id: &ToolchainId, manifest: &Manifest) -> Result<Attestation, LogFailure> {
    let proof = look_up(sources, id)?;
    vouched(id, manifest, proof)
}

/// The log's proven record of a toolchain; compares nothing with it.
fn look_up(sources: &Sources, id: &ToolchainId) -> Result<Proof, LogFailure> {
    let ctx = sources.ctx();
    let (words, origin) = gosumdb(ctx);
    let database = Database::parse(&words).map_err(|reason| LogFailure::Silent(format!("{reason} ({origin})")))?;
    let transport = LogTransport::reach(sources, &database);
    let heads = Heads { ctx, name: database.key.name().to_owned() };
    // Two processes that load the same head and save different ones could leave the older.
    let _alone = ctx
        .store
        .lock(
            ctx.store.layout().heads_lock(),
            "ask the checksum database",
            ctx.settings.seconds(keys::LOCK_WAIT_SECONDS),
        )
        .map_err(|error| LogFailure::Local(LocalFailure::of(&error)))?;
    let wanted = ModuleVersion::toolchain(&id.to_string());
    SumDb::new(database.key).lookup(&wanted, &transport, &heads).map_err(|error| {
        let mut reason = error_chain(&error);
        if let Some(evidence) = error.fork_evidence() {
            reason.push_str(&keep_evidence(ctx, evidence));
        }
        match &error {
            SumDbError::Transport { cause: TransportError::Failed(cause), .. } => match local_of(cause) {
                Some(cause) => LogFailure::Local(LocalFailure::of(cause)),
                None => LogFailure::Silent(reason),
            },
            SumDbError::Transport { .. } => LogFailure::Silent(reason),
            // Hiding a record must not be more successful than forging one.
            SumDbError::NoRecord { .. } if has_record(id) => {
                LogFailure::Contradicts { reason, by_files: false, left_out: Vec::new(), is_absence: true }
            }
            SumDbError::NoRecord { .. } => LogFailure::Silent(reason),
            SumDbError::HeadStore { .. } => LogFailure::Local(LocalFailure::of(&error)),
            _ => LogFailure::contradicts(reason),
        }
    })
}

/// The first minor version whose toolchains are in Go's checksum database, since they are reproducible.
const FIRST_MINOR_IN_LOG: u32 = 21;

/// Whether every honest log has a record of this release: then a missing one contradicts. Older releases have none.
pub fn has_record(id: &ToolchainId) -> bool {
    id.version().minor().number().is_none_or(|minor| minor >= FIRST_MINOR_IN_LOG)
}

/// The failure of this machine, if it was not a server that failed.
fn local_of(cause: &AnyError) -> Option<&FetchError> {
    let error = cause.downcast_ref::<FetchError>()?;
    matches!(error.class(), Class::Environment | Class::Busy | Class::Interrupted | Class::Internal).then_some(error)
}

/// The log's proof for a toolchain that need not be installed.
///
/// # Errors
/// When the log cannot be asked or contradicts itself, or this machine fails.
pub fn proof_of(sources: &Sources, id: &ToolchainId) -> Result<Proof, LogProofError> {
    let ctx = sources.ctx();
    let id = || id.clone();
    if ctx.is_offline() {
        return Err(LogProofError::Silent { id: id(), reason: "offline".to_owned() });
    }
    look_up(sources, &id()).map_err(|failure| match failure {
        LogFailure::Contradicts { reason, is_absence, .. } => {
            LogProofError::Contradicts { id: id(), reason, is_absence }
        }
        LogFailure::Silent(reason) => LogProofError::Silent { id: id(), reason },
        LogFailure::Local(cause) => LogProofError::Local { id: id(), cause },
    })
}

/// Whether the files are those of a checked proof.
fn vouched(id: &ToolchainId, manifest: &Manifest, proof: Proof) -> Result<Attestation, LogFailure> {
    let files = manifest.files.iter().map(|file| (file.path.as_str(), &file.sha256));
    let computed = trust::toolchain_h1(&id.to_string(), files).map_err(|error| LogFailure::Contradicts {
        reason: error_chain(&error),
        by_files: true,
        left_out: Vec::new(),
        is_absence: false,
    })?;
    match computed.matches(&proof.h1) {
        Some(completed) => Ok(Attestation { witness: proof.witness(completed), proof }),
        None => {
            let actual = computed.likely().map_or("no hash".to_owned(), |h1| h1.to_string());
            let (record, name, expected) = (proof.record_id, &proof.database, proof.h1);
            let left_out = match &computed {
                ToolchainH1::Whole(_) => Vec::new(),
                ToolchainH1::Completed(ways) => {
                    ways.first().map(|way| way.files.iter().map(|(name, _)| name.clone()).collect()).unwrap_or_default()
                }
            };
            let mut reason = format!("record {record} of {name} says {expected}, the files give {actual}");
            if !left_out.is_empty() {
                reason.push_str(&format!(" ({} are not in it and were filled in)", left_out.join(", ")));
            }
            Err(LogFailure::Contradicts { reason, by_files: true, left_out, is_absence: false })
        }
    }
}

/// Checks a proof that came with the files, under a key that did not.
///
/// # Errors
/// In words, what does not hold.
pub(crate) fn hold_to_kept(
    ctx: &Ctx,
    id: &ToolchainId,
    manifest: &Manifest,
    proof: &Proof,
) -> Result<Attestation, String> {
    check_kept(ctx, id, proof)?;
    vouched(id, manifest, proof.clone()).map_err(LogFailure::into_reason)
}

/// Checks a kept proof under the key of its database, which is built in or the user's.
fn check_kept(ctx: &Ctx, id: &ToolchainId, proof: &Proof) -> Result<(), String> {
    let name = &proof.database;
    let (key, _) =
        key_of(ctx, name).ok_or_else(|| format!("the key of the checksum database `{name}` is not known"))?;
    proof.verify_offline(&key, &ModuleVersion::toolchain(&id.to_string())).map_err(|error| error_chain(&error))?;
    Ok(())
}

/// Checks that a kept proof holds for these files; returns the hash that it proves.
///
/// # Errors
/// In words, what does not hold.
pub fn check_kept_proof(ctx: &Ctx, id: &ToolchainId, manifest: &Manifest, proof: &Proof) -> Result<trust::H1, String> {
    hold_to_kept(ctx, id, manifest, proof).map(|vouched| vouched.proof.h1)
}

/// The log's proof for an installed toolchain: the kept one, or a new one from the log.
///
/// # Errors
/// When the store cannot be read, the log does not vouch for the files, or it cannot be asked.
pub fn log_proof(sources: &Sources, id: &ToolchainId) -> Result<Proof, LogProofError> {
    let ctx = sources.ctx();
    let (record, manifest) = (ctx.store.record(id)?, ctx.store.manifest(id)?);
    let refused = |reason| LogProofError::Contradicts { id: id.clone(), reason, is_absence: false };
    if let Some(kept) = &record.log_proof
        && check_kept(ctx, id, kept).is_ok()
    {
        let held = vouched(id, &manifest, kept.clone()).map_err(LogFailure::into_reason);
        return held.map(|vouched| vouched.proof).map_err(refused);
    }
    let silent = |reason| LogProofError::Silent { id: id.clone(), reason };
    if ctx.is_offline() {
        return Err(silent("offline".to_owned()));
    }
    match query(sources, id, &manifest) {
        Ok(vouched) => Ok(vouched.proof),
        Err(LogFailure::Contradicts { reason, .. }) => Err(refused(reason)),
        Err(LogFailure::Silent(reason)) => Err(silent(reason)),
        Err(LogFailure::Local(cause)) => Err(LogProofError::Local { id: id.clone(), cause }),
    }
}

/// Why there is no proof of the log for an installed toolchain.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum LogProofError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The log says that these are not the files, or lies.
    #[error("prove {id}: Go's checksum database does not vouch for its files: {reason}")]
    Contradicts {
        id: ToolchainId,
        /// In its words.
        reason: String,
        /// Whether it has no record where it should have one: then there may be no such release.
        is_absence: bool,
    },
    /// The log could not be asked.
    #[error("prove {id}: Go's checksum database could not be asked: {reason}")]
    Silent { id: ToolchainId, reason: String },
    /// This machine was in the way of asking.
    #[error("prove {id}")]
    Local {
        id: ToolchainId,
        /// What it refused.
        #[source]
        cause: Box<LocalFailure>,
    },
}

impl Diagnose for LogProofError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Store(error) => error.diagnosis(),
            Self::Contradicts { .. } => Class::Integrity.word("log-differs"),
            Self::Silent { .. } => Class::Network
                .word("log-silent")
                .hint("check the connection to the checksum database: `GOSUMDB` and `GOPROXY` say where it is"),
            Self::Local { cause, .. } => cause.diagnosis(),
        }
    }
}

/// Keeps the evidence of a fork, which the operator of the database cannot deny; returns its path.
fn keep_evidence(ctx: &Ctx, evidence: &ForkEvidence) -> String {
    let path = ctx.store.layout().fork_evidence(&evidence.database, ctx.sys.clock().unix_seconds());
    let fs = ctx.sys.fs();
    let kept = serde_json::to_vec_pretty(evidence).map_err(std::io::Error::other).and_then(|bytes| {
        path.parent().map_or(Ok(()), |folder| fs.create_dirs_durably(folder))?;
        fs.replace(&path, &bytes)
    });
    match kept {
        Ok(()) => {
            format!("; they are kept in `{}`: report them to the Go security team, and install nothing", path.display())
        }
        Err(error) => format!("; they could not be kept in `{}`: {error}", path.display()),
    }
}

/// The user's `GOSUMDB` and where it is set.
fn gosumdb(ctx: &Ctx) -> (String, String) {
    match go_setting(&ctx.sys, "GOSUMDB", &goroots(ctx)) {
        Some(setting) => (setting.value, setting.origin),
        None => ("sum.golang.org".to_owned(), "default".to_owned()),
    }
}

/// The key of a database of this name, and where the key comes from: Go's own is built in, another must be in the
/// user's `GOSUMDB`. `None` if neither has it.
pub fn key_of(ctx: &Ctx, database: &str) -> Option<(VerifierKey, String)> {
    let built_in: VerifierKey = GO_CHECKSUM_DATABASE_KEY.parse().ok()?;
    if built_in.name() == database {
        return Some((built_in, "built in".to_owned()));
    }
    let (words, origin) = gosumdb(ctx);
    let key = Database::parse(&words).ok()?.key;
    (key.name() == database).then(|| (key, format!("GOSUMDB of {origin}")))
}

/// The newest tree head of a database that was ever seen here, as its signed note.
///
/// # Errors
/// When it cannot be read.
pub fn newest_head(ctx: &Ctx, database: &str) -> Result<Option<Vec<u8>>, AnyError> {
    use trust::HeadStore;
    Heads { ctx, name: database.to_owned() }.load()
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
            name => return Err(format!("GOSUMDB names `{name}`, whose key goward does not have")),
        };
        let key: VerifierKey = key.parse().map_err(|error| format!("GOSUMDB has a key that is none: {error}"))?;
        let address = second.map_or_else(|| format!("https://{host}"), str::to_owned);
        let address = if address.ends_with('/') { address } else { format!("{address}/") };
        let address =
            Url::parse(&address).map_err(|error| format!("GOSUMDB names an address that is none: {error}"))?;
        Ok(Database { key, address })
    }
}

/// Asks a checksum database through the module proxy that serves it, and at its own address for what the proxy lacks.
struct LogTransport<'a> {
    sources: &'a Sources<'a>,
    /// The address at which a proxy serves it, if one does.
    passed_on: Option<Url>,
    /// The database's own address.
    own: Url,
}

/// The largest answer to `supported`, in bytes; it is not used.
const SUPPORTED_BYTES_MAX: u64 = 4096;
/// How often the log is asked; the caller reports and judges a failure.
const LOG_TRIES: u32 = 3;
/// The longest wait of our own between two of those.
const LOG_WAIT_MAX: std::time::Duration = std::time::Duration::from_millis(500);

impl<'a> LogTransport<'a> {
    /// A proxy that says `supported` comes first (go.dev/ref/mod#checksum-database): a machine that reaches the proxy
    /// reaches the log through it, and goward need not believe the proxy.
    fn reach(sources: &'a Sources<'a>, database: &Database) -> LogTransport<'a> {
        let mut transport = LogTransport { sources, passed_on: None, own: database.address.clone() };
        for proxy in sources.catalog().proxies() {
            let Ok(base) = proxy.join(&format!("sumdb/{}/", database.key.name())) else { continue };
            if transport.ask(&base, "supported", SUPPORTED_BYTES_MAX).is_ok() {
                transport.passed_on = Some(base);
                break;
            }
        }
        transport
    }

    fn ask(&self, base: &Url, path: &str, bytes_max: u64) -> Result<Vec<u8>, TransportError> {
        let url = base.join(path).map_err(|error| TransportError::Failed(error.into()))?;
        let document =
            Document { tries: Some(LOG_TRIES), wait_max: Some(LOG_WAIT_MAX), ..Document::new(url, bytes_max) };
        match self.sources.client().get(&document, self.sources.ctx().progress.as_ref()) {
            Ok(answer) => Ok(answer.bytes),
            Err(error) if error.is_absence() => Err(TransportError::Absent(error_chain(&error))),
            Err(error) => Err(TransportError::Failed(error.into())),
        }
    }
}

impl trust::Transport for LogTransport<'_> {
    /// A proxy's 404 is not the database's answer: a proxy could hide a record that way. Only the database itself can
    /// say that it has none.
    fn get(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, TransportError> {
        match self.passed_on.as_ref().map(|base| self.ask(base, path, bytes_max)) {
            None | Some(Err(TransportError::Absent(_))) => self.ask(&self.own, path, bytes_max),
            Some(answer) => answer,
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
