//! Installs one toolchain from one source: fetch, unpack, prove, admit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use archive::{Layout, Limits, LinkMode, SharedFiles, Unpack, Unpacked};
use context::Ctx;
use context::settings::keys;
use diag::{Class, Diagnose, Diagnosis, IoFailure, Task, TaskHandle};
use fetch::{LocalError, LocalFile};
use release::{Digest, Form, ToolchainId};
use source::bundle::{BundlePlace, SectionReader};
use source::{Claim, Located, Place, Source};
use store::states::Event;
use store::{Operation, StoreError};

use crate::admission::{Admission, admit};
use crate::archive_bytes::ArchiveBytes;
use crate::installed::Installed;
use crate::lock_file::{LockError, LockSubject};
use crate::prove::{Arrived, ProveError, Proven, prove};
use crate::sources::Sources;

/// Why one source did not give a toolchain.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum AcquireError {
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] fetch::FetchError),
    /// A local file could not be read.
    #[error("read `{path}`")]
    Read {
        path: String,
        #[source]
        cause: std::io::Error,
    },
    /// A local file is not what was said of it.
    #[error("accept `{path}`: its SHA-256 is {actual}, {origin} says {expected}")]
    FileDiffers {
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
    /// The project's lock file forbids it.
    #[error(transparent)]
    Lock(#[from] Box<LockError>),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for AcquireError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Fetch(error) => error.diagnosis(),
            Self::Read { cause, .. } => Diagnosis::of_io("source-read", cause),
            Self::Archive { cause, .. } => cause.diagnosis(),
            Self::FileDiffers { .. } => Class::Integrity.word("archive-hash-mismatch"),
            Self::OtherVersion { .. } => Class::Integrity.word("other-version"),
            Self::Prove(error) => error.diagnosis(),
            Self::Lock(error) => error.diagnosis(),
            Self::Store(error) => error.diagnosis(),
        }
    }
}

/// The fetched and unpacked tree, before it is proven.
struct Acquired {
    unpacked: Unpacked,
    sha256: Digest,
    bytes: u64,
    bytes_fetched: u64,
    bytes_held: u64,
    address: String,
    held: Held,
}

/// The archive's bytes on this machine.
enum Held {
    /// A download in the store. It is kept if a later run may need it.
    Fetched(fetch::Parts),
    /// The copy of a local file, in the store's downloads. The file itself can be copied again.
    Copy(fetch::Parts),
    /// The bundle, open since its manifest was read.
    Bundle(Arc<sys::File>),
}

impl Held {
    fn archive_bytes(&self) -> ArchiveBytes<'_> {
        match self {
            Held::Fetched(parts) | Held::Copy(parts) => ArchiveBytes::Parts(parts),
            Held::Bundle(file) => ArchiveBytes::Bundle(file),
        }
    }

    /// Removes it once the toolchain is installed or the copy is no longer needed.
    fn let_go(self, keeps_fetched: bool) {
        match self {
            // An archive that stays costs space only, and a later install can use it.
            Held::Fetched(parts) if !keeps_fetched => drop(parts.remove()),
            Held::Copy(parts) => drop(parts.remove()),
            Held::Fetched(_) | Held::Bundle(_) => {}
        }
    }

    /// Wrong bytes must not be kept for the next run, which would find them wrong again. An archive that only lacks a
    /// proof is kept: the user may allow it.
    fn let_go_after(self, error: &AcquireError) {
        let lacks_proof = matches!(error, AcquireError::Prove(cause) if matches!(**cause, ProveError::Unproven { .. }));
        // If they cannot be removed, the next run refuses them as this one did.
        self.let_go(error.class() != Class::Integrity || lacks_proof);
    }
}

/// Fetches, unpacks, proves and admits. The operation is in the state `Preparing` and ends in `Done`, or in the state
/// in which it failed.
pub(crate) fn acquire(
    sources: &Sources,
    source: &dyn Source,
    located: &Located,
    operation: &mut Operation,
) -> Result<Installed, AcquireError> {
    let ctx = sources.ctx();
    let id = &located.id;
    ctx.progress.tell(&format!("{id}: from {} ({})", source.name(), source.place()));
    let task = ctx.progress.begin(Task { subject: id.to_string(), action: "fetch", bytes_total: located.bytes });
    if !ctx.settings.is_on(keys::STORE_DURABLE) {
        let origin = &ctx.settings.get(keys::STORE_DURABLE).origin;
        ctx.progress.tell(&format!("{id}: not synced to disk ({origin}): after a power cut its files may be empty"));
    }
    let staging = ctx.store.stage(id)?;
    operation.advance(Event::Prepared, Some(staging.name()), None)?;
    let target = Target { tree: staging.tree(), shared: ctx.store.shared_files_for(id, link_mode(ctx))? };
    let checked = fetch_and_unpack(sources, located, &target, task.as_ref()).and_then(|got| {
        task.phase("prove");
        match check(sources, source, located, &got) {
            Ok(proven) => Ok((got, proven)),
            Err(error) => {
                got.held.let_go_after(&error);
                Err(error)
            }
        }
    });
    let (got, proven) = match checked {
        Ok(checked) => checked,
        Err(error) => {
            ctx.store.discard(staging);
            return Err(error);
        }
    };
    task.phase("admit");
    let admission = Admission {
        id,
        form: located.form,
        source: source.name(),
        address: got.address,
        sha256: got.sha256,
        bytes: got.bytes,
        bytes_fetched: got.bytes_fetched,
        bytes_held: got.bytes_held,
        manifest: &got.unpacked.manifest,
        proven,
    };
    let installed = admit(ctx, operation, staging, admission)?;
    got.held.let_go(ctx.settings.is_on(keys::INSTALL_KEEP_ARCHIVES));
    Ok(installed)
}

/// Fetches and unpacks into a folder that does not exist yet. Does not verify origin: only for callers that check each
/// file against a known SHA-256 (repair). Uses the bytes of an unfinished download, and keeps the archive.
pub(crate) fn unpack_into(
    sources: &Sources,
    located: &Located,
    tree: PathBuf,
    task: &dyn TaskHandle,
) -> Result<(), AcquireError> {
    let ctx = sources.ctx();
    let target = Target { tree, shared: ctx.store.shared_files_for(&located.id, link_mode(ctx))? };
    fetch_and_unpack(sources, located, &target, task).map(|got| got.held.let_go(true))
}

/// Fetches and unpacks, from a server, a local file or a bundle.
fn fetch_and_unpack(
    sources: &Sources,
    located: &Located,
    target: &Target,
    task: &dyn TaskHandle,
) -> Result<Acquired, AcquireError> {
    match &located.place {
        Place::Url(url) => from_network(sources, located, url, target, task),
        Place::File(path) => from_file(sources.ctx(), located, path, target, task),
        Place::Bundle(place) => from_bundle(sources.ctx(), located, place, target, task),
    }
}

/// Checks the unpacked tree, and returns who vouches for it.
fn check(sources: &Sources, source: &dyn Source, located: &Located, got: &Acquired) -> Result<Proven, AcquireError> {
    check_version(located, &got.unpacked)?;
    let held =
        LockSubject { id: &located.id, form: located.form, sha256: got.sha256, manifest: &got.unpacked.manifest };
    let locked = sources.lock().check(&held).map_err(Box::new)?;
    let arrived = Arrived {
        id: &located.id,
        form: located.form,
        sha256: got.sha256,
        claim: &located.claim,
        manifest: &got.unpacked.manifest,
        server: &got.address,
        locked,
        source: source.name(),
        place: &located.place,
        file_name: &located.file_name,
        archive_bytes: got.held.archive_bytes(),
    };
    Ok(prove(sources, &arrived)?)
}

fn check_version(located: &Located, unpacked: &Unpacked) -> Result<(), AcquireError> {
    let wanted = located.id.version().tag();
    if unpacked.version_line == wanted {
        return Ok(());
    }
    let found = archive::printable(unpacked.version_line.as_bytes());
    Err(AcquireError::OtherVersion { file: located.file_name.clone(), found, wanted })
}

/// Where the tree of a toolchain is within its archive.
pub(crate) fn layout_of(id: &ToolchainId, form: Form) -> Layout {
    match form {
        Form::TarGz | Form::Zip | Form::Tree | Form::Bundle => Layout::Archive,
        Form::ModuleZip | Form::ModuleTree => {
            Layout::Module { prefix: format!("golang.org/toolchain@{}/", id.module_version()) }
        }
        Form::Wheel => Layout::Wheel,
    }
}

/// The folder for the tree, and the files that it may share.
struct Target {
    tree: PathBuf,
    shared: SharedFiles,
}

impl Target {
    fn unpack<'a>(&'a self, ctx: &'a Ctx, located: &Located) -> Unpack<'a> {
        Unpack {
            sys: &ctx.sys,
            tree: &self.tree,
            layout: layout_of(&located.id, located.form),
            limits: Limits::default(),
            task: &diag::Silent,
            shared: Some(&self.shared),
            read_only: ctx.store.read_only_in_trees(),
        }
    }
}

pub(crate) fn link_mode(ctx: &Ctx) -> LinkMode {
    match ctx.settings.text(keys::STORE_LINK) {
        Some("reflink") => LinkMode::Reflink,
        Some("hardlink") => LinkMode::Hardlink,
        Some("copy") => LinkMode::Copy,
        _ => LinkMode::Auto,
    }
}

/// Fetches and unpacks at the same time if the form allows it (a tar is a stream; a zip's directory is at its end).
fn from_network(
    sources: &Sources,
    located: &Located,
    url: &url::Url,
    target: &Target,
    task: &dyn TaskHandle,
) -> Result<Acquired, AcquireError> {
    let ctx = sources.ctx();
    let job = fetch::Job {
        bytes_expected: located.bytes,
        sha256: located.claim.sha256(),
        ..fetch::Job::new(url.clone(), &located.file_name, ctx.store.downloads(), located.bytes_max)
    };
    let (unpack, tree) = (target.unpack(ctx, located), &target.tree);
    let failed = |cause| AcquireError::Archive { file: located.file_name.clone(), cause };
    let progress = ctx.progress.as_ref();
    let (fetched, unpacked) = if located.form == Form::TarGz {
        sources.client().fetch(&job, task, progress, &mut |input| {
            // A second call means that the first bytes were bad: their tree is removed.
            ctx.sys.fs().remove_tree(tree).map_err(|cause| read_error(tree, cause))?;
            archive::unpack_tar_gz(&unpack, input).map_err(failed)
        })?
    } else {
        let fetched = sources.client().fetch_whole(&job, task, progress)?;
        let unpacked = unpack_parts(ctx, located, &fetched.parts, target, task);
        (fetched, unpacked)
    };
    let unpacked = match unpacked {
        Ok(unpacked) => unpacked,
        Err(error) => {
            Held::Fetched(fetched.parts).let_go_after(&error);
            return Err(error);
        }
    };
    Ok(Acquired {
        unpacked,
        sha256: fetched.sha256,
        bytes: fetched.bytes,
        bytes_fetched: fetched.bytes_fetched,
        bytes_held: fetched.bytes_held,
        address: fetch::redacted(&fetched.url),
        held: Held::Fetched(fetched.parts),
    })
}

/// Unpacks sections of a bundle. Each is hashed while it is read, so that the error names a damaged section before a
/// proof fails.
fn from_bundle(
    ctx: &Ctx,
    located: &Located,
    place: &BundlePlace,
    target: &Target,
    task: &dyn TaskHandle,
) -> Result<Acquired, AcquireError> {
    task.phase("unpack");
    let mut input = SectionReader::new(place.file.as_ref(), place.spans.clone());
    let unpacked = archive::unpack_tar_zst(&target.unpack(ctx, located), &mut input)
        .map_err(|cause| AcquireError::Archive { file: located.file_name.clone(), cause })?;
    let bytes = place.bytes();
    task.advance(bytes);
    let address = place.path.display().to_string();
    let sha256 = place.sha256();
    Ok(Acquired {
        unpacked,
        sha256,
        bytes,
        bytes_fetched: 0,
        bytes_held: bytes,
        address,
        held: Held::Bundle(place.file.clone()),
    })
}

fn read_error(path: &Path, cause: std::io::Error) -> AcquireError {
    AcquireError::Read { path: path.display().to_string(), cause }
}

/// Copies a local file to the downloads and hashes it on the way, compares, and only then unpacks the copy.
fn from_file(
    ctx: &Ctx,
    located: &Located,
    path: &Path,
    target: &Target,
    task: &dyn TaskHandle,
) -> Result<Acquired, AcquireError> {
    task.phase("copy");
    let downloads = ctx.store.downloads();
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    let name = &located.file_name;
    let local = LocalFile { path, name, folder: &downloads, bytes_max: located.bytes_max, wait_max };
    let fetch::Copied { bytes, sha256, parts } = fetch::copy_local(&ctx.sys, &local, task).map_err(not_copied)?;
    match check_claim(located, path, sha256).and_then(|()| unpack_parts(ctx, located, &parts, target, task)) {
        Ok(unpacked) => {
            let (address, arrived) = (path.display().to_string(), Held::Copy(parts));
            Ok(Acquired { unpacked, sha256, bytes, bytes_fetched: 0, bytes_held: bytes, address, held: arrived })
        }
        Err(error) => {
            // A copy that stays costs space only; the next one of its name replaces it.
            let _ = parts.remove();
            Err(error)
        }
    }
}

fn not_copied(error: LocalError) -> AcquireError {
    match error {
        LocalError::Read { path, cause } => read_error(&path, cause),
        LocalError::Write { path, cause } => {
            AcquireError::Store(StoreError::Io(IoFailure { action: "write", path, cause }))
        }
        LocalError::Busy { name, waited } => {
            let owner = "another process that copies it".to_owned();
            AcquireError::Store(StoreError::Busy { path: name.into(), waited, owner })
        }
    }
}

/// Checks a local file against the claim of its source.
fn check_claim(located: &Located, path: &Path, actual: Digest) -> Result<(), AcquireError> {
    let Some(expected) = located.claim.sha256().filter(|expected| *expected != actual) else { return Ok(()) };
    let origin = match &located.claim {
        Claim::OfficialIndex { origin, .. } | Claim::SameServer { origin, .. } => origin.clone(),
        Claim::WheelIndex { wheel, .. } => format!("the index of {wheel}"),
        Claim::Log { .. } | Claim::None => String::new(),
    };
    Err(AcquireError::FileDiffers { path: path.display().to_string(), origin, expected, actual })
}

/// Unpacks an archive that is complete on disk.
fn unpack_parts(
    ctx: &Ctx,
    located: &Located,
    parts: &fetch::Parts,
    target: &Target,
    task: &dyn TaskHandle,
) -> Result<Unpacked, AcquireError> {
    task.phase("unpack");
    let job = target.unpack(ctx, located);
    let unpacked = match located.form {
        Form::TarGz => archive::unpack_tar_gz(&job, &mut parts.reader()),
        _ => archive::unpack_zip(&job, parts),
    };
    unpacked.map_err(|cause| AcquireError::Archive { file: located.file_name.clone(), cause })
}
