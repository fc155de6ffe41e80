//! Differences between systems, from the outside. It runs on every system, also under Wine.

use crate::support::{World, names, platform};
use testkit::TinyToolchain;

/// The name of this system in `GOWARD_HOST_FACTS`.
fn os() -> String {
    platform().split('-').next().unwrap().to_owned()
}

#[test]
fn a_release_that_this_machine_does_not_run_is_refused_before_a_byte_of_it_is_fetched() {
    let old = match os().as_str() {
        "linux" => "os=linux version=2.6.32",
        "windows" => "os=windows version=6.1.7601",
        _ => "os=darwin version=10.13",
    };
    let world = World::new().env("GOWARD_HOST_FACTS", old);
    for request in ["1.27.3", "latest"] {
        let run = world.goward(&format!("install {request}")).exits(6);
        assert!(run.stderr.contains("or later, and this machine has"), "{}", run.snapshot());
        assert!(run.stderr.contains("the newest that runs here is 1."), "{}", run.snapshot());
    }
    assert_eq!(world.upstream.hits("/go/"), 0);
    world.assert_nothing_installed();
    // A release for another machine may still be fetched, and one without known requirements is tried.
    let world = world.env("GOWARD_HOST_FACTS", "colourless");
    world.goward("install 1.27.3").success();
}

#[test]
fn two_releases_are_installed_switched_undone_and_removed() {
    let world = World::new();
    world.goward("install 1.26.8").success();
    world.goward("use 1.26.8").success();
    world.goward("use 1.27.3").success();
    assert_eq!(world.installed(), ["1.26.8", "1.27.3"]);
    let current = || world.goward("current --json --quiet").success().stdout;
    assert!(current().contains("1.27.3"), "{}", current());
    world.goward("undo").success();
    assert!(current().contains("1.26.8"), "{}", current());
    // The pointer is a link on systems with links, and a file with a path on others.
    let pointer = std::fs::symlink_metadata(world.store("current")).unwrap();
    assert_eq!((pointer.is_symlink(), pointer.is_file()), (!cfg!(windows), cfg!(windows)));
    world.goward("uninstall 1.27.3").success();
    assert_eq!(world.installed(), ["1.26.8"]);
    for folder in ["staging", "trash"] {
        assert_eq!(names(&world.store(folder)), [""; 0], "{folder}");
    }
}

#[test]
fn a_home_with_a_long_path_holds_a_toolchain() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain]);
    // Longer than the 260 units that older calls of Windows take, with parts of a length that every system takes.
    let home = ["a long name"; 24].iter().fold(world.home.home().to_owned(), |path, part| path.join(part));
    assert!(home.as_os_str().len() > 260);
    let world = world.env("GOWARD_HOME", &home);
    world.goward("install 1.27.3").success();
    world.goward("use 1.27.3").success();
    let tree = home.join("toolchains").join(format!("go1.27.3.{}", platform()));
    assert!(std::fs::read_to_string(tree.join("VERSION")).unwrap().starts_with("go1.27.3"));
    world.goward("install 1.27.3").success();
    assert_eq!(world.installed(), ["1.27.3"]);
}

/// An open file of a toolchain prevents its removal; then nothing has changed.
#[cfg(windows)]
#[test]
fn a_toolchain_with_an_open_file_stays_whole_and_goes_later() {
    use std::os::windows::fs::OpenOptionsExt;
    let world = World::new();
    world.goward("install 1.26.8 1.27.3").success();
    world.goward("use 1.27.3").success();
    // Nobody else may do anything with it: as a program that is running, or a scanner.
    let open = std::fs::OpenOptions::new().read(true).share_mode(0).open(world.tree("1.26.8").join("VERSION")).unwrap();
    let run = world.goward("uninstall 1.26.8");
    if run.code == 0 {
        // Wine moves a folder with an open file in it; Windows refuses.
        assert_eq!(world.installed(), ["1.27.3"]);
    } else {
        assert_eq!(world.installed(), ["1.26.8", "1.27.3"], "{}", run.snapshot());
    }
    drop(open);
    let _ = world.goward("uninstall 1.26.8");
    world.goward("status").success();
    assert_eq!(world.installed(), ["1.27.3"]);
    // The next change finishes a refused operation.
    world.goward("install 1.25.9").success();
    assert_eq!(names(&world.store("trash")), [""; 0]);
}
