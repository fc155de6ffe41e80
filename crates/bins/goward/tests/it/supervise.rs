//! `goward run --supervise` and `goward ps`, from the outside: what a switch does to a program, and what it never does.

use crate::json::assert_follows_views;
use crate::support::World;
use testkit::Program;

/// A world whose default is go1.26.8, and which has go1.27.3.
fn world() -> World {
    let world = World::new();
    world.goward("install 1.27.3").success();
    world.goward("use 1.26.8").success();
    world
}

#[test]
fn options_without_their_meaning_are_refused() {
    let world = world();
    for line in [
        "run --drain 3s -- go",
        "run --env-file x -- go",
        "run --supervise --on-switch signal:KILL -- go",
        "run --supervise --on-switch again -- go",
        "run --supervise --drain soon -- go",
        "run --supervise system -- go",
        "ps --env 0",
        "ps --env x",
    ] {
        world.goward(line).exits(2);
    }
    world.goward("run --supervise --env-file no/such/folder/x -- go").exits(6);
    world.goward("run --supervise -- no-such-program").exits(127);
}

#[test]
fn the_exit_status_and_the_output_are_the_program_s_and_nothing_is_left() {
    let world = world();
    world.home.add_small_program("seven", &Program::new().say("out").exit(7));
    let run = world.goward("run --supervise --json -- seven").exits(7);
    assert_eq!((run.stdout.trim(), run.stderr.as_str()), ("out", ""));
    let run = world.goward("ps --json").success();
    assert_eq!(assert_follows_views(&run), "goward.ps/1");
    assert_eq!(run.json()["processes"], serde_json::json!([]));
    assert_eq!(crate::support::names(&world.store("running")), [""; 0]);
}

#[test]
fn a_switch_restarts_the_program_and_ps_shows_it() {
    let world = world();
    world.home.add_small_program("sleeper", &Program::new().sleep());
    let mut running = world.spawn("run --supervise -- sleeper");
    running.wait_for("in ");
    wait_until_it_runs(&world, &running);
    let before = world.goward("ps --json").success().json()["processes"][0].clone();
    assert_eq!((&before["version"], &before["generation"]), (&"1.26.8".into(), &1.into()), "{before}");
    assert_eq!(before["supervision"]["supervisor_pid"], running.id());
    world.goward("use 1.27.3").success();
    running.wait_for("restarted: go1.26.8");
    let run = world.goward("ps --json").success();
    assert_eq!(assert_follows_views(&run), "goward.ps/1");
    let after = run.json()["processes"][0].clone();
    assert_eq!((&after["version"], &after["generation"]), (&"1.27.3".into(), &2.into()), "{after}");
    assert_ne!(before["pid"], after["pid"]);
    let text = world.goward("ps").success().stdout;
    assert!(text.contains("go1.27.3") && text.contains(&format!("restart by {}", running.id())), "{text}");
    end(&mut running, &after["pid"]);
}

/// The program writes its first line before its supervisor has recorded it.
fn wait_until_it_runs(world: &World, running: &testkit::Running) {
    let start = std::time::Instant::now();
    while world.goward("ps --json").success().json()["processes"][0]["supervision"]["state"] != "running" {
        assert!(start.elapsed().as_secs() < 60, "process {} does not record its program", running.id());
    }
}

/// Ends a supervisor, and its program if the system has not.
fn end(running: &mut testkit::Running, pid: &serde_json::Value) {
    running.kill();
    #[cfg(unix)]
    assert!(std::process::Command::new("/bin/sh").args(["-c", &format!("kill -9 {pid}")]).status().unwrap().success());
    #[cfg(windows)]
    let _ = pid;
}

#[cfg(windows)]
#[test]
fn windows_has_neither_signals_nor_sockets_to_hand_over() {
    let world = world();
    let run = world.goward("run --supervise --on-switch signal:HUP -- go version").exits(6);
    assert!(run.stderr.contains("this system has no signals"), "{}", run.snapshot());
    world.goward("run --supervise --listen 127.0.0.1:0 -- go version").exits(6);
    world.goward("ps --env 4").exits(6);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::{Child, Command};
    use std::time::{Duration, Instant};

    use serde_json::Value;
    use testkit::{Running, on_path};

    use super::*;

    /// Starts a script under a supervisor, and waits until it says `ready`.
    fn supervised(world: &World, options: &str, script: &str) -> Running {
        world.home.add_program("script", &format!("#!/bin/sh\n{script}\n"));
        let line = format!("run --supervise {options} -- script");
        let running = world.home.spawn(line.split_whitespace());
        running.wait_for("ready");
        if !script.contains("kill -KILL") {
            wait_until_it_runs(world, &running);
        }
        running
    }

    /// A script that answers HUP and TERM, and otherwise sleeps.
    const PATIENT: &str = "trap 'echo got HUP' HUP\ntrap 'echo got TERM; exit 0' TERM\necho ready $$\n\
                           while :; do /bin/sleep 0.05; done";

    fn processes(world: &World) -> Vec<Value> {
        world.goward("ps --json").success().json()["processes"].as_array().unwrap().clone()
    }

    fn is_alive(pid: &Value) -> bool {
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
            || (!cfg!(target_os = "linux")
                && Command::new("/bin/kill").args(["-0", &pid.to_string()]).status().unwrap().success())
    }

    /// Waits until this holds; a minute is longer than any of these tests takes.
    #[track_caller]
    fn wait_until(what: &str, holds: impl Fn() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(start.elapsed() < Duration::from_secs(60), "it did not happen: {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn signals_are_the_program_s_and_a_killing_one_is_told_as_shells_do() {
        let world = world();
        let running = supervised(&world, "", PATIENT);
        running.signal("HUP");
        running.wait_for("got HUP");
        running.signal("TERM");
        assert!(running.wait().success().stdout.contains("got TERM"));
        let running = supervised(&world, "", "echo ready; kill -KILL $$");
        assert_eq!(running.wait().code, 137);
    }

    #[test]
    fn a_switch_that_changes_nothing_here_or_is_refused_leaves_the_program_running() {
        let world = world();
        world.home.write(".go-version", "1.26.8\n");
        let running = supervised(&world, "", PATIENT);
        let before = processes(&world);
        world.goward("use 1.27.3").success();
        // The pin decides here. The next change is one that goward refuses: it is noticed, so the switch was as well.
        world.home.write(".go-version", "1.24.1\n");
        running.wait_for("the program keeps go1.26.8");
        assert_eq!(processes(&world)[0]["pid"], before[0]["pid"]);
        world.home.write(".go-version", "1.27.3\n");
        running.wait_for("restarted: go1.26.8");
        running.signal("TERM");
        let run = running.wait().success();
        assert_eq!(run.stdout.matches("ready").count(), 2, "{}", run.snapshot());
        assert_eq!(run.stderr.matches("keeps").count(), 1, "{}", run.snapshot());
        assert!(run.stderr.contains("could not find an installed toolchain for `1.24.1`"), "{}", run.snapshot());
    }

    #[test]
    fn the_file_has_the_new_values_before_the_signal_comes_and_is_the_user_s_alone() {
        let world = world();
        let target = world.home.write("precious", "precious");
        std::os::unix::fs::symlink(&target, world.home.folder().join("go.env")).unwrap();
        let running = supervised(
            &world,
            "--on-switch signal:HUP --env-file go.env",
            "trap '. ./go.env; echo now $GOROOT' HUP; . ./go.env; echo ready $GOROOT; while :; do /bin/sleep 0.05; done",
        );
        world.goward("use 1.27.3").success();
        running.wait_for(&format!("now {}", world.tree("1.27.3").display()));
        running.wait_for("the program was sent HUP");
        // Back to the toolchain that it was started under: told again.
        world.goward("use 1.26.8").success();
        running.wait_for(&format!("now {}", world.tree("1.26.8").display()));
        running.signal("TERM");
        running.wait();
        let file = world.home.folder().join("go.env");
        let meta = std::fs::symlink_metadata(&file).unwrap();
        assert!(meta.is_file() && meta.permissions().mode() & 0o777 == 0o600, "{meta:?}");
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "precious", "a link was followed");
    }

    #[test]
    fn a_file_in_a_folder_that_others_can_write_to_is_refused() {
        let world = world();
        let folder = world.home.folder().join("open");
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
        let run = world.goward("run --supervise --env-file open/go.env -- go version").exits(7);
        assert!(run.stdout.is_empty() && run.stderr.contains("go.env"), "{}", run.snapshot());
    }

    #[test]
    fn a_program_that_ends_at_once_after_a_switch_is_tried_a_bounded_number_of_times() {
        let world = world();
        let running = supervised(&world, "", "case $PATH in *1.27.3*) exit 3;; esac; echo ready; exec /bin/sleep 600");
        world.goward("use 1.27.3").success();
        let run = running.wait().exits(3);
        assert_eq!(run.stderr.matches("it is started again in").count(), 4, "{}", run.snapshot());
        assert!(run.stderr.contains("5 times after the switch: goward gives up"), "{}", run.snapshot());
    }

    #[test]
    fn a_program_that_does_not_end_is_killed_with_its_group_when_its_time_is_over() {
        let world = world();
        let stubborn = "trap '' TERM; /bin/sleep 600 & echo ready $!; wait; wait; while :; do /bin/sleep 1; done";
        let running = supervised(&world, "--drain 300ms", stubborn);
        let old = processes(&world)[0]["pid"].clone();
        world.goward("use 1.27.3").success();
        running.wait_for("did not end within 0.3 s and was killed");
        running.wait_for("restarted: ");
        assert!(!is_alive(&old));
        running.signal("KILL");
        drop(running);
        let new = processes_by_group(&world);
        assert_eq!(new, 0);
    }

    /// Ends what a killed supervisor has left; how many of it were stopped.
    fn processes_by_group(world: &World) -> usize {
        let left = processes(world);
        let stopped = left.iter().filter(|program| program["is_stopped"] == true).count();
        for program in left {
            let group = format!("kill -9 -{}", program["pid"]);
            let _ = Command::new("/bin/sh").args(["-c", &group]).status().unwrap();
        }
        stopped
    }

    #[test]
    fn sockets_and_variables_of_somebody_else_are_not_handed_on() {
        let mut world = world();
        world.home.set_env("LISTEN_FDS", "1").set_env("LISTEN_PID", "1").set_env("LISTEN_FDNAMES", "x");
        world.home.add_program(
            "script",
            "#!/bin/sh\necho \"fds=$LISTEN_FDS pid=$LISTEN_PID names=$LISTEN_FDNAMES own=$$\"\n",
        );
        let run = world.goward("run --supervise -- script").success();
        assert!(run.stdout.starts_with("fds= pid= names= own="), "{}", run.snapshot());
        let run = world.goward("run --supervise --listen 127.0.0.1:0 -- script").success();
        let own = run.stdout.trim().rsplit('=').next().unwrap();
        assert!(run.stdout.starts_with(&format!("fds=1 pid={own} names= ")), "{}", run.snapshot());
        for address in ["nonsense", "127.0.0.1:99999"] {
            let code = world.goward(&format!("run --supervise --listen {address} -- script")).code;
            assert!([2, 6].contains(&code), "{address}: {code}");
        }
    }

    #[test]
    fn a_program_is_frozen_while_a_change_is_under_way_and_not_longer_than_it_may() {
        let world = world();
        let running = supervised(&world, "--on-switch freeze --freeze-max 1500ms --env-file go.env", PATIENT);
        if !cfg!(target_os = "linux") {
            // Without a word of the system about clients nothing is frozen.
            world.goward("use 1.27.3").success();
            running.wait_for("the program was not frozen");
            running.signal("TERM");
            running.wait();
            return eprintln!("skipped: this system does not say whether clients are connected");
        }
        let change = Held::begin(&world, "1.27.3");
        wait_until("it is frozen", || {
            let frozen = world.goward("ps --frozen --json").success().json()["processes"].clone();
            frozen.as_array().unwrap().len() == 1 && frozen[0]["supervision"]["state"] == "frozen"
        });
        // It is thawed though the change goes on.
        running.wait_for("the longest time, while the change goes on");
        assert_eq!(world.goward("ps --frozen --json").success().json()["processes"], serde_json::json!([]));
        drop(change);
        assert!(world.home.read("go.env").contains("go1.27.3"));
        world.goward("use 1.26.8").success();
        running.wait_for("go1.26.8 is chosen now; the program was frozen for");
        running.signal("TERM");
        assert!(running.wait().success().stdout.contains("got TERM"));
    }

    /// A change of the default that goes on: the pointer has moved, and the store's lock is held.
    struct Held(#[expect(dead_code, reason = "its lock is held as long as this lives")] std::fs::File);

    impl Held {
        fn begin(world: &World, version: &str) -> Held {
            // The next generation is prepared by a switch and back, so that a rename of the pointer is a switch.
            let lock = std::fs::File::options().read(true).write(true).open(world.store("locks/store.lock")).unwrap();
            lock.lock().unwrap();
            let number = std::fs::read_dir(world.store("generations")).unwrap().count();
            let made = world.store("generations").join((number + 100).to_string());
            let current = std::fs::read_link(world.store("current")).unwrap();
            let from = world.store("").join(&current);
            std::fs::create_dir(&made).unwrap();
            let record = std::fs::read_to_string(from.join("generation.json")).unwrap();
            let mut record: Value = serde_json::from_str(&record).unwrap();
            record["number"] = (number + 100).into();
            record["toolchain"] = format!("go{version}.{}", crate::support::platform()).into();
            std::fs::write(made.join("generation.json"), record.to_string()).unwrap();
            std::os::unix::fs::symlink(world.tree(version), made.join("go")).unwrap();
            let new = world.store("current.test");
            std::os::unix::fs::symlink(format!("generations/{}", number + 100), &new).unwrap();
            std::fs::rename(&new, world.store("current")).unwrap();
            Held(lock)
        }
    }

    #[test]
    fn a_record_of_somebody_s_names_a_process_and_nothing_is_sent_to_it() {
        let world = world();
        let mut bystander = Command::new("/bin/sleep").arg("600").spawn().unwrap();
        let running = supervised(&world, "", PATIENT);
        let names = crate::support::names(&world.store("running"));
        let record = names.iter().find(|name| name.ends_with(".json")).unwrap();
        let mut told: Value =
            serde_json::from_slice(&std::fs::read(world.store("running").join(record)).unwrap()).unwrap();
        let own = told["pid"].clone();
        // Its own supervisor's record, and one of a supervisor that is dead.
        told["pid"] = bystander.id().into();
        std::fs::write(world.store("running").join(record), told.to_string()).unwrap();
        std::fs::write(world.store("running").join("1-1.json"), told.to_string()).unwrap();
        world.goward("ps").success();
        world.goward("use 1.27.3").success();
        running.wait_for("restarted: ");
        running.signal("TERM");
        running.wait().success();
        assert!(!is_alive(&own));
        assert!(bystander.try_wait().unwrap().is_none(), "it was ended");
        world.goward("run --supervise -- go version").success();
        assert_eq!(crate::support::names(&world.store("running")), [""; 0], "a stale record was not swept");
        bystander.kill().unwrap();
        bystander.wait().unwrap();
    }

    #[test]
    fn the_environment_of_an_own_process_is_shown_and_another_user_s_is_not() {
        let mut world = world();
        if !cfg!(target_os = "linux") {
            world.goward("ps --env 1").exits(6);
            return eprintln!("skipped: only Linux shows the environment of a process");
        }
        world.home.set_env("GOPROXY", "https://user:secret@proxy.test").set_env("PASSWORD", "hidden");
        let running = supervised(&world, "--offline", PATIENT);
        let pid = processes(&world)[0]["pid"].to_string();
        let run = world.goward(&format!("ps --json --env {pid}")).success();
        assert_eq!(assert_follows_views(&run), "goward.ps-env/1");
        assert!(run.stdout.contains("GOPROXY") && !run.stdout.contains("secret") && !run.stdout.contains("hidden"));
        running.signal("TERM");
        running.wait().success();
        world.goward("ps --env 4194303").exits(3);
        match foreign() {
            Some(mut foreign) => {
                world.goward(&format!("ps --env {}", foreign.id())).exits(7);
                foreign.kill().unwrap();
                foreign.wait().unwrap();
            }
            None => drop(world.goward("ps --env 1").exits(7)),
        }
    }

    /// A process of another user, if this one may start it.
    fn foreign() -> Option<Child> {
        use std::os::unix::process::CommandExt as _;
        Command::new("/bin/sleep").arg("600").uid(65534).current_dir("/").spawn().ok()
    }

    #[test]
    fn without_watches_a_switch_is_noticed_by_looking_and_that_is_said() {
        let Some(unshare) = on_path("unshare") else { return eprintln!("skipped: there is no unshare") };
        let world = world();
        let limit = "echo 0 > /proc/sys/user/max_inotify_watches && echo 0 > /proc/sys/user/max_inotify_instances";
        let probe = Command::new(&unshare).args(["-U", "-r", "/bin/sh", "-c", limit]).output();
        if !probe.is_ok_and(|output| output.status.success()) {
            return eprintln!("skipped: this system lets nobody limit watches in a name space of users");
        }
        world.home.add_program("script", &format!("#!/bin/sh\n{}\n", PATIENT));
        let line = format!("{limit} && exec {} run --supervise -- script", env!("CARGO_BIN_EXE_goward"));
        let running = world.home.spawn_program(&unshare, ["-U", "-r", "/bin/sh", "-c", &line]);
        running.wait_for("files cannot be watched, so a switch is noticed within a second");
        running.wait_for("ready");
        world.goward("use 1.27.3").success();
        running.wait_for("restarted: go1.26.8");
        running.signal("TERM");
        running.wait().success();
    }
}
