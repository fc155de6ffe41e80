//! Gets a toolchain: resolve, locate, fetch, unpack, prove, admit; source after source.
//!
//! A failure of one source (silence, damage, a wrong hash) is told in one line and the next has its
//! turn; a failure of the machine (no space, no permission) or the user's Ctrl-C ends the work at
//! once. Whatever happens, nothing is visible before it is whole, and what was fetched is kept.

use std::io::Read;
use std::path::{Path, PathBuf};

use archive::{Kin, Layout, Limits, LinkMode, Unpack, Unpacked};
use diag::{Class, Diagnose, Hints, Task, TaskHandle, hint};
use release::{Digest, Form, Platform, Request, ToolchainId};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use source::{Claim, Located, Place, Source};
use store::states::Event;
use store::{Operation, OperationKind, StoreError, Toolchain, ToolchainRecord};

use crate::catalog::{Attempt, CatalogError, chain, set_one_up, weightiest, whole};
use crate::ctx::Ctx;
use crate::limits::{INSTALL_BYTES_NEEDED, INSTALLS_AT_ONCE_MAX};
use crate::prove::{Arrived, ProveError, Proven, prove};
use crate::recover::recover;

/// What an install would do.
#[derive(Debug, Clone, Serialize)]
pub struct InstallPlan {
    /// The request, as it was written.
    pub request: String,
    /// The toolchain it comes to.
    pub toolchain: ToolchainId,
    /// Whether that is installed already.
    pub installed: bool,
}

/// What an install has done.
#[derive(Debug, Clone, Serialize)]
pub struct Installed {
    /// The toolchain.
    pub toolchain: ToolchainId,
    /// Its tree.
    pub tree: std::path::PathBuf,
    /// Whether it was there before.
    pub was_installed: bool,
    /// The source that it came from; none when it was there.
    pub source: Option<String>,
    /// What was proven, a line each.
    pub proof: Vec<String>,
    /// Bytes that came over the network this time.
    pub bytes_fetched: u64,
    /// Bytes that were held from an earlier run.
    pub bytes_held: u64,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

/// Why a toolchain could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// No version could be found for the request.
    #[error("install `{request}`")]
    Resolve {
        /// The request, as it was written.
        request: String,
        /// Why.
        #[source]
        cause: Box<CatalogError>,
    },
    /// No source gave it.
    #[error("install {id} from any source")]
    NoSource {
        /// Which toolchain.
        id: ToolchainId,
        /// What came of each source.
        #[source]
        attempts: Option<Box<Attempt>>,
        /// The kind of failure that weighs most.
        class: Class,
        /// What to try.
        hints: Hints,
    },
    /// The store refused.
    #[error("install {id}")]
    Store {
        /// Which toolchain.
        id: ToolchainId,
        /// Why.
        #[source]
        cause: Box<StoreError>,
    },
    /// The machine refused while the archive was fetched or unpacked.
    #[error("install {id}")]
    Machine {
        /// Which toolchain.
        id: ToolchainId,
        /// Why.
        #[source]
        cause: Box<GetError>,
    },
    /// The user asked to stop.
    #[error("install {id}: interrupted; what was fetched is kept, and the next run carries on")]
    Interrupted {
        /// Which toolchain.
        id: ToolchainId,
    },
}

/// Why one source did not give a toolchain.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] fetch::FetchError),
    /// A local file could not be read.
    #[error("read `{path}`")]
    Read {
        /// Which file.
        path: String,
        /// The system's words.
        #[source]
        cause: std::io::Error,
    },
    /// A local file is not what was said of it.
    #[error("accept `{path}`: its SHA-256 is {actual}, {origin} says {expected}")]
    FileDiffers {
        /// Which file.
        path: String,
        /// Who says so.
        origin: String,
        /// What is said.
        expected: Digest,
        /// What it is.
        actual: Digest,
    },
    /// It could not be unpacked.
    #[error("unpack {file}")]
    Archive {
        /// Which archive.
        file: String,
        /// Why.
        #[source]
        cause: archive::ArchiveError,
    },
    /// It holds another version than it says.
    #[error("accept {file}: it holds `{found}`, not {wanted}")]
    OtherVersion {
        /// Which archive.
        file: String,
        /// What its `VERSION` says.
        found: String,
        /// What was wanted.
        wanted: String,
    },
    /// It could not be proven.
    #[error(transparent)]
    Prove(#[from] Box<ProveError>),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for GetError {
    fn class(&self) -> Class {
        match self {
            Self::Fetch(error) => error.class(),
            Self::Read { cause, .. } => Class::of_io(cause),
            Self::Archive { cause, .. } => cause.class(),
            Self::FileDiffers { .. } | Self::OtherVersion { .. } => Class::Integrity,
            Self::Prove(error) => error.class(),
            Self::Store(error) => error.class(),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.word(),
            Self::Read { .. } => "source-read",
            Self::Archive { cause, .. } => cause.word(),
            Self::FileDiffers { .. } => "archive-hash-mismatch",
            Self::OtherVersion { .. } => "other-version",
            Self::Prove(error) => error.word(),
            Self::Store(error) => error.word(),
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Fetch(error) => error.hints(),
            Self::Read { cause, .. } => Hints::for_io(cause),
            Self::Archive { cause, .. } => cause.hints(),
            Self::FileDiffers { .. } | Self::OtherVersion { .. } => Hints::none(),
            Self::Prove(error) => error.hints(),
            Self::Store(error) => error.hints(),
        }
    }
}

impl Diagnose for InstallError {
    fn class(&self) -> Class {
        match self {
            Self::Resolve { cause, .. } => cause.class(),
            Self::NoSource { class, .. } => *class,
            Self::Store { cause, .. } => cause.class(),
            Self::Machine { cause, .. } => cause.class(),
            Self::Interrupted { .. } => Class::Interrupted,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Resolve { cause, .. } => cause.word(),
            Self::NoSource { .. } => "no-source-gave-it",
            Self::Store { cause, .. } => cause.word(),
            Self::Machine { cause, .. } => cause.word(),
            Self::Interrupted { .. } => "interrupted",
        }
    }

    fn hints(&self) -> Hints {
        match self {
            Self::Resolve { cause, .. } => cause.hints(),
            Self::NoSource { hints, .. } => hints.clone(),
            Self::Store { cause, .. } => cause.hints(),
            Self::Machine { cause, .. } => cause.hints(),
            Self::Interrupted { .. } => hint!("run the same command again to carry on"),
        }
    }
}

/// Finds out which toolchain a request comes to. Nothing changes.
///
/// An exact version is taken at its word: a source may have what no list names yet.
///
/// # Errors
/// When no version can be found for it.
pub fn plan_install(ctx: &Ctx, request: &Request, platform: &Platform) -> Result<InstallPlan, InstallError> {
    let version = match request.exact() {
        Some(version) => version,
        None => ctx
            .catalog()
            .resolve(ctx, request, platform)
            .map_err(|cause| InstallError::Resolve { request: request.to_string(), cause: Box::new(cause) })?,
    };
    let toolchain = ToolchainId::new(version, platform.clone());
    let found = ctx
        .store
        .find(&toolchain)
        .map_err(|cause| InstallError::Store { id: toolchain.clone(), cause: Box::new(cause) })?;
    Ok(InstallPlan { request: request.to_string(), installed: found.is_some(), toolchain })
}

/// Installs what the plans say, several at once; the results stand in the order of the plans.
pub fn install(ctx: &Ctx, plans: &[InstallPlan]) -> Vec<Result<Installed, InstallError>> {
    let mut results = Vec::with_capacity(plans.len());
    for batch in plans.chunks(INSTALLS_AT_ONCE_MAX) {
        let batch: Vec<_> = std::thread::scope(|scope| {
            let running: Vec<_> = batch.iter().map(|plan| scope.spawn(|| install_one(ctx, &plan.toolchain))).collect();
            running.into_iter().map(|thread| thread.join()).collect()
        });
        for result in batch {
            match result {
                Ok(result) => results.push(result),
                // A panic is a bug of ours; it goes on where it would have gone without threads.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    }
    results
}

fn install_one(ctx: &Ctx, id: &ToolchainId) -> Result<Installed, InstallError> {
    let start = ctx.sys.clock().moment();
    let refused = |cause| InstallError::Store { id: id.clone(), cause: Box::new(cause) };
    if let Some(toolchain) = ctx.store.find(id).map_err(refused)? {
        return Ok(already(ctx, toolchain));
    }
    ctx.store.check_ready(INSTALL_BYTES_NEEDED).map_err(refused)?;
    recover(ctx);
    let wait_max = ctx.settings.seconds("lock.wait-seconds");
    let waiting = &mut |owner: &str| ctx.progress.tell(&format!("{id}: waiting for {owner}"));
    let lock = ctx
        .store
        .lock(ctx.store.layout().install_lock(id), &format!("install {id}"), wait_max, waiting)
        .map_err(|cause| match cause {
            StoreError::Interrupted { .. } => InstallError::Interrupted { id: id.clone() },
            cause => refused(cause),
        })?;
    // Whoever had the lock may have installed it meanwhile.
    if let Some(toolchain) = ctx.store.find(id).map_err(refused)? {
        return Ok(already(ctx, toolchain));
    }
    let mut operation: Option<Operation> = None;
    let mut attempts = Vec::new();
    for (source, located) in ctx.catalog().locate_each(ctx, id) {
        if ctx.sys.interrupt().is_asked() {
            return Err(InstallError::Interrupted { id: id.clone() });
        }
        let located = match located {
            Ok(located) => located,
            Err(attempt) if attempt.class == Class::Interrupted => {
                return Err(InstallError::Interrupted { id: id.clone() });
            }
            Err(attempt) => {
                attempts.push(attempt);
                continue;
            }
        };
        let started = match &mut operation {
            Some(operation) => operation.advance(Event::Begin, None, None),
            None => ctx.store.begin(OperationKind::Install, id, &ctx.author).map(|begun| operation = Some(begun)),
        };
        started.map_err(refused)?;
        let operation = operation.as_mut().expect("it was begun just now");
        let got = get(ctx, source, &located, operation);
        if let Err(error) = &got
            && operation.record().state.is_unfinished()
        {
            // Where even this cannot be written (a full disk), the next run's recovery writes it.
            let _ = operation.advance(Event::Failed, None, Some(whole(error)));
        }
        match got {
            Ok(got) => {
                drop(lock);
                ctx.changed(format!("installed {id}"));
                let milliseconds = ctx.sys.clock().since(start).as_millis();
                return Ok(Installed { milliseconds: u64::try_from(milliseconds).unwrap_or(u64::MAX), ..got });
            }
            Err(error) => match error.class() {
                Class::Interrupted => return Err(InstallError::Interrupted { id: id.clone() }),
                // Another source would meet the same machine.
                Class::Environment | Class::Busy => {
                    return Err(InstallError::Machine { id: id.clone(), cause: Box::new(error) });
                }
                _ => {
                    let attempt = Attempt::of(source, &error);
                    ctx.progress.tell(&format!("{id}: {attempt}"));
                    attempts.push(attempt);
                }
            },
        }
    }
    Err(no_source(ctx, id, attempts))
}

fn already(ctx: &Ctx, toolchain: Toolchain) -> Installed {
    let record = ctx.store.record(&toolchain.id).ok();
    Installed {
        source: record.as_ref().map(|record| record.source.clone()),
        proof: record.iter().flat_map(|record| record.witnesses.iter().map(ToString::to_string)).collect(),
        toolchain: toolchain.id,
        tree: toolchain.tree,
        was_installed: true,
        bytes_fetched: 0,
        bytes_held: 0,
        milliseconds: 0,
    }
}

fn no_source(ctx: &Ctx, id: &ToolchainId, attempts: Vec<Attempt>) -> InstallError {
    let class = match weightiest(attempts.iter()) {
        Class::Usage | Class::Policy if ctx.is_offline() => Class::Policy,
        class => class,
    };
    let hints = attempts.iter().fold(Hints::none(), |hints, attempt| hints.join(attempt.hints.clone()));
    let hints = match class {
        Class::NotFound => hints.join(ctx.catalog().advice(ctx, id)),
        Class::Network => hints.and("check the network and proxy variables; `goward config` shows the sources"),
        Class::Usage => hints.join(set_one_up()),
        Class::Policy => hints.and("leave out `--offline` (or unset `GOWARD_OFFLINE`) to use the network"),
        _ => hints,
    };
    InstallError::NoSource { id: id.clone(), attempts: chain(attempts), class, hints }
}

/// What was fetched and unpacked, before it is proven.
struct Got {
    unpacked: Unpacked,
    sha256: Digest,
    bytes: u64,
    bytes_fetched: u64,
    bytes_held: u64,
    address: String,
    /// The archive's bytes in the store's downloads, if it came over the network.
    parts: Option<fetch::Parts>,
}

fn get(ctx: &Ctx, source: &dyn Source, located: &Located, operation: &mut Operation) -> Result<Installed, GetError> {
    let id = &located.id;
    ctx.progress.tell(&format!("{id}: from {} ({})", source.name(), source.place()));
    let task = ctx.progress.begin(Task { subject: id.to_string(), action: "fetch", bytes_total: located.bytes });
    let staging = ctx.store.stage(id)?;
    operation.advance(Event::Prepared, Some(staging.name()), None)?;
    let target = Target { tree: staging.tree(), kin: ctx.store.kin_of(id, link_mode(ctx))? };
    let got = match &located.place {
        Place::Url(url) => from_network(ctx, located, url, &target, task.as_ref()),
        Place::File(path) => from_file(ctx, located, path, &target, task.as_ref()),
    };
    let checked = got.and_then(|mut got| {
        task.phase("prove");
        match check(ctx, located, &got) {
            Ok(proven) => Ok((got, proven)),
            Err(error) => {
                throw_away(got.parts.take(), &error);
                Err(error)
            }
        }
    });
    let (got, Proven { witnesses, log_proof }) = match checked {
        Ok(checked) => checked,
        Err(error) => {
            ctx.store.discard(staging);
            return Err(error);
        }
    };
    task.phase("admit");
    let proof = witnesses.iter().map(ToString::to_string).collect();
    let record = ToolchainRecord {
        format: 0,
        toolchain: id.clone(),
        operation: String::new(),
        source: source.name().to_owned(),
        address: got.address,
        form: located.form,
        archive_sha256: got.sha256,
        archive_bytes: got.bytes,
        installed_unix_seconds: ctx.sys.clock().unix_seconds(),
        files: 0,
        bytes: 0,
        manifest_sha256: got.sha256,
        witnesses,
        log_proof,
    };
    let commit_max = ctx.settings.seconds("install.commit-seconds");
    let toolchain = ctx.store.admit(operation, staging, record, &got.unpacked.manifest, commit_max)?;
    if let Some(parts) = got.parts.filter(|_| !ctx.settings.is_on("install.keep-archives")) {
        // The toolchain is installed; an archive that stays costs space only, and is used if it is asked for again.
        let _ = parts.remove();
    }
    Ok(Installed {
        toolchain: toolchain.id,
        tree: toolchain.tree,
        was_installed: false,
        source: Some(source.name().to_owned()),
        proof,
        bytes_fetched: got.bytes_fetched,
        bytes_held: got.bytes_held,
        milliseconds: 0,
    })
}

/// Whether what was unpacked is what it should be, and who says so.
fn check(ctx: &Ctx, located: &Located, got: &Got) -> Result<Proven, GetError> {
    check_version(located, &got.unpacked)?;
    let arrived = Arrived {
        id: &located.id,
        form: located.form,
        sha256: got.sha256,
        claim: &located.claim,
        manifest: &got.unpacked.manifest,
        server: &got.address,
    };
    Ok(prove(ctx, &arrived)?)
}

/// Bytes that are wrong must not be held for the next run, which would find them wrong again. What
/// only lacks a proof is held: the user may allow it.
fn throw_away(parts: Option<fetch::Parts>, error: &GetError) {
    let lacks_proof = matches!(error, GetError::Prove(cause) if matches!(**cause, ProveError::Unproven { .. }));
    if let Some(parts) = parts.filter(|_| error.class() == Class::Integrity && !lacks_proof) {
        // If they cannot be removed, the next run refuses them as this one did.
        let _ = parts.remove();
    }
}

fn check_version(located: &Located, unpacked: &Unpacked) -> Result<(), GetError> {
    let wanted = located.id.version().tag();
    if unpacked.version_line == wanted {
        return Ok(());
    }
    let found = archive::shown(unpacked.version_line.as_bytes());
    Err(GetError::OtherVersion { file: located.file_name.clone(), found, wanted })
}

fn layout_of(located: &Located) -> Layout {
    match located.form {
        Form::TarGz | Form::Zip => Layout::Archive,
        Form::ModuleZip => Layout::Module { prefix: format!("golang.org/toolchain@{}/", located.id.module_version()) },
        Form::Wheel => Layout::Wheel,
    }
}

/// Where the tree is made, and whose files it may share.
struct Target {
    tree: PathBuf,
    kin: Kin,
}

impl Target {
    fn unpack<'a>(&'a self, ctx: &'a Ctx, located: &Located) -> Unpack<'a> {
        Unpack {
            sys: &ctx.sys,
            tree: &self.tree,
            layout: layout_of(located),
            limits: Limits::default(),
            task: &diag::Silent,
            kin: Some(&self.kin),
            read_only: true,
        }
    }
}

fn link_mode(ctx: &Ctx) -> LinkMode {
    match ctx.settings.text("store.link") {
        Some("reflink") => LinkMode::Reflink,
        Some("hardlink") => LinkMode::Hardlink,
        Some("copy") => LinkMode::Copy,
        _ => LinkMode::Auto,
    }
}

/// Fetches and unpacks at once where the form allows it (a tar is a stream; a zip's directory is at its end).
fn from_network(
    ctx: &Ctx,
    located: &Located,
    url: &url::Url,
    target: &Target,
    task: &dyn TaskHandle,
) -> Result<Got, GetError> {
    let job = fetch::Job {
        bytes_expected: located.bytes,
        sha256: located.claim.sha256().map(|digest| *digest.as_bytes()),
        ..fetch::Job::new(url.clone(), &located.file_name, ctx.store.layout().downloads(), located.bytes_max)
    };
    let (unpack, tree) = (target.unpack(ctx, located), &target.tree);
    let failed = |cause| GetError::Archive { file: located.file_name.clone(), cause };
    let progress = ctx.progress.as_ref();
    let (fetched, unpacked) = if located.form == Form::TarGz {
        ctx.client().fetch(&job, task, progress, &mut |input| {
            // A second call means that the first bytes were bad: what they made goes.
            ctx.sys.fs().remove_tree(tree).map_err(|cause| read_error(tree, cause))?;
            archive::unpack_tar_gz(&unpack, input).map_err(failed)
        })?
    } else {
        let fetched = ctx.client().fetch_whole(&job, task, progress)?;
        task.phase("unpack");
        let unpacked = archive::unpack_zip(&unpack, &fetched.parts).map_err(failed);
        (fetched, unpacked)
    };
    let unpacked = match unpacked {
        Ok(unpacked) => unpacked,
        Err(error) => {
            throw_away(Some(fetched.parts), &error);
            return Err(error);
        }
    };
    Ok(Got {
        unpacked,
        sha256: Digest::from_bytes(fetched.sha256),
        bytes: fetched.bytes,
        bytes_fetched: fetched.bytes_fetched,
        bytes_held: fetched.bytes_held,
        address: fetch::redacted(&fetched.url),
        parts: Some(fetched.parts),
    })
}

fn read_error(path: &Path, cause: std::io::Error) -> GetError {
    GetError::Read { path: path.display().to_string(), cause }
}

/// How much of a local file is hashed at once, in bytes.
const HASH_CHUNK_BYTES: usize = 1 << 20;

/// Hashes a local file, compares, and only then unpacks it.
fn from_file(
    ctx: &Ctx,
    located: &Located,
    path: &Path,
    target: &Target,
    task: &dyn TaskHandle,
) -> Result<Got, GetError> {
    let failed = |cause| read_error(path, cause);
    let mut file = ctx.sys.fs().open(path).map_err(failed)?;
    task.phase("hash");
    let mut hash = Sha256::new();
    let mut buffer = vec![0; HASH_CHUNK_BYTES];
    let mut bytes = 0;
    loop {
        ctx.sys.interrupt().check().map_err(failed)?;
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
        task.advance(read as u64);
    }
    let sha256 = Digest::from_bytes(<[u8; 32]>::from(hash.finalize()));
    if let Some(expected) = located.claim.sha256().filter(|expected| *expected != sha256) {
        let origin = match &located.claim {
            Claim::OfficialIndex { origin, .. } | Claim::SameServer { origin, .. } => origin.clone(),
            Claim::WheelIndex { wheel, .. } => format!("the index of {wheel}"),
            Claim::None => String::new(),
        };
        let path = path.display().to_string();
        return Err(GetError::FileDiffers { path, origin, expected, actual: sha256 });
    }
    task.phase("unpack");
    let job = target.unpack(ctx, located);
    let unpacked = if located.form == Form::TarGz {
        let mut input = ctx.sys.fs().open(path).map_err(failed)?;
        archive::unpack_tar_gz(&job, &mut input)
    } else {
        archive::unpack_zip(&job, &file)
    };
    let unpacked = unpacked.map_err(|cause| GetError::Archive { file: located.file_name.clone(), cause })?;
    let address = path.display().to_string();
    Ok(Got { unpacked, sha256, bytes, bytes_fetched: 0, bytes_held: bytes, address, parts: None })
}
