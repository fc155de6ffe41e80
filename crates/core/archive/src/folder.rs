//! Copies trees from a local folder of any origin, through the same guard as an archive's.
//!
//! A folder is as hostile as an archive: it may contain links that point out of it, pipes that block a reader, names
//! that no other system can store. So the walk follows no link, and every name, kind and size passes the [`Guard`]
//! before the first file is opened. A file is opened once, relative to the folder's handle and without links, and must
//! be the file that was listed ([`sys::Folder`]): a link that replaced it meanwhile is refused. The hash is that of the
//! copy: a concurrent change is either in the copy and its hash, or in neither.
//!
//! The foreign files are only read. A copy shares their blocks if the file system supports independent copies of blocks
//! (a reflink); it is never a hard link.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use sys::{EntryKind as DiskKind, Folder, Foreign, Meta};

use crate::dedup::{LinkMode, SharedFiles};
use crate::error::{ArchiveError, Refusal};
use crate::guard::{Admitted, EntryKind, Guard};
use crate::limits::{COPY_BUFFER_BYTES, COPY_WORKERS_MAX, GO_MOD_BYTES_MAX, WHOLE_BYTES_MAX};
use crate::manifest::{FileRecord, Unpacked};
use crate::parallel_write::write_in_parallel;
use crate::tree::{Tree, Writer};
use crate::{Layout, Unpack};

/// A file or folder that was excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    /// Its path below the folder; a folder's covers everything in it.
    pub path: String,
    /// The rule, in words.
    pub rule: &'static str,
}

/// The result of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The new tree.
    pub unpacked: Unpacked,
    /// The excluded files, in the order of the walk.
    pub excluded: Vec<Excluded>,
}

/// Returns, for a path below the folder and whether it is a folder, the rule that excludes it.
pub type Exclude<'a> = dyn Fn(&str, bool) -> Option<&'static str> + 'a;

/// A file that passed.
struct Planned {
    /// Its path below the folder.
    below: String,
    looked: Meta,
    name: String,
    path: String,
    bytes: u64,
    executable: bool,
}

/// Makes a tree of the files in a folder.
///
/// [`Layout::Archive`] copies it unchanged; [`Layout::Module`] is the form of the module cache, in which every
/// `_go.mod` gets its own name again, and the `go.mod` that the go command has written beside it must be equal (its
/// copy is `raceSafeCopy` in `cmd/go/internal/toolchain/select.go`). A wheel has no folder form.
///
/// # Errors
/// [`ArchiveError`]; the tree is then incomplete, and the caller removes it. No thread is left running.
pub fn copy_folder(job: &Unpack, folder: &Path, exclude: &Exclude) -> Result<Copied, ArchiveError> {
    let prefix = match &job.layout {
        Layout::Archive => "go/",
        Layout::Module { prefix } => prefix,
        Layout::Wheel => return Err(malformed("a wheel has no folder form".to_owned())),
    };
    let guard = Guard::new(&job.layout, job.limits.clone())
        .ok_or_else(|| malformed("its layout has no folder form".to_owned()))?;
    let opened = job.sys.fs().open_folder(folder).map_err(|cause| disk("open", folder, cause))?;
    let mut walk = Walk { job, prefix, folder: &opened, guard, exclude, files: Vec::new(), excluded: Vec::new() };
    walk.run()?;
    let Walk { files, excluded, .. } = walk;
    job.task.expect_bytes(files.iter().map(|file| file.bytes).sum());
    let tree = Tree::create(job)?;
    let records = copy_all(job, &opened, &tree, &files)?;
    Ok(Copied { unpacked: tree.finish(records)?, excluded })
}

fn malformed(reason: String) -> ArchiveError {
    ArchiveError::Malformed { what: "the folder", reason }
}

struct Walk<'a> {
    job: &'a Unpack<'a>,
    prefix: &'a str,
    folder: &'a Folder,
    guard: Guard,
    exclude: &'a Exclude<'a>,
    files: Vec<Planned>,
    excluded: Vec<Excluded>,
}

impl Walk<'_> {
    fn run(&mut self) -> Result<(), ArchiveError> {
        // The guard bounds their number: it admitted each.
        let mut folders = vec![String::new()];
        while let Some(below) = folders.pop() {
            let here = self.place(&below);
            let names = self.job.sys.fs().names(&here).map_err(|cause| disk("list", &here, cause))?;
            let has = |wanted: &str| names.iter().any(|name| name == wanted);
            let twins = has("_go.mod") && has("go.mod");
            for name in &names {
                self.job.sys.interrupt().check().map_err(|cause| ArchiveError::Interrupted { cause })?;
                let Some(text) = name.to_str() else {
                    // No rule can name it, and the guard refuses it.
                    let raw = [self.prefix.as_bytes(), below.as_bytes(), b"/", name.as_encoded_bytes()].concat();
                    return Err(ArchiveError::refused(&raw, Refusal::NotUtf8));
                };
                let path = if below.is_empty() { text.to_owned() } else { format!("{below}/{text}") };
                if let Some(folder) = self.entry(path, here.join(name), text == "go.mod" && twins)? {
                    folders.push(folder);
                }
            }
        }
        Ok(())
    }

    /// Handles one name; returns it if it is a folder to walk.
    fn entry(&mut self, path: String, from: PathBuf, is_twin: bool) -> Result<Option<String>, ArchiveError> {
        let looked = self.job.sys.fs().look(&from).map_err(|cause| disk("look at", &from, cause))?;
        let Some(meta) = looked else {
            return Err(malformed(format!("`{}` went away while it was read", crate::printable(path.as_bytes()))));
        };
        let name = format!("{}{path}", self.prefix);
        if let Some(rule) = (self.exclude)(&path, meta.kind == DiskKind::Dir) {
            self.guard.count().map_err(|refusal| ArchiveError::refused(name.as_bytes(), refusal))?;
            self.excluded.push(Excluded { path, rule });
            return Ok(None);
        }
        let module = matches!(self.job.layout, Layout::Module { .. });
        if module && is_twin && meta.kind == DiskKind::File {
            self.check_twin(&path, &name)?;
            return Ok(None);
        }
        let (kind, bytes) = match meta.kind {
            DiskKind::File => (EntryKind::File, meta.bytes),
            DiskKind::Dir => (EntryKind::Folder, 0),
            DiskKind::Link => (EntryKind::Link, 0),
            DiskKind::Other => (EntryKind::Device, 0),
        };
        let below = path;
        match self.guard.admit(name.as_bytes(), &kind, bytes)? {
            Admitted::File { path, executable } => {
                self.files.push(Planned { below, looked: meta, name, path, bytes, executable });
                Ok(None)
            }
            Admitted::Dropped => Ok((kind == EntryKind::Folder).then_some(below)),
        }
    }

    /// The go command's copy of a `_go.mod` must be one.
    fn check_twin(&mut self, below: &str, name: &str) -> Result<(), ArchiveError> {
        let read = |below: &str| {
            let failed = |cause| disk("read", &self.place(below), cause);
            let asked = Foreign::at_most(GO_MOD_BYTES_MAX);
            let (file, _) = self.job.sys.fs().open_below(self.folder, below, &asked).map_err(failed)?;
            let mut bytes = Vec::new();
            file.take(GO_MOD_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
            Ok::<_, ArchiveError>(bytes)
        };
        let original = match below.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/_go.mod"),
            None => "_go.mod".to_owned(),
        };
        if read(below)? != read(&original)? {
            return Err(ArchiveError::refused(name.as_bytes(), Refusal::TwoGoMods));
        }
        self.guard.count().map_err(|refusal| ArchiveError::refused(name.as_bytes(), refusal))
    }

    fn place(&self, below: &str) -> PathBuf {
        let mut full = self.folder.path().to_owned();
        full.extend(below.split('/').filter(|part| !part.is_empty()));
        full
    }
}

/// Copies all files on a few threads.
fn copy_all(job: &Unpack, folder: &Folder, tree: &Tree, files: &[Planned]) -> Result<Vec<FileRecord>, ArchiveError> {
    let can_reflink = AtomicBool::new(job.shared.is_some_and(may_reflink));
    let begin = || vec![0; COPY_BUFFER_BYTES];
    write_in_parallel(tree, files, COPY_WORKERS_MAX, begin, |buffer, writer, planned| {
        copy_one(job, folder, writer, planned, buffer, &can_reflink)
    })
}

/// Whether blocks may be shared with foreign files. Hard links are never made.
fn may_reflink(shared: &SharedFiles) -> bool {
    matches!(shared.mode(), LinkMode::Auto | LinkMode::Reflink)
}

fn copy_one(
    job: &Unpack,
    folder: &Folder,
    writer: &mut Writer,
    planned: &Planned,
    buffer: &mut [u8],
    can_reflink: &AtomicBool,
) -> Result<(), ArchiveError> {
    job.sys.interrupt().check().map_err(|cause| ArchiveError::Interrupted { cause })?;
    let lies = || ArchiveError::refused(planned.name.as_bytes(), Refusal::SizeLies { announced: planned.bytes });
    let failed = |cause| disk("read", &folder.path().join(&planned.below), cause);
    let asked = Foreign::at_most(u64::MAX).as_looked_at(&planned.looked);
    let (mut file, _) = job.sys.fs().open_below(folder, &planned.below, &asked).map_err(failed)?;
    if can_reflink.load(Ordering::Relaxed) {
        let stop = job.sys.interrupt();
        match writer.reflink(planned.path.clone(), planned.executable, &file, buffer, stop)? {
            Some(record) if record.bytes == planned.bytes => {
                job.task.advance(planned.bytes);
                return Ok(());
            }
            Some(_) => return Err(lies()),
            None => can_reflink.store(false, Ordering::Relaxed),
        }
    }
    if writer.shares_files() && planned.bytes <= WHOLE_BYTES_MAX {
        let mut bytes = Vec::with_capacity(usize::try_from(planned.bytes).unwrap_or(0));
        file.take(planned.bytes + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 != planned.bytes {
            return Err(lies());
        }
        writer.whole(planned.path.clone(), planned.executable, &bytes)?;
        job.task.advance(planned.bytes);
        return Ok(());
    }
    let mut copy = writer.begin(planned.path.clone(), planned.executable)?;
    let mut copied = 0;
    loop {
        job.sys.interrupt().check().map_err(|cause| ArchiveError::Interrupted { cause })?;
        let read = file.read(buffer).map_err(failed)?;
        copied += read as u64;
        // A file that keeps growing would never end.
        if read == 0 || copied > planned.bytes {
            break;
        }
        copy.write(&buffer[..read])?;
        job.task.advance(read as u64);
    }
    if copied != planned.bytes {
        return Err(lies());
    }
    writer.end(copy)?;
    Ok(())
}

fn disk(action: &'static str, path: &Path, cause: io::Error) -> ArchiveError {
    ArchiveError::Disk { action, path: path.to_owned(), cause }
}
