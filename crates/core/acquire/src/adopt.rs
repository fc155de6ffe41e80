//! Admits a tree that is on this machine already.
//!
//! It takes the steps of an install from the unpacking on, with the same states: it copies the tree into staging
//! through the guard, hashes each file, proves, syncs, and renames. It fetches only the proof. It only reads the
//! foreign folder, and neither moves nor links it, since its owner may change it in place.

use std::path::{Path, PathBuf};

use archive::{ArchiveError, Copied, Exclude, Excluded, Limits, Unpack};
use context::recover;
use context::settings::keys;
use diag::{Class, Diagnose, Diagnosis, Task, error_chain};
use release::{Form, ToolchainId};
use source::{Claim, Place};
use store::states::Event;
use store::{Operation, OperationKind, StoreError};

use crate::acquire::{layout_of, link_mode};
use crate::admission::{Admission, admit};
use crate::archive_bytes::ArchiveBytes;
use crate::installed::{Installed, already_installed};
use crate::limits::INSTALL_BYTES_NEEDED;
use crate::prove::{Arrived, ProveError, Proven, prove};
use crate::sources::Sources;

/// A tree to admit.
pub struct Adoption<'a> {
    /// Which toolchain it claims to be.
    pub id: ToolchainId,
    /// Its folder, which contains `VERSION`.
    pub folder: &'a Path,
    /// `Tree` or `ModuleTree`.
    pub form: Form,
    /// Who put it there, for the record: `mise`, `sdk`.
    pub source: &'a str,
    /// The files to exclude.
    pub leave_out: &'a Exclude<'a>,
}

/// The result of an adoption.
#[derive(Debug, Clone)]
pub struct Adopted {
    /// As for an install.
    pub installed: Installed,
    /// The excluded files: path, rule.
    pub left_out: Vec<(String, &'static str)>,
}

/// Why a tree was not admitted.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum AdoptError {
    /// It could not be read, or is not a toolchain.
    #[error("adopt {id} from `{}`", folder.display())]
    Tree {
        id: ToolchainId,
        /// Its folder.
        folder: PathBuf,
        #[source]
        cause: Box<ArchiveError>,
    },
    /// It holds another version than was said.
    #[error("adopt `{}`: its VERSION says `{found}`, not {wanted}", folder.display())]
    OtherVersion {
        /// Its folder.
        folder: PathBuf,
        /// What its `VERSION` says.
        found: String,
        /// What was wanted.
        wanted: String,
    },
    /// It could not be proven.
    #[error("adopt {id} from `{}`", folder.display())]
    Prove {
        id: ToolchainId,
        /// Its folder.
        folder: PathBuf,
        #[source]
        cause: Box<ProveError>,
    },
    /// It could not be registered.
    #[error("register `{}` as a system Go", path.display())]
    Register {
        /// Its folder.
        path: PathBuf,
        #[source]
        cause: Box<StoreError>,
    },
    /// The store refused.
    #[error("adopt {id}")]
    Store {
        id: ToolchainId,
        #[source]
        cause: Box<StoreError>,
    },
}

impl AdoptError {
    /// Whether the tree is a build from source, or was changed: Go's checksum database has other files, or its tools
    /// are where no official release has them.
    pub fn is_not_official(&self) -> bool {
        matches!(self, Self::Prove { cause, .. } if matches!(
            **cause,
            ProveError::LogDiffers { by_files: true, .. } | ProveError::OtherPlatform { .. }
        ))
    }
}

impl Diagnose for AdoptError {
    fn diagnosis(&self) -> Diagnosis {
        let published = |id: &ToolchainId| format!("`goward install {}` gets the published one", id.version());
        match self {
            Self::Tree { id, cause, .. } => cause.diagnosis().hint(published(id)),
            Self::OtherVersion { .. } => Class::Integrity.word("other-version"),
            Self::Prove { id, cause, .. } => cause.class().word(cause.word()).hint(match **cause {
                ProveError::Unproven { .. } => {
                    "make Go's checksum database reachable, or accept it this once with `--allow-unproven`".to_owned()
                }
                _ => published(id),
            }),
            Self::Register { cause, .. } | Self::Store { cause, .. } => cause.diagnosis(),
        }
    }
}

/// Copies, proves and admits. A toolchain that is installed already is not changed.
///
/// # Errors
/// [`AdoptError`]; then nothing is visible. The foreign folder is unchanged in any case.
pub fn adopt(sources: &Sources, adoption: &Adoption) -> Result<Adopted, AdoptError> {
    let ctx = sources.ctx();
    let start = ctx.sys.clock().moment();
    let id = &adoption.id;
    let refused = |cause| AdoptError::Store { id: id.clone(), cause: Box::new(cause) };
    let there = |toolchain| Adopted { installed: already_installed(ctx, toolchain), left_out: Vec::new() };
    ctx.store.check_not_blocked(id.version()).map_err(refused)?;
    if let Some(toolchain) = ctx.store.find(id).map_err(refused)? {
        return Ok(there(toolchain));
    }
    ctx.store.check_ready(INSTALL_BYTES_NEEDED).map_err(refused)?;
    recover(ctx);
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    let lock =
        ctx.store.lock(ctx.store.layout().install_lock(id), &format!("adopt {id}"), wait_max).map_err(refused)?;
    // The process that had the lock may have installed it meanwhile.
    if let Some(toolchain) = ctx.store.find(id).map_err(refused)? {
        return Ok(there(toolchain));
    }
    let mut operation = ctx.store.begin(OperationKind::Install, id, &ctx.author).map_err(refused)?;
    let done = copy_and_admit(sources, adoption, &mut operation);
    if let Err(error) = &done
        && operation.record().state.is_unfinished()
    {
        // If even this cannot be written (a full disk), the next run's recovery writes it.
        let _ = operation.advance(Event::Failed, None, Some(error_chain(error)));
    }
    let adopted = done?;
    drop(lock);
    ctx.changed(format!("adopted {id}"));
    Ok(Adopted { installed: adopted.installed.since(ctx, start), ..adopted })
}

fn copy_and_admit(sources: &Sources, adoption: &Adoption, operation: &mut Operation) -> Result<Adopted, AdoptError> {
    let ctx = sources.ctx();
    let id = &adoption.id;
    let refused = |cause| AdoptError::Store { id: id.clone(), cause: Box::new(cause) };
    let task = ctx.progress.begin(Task { subject: id.to_string(), action: "copy", bytes_total: None });
    let staging = ctx.store.stage(id).map_err(refused)?;
    operation.advance(Event::Prepared, Some(staging.name()), None).map_err(refused)?;
    let shared = ctx.store.shared_files_for(id, link_mode(ctx)).map_err(refused)?;
    let job = Unpack {
        sys: &ctx.sys,
        tree: &staging.tree(),
        layout: layout_of(id, adoption.form),
        limits: Limits::default(),
        task: task.as_ref(),
        shared: Some(&shared),
        read_only: ctx.store.read_only_in_trees(),
    };
    let checked = archive::copy_folder(&job, adoption.folder, adoption.leave_out)
        .map_err(|cause| AdoptError::Tree {
            id: id.clone(),
            folder: adoption.folder.to_owned(),
            cause: Box::new(cause),
        })
        .and_then(|copied| {
            task.phase("prove");
            let proven = check(sources, adoption, &copied, &staging.tree())?;
            Ok((copied, proven))
        });
    let (Copied { unpacked, excluded }, proven) = match checked {
        Ok(checked) => checked,
        Err(error) => {
            ctx.store.discard(staging);
            return Err(error);
        }
    };
    task.phase("admit");
    let bytes = unpacked.manifest.bytes_total();
    let admission = Admission {
        id,
        form: adoption.form,
        source: adoption.source,
        address: adoption.folder.display().to_string(),
        // There is no archive.
        sha256: unpacked.manifest.list_sha256(),
        bytes,
        bytes_fetched: 0,
        bytes_held: bytes,
        manifest: &unpacked.manifest,
        proven,
    };
    let installed = admit(ctx, operation, staging, admission).map_err(refused)?;
    let left_out = excluded.into_iter().map(|Excluded { path, rule }| (path, rule)).collect();
    Ok(Adopted { installed, left_out })
}

/// Checks that the copy is what it claims to be, and collects its witnesses.
fn check(sources: &Sources, adoption: &Adoption, copied: &Copied, tree: &Path) -> Result<Proven, AdoptError> {
    let id = &adoption.id;
    let wanted = id.version().tag();
    if copied.unpacked.version_line != wanted {
        let found = archive::printable(copied.unpacked.version_line.as_bytes());
        return Err(AdoptError::OtherVersion { folder: adoption.folder.to_owned(), found, wanted });
    }
    let server = format!("the maker of `{}`", adoption.folder.display());
    let arrived = Arrived {
        id,
        form: adoption.form,
        sha256: copied.unpacked.manifest.list_sha256(),
        claim: &Claim::None,
        manifest: &copied.unpacked.manifest,
        server: &server,
        // A lock file constrains what is fetched for a project; this tree was here before.
        locked: None,
        source: adoption.source,
        place: &Place::File(adoption.folder.to_owned()),
        file_name: "",
        // The copy, not the foreign folder, which may have changed.
        archive_bytes: ArchiveBytes::Tree(tree),
    };
    prove(sources, &arrived).map_err(|cause| AdoptError::Prove {
        id: id.clone(),
        folder: adoption.folder.to_owned(),
        cause,
    })
}
