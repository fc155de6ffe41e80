//! Walks along a path, and checks each component.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use super::group::Groups;
use super::{Distrust, DistrustReason, TrustedPath};
use crate::fs::{EntryKind, Fs};

/// How many links are followed in one path: as many as Linux follows (path_resolution(7)).
const LINKS_MAX: usize = 40;
/// The administrator's number.
const ROOT: u32 = 0;
/// The sticky bit, with which only its owner can rename a name in a folder.
const STICKY: u32 = 0o1000;
/// Bits by which others than the owner may write, the group's and everybody's.
const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// The state of a check: the user at work, and the machine's groups as far as they were read.
pub(super) struct Judge<'a> {
    fs: &'a Fs,
    user: u32,
    groups: Option<Groups>,
}

/// The metadata of a component, and its position in the path.
#[derive(Clone, Copy)]
struct Seen<'a> {
    path: &'a Path,
    meta: &'a Metadata,
    is_last: bool,
}

impl Seen<'_> {
    fn distrust(self, reason: DistrustReason) -> Distrust {
        let (owner, mode) = (Some(self.meta.uid()), self.meta.mode() & 0o7777);
        Distrust { path: self.path.to_owned(), owner, mode, is_last: self.is_last, reason }
    }
}

impl<'a> Judge<'a> {
    pub(super) fn new(fs: &'a Fs) -> Judge<'a> {
        Judge { fs, user: rustix::process::geteuid().as_raw(), groups: None }
    }

    /// Every component, from the root on.
    pub(super) fn walk(&mut self, path: &Path) -> Result<TrustedPath, Distrust> {
        if !path.is_absolute() {
            return Err(Distrust::bare(path, DistrustReason::Relative));
        }
        let mut to_go: VecDeque<OsString> = words(path);
        let mut real = PathBuf::from("/");
        let mut kind = self.component(&real, to_go.is_empty())?;
        let mut links = 0;
        while let Some(word) = to_go.pop_front() {
            if word == ".." {
                // `real` has no links, so its parent is the folder above, which was checked.
                real.pop();
                kind = self.component(&real, to_go.is_empty())?;
                continue;
            }
            let next = real.join(&word);
            match self.component(&next, to_go.is_empty())? {
                None => {
                    let real = to_go.iter().fold(next, |path, word| path.join(word));
                    return Ok(TrustedPath { real, kind: None });
                }
                Some(EntryKind::Link) => {
                    links += 1;
                    if links > LINKS_MAX {
                        return Err(Distrust::bare(path, DistrustReason::Links { links_max: LINKS_MAX }));
                    }
                    let target = self.fs.read_link(&next).map_err(|cause| Distrust::unseen(&next, &cause))?;
                    if target.is_absolute() {
                        real = PathBuf::from("/");
                    }
                    words(&target).into_iter().rev().for_each(|word| to_go.push_front(word));
                    // A link to its own folder, or to the root, ends the walk there.
                    kind = self.component(&real, to_go.is_empty())?;
                }
                found => (real, kind) = (next, found),
            }
        }
        Ok(TrustedPath { real, kind })
    }

    /// One name in a folder that is trusted.
    pub(super) fn entry(&mut self, path: &Path) -> Result<(), Distrust> {
        self.component(path, true).map(drop)
    }

    /// An open file.
    pub(super) fn file(&mut self, path: &Path, meta: &Metadata) -> Result<(), Distrust> {
        self.judge(Seen { path, meta, is_last: true })
    }

    fn component(&mut self, path: &Path, is_last: bool) -> Result<Option<EntryKind>, Distrust> {
        let meta = match std::fs::symlink_metadata(path) {
            Ok(meta) => meta,
            Err(cause) if matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(cause) => return Err(Distrust::unseen(path, &cause)),
        };
        self.judge(Seen { path, meta: &meta, is_last })?;
        Ok(Some(EntryKind::of(meta.file_type())))
    }

    fn judge(&mut self, seen: Seen) -> Result<(), Distrust> {
        let (user, owner, mode) = (self.user, seen.meta.uid(), seen.meta.mode());
        let is_link = seen.meta.file_type().is_symlink();
        if owner != ROOT && owner != user {
            let reason = match is_link {
                true => DistrustReason::ForeignLink { user },
                false => DistrustReason::Foreign { user },
            };
            return Err(seen.distrust(reason));
        }
        let is_open = mode & (GROUP_WRITES | OTHERS_WRITE) != 0;
        // A link's own mode means nothing. In a sticky folder only a name's owner (who is judged next) can move it.
        let is_safe = is_link || !is_open || (seen.meta.is_dir() && !seen.is_last && mode & STICKY != 0);
        if is_safe {
            return Ok(());
        }
        if mode & OTHERS_WRITE != 0 {
            return Err(seen.distrust(DistrustReason::OthersWrite));
        }
        let group = seen.meta.gid();
        let groups = self.groups.get_or_insert_with(|| Groups::read(self.fs));
        // With an access list the group's bits are the mask of named users and groups, not the rights of the group.
        if groups.is_alone_in(owner, user, group) && !has_access_list(seen.path) {
            return Ok(());
        }
        Err(seen.distrust(DistrustReason::GroupWrites { group }))
    }
}

/// The components of a path after its root, without `.`.
fn words(path: &Path) -> VecDeque<OsString> {
    let words = path.components().filter_map(|component| match component {
        Component::Normal(word) => Some(word.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    words.collect()
}

/// Whether a file has a POSIX access control list beyond its mode. If that is unknown it may have one.
fn has_access_list(path: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::io::Errno;
        let asked = rustix::fs::lgetxattr(path, crate::attributes::ACCESS_LIST, &mut [0_u8; 0][..]);
        !matches!(asked, Err(Errno::NODATA | Errno::OPNOTSUPP))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = path;
        false
    }
}
