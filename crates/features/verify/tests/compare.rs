//! Every kind of damage, on small trees and on a real one: found, and named.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

use std::collections::BTreeSet;
use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use archive::{FileRecord, Manifest};
use diag::Silent;
use sys::Sys;
use verify::{Comparison, FaultKind, compare};

/// The manifest of a tree as it is.
fn manifest_of(tree: &Path) -> Manifest {
    let record = |(path, meta): (PathBuf, fs::Metadata)| {
        let bytes = fs::read(&path).unwrap();
        let below = path.strip_prefix(tree).unwrap().to_str().unwrap();
        FileRecord {
            path: below.replace(std::path::MAIN_SEPARATOR, "/"),
            bytes: bytes.len() as u64,
            executable: is_executable(&meta),
            sha256: release::Digest::from_bytes(testkit::digest::sha256(&bytes)),
        }
    };
    Manifest::new(testkit::walk(tree).unwrap().into_iter().filter(|(_, meta)| !meta.is_dir()).map(record).collect())
}

/// Windows has no such bit.
fn is_executable(meta: &fs::Metadata) -> bool {
    #[cfg(unix)]
    return meta.permissions().mode() & 0o111 != 0;
    #[cfg(windows)]
    return meta.is_symlink();
}

fn small() -> (tempfile::TempDir, Manifest) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("VERSION", "go1.99"),
        ("bin/go", "#!"),
        ("src/fmt/print.go", "package fmt"),
        ("src/fmt/scan.go", ""),
        ("src/net/http/a.go", "x"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    #[cfg(unix)]
    fs::set_permissions(folder.path().join("bin/go"), fs::Permissions::from_mode(0o755)).unwrap();
    let manifest = manifest_of(folder.path());
    (folder, manifest)
}

fn looked(tree: &Path, manifest: &Manifest) -> Comparison {
    compare(&Sys::real(), tree, manifest, &Silent).unwrap()
}

/// Path and word of each fault.
fn words(comparison: &Comparison) -> Vec<(&str, &str)> {
    comparison.faults.iter().map(|fault| (fault.path.as_str(), fault.kind.word())).collect()
}

#[test]
fn a_whole_tree_has_no_fault() {
    let (tree, manifest) = small();
    let found = looked(tree.path(), &manifest);
    assert!(found.is_whole());
    assert_eq!((found.files, found.good), (5, 5));
}

#[test]
fn each_kind_of_damage_is_told_from_the_others() {
    type Case = (&'static str, fn(&Path), &'static [(&'static str, &'static str)]);
    // Windows has no execute bits, and lets no user make a link.
    let cases: &[Case] = &[
        ("missing", |t| fs::remove_file(t.join("VERSION")).unwrap(), &[("VERSION", "missing")]),
        ("longer", |t| fs::write(t.join("VERSION"), "go1.99x").unwrap(), &[("VERSION", "changed")]),
        ("truncated", |t| fs::write(t.join("VERSION"), "go1").unwrap(), &[("VERSION", "changed")]),
        ("emptied", |t| fs::write(t.join("VERSION"), "").unwrap(), &[("VERSION", "changed")]),
        ("one byte", |t| fs::write(t.join("VERSION"), "go1.98").unwrap(), &[("VERSION", "changed")]),
        #[cfg(unix)]
        (
            "not executable",
            |t| fs::set_permissions(t.join("bin/go"), fs::Permissions::from_mode(0o644)).unwrap(),
            &[("bin/go", "mode")],
        ),
        #[cfg(unix)]
        (
            "executable",
            |t| fs::set_permissions(t.join("VERSION"), fs::Permissions::from_mode(0o755)).unwrap(),
            &[("VERSION", "mode")],
        ),
        ("extra file", |t| fs::write(t.join("src/fmt/evil.go"), "x").unwrap(), &[("src/fmt/evil.go", "extra")]),
        ("extra folder", |t| fs::create_dir_all(t.join("src/evil/deep")).unwrap(), &[("src/evil", "extra")]),
        #[cfg(unix)]
        (
            "a link to the same bytes",
            |t| {
                fs::rename(t.join("VERSION"), t.join("bin/VERSION")).unwrap();
                symlink("bin/VERSION", t.join("VERSION")).unwrap();
            },
            &[("VERSION", "no file"), ("bin/VERSION", "extra")],
        ),
        (
            "a folder in place of a file",
            |t| {
                fs::remove_file(t.join("VERSION")).unwrap();
                fs::create_dir(t.join("VERSION")).unwrap();
            },
            &[("VERSION", "no file")],
        ),
        #[cfg(unix)]
        (
            "a folder behind a link, with the right files in it",
            |t| {
                fs::rename(t.join("src/fmt"), t.join("elsewhere")).unwrap();
                symlink("../elsewhere", t.join("src/fmt")).unwrap();
            },
            &[
                ("elsewhere", "extra"),
                ("src/fmt", "no file"),
                ("src/fmt/print.go", "missing"),
                ("src/fmt/scan.go", "missing"),
            ],
        ),
        (
            "a file in place of a folder",
            |t| {
                fs::remove_dir_all(t.join("src/net")).unwrap();
                fs::write(t.join("src/net"), "x").unwrap();
            },
            &[("src/net", "no file"), ("src/net/http/a.go", "missing")],
        ),
    ];
    for (name, damage, expected) in cases {
        let (tree, manifest) = small();
        damage(tree.path());
        let found = looked(tree.path(), &manifest);
        assert_eq!(words(&found), *expected, "{name}");
        let of_list = expected.iter().filter(|(path, _)| manifest.find(path).is_some()).count() as u64;
        assert_eq!(found.good, found.files - of_list, "{name}");
    }
}

#[test]
#[cfg_attr(windows, ignore = "no pipe stands in a folder on Windows")]
fn a_pipe_is_not_waited_for() {
    let (tree, manifest) = small();
    fs::remove_file(tree.path().join("VERSION")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(tree.path().join("VERSION")).status();
    if !made.is_ok_and(|status| status.success()) {
        return eprintln!("skipped: there is no `mkfifo`");
    }
    assert_eq!(words(&looked(tree.path(), &manifest)), [("VERSION", "no file")]);
}

#[test]
fn a_tree_that_is_gone_is_missing_file_by_file() {
    let (tree, manifest) = small();
    let found = looked(&tree.path().join("nowhere"), &manifest);
    assert_eq!((found.good, found.faults.len()), (0, 5));
    assert!(found.faults.iter().all(|fault| fault.kind == FaultKind::Missing));
}

#[test]
fn who_asks_to_stop_is_heard() {
    let (tree, manifest) = small();
    let sys = Sys::real();
    sys.interrupt().ask();
    assert!(compare(&sys, tree.path(), &manifest, &Silent).is_err());
}

/// A copy of a tree whose files may be changed.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
            let mut permissions = entry.metadata().unwrap().permissions();
            #[cfg(unix)]
            permissions.set_mode(permissions.mode() | 0o200);
            #[cfg(windows)]
            #[expect(clippy::permissions_set_readonly_false, reason = "on Windows it is one bit")]
            permissions.set_readonly(false);
            fs::set_permissions(&target, permissions).unwrap();
        }
    }
}

/// Numbers that are the same in every run.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
#[cfg_attr(windows, ignore = "real toolchains come through the machine's pip, which is not asked for there")]
fn one_changed_byte_in_each_of_six_hundred_files_of_a_real_tree_is_found_and_named() {
    // Goal: no changed byte goes unseen, wherever it is. Method: many files damaged at a time, one byte each, at a
    // place of its own (the first, the last, and any other); the names that are found are compared with those damaged.
    const FILES: usize = 600;
    let real = match testkit::real::toolchain("1.22.10") {
        Ok(real) => real,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let folder = tempfile::tempdir_in(testkit::real::cache_folder()).unwrap();
    let tree = folder.path().join("tree");
    copy(&real, &tree);
    let manifest = manifest_of(&tree);
    assert!(looked(&tree, &manifest).is_whole());
    let mut state = 22;
    let mut damaged = BTreeSet::new();
    while damaged.len() < FILES {
        let file = &manifest.files[usize::try_from(next(&mut state)).unwrap() % manifest.files.len()];
        if file.bytes == 0 || !damaged.insert(file.path.as_str()) {
            continue;
        }
        let mut bytes = fs::read(tree.join(&file.path)).unwrap();
        let place = match damaged.len() % 3 {
            0 => 0,
            1 => bytes.len() - 1,
            _ => usize::try_from(next(&mut state)).unwrap() % bytes.len(),
        };
        bytes[place] ^= 1 << (next(&mut state) % 8);
        fs::write(tree.join(&file.path), bytes).unwrap();
    }
    let found = looked(&tree, &manifest);
    let named: BTreeSet<&str> = found.faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(named, damaged);
    assert!(found.faults.iter().all(|fault| matches!(fault.kind, FaultKind::Changed { .. })));
    assert_eq!(found.good, found.files - FILES as u64);

    // After a repair, single damages are found as well: the largest file, the smallest and one of each kind of folder.
    for path in &damaged {
        fs::copy(real.join(path), tree.join(path)).unwrap();
    }
    for path in ["bin/go", "VERSION", "src/fmt/print.go", "pkg/include/textflag.h"] {
        let mut bytes = fs::read(tree.join(path)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(tree.join(path), &bytes).unwrap();
        assert_eq!(words(&looked(&tree, &manifest)), [(path, "changed")]);
        bytes[middle] ^= 1;
        fs::write(tree.join(path), &bytes).unwrap();
    }
    assert!(looked(&tree, &manifest).is_whole());
}

#[test]
#[cfg_attr(windows, ignore = "real toolchains come through the machine's pip, which is not asked for there")]
fn the_files_of_a_real_wheel_give_the_hash_in_the_log_with_the_root_files_filled_in() {
    let real = match testkit::real::toolchain("1.22.10") {
        Ok(real) => real,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    if testkit::tiny::host_platform() != "linux-amd64" {
        return eprintln!("skipped: the record at hand is that of linux-amd64");
    }
    let manifest = manifest_of(&real);
    let files = manifest.files.iter().map(|file| (file.path.as_str(), &file.sha256));
    let computed = trust::toolchain_h1("go1.22.10.linux-amd64", files).unwrap();
    let published = "h1:RsNdqCv6DX1zuIjq1S4c+sMWuLF4M7Ef4eHoBcz8dMU=".parse().unwrap();
    let filled_in = computed.matches(&published).unwrap();
    assert_eq!(filled_in, ["CONTRIBUTING.md", "LICENSE", "PATENTS", "README.md", "SECURITY.md", "codereview.cfg"]);
}
