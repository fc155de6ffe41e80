//! Bundles: made from the mock upstream, carried to an empty world without a network, installed and run there.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

mod support;

use std::path::{Path, PathBuf};

use support::{World, names, platform, sealed};
use testkit::{Sandbox, TinyToolchain, on_path};

/// A bundle of these toolchains without goward itself, and the world that made it.
fn made(words: &str) -> (World, PathBuf) {
    let world = World::new();
    let bundle = world.home.folder().join("go.goward");
    world.goward(&format!("bundle create -o go.goward --level 1 {words}")).success();
    (world, bundle)
}

/// A world of its own that knows the key of the log that the other world's upstream keeps, and reaches nothing.
fn island(world: &World) -> Sandbox {
    let mut home = sealed();
    home.set_env("GOSUMDB", world.upstream.sumdb_key()).set_env("GOPROXY", "off");
    home
}

fn carry(bundle: &Path, home: &Sandbox) -> PathBuf {
    let copy = home.folder().join("go.goward");
    std::fs::copy(bundle, &copy).unwrap();
    copy
}

#[test]
fn a_bundle_brings_proven_toolchains_to_a_machine_without_a_network() {
    let (world, bundle) = made("--go 1.26,1.27 --no-goward");
    assert_eq!(names(world.home.folder()).iter().filter(|name| name.starts_with("go.goward")).count(), 1);
    assert_eq!(world.installed(), [""; 0], "the maker's own store is as it was");
    let home = island(&world);
    carry(&bundle, &home);
    let verified = home.goward(["bundle", "verify", "go.goward"]).success();
    assert_eq!(verified.stdout.matches("good: ").count(), 3, "{}", verified.snapshot());
    let run = home.goward(["bundle", "install", "go.goward", "--", "go", "version"]).success();
    assert_eq!(run.stdout, format!("go version go1.27.3 {}\n", platform().replace('-', "/")));
    assert_eq!(world.upstream.hits("/sumdb/latest"), 0);
    let record = home.goward_home().join(format!("manifests/go1.26.8.{}.json", platform()));
    let record: serde_json::Value = serde_json::from_slice(&std::fs::read(record).unwrap()).unwrap();
    assert_eq!((&record["source"], &record["form"]), (&"bundle".into(), &"bundle".into()));
    assert_eq!(record["witnesses"][0]["kind"], "sum-db");
    // What the log does not know does not travel.
    let tree = home.goward_home().join(format!("toolchains/go1.26.8.{}", platform()));
    assert!(tree.join("src/go.mod").is_file() && !tree.join("test").exists());
    assert_eq!(home.goward(["current"]).success().stdout.trim(), "1.27.3");
}

#[test]
fn a_bundle_installs_into_a_folder_of_its_own_and_what_was_asked_for() {
    let (world, bundle) = made("--go 1.26,1.27 --no-goward");
    let home = island(&world);
    carry(&bundle, &home);
    home.goward(["bundle", "install", "go.goward", "--to", "apart", "--go", "1.26"]).success();
    assert_eq!(names(&home.folder().join("apart/toolchains")), [format!("go1.26.8.{}", platform())]);
    assert!(!home.goward_home().exists() || names(&home.goward_home().join("toolchains")).is_empty());
    let refused = home.goward(["bundle", "install", "go.goward", "--go", "1.25"]).exits(3);
    assert!(refused.stderr.contains("has no 1.25 among its 2 versions"), "{}", refused.snapshot());
}

#[test]
fn a_bundle_is_a_source_like_others() {
    let (world, bundle) = made("--go 1.27 --no-goward");
    let mut home = island(&world);
    carry(&bundle, &home);
    home.set_env("GOWARD_BUNDLE", home.folder().join("go.goward")).set_env("GOWARD_OFFLINE", "1");
    let run = home.goward(["run", "1.27", "--", "go", "version"]).success();
    assert!(run.stdout.starts_with("go version go1.27.3 "), "{}", run.snapshot());
}
