//! Blocked versions: no command chooses one, every refusal names who and why, and the block can be taken back.

use std::ffi::OsStr;

use crate::support::World;
use testkit::{Program, Run, TinyToolchain, program};

/// Prints its version and its arguments.
fn telling(version: &str) -> TinyToolchain {
    let program = Program::new().say(version).say_args();
    TinyToolchain::host(version).with_program("bin/go", &program).with_program("bin/gofmt", &program)
}

/// Three toolchains of five installed, 1.27.3 the default and 1.27.2 before it; shims first on PATH. 1.27.3 is blocked.
fn world() -> World {
    let mut world =
        World::offering(["1.26.8", "1.26.9", "1.27.2", "1.27.3", "1.28rc1"].map(telling)).sources("official");
    world.goward("install 1.26.8 1.27.2 1.27.3").success();
    world.goward("use 1.27.2").success();
    world.goward("use 1.27.3").success();
    world.goward("shims --write").success();
    let path = std::env::join_paths([world.store("shims"), world.home.path_folder()]).unwrap();
    world.home.set_env("PATH", path).set_env("USER", "ann");
    world.home.goward(["block", "1.27.3", "--reason", "tests hang"]).success();
    world
}

fn shim<S: AsRef<OsStr>>(world: &World, name: &str, args: impl IntoIterator<Item = S>) -> Run {
    world.home.spawn_program(world.store("shims").join(program::file_name(name)), args).wait()
}

/// The run was refused for the block: who and why are named, and the way out.
#[track_caller]
fn assert_refused(run: Run, what: &str) -> Run {
    let text = run.stderr.clone();
    assert_eq!(run.code, 7, "{what}\n{}", run.snapshot());
    for part in ["go1.27.3", "ann", "tests hang", "goward unblock 1.27.3"] {
        assert!(text.contains(part), "{what} does not say `{part}`\n{}", run.snapshot());
    }
    run
}

/// Every command line that names a version or follows the default.
const REFUSED: &[&str] = &[
    // A version on the command line.
    "run 1.27.3 -- go version",
    "run 1.27.3 --no-install -- go version",
    "install 1.27.3",
    "install --dry-run 1.27.3",
    "use 1.27.3",
    "use --dry-run 1.27.3",
    "pin 1.27.3",
    "pin 1.27.3 --lock",
    "where 1.27.3",
    "migrate 1.26 1.27.3 --no-tools",
    "migrate 1.26 1.27.3 --no-tools --dry-run",
    "bundle create -o go.goward --no-goward --go 1.27.3",
    "rollback 2",
    "rollback --to 2",
    // The default.
    "run -- go version",
    "install",
    "current",
    "which",
    "which --explain",
    "where",
    "env GOROOT",
    "pin --lock",
];

#[test]
fn no_command_chooses_a_blocked_version() {
    let world = world();
    // A rollback to where one is already would be refused as well; go elsewhere first for the two of them.
    for line in REFUSED {
        assert_refused(world.goward(line), line);
        if !line.starts_with("rollback") {
            let run = world.goward(&format!("--json {line}"));
            let last = run.stderr.lines().last().unwrap_or_default();
            assert!(last.contains("\"word\":\"blocked\""), "{line}\n{}", run.snapshot());
        }
    }
    // What only looks, removes or checks works.
    for line in
        ["list", "status", "history", "doctor --list", "verify 1.27.3", "why", "block --list", "prune --dry-run"]
    {
        world.goward(line).success();
    }
    // Other versions run.
    assert_eq!(world.goward("run 1.26.8 -- go").success().stdout, "1.26.8\n");
}

#[test]
fn requests_pass_a_blocked_version_over_and_say_so() {
    let mut world = world();
    for (line, expected) in [
        ("run 1.27 -- go", "1.27.2"),
        ("run 1.x -- go", "1.27.2"),
        ("run >=1.26 -- go", "1.27.2"),
        ("use --dry-run latest", "go1.27.2"),
        ("use --dry-run 1.27", "go1.27.2"),
        ("install --dry-run latest", "go1.27.2"),
        ("install --dry-run supported", "go1.27.2"),
        ("upgrade 1.27 --dry-run", "go1.27.2"),
        ("migrate 1.26 latest --no-tools --dry-run", "go1.27.2"),
    ] {
        let run = world.goward(line).success();
        let is_taken =
            run.stdout.contains(expected) && !run.stdout.replace("in place of go1.27.3", "").contains("1.27.3");
        assert!(is_taken, "{line}\n{}", run.snapshot());
        if line != "install --dry-run supported" {
            assert!(run.stderr.contains("go1.27.3") && run.stderr.contains("tests hang"), "{line}\n{}", run.snapshot());
        }
    }
    let run = world.goward("outdated").success();
    assert!(run.stdout.contains("and blocked") && run.stderr.contains("tests hang"), "{}", run.snapshot());
    let run = world.goward("use latest").success();
    assert!(run.stdout.starts_with("go1.27.2 is the default now, go1.27.3 was before"), "{}", run.snapshot());
    world.home.cd("work");
    world.goward("pin 1.27 --exact").success();
    assert_eq!(world.home.read(".go-version"), "1.27.2\n");
    world.home.write(".go-version", "1.27\n");
    let run = shim(&world, "go", ["build"]).success();
    assert_eq!(run.stdout, "1.27.2\nbuild\n");
    assert!(run.stderr.contains("go1.27.3 is passed over"), "{}", run.snapshot());
    // Every patch of a minor is blocked: nothing is taken in its place.
    world.goward("block 1.27.2").success();
    for line in ["run 1.27 -- go", "run 1.27 --no-install -- go", "--offline run 1.27 -- go", "install 1.27"] {
        world.goward(line).exits(7);
    }
    shim(&world, "go", ["build"]).exits(7);
    assert_eq!(world.goward("run latest --offline -- go").success().stdout, "1.26.8\n");
    assert_eq!(world.goward("run oldstable -- go").success().stdout, "1.26.8\n");
}

#[test]
fn pins_floors_and_locks_of_a_blocked_version_are_refused_and_named() {
    let mut world = world();
    world.goward("use 1.27.2").success();
    for (file, text) in [
        (".go-version", "1.27.3\n"),
        (".tool-versions", "golang 1.27.3\n"),
        ("go.mod", "module example.test/m\n\ngo 1.27.3\n"),
        ("go.mod", "module example.test/m\n\ngo 1.26\n\ntoolchain go1.27.3\n"),
        ("go.work", "go 1.27.3\n"),
    ] {
        let folder = format!("work-{}-{}", file.trim_start_matches('.'), text.len());
        world.home.cd(&folder).write(file, text);
        for line in ["run -- go version", "which", "current", "install", "env GOROOT"] {
            let run = assert_refused(world.goward(line), line);
            assert!(run.stderr.contains(file), "{file}, {line}\n{}", run.snapshot());
        }
        assert_refused(shim(&world, "go", ["version"]), file);
        let why = world.goward("why").success();
        assert!(why.stdout.contains("it is blocked") && why.stdout.contains("tests hang"), "{}", why.snapshot());
        let json = world.goward("why --json").success().json();
        assert_eq!((&json["block"]["version"], &json["block"]["author"]["user"]), (&"1.27.3".into(), &"ann".into()));
    }
    // A newer patch satisfies a floor.
    world.goward("use 1.26.8").success();
    world.goward("block 1.27.2").success();
    world.home.cd("floor").write("go.mod", "module example.test/m\n\ngo 1.27.2\n");
    world.goward("unblock 1.27.3").success();
    assert_eq!(world.goward("run -- go").success().stdout, "1.27.3\n");
    assert_eq!(shim(&world, "go", [""; 0]).success().stdout, "1.27.3\n");
    // A variable, and a lock file.
    world.goward("block 1.27.3").success();
    world.home.set_env("GOWARD_VERSION", "1.27.3");
    world.goward("run -- go").exits(7);
    shim(&world, "go", [""; 0]).exits(7);
    world.home.set_env("GOWARD_VERSION", "");
    world.goward("unblock 1.27.3").success();
    let here = crate::support::platform().replace('-', "/");
    world.home.cd("locked");
    world.goward(&format!("pin 1.27.3 --lock --platform {here}")).success();
    assert_eq!(shim(&world, "go", [""; 0]).success().stdout, "1.27.3\n");
    world.goward("block 1.27.3").success();
    world.goward("run --locked -- go").exits(7);
    shim(&world, "go", [""; 0]).exits(7);
}

#[test]
fn the_shims_follow_a_block_and_its_end_at_once() {
    let mut world = world();
    world.home.cd("work");
    assert_refused(shim(&world, "go", ["version"]), "the default");
    assert_refused(shim(&world, "go1.27.3", ["version"]), "by its name");
    assert_refused(shim(&world, "go", ["+1.27.3", "version"]), "by request");
    assert_eq!(shim(&world, "go1.27.2", [""; 0]).success().stdout, "1.27.2\n");
    let table = std::fs::read_to_string(world.store("shim.table")).unwrap();
    assert!(!table.contains("\ngo\t1.27.3\t") && !table.contains("\nminor\t1.27\t"), "{table}");
    assert!(table.contains("\ngo\t1.27.2\t") && table.contains("\nminor\t1.26\t"), "{table}");
    world.goward("unblock 1.27.3").success();
    assert_eq!(shim(&world, "go", ["x"]).success().stdout, "1.27.3\nx\n");
    let table = std::fs::read_to_string(world.store("shim.table")).unwrap();
    assert!(table.contains("\ngo\t1.27.3\t") && table.contains("\nminor\t1.27\t1.27.3\n"), "{table}");
    // A block that has run out counts no longer, and the first call gives the table its row back.
    world.goward("block 1.27.3 --until 9h").success();
    shim(&world, "go", ["x"]).exits(7);
    let list = std::fs::read_to_string(world.store("blocked.json")).unwrap();
    let mut list: serde_json::Value = serde_json::from_str(&list).unwrap();
    list["blocks"][0]["until_unix_seconds"] = 1_700_000_000.into();
    std::fs::write(world.store("blocked.json"), list.to_string()).unwrap();
    assert_eq!(shim(&world, "go", ["x"]).success().stdout, "1.27.3\nx\n");
    let listed = world.goward("block --list").success();
    assert!(listed.stdout.contains("has run out") && listed.stdout.contains("2023-11-14"), "{}", listed.snapshot());
    assert!(std::fs::read_to_string(world.store("shim.table")).unwrap().contains("\ngo\t1.27.3\t"));
}

#[test]
fn a_block_is_in_the_list_and_the_history_and_undo_takes_it_back() {
    let world = world();
    let list = world.goward("list").success();
    assert!(list.stdout.contains("blocked: ann"), "{}", list.snapshot());
    let json = world.goward("block --list --json").success().json();
    assert_eq!((&json["blocks"][0]["version"], &json["blocks"][0]["counts"]), (&"1.27.3".into(), &true.into()));
    assert_eq!(json["blocks"][0]["author"]["reason"], "tests hang");
    let history = world.goward("history").success();
    assert!(
        history.stdout.contains("block go1.27.3") && history.stdout.contains("tests hang"),
        "{}",
        history.snapshot()
    );
    world.goward("undo").success();
    assert_eq!(world.goward("run -- go").success().stdout, "1.27.3\n");
    world.goward("block 1.27.3").success();
    world.goward("unblock 1.27.3").success();
    world.goward("undo").success();
    world.goward("run -- go").exits(7);
    world.goward("unblock 1.27.3").success();
    world.goward("unblock 1.27.3").exits(3);
}

#[test]
fn a_way_back_to_a_blocked_version_needs_force() {
    let world = world();
    world.goward("use 1.26.8").success();
    assert_refused(world.goward("rollback"), "rollback");
    assert_refused(world.goward("undo"), "undo");
    let run = world.goward("rollback");
    assert!(run.stderr.contains("--force"), "{}", run.snapshot());
    let run = world.goward("rollback --force").success();
    assert!(run.stdout.contains("go1.27.3 is the default again"), "{}", run.snapshot());
    world.goward("use 1.26.8").success();
    world.goward("undo --force").success();
    assert!(world.goward("status").success().stdout.contains("1.27.3"));
}

#[test]
fn a_block_of_the_default_says_what_is_refused_and_what_to_do() {
    let world = World::offering([telling("1.27.3")]).sources("official");
    world.goward("use 1.27.3").success();
    let run = world.goward("block 1.27.3").success();
    assert!(run.stderr.contains("is the default") && run.stderr.contains("goward rollback"), "{}", run.snapshot());
    // A version that is not installed can be blocked, and a second block replaces the first.
    world.goward("block go1.30.1 --until 2999-01-01").success();
    assert!(world.goward("block 1.30.1").success().stdout.contains("before: "));
    world.goward("install 1.30.1").exits(7);
    for line in
        ["block 1.27", "block latest", "block", "block 1.27.3 --until yesterday", "block 1.27.3 --until 2001-01-01"]
    {
        world.goward(line).exits(2);
    }
}

#[test]
fn a_damaged_list_lets_nothing_be_chosen_until_it_is_repaired() {
    let world = world();
    for bytes in ["", "{", "{\"format\": 1, \"blocks\": 3}"] {
        std::fs::write(world.store("blocked.json"), bytes).unwrap();
        for line in
            ["run 1.26.8 -- go", "run -- go", "use 1.26.8", "install 1.26.9", "current", "block 1.26.8", "upgrade"]
        {
            let run = world.goward(line).exits(5);
            assert!(
                run.stderr.contains("blocked.json") && run.stderr.contains("doctor --repair"),
                "{}",
                run.snapshot()
            );
        }
        shim(&world, "go1.27.3", [""; 0]).exits(5);
        // What needs no choice works, and says so.
        assert!(world.goward("list").success().stderr.contains("no version is chosen"));
        let run = world.goward("doctor");
        assert!(run.stdout.contains("block-list-damaged"), "{}", run.snapshot());
        world.goward("doctor --repair store");
        assert!(!world.store("blocked.json").exists());
        assert_eq!(world.goward("run -- go").success().stdout, "1.27.3\n");
    }
    // The list of a later goward is not damaged: nothing moves it.
    let later = "{\"format\": 9, \"blocks\": []}";
    std::fs::write(world.store("blocked.json"), later).unwrap();
    world.goward("run -- go").exits(5);
    world.goward("doctor --repair store");
    assert_eq!(std::fs::read_to_string(world.store("blocked.json")).unwrap(), later);
}

#[test]
fn the_administrator_s_blocks_count_for_all_users_and_only_the_administrator_lifts_them() {
    if cfg!(windows) {
        return;
    }
    let mut world = World::offering(["1.26.8", "1.27.2", "1.27.3"].map(telling)).sources("official");
    let system = world.home.below("system");
    world.home.set_env("GOWARD_SYSTEM_HOME", &system);
    world.goward("use 1.27.3").success();
    world.goward("shims --write").success();
    world.home.set_env("USER", "root");
    world.goward("block 1.27.3 --system --reason hangs").success();
    world.home.set_env("USER", "ann");
    assert!(system.join("blocked.json").exists() && !world.store("blocked.json").exists());
    let run = world.goward("run -- go").exits(7);
    assert!(run.stderr.contains("the administrator (root"), "{}", run.snapshot());
    assert!(run.stderr.contains("unblock 1.27.3 --system"), "{}", run.snapshot());
    shim(&world, "go", [""; 0]).exits(7);
    world.goward("unblock 1.27.3").exits(7);
    let run = world.goward("install latest").success();
    assert!(run.stdout.contains("1.27.2"), "{}", run.snapshot());
    world.goward("unblock 1.27.3 --system").success();
    assert_eq!(world.goward("run -- go").success().stdout, "1.27.3\n");
    assert_eq!(shim(&world, "go", [""; 0]).success().stdout, "1.27.3\n");
}
