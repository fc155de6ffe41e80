//! What a program inside gets: its exit code, its environment, its private folders.

use super::probe::{is_whole, run, world};

#[test]
fn exit_code_streams_and_signals_are_the_program_s() {
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    for code in [0, 1, 7, 255] {
        let script = format!("echo to stdout; echo to stderr >&2; exit {code}");
        let run = run(&world.home, &["-q"], &["/bin/sh", "-c", &script]).exits(code);
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("to stdout\n", "to stderr\n"));
    }
    run(&world.home, &[], &["/bin/sh", "-c", "kill -TERM $$"]).exits(143);
    run(&world.home, &[], &["no-such-program"]).exits(127);
    world.home.write("data", "no program");
    let refused = run(&world.home, &[], &["./data"]).exits(126);
    assert!(refused.stderr.contains("could not run `"), "{}", refused.snapshot());
    // The toolchain's own program runs, and Ctrl-C or `kill` reaches it.
    let told = run(&world.home, &["-q", "1.27.3"], &["go", "version"]).success();
    assert!(told.stdout.contains("1.27.3"), "{}", told.snapshot());
    let script = "trap 'echo heard; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
    let waiting = world.home.spawn(["sandbox", "run", "--", "/bin/sh", "-c", script]);
    waiting.wait_for("ready");
    waiting.signal("TERM");
    assert!(waiting.wait().exits(5).stdout.contains("heard"));
}

#[test]
fn only_listed_variables_pass_and_the_home_is_private() {
    let (mut world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    world.home.set_env("GITHUB_TOKEN", "ghp_x").set_env("SSH_AUTH_SOCK", "/run/agent").set_env("CGO_CFLAGS", "-O1");
    world.home.set_env("LD_PRELOAD", "").set_env("MINE", "yes");
    let told = run(&world.home, &["--env", "MINE"], &["/usr/bin/env"]).success().stdout;
    let names: Vec<&str> = told.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    for name in ["GITHUB_TOKEN", "SSH_AUTH_SOCK", "LD_PRELOAD", "GOWARD_HOME", "HTTPS_PROXY", "XDG_CACHE_HOME"] {
        assert!(!names.contains(&name), "{name}: {told}");
    }
    for line in ["CGO_CFLAGS=-O1", "MINE=yes", "HOME=/tmp/home", "TMPDIR=/tmp", "GOPROXY=off", "GOTOOLCHAIN=local"] {
        assert!(told.lines().any(|one| one == line), "{line}: {told}");
    }
    let path = told.lines().find_map(|line| line.strip_prefix("PATH=")).unwrap();
    assert!(path.starts_with(world.tree("1.27.3").join("bin").to_str().unwrap()), "{path}");
}

#[test]
fn nothing_stays_in_the_temporary_folder_or_in_goward_s_home() {
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    let name = format!("goward-test-stays-{}", std::process::id());
    let script = format!("echo x > /tmp/{name} && echo y > $HOME/{name} && echo z > /dev/shm/{name} && ls /tmp");
    let told = run(&world.home, &[], &["/bin/sh", "-c", &script]).success().stdout;
    assert!(told.contains(&name), "{told}");
    for folder in ["/tmp", "/dev/shm"] {
        assert!(!std::path::Path::new(folder).join(&name).exists(), "{folder}");
    }
    let again = run(&world.home, &[], &["/bin/sh", "-c", "ls -A /tmp /tmp/home /dev/shm"]).success().stdout;
    assert!(!again.contains(&name), "{again}");
    let work = world.home.goward_home().join("work");
    assert_eq!(std::fs::read_dir(work).map(|entries| entries.count()).unwrap_or(0), 0);
}

#[test]
fn a_folder_that_holds_the_home_is_not_shown() {
    let (mut world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    world.home.cd("");
    let refused = run(&world.home, &[], &["/bin/true"]).exits(7);
    assert!(refused.stderr.contains("your home is in it"), "{}", refused.snapshot());
}

#[test]
fn the_setting_decides_what_is_reached_and_the_option_before_it() {
    let (mut world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    world.home.set_env("GOWARD_SANDBOX_NET", "open");
    let net = |run: testkit::Run| {
        let object: serde_json::Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
        object["net"].as_str().unwrap().to_owned()
    };
    assert_eq!(net(run(&world.home, &["--json"], &["/bin/true"]).success()), "open");
    assert_eq!(net(run(&world.home, &["--json", "--net", "none"], &["/bin/true"]).success()), "none");
}
