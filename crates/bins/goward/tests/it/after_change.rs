//! The state after a change, and the state line of a failed command, for every verb that makes a change.

use crate::support::World;
use testkit::{TinyToolchain, program};

/// Writes shims into this world's home.
fn shimmed(world: &World) {
    world.goward("shims --write").success();
}

/// Nothing of `goward shims` is missing.
#[track_caller]
fn assert_shims_are_current(world: &World, version: &str) {
    let name = program::file_name(&format!("go{version}"));
    assert!(world.store("shims").join(&name).exists(), "no shim `{name}`");
    let shims = world.goward("shims --json").success().json();
    let late: Vec<_> = shims["shims"].as_array().unwrap().iter().filter(|shim| shim["current"] != true).collect();
    assert!(late.is_empty(), "{late:?}");
}

#[test]
fn shims_follow_an_import() {
    let world = World::new();
    shimmed(&world);
    let sdk = world.home.below("sdk/go1.19.13");
    TinyToolchain::host("1.19.13").write_tree(&sdk);
    world.home.goward(["import".as_ref(), sdk.as_os_str(), "--allow-unproven".as_ref()]).success();
    assert_shims_are_current(&world, "1.19.13");
    world.goward("uninstall 1.19.13").success();
    let shims = world.goward("shims --json").success().json();
    let late: Vec<_> = shims["shims"].as_array().unwrap().iter().filter(|shim| shim["current"] != true).collect();
    assert!(late.is_empty(), "{late:?}");
}

#[test]
fn shims_follow_an_install_from_a_bundle() {
    let maker = World::offering([TinyToolchain::host("1.26.99")]);
    maker.goward("bundle create -o go.goward --level 1 --go 1.26.99 --no-goward").success();
    let bundle = maker.home.folder().join("go.goward");
    let world = World::new().env("GOSUMDB", maker.upstream.sumdb_key());
    shimmed(&world);
    world.home.goward(["bundle".as_ref(), "install".as_ref(), bundle.as_os_str()]).success();
    assert_shims_are_current(&world, "1.26.99");
}

#[test]
fn a_call_of_a_shim_that_installs_and_then_cannot_start_says_that_it_installed() {
    let broken = TinyToolchain::host("1.27.3").without_file(&format!("bin/{}", program::file_name("gofmt")));
    let mut world = World::offering([broken]).sources("official");
    shimmed(&world);
    world.home.cd("work").write(".go-version", "1.27.3\n");
    let run = world.home.spawn_program(world.store("shims").join(program::file_name("gofmt")), ["-l"]).wait();
    assert_ne!(run.code, 0);
    assert!(run.stderr.contains("state: installed go1.27.3."), "{}", run.snapshot());
}

#[test]
fn a_rollback_without_a_default_says_that_there_is_none() {
    let world = World::new();
    let run = world.goward("rollback").exits(3);
    assert!(run.stderr.contains("no generation is in use"), "{}", run.snapshot());
}

#[test]
fn each_source_that_was_tried_stands_beside_the_others_with_its_own_machine_word() {
    let odd = TinyToolchain::host("1.27.3").with_file("src/x\u{202e}y", *b"x");
    let world = World::offering([odd]).sources("official,proxy,folder");
    let run = world.goward("install 1.27.3 --json");
    let report: serde_json::Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(report["word"], "no-source-gave-it");
    assert_eq!(report["caused_by"].as_array().unwrap().len(), 0, "{report}");
    let tried: Vec<(&str, &str)> = report["tried"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), one["word"].as_str().unwrap()))
        .collect();
    assert_eq!(tried[0], ("official", "archive-entry-refused"), "{report}");
    assert_eq!(tried.last().unwrap().0, "folder", "{report}");
    let run = world.goward("install 1.27.3");
    assert!(run.stderr.contains("  tried: official: ") && !run.stderr.contains("tried: folder"), "{}", run.snapshot());
}
