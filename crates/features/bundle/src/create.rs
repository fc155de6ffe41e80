//! Makes a bundle.
//!
//! During the work there are `FILE.part` (the unfinished bundle) and `FILE.part.d` (a store for toolchains that are not
//! installed here) beside the bundle. Both stay after a failure: the next run uses the archives and toolchains in the
//! second, and rewrites the first, which needs no network. The bundle itself appears by one rename, complete and
//! durable.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use acquire::{InstallPlan, LogProofError, Sources};
use archive::{Hashed, Manifest};
use context::Ctx;
use context::settings::{Flag, keys};
use diag::{IoFailure, Task, TaskHandle};
use release::{Digest, Platform, ToolchainId};
use sha2::{Digest as _, Sha256};
use source::bundle::{Bundled, Contents, FORMAT, HEAD_BYTES, Head, MEMBER_ALIGNMENT, Origin, Program, Section, Span};

use crate::error::BundleError;
use crate::parts::{Part, parts_of, travels};
use crate::script::shell;

/// The default compression level. On Go trees, level 12 is a tenth smaller than 6 and takes four times as long; 19 is
/// another tenth smaller and takes ten times as long again.
pub const LEVEL_DEFAULT: i32 = 12;
/// The highest level that stays within the window that readers allow.
pub const LEVEL_MAX: i32 = 19;
/// The largest program, in bytes.
const PROGRAM_BYTES_MAX: u64 = 256 << 20;
/// How much of the finished bundle is hashed at once, in bytes.
const HASH_CHUNK_BYTES: usize = 1 << 20;

/// The requested contents of a bundle.
#[derive(Debug, Clone)]
pub struct Order {
    /// The toolchains.
    pub toolchains: Vec<ToolchainId>,
    /// goward itself, for each requested platform.
    pub programs: Vec<(Platform, PathBuf)>,
    /// The path of the bundle.
    pub out: PathBuf,
    /// The level of compression, 1 to [`LEVEL_MAX`].
    pub level: i32,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Created {
    /// The bundle.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256: nothing else covers its script and its programs.
    pub sha256: Digest,
    /// Its toolchains.
    pub toolchains: Vec<ToolchainId>,
    /// The platforms for which it contains goward.
    pub programs: Vec<Platform>,
    /// How many bytes its toolchains unpack to.
    pub bytes_unpacked: u64,
    /// Toolchains without a proof; empty unless that was allowed.
    pub unproven: Vec<ToolchainId>,
}

/// A toolchain to pack into a bundle.
struct Packed {
    id: ToolchainId,
    tree: PathBuf,
    manifest: Manifest,
    bundled: Bundled,
}

/// Makes a bundle.
///
/// # Errors
/// When a toolchain cannot be installed or proven, or a file cannot be read or written; then there is no new bundle,
/// and a former one is unchanged.
pub fn create(sources: &Sources, order: &Order) -> Result<Created, BundleError> {
    let ctx = sources.ctx();
    let mut toolchains = order.toolchains.clone();
    toolchains.sort();
    toolchains.dedup();
    let mut programs = order.programs.clone();
    programs.sort();
    if toolchains.is_empty() {
        return Err(BundleError::Empty);
    }
    if let Some(pair) = programs.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(BundleError::ProgramTwice { platform: pair[0].0.to_string() });
    }
    let (part, scratch) = (beside(&order.out, ".part"), beside(&order.out, ".part.d"));
    let scratch_ctx = get_missing(ctx, &toolchains, &scratch)?;
    let scratch_sources = engine::sources(&scratch_ctx);
    let mut packed = Vec::with_capacity(toolchains.len());
    for id in &toolchains {
        let holder = if ctx.store.find_installed(id)?.is_some() { sources } else { &scratch_sources };
        packed.push(look_up(holder, id)?);
    }
    let task = ctx.progress.begin(Task { subject: "bundle".to_owned(), action: "pack", bytes_total: None });
    let contents = write(ctx, order.level, &programs, packed, &part, task.as_ref())?;
    task.phase("hash");
    let fs = ctx.sys.fs();
    let Hashed { bytes, sha256 } = hash(ctx, &part)?;
    fs.rename(&part, &order.out).map_err(IoFailure::on("write", &order.out))?;
    let folder = order.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs.sync_dir(folder).map_err(IoFailure::on("make durable", folder))?;
    // The bundle is complete; a scratch store that stays costs space only.
    let _ = fs.remove_tree(&scratch);
    let unproven = contents.toolchains.iter().filter(|bundled| bundled.proof.is_none());
    Ok(Created {
        path: order.out.clone(),
        bytes,
        sha256,
        unproven: unproven.map(|bundled| bundled.toolchain.clone()).collect(),
        bytes_unpacked: contents.toolchains.iter().map(|bundled| bundled.bytes).sum(),
        toolchains,
        programs: contents.programs.into_iter().map(|program| program.platform).collect(),
    })
}

/// A name beside the bundle's.
fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Installs missing toolchains into a separate store: a bundle's toolchains are mostly for other machines.
fn get_missing(ctx: &Ctx, wanted: &[ToolchainId], scratch: &Path) -> Result<Ctx, BundleError> {
    let home = scratch.to_string_lossy().into_owned();
    let other = ctx.derive(|same| same.flag(Flag::new(keys::HOME, "--output", home)))?;
    let mut plans = Vec::new();
    for id in wanted {
        if ctx.store.find_installed(id)?.is_none() {
            let installed = other.store.find(id)?.is_some();
            plans.push(InstallPlan { request: id.version().to_string(), toolchain: id.clone(), installed });
        }
    }
    let results = engine::install(&engine::sources(&other), &plans);
    for result in results {
        result.map_err(|error| match error {
            acquire::InstallError::Interrupted { .. } => BundleError::Interrupted { scratch: scratch.to_owned() },
            error => BundleError::Install(error),
        })?;
    }
    Ok(other)
}

fn look_up(sources: &Sources, id: &ToolchainId) -> Result<Packed, BundleError> {
    let ctx = sources.ctx();
    let found = ctx.store.find_installed(id)?;
    let tree = found.ok_or_else(|| store::StoreError::NotInstalled { id: id.clone() })?.tree;
    let (record, manifest) = (ctx.store.record(id)?, ctx.store.manifest(id)?);
    let proof = match acquire::log_proof(sources, id) {
        Ok(proof) => Some(proof),
        // `--allow-unproven` does not lift a contradiction of the log or a fault of this machine.
        Err(error @ LogProofError::Silent { .. }) if ctx.settings.is_on(keys::VERIFY_ALLOW_UNPROVEN) => {
            ctx.progress.tell(&format!("{id}: bundled without a proof, as allowed: {error}"));
            None
        }
        Err(error) => return Err(error.into()),
    };
    let travelling = || manifest.files.iter().filter(|file| travels(file));
    let h1 = match &proof {
        Some(proof) => proof.h1,
        None => {
            let files = travelling().map(|file| (file.path.as_str(), &file.sha256));
            let hashed = |cause| BundleError::Hash { toolchain: id.clone(), cause };
            trust::toolchain_h1(&id.to_string(), files)
                .map_err(hashed)?
                .likely()
                .ok_or_else(|| hashed(trust::H1Error::Toolchain { name: id.to_string() }))?
        }
    };
    let bundled = Bundled {
        toolchain: id.clone(),
        sections: Vec::new(),
        files: travelling().count() as u64,
        bytes: travelling().map(|file| file.bytes).sum(),
        h1,
        origin: Origin {
            source: record.source,
            form: record.form,
            sha256: record.archive_sha256,
            bytes: record.archive_bytes,
        },
        proof,
    };
    Ok(Packed { id: id.clone(), tree, manifest, bundled })
}

/// Writes the whole file under its other name.
fn write(
    ctx: &Ctx,
    level: i32,
    programs: &[(Platform, PathBuf)],
    packed: Vec<Packed>,
    part: &Path,
    task: &dyn TaskHandle,
) -> Result<Contents, BundleError> {
    let fs = ctx.sys.fs();
    let failed = IoFailure::on("write", part);
    let mut out = fs.create(part).map_err(failed)?;
    fs.give_users_mode(part, 0o666).map_err(failed)?;
    let mut contents = Contents {
        format: FORMAT,
        made_by: format!("goward {}", env!("CARGO_PKG_VERSION")),
        programs: Vec::new(),
        sections: Vec::new(),
        toolchains: Vec::new(),
    };
    out.seek(SeekFrom::Start(HEAD_BYTES)).map_err(failed)?;
    let mut at = HEAD_BYTES;
    for (platform, path) in programs {
        let bytes = fs.read(path, PROGRAM_BYTES_MAX).map_err(IoFailure::on("read", path))?;
        let mut member = Member::new(&mut out);
        member.write_all(&bytes).map_err(failed)?;
        let span = member.end(&mut at).map_err(failed)?;
        contents.programs.push(Program { platform: platform.clone(), span });
    }
    let manifests: Vec<Manifest> = packed.iter().map(|packed| packed.manifest.clone()).collect();
    let parts = parts_of(&manifests);
    drop(manifests);
    for section in &parts {
        let mut member = Member::new(&mut out);
        write_section(ctx, level, section, &packed, &mut member, part, task)?;
        let span = member.end(&mut at).map_err(failed)?;
        contents.sections.push(Section { span, files: section.files.len() as u64 });
    }
    // The tar end mark is the last section of every toolchain.
    let mut member = Member::new(&mut out);
    let end = zstd::bulk::compress(&archive::TAR_END, 1).map_err(failed)?;
    member.write_all(&end).map_err(failed)?;
    let span = member.end(&mut at).map_err(failed)?;
    contents.sections.push(Section { span, files: 0 });
    for (number, Packed { bundled, .. }) in packed.into_iter().enumerate() {
        let numbers = parts.iter().enumerate().filter(|(_, part)| part.toolchains.contains(&number));
        let sections = numbers.map(|(section, _)| section).chain([parts.len()]).collect();
        contents.toolchains.push(Bundled { sections, ..bundled });
    }
    let manifest = contents.encode();
    out.write_all(&manifest).map_err(failed)?;
    let sha256 = Digest::of(&manifest);
    let span = Span { offset: at, bytes: manifest.len() as u64, sha256 };
    let head = Head { manifest: span, total: at + span.bytes };
    // Last, so that a truncated file does not even look like a bundle.
    let script = shell(&head, &contents);
    let bytes = script.len() as u64;
    if bytes > HEAD_BYTES {
        return Err(BundleError::Script { bytes, max: HEAD_BYTES });
    }
    out.seek(SeekFrom::Start(0)).map_err(failed)?;
    out.write_all(script.as_bytes()).map_err(failed)?;
    out.sync().map_err(failed)?;
    Ok(contents)
}

fn write_section(
    ctx: &Ctx,
    level: i32,
    section: &Part,
    packed: &[Packed],
    member: &mut Member,
    part: &Path,
    task: &dyn TaskHandle,
) -> Result<(), BundleError> {
    let failed = IoFailure::on("write", part);
    let mut encoder = zstd::Encoder::new(member, level).map_err(failed)?;
    encoder.window_log(archive::ZSTD_WINDOW_LOG_MAX).map_err(failed)?;
    encoder.include_checksum(true).map_err(failed)?;
    // Every owner has the same bytes; read those of the first.
    let Some(owner) = section.toolchains.first().and_then(|number| packed.get(*number)) else { return Ok(()) };
    for file in &section.files {
        ctx.sys.interrupt().check().map_err(failed)?;
        let path = file.path.split('/').fold(owner.tree.clone(), |path, part| path.join(part));
        let bytes = ctx.sys.fs().read(&path, file.bytes).map_err(IoFailure::on("read", &path))?;
        let actual = Digest::of(&bytes);
        if actual != file.sha256 {
            return Err(BundleError::Damaged {
                toolchain: Box::new(owner.id.clone()),
                path: file.path.clone(),
                expected: file.sha256,
                actual,
            });
        }
        archive::write_tar_entry(&mut encoder, &file.path, file.executable, &bytes).map_err(failed)?;
        task.advance(file.bytes);
    }
    encoder.finish().map_err(failed)?;
    Ok(())
}

/// Writes a member: counts, hashes, and pads it with zeros at its end.
struct Member<'f> {
    out: &'f mut sys::File,
    bytes: u64,
    hasher: Sha256,
}

impl<'f> Member<'f> {
    fn new(out: &'f mut sys::File) -> Member<'f> {
        Member { out, bytes: 0, hasher: Sha256::new() }
    }

    fn end(self, at: &mut u64) -> io::Result<Span> {
        let span = Span { offset: *at, bytes: self.bytes, sha256: self.hasher.into() };
        let padding = self.bytes.next_multiple_of(MEMBER_ALIGNMENT) - self.bytes;
        self.out.write_all(&vec![0; usize::try_from(padding).unwrap_or(0)])?;
        *at += self.bytes + padding;
        Ok(span)
    }
}

impl Write for Member<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.out.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn hash(ctx: &Ctx, path: &Path) -> Result<Hashed, BundleError> {
    let failed = IoFailure::on("read", path);
    let mut file = ctx.sys.fs().open(path).map_err(failed)?;
    let hashed = archive::hash_reader(&mut file, ctx.sys.interrupt(), &mut vec![0; HASH_CHUNK_BYTES], |_| Ok(()));
    Ok(hashed.map_err(failed)?)
}
