//! The main job: goward installs, proves, chooses and runs a toolchain on a new machine.

use crate::support::{World, platform};
use insta::assert_snapshot;
use testkit::Program;

#[test]
fn run_on_an_empty_home_installs_the_newest_patch_and_runs_it() {
    let world = World::new();
    let run = world.goward("run 1.27 -- go version");
    assert_eq!(run.stdout, format!("go version go1.27.3 {}\n", platform().replace('-', "/")));
    assert_snapshot!("run_first", run.snapshot());
    assert_eq!(world.installed(), ["1.27.3"]);
}

#[test]
fn the_second_run_asks_nobody() {
    let world = World::new();
    world.goward("run 1.27 -- go version").success();
    let asked = world.upstream.hits("/");
    let run = world.goward("run 1.27 -- go version").success();
    assert_eq!(run.stderr, "", "nothing is left to tell");
    assert_eq!(world.upstream.hits("/"), asked, "something was asked");
    // Also without a network.
    let World { upstream, home } = world;
    drop(upstream);
    assert_eq!(home.goward(["run", "1.27", "--", "go", "version"]).success().stdout, run.stdout);
    assert_eq!(home.goward(["run", "--offline", "1.27", "--", "go", "version"]).success().stdout, run.stdout);
}

#[test]
fn quiet_says_nothing_and_the_programs_output_is_its_own() {
    let world = World::new();
    let run = world.goward("run --quiet 1.27 -- go args one").success();
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("one\n", ""));
}

#[test]
fn the_exit_status_is_that_of_the_program() {
    let world = World::new();
    world.goward("run 1.27 -- go exit 7").exits(7);
    world.goward("run 1.27 -- go exit 0").exits(0);
}

#[test]
#[cfg_attr(windows, ignore = "there are no signals on Windows")]
fn a_signal_s_end_looks_as_it_does_without_goward() {
    let world = World::new();
    let run = world.home.goward(["run", "1.27", "--", "/bin/sh", "-c", "kill -TERM $$"]);
    assert_eq!(run.code, 128 + 15);
}

#[test]
fn arguments_arrive_untouched() {
    let world = World::new();
    let odd =
        ["with space", "", "it's \"quoted\"", "$HOME `x` \\", "\u{fc}n\u{ef}code \u{2713}", "--json", "--", "-q", "*"];
    let args = ["run", "1.27", "--", "go", "args"].iter().chain(&odd);
    let run = world.home.goward(args).success();
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), odd);
}

testkit::left_out_on_windows!(
    an_argument_of_any_bytes,
    "arguments are no bytes there; `shims.rs` has odd ones of Windows"
);

#[cfg(unix)]
#[test]
fn not_even_utf_8_is_asked_for() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    let world = World::new();
    let mut args: Vec<OsString> = ["run", "1.27", "--", "go", "exit"].map(OsString::from).to_vec();
    args.push(OsString::from_vec(b"\xff".to_vec()));
    assert_ne!(world.home.goward(&args).code, 0, "the shell refuses the byte, not goward");
    assert!(!world.home.goward(args).stderr.contains("error: could not"));
}

#[test]
fn the_toolchain_comes_first_in_path_and_a_foreign_goroot_is_left_out() {
    let mut world = World::new().env("GOROOT", "/usr/lib/other-go").env("GOTOOLCHAIN", "local").env("GOFLAGS", "-x");
    let tree = world.tree("1.27.3");
    let run = world.goward("run 1.27 -- go show-env").success();
    let expected = format!(
        "here={tree}\nGOROOT is not set\nGOTOOLCHAIN=local\nGOPATH is not set\nGOCACHE is not set\n\
         GOMODCACHE is not set\nGOFLAGS=-x\nPATH[0]={bin}\n",
        tree = tree.display(),
        bin = tree.join("bin").display()
    );
    assert_eq!(run.stdout, expected);
    assert!(!run.stderr.contains("GOROOT"));
    let told = world.goward("run --verbose 1.27 -- go version").success();
    assert!(told.stderr.contains("GOROOT=/usr/lib/other-go was removed"), "{}", told.snapshot());
    // Its own GOROOT is not foreign.
    world.home.set_env("GOROOT", &tree);
    let run = world.goward("run 1.27 -- go env GOROOT").success();
    assert_eq!(run.stdout, format!("{}\n", tree.display()));
}

#[test]
fn other_programs_of_the_toolchain_and_of_path_can_be_run() {
    let world = World::new();
    let run = world.goward("run 1.27 -- gofmt").success();
    assert_eq!(run.stdout, "gofmt version go1.27.3\n");
    world.home.add_small_program("deploy", &Program::new().run("go"));
    let run = world.goward("run 1.27 -- deploy version").success();
    assert!(run.stdout.starts_with("go version go1.27.3 "), "a nested go is the same: {}", run.stdout);
    world.home.write_program("here", &Program::new().say("here"));
    assert_eq!(world.goward("run 1.27 -- ./here").success().stdout, "here\n");
}

/// A batch file is started like a program, with its extension and without, from PATH and by a path.
#[cfg(windows)]
#[test]
fn a_batch_file_is_a_program_on_windows() {
    let world = World::new();
    let text = "@echo off\r\necho said %1\r\nexit /b 7\r\n";
    std::fs::write(world.home.path_folder().join("tell.cmd"), text).unwrap();
    world.home.write("here.bat", text);
    for name in ["tell", "tell.cmd", r".\here", "./here.bat"] {
        let run = world.home.goward(["run", "1.27", "--", name, "this"]).exits(7);
        assert_eq!(run.stdout.trim(), "said this", "{name}");
    }
    // A file without an extension is not a program.
    std::fs::write(world.home.path_folder().join("plain"), "no program").unwrap();
    world.goward("run 1.27 -- plain").exits(127);
}

/// A folder or a data file of the same name does not hide the program.
#[cfg(windows)]
#[test]
fn a_program_with_a_dot_in_its_name_is_found_without_its_ending() {
    let world = World::new();
    for folder in [world.home.path_folder(), world.home.folder().to_owned()] {
        std::fs::write(folder.join("tool.v2.cmd"), "@exit /b 7\r\n").unwrap();
        std::fs::write(folder.join("tool.v2"), "no program").unwrap();
        std::fs::write(folder.join("other.v2.CMD"), "@exit /b 8\r\n").unwrap();
    }
    std::fs::create_dir(world.home.folder().join("other.v2")).unwrap();
    world.goward("run 1.27 -- tool.v2").exits(7);
    for (name, code) in [(r".\tool.v2", 7), (r".\other.v2", 8), (r".\other.v2.CMD", 8), ("other.v2.CMD", 8)] {
        world.home.goward(["run", "1.27", "--", name]).exits(code);
    }
    // Of data alone no program comes.
    std::fs::write(world.home.path_folder().join("tool.py"), "no program").unwrap();
    world.goward("run 1.27 -- tool.py").exits(127);
}

/// An unreadable file, or one that is not a program, is refused as typed, without an extension that goward guessed.
#[cfg(windows)]
#[test]
fn a_refusal_names_what_was_typed() {
    let world = World::new();
    world.home.write("plain", "no program");
    std::fs::create_dir(world.home.folder().join("folder.v2")).unwrap();
    for name in [r".\a<b", r".\plain", r".\folder.v2"] {
        let run = world.home.goward(["run", "1.27", "--", name]).exits(126);
        assert!(run.stderr.contains(&format!("run `{name}`")), "{}", run.snapshot());
    }
}

#[test]
fn a_program_that_is_missing_or_cannot_run_has_the_shells_exit_code_and_our_report() {
    let world = World::new();
    let missing = world.goward("run 1.27 -- gopls version").exits(127);
    // The command has installed the toolchain: the state line must not hide it.
    assert_snapshot!("run_missing_program", missing.snapshot());
    assert_eq!(world.installed(), ["1.27.3"]);
    assert_snapshot!("run_missing_path", world.goward("run 1.27 -- ./no/such/tool").exits(127).snapshot());
    world.home.write("data.txt", "no program");
    let refused = world.goward("run 1.27 -- ./data.txt").exits(126).snapshot();
    // Windows checks the bytes of a program, Unix its mode first.
    let refused = if cfg!(windows) {
        refused.replace("no program (os error 193)", "Permission denied (os error 13)")
    } else {
        refused
    };
    assert_snapshot!("run_refused_program", refused);
}

#[test]
fn without_a_request_the_nearest_version_file_decides() {
    let mut world = World::new();
    world.home.write(".go-version", "1.25\n");
    let run = world.goward("run -- go version").success();
    assert!(run.stdout.starts_with("go version go1.25.9 "), "{}", run.stdout);
    // From a folder below, too; and a request on the command line comes before it.
    world.home.cd("work/below/that");
    assert!(world.goward("run -- go version").success().stdout.starts_with("go version go1.25.9 "));
    assert!(world.goward("run 1.26.7 -- go version").success().stdout.starts_with("go version go1.26.7 "));
    world.home.write(".tool-versions", "nodejs 22.1.0\ngolang 1.26.8 # the team's\n");
    assert!(world.goward("run -- go version").success().stdout.starts_with("go version go1.26.8 "));
    // GOTOOLCHAIN precedes files, as for the go command.
    let world = world.env("GOTOOLCHAIN", "go1.27.2");
    assert!(world.goward("run -- go version").success().stdout.starts_with("go version go1.27.2 "));
}

#[test]
fn without_a_version_file_the_lines_of_go_mod_and_go_work_are_floors() {
    let mut world = World::new();
    world.home.write("go.mod", "module example.test/m\n\ngo 1.26.7\n");
    assert!(world.goward("run -- go version").success().stdout.starts_with("go version go1.26.7 "));
    // A default that is newer than the floor stays.
    world.goward("use 1.27.2").success();
    assert!(world.goward("run -- go version").success().stdout.starts_with("go version go1.27.2 "));
    // The toolchain line of go.work is newer than that.
    world.home.write("go.work", "go 1.26\n\ntoolchain go1.27.3\n\nuse .\n");
    assert!(world.goward("run -- go version").success().stdout.starts_with("go version go1.27.3 "));
    world.home.cd("elsewhere");
    assert!(world.goward("run -- go version").success().stdout.starts_with("go version go1.27.2 "));
}

#[test]
fn where_nothing_asks_for_anything_the_report_says_what_to_do() {
    let world = World::new();
    assert_snapshot!("run_nothing_asked", world.goward("run -- go version").exits(3).snapshot());
    assert_eq!(world.upstream.hits("/"), 0);
}

#[test]
fn a_pin_below_the_projects_floor_is_refused_with_both_places() {
    let world = World::new();
    world.home.write("go.mod", "module example.test/m\n\ngo 1.27\n");
    world.home.write(".go-version", "1.26\n");
    assert_snapshot!("run_below_floor", world.goward("run -- go version").exits(7).snapshot());
}

#[test]
fn no_install_and_offline_are_obeyed() {
    let world = World::new();
    assert_snapshot!("run_no_install", world.goward("run --no-install 1.27 -- go version").exits(3).snapshot());
    assert_snapshot!("run_offline", world.goward("run --offline 1.27 -- go version").exits(7).snapshot());
    assert_snapshot!("run_offline_exact", world.goward("run --offline 1.27.3 -- go version").exits(7).snapshot());
    assert_eq!(world.upstream.hits("/"), 0);
    world.assert_nothing_installed();
}

#[test]
fn a_program_reads_our_standard_input() {
    let world = World::new();
    world.goward("install 1.27").success();
    let mut command = world.home.command(env!("CARGO_BIN_EXE_goward"));
    command.args(["run", "1.27", "--", "go", "read"]).stdin(std::process::Stdio::piped());
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"a line\n").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"a line\n");
}
