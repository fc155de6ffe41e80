//! Drills: what is broken is noticed and mended, in a scratch folder that is gone afterwards, and nothing of the real home
//! is touched.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::{TinyToolchain, real};

use crate::json::assert_follows_views;
use crate::support::{World, names};

/// A world whose default is 1.27.3.
fn world() -> World {
    let world = World::offering([TinyToolchain::host("1.27.3")]).sources("official");
    world.goward("use 1.27.3").success();
    world
}

/// Every file below a folder with its length; links are not followed.
fn files(folder: &Path) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            match meta.is_dir() {
                true => folders.push(entry.path()),
                false => drop(found.insert(entry.path().display().to_string(), meta.len())),
            }
        }
    }
    found
}

/// What a drill may write in the home: its history, and the locks and empty folders that stay.
fn is_history(path: &str) -> bool {
    let path = path.replace('\\', "/");
    path.contains("/drills/") || path.contains("/locks/")
}

/// The mounts of this machine that a drill could have left.
fn mounts() -> usize {
    std::fs::read_to_string("/proc/mounts").map(|text| text.matches("goward-drill").count()).unwrap_or(0)
}

/// The processes that have a path below this folder in their command line or environment.
#[cfg(target_os = "linux")]
fn processes(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap().as_bytes();
    let has = |bytes: &[u8]| bytes.windows(folder.len()).any(|part| part == folder);
    let own = std::process::id().to_string();
    let numbers = names(Path::new("/proc")).into_iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    numbers
        .filter(|number| *number != own)
        .filter(|number| {
            ["cmdline", "environ"]
                .iter()
                .any(|file| std::fs::read(format!("/proc/{number}/{file}")).is_ok_and(|bytes| has(&bytes)))
        })
        .collect()
}

/// The drills of a run by name.
fn verdicts(run: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    run["drilled"].as_array().unwrap().iter().map(|one| (text(&one["drill"]), text(&one["verdict"]))).collect()
}

#[test]
fn every_drill_recovers_or_says_why_it_cannot_be_staged_and_nothing_of_the_home_changes() {
    let world = world();
    let (before, mounts_before) = (files(&world.home.goward_home()), mounts());
    let run = world.goward("--json drill --all").success();
    assert_eq!(assert_follows_views(&run), "goward.drill/1");
    let json = run.json();
    let verdicts = verdicts(&json);
    assert_eq!(verdicts.len(), 16, "{}", run.snapshot());
    // A tiny toolchain's go command downloads no module.
    let can_wait = ["permission-denied", "disk-full", "modcache-poisoned", "modcache-removed"];
    for (name, verdict) in &verdicts {
        let may_wait = can_wait.contains(&name.as_str())
            || (cfg!(windows) && ["switch-race", "certificate-expired"].contains(&name.as_str()));
        assert!(verdict == "recovered" || (verdict == "not-staged" && may_wait), "{name}: {}", run.snapshot());
    }
    for one in json["drilled"].as_array().unwrap() {
        match one["verdict"] == "recovered" {
            true => assert_eq!(one["lost_count"], 0, "{one}"),
            false => eprintln!("skipped: {}: {}", one["drill"], one["message"]),
        }
    }
    let mut after = files(&world.home.goward_home());
    after.retain(|path, _| !is_history(path));
    let mut before = before;
    before.retain(|path, _| !is_history(path));
    assert_eq!(after, before, "a drill has changed the home");
    assert_eq!(names(&world.store("staging")), [""; 0]);
    assert_eq!(mounts(), mounts_before);
    #[cfg(target_os = "linux")]
    assert_eq!(processes(&world.home.goward_home()), [""; 0]);

    let report = world.goward("--json drill --report").success();
    assert_eq!(assert_follows_views(&report), "goward.drill-report/1");
    let runs = report.json()["drill_runs"].clone();
    assert_eq!(runs.as_array().unwrap().len(), 1);
    assert_eq!(runs[0]["drilled"], json["drilled"]);
}

#[test]
fn with_a_real_toolchain_the_module_cache_is_broken_and_mended() {
    let archive = match real::tar_gz("1.24.11") {
        Ok(archive) => archive,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    // A folder of archives with their sums: the user's own word, so nothing else has to vouch.
    let world = World::offering([]).sources("folder");
    let folder = world.home.below("archives");
    std::fs::create_dir_all(&folder).unwrap();
    let (name, bytes) = (archive.file_name().unwrap().to_str().unwrap(), std::fs::read(&archive).unwrap());
    std::fs::write(folder.join(name), &bytes).unwrap();
    std::fs::write(folder.join(format!("{name}.sha256")), testkit::digest::sha256_hex(&bytes)).unwrap();
    let world = world.env("GOWARD_FOLDER", folder.to_str().unwrap()).env("GOWARD_SUMDB", "never");
    world.goward("--allow-unproven install 1.24.11").success();
    let run = world.goward("--json drill modcache-poisoned modcache-removed goroot-damaged --go 1.24").success();
    let json = run.json();
    assert_eq!(json["recovered_count"], 3, "{}", run.snapshot());
    let again = json["drilled"][1]["bytes_fetched_again"].as_u64().unwrap();
    assert!(again > 0, "the module was not fetched again: {}", run.snapshot());
    assert_eq!(names(&world.store("staging")), [""; 0]);
}

#[test]
fn the_next_drill_removes_what_a_killed_one_has_left() {
    let world = world();
    let mut running = world.spawn("drill download-stall killed-install --keep");
    let start = Instant::now();
    while names(&world.store("staging")).iter().all(|name| name.ends_with(".lock")) {
        assert!(start.elapsed() < Duration::from_secs(60), "the drill does not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
    running.kill();
    assert_ne!(names(&world.store("staging")), [""; 0], "it was killed in the middle");
    let run = world.goward("drill archive-corrupt").success();
    assert!(run.stderr.contains("removed what a killed run has left"), "{}", run.snapshot());
    assert_eq!(names(&world.store("staging")), [""; 0]);
}

#[test]
fn what_is_not_a_drill_and_what_cannot_be_staged_end_with_their_own_exit_codes() {
    let world = world();
    let run = world.goward("drill nothing").exits(2);
    assert!(run.stderr.contains("`nothing`") && run.stderr.contains("--list"), "{}", run.snapshot());
    world.goward("drill").exits(2);
    world.goward("drill archive-corrupt --go 1.20").exits(3);
    // Nothing can download modules with a tiny toolchain.
    let run = world.goward("drill modcache-removed").exits(6);
    assert!(run.stdout.contains("cannot be staged here"), "{}", run.snapshot());
    let run = world.goward("drill archive-corrupt --format junit").success();
    assert!(run.stdout.contains("<testcase name=\"archive-corrupt\" classname=\"goward.drill\""), "{}", run.snapshot());
    let empty = World::offering([]);
    empty.goward("drill archive-corrupt").exits(3);
}

#[test]
fn a_damaged_toolchain_is_no_drill_ground_and_a_damaged_history_is_named() {
    let world = world();
    world.goward("drill archive-corrupt").success();
    let runs = names(&world.store("drills"));
    std::fs::write(world.store("drills").join(&runs[0]), "{").unwrap();
    let run = world.goward("drill --report").success();
    assert!(run.stderr.contains("cannot read a run of the history"), "{}", run.snapshot());
    let file = world.tree("1.27.3").join("src").join("go.mod");
    crate::support::make_writable(&file);
    std::fs::write(&file, "module other\n").unwrap();
    let run = world.goward("drill archive-corrupt").exits(5);
    assert!(run.stderr.contains("src/go.mod") && run.stderr.contains("--repair"), "{}", run.snapshot());
    assert_eq!(names(&world.store("staging")), [""; 0]);
}

#[test]
fn nothing_of_the_user_s_environment_reaches_a_drill() {
    // Each of these would make an install fail, or run another program.
    let world = world()
        .env("GOPROXY", "http://127.0.0.1:9")
        .env("GOFLAGS", "-nonsense")
        .env("GOTOOLCHAIN", "go1.1")
        .env("GOWARD_REQUIRE", "openpgp")
        .env("GOWARD_MIN_WITNESSES", "5")
        .env("GOWARD_OFFLINE", "true")
        .env("GOROOT", "/nowhere");
    let run = world.goward("drill archive-corrupt rollback environment-polluted").success();
    assert!(run.stdout.contains("3 recovered"), "{}", run.snapshot());
}
