//! Files, folders and links.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fault::{Adversary, CreateHow, Op, OpKind, carry_out, next_handle};
use crate::file::{File, Watched};

/// The permission bits of a new folder, of a new file, and of a private folder, less the umask. A umask that lets all
/// users write (000) must not make a store that another user can change.
const DIR_MODE: u32 = 0o755;
const FILE_MODE: u32 = 0o644;
const PRIVATE_DIR_MODE: u32 = 0o700;

/// The files of this machine, or of a faulty one. Cheap to clone.
#[derive(Clone)]
pub struct Fs {
    adversary: Option<Arc<dyn Adversary>>,
    /// Whether a pointer is a file with a path, and not a link (`pointer.rs`).
    pub(crate) pointers_are_files: bool,
}

/// The kind of a directory entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link (or, on Windows, a junction).
    Link,
    /// A device, a pipe, a socket.
    Other,
}

impl EntryKind {
    /// The kind in words: "a file".
    pub fn noun(self) -> &'static str {
        match self {
            EntryKind::File => "a file",
            EntryKind::Dir => "a folder",
            EntryKind::Link => "a link",
            EntryKind::Other => "neither file nor folder",
        }
    }
}

/// The metadata of a name, links not followed.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// What it is.
    pub kind: EntryKind,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its permission bits; on Windows 0o444 or 0o644.
    pub mode: u32,
    /// The number of its owner, if the system has owners.
    pub owner: Option<u32>,
    /// Device and inode number, if the system has them: equal for two names of one file.
    pub identity: Option<(u64, u64)>,
    /// Blocks in use, in bytes.
    pub bytes_on_disk: u64,
    /// When it was last changed, in seconds since 1970.
    pub modified_unix_seconds: u64,
    /// The same in nanoseconds, as far as the file system counts them; 0 after the year 2554.
    pub modified_unix_nanos: u64,
}

/// The capacity and the mount options of a file system.
#[derive(Debug, Clone, Copy)]
pub struct Space {
    /// Bytes that this user may still write.
    pub bytes_free: u64,
    /// Bytes that are in use.
    pub bytes_used: u64,
    /// Bytes in all.
    pub bytes_total: u64,
    /// Whether programs on it cannot be run.
    pub noexec: bool,
    /// Whether it is mounted read-only.
    pub read_only: bool,
}

impl Fs {
    /// The machine's files.
    pub fn real() -> Fs {
        Fs { adversary: None, pointers_are_files: cfg!(windows) }
    }

    /// The machine's files behind an adversary.
    pub fn faulty(adversary: Arc<dyn Adversary>) -> Fs {
        Fs { adversary: Some(adversary), pointers_are_files: cfg!(windows) }
    }

    pub(crate) fn change<T>(&self, op: impl FnOnce() -> Op, real: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        carry_out(self.adversary.as_ref(), op, None, real)
    }

    /// The adversary that sees every change.
    pub(crate) fn adversary(&self) -> Option<&Arc<dyn Adversary>> {
        self.adversary.as_ref()
    }

    pub(crate) fn watched(&self, path: &Path) -> Option<Watched> {
        self.adversary.as_ref().map(|adversary| Watched {
            adversary: adversary.clone(),
            path: path.to_owned(),
            handle: next_handle(),
        })
    }

    fn open_to_change(&self, options: &OpenOptions, path: &Path, how: CreateHow) -> io::Result<File> {
        let watched = self.watched(path);
        let handle = watched.as_ref().map(|watched| watched.handle);
        let op = || Op { how: Some(how), handle, ..Op::new(OpKind::Create, path) };
        let inner = self.change(op, || options.open(path))?;
        Ok(File { inner, watched })
    }

    /// Makes a new file, for writing, with these permission bits less the umask.
    ///
    /// # Errors
    /// What the system says; so for all functions below.
    pub fn create_new(&self, path: &Path, mode: u32) -> io::Result<File> {
        self.open_to_change(with_mode(OpenOptions::new().write(true).create_new(true), mode), path, CreateHow::New)
    }

    /// Makes or empties a file, for writing and reading.
    pub fn create(&self, path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        self.open_to_change(with_mode(&mut options, FILE_MODE), path, CreateHow::Truncate)
    }

    /// Opens or makes a file whose writes go to its end.
    pub fn append(&self, path: &Path) -> io::Result<File> {
        self.open_to_change(OpenOptions::new().append(true).create(true), path, CreateHow::Append)
    }

    /// Opens or makes a file for reading and writing, its bytes kept.
    pub fn update(&self, path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        self.open_to_change(with_mode(&mut options, FILE_MODE), path, CreateHow::Update)
    }

    /// The metadata of a name, links not followed (`lstat`); `None` if it does not exist.
    pub fn look(&self, path: &Path) -> io::Result<Option<Meta>> {
        match std::fs::symlink_metadata(path) {
            Ok(meta) => Ok(Some(Meta::of(&meta))),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The metadata of a name, links followed (`stat`); `None` if it does not exist.
    pub fn follow(&self, path: &Path) -> io::Result<Option<Meta>> {
        match std::fs::metadata(path) {
            Ok(meta) => Ok(Some(Meta::of(&meta))),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether this user may write to a file, links followed, as far as the system can tell beforehand: by owner, mode
    /// and mount options.
    pub fn may_write(&self, path: &Path) -> io::Result<bool> {
        #[cfg(unix)]
        {
            match rustix::fs::access(path, rustix::fs::Access::WRITE_OK).map_err(io::Error::from) {
                Ok(()) => Ok(true),
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) =>
                {
                    Ok(false)
                }
                Err(error) => Err(error),
            }
        }
        #[cfg(windows)]
        Ok(!std::fs::metadata(path)?.permissions().readonly())
    }

    /// The names in a folder, sorted, so that two runs on two machines have one order.
    pub fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let mut names = std::fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }

    /// The names in a folder that may not exist.
    pub fn names_if_there(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        match self.names(folder) {
            Err(error) if is_absence(&error) => Ok(Vec::new()),
            other => other,
        }
    }

    /// The target of a symbolic link, unresolved.
    pub fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::read_link(path)
    }

    /// The absolute path with every link followed; on Windows without the `\\\\?\\` that few programs understand, if
    /// the path can be written without it.
    pub fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        #[cfg(unix)]
        return std::fs::canonicalize(path);
        #[cfg(windows)]
        return dunce::canonicalize(path);
    }

    /// Makes one folder, which only its owner may write to, whatever the umask is.
    pub fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.create_dir_with(path, DIR_MODE)
    }

    fn create_dir_with(&self, path: &Path, mode: u32) -> io::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
        #[cfg(windows)]
        let _ = (&mut builder, mode);
        self.change(|| Op::new(OpKind::CreateDir, path), || builder.create(path))
    }

    /// Makes a folder and its parents, if they do not exist.
    pub fn create_dirs(&self, path: &Path) -> io::Result<()> {
        match self.follow(path)? {
            Some(meta) if meta.kind == EntryKind::Dir => return Ok(()),
            Some(_) => return Err(io::Error::from(io::ErrorKind::NotADirectory)),
            None => {}
        }
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            self.create_dirs(parent)?;
        }
        match self.create_dir(path) {
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    }

    /// Makes a folder and its parents, where they are not there; new ones are private (0700) from their first instant.
    pub fn create_private_dirs(&self, path: &Path) -> io::Result<()> {
        match self.follow(path)? {
            Some(meta) if meta.kind == EntryKind::Dir => return Ok(()),
            Some(_) => return Err(io::Error::from(io::ErrorKind::NotADirectory)),
            None => {}
        }
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            self.create_private_dirs(parent)?;
        }
        match self.create_private_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    }

    /// Makes one folder, private (0700) from its first instant.
    pub fn create_private_dir(&self, path: &Path) -> io::Result<()> {
        self.create_dir_with(path, PRIVATE_DIR_MODE)
    }

    /// As [`Fs::create_private_dirs`], and the names of the folders that were made are durable.
    pub fn create_private_dirs_durably(&self, path: &Path) -> io::Result<()> {
        if self.follow(path)?.is_some() {
            return self.create_private_dirs(path);
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Some(parent) = parent {
            self.create_private_dirs_durably(parent)?;
        }
        self.create_private_dirs(path)?;
        match parent {
            Some(parent) => self.sync_dir(parent),
            None => Ok(()),
        }
    }

    /// As [`Fs::create_dirs`], and the names of the folders that were made are durable.
    pub fn create_dirs_durably(&self, path: &Path) -> io::Result<()> {
        if self.follow(path)?.is_some() {
            return self.create_dirs(path);
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Some(parent) = parent {
            self.create_dirs_durably(parent)?;
        }
        self.create_dirs(path)?;
        match parent {
            Some(parent) => self.sync_dir(parent),
            None => Ok(()),
        }
    }

    /// Renames a file, and replaces a file at the new name.
    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(
            || Op::new(OpKind::Rename, to).with_other(from),
            || retry_sharing_violation(|| std::fs::rename(from, to)),
        )
    }

    /// Makes a symbolic link at `link` that points to the folder `target`.
    pub fn symlink_dir(&self, target: &Path, link: &Path) -> io::Result<()> {
        #[cfg(unix)]
        use std::os::unix::fs::symlink;
        #[cfg(windows)]
        use std::os::windows::fs::symlink_dir as symlink;
        self.change(|| Op::new(OpKind::Symlink, link).with_other(target), || symlink(target, link))
    }

    /// Makes a junction at `junction` that points to the folder `target`, an absolute path.
    #[cfg(windows)]
    pub(crate) fn junction(&self, target: &Path, junction: &Path) -> io::Result<()> {
        let op = || Op::new(OpKind::Symlink, junction).with_other(target);
        self.change(op, || junction::create(target, junction))
    }

    /// Makes a hard link.
    pub fn hard_link(&self, original: &Path, link: &Path) -> io::Result<()> {
        self.change(|| Op::new(OpKind::HardLink, link).with_other(original), || std::fs::hard_link(original, link))
    }

    /// Removes a file or a link.
    pub fn remove_file(&self, path: &Path) -> io::Result<()> {
        #[cfg(unix)]
        let real = || std::fs::remove_file(path);
        #[cfg(windows)]
        let real = || retry_sharing_violation(|| crate::windows::remove_file(path));
        self.change(|| Op::new(OpKind::RemoveFile, path), real)
    }

    /// Removes a file or a link that may not exist.
    pub fn remove_file_if_there(&self, path: &Path) -> io::Result<()> {
        match self.remove_file(path) {
            Err(error) if is_absence(&error) => Ok(()),
            other => other,
        }
    }

    /// Removes an empty folder.
    pub fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.change(|| Op::new(OpKind::RemoveDir, path), || retry_sharing_violation(|| std::fs::remove_dir(path)))
    }

    /// Sets permission bits; on Windows only whether a file may be written. A folder has no such bit there: the
    /// attribute of that name only prevents its removal, not writes into it.
    pub fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()> {
        self.change(
            || Op::new(OpKind::SetMode, path),
            || {
                #[cfg(unix)]
                let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
                #[cfg(windows)]
                let permissions = {
                    let meta = std::fs::metadata(path)?;
                    if meta.is_dir() {
                        return Ok(());
                    }
                    let mut permissions = meta.permissions();
                    permissions.set_readonly(mode & 0o200 == 0);
                    permissions
                };
                std::fs::set_permissions(path, permissions)
            },
        )
    }

    /// Sets the permission bits of a file or folder of the user at work, and never through a link: a concurrent swap of
    /// the name does not affect another user's file. Returns the former bits; `None` if it does not exist. A link, or
    /// another user's file, is `PermissionDenied`.
    pub fn set_own_mode(&self, path: &Path, mode: u32) -> io::Result<Option<u32>> {
        #[cfg(unix)]
        {
            use rustix::fs::{Mode, OFlags};
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let opened = match rustix::fs::open(path, flags, Mode::empty()) {
                Ok(opened) => opened,
                Err(rustix::io::Errno::NOENT) => return Ok(None),
                Err(rustix::io::Errno::LOOP) => return Err(io::Error::from(io::ErrorKind::PermissionDenied)),
                // Its own owner may not open it: mode 000.
                Err(rustix::io::Errno::ACCESS) => return self.set_own_mode_unopened(path, mode),
                Err(error) => return Err(error.into()),
            };
            let stat = rustix::fs::fstat(&opened)?;
            if stat.st_uid != rustix::process::geteuid().as_raw() {
                return Err(io::Error::from(io::ErrorKind::PermissionDenied));
            }
            // The kinds of numbers differ from system to system.
            let bits = |mode: u32| Mode::from_bits_truncate(mode as _);
            self.change(|| Op::new(OpKind::SetMode, path), || Ok(rustix::fs::fchmod(&opened, bits(mode))?))?;
            #[allow(clippy::unnecessary_cast, reason = "it is 16 bits long on some systems")]
            Ok(Some(stat.st_mode as u32 & 0o7777))
        }
        #[cfg(windows)]
        match self.look(path)? {
            Some(meta) => self.set_mode(path, mode).map(|()| Some(meta.mode)),
            None => Ok(None),
        }
    }

    /// As [`Fs::set_own_mode`], for what cannot be opened. Between the look and the change only the owner of the folder
    /// can replace the name.
    #[cfg(unix)]
    fn set_own_mode_unopened(&self, path: &Path, mode: u32) -> io::Result<Option<u32>> {
        let Some(meta) = self.look(path)? else { return Ok(None) };
        let is_own = meta.owner == Some(rustix::process::geteuid().as_raw());
        if !is_own || !matches!(meta.kind, EntryKind::File | EntryKind::Dir) {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        self.set_mode(path, mode).map(|()| Some(meta.mode))
    }

    /// Makes a folder's names durable. Windows has no such call and needs none.
    pub fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let real = || {
            #[cfg(unix)]
            std::fs::File::open(path)?.sync_all()?;
            Ok(())
        };
        carry_out(self.adversary.as_ref(), || Op::new(OpKind::SyncDir, path), Some(()), real)
    }

    /// Syncs the whole file system of `path`, if the system has such a call.
    ///
    /// Returns whether it has one: if not, the caller syncs file by file.
    pub fn sync_fs(&self, path: &Path) -> io::Result<bool> {
        let can = cfg!(target_os = "linux");
        let real = || {
            #[cfg(target_os = "linux")]
            return Ok(rustix::fs::syncfs(std::fs::File::open(path)?)?);
            // The adversary must not count as durable what was not even tried.
            #[cfg(not(target_os = "linux"))]
            return Err(io::Error::from(io::ErrorKind::Unsupported));
        };
        match carry_out(self.adversary.as_ref(), || Op::new(OpKind::SyncFs, path), can.then_some(()), real) {
            Err(error) if !can && error.kind() == io::ErrorKind::Unsupported => Ok(false),
            outcome => outcome.map(|()| true),
        }
    }

    /// The capacity and mount options of the file system of `path` (an existing path); `None` if the system does not
    /// report them.
    pub fn space(&self, path: &Path) -> io::Result<Option<Space>> {
        #[cfg(unix)]
        {
            use rustix::fs::StatVfsMountFlags as Flags;
            let stat = rustix::fs::statvfs(path)?;
            Ok(Some(Space {
                bytes_free: stat.f_bavail.saturating_mul(stat.f_frsize),
                bytes_used: stat.f_blocks.saturating_sub(stat.f_bfree).saturating_mul(stat.f_frsize),
                bytes_total: stat.f_blocks.saturating_mul(stat.f_frsize),
                #[cfg(any(target_os = "linux", target_os = "android"))]
                noexec: stat.f_flag.contains(Flags::NOEXEC),
                #[cfg(not(any(target_os = "linux", target_os = "android")))]
                noexec: false,
                read_only: stat.f_flag.contains(Flags::RDONLY),
            }))
        }
        #[cfg(windows)]
        {
            let (bytes_free, bytes_total) = crate::windows::disk_space(path)?;
            let bytes_used = bytes_total.saturating_sub(bytes_free);
            Ok(Some(Space { bytes_free, bytes_used, bytes_total, noexec: false, read_only: false }))
        }
    }
}

impl EntryKind {
    pub(crate) fn of(kind: std::fs::FileType) -> EntryKind {
        if kind.is_symlink() {
            EntryKind::Link
        } else if kind.is_dir() {
            EntryKind::Dir
        } else if kind.is_file() {
            EntryKind::File
        } else {
            EntryKind::Other
        }
    }
}

impl Meta {
    pub(crate) fn of(meta: &std::fs::Metadata) -> Meta {
        let kind = EntryKind::of(meta.file_type());
        let modified = meta.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let modified_unix_seconds = modified.map_or(0, |since| since.as_secs());
        let modified_unix_nanos = modified.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(0));
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Meta {
                kind,
                bytes: meta.len(),
                mode: meta.mode() & 0o7777,
                owner: Some(meta.uid()),
                identity: Some((meta.dev(), meta.ino())),
                bytes_on_disk: meta.blocks() * 512,
                modified_unix_seconds,
                modified_unix_nanos,
            }
        }
        #[cfg(windows)]
        {
            let mode = if meta.permissions().readonly() { 0o444 } else { 0o644 };
            Meta {
                kind,
                bytes: meta.len(),
                mode,
                owner: None,
                identity: None,
                bytes_on_disk: meta.len(),
                modified_unix_seconds,
                modified_unix_nanos,
            }
        }
    }
}

/// Whether an error means that the name does not exist. A file in place of a folder counts as absence too.
pub(crate) fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(unix)]
fn with_mode(options: &mut OpenOptions, mode: u32) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(mode)
}

#[cfg(windows)]
fn with_mode(options: &mut OpenOptions, mode: u32) -> &mut OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;
    /// `FILE_ATTRIBUTE_READONLY`: the maker of the file may write to it through this one handle.
    const READ_ONLY: u32 = 1;
    options.attributes(if mode & 0o200 == 0 { READ_ONLY } else { 0 })
}

#[cfg(windows)]
pub(crate) use crate::windows::retry_sharing_violation;

/// On other systems a refusal is final.
#[cfg(unix)]
pub(crate) fn retry_sharing_violation<T>(attempt: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    attempt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_a_file_may_be_written_is_told_and_an_absent_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        assert_eq!(Fs::real().may_write(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        Fs::real().replace(&path, b"").unwrap();
        assert!(Fs::real().may_write(&path).unwrap());
        // Root may write everything: only other users can see that a mode forbids it.
        #[cfg(unix)]
        if !rustix::process::geteuid().is_root() {
            Fs::real().set_mode(&path, 0o444).unwrap();
            assert!(!Fs::real().may_write(&path).unwrap());
        }
    }
}
