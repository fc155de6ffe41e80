//! A file's attributes besides its bytes: owner, group, mode, access control list, labels.
//!
//! A neighbour that will replace a file is private (0600) until it has all of these, so that a private file is never
//! readable by others. If an attribute cannot be kept, the new file allows less, never more.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{Gid, Mode, Uid};

/// The access control list beyond the mode, as Linux keeps it (xattr(7), acl(5)).
#[cfg(target_os = "linux")]
pub(crate) const ACCESS_LIST: &str = "system.posix_acl_access";
/// The longest list of names and the longest value on Linux (`XATTR_LIST_MAX`, `XATTR_SIZE_MAX`), in bytes.
#[cfg(target_os = "linux")]
const ATTRIBUTE_BYTES_MAX: usize = 65536;

/// Gives a new file the attributes of the one that it replaces.
///
/// # Errors
/// When its mode cannot be set, or the new file cannot get the old one's access control list: without the list the
/// mode's group bits, which are its mask, would give rights to a group that had none.
pub(crate) fn take_after(new: &File, old: &Path) -> io::Result<()> {
    let (has, wanted) = (new.metadata()?, std::fs::symlink_metadata(old)?);
    let is_groups = give(new, &has, &wanted);
    let mut mode = wanted.mode() & 0o7777;
    if !is_groups {
        // It belongs to another group now: that group gets the rights of others.
        mode = (mode & 0o707) | ((mode & 0o007) << 3);
    } else if wanted.uid() != new.metadata()?.uid() {
        mode &= 0o777;
    }
    #[cfg(target_os = "linux")]
    drop_inherited_list(new)?;
    // The kinds of numbers differ from system to system.
    rustix::fs::fchmod(new, Mode::from_bits_truncate(mode as _))?;
    #[cfg(target_os = "linux")]
    copy_attributes(new, old, is_groups)?;
    Ok(())
}

/// Sets owner and group as far as this user may; returns whether the group is set.
fn give(new: &File, has: &Metadata, wanted: &Metadata) -> bool {
    let owner = (has.uid() != wanted.uid()).then(|| Uid::from_raw(wanted.uid()));
    let group = (has.gid() != wanted.gid()).then(|| Gid::from_raw(wanted.gid()));
    if (owner.is_none() && group.is_none()) || rustix::fs::fchown(new, owner, group).is_ok() {
        return true;
    }
    // Only root can change the owner; a user may set one of their own groups.
    group.is_none() || rustix::fs::fchown(new, None, group).is_ok()
}

/// The new file has the folder's default list, not the old file's.
#[cfg(target_os = "linux")]
fn drop_inherited_list(new: &File) -> io::Result<()> {
    use rustix::io::Errno;
    match rustix::fs::fremovexattr(new, ACCESS_LIST) {
        Ok(()) | Err(Errno::NODATA | Errno::OPNOTSUPP) => Ok(()),
        Err(cause) => Err(cause.into()),
    }
}

/// The access list must be copied (if the group is), labels and the user's own attributes are copied if possible.
/// Attributes that are bound to a file's bytes (capabilities, measurements) are not copied.
#[cfg(target_os = "linux")]
fn copy_attributes(new: &File, old: &Path, is_groups: bool) -> io::Result<()> {
    use rustix::fs::XattrFlags;
    for name in attribute_names(old) {
        let is_list = name == ACCESS_LIST;
        if !(is_list || name == "security.selinux" || name.starts_with("user.")) || (is_list && !is_groups) {
            continue;
        }
        let mut value = vec![0; ATTRIBUTE_BYTES_MAX];
        let read = rustix::fs::lgetxattr(old, name.as_str(), &mut value[..]);
        let written = read.and_then(|bytes| {
            rustix::fs::fsetxattr(new, name.as_str(), value.get(..bytes).unwrap_or_default(), XattrFlags::empty())
        });
        match written {
            Err(cause) if is_list => return Err(cause.into()),
            _ => {}
        }
    }
    Ok(())
}

/// The names of a file's attributes; none if the file system has none.
#[cfg(target_os = "linux")]
fn attribute_names(path: &Path) -> Vec<String> {
    let mut names = vec![0; ATTRIBUTE_BYTES_MAX];
    let bytes = rustix::fs::llistxattr(path, &mut names[..]).unwrap_or(0);
    let names = names.get(..bytes).unwrap_or_default().split(|byte| *byte == 0);
    names.filter(|name| !name.is_empty()).filter_map(|name| String::from_utf8(name.to_vec()).ok()).collect()
}
