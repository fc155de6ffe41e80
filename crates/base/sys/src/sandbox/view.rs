//! A root of its own: a file system in memory in which only the listed files are, each at its own path.

use std::ffi::CString;
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{StatVfsMountFlags, statvfs};
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_bind_recursive, mount_change,
    mount_remount, unmount,
};
use rustix::process::{chdir, pivot_root};

use super::at;

/// A file or a folder that is seen at its own path.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The path: absolute. A link is made anew, so its target has to be shown, too.
    pub path: PathBuf,
    /// Whether it may be written.
    pub writable: bool,
    /// The mount points below it.
    pub mounts_below: Vec<PathBuf>,
}

/// What a new root holds.
#[derive(Debug)]
pub struct View<'a> {
    /// The files and folders, the outer ones first.
    pub shown: &'a [Shown],
    /// Whether a `/proc` of this process's own name space is to be mounted.
    pub with_proc: bool,
    /// The most bytes of the files in `/tmp`, and of those in `/dev/shm`. Without it the kernel takes half of the memory.
    pub memory_bytes: Option<u64>,
    /// The folder in `/tmp` that is made as the program's home.
    pub home: &'a str,
}

/// What has been mounted.
#[derive(Debug)]
pub struct Mounted {
    /// Why there is no `/proc`, if one was asked for. In many containers a part of `/proc` is covered, and the kernel then
    /// refuses a whole one.
    pub proc_refused: Option<io::Error>,
}

/// Why there is no new root.
#[derive(Debug)]
pub enum ViewError {
    /// The system allows this process no mounts. Its root is what it was.
    Refused(io::Error),
    /// A later step failed. Nothing is known of the root: the process must start nothing any more.
    HalfWay(io::Error),
}

/// Device files that programs use. They hold nothing of anybody.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
/// Links that programs look for in `/dev`.
const LINKS: [(&str, &str); 4] = [
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
];

/// Where the new root is built, below the file system in memory.
const NEW: &str = "/new";
/// Where the old root is meanwhile.
const OLD: &str = "/old";

/// The largest list of mounts that is read.
const MOUNTS_BYTES_MAX: u64 = 16 << 20;

/// The mounts of this process (`/proc/self/mountinfo`).
///
/// # Errors
/// When they cannot be read, or are too many.
pub fn mount_list() -> io::Result<Vec<u8>> {
    let file = at("read the mounts", std::fs::File::open("/proc/self/mountinfo"))?;
    let mut list = Vec::new();
    at("read the mounts", file.take(MOUNTS_BYTES_MAX + 1).read_to_end(&mut list))?;
    match list.len() as u64 > MOUNTS_BYTES_MAX {
        true => Err(io::Error::other("the list of mounts is too long")),
        false => Ok(list),
    }
}

impl View<'_> {
    /// Replaces this process's root, which has to be in a mount name space of its own.
    ///
    /// # Errors
    /// When the system refuses a mount.
    pub fn enter(&self) -> Result<Mounted, ViewError> {
        let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
        at("make the mounts private", mount_change("/", private)).map_err(ViewError::Refused)?;
        in_memory("/tmp", 0o755, Some(1 << 20)).map_err(ViewError::Refused)?;
        self.replace_root().map_err(ViewError::HalfWay)
    }

    fn replace_root(&self) -> io::Result<Mounted> {
        for folder in ["/tmp/new", "/tmp/old"] {
            make_folder(Path::new(folder), 0o755)?;
        }
        at("bind the new root", mount_bind("/tmp/new", "/tmp/new"))?;
        at("change the root", pivot_root("/tmp", "/tmp/old"))?;
        at("enter the root", chdir("/"))?;
        self.build()?;
        let proc_refused = if self.with_proc { mount_proc().err() } else { None };
        let read_only = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
        at("make the new root read-only", mount_remount(NEW, read_only, c""))?;
        at("let the old root go", unmount(OLD, UnmountFlags::DETACH))?;
        at("enter the new root", chdir(NEW))?;
        at("change to the new root", pivot_root(".", "."))?;
        at("let the first root go", unmount(".", UnmountFlags::DETACH))?;
        at("enter the root", chdir("/"))?;
        Ok(Mounted { proc_refused })
    }

    fn build(&self) -> io::Result<()> {
        let new = |path: &str| format!("{NEW}{path}");
        for folder in ["/tmp", "/dev", "/proc"] {
            make_folder(Path::new(&new(folder)), 0o755)?;
        }
        in_memory(&new("/tmp"), 0o1777, self.memory_bytes)?;
        make_folder(Path::new(&new(self.home)), 0o700)?;
        self.devices()?;
        self.shown.iter().try_for_each(show)
    }

    fn devices(&self) -> io::Result<()> {
        let folder = format!("{NEW}/dev");
        in_memory(&folder, 0o755, Some(1 << 16))?;
        for name in DEVICES {
            let (from, to) = (format!("{OLD}/dev/{name}"), format!("{folder}/{name}"));
            if std::fs::symlink_metadata(&from).is_ok() {
                at("make a device's place", std::fs::write(&to, ""))?;
                at(&format!("bind /dev/{name}"), mount_bind(&from, &to))?;
            }
        }
        for (name, target) in LINKS {
            at("make a link in /dev", std::os::unix::fs::symlink(target, format!("{folder}/{name}")))?;
        }
        make_folder(Path::new(&format!("{folder}/shm")), 0o755)?;
        in_memory(&format!("{folder}/shm"), 0o1777, self.memory_bytes)?;
        let read_only = MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NOEXEC;
        at("make /dev read-only", mount_remount(&folder, MountFlags::BIND | read_only, c""))
    }
}

/// Shows a file or a folder in the new root. One that does not exist is left out.
fn show(one: &Shown) -> io::Result<()> {
    let name = one.path.display();
    let Ok(relative) = one.path.strip_prefix("/") else {
        return Err(io::Error::other(format!("`{name}` is not absolute")));
    };
    let (from, to) = (Path::new(OLD).join(relative), Path::new(NEW).join(relative));
    let meta = match std::fs::symlink_metadata(&from) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return at(&format!("look at `{name}`"), Err(error)),
    };
    if let Some(parent) = to.parent() {
        make_folder(parent, 0o755)?;
    }
    if meta.is_symlink() {
        let target = at(&format!("read the link `{name}`"), std::fs::read_link(&from))?;
        return match std::os::unix::fs::symlink(target, &to) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => at(&format!("link `{name}`"), Err(error)),
            _ => Ok(()),
        };
    }
    if std::fs::symlink_metadata(&to).is_err() {
        match meta.is_dir() {
            true => make_folder(&to, 0o755)?,
            false => at(&format!("make a place for `{name}`"), std::fs::write(&to, ""))?,
        }
    }
    at(&format!("bind `{name}`"), mount_bind_recursive(&from, &to))?;
    restrict(&to, one.writable)?;
    for inner in &one.mounts_below {
        if let Ok(relative) = inner.strip_prefix("/") {
            restrict(&Path::new(NEW).join(relative), one.writable)?;
        }
    }
    Ok(())
}

/// Takes setuid and devices from a mount, and writing if it is not to be written. What the system has taken already must
/// be named again: an ordinary user may not give it back (mount_namespaces(7)).
fn restrict(mounted: &Path, writable: bool) -> io::Result<()> {
    let name = format!("restrict `{}`", mounted.display());
    let has = at(&name, statvfs(mounted))?.f_flag;
    let mut flags = MountFlags::BIND | MountFlags::NOSUID | MountFlags::NODEV;
    if !writable {
        flags |= MountFlags::RDONLY;
    }
    let same = [
        (StatVfsMountFlags::RDONLY, MountFlags::RDONLY),
        (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
        (StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
        (StatVfsMountFlags::NODIRATIME, MountFlags::NODIRATIME),
        (StatVfsMountFlags::RELATIME, MountFlags::RELATIME),
    ];
    for (of_file_system, of_mount) in same {
        if has.contains(of_file_system) {
            flags |= of_mount;
        }
    }
    at(&name, mount_remount(mounted, flags, c""))
}

fn mount_proc() -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC | MountFlags::RDONLY;
    at("mount /proc", mount("proc", format!("{NEW}/proc"), "proc", flags, None))
}

/// Mounts a file system in memory.
fn in_memory(at_path: &str, mode: u32, bytes: Option<u64>) -> io::Result<()> {
    let size = bytes.map(|bytes| format!(",size={bytes}")).unwrap_or_default();
    let options = CString::new(format!("mode={mode:o}{size}")).map_err(io::Error::other)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    at(&format!("mount memory at {at_path}"), mount("goward", at_path, "tmpfs", flags, options.as_c_str()))
}

/// Makes a folder with those above it, whatever this process's mask is. One that is there stays as it is.
fn make_folder(path: &Path, mode: u32) -> io::Result<()> {
    if std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) {
        return Ok(());
    }
    let name = format!("make the folder `{}`", path.display());
    at(&name, std::fs::DirBuilder::new().recursive(true).mode(mode).create(path))
}
