//! Finds the project's lock file, and checks toolchains against it.
//!
//! A lock file *constrains*: if one is found in the working folder or above it and names a toolchain, an installed
//! toolchain must have its hashes, even if others vouch for it. By itself it does not prove origin, since the author of
//! the project wrote it, and the store serves all projects. Only `--locked` accepts the lock file as proof; then it
//! must exist, be beside the file that decides, and name the toolchain. A lock file of another user neither constrains
//! nor proves (`project::Users`).
//!
//! `resolve` knows which file decides: this crate reads no pins, and its caller passes a [`DecidingFolder`].

use std::path::{Path, PathBuf};

use archive::Manifest;
use context::settings::keys;
use context::{Ctx, FOLDERS_MAX, owner_of, users};
use diag::{AnyDiagnose, Class, Diagnose, Diagnosis};
use project::{LOCK_BYTES_MAX, LOCK_FILE_NAME, LockFile, LockFileError, Locked, Stranger};
use release::{Digest, Form, ToolchainId};
use store::StoreError;
use trust::{H1, Witness};

/// Why a lock file forbids something, or could not be written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum LockError {
    /// It cannot be read.
    #[error("read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// It is malformed.
    #[error("use `{}`", path.display())]
    Malformed {
        path: PathBuf,
        /// Where and why.
        #[source]
        cause: LockFileError,
    },
    /// There is none, and there must be.
    #[error("accept {id}: {required_by} requires a lock file, and there is no `goward.lock` in `{}` or above it", folder.display())]
    Missing {
        id: ToolchainId,
        /// Who wants it.
        required_by: String,
        /// From where it was looked for.
        folder: PathBuf,
    },
    /// There is one that is somebody else's, and it must be one that counts.
    #[error("accept {id} by `{}`: {stranger}", path.display())]
    Stranger {
        id: ToolchainId,
        path: PathBuf,
        /// Whose it is.
        stranger: Stranger,
    },
    /// The nearest is not beside the file that decides, and so proves nothing.
    #[error("accept {id}: {required_by} wants a lock file in `{}`, beside what decides, and the nearest is `{}`", place.display(), path.display())]
    Elsewhere {
        id: ToolchainId,
        path: PathBuf,
        /// Who wants one.
        required_by: String,
        /// Where it has to be.
        place: PathBuf,
    },
    /// It does not name the toolchain, and must.
    #[error("accept {id}: `{}` does not name it, and {required_by} wants it to", path.display())]
    NotCovered {
        id: ToolchainId,
        path: PathBuf,
        /// Who wants it.
        required_by: String,
    },
    /// A hash is another.
    #[error("accept {id}: {}:{line} wants {what} {expected}, and it is {actual}", path.display())]
    Differs {
        id: Box<ToolchainId>,
        path: PathBuf,
        /// The line on which the toolchain's entry begins.
        line: usize,
        /// Which hash.
        what: &'static str,
        /// What the file says.
        expected: String,
        /// What it is.
        actual: String,
    },
    /// Nothing of what arrived can be compared, and it must be.
    #[error("accept {id}: {}:{line} has only the SHA-256 of an archive, and this came as a {form}", path.display())]
    NotComparable {
        id: ToolchainId,
        path: PathBuf,
        /// The line on which the toolchain's entry begins.
        line: usize,
        /// What it came as.
        form: &'static str,
    },
    /// The project's files cannot be read.
    #[error(transparent)]
    Project(AnyDiagnose),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for LockError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::Read { cause, .. } => Diagnosis::of_io("lock-read", cause),
            Self::Malformed { cause, .. } => cause.diagnosis(),
            Self::Missing { .. } => Class::Policy.word("lock-missing").hint("`goward pin --lock` writes it"),
            Self::Stranger { .. } => Class::Policy
                .word("lock-of-stranger")
                .hint("look into it; `goward pin VERSION --lock` in a folder of your own writes one that counts"),
            Self::Elsewhere { .. } => Class::Policy.word("lock-elsewhere").hint("`goward pin --lock` writes it"),
            Self::NotCovered { id, .. } => Class::Policy.word("lock-not-covered").hint(format!(
                "`goward pin {} --lock --platform {}` rewrites it",
                id.version(),
                id.platform()
            )),
            Self::Differs { .. } => Class::Integrity
                .word("lock-differs")
                .hint("do not use what arrived until you know who is right; `goward pin --lock --check` asks Go's log"),
            Self::NotComparable { .. } => Class::Policy
                .word("lock-not-comparable")
                .hint("`goward pin --lock` with the checksum database in reach adds `h1`"),
            Self::Project(error) => error.diagnosis(),
            Self::Store(error) => error.diagnosis(),
        }
    }
}

/// The facts about an archive or tree that a lock file can constrain.
pub(crate) struct LockSubject<'a> {
    pub id: &'a ToolchainId,
    pub form: Form,
    pub sha256: Digest,
    pub manifest: &'a Manifest,
}

/// Returns the folder of the file that decides for the working folder: a lock file proves only there.
pub type DecidingFolder = fn(&Ctx) -> Result<PathBuf, AnyDiagnose>;

/// The lock file of the project in the working folder.
#[derive(Clone, Copy)]
pub struct ProjectLock<'a> {
    ctx: &'a Ctx,
    deciding_folder: DecidingFolder,
}

/// The lock file that counts, and a nearer one that does not.
#[derive(Default)]
struct Nearest {
    lock: Option<(PathBuf, LockFile)>,
    stranger: Option<(PathBuf, Stranger)>,
}

impl<'a> ProjectLock<'a> {
    /// The lock file of the project in the context's working folder; `deciding_folder` is called only if a lock file
    /// has to prove something.
    pub fn new(ctx: &'a Ctx, deciding_folder: DecidingFolder) -> ProjectLock<'a> {
        ProjectLock { ctx, deciding_folder }
    }

    /// The context.
    pub fn ctx(&self) -> &'a Ctx {
        self.ctx
    }

    /// Refuses, before anything is fetched, a toolchain that the lock file must name and does not name.
    ///
    /// # Errors
    /// As for a toolchain that was fetched.
    pub fn check_covered(&self, id: &ToolchainId) -> Result<(), LockError> {
        let nearest = self.nearest()?;
        let stranger = nearest.stranger.clone();
        self.entry(nearest, id)?;
        if let Some((path, stranger)) = stranger {
            let path = release::escaped(&path.display().to_string());
            self.ctx.progress.tell(&format!("{path} does not count here: {stranger}"));
        }
        Ok(())
    }

    /// Checks an installed toolchain against the lock file, if there is one that names it; where one is required, it has
    /// to.
    ///
    /// # Errors
    /// When the lock file has other hashes, or does not name it and has to.
    pub fn check_installed(&self, id: &ToolchainId) -> Result<(), LockError> {
        if self.is_required() {
            self.check_covered(id)?;
        } else {
            let nearest = match self.nearest() {
                // A pipe or a device of its name is no lock file; only an install stops at it.
                Err(LockError::Read { .. }) => return Ok(()),
                nearest => nearest?,
            };
            if self.entry(nearest, id)?.is_none() {
                return Ok(());
            }
        }
        let (record, manifest) = (self.ctx.store.record(id)?, self.ctx.store.manifest(id)?);
        let subject = LockSubject { id, form: record.form, sha256: record.archive_sha256, manifest: &manifest };
        self.check(&subject).map(drop)
    }

    /// The folder in which a lock file proves: that of the file that decides here.
    ///
    /// # Errors
    /// When the project's files cannot be read.
    pub fn folder(&self) -> Result<PathBuf, LockError> {
        (self.deciding_folder)(self.ctx).map_err(LockError::Project)
    }

    /// Whether the user accepts the lock file as proof.
    pub(crate) fn is_required(&self) -> bool {
        self.required_by().is_some()
    }

    /// Checks an archive or tree against the lock file; returns the witness, if there is an entry for it.
    pub(crate) fn check(&self, subject: &LockSubject) -> Result<Option<Witness>, LockError> {
        let Some((path, locked)) = self.entry(self.nearest()?, subject.id)? else { return Ok(None) };
        let differs = |what, expected: String, actual: String| LockError::Differs {
            id: Box::new(subject.id.clone()),
            path: path.clone(),
            line: locked.line,
            what,
            expected,
            actual,
        };
        let mut sha256 = String::new();
        let is_archive = matches!(subject.form, Form::TarGz | Form::Zip);
        if let Some(archive) = locked.archive.as_ref().filter(|_| is_archive) {
            if archive.sha256 != subject.sha256 {
                return Err(differs("the archive's SHA-256", archive.sha256.to_string(), subject.sha256.to_string()));
            }
            sha256 = subject.sha256.to_string();
        }
        let mut h1 = None;
        if let Some(log) = &locked.log {
            let files = subject.manifest.files.iter().map(|file| (file.path.as_str(), &file.sha256));
            let computed = trust::toolchain_h1(&subject.id.to_string(), files)
                .map_err(|error| differs("its files", log.h1.clone(), error.to_string()))?;
            let actual = || computed.likely().map_or("no hash".to_owned(), |h1| h1.to_string());
            let expected: H1 = log.h1.parse().map_err(|_| differs("its files", log.h1.clone(), actual()))?;
            if computed.matches(&expected).is_none() {
                return Err(differs("its files", log.h1.clone(), actual()));
            }
            h1 = Some(expected);
        }
        if sha256.is_empty() && h1.is_none() {
            if self.is_required() {
                let (id, line, form) = (subject.id.clone(), locked.line, subject.form.word());
                return Err(LockError::NotComparable { id, path, line, form });
            }
            return Ok(None);
        }
        // A lock file in another folder constrains, and vouches for nothing.
        if path.parent() != Some(&self.folder()?) {
            return Ok(None);
        }
        Ok(Some(Witness::LockFile { path: path.display().to_string(), sha256, h1 }))
    }

    /// The flag or setting that requires the lock file to name every toolchain, if there is one.
    fn required_by(&self) -> Option<String> {
        let keys = [keys::LOCK_REQUIRED, keys::LOCK_FROZEN];
        let key = keys.into_iter().find(|key| self.ctx.settings.is_on(*key))?;
        Some(self.ctx.settings.get(key).origin.to_string())
    }

    /// The nearest lock file from the working folder upwards that belongs to the user, to root or to the owner of the
    /// working folder. The walk ends at a folder of any other user (as for files that pin).
    fn nearest(&self) -> Result<Nearest, LockError> {
        let here = self.ctx.sys.env().folder();
        let users = users(self.ctx, here);
        let mut nearest = Nearest::default();
        let mut ended = None;
        for folder in here.ancestors().take(FOLDERS_MAX) {
            let path = folder.join(LOCK_FILE_NAME);
            ended =
                ended.or_else(|| users.stranger_of_folder(&folder.display().to_string(), owner_of(self.ctx, folder)));
            let owners = self.ctx.sys.fs().owners(&path, 1).unwrap_or_default();
            match users.stranger(&owners).or_else(|| ended.clone().filter(|_| !owners.is_empty())) {
                Some(stranger) => nearest.stranger = nearest.stranger.or(Some((path, stranger))),
                None if ended.is_some() => {}
                None => {
                    if let Some(bytes) = self.read(&path)? {
                        let lock = ProjectLock::parse(&bytes, &path)?;
                        nearest.lock = Some((path, lock));
                        break;
                    }
                }
            }
        }
        Ok(nearest)
    }

    /// The entry for a toolchain, with the file that has it.
    ///
    /// # Errors
    /// When the file cannot be used, or there must be an entry beside the file that decides and there is none.
    fn entry(&self, nearest: Nearest, id: &ToolchainId) -> Result<Option<(PathBuf, Locked)>, LockError> {
        let Nearest { lock, stranger } = nearest;
        let Some(required_by) = self.required_by() else {
            return Ok(lock.and_then(|(path, lock)| Some((path, lock.find(id)?.clone()))));
        };
        let id = id.clone();
        match (lock, stranger) {
            (None, Some((path, stranger))) => Err(LockError::Stranger { id, path, stranger }),
            (None, None) => {
                let folder = self.ctx.sys.env().folder().to_owned();
                Err(LockError::Missing { id, required_by, folder })
            }
            (Some((path, lock)), _) => {
                let place = self.folder()?;
                if path.parent() != Some(&place) {
                    return Err(LockError::Elsewhere { id, path, required_by, place });
                }
                match lock.find(&id) {
                    Some(locked) => Ok(Some((path, locked.clone()))),
                    None => Err(LockError::NotCovered { id, path, required_by }),
                }
            }
        }
    }

    /// The bytes of a lock file, if it exists. Refuses a pipe, a device or a folder of its name, and never waits for
    /// it.
    ///
    /// # Errors
    /// When it exists and cannot be read.
    pub fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, LockError> {
        match self.ctx.sys.fs().read_if_there(path, LOCK_BYTES_MAX as u64) {
            // The files of an unreadable folder above cannot be known.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(None),
            outcome => outcome.map_err(|cause| LockError::Read { path: path.to_owned(), cause }),
        }
    }

    /// Parses the bytes of a lock file.
    ///
    /// # Errors
    /// `Malformed`, with the line.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<LockFile, LockError> {
        LockFile::parse(bytes).map_err(|cause| LockError::Malformed { path: path.to_owned(), cause })
    }
}
