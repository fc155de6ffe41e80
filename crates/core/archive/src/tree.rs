//! The tree on disk: folders made once, files written once and hashed on the way.
//!
//! Three system calls for a file (open, write, close) and one for a folder; this module caches all other facts about
//! the disk.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use release::Digest;
use sha2::{Digest as _, Sha256};

use crate::dedup::SharedFiles;
use crate::error::ArchiveError;
use crate::hash::{Hashed, hash_reader};
use crate::limits::VERSION_BYTES_MAX;
use crate::manifest::{FileRecord, Manifest, Unpacked, check_shape, version_line};
use crate::{ReadOnly, Unpack};

const FOLDER_MODE: u32 = 0o755;
const FILE_MODE: u32 = 0o644;
const EXECUTABLE_MODE: u32 = 0o755;
/// The bits that are removed from every mode of a read-only tree.
const WRITE_BITS: u32 = 0o222;

/// A tree in the making. Shared by the threads that write to it.
pub(crate) struct Tree<'a> {
    sys: &'a sys::Sys,
    fs: &'a sys::Fs,
    root: &'a Path,
    shared: Option<&'a SharedFiles>,
    read_only: ReadOnly,
    /// The umask removes bits that files and folders here must have, so each needs its mode set.
    modes_need_setting: bool,
    /// The folders that were made, below the root.
    folders: Mutex<HashSet<String>>,
    /// The bytes of `VERSION`, one more than allowed at most.
    version: Mutex<Vec<u8>>,
}

impl<'a> Tree<'a> {
    /// Makes the root, which must not exist.
    pub(crate) fn create(job: &'a Unpack) -> Result<Tree<'a>, ArchiveError> {
        let (fs, root) = (job.sys.fs(), job.tree);
        fs.create_dir(root).map_err(|cause| disk("create", root, cause))?;
        // The umask (or the folder's default ACL) affects every folder like this one.
        let meta = fs.look(root).map_err(|cause| disk("look at", root, cause))?;
        let modes_need_setting = cfg!(unix) && meta.is_some_and(|meta| meta.mode & FOLDER_MODE != FOLDER_MODE);
        if modes_need_setting {
            fs.set_mode(root, FOLDER_MODE).map_err(|cause| disk("set the mode of", root, cause))?;
        }
        let (shared, read_only) = (job.shared.filter(|shared| !shared.is_empty()), job.read_only);
        Ok(Tree {
            sys: job.sys,
            fs,
            root,
            shared,
            read_only,
            modes_need_setting,
            folders: Mutex::default(),
            version: Mutex::default(),
        })
    }

    /// The whole tree's contents, once every writer has returned its records.
    pub(crate) fn finish(self, records: Vec<FileRecord>) -> Result<Unpacked, ArchiveError> {
        let manifest = Manifest::new(records);
        check_shape(&manifest)?;
        if self.read_only == ReadOnly::FilesAndFolders {
            let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
            for folder in folders.iter() {
                let path = self.path_of(folder);
                let set = self.fs.set_mode(&path, FOLDER_MODE & !WRITE_BITS);
                set.map_err(|cause| disk("set the mode of", &path, cause))?;
            }
        }
        let version = self.version.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Unpacked { manifest, version_line: version_line(&version)? })
    }

    fn mode_of(&self, executable: bool) -> u32 {
        let mode = if executable { EXECUTABLE_MODE } else { FILE_MODE };
        if self.read_only == ReadOnly::Nothing { mode } else { mode & !WRITE_BITS }
    }

    fn make_folders(&self, folder: &str) -> Result<(), ArchiveError> {
        // Held while the folders are made: another thread must not see a recorded folder that does not exist yet.
        let mut made = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if made.contains(folder) {
            return Ok(());
        }
        let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
        for end in ends {
            let part = &folder[..end];
            if made.contains(part) {
                continue;
            }
            let path = self.path_of(part);
            self.fs.create_dir(&path).map_err(|cause| disk("create", &path, cause))?;
            if self.modes_need_setting {
                self.fs.set_mode(&path, FOLDER_MODE).map_err(|cause| disk("set the mode of", &path, cause))?;
            }
            made.insert(part.to_owned());
        }
        Ok(())
    }

    /// The full path of a checked path. Its components are joined one by one: some paths on Windows accept no other
    /// separator.
    fn path_of(&self, path: &str) -> PathBuf {
        let mut full = PathBuf::with_capacity(self.root.as_os_str().len() + path.len() + 1);
        full.push(self.root);
        full.extend(path.split('/'));
        full
    }
}

/// One thread's writer into the tree.
pub(crate) struct Writer<'t> {
    tree: &'t Tree<'t>,
    /// The folder of the last file, which exists.
    last_folder: String,
    records: Vec<FileRecord>,
}

impl<'t> Writer<'t> {
    pub(crate) fn new(tree: &'t Tree<'t>) -> Writer<'t> {
        Writer { tree, last_folder: String::new(), records: Vec::new() }
    }

    /// Adds a file that is complete in memory: shared with a sibling that has it, else written.
    pub(crate) fn whole(&mut self, path: String, executable: bool, bytes: &[u8]) -> Result<&FileRecord, ArchiveError> {
        if let Some(shared) = self.tree.shared.filter(|_| path != "VERSION") {
            let sha256 = Digest::of(bytes);
            let full = self.place(&path)?;
            if shared.try_link(self.tree.sys, &sha256, executable, &full, self.tree.mode_of(executable)) {
                self.records.push(FileRecord { path, bytes: bytes.len() as u64, executable, sha256 });
                return Ok(&self.records[self.records.len() - 1]);
            }
        }
        let mut file = self.begin(path, executable)?;
        file.write(bytes)?;
        self.end(file)
    }

    /// Whether there are siblings to share files with.
    pub(crate) fn shares_files(&self) -> bool {
        self.tree.shared.is_some()
    }

    /// The path of a file; makes its folders.
    fn place(&mut self, path: &str) -> Result<PathBuf, ArchiveError> {
        if let Some((folder, _)) = path.rsplit_once('/')
            && folder != self.last_folder
        {
            self.tree.make_folders(folder)?;
            self.last_folder.clear();
            self.last_folder.push_str(folder);
        }
        Ok(self.tree.path_of(path))
    }

    /// Begins a file: makes its folders and itself. Its path was checked by the guard.
    pub(crate) fn begin(&mut self, path: String, executable: bool) -> Result<OpenFile, ArchiveError> {
        let full = self.place(&path)?;
        let mode = self.tree.mode_of(executable);
        let file = self.tree.fs.create_new(&full, mode).map_err(|cause| disk("create", &full, cause))?;
        let version = (path == "VERSION").then(Vec::new);
        Ok(OpenFile { file, full, path, executable, mode, bytes: 0, hasher: Sha256::new(), version })
    }

    /// Ends a file and records its contents.
    pub(crate) fn end(&mut self, file: OpenFile) -> Result<&FileRecord, ArchiveError> {
        let OpenFile { file: written, full, path, executable, mode, bytes, hasher, version } = file;
        drop(written);
        if self.tree.modes_need_setting {
            self.tree.fs.set_mode(&full, mode).map_err(|cause| disk("set the mode of", &full, cause))?;
        }
        if let Some(version) = version {
            *self.tree.version.lock().unwrap_or_else(PoisonError::into_inner) = version;
        }
        let sha256 = hasher.into();
        self.take_from_sibling(&full, &sha256, executable, mode)?;
        self.records.push(FileRecord { path, bytes, executable, sha256 });
        Ok(&self.records[self.records.len() - 1])
    }

    /// The hash of a large file is known only once it is written: if a sibling has it, a link to that file replaces the
    /// new one.
    fn take_from_sibling(&self, full: &Path, sha256: &Digest, executable: bool, mode: u32) -> Result<(), ArchiveError> {
        let Some(shared) = self.tree.shared else { return Ok(()) };
        // Beside the tree, where the archive cannot have a name.
        let beside = self.tree.root.with_extension(format!("kin-{}", shared.next_number()));
        if !shared.try_link(self.tree.sys, sha256, executable, &beside, mode) {
            return Ok(());
        }
        self.tree.fs.rename(&beside, full).map_err(|cause| disk("replace", full, cause))
    }

    /// A file that shares the blocks of another file; hashes the new one. `None` if the file system cannot share: then
    /// no file is left.
    pub(crate) fn reflink(
        &mut self,
        path: String,
        executable: bool,
        from: &sys::File,
        buffer: &mut [u8],
        stop: &sys::Interrupt,
    ) -> Result<Option<&FileRecord>, ArchiveError> {
        let full = self.place(&path)?;
        let mode = self.tree.mode_of(executable);
        if self.tree.fs.reflink_of(from, &full, mode).is_err() {
            return Ok(None);
        }
        let failed = |cause| disk("read", &full, cause);
        let mut file = self.tree.fs.open(&full).map_err(failed)?;
        let mut version = Vec::new();
        let hashed = hash_reader(&mut file, stop, buffer, |bytes| {
            if path == "VERSION" && version.len() <= VERSION_BYTES_MAX {
                version.extend_from_slice(&bytes[..bytes.len().min(VERSION_BYTES_MAX + 1)]);
            }
            Ok(())
        });
        let Hashed { sha256, bytes } = hashed.map_err(|cause| match cause.kind() {
            io::ErrorKind::Interrupted => ArchiveError::Interrupted { cause },
            _ => failed(cause),
        })?;
        drop(file);
        if self.tree.modes_need_setting {
            self.tree.fs.set_mode(&full, mode).map_err(|cause| disk("set the mode of", &full, cause))?;
        }
        if path == "VERSION" {
            *self.tree.version.lock().unwrap_or_else(PoisonError::into_inner) = version;
        }
        self.records.push(FileRecord { path, bytes, executable, sha256 });
        Ok(self.records.last())
    }

    /// The records of the files that this thread has written.
    pub(crate) fn into_records(self) -> Vec<FileRecord> {
        self.records
    }
}

/// A file being written.
pub(crate) struct OpenFile {
    file: sys::File,
    full: PathBuf,
    path: String,
    executable: bool,
    mode: u32,
    bytes: u64,
    hasher: Sha256,
    version: Option<Vec<u8>>,
}

impl OpenFile {
    /// Writes and hashes the next bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.file.write_all(bytes).map_err(|cause| disk("write", &self.full, cause))?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        if let Some(version) = &mut self.version {
            let room = (VERSION_BYTES_MAX + 1).saturating_sub(version.len());
            version.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        Ok(())
    }
}

fn disk(action: &'static str, path: &Path, cause: io::Error) -> ArchiveError {
    ArchiveError::Disk { action, path: path.to_owned(), cause }
}
