//! A real toolchain, if it can be fetched.

use std::process::Command;

use testkit::{Sandbox, real};

const VERSION: &str = "1.22.10";

#[test]
fn a_real_toolchain_runs_and_is_fetched_once() {
    let goroot = match real::toolchain(VERSION) {
        Ok(goroot) => goroot,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let output = Sandbox::new(goroot.join("bin/go")).goward(["version"]).success();
    assert!(output.stdout.starts_with("go version go1.22.10 "), "{}", output.stdout);
    let made = |path: &std::path::Path| std::fs::metadata(path).unwrap().modified().unwrap();
    let before = made(&goroot.join("VERSION"));
    let again: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| real::toolchain(VERSION))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(again.iter().all(|other| other.as_ref() == Ok(&goroot)));
    assert_eq!(made(&goroot.join("VERSION")), before);
    assert!(!goroot.join("__init__.py").exists());
}

#[test]
fn an_archive_of_it_has_the_official_shape() {
    let archive = match real::tar_gz(VERSION) {
        Ok(archive) => archive,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    assert!(archive.file_name().unwrap().to_str().unwrap().starts_with("go1.22.10."));
    let listing = match Command::new("tar").arg("-tzvf").arg(&archive).output() {
        Ok(listing) => String::from_utf8(listing.stdout).unwrap(),
        Err(why) => return eprintln!("skipped: no `tar` to look into it: {why}"),
    };
    let line = |name: &str| listing.lines().find(|line| line.ends_with(&format!(" {name}"))).unwrap_or_default();
    assert!(line("go/bin/go").starts_with("-rwxr-xr-x"), "{}", line("go/bin/go"));
    assert!(line("go/VERSION").starts_with("-rw-r--r--"), "{}", line("go/VERSION"));
    assert!(line("go/src/").starts_with("drwxr-xr-x"), "{}", line("go/src/"));
}

#[test]
fn what_cannot_be_had_has_a_reason() {
    // No registry is asked: the version is invalid.
    let why = real::toolchain("not a version").unwrap_err();
    assert!(why.contains("could not be fetched with pip"), "{why}");
}
