//! Keeps a foreign folder open while files in it are read.
//!
//! The system resolves a path at each use, and the owner of a folder may replace any component by a link meanwhile. So
//! files of a foreign tree are opened relative to the handle of the tree's root, and no component may be a link
//! (`openat2` with `RESOLVE_NO_SYMLINKS`; folder by folder with `O_NOFOLLOW` if the system lacks that call). Windows
//! has no such call: there only the last component must not be a link.

use std::io;
use std::path::{Path, PathBuf};

use crate::file::File;
use crate::foreign::Foreign;
#[cfg(unix)]
use crate::foreign::{Refusal, check_opened, flags};
use crate::fs::{EntryKind, Fs, Meta};

/// An open folder.
#[derive(Debug)]
pub struct Folder {
    #[cfg(unix)]
    handle: std::os::fd::OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Fs {
    /// Opens a folder; follows links in its path.
    ///
    /// # Errors
    /// What the system says.
    pub fn open_folder(&self, path: &Path) -> io::Result<Folder> {
        #[cfg(unix)]
        {
            use rustix::fs::{Mode, OFlags};
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let handle = rustix::fs::open(path, flags, Mode::empty())?;
            Ok(Folder { handle, path: path.to_owned() })
        }
        #[cfg(windows)]
        {
            if !std::fs::metadata(path)?.is_dir() {
                return Err(io::Error::from(io::ErrorKind::NotADirectory));
            }
            Ok(Folder { path: path.to_owned() })
        }
    }

    /// Opens a file below a folder by its relative path, separated by `/`. No component may be a link.
    ///
    /// # Errors
    /// As [`Fs::open_foreign`].
    pub fn open_below(&self, folder: &Folder, below: &str, asked: &Foreign) -> io::Result<(File, Meta)> {
        #[cfg(unix)]
        {
            let inner = std::fs::File::from(open_without_links(&folder.handle, below)?);
            let meta = check_opened(&inner, asked)?;
            Ok((File { inner, watched: self.watched(&folder.path.join(below)) }, meta))
        }
        #[cfg(windows)]
        {
            let path = below.split('/').fold(folder.path.clone(), |path, part| path.join(part));
            self.open_foreign(&path, &asked.no_link())
        }
    }
}

impl Fs {
    /// The first link among the components from a folder to a path below it, the last one included; with its unresolved
    /// target. `None` unless `path` begins with `folder`.
    ///
    /// # Errors
    /// What the system says.
    pub fn link_on_the_way(&self, folder: &Path, path: &Path) -> io::Result<Option<(PathBuf, PathBuf)>> {
        let Ok(below) = path.strip_prefix(folder) else { return Ok(None) };
        let mut at = folder.to_owned();
        for name in below.iter() {
            at.push(name);
            match self.look(&at)? {
                None => return Ok(None),
                Some(meta) if meta.kind == EntryKind::Link => {
                    // A junction with an unreadable target still counts as one.
                    let target = self.read_link(&at).unwrap_or_default();
                    return Ok(Some((at, target)));
                }
                Some(_) => {}
            }
        }
        Ok(None)
    }
}

#[cfg(target_os = "linux")]
fn open_without_links(root: &std::os::fd::OwnedFd, below: &str) -> io::Result<std::os::fd::OwnedFd> {
    use rustix::fs::{Mode, OFlags, ResolveFlags};
    use rustix::io::Errno;
    match rustix::fs::openat2(root, below, OFlags::RDONLY | flags(false), Mode::empty(), ResolveFlags::NO_SYMLINKS) {
        // Older kernels lack the call; some containers forbid unknown calls.
        Err(Errno::NOSYS | Errno::PERM) => open_step_by_step(root, below),
        Err(Errno::LOOP) => Err(Refusal::Link.into()),
        opened => Ok(opened?),
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn open_without_links(root: &std::os::fd::OwnedFd, below: &str) -> io::Result<std::os::fd::OwnedFd> {
    open_step_by_step(root, below)
}

/// Opens folder after folder, none of them through a link.
#[cfg(unix)]
fn open_step_by_step(root: &std::os::fd::OwnedFd, below: &str) -> io::Result<std::os::fd::OwnedFd> {
    use rustix::fs::{Mode, OFlags};
    use rustix::io::Errno;
    let (folders, name) = below.rsplit_once('/').map_or((None, below), |(folders, name)| (Some(folders), name));
    let mut at = root.try_clone()?;
    for part in folders.into_iter().flat_map(|folders| folders.split('/')) {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | flags(false);
        at = rustix::fs::openat(&at, part, flags, Mode::empty()).map_err(|error| match error {
            // Depending on the system, a link gives either error, and so does a file, which cannot be entered either.
            Errno::LOOP | Errno::NOTDIR => Refusal::Link.into(),
            error => io::Error::from(error),
        })?;
    }
    rustix::fs::openat(&at, name, OFlags::RDONLY | flags(false), Mode::empty()).map_err(|error| match error {
        Errno::LOOP => Refusal::Link.into(),
        error => io::Error::from(error),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_file_below_a_folder_is_opened_by_no_way_that_has_a_link() {
        let place = tempfile::tempdir().unwrap();
        let (fs, root) = (Fs::real(), place.path().join("root"));
        fs.create_dirs(&root.join("a/b")).unwrap();
        fs.replace(&root.join("a/b/file"), b"text").unwrap();
        symlink("file", root.join("a/b/link")).unwrap();
        symlink("b", root.join("a/way")).unwrap();
        let folder = fs.open_folder(&root).unwrap();
        // The root itself may be renamed: its handle stays valid.
        std::fs::rename(&root, place.path().join("moved")).unwrap();
        let asked = Foreign::at_most(100);
        let mut text = String::new();
        fs.open_below(&folder, "a/b/file", &asked).unwrap().0.read_to_string(&mut text).unwrap();
        assert_eq!(text, "text");
        for (below, refusal) in [("a/b/link", Refusal::Link), ("a/way/file", Refusal::Link), ("a/b", Refusal::Folder)] {
            let error = fs.open_below(&folder, below, &asked).err().unwrap();
            assert_eq!(Refusal::of(&error), Some(refusal), "{below}: {error}");
            let opened = open_step_by_step(&folder.handle, below).map(std::fs::File::from);
            let error = opened.and_then(|inner| check_opened(&inner, &asked)).err().unwrap();
            assert_eq!(Refusal::of(&error), Some(refusal), "{below}, step by step: {error}");
        }
        let mut again = std::fs::File::from(open_step_by_step(&folder.handle, "a/b/file").unwrap());
        let mut bytes = Vec::new();
        again.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"text");
    }
}
