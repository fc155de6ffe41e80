//! goward does not use a store that another user could have written to, and applies no plan that another user planted.
#![cfg(unix)] // owners and permission bits decide who may write there
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use crate::support::{WAIT, id, install, trusted};
use diag::{Class, Diagnose as _};
use store::{FileChange, Store, StoreError, TrustedHome};
use sys::Sys;

/// A user that the tests are not.
const NEIGHBOUR: u32 = 65534;

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn mode_of(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn is_root() -> bool {
    let is_root = sys::Host::user_number() == Some(0);
    if !is_root {
        eprintln!("skipped: only root can give files to another user");
    }
    is_root
}

fn give(path: &Path) {
    chown(path, Some(NEIGHBOUR), Some(NEIGHBOUR)).unwrap();
}

fn store() -> (tempfile::TempDir, PathBuf, Sys, Store) {
    let folder = tempfile::tempdir().unwrap();
    let (sys, home) = (Sys::real(), folder.path().join("data/goward"));
    let store = Store::at(&sys, trusted(&sys, &home));
    install(&sys, &store, &id("1.27.3")).unwrap();
    (folder, home, sys, store)
}

fn refusal(sys: &Sys, home: &Path) -> StoreError {
    let refused = TrustedHome::of(sys, home).unwrap_err();
    assert_eq!((refused.class(), refused.word()), (Class::Policy, "store-untrusted"));
    refused
}

#[test]
fn a_home_and_all_that_is_private_in_it_are_made_for_their_owner_alone() {
    let (_kept, home, _, store) = store();
    let file = home.parent().unwrap().join("profile");
    std::fs::write(&file, "export SECRET=1").unwrap();
    mode(&file, 0o600);
    store
        .transaction("test")
        .change(FileChange::of_user(&file, Some(b"export SECRET=1".to_vec()), Some(b"new".to_vec())))
        .commit(WAIT)
        .unwrap();
    assert_eq!(mode_of(&file), 0o600);
    for private in [home.clone(), home.join("locks"), home.join("transactions")] {
        assert_eq!(mode_of(&private), 0o700, "{}", private.display());
    }
    let plan = std::fs::read_dir(home.join("transactions")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode_of(&plan), 0o700);
    for entry in std::fs::read_dir(&plan).unwrap().chain(std::fs::read_dir(home.join("locks")).unwrap()) {
        assert_eq!(mode_of(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn the_administrators_store_is_made_for_all_to_read_and_its_locks_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (sys, home) = (Sys::real(), folder.path().join("opt/goward"));
    let store = Store::at(&sys, trusted(&sys, &home).shared());
    drop(store.lock(store.layout().store_lock(), "test", WAIT).unwrap());
    assert_eq!((mode_of(&home), mode_of(&home.join("locks"))), (0o755, 0o700));
}

#[test]
fn what_an_older_goward_left_open_to_read_is_closed_when_it_is_next_used() {
    let (_kept, home, _, store) = store();
    std::fs::write(home.join("locks/store.lock"), "").unwrap();
    for (path, open) in [("locks", 0o755), ("locks/store.lock", 0o644)] {
        mode(&home.join(path), open);
    }
    std::fs::create_dir_all(home.join("transactions")).unwrap();
    mode(&home.join("transactions"), 0o755);
    store
        .transaction("test")
        .change(FileChange::of_user(home.join("f"), None, Some(b"x".to_vec())))
        .commit(WAIT)
        .unwrap();
    assert_eq!(mode_of(&home.join("locks")), 0o700);
    assert_eq!(mode_of(&home.join("locks/store.lock")), 0o600);
    assert_eq!(mode_of(&home.join("transactions")), 0o700);
}

#[test]
fn a_store_that_others_may_write_to_is_refused_with_the_line_that_mends_it() {
    let (_kept, home, sys, _) = store();
    for below in ["", "toolchains", "manifests", "locks", "journal.log"] {
        let path = if below.is_empty() { home.clone() } else { home.join(below) };
        let before = mode_of(&path);
        mode(&path, 0o777);
        let refused = refusal(&sys, &home);
        let hints = refused.hints().lines().join("\n");
        assert!(hints.contains(&format!("chmod -R go-w {}", path.canonicalize().unwrap().display())), "{hints}");
        let pasted = refused.hints().lines()[0].split('`').nth(1).unwrap().to_owned();
        assert!(std::process::Command::new("sh").args(["-c", &pasted]).status().unwrap().success());
        trusted(&sys, &home);
        mode(&path, before);
    }
    mode(home.parent().unwrap(), 0o777);
    refusal(&sys, &home);
}

#[test]
fn a_neighbours_store_or_a_link_of_his_is_refused_and_the_way_out_is_named() {
    let (kept, home, sys, _) = store();
    if !is_root() {
        return;
    }
    let link = kept.path().join("link");
    std::os::unix::fs::symlink(&home, &link).unwrap();
    trusted(&sys, &link);
    std::os::unix::fs::lchown(&link, Some(NEIGHBOUR), None).unwrap();
    refusal(&sys, &link);
    for path in [home.join("toolchains"), home.clone(), home.parent().unwrap().to_owned()] {
        give(&path);
        let hints = refusal(&sys, &home).hints().lines().join("\n");
        assert!(hints.contains("GOWARD_HOME") && hints.contains("chown"), "{hints}");
        chown(&path, Some(0), Some(0)).unwrap();
    }
}

#[test]
fn a_tree_that_somebody_else_can_change_is_not_run() {
    let (_kept, home, _, store) = store();
    let tree = home.join("toolchains").join(id("1.27.3").to_string());
    mode(&tree, 0o777);
    assert!(matches!(store.find(&id("1.27.3")), Err(StoreError::Untrusted { .. })));
    assert!(matches!(store.installed(), Err(StoreError::Untrusted { .. })));
    mode(&tree, 0o755);
    if is_root() {
        give(&tree);
        assert!(matches!(store.find(&id("1.27.3")), Err(StoreError::Untrusted { .. })));
        assert!(matches!(store.lease(&id("1.27.3")), Err(StoreError::Untrusted { .. })));
    }
}

/// A plan as another user writes it: it would make a file.
fn plant(home: &Path, name: &str, target: &Path) -> PathBuf {
    let folder = home.join("transactions").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let plan = format!(
        r#"{{"format":1,"purpose":"setup","unix_seconds":1,"files":[{{"path":"{}","existed":false,"remains":true}}]}}"#,
        target.display()
    );
    std::fs::write(folder.join("plan.json"), plan).unwrap();
    std::fs::write(folder.join("after-0"), "* * * * * root sh x").unwrap();
    folder
}

#[test]
fn a_planted_plan_is_told_and_neither_carried_out_nor_removed() {
    let (_kept, home, _, store) = store();
    if !is_root() {
        return;
    }
    let target = home.join("cron_job");
    for (name, foreign) in
        [("1000-1", ""), ("1000-2", "plan.json"), ("1000-3", "after-0"), ("1000-4.reverting", ""), ("1000-5.new", "")]
    {
        let folder = plant(&home, name, &target);
        give(&folder.join(foreign));
        let recovered = store.recover(WAIT).unwrap();
        assert_eq!(recovered.left_alone.len(), 1, "{name} {foreign}: {recovered:?}");
        assert!(recovered.to_string().contains("left alone"), "{recovered}");
        assert!(!target.exists(), "{name} was carried out");
        assert!(folder.join("plan.json").exists(), "{name} was removed");
        std::fs::remove_dir_all(folder).unwrap();
    }
    // A plan of the user's own is applied as usual.
    plant(&home, "1000-6", &target);
    mode(&home.join("transactions/1000-6"), 0o755);
    assert_eq!(store.recover(WAIT).unwrap().finished.len(), 1);
    assert!(target.exists());
}

#[test]
fn a_lock_that_somebody_holds_unsigned_names_nobody() {
    let (_kept, home, _, store) = store();
    let path = store.layout().store_lock();
    // What a killed process leaves: numbers of processes end at 2^22 on Linux, and nowhere reach this.
    std::fs::write(&path, "process 2147483647 (install) since 1").unwrap();
    let held = std::fs::File::open(&path).unwrap();
    held.lock().unwrap();
    let wait = std::time::Duration::from_millis(30);
    let Err(StoreError::Busy { owner, .. }) = store.lock(path.clone(), "test", wait) else { panic!("it was taken") };
    assert_eq!(owner, "another process");
    drop(held);
    let _ours = store.lock(path.clone(), "install go", WAIT).unwrap();
    let Err(StoreError::Busy { owner, .. }) = store.lock(path, "test", wait) else { panic!("it was taken twice") };
    assert!(owner.starts_with(&format!("process {} (install go, for ", std::process::id())), "{owner}");
    drop(home);
}

#[test]
fn a_tree_of_the_system_store_that_belongs_to_nobody_is_passed_over() {
    let (kept, home, sys, _) = store();
    if !is_root() {
        return;
    }
    mode(&home, 0o755);
    let own = Store::at(&sys, trusted(&sys, kept.path().join("own"))).with_shared_store(&home);
    let tree = home.join("toolchains").join(id("1.27.3").to_string());
    for path in [tree.clone(), tree.join("bin"), tree.join("bin/go")] {
        assert_eq!(own.installed().unwrap().len(), 1);
        give(&path);
        assert!(own.installed().unwrap().is_empty(), "{} is somebody else's", path.display());
        assert!(own.find_installed(&id("1.27.3")).unwrap().is_none());
        chown(&path, Some(0), Some(0)).unwrap();
    }
}
