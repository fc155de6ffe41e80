//! Transfers and processes that end too early: the fetched bytes are kept, nothing half-made is visible, and the next
//! run resumes.

use std::time::{Duration, Instant};

use crate::support::{World, names, official_file};
use insta::assert_snapshot;
use testkit::{Fault, TinyToolchain};

/// How many bytes the first connection sends before it breaks.
const FIRST_BYTES: u64 = 100_000;

/// Long enough that a third of it is worth keeping.
fn long() -> TinyToolchain {
    TinyToolchain::host("1.27.3").with_padding(300_000)
}

/// An official source whose first transfer of the archive goes wrong in this way.
fn faulty(fault: Fault) -> (World, u64) {
    let toolchain = long();
    let world = World::offering([toolchain.clone()]).sources("official");
    world.upstream.fault(&official_file(&toolchain), fault, Some(1));
    (world, toolchain.archive().len() as u64)
}

/// The `Range` headers of the requests for the archive.
fn ranges(world: &World) -> Vec<Option<String>> {
    let requests = world.upstream.requests(&official_file(&long()));
    requests.iter().map(|request| request.header("range").map(str::to_owned)).collect()
}

/// How many bytes of the archive are in the store's downloads.
fn held(world: &World) -> u64 {
    let folder = world.store("downloads").join(format!("{}.parts", TinyToolchain::host("1.27.3").archive_name()));
    let segments = names(&folder).into_iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    segments.filter_map(|name| std::fs::metadata(folder.join(name)).ok()).map(|meta| meta.len()).sum()
}

/// Waits until the bytes of the first connection are on disk.
fn wait_for_bytes(world: &World) {
    let start = Instant::now();
    while held(world) < FIRST_BYTES {
        assert!(start.elapsed() < Duration::from_secs(60), "the bytes do not come");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_cut_download_is_resumed_where_it_was_cut() {
    let (world, bytes) = faulty(Fault::CutAfter(FIRST_BYTES));
    let run = world.goward("install 1.27.3 --json").success();
    assert_eq!(run.json()["toolchains"][0]["bytes_fetched"], bytes, "each byte once\n{}", run.snapshot());
    assert_eq!(ranges(&world).last().unwrap().as_deref(), Some(&*format!("bytes={FIRST_BYTES}-")));
    assert_eq!(world.installed(), ["1.27.3"]);
}

#[test]
fn a_stalled_download_is_given_up_and_resumed() {
    let (world, bytes) = faulty(Fault::StallAfter(FIRST_BYTES));
    let world = world.env("GOWARD_STALL_SECONDS", "1");
    let run = world.goward("install 1.27.3 --json").success();
    assert!(run.stderr.contains("no byte for 1 s"), "{}", run.snapshot());
    assert_eq!(run.json()["toolchains"][0]["bytes_fetched"], bytes);
    assert_eq!(ranges(&world).last().unwrap().as_deref(), Some(&*format!("bytes={FIRST_BYTES}-")));
}

#[test]
fn a_download_that_is_cut_for_good_is_kept_for_the_next_run() {
    let toolchain = long();
    let (world, bytes) = faulty(Fault::CutAfter(FIRST_BYTES));
    world.upstream.fault(&official_file(&toolchain), Fault::HangUp, None);
    world.upstream.fault(&official_file(&toolchain), Fault::CutAfter(FIRST_BYTES), Some(1));
    let run = world.goward("install 1.27.3").exits(4);
    assert!(run.stderr.contains("kept for the next run: 100.0 kB of go1.27.3."), "{}", run.snapshot());
    world.assert_nothing_installed();
    world.upstream.restore(&official_file(&toolchain));
    let run = world.goward("install 1.27.3 --json").success().json();
    assert_eq!(run["toolchains"][0]["bytes_held"], FIRST_BYTES);
    assert_eq!(run["toolchains"][0]["bytes_fetched"], bytes - FIRST_BYTES);
}

#[test]
fn archives_under_way_are_where_the_user_wants_them_if_nobody_else_can_write_there() {
    let (world, bytes) = faulty(Fault::CutAfter(FIRST_BYTES));
    let folder = world.home.below("other disk");
    std::fs::create_dir_all(&folder).unwrap();
    let world = world.env("GOWARD_DOWNLOADS_PATH", folder.to_str().unwrap());
    world.upstream.fault(&official_file(&long()), Fault::HangUp, None);
    world.upstream.fault(&official_file(&long()), Fault::CutAfter(FIRST_BYTES), Some(1));
    let run = world.goward("install 1.27.3").exits(4);
    assert!(run.stderr.contains("kept for the next run: 100.0 kB of go1.27.3."), "{}", run.snapshot());
    let parts = format!("{}.parts", long().archive_name());
    assert!(folder.join(&parts).is_dir(), "{:?}", names(&folder));
    assert_eq!(names(&world.store("downloads")), [""; 0]);
    world.upstream.restore(&official_file(&long()));

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
        open(0o777);
        let run = world.goward("install 1.27.3").exits(7);
        assert!(run.stderr.contains("other disk"), "{}", run.snapshot());
        open(0o700);
    }
    let run = world.goward("install 1.27.3 --json").success().json();
    assert_eq!(run["toolchains"][0]["bytes_fetched"], bytes - FIRST_BYTES);
    assert!(!folder.join(&parts).exists(), "the archive is gone once its toolchain is there");

    std::fs::create_dir(folder.join(&parts)).unwrap();
    let run = world.goward("self uninstall --yes --keep-program").success();
    assert!(!folder.exists(), "{}", run.snapshot());
}

#[test]
fn after_a_kill_the_next_run_fetches_only_what_is_missing() {
    let (world, bytes) = faulty(Fault::StallAfter(FIRST_BYTES));
    let mut running = world.spawn("install 1.27.3");
    wait_for_bytes(&world);
    running.kill();
    // On Windows the caller that ends it chooses the code.
    assert_eq!(running.wait().code, if cfg!(windows) { 1 } else { 128 + 9 });
    assert_eq!(world.installed(), [""; 0]);
    assert_eq!(names(&world.store("toolchains")), [""; 0]);
    assert!(!names(&world.store("staging")).is_empty(), "the dead process could not clean up");

    let run = world.goward("install 1.27.3 --json").success();
    assert_eq!(run.json()["toolchains"][0]["bytes_held"], FIRST_BYTES, "{}", run.snapshot());
    assert_eq!(run.json()["toolchains"][0]["bytes_fetched"], bytes - FIRST_BYTES);
    assert!(run.stderr.contains("deleted 1 unfinished tree"), "{}", run.snapshot());
    assert_eq!(names(&world.store("staging")), [""; 0]);
    assert_eq!(world.installed(), ["1.27.3"]);
    world.goward("run 1.27 -- go version").success();
}

#[test]
#[cfg_attr(windows, ignore = "Ctrl-C comes from a console there, and a test has none")]
fn ctrl_c_leaves_a_state_that_the_next_run_finishes_and_says_so() {
    for signal in ["INT", "TERM"] {
        let (world, bytes) = faulty(Fault::StallAfter(FIRST_BYTES));
        let running = world.spawn("install 1.27.3");
        wait_for_bytes(&world);
        running.signal(signal);
        let run = running.wait().exits(130);
        assert_snapshot!("ctrl_c", run.snapshot());
        world.assert_nothing_installed();
        let run = world.goward("install 1.27.3 --json").success().json();
        assert_eq!(run["toolchains"][0]["bytes_fetched"], bytes - FIRST_BYTES);
    }
}

#[test]
#[cfg_attr(windows, ignore = "Ctrl-C comes from a console there, and a test has none")]
fn ctrl_c_stops_a_run_before_its_program_starts() {
    let (world, _) = faulty(Fault::StallAfter(FIRST_BYTES));
    let running = world.spawn("run 1.27.3 -- go version");
    wait_for_bytes(&world);
    running.interrupt();
    assert_eq!(running.wait().exits(130).stdout, "");
    world.assert_nothing_installed();
}

#[test]
#[cfg_attr(windows, ignore = "Ctrl-C comes from a console there, and a test has none")]
fn ctrl_c_while_an_index_does_not_answer_ends_at_once() {
    let world = World::new().sources("official");
    world.upstream.fault("/dl/", Fault::Silence, None);
    let running = world.spawn("install 1.27");
    let start = Instant::now();
    while world.upstream.hits("/dl/") == 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is asked");
        std::thread::sleep(Duration::from_millis(2));
    }
    running.interrupt();
    assert_snapshot!("ctrl_c_index", running.wait().exits(130).snapshot());
}

#[test]
fn whoever_waits_for_another_process_says_for_whom_and_can_be_stopped() {
    let (mut world, _) = faulty(Fault::StallAfter(FIRST_BYTES));
    let mut first = world.spawn("install 1.27.3");
    wait_for_bytes(&world);
    let second = world.spawn("install 1.27.3");
    second.wait_for(&format!("waiting for process {} (install go1.27.3.", first.id()));
    if cfg!(windows) {
        // Ctrl-C comes from a console there, and a test has none.
        drop(second);
    } else {
        second.interrupt();
        second.wait().exits(130);
    }
    world.home.redact(&first.id().to_string(), "[PROCESS]").set_env("GOWARD_LOCK_SECONDS", "0");
    assert_snapshot!("busy", world.goward("install 1.27.3").exits(8).snapshot());
    // An install of another toolchain does not wait; and a reader never does.
    world.goward("list").success();
    first.kill();
    first.wait();
    world.goward("install 1.27.3").success();
}
