//! Real processes that are killed, stopped, without disk space, or in competition.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the counts of a proof are part of its outcome")]

#[path = "it/support.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use support::{World, default_program, official_file, platform};
use testkit::TinyToolchain;

/// How many installs are killed; fewer if a process takes long to start.
const ROUNDS: u64 = if cfg!(windows) { 20 } else { 200 };
/// How many at a time: the machine has two processors, and most of a round is a wait for the disk.
const LANES: u64 = 4;

fn old() -> TinyToolchain {
    TinyToolchain::host("1.26.8")
}

fn new() -> TinyToolchain {
    TinyToolchain::host("1.27.3").with_padding(400_000)
}

fn world() -> World {
    World::offering([old(), new()]).sources("official")
}

/// The output of `go version` through the default's folder.
fn default_go(world: &World) -> String {
    let go = default_program(&world.home.goward_home(), "go");
    let run = world.home.run_program(&go, ["version"]).success();
    run.stdout.trim().to_owned()
}

/// How many bytes of the archive are in the store's downloads.
fn held(world: &World) -> u64 {
    let folder = world.store("downloads").join(format!("{}.parts", new().archive_name()));
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let numbered = entry.file_name().to_str()?.bytes().all(|byte| byte.is_ascii_digit());
            numbered.then(|| entry.metadata().ok().map(|meta| meta.len()))?
        })
        .sum()
}

/// A small generator (xorshift64*): the moments vary, and a run can be repeated.
fn random(state: &mut u64) -> u64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    state.wrapping_mul(0x2545_F491_4F6C_DD1D)
}

#[test]
fn killed_installs_leave_the_old_toolchain_and_the_next_run_finishes() {
    let (early, late, refetched) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    // How long a clean install takes here: kills are spread over that time and a little more.
    let clean = || {
        let world = world();
        world.goward("use 1.26").success();
        let start = Instant::now();
        world.goward("install 1.27.3").success();
        start.elapsed()
    };
    // The shortest of a few: a busy machine would push most kills behind the end.
    let clean = (0..5).map(|_| clean()).min().unwrap();
    std::thread::scope(|scope| {
        for lane in 0..LANES {
            let (early, late, refetched) = (&early, &late, &refetched);
            scope.spawn(move || {
                let mut seed = 0x9E37_79B9_7F4A_7C15 ^ (lane + 1);
                for _ in 0..ROUNDS / LANES {
                    let world = world();
                    world.goward("use 1.26").success();
                    let mut install = world.spawn("install 1.27.3");
                    let moment = Duration::from_nanos(random(&mut seed) % (clean.as_nanos() as u64 * 5 / 4));
                    std::thread::sleep(moment);
                    install.kill();
                    install.wait();
                    round(&world, early, late, refetched);
                }
            });
        }
    });
    println!(
        "killed {ROUNDS} installs (a clean one takes {clean:?}): {} before and {} after the toolchain was visible; \
         {} bytes were fetched twice",
        early.load(Ordering::SeqCst),
        late.load(Ordering::SeqCst),
        refetched.load(Ordering::SeqCst)
    );
    assert_eq!(refetched.load(Ordering::SeqCst), 0);
}

/// What must hold after a kill, and that the next run finishes.
fn round(world: &World, early: &AtomicU64, late: &AtomicU64, refetched: &AtomicU64) {
    assert!(default_go(world).contains("go1.26.8"), "{}", default_go(world));
    let status = world.goward("status --json").success().json();
    assert_eq!(status["faults"].as_array().unwrap().len(), 0, "{status}");
    let visible = world.installed().contains(&"1.27.3".to_owned());
    if visible { late } else { early }.fetch_add(1, Ordering::SeqCst);
    let held = if visible { 0 } else { held(world) };
    let run = world.goward("install 1.27.3 --json").success().json();
    if !visible && run["toolchains"][0]["was_installed"] == false {
        let total = new().archive().len() as u64;
        let fetched = run["toolchains"][0]["bytes_fetched"].as_u64().unwrap();
        refetched.fetch_add((fetched + held).saturating_sub(total), Ordering::SeqCst);
    }
    world.goward("use 1.27").success();
    assert!(default_go(world).contains("go1.27.3"));
    let status = world.goward("status --json").success().json();
    assert_eq!((status["unfinished"].as_array().unwrap().len(), status["faults"].as_array().unwrap().len()), (0, 0));
    assert_eq!(std::fs::read_dir(world.store("staging")).unwrap().count(), 0, "something was left in staging");
}

#[test]
#[cfg_attr(windows, ignore = "there is no signal that stops a process on Windows")]
fn a_stopped_install_is_waited_for_and_both_have_one_toolchain_from_one_download() {
    let world = world();
    let first = world.spawn("install 1.27.3");
    // Stop it as soon as it has the lock, wherever that is.
    let lock = world.store(&format!("locks/go1.27.3.{}.lock", platform()));
    let start = Instant::now();
    while !lock.exists() && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_micros(200));
    }
    first.signal("STOP");
    let second = world.spawn("install 1.27.3");
    std::thread::sleep(Duration::from_millis(300));
    first.signal("CONT");
    let (first, second) = (first.wait().success(), second.wait().success());
    assert_eq!(world.upstream.hits(&official_file(&new())), 1, "{}\n{}", first.snapshot(), second.snapshot());
    assert_eq!(world.installed(), ["1.27.3"]);
}

#[test]
fn two_writers_that_switch_at_once_both_succeed_and_leave_one_of_their_defaults() {
    let world = world();
    world.goward("install 1.26.8 1.27.3").success();
    std::thread::scope(|scope| {
        for version in ["1.26.8", "1.27.3"] {
            let world = &world;
            scope.spawn(move || {
                for _ in 0..20 {
                    world.goward(&format!("use {version}")).success();
                }
            });
        }
    });
    let said = default_go(&world);
    assert!(said.contains("go1.26.8") || said.contains("go1.27.3"), "{said}");
    let history = world.goward("history --json").success().json();
    let numbers: Vec<u64> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["action"] == "switch")
        .map(|event| event["generation"].as_u64().unwrap())
        .collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), numbers.len(), "two switches have one number");
}

/// A small separate file system, unmounted at the end. Only root may make one.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    fn of(folder: &Path, options: &str) -> Result<Disk, String> {
        std::fs::create_dir_all(folder).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder).output();
        match mounted {
            Ok(output) if output.status.success() => Ok(Disk { folder: folder.to_owned() }),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}

/// Writes until nothing more fits.
fn fill(folder: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(folder.join("filler")).unwrap();
    for block in [&[1_u8; 65536][..], &[1_u8; 4096][..], &[1_u8; 1][..]] {
        while file.write_all(block).is_ok() {}
    }
}

#[test]
#[cfg_attr(windows, ignore = "a file system of its own is mounted by a program of Unix")]
fn switch_undo_and_rollback_work_on_a_disk_that_is_full_to_the_last_byte() {
    let mut world = World::offering([old(), new(), TinyToolchain::host("1.27.2")]).sources("official");
    let home = world.home.home().join("volle platte");
    let disk = match Disk::of(&home, "size=420m") {
        Ok(disk) => disk,
        Err(why) => {
            eprintln!("skipped: no file system of its own can be mounted here: {why}");
            return;
        }
    };
    world.home.set_env("GOWARD_HOME", home.join("goward"));
    world.goward("install 1.26.8 1.27.2 1.27.3").success();
    world.goward("use 1.26").success();
    world.goward("use 1.27.2").success();
    fill(&disk.folder);
    let go = |world: &World| {
        let go = default_program(&home.join("goward"), "go");
        world.home.run_program(&go, ["version"]).success().stdout
    };
    // A new default on a full disk, then back, and forth again.
    world.goward("use 1.27.3").success();
    assert!(go(&world).contains("go1.27.3"));
    world.goward("undo").success();
    assert!(go(&world).contains("go1.27.2"));
    world.goward("rollback --to 1").success();
    assert!(go(&world).contains("go1.26.8"));
    world.goward("rollback --to 3").success();
    assert!(go(&world).contains("go1.27.3"));
    let refused = world.goward("install 1.28rc1");
    assert_ne!(refused.code, 0);
    let status = world.goward("status --json").success().json();
    assert_eq!(status["faults"].as_array().unwrap().len(), 0, "{status}");
    std::fs::remove_file(disk.folder.join("filler")).unwrap();
    world.goward("use 1.26").success();
    assert!(go(&world).contains("go1.26.8"));
}

#[test]
fn a_running_program_keeps_its_toolchain_across_a_switch_and_keeps_it_from_being_pruned() {
    let world = world();
    world.goward("install 1.26.8 1.27.3").success();
    world.goward("use 1.27").success();
    // A program that reads a line acts as a long build; if there is a shell it then calls its go.
    let mut command = world.home.command(env!("CARGO_BIN_EXE_goward"));
    let build: &[&str] =
        if cfg!(windows) { &["go", "read"] } else { &["/bin/sh", "-c", "read line; echo \"$line\"; go version"] };
    command.args(["run", "1.26", "--"]).args(build).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let lease = world.store(&format!("locks/go1.26.8.{}.lease", platform()));
    let start = Instant::now();
    while !lease.exists() && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let kept = world.goward("prune --json").success().json();
    let item = kept["toolchains"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["toolchain"] == format!("go1.26.8.{}", platform()))
        .unwrap();
    assert_eq!(item["kept"], true, "{kept}");
    assert_eq!(world.goward("uninstall 1.26").code, 7);
    let old = world.home.run_program(world.program("1.26.8", "go"), ["version"]).success();
    assert!(old.stdout.contains("go1.26.8"), "{}", old.snapshot());
    std::io::Write::write_all(&mut running.stdin.take().unwrap(), b"on\n").unwrap();
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.starts_with("on\n"), "{output:?}");
    assert!(cfg!(windows) || said.contains("go version go1.26.8"), "{output:?}");
    world.goward("prune").success();
    assert_eq!(world.installed(), ["1.27.3"]);
}

#[test]
fn a_pin_of_two_version_files_is_one_change() {
    let world = world();
    world.home.write(".go-version", "1.26.8\n");
    world.home.write(".tool-versions", "nodejs 20.1.0\ngolang 1.26.8\n");
    world.goward("pin 1.27.3").success();
    assert_eq!(world.home.read(".go-version"), "1.27.3\n");
    assert_eq!(world.home.read(".tool-versions"), "nodejs 20.1.0\ngolang 1.27.3\n");
}

#[cfg(unix)]
#[test]
fn a_version_file_that_is_a_link_is_not_written_and_neither_is_what_it_leads_to() {
    // Goal: a repository with `.go-version -> ~/.ssh/authorized_keys` changes no line of the target.
    let world = world();
    world.home.write(".go-version", "1.27.3\n");
    let (real, link) =
        (world.home.write("dot/versions", "golang 1.26.8\n"), world.home.folder().join(".tool-versions"));
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let run = world.goward("pin 1.26.8").exits(7);
    assert!(run.stderr.contains("is a link to") && run.stderr.contains(".tool-versions"), "{}", run.stderr);
    assert_eq!(std::fs::read_link(&link).unwrap(), real);
    assert_eq!(std::fs::read_to_string(&real).unwrap(), "golang 1.26.8\n");
    assert_eq!(world.home.read(".go-version"), "1.27.3\n", "half of the pins were changed");
}
testkit::left_out_on_windows!(a_version_file_that_is_a_link, "a user may not make symbolic links there");
