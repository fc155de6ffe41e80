#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};

use super::{Distrust, DistrustReason, ReadOwnError};
use crate::fs::{EntryKind, Fs};

/// A user that the tests are not.
const NEIGHBOUR: u32 = 65534;

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Whether the test may change a file's owner here.
fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        std::io::Write::write_all(&mut std::io::stderr(), b"skipped: only root can give files to another user\n")
            .unwrap();
    }
    is_root
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().canonicalize().unwrap();
    std::fs::create_dir_all(real.join("a/b")).unwrap();
    mode(&real.join("a"), 0o755);
    mode(&real.join("a/b"), 0o755);
    (folder, real)
}

fn refusal(path: &Path) -> Distrust {
    Fs::real().trust(path).unwrap_err()
}

#[test]
fn what_belongs_to_me_or_root_and_nobody_else_may_write_to_is_trusted_there_or_not() {
    let (_kept, at) = folder();
    let fs = Fs::real();
    let found = fs.trust(&at.join("a/../a/./b")).unwrap();
    assert_eq!((found.real, found.kind), (at.join("a/b"), Some(EntryKind::Dir)));
    let missing = fs.trust(&at.join("a/none/below")).unwrap();
    assert_eq!((missing.real, missing.kind), (at.join("a/none/below"), None));
    assert_eq!(refusal(Path::new("a/b")).reason, DistrustReason::Relative);
}

#[test]
fn a_component_that_others_may_write_to_is_refused_wherever_it_stands() {
    let (_kept, at) = folder();
    for (name, bits) in [("a", 0o757), ("a/b", 0o777), ("a", 0o722)] {
        mode(&at.join(name), bits);
        let refused = refusal(&at.join("a/b"));
        assert_eq!(
            (refused.path.as_path(), refused.mode, &refused.reason),
            (at.join(name).as_path(), bits, &DistrustReason::OthersWrite)
        );
        assert_eq!(refused.good_mode(), Some(bits & !0o022));
        let deeply = if name == "a/b" { "-R " } else { "" };
        assert_eq!(refused.fix().unwrap(), format!("chmod {deeply}go-w {}", at.join(name).display()));
        mode(&at.join(name), 0o755);
    }
}

#[test]
fn a_sticky_folder_is_good_on_the_way_and_not_as_the_thing_itself() {
    let (_kept, at) = folder();
    mode(&at.join("a"), 0o1777);
    Fs::real().trust(&at.join("a/b")).unwrap();
    Fs::real().trust(&at.join("a/none")).unwrap();
    assert_eq!(refusal(&at.join("a")).reason, DistrustReason::OthersWrite);
}

#[test]
fn a_group_that_may_write_counts_as_the_owners_only_where_nobody_else_is_in_it() {
    let (_kept, at) = folder();
    mode(&at.join("a"), 0o775);
    if !is_root() {
        return;
    }
    // Group 0 has only root on every machine that a test runs on; 65533 is a group that no list knows.
    Fs::real().trust(&at.join("a/b")).unwrap();
    chown(at.join("a"), None, Some(65533)).unwrap();
    assert_eq!(refusal(&at.join("a/b")).reason, DistrustReason::GroupWrites { group: 65533 });
}

#[cfg(target_os = "linux")]
#[test]
fn an_access_list_that_lets_somebody_write_is_seen_also_where_the_group_is_the_owners_own() {
    let (_kept, at) = folder();
    if !is_root() {
        return;
    }
    // Version 2; user::rwx, user:65534:rwx, group::r-x, mask::rwx, other::r-x (linux/posix_acl_xattr.h).
    let mut list = vec![2, 0, 0, 0];
    for (tag, bits, id) in
        [(1_u16, 7_u16, u32::MAX), (2, 7, NEIGHBOUR), (4, 5, u32::MAX), (16, 7, u32::MAX), (32, 5, u32::MAX)]
    {
        list.extend(tag.to_le_bytes());
        list.extend(bits.to_le_bytes());
        list.extend(id.to_le_bytes());
    }
    let path = at.join("a");
    let set = rustix::fs::setxattr(&path, crate::attributes::ACCESS_LIST, &list, rustix::fs::XattrFlags::empty());
    if set.is_err() {
        std::io::Write::write_all(&mut std::io::stderr(), b"skipped: the file system has no access lists\n").unwrap();
        return;
    }
    assert_eq!(refusal(&at.join("a/b")).reason, DistrustReason::GroupWrites { group: 0 });
}

#[test]
fn a_neighbours_folder_link_or_file_is_refused_and_told_apart() {
    let (_kept, at) = folder();
    if !is_root() {
        return;
    }
    symlink(at.join("a"), at.join("link")).unwrap();
    let found = Fs::real().trust(&at.join("link/b")).unwrap();
    assert_eq!(found.real, at.join("a/b"));
    std::os::unix::fs::lchown(at.join("link"), Some(NEIGHBOUR), None).unwrap();
    let refused = refusal(&at.join("link/b"));
    assert_eq!(refused.reason, DistrustReason::ForeignLink { user: 0 });
    assert_eq!(refused.fix().unwrap(), format!("chown -h 0 {}", at.join("link").display()));
    chown(at.join("a/b"), Some(NEIGHBOUR), None).unwrap();
    let refused = refusal(&at.join("a/b/none"));
    assert_eq!((refused.owner, refused.path), (Some(NEIGHBOUR), at.join("a/b")));
    assert_eq!(refused.reason, DistrustReason::Foreign { user: 0 });
    Fs::real().trust(&at.join("a")).unwrap();
}

#[test]
fn links_in_a_circle_end() {
    let (_kept, at) = folder();
    symlink("two", at.join("one")).unwrap();
    symlink("one", at.join("two")).unwrap();
    assert!(matches!(refusal(&at.join("one/x")).reason, DistrustReason::Links { .. }));
}

#[test]
fn an_own_file_is_read_and_no_link_no_neighbours_and_no_open_one() {
    let (_kept, at) = folder();
    let (fs, file) = (Fs::real(), at.join("plan"));
    std::fs::write(&file, b"mine").unwrap();
    mode(&file, 0o644);
    assert_eq!(fs.read_own(&file, 4).unwrap(), b"mine");
    assert!(matches!(fs.read_own(&file, 3), Err(ReadOwnError::Io(_))));
    mode(&file, 0o666);
    assert!(matches!(fs.read_own(&file, 4), Err(ReadOwnError::Distrust(_))));
    mode(&file, 0o644);
    symlink("plan", at.join("link")).unwrap();
    assert!(matches!(fs.read_own(&at.join("link"), 4), Err(ReadOwnError::Io(_))));
    if is_root() {
        chown(&file, Some(NEIGHBOUR), None).unwrap();
        assert!(matches!(fs.read_own(&file, 4), Err(ReadOwnError::Distrust(_))));
    }
}

#[test]
fn a_line_to_paste_is_one_word_whatever_the_path() {
    let (_kept, at) = folder();
    let odd = at.join("it's $HOME; rm");
    std::fs::create_dir(&odd).unwrap();
    mode(&odd, 0o777);
    assert!(refusal(&odd).fix().unwrap().ends_with(r"it'\''s $HOME; rm'"));
}
