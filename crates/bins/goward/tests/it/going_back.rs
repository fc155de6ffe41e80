//! A rollback that waits no longer than it may, blocks what it left, and proves itself.
#![cfg(unix)] // the programs that answer as go does are shell scripts

use std::path::Path;

use crate::support::World;
use testkit::{Run, TinyToolchain};

/// What a toolchain's `go` answers.
#[derive(Clone, Copy)]
struct Answers {
    verify: &'static str,
    test: &'static str,
    dependency: &'static str,
}

const GOOD: Answers = Answers {
    verify: "echo 'all modules verified'",
    test: "printf 'ok  \\texample.test/app\\t0.01s\\n'",
    dependency: "v1.0.0",
};

/// A `go` that answers what a proof asks, for a module with one dependency.
fn answering(version: &str, answers: Answers) -> TinyToolchain {
    let Answers { verify, test, dependency } = answers;
    let script = format!(
        "#!/bin/sh\ncase \"$1 $2\" in\n\
         'mod verify') {verify} ;;\n\
         'mod graph') echo 'example.test/app example.test/dep@{dependency}'; echo 'example.test/app go@1.26' ;;\n\
         'list -m') echo '{{\"Path\":\"example.test/app\",\"Main\":true,\"GoVersion\":\"1.26\"}}'; \
         echo '{{\"Path\":\"example.test/dep\",\"Version\":\"{dependency}\"}}' ;;\n\
         test*) [ -z \"$ASKED\" ] || echo \"$@\" > \"$ASKED\"; {test} ;;\n\
         *) echo go{version} ;;\nesac\n"
    );
    TinyToolchain::host(version).with_file("bin/go", script.into_bytes())
}

/// 1.26.8 was the default, 1.27.3 is; in a module with one dependency.
fn world(before: Answers) -> World {
    let mut world = World::offering([answering("1.26.8", before), answering("1.27.3", GOOD)]).sources("official");
    world.goward("use 1.26.8").success();
    world.goward("use 1.27.3").success();
    world.home.cd("app").write("go.mod", "module example.test/app\n\ngo 1.26\n\nrequire example.test/dep v1.0.0\n");
    world.home.write("go.sum", "example.test/dep v1.0.0 h1:abc=\nexample.test/dep v1.0.0/go.mod h1:def=\n");
    world
}

fn default_of(world: &World) -> String {
    let json = world.goward("list --json").success().json();
    let list = json["toolchains"].as_array().unwrap().clone();
    list.into_iter().find(|one| one["is_default"] == true).unwrap()["version"].as_str().unwrap().to_owned()
}

#[track_caller]
fn assert_says(run: &Run, parts: &[&str]) {
    for part in parts {
        assert!(run.stdout.contains(part), "`{part}`\n{}", run.snapshot());
    }
}

#[test]
fn a_rollback_proves_source_topology_and_behaviour() {
    let mut world = world(GOOD);
    world.goward("graph --save ../graph.json").success();
    let asked = world.home.below("asked");
    world.home.set_env("ASKED", &asked);
    let run = world
        .goward("rollback --verify --tests ^TestRecovery --packages ./a/... --packages ./b --baseline ../graph.json")
        .success();
    assert_says(&run, &["go1.26.8 is the default again", "2 modules, as in ../graph.json", "; verified\n"]);
    assert_eq!(run.stdout.matches("passed").count(), 3, "{}", run.snapshot());
    let words = std::fs::read_to_string(&asked).unwrap();
    assert_eq!(words, "test -run ^TestRecovery -count=1 ./a/... ./b\n");
    assert_eq!(default_of(&world), "1.26.8");
    let json = world.goward("rollback 2 --verify --json").success().json();
    assert_eq!(json["verification"]["passed"], true);
    assert_eq!(json["verification"]["rows"][1]["verdict"], "left-out");
    assert_eq!(json["verification"]["toolchain_used"], format!("go1.27.3.{}", crate::support::platform()));
}

#[test]
fn a_proof_that_fails_ends_with_9_and_stays_back() {
    let slow = "exec /bin/sleep 60";
    for (answers, options, parts) in [
        (
            Answers { verify: "echo 'dep v1.0.0: dir has been modified'; exit 1", ..GOOD },
            "",
            &["failed at source", "dir has been modified"][..],
        ),
        (Answers { test: "echo 'FAIL: TestOrders'; exit 1", ..GOOD }, "", &["failed at behaviour", "FAIL: TestOrders"]),
        (
            Answers { dependency: "v1.1.0", ..GOOD },
            "--baseline ../graph.json",
            &["failed at topology", "version v1.0.0 -> v1.1.0"],
        ),
        (Answers { test: slow, ..GOOD }, "--within 1s", &["failed at behaviour", "did not end within"]),
        (
            Answers { test: "printf 'ok  \\tapp\\t0.01s [no tests to run]\\n'", ..GOOD },
            "--tests ^None",
            &["no test has this name"],
        ),
        (GOOD, "--baseline ../missing.json", &["failed at topology", "missing.json"]),
    ] {
        let world = world(answers);
        world.goward("graph --save ../graph.json").success();
        let marker = world.home.below("restored");
        let words = ["rollback", "--verify", "--on-done", &format!("/usr/bin/touch '{}'", marker.display())]
            .map(str::to_owned)
            .into_iter()
            .chain(options.split_whitespace().map(str::to_owned));
        let run = world.home.goward(words).exits(9);
        assert_says(&run, parts);
        assert_says(&run, &["back since ", "and it stays back"]);
        assert_eq!(default_of(&world), "1.26.8");
        assert!(!marker.exists() && run.stderr.contains("was not started"), "{}", run.snapshot());
    }
}

#[test]
fn a_rollback_blocks_the_version_that_it_left() {
    let world = world(GOOD);
    let run = world.goward("rollback --block").success();
    assert_says(&run, &["go1.26.8 is the default again", "go1.27.3 is blocked", "rolled back"]);
    world.goward("use 1.27.3").exits(7);
    world.goward("rollback 2").exits(7);
    // Two changes: the first undo lifts the block.
    world.goward("undo").success();
    assert_eq!(default_of(&world), "1.26.8");
    world.goward("use 1.27.3").success();
    let run = world.home.goward(["rollback", "1", "--block", "--reason", "latency doubled", "--json"]).success();
    assert_eq!(run.json()["block"]["author"]["reason"], "latency doubled");
    // There is nothing that was left.
    let run = world.goward("rollback 1 --block").success();
    assert!(run.stderr.contains("none is blocked"), "{}", run.snapshot());
    // A list that is damaged does not hold the way back up; the failure of the block is reported.
    std::fs::write(world.store("blocked.json"), "{").unwrap();
    world.goward("rollback 2").exits(5);
    let run = world.goward("rollback 2 --force --block").exits(5);
    assert!(run.stderr.contains("blocked.json") && run.stderr.contains("back at generation 2"), "{}", run.snapshot());
    assert_eq!(default_of(&world), "1.27.3");
}

#[test]
fn what_is_run_at_the_end_is_bounded_split_without_a_shell_and_undoes_nothing() {
    let world = world(GOOD);
    let script = world.home.below("restore");
    testkit::program::write_program(&script, b"#!/bin/sh\necho \"$# <$1> <$2>\"\nexit 3\n");
    let command = format!("'{}' 'two words' $HOME;true", script.display());
    let run = world.home.goward(["rollback", "--on-done", &command]).exits(6);
    assert!(
        run.stderr.contains("2 <two words> <$HOME;true>") && run.stderr.contains("ended with 3"),
        "{}",
        run.snapshot()
    );
    assert_eq!(default_of(&world), "1.26.8");
    world.home.goward(["rollback", "2", "--on-done", "/usr/bin/true"]).success();
    world.home.goward(["rollback", "1", "--on-done", "./restore"]).exits(6);
    assert_eq!(default_of(&world), "1.26.8");
    world.home.goward(["rollback", "2", "--on-done", "'open"]).exits(2);
    assert_eq!(default_of(&world), "1.26.8");
}

#[test]
fn a_rollback_waits_for_a_held_lock_no_longer_than_it_may() {
    let world = world(GOOD);
    let path = world.store("locks/store.lock");
    let lock = std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).unwrap();
    lock.lock().unwrap();
    write_owner(&path);
    for (line, told) in [("rollback", "300 ms"), ("rollback --wait 100ms", "100 ms"), ("rollback --wait 0s", "0 s")] {
        let start = std::time::Instant::now();
        let run = world.goward(line).exits(8);
        assert!(run.stderr.contains(told) && run.stderr.contains("(upgrade"), "{line}\n{}", run.snapshot());
        assert!(start.elapsed() < std::time::Duration::from_secs(20), "{line}");
    }
    drop(lock);
    world.goward("rollback --wait 0s").success();
    assert_eq!(default_of(&world), "1.26.8");
}

/// This process holds the lock, as goward would say it.
fn write_owner(path: &Path) {
    std::fs::write(path, format!("process {} (upgrade to go1.27.3) since 1700000000", std::process::id())).unwrap();
}
