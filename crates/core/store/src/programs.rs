//! Programs in a change: files that are too large for memory.
//!
//! A plan names them by their SHA-256. It keeps the former program under a second name beside the plan, a hard link:
//! the program is replaced by a rename and never overwritten. The new program is copied next to its place and renamed
//! over it, so that the installed file never shares an inode with another name. The store hashes an image again before
//! it uses it, since another program may have changed it through its other name.

use std::io::Read;
use std::path::{Path, PathBuf};

use release::Digest;
use serde::{Deserialize, Serialize};
use sys::{EntryKind, Foreign, Interrupt};

use crate::{Store, StoreError};

/// The largest program in a change, in bytes: the largest tools written in Go have some 300 MB.
const PROGRAM_BYTES_MAX: u64 = 2 << 30;
/// How much is hashed at once, in bytes.
const HASH_CHUNK_BYTES: usize = 1 << 20;

/// Whether Ctrl-C ends the reading of a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// It does, since nothing is changed yet.
    UntilInterrupted,
    /// It does not: the plan is being applied or reverted, and half a plan is worse than the second that the rest
    /// takes.
    ToTheEnd,
}

/// One program of a plan; its images are beside the plan as `program-before-N` and `program-after-N`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlannedProgram {
    pub path: PathBuf,
    /// The program before the change, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Digest>,
    /// The program after the change, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Digest>,
}

/// The path of an image of a program.
pub(crate) fn image(folder: &Path, which: &str, index: usize) -> PathBuf {
    folder.join(format!("program-{which}-{index}"))
}

impl Store {
    /// Keeps the images of programs in a plan's folder. Each change is a target path and the file to copy there.
    pub(crate) fn plan_programs(
        &self,
        made: &Path,
        changes: &[(PathBuf, Option<PathBuf>)],
    ) -> Result<Vec<PlannedProgram>, StoreError> {
        let mut programs = Vec::new();
        for (index, (path, staged)) in changes.iter().enumerate() {
            let before = self.program_at(path, Patience::UntilInterrupted)?;
            if before.is_some() {
                self.keep(path, &image(made, "before", index))?;
            }
            let mut after = None;
            if let Some(staged) = staged {
                let kept = image(made, "after", index);
                self.keep(staged, &kept)?;
                after = self.program_at(&kept, Patience::UntilInterrupted)?;
            }
            programs.push(PlannedProgram { path: path.clone(), before, after });
        }
        Ok(programs)
    }

    /// Replaces every program; returns the path of one that is neither as before nor as after.
    pub(crate) fn apply_programs(
        &self,
        folder: &Path,
        programs: &[PlannedProgram],
    ) -> Result<Option<PathBuf>, StoreError> {
        for (index, program) in programs.iter().enumerate() {
            let now = self.program_at(&program.path, Patience::ToTheEnd)?;
            if now == program.after {
                continue;
            }
            if now != program.before {
                return Ok(Some(program.path.clone()));
            }
            self.put(&program.path, program.after.as_ref(), &image(folder, "after", index))?;
        }
        Ok(None)
    }

    /// Restores every program that was changed. One that somebody else has changed since stays.
    pub(crate) fn revert_programs(&self, folder: &Path, programs: &[PlannedProgram]) -> Result<(), StoreError> {
        for (index, program) in programs.iter().enumerate() {
            if self.program_at(&program.path, Patience::ToTheEnd)? == program.after && program.after != program.before {
                self.put(&program.path, program.before.as_ref(), &image(folder, "before", index))?;
            }
        }
        Ok(())
    }

    /// A finished plan needs no images of its new programs; one that cannot be removed only takes space.
    pub(crate) fn drop_after_images(&self, folder: &Path) {
        let fs = self.sys.fs();
        for name in fs.names_if_there(folder).unwrap_or_default() {
            if name.to_str().is_some_and(|name| name.starts_with("program-after-")) {
                let _ = fs.remove_file(&folder.join(name));
            }
        }
    }

    /// The SHA-256 of the program at a path; `None` if there is none. Anything but a file counts as changed by somebody
    /// else.
    pub(crate) fn program_at(&self, path: &Path, patience: Patience) -> Result<Option<Digest>, StoreError> {
        let fs = self.sys.fs();
        match fs.look(path).map_err(StoreError::io("look at", path))? {
            None => Ok(None),
            Some(meta) if meta.kind == EntryKind::File && meta.bytes <= PROGRAM_BYTES_MAX => {
                let asked = Foreign::at_most(PROGRAM_BYTES_MAX).no_link().as_looked_at(&meta);
                let (file, _) = fs.open_foreign(path, &asked).map_err(StoreError::io("read", path))?;
                let interrupt = match patience {
                    Patience::UntilInterrupted => self.sys.interrupt().clone(),
                    // One that nobody ever asks.
                    Patience::ToTheEnd => Interrupt::new(),
                };
                // One that grows under our hands would never end.
                let mut file = file.take(PROGRAM_BYTES_MAX);
                let hashed = archive::hash_reader(&mut file, &interrupt, &mut vec![0; HASH_CHUNK_BYTES], |_| Ok(()));
                Ok(Some(hashed.map_err(StoreError::io("read", path))?.sha256))
            }
            Some(_) => Err(StoreError::ChangedMeanwhile { path: path.to_owned() }),
        }
    }

    /// A hard link to a file, whose bytes are synced; or a copy if the file system has no hard links, or if the file
    /// cannot be opened for writing and so not be synced (Windows, while it runs).
    fn keep(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        if fs.sync_file(from).and_then(|()| fs.hard_link(from, to)).is_err() {
            fs.copy_over(from, to).map_err(StoreError::io("keep", from))?;
        }
        Ok(())
    }

    fn put(&self, path: &Path, wanted: Option<&Digest>, image: &Path) -> Result<(), StoreError> {
        let fs = self.sys.fs();
        let Some(wanted) = wanted else {
            fs.remove_file_if_there(path).map_err(StoreError::io("remove", path))?;
            return match path.parent() {
                Some(parent) => fs.sync_dir(parent).map_err(StoreError::io("make durable", parent)),
                None => Ok(()),
            };
        };
        if self.program_at(image, Patience::ToTheEnd)?.as_ref() != Some(wanted) {
            return Err(StoreError::ChangedMeanwhile { path: image.to_owned() });
        }
        fs.copy_over(image, path).map_err(StoreError::io("write", path))
    }
}
