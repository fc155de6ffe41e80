//! Files of another user or a foreign repository in a shared folder have no effect.
//!
//! The tests make another user's files with `chown`, which only root may; otherwise they are skipped.
#![cfg(unix)] // on Windows owners are not looked at

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::{World, names};
use testkit::{Program, Run, TinyToolchain};

/// Another user: the one called `nobody`.
const NEIGHBOUR: u32 = 65534;

/// Whether the test may change owners here; prints why not.
fn is_root(world: &World) -> bool {
    let root = std::fs::metadata(world.home.home()).unwrap().uid() == 0;
    if !root {
        eprintln!("skipped: only root may give files to somebody else");
    }
    root
}

fn telling(version: &str) -> TinyToolchain {
    let program = Program::new().say(version).say_args();
    TinyToolchain::host(version).with_program("bin/go", &program).with_program("bin/gofmt", &program)
}

/// 1.26.8 and 1.27.3 are installed, the second is the default; 1.26.7 and an old one are available. The working folder
/// is two levels deep.
fn world() -> World {
    let mut world = World::offering(["1.20.5", "1.26.7", "1.26.8", "1.27.3"].map(telling)).sources("official");
    world.goward("install 1.26.8 1.27.3").success();
    world.goward("use 1.27.3").success();
    world.goward("shims --write").success();
    let path = std::env::join_paths([world.store("shims"), world.home.path_folder()]).unwrap();
    world.home.set_env("PATH", path).cd("shared/mine/below");
    world
}

fn give(path: impl AsRef<Path>) {
    chown(path, Some(NEIGHBOUR), None).unwrap();
}

fn go(world: &World, args: &[&str]) -> Run {
    world.home.run_program(world.store("shims/go"), args)
}

/// How long `go version` may take in a folder full of traps. A debug build is slower, and tests run in parallel.
const A_MOMENT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 });

/// The first line of `go` through the shim, and goward's choice: they agree.
fn chosen(world: &World) -> String {
    let shim = go(world, &["version"]).success();
    let version = shim.stdout.lines().next().unwrap().to_owned();
    assert_eq!(world.goward("current").success().stdout.trim(), version, "the shim and goward agree");
    version
}

#[test]
fn a_neighbours_pin_in_a_shared_folder_is_passed_over_and_told() {
    let world = world();
    if !is_root(&world) {
        return;
    }
    let pin = world.home.write("../../.go-version", "1.26.8\n");
    assert_eq!(chosen(&world), "1.26.8", "one of our own counts");
    give(&pin);
    assert_eq!(chosen(&world), "1.27.3");
    for run in [go(&world, &["version"]), world.goward("which"), world.goward("current")] {
        let lines: Vec<&str> = run.stderr.lines().filter(|line| line.contains("does not count here")).collect();
        assert_eq!(lines.len(), 1, "{}", run.snapshot());
        assert!(lines[0].contains(".go-version") && lines[0].contains("belongs to user 65534"), "{}", lines[0]);
    }
    let why = world.goward("why").success().stdout;
    assert!(why.contains("it belongs to user 65534"), "{why}");
    // If it would not have decided, only `why` mentions it.
    world.home.write(".go-version", "1.27.3\n");
    assert_eq!(go(&world, &["version"]).success().stderr, "");
    assert!(world.goward("why").success().stdout.contains("it belongs to user 65534"));
}

#[test]
fn every_kind_of_file_that_pins_must_be_of_the_right_user_and_a_link_does_not_help() {
    let world = world();
    if !is_root(&world) {
        return;
    }
    for (name, content) in [
        (".tool-versions", "golang 1.26.8\n"),
        ("mise.toml", "[tools]\ngo = \"1.26.8\"\n"),
        (".prototools", "go = \"1.26.8\"\n"),
    ] {
        let pin = world.home.write(&format!("../{name}"), content);
        assert_eq!(chosen(&world), "1.26.8", "{name}");
        give(&pin);
        assert_eq!(chosen(&world), "1.27.3", "{name}");
        std::fs::remove_file(pin).unwrap();
    }
    // Another user's link to a file of ours, and a folder of theirs in the path of one.
    let ours = world.home.write("../../../ours", "1.26.8\n");
    let link = world.home.folder().join("../.go-version");
    std::os::unix::fs::symlink(&ours, &link).unwrap();
    assert_eq!(chosen(&world), "1.26.8");
    std::os::unix::fs::lchown(&link, Some(NEIGHBOUR), None).unwrap();
    assert_eq!(chosen(&world), "1.27.3");
    std::fs::remove_file(&link).unwrap();
    world.home.write("../mise/config.toml", "[tools]\ngo = \"1.26.8\"\n");
    give(world.home.folder().join("../mise"));
    assert_eq!(chosen(&world), "1.27.3");
    // A file that they make unreadable, or a link to itself, stops no command.
    let circle = world.home.folder().join("../.tool-versions");
    std::os::unix::fs::symlink(".tool-versions", &circle).unwrap();
    std::os::unix::fs::lchown(&circle, Some(NEIGHBOUR), None).unwrap();
    assert_eq!(chosen(&world), "1.27.3");
}

#[test]
fn the_walk_ends_at_a_folder_of_somebody_elses_and_a_strange_checkout_works_within() {
    let world = world();
    if !is_root(&world) {
        return;
    }
    world.home.write("../../.go-version", "1.26.8\n");
    give(world.home.folder().join(".."));
    assert_eq!(chosen(&world), "1.27.3", "our own file above a neighbour's folder");
    let run = world.goward("current");
    assert!(run.stderr.contains("and what pins counts only below it"), "{}", run.snapshot());
    // A checkout of another user, as in a container: the starting folder is theirs, too.
    give(world.home.folder());
    let pin = world.home.write(".go-version", "1.26.8\n");
    give(pin);
    assert_eq!(chosen(&world), "1.26.8");
}

#[test]
fn a_neighbours_mark_above_makes_no_project_and_moves_no_pin() {
    let world = world();
    if !is_root(&world) {
        return;
    }
    let above = world.home.write("../../.go-version", "1.26.8\n");
    for (mark, given) in [("../../.git/HEAD", "../../.git"), ("../../go.mod", "../../go.mod"), ("../go.work", "..")] {
        world.home.write(mark, "");
        give(world.home.folder().join(given));
        for file in [".go-version", ".tool-versions"] {
            world.goward(&format!("pin 1.27 --file {file}")).success();
            std::fs::remove_file(world.home.folder().join(file)).unwrap();
        }
        world.goward("pin 1.27").success();
        std::fs::remove_file(world.home.folder().join(".go-version")).unwrap();
        assert_eq!(std::fs::read_to_string(&above).unwrap(), "1.26.8\n", "{mark}");
    }
    // Our own mark does, in a folder that is ours.
    chown(world.home.folder().join(".."), Some(0), None).unwrap();
    chown(world.home.folder().join("../../.git"), Some(0), None).unwrap();
    world.goward("pin 1.27").success();
    assert_eq!(std::fs::read_to_string(&above).unwrap(), "1.27\n");
}

#[test]
fn a_strangers_go_mod_counts_and_installs_nothing_by_itself() {
    let world = world();
    if !is_root(&world) {
        return;
    }
    let module = world.home.write("../go.mod", "module example.test/x\n\ngo 1.26.7\ntoolchain go1.28.1\n");
    give(&module);
    let asked = world.upstream.requests("/").len();
    for run in [go(&world, &["version"]), world.goward("run -- go version")] {
        let run = run.exits(7);
        assert!(run.stderr.contains("belongs to user 65534"), "{}", run.snapshot());
        assert!(run.stderr.contains("`goward install 1.28.1`"), "the line to type: {}", run.snapshot());
    }
    assert_eq!(world.upstream.requests("/").len(), asked, "nobody was asked");
    // The same for a go command that looks for it by its name.
    let mut world = world;
    world.home.set_env("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION", "go1.26.7");
    let link = world.store("shims/go1.26.7");
    if !link.exists() {
        std::os::unix::fs::symlink("go", &link).unwrap();
    }
    let run = world.home.run_program(&link, ["version"]).exits(7);
    assert!(run.stderr.contains("`goward install 1.26.7`"), "{}", run.snapshot());
    // What is installed runs, as it does for the go command.
    std::fs::write(&module, "module example.test/x\n\ngo 1.27.3\n").unwrap();
    assert_eq!(chosen(&world), "1.27.3");
}

#[test]
fn a_project_has_nothing_old_installed_and_who_asks_has() {
    let mut world = world();
    world.home.write(".go-version", "1.20.5\n");
    let asked = world.upstream.requests("/").len();
    for run in [go(&world, &["version"]), world.goward("run -- go version")] {
        let run = run.exits(7);
        assert!(run.stderr.contains("`goward install 1.20.5`"), "the line to type: {}", run.snapshot());
    }
    assert_eq!(world.upstream.requests("/").len(), asked, "nobody was asked");
    world.home.write(".go-version", "1.20\n");
    world.goward("run -- go version").exits(7);
    // It does not apply to the command line and the environment, nor to a user who sets another floor.
    world.home.set_env("GOWARD_AUTO_INSTALL_FLOOR", "1.x");
    world.goward("current").exits(2);
    world.home.set_env("GOWARD_AUTO_INSTALL_FLOOR", "1.20.6");
    world.goward("run -- go version").exits(7);
    world.home.set_env("GOWARD_AUTO_INSTALL_FLOOR", "1.20");
    assert!(world.goward("run --dry-run -- go version").code != 7);
    world.home.remove_env("GOWARD_AUTO_INSTALL_FLOOR");
    let run = world.goward("run 1.20.5 -- go version").success();
    assert!(run.stdout.starts_with("1.20.5"), "{}", run.snapshot());
    assert!(world.goward("run -- go version").success().stdout.starts_with("1.20.5"), "what is installed runs");
}

#[test]
fn a_lock_file_of_a_neighbours_neither_constrains_nor_proves_and_ours_proves_beside_what_decides() {
    let world = world();
    let wrong = format!(
        "schema = 1\n\n[[toolchain]]\nversion = \"1.26.7\"\nplatform = \"{}\"\narchive = \"go1.26.7.{}.tar.gz\"\nsha256 = \"{}\"\nbytes = 1\n",
        crate::support::platform().replace('-', "/"),
        crate::support::platform(),
        "0".repeat(64)
    );
    let lock = world.home.write("../../goward.lock", &wrong);
    let run = world.goward("install 1.26.7").exits(5);
    assert!(run.stderr.contains("goward.lock"), "one of our own constrains: {}", run.snapshot());
    // It is above the working folder, where nothing decides.
    let run = world.goward("install 1.26.7 --locked").exits(7);
    assert!(run.stderr.contains("beside what decides"), "{}", run.snapshot());
    world.home.write("../../.go-version", "1.26.7\n");
    let run = world.goward("install 1.26.7 --locked").exits(5);
    assert!(run.stderr.contains("wants the archive's SHA-256"), "beside it counts: {}", run.snapshot());
    if !is_root(&world) {
        return;
    }
    give(&lock);
    let run = world.goward("install 1.26.7 --locked").exits(7);
    assert!(run.stderr.contains("belongs to user 65534"), "{}", run.snapshot());
    let run = world.goward("install 1.26.7").success();
    assert!(run.stderr.contains("does not count here: it belongs to user 65534"), "{}", run.snapshot());
}

#[test]
fn a_table_that_others_could_have_written_runs_nothing_and_is_made_anew() {
    let world = world();
    let table = world.store("shim.table");
    let evil = world.home.home().join("evil");
    let mark = world.home.home().join("evil-ran");
    let script = format!("#!/bin/sh\n: > '{}'\n", mark.display());
    for file in ["goward", "bin/go"] {
        std::fs::create_dir_all(evil.join(file).parent().unwrap()).unwrap();
        std::fs::write(evil.join(file), &script).unwrap();
        std::fs::set_permissions(evil.join(file), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let good = std::fs::read_to_string(&table).unwrap();
    let line = |key: &str| good.lines().find(|line| line.starts_with(&format!("{key}\t"))).unwrap().to_owned();
    let tree = good.lines().find(|line| line.starts_with("go\t1.27.3\t")).unwrap();
    let bad = good
        .replace(tree, &format!("go\t1.27.3\t{}", evil.display()))
        .replace(&line("goward"), &format!("goward\t{}/goward", evil.display()));
    assert_ne!(good, bad);
    type Way<'a> = (&'a str, &'a dyn Fn(&Path));
    let untrusted: [Way; 3] = [
        ("others may write", &|path| std::fs::set_permissions(path, PermissionsExt::from_mode(0o666)).unwrap()),
        ("a group may write", &|path| std::fs::set_permissions(path, PermissionsExt::from_mode(0o664)).unwrap()),
        ("a neighbour's", &|path| give(path)),
    ];
    for (what, spoil) in untrusted {
        if what == "a neighbour's" && !is_root(&world) {
            continue;
        }
        for text in [&bad, &good] {
            let _ = std::fs::remove_file(&table);
            std::fs::write(&table, text).unwrap();
            std::fs::set_permissions(&table, PermissionsExt::from_mode(0o644)).unwrap();
            spoil(&table);
            let run = go(&world, &["version"]);
            assert!(!mark.exists(), "{what}: {}", run.snapshot());
            // Either goward has repaired it, or it refuses the home as a whole.
            assert!(run.code == 0 && run.stdout.starts_with("1.27.3") || run.code == 7, "{what}: {}", run.snapshot());
            if run.code == 0 {
                let meta = std::fs::metadata(&table).unwrap();
                assert_eq!(
                    (std::fs::read_to_string(&table).unwrap(), meta.mode() & 0o022),
                    (good.clone(), 0),
                    "{what}"
                );
            }
        }
    }
    // Nor is a link followed to a table elsewhere.
    std::fs::write(evil.join("table"), &bad).unwrap();
    let _ = std::fs::remove_file(&table);
    std::os::unix::fs::symlink(evil.join("table"), &table).unwrap();
    go(&world, &["version"]);
    assert!(!mark.exists());
}

/// Every file below a folder with its kind and the time of its last change.
fn listed(folder: &Path) -> Vec<(PathBuf, u32, i64, u64)> {
    let mut list = Vec::new();
    for name in names(folder) {
        let path = folder.join(name);
        let meta = std::fs::symlink_metadata(&path).unwrap();
        list.push((path.clone(), meta.mode(), meta.mtime_nsec(), meta.len()));
        if meta.is_dir() {
            list.extend(listed(&path));
        }
    }
    list
}

#[test]
fn in_a_folder_full_of_traps_go_version_runs_nothing_writes_nothing_and_ends_within_a_second() {
    let world = world();
    let here = world.home.folder().to_owned();
    let mark = world.home.home().join("trap-ran");
    let python = format!("open({:?}, 'w')\n", mark.display().to_string());
    let script = format!("#!/bin/sh\n: > '{}'\n", mark.display());
    for name in ["pip.py", "pip/__main__.py", "sitecustomize.py", "usercustomize.py", "encodings.py", "site.py"] {
        world.home.write(name, &python);
    }
    for name in ["python3", "pip3", "python", "go", "gofmt", "goward", "git"] {
        std::fs::write(here.join(name), &script).unwrap();
        std::fs::set_permissions(here.join(name), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let pipes = ["go.mod", "go.work", ".tool-versions", "mise.toml", ".prototools", ".config", "mise", "goward.lock"];
    for name in pipes {
        assert!(std::process::Command::new("mkfifo").arg(here.join(name)).status().unwrap().success(), "{name}");
    }
    let pins: [&[u8]; 9] = [
        b"",
        b"../../evil\n",
        b"1.27.3\0\n",
        b"\xff\xfe\n",
        b"\x1b]0;x\x07\n",
        b"path:/bin/sh\n",
        b"1.99.99\n",
        b"999999999999999999999.1\n",
        b"$(touch trap-ran)\n",
    ];
    let huge = vec![b'1'; 3 << 20];
    for pin in pins.into_iter().chain([huge.as_slice()]) {
        std::fs::write(here.join(".go-version"), pin).unwrap();
        let before = listed(&here);
        let begun = Instant::now();
        let run = go(&world, &["version"]);
        assert!(begun.elapsed() < A_MOMENT, "{}", run.snapshot());
        assert!(!mark.exists(), "{}", run.snapshot());
        assert_eq!(listed(&here), before, "nothing is written: {}", run.snapshot());
        assert!(!run.stderr.contains('\x1b'), "{}", run.snapshot());
    }
    // The pin itself a pipe, a device, a folder.
    for make in ["mkfifo .go-version", "ln -s /dev/zero .go-version", "ln -s /dev/tty .go-version", "mkdir .go-version"]
    {
        let _ = std::fs::remove_file(here.join(".go-version"));
        let made = std::process::Command::new("sh").args(["-c", make]).current_dir(&here).status().unwrap();
        assert!(made.success());
        let begun = Instant::now();
        let run = go(&world, &["version"]).success();
        assert!(begun.elapsed() < A_MOMENT, "{make}");
        assert_eq!((run.stdout.lines().next(), mark.exists()), (Some("1.27.3"), false), "{make}: {}", run.snapshot());
    }
}
