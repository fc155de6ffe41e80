//! A second store is read and never written, and only where it can be trusted.
#![cfg(unix)] // owners and permission bits decide who may write there
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::{WAIT, id, install, trusted};
use store::{Author, SharedStore, Store, StoreError};
use sys::Sys;

/// A user's store and a system store with one toolchain each; the older one is in the system store.
fn stores() -> (tempfile::TempDir, Sys, Store) {
    let folder = tempfile::tempdir().unwrap();
    let sys = Sys::real();
    let system = Store::at(&sys, trusted(&sys, folder.path().join("system")));
    install(&sys, &system, &id("1.26.8")).unwrap();
    mode(&folder.path().join("system"), 0o755);
    mode(&folder.path().join("system/toolchains"), 0o755);
    let own = Store::at(&sys, trusted(&sys, folder.path().join("own"))).with_shared_store(folder.path().join("system"));
    install(&sys, &own, &id("1.27.3")).unwrap();
    (folder, sys, own)
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn ids(store: &Store) -> Vec<String> {
    store.installed().unwrap().iter().map(|one| one.id.version().to_string()).collect()
}

/// Every file and folder with its bytes' length and time.
fn picture(folder: &Path) -> Vec<String> {
    let mut seen = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            seen.push(format!("{} {} {:?}", path.display(), meta.len(), meta.modified().unwrap()));
            if meta.is_dir() {
                folders.push(path);
            }
        }
    }
    seen.sort();
    seen
}

#[test]
fn both_stores_are_seen_and_only_the_own_one_is_changed() {
    let (folder, sys, own) = stores();
    let before = picture(&folder.path().join("system"));
    assert_eq!(ids(&own), ["1.26.8", "1.27.3"]);
    assert_eq!(own.toolchains().unwrap().len(), 1);
    let other = own.find_installed(&id("1.26.8")).unwrap().unwrap();
    assert!(own.is_in_shared_store(&other) && other.tree.starts_with(folder.path().join("system")));
    assert_eq!(own.record(&id("1.26.8")).unwrap().source, "test");
    assert_eq!(own.manifest(&id("1.26.8")).unwrap().files.len(), 2);
    // It can be the default: the generation's link points there.
    own.switch(&id("1.26.8"), Author::default(), WAIT).unwrap();
    assert_eq!(own.layout().default_bin().canonicalize().unwrap(), other.tree.join("bin").canonicalize().unwrap());
    assert_eq!(own.faults().unwrap(), [""; 0]);
    own.switch(&id("1.27.3"), Author::default(), WAIT).unwrap();
    own.roll_back(1, Author::default(), WAIT).unwrap();
    assert!(own.lease(&id("1.26.8")).unwrap());
    assert!(matches!(own.remove(&id("1.26.8"), &Author::default(), WAIT), Err(StoreError::NotInstalled { .. })));
    assert_eq!(picture(&folder.path().join("system")), before);
    // The same toolchain of one's own comes first.
    install(&sys, &own, &id("1.26.8")).unwrap();
    assert!(!own.is_in_shared_store(&own.find_installed(&id("1.26.8")).unwrap().unwrap()));
    assert_eq!(ids(&own), ["1.26.8", "1.27.3"]);
}

#[test]
fn a_toolchain_that_the_administrator_removes_is_missed_and_said_so() {
    let (folder, sys, own) = stores();
    own.switch(&id("1.26.8"), Author::default(), WAIT).unwrap();
    let system = Store::at(&sys, trusted(&sys, folder.path().join("system")));
    system.remove(&id("1.26.8"), &Author::default(), WAIT).unwrap();
    assert_eq!(ids(&own), ["1.27.3"]);
    assert!(own.faults().unwrap()[0].contains("is not installed"));
    assert!(!own.lease(&id("1.26.8")).unwrap());
}

#[test]
fn a_system_store_that_others_may_write_to_is_passed_over() {
    let (folder, _, own) = stores();
    for (below, bad) in [("system/toolchains", 0o777), ("system", 0o757)] {
        mode(&folder.path().join(below), bad);
        assert!(matches!(own.shared_store(), SharedStore::PassedOver { .. }), "{below} {bad:o}");
        assert_eq!(ids(&own), ["1.27.3"]);
        assert!(own.find_installed(&id("1.26.8")).unwrap().is_none());
        assert!(matches!(own.switch(&id("1.26.8"), Author::default(), WAIT), Err(StoreError::NotInstalled { .. })));
        mode(&folder.path().join(below), 0o755);
    }
    assert!(matches!(own.shared_store(), SharedStore::Trusted(_)));
}

#[test]
fn a_store_is_no_second_one_to_itself_and_one_that_is_not_there_is_nothing() {
    let (folder, sys, own) = stores();
    let same =
        Store::at(&sys, trusted(&sys, folder.path().join("system"))).with_shared_store(folder.path().join("system"));
    assert_eq!(same.shared_store(), SharedStore::None);
    assert_eq!(ids(&same), ["1.26.8"]);
    let none = own.clone().with_shared_store(folder.path().join("nowhere"));
    assert_eq!(none.shared_store(), SharedStore::None);
    assert_eq!(ids(&none), ["1.27.3"]);
}

#[test]
fn a_system_store_of_another_user_is_passed_over() {
    if sys::Host::user_number() != Some(0) {
        return;
    }
    let (folder, _, own) = stores();
    std::os::unix::fs::chown(folder.path().join("system/toolchains"), Some(65534), None).unwrap();
    let SharedStore::PassedOver { reason, .. } = own.shared_store() else { panic!("it is read") };
    assert!(reason.contains("65534"), "{reason}");
}
