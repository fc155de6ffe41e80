//! The sealed home is sealed, and runs return complete output.
#![cfg(unix)] // it looks at a sealed home with programs of Unix

use testkit::Sandbox;

fn shell() -> Sandbox {
    Sandbox::new("/bin/sh")
}

#[test]
fn a_program_sees_the_sealed_environment_and_nothing_else() {
    // Cargo sets this for the test itself.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    let mut sandbox = shell();
    sandbox.set_env("ADDED", "yes").remove_env("XDG_CACHE_HOME");
    let run = sandbox.run_program("/usr/bin/env", [""; 0]).success();
    let mut names: Vec<&str> = run.stdout.lines().filter_map(|line| line.split('=').next()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "ADDED",
            "ALL_PROXY",
            "GOWARD_HOME",
            "GOWARD_PROXY_DEFAULT",
            "GOWARD_SYSTEM_HOME",
            "HOME",
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "LANG",
            "NO_COLOR",
            "NO_PROXY",
            "PATH",
            "SSL_CERT_FILE",
            "TMPDIR",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
            "all_proxy",
            "http_proxy",
            "https_proxy",
            "no_proxy"
        ]
    );
    assert!(sandbox.home().to_str().unwrap().ends_with("/t\u{e9}st h\u{f6}me"));
}

#[test]
fn path_holds_only_what_the_test_put_there() {
    let mut sandbox = shell();
    sandbox.goward(["-c", "ls"]).exits(127);
    sandbox.add_program("ls", "#!/bin/sh\necho ours\n");
    assert_eq!(sandbox.goward(["-c", "ls"]).success().stdout, "ours\n");
    sandbox.add_to_path("/bin").goward(["-c", "cat /dev/null"]).success();
}

#[test]
fn a_snapshot_has_code_and_both_streams_and_nothing_that_varies() {
    let sandbox = shell();
    let script = "echo in $PWD; echo at 127.0.0.1:4711 after 1.5s; printf unfinished >&2; exit 3";
    assert_eq!(
        sandbox.goward(["-c", script]).snapshot(),
        "exit: 3\n--- stdout\nin [HOME]/work\nat [UPSTREAM] after [TIME]\n--- stderr\nunfinished\n"
    );
}

#[test]
fn files_are_written_where_programs_start() {
    let mut sandbox = shell();
    sandbox.cd("project/deep").write("../go.mod", "module x\n");
    assert_eq!(sandbox.goward(["-c", "read line < ../go.mod; echo \"$line\""]).success().stdout, "module x\n");
    assert_eq!(sandbox.read("../go.mod"), "module x\n");
}

#[test]
fn a_program_can_be_stopped_at_a_moment() {
    let sandbox = shell();
    let mut running = sandbox.spawn(["-c", "echo begun; read never < /dev/zero; echo over"]);
    running.wait_for("begun");
    running.kill();
    let run = running.wait();
    assert_eq!((run.code, run.stdout.as_str()), (128 + 9, "begun\n"));
}

#[test]
fn a_program_can_be_interrupted() {
    let sandbox = shell();
    let script = "trap 'echo caught >&2; exit 9' INT; echo begun; while :; do :; done";
    let running = sandbox.spawn(["-c", script]);
    running.wait_for("begun");
    running.interrupt();
    assert_eq!(running.wait().exits(9).stderr, "caught\n");
}

#[test]
fn nothing_stands_on_standard_input() {
    assert_eq!(shell().goward(["-c", "read line || echo nothing"]).success().stdout, "nothing\n");
}

#[test]
fn the_folder_goes_with_the_sandbox() {
    let sandbox = shell();
    let home = sandbox.home().to_path_buf();
    sandbox.write("file", "x");
    drop(sandbox);
    assert!(!home.exists());
}

#[test]
#[should_panic(expected = "did not say \"never\"")]
fn waiting_for_what_is_never_said_ends_with_the_program() {
    shell().spawn(["-c", "echo something else"]).wait_for("never");
}
