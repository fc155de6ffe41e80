//! `go`, `gofmt` and `go1.X.Y` on PATH, from the outside.

#[path = "../../../../model/project/tests/conformance/case.rs"]
#[allow(dead_code, reason = "another suite's, of which this needs a part")]
mod case;

use std::ffi::{OsStr, OsString};
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::support::{World, make_writable, names, platform};
#[cfg(unix)]
use testkit::real;
use testkit::{Program, Run, Running, TinyToolchain, program};

/// Prints its version and its name.
fn telling(version: &str) -> TinyToolchain {
    let program = Program::new()
        .when("exit", Program::new().exit_with_argument())
        .when("killed", Program::new().killed())
        .when("sleep", Program::new().sleep())
        .when("count", Program::new().say_counts())
        .when("env", Program::new().say_env())
        .say(version)
        .say_args();
    TinyToolchain::host(version).with_program("bin/go", &program).with_program("bin/gofmt", &program)
}

/// Three toolchains, two of them installed, 1.27.3 the default; shims first on PATH.
fn world() -> World {
    let mut world = World::offering(["1.26.7", "1.26.8", "1.27.3"].map(telling)).sources("official");
    world.goward("install 1.26.8 1.27.3").success();
    world.goward("use 1.27.3").success();
    with_shims(&mut world);
    world
}

fn with_shims(world: &mut World) {
    world.goward("shims --write").success();
    let path = std::env::join_paths([world.store("shims"), world.home.path_folder()]).unwrap();
    world.home.set_env("PATH", path);
}

fn start<S: AsRef<OsStr>>(world: &World, name: &str, args: impl IntoIterator<Item = S>) -> Running {
    world.home.spawn_program(shim(world, name), args)
}

/// The file of a shim.
fn shim(world: &World, name: &str) -> PathBuf {
    world.store("shims").join(program::file_name(name))
}

/// Another name for a shim.
fn alias(world: &World, name: &str) {
    #[cfg(unix)]
    symlink("go", shim(world, name)).unwrap();
    #[cfg(windows)]
    testkit::program::copy_program(&shim(world, "go"), &shim(world, name));
}

fn call<S: AsRef<OsStr>>(world: &World, name: &str, args: impl IntoIterator<Item = S>) -> Run {
    start(world, name, args).wait()
}

/// The lines that a shim's program wrote.
fn said(world: &World, line: &str) -> Vec<String> {
    let mut words = line.split_whitespace();
    let run = call(world, words.next().unwrap(), words).success();
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn go_is_the_one_that_the_folder_asks_for() {
    let mut world = world();
    assert_eq!(said(&world, "go build ./..."), ["1.27.3", "build", "./..."]);
    world.home.cd("work/deep/er").write("../.go-version", "1.26\n");
    assert_eq!(said(&world, "go build"), ["1.26.8", "build"]);
    assert_eq!(said(&world, "gofmt -l"), ["1.26.8", "-l"]);
    assert_eq!(said(&world, "go1.27.3 version"), ["1.27.3", "version"], "a name stands for its version");
    world.home.cd("work");
    assert_eq!(said(&world, "go build"), ["1.27.3", "build"]);
    world.goward("use 1.26.8").success();
    assert_eq!(said(&world, "go build"), ["1.26.8", "build"], "a switch is seen at once");
    world.goward("undo").success();
    assert_eq!(said(&world, "go build"), ["1.27.3", "build"]);
}

#[test]
fn a_plus_is_goward_s_and_nested_calls_find_the_same_toolchain() {
    let world = world();
    assert_eq!(said(&world, "go +1.26 list +1.27"), ["1.26.8", "list", "+1.27"]);
    assert_eq!(said(&world, "gofmt +1.26 -l"), ["1.26.8", "-l"]);
    let env = call(&world, "go", ["+1.26", "env"]).success().stdout;
    let path = env.lines().find_map(|line| line.strip_prefix("PATH=")).unwrap();
    assert!(path.starts_with(world.tree("1.26.8").join("bin").to_str().unwrap()), "{path}");
    let run = call(&world, "go", ["+nonsense!", "env"]).exits(2);
    assert!(run.stderr.starts_with("error: could not run `go +nonsense!`: "), "{}", run.snapshot());
}

#[test]
fn the_folder_is_where_c_leads_and_the_flag_stays() {
    let world = world();
    world.home.write("other/.go-version", "1.26.8\n");
    let other = world.home.folder().join("other");
    for line in ["go -C other build", "go build -C=other", "go mod tidy --C other", "go +1.26 -C other build"] {
        let words: Vec<&str> = line.split(' ').filter(|word| !word.starts_with('+')).collect();
        assert_eq!(said(&world, line)[0], "1.26.8", "{line}");
        assert_eq!(said(&world, line)[1..], words[1..], "{line}");
    }
    assert_eq!(
        call(&world, "go", [OsStr::new("-C"), other.as_os_str()]).success().stdout.lines().next(),
        Some("1.26.8")
    );
    // The go command refuses a missing folder, and a misplaced flag, too.
    assert_eq!(said(&world, "go -C nowhere build")[0], "1.27.3");
    assert_eq!(said(&world, "go build -v -C other")[0], "1.27.3");
}

#[test]
fn a_name_installs_what_is_missing_or_says_clearly_that_it_must_not() {
    let mut world = world();
    // Known and not installed: go commands find it, and the user's shells do not list it.
    let known = world.store("releases").join(program::file_name("go1.26.7"));
    assert!(known.is_file() && !shim(&world, "go1.26.7").exists());
    world.home.write(".go-version", "1.27.3\n");
    let run = world.home.run_program(&known, ["a"]).success();
    assert_eq!(run.stdout, "1.26.7\na\n", "{}", run.snapshot());
    assert!(run.stderr.contains("go1.26.7"), "{}", run.snapshot());
    assert_eq!(said(&world, "go1.26.7 b"), ["1.26.7", "b"]);

    world.goward("uninstall 1.26.7").success();
    world.home.set_env("GOWARD_AUTO_INSTALL", "false");
    let run = world.home.run_program(&known, ["a"]).exits(127);
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr.starts_with("error: could not find an installed toolchain for `1.26.7`\n"),
        "{}",
        run.snapshot()
    );
    assert!(run.stderr.contains("hint: "), "{}", run.snapshot());
    world.home.write(".go-version", "1.26.7\n");
    call(&world, "go", ["a"]).exits(127);
    world.home.remove_env("GOWARD_AUTO_INSTALL").set_env("GOWARD_OFFLINE", "1");
    let run = call(&world, "go", ["a"]).exits(127);
    assert!(run.stderr.contains("offline"), "{}", run.snapshot());
    // A name that is not a release cannot be installed.
    alias(&world, "go1.26");
    let run = call(&world, "go1.26", ["a"]).exits(127);
    assert!(run.stderr.contains("no release of Go has this name"), "{}", run.snapshot());
    // A conflict is none of a missing program.
    world.home.write("go.mod", "module x\n\ngo 1.27\n");
    call(&world, "go", ["a"]).exits(7);
}

#[test]
fn what_nobody_asks_for_is_left_to_the_machine_s_own_go() {
    let mut world = World::offering([telling("1.27.3")]).sources("official");
    with_shims(&mut world);
    let shims = world.store("shims");
    let run = call(&world, "go", ["version"]).exits(127);
    assert!(run.stderr.contains("no other `go` is on PATH"), "{}", run.snapshot());

    world.home.add_small_program("go", &Program::new().say("system").say_args());
    let path = |folders: &[&Path]| std::env::join_paths(folders).unwrap();
    // goward skips shims under every name and as copies, also those of other homes.
    let (again, copied) = (world.home.home().join("again"), world.home.below("copied/shims"));
    // A user may not make links on Windows; there the folder is not there.
    #[cfg(unix)]
    symlink(&shims, &again).unwrap();
    std::fs::create_dir_all(&copied).unwrap();
    testkit::program::copy_program(&shim(&world, "go"), &copied.join(program::file_name("go")));
    world.home.set_env("PATH", path(&[&shims, &again, &copied, &world.home.path_folder()]));
    assert_eq!(call(&world, "go", ["a b", ""]).success().stdout, "system\na b\n\n");
    // goward serves a project that asks for a version.
    world.home.write("go.mod", "module x\n\ngo 1.27.3\n");
    assert_eq!(said(&world, "go a"), ["1.27.3", "a"]);
    std::fs::remove_file(world.home.folder().join("go.mod")).unwrap();

    // Another manager that looks for the next go on PATH, in its own process and in one of its own.
    let go = shim(&world, "go");
    for manager in [Program::new().run(&go), Program::new().run_beside(&go)] {
        world.home.add_small_program("go", &manager);
        let run = call(&world, "go", ["version"]).exits(127);
        assert!(run.stderr.contains("call each other"), "{}", run.snapshot());
    }
}

#[test]
fn exit_status_signals_and_the_process_are_the_program_s_own() {
    let mut world = world();
    for request in ["", "1.26"] {
        // With a request goward replaces itself by the program.
        world.home.set_env("GOWARD_VERSION", request);
        call(&world, "go", ["exit", "37"]).exits(37);
        if cfg!(windows) {
            // There are no signals, and a process stays as long as its program; but a code has 32 bits.
            call(&world, "go", ["exit", "70000"]).exits(70_000);
            continue;
        }
        call(&world, "go", ["killed"]).exits(128 + 15);
        let running = start(&world, "go", ["sleep"]);
        running.wait_for(&format!("in {}\n", running.id()));
        running.signal("TERM");
        running.wait().exits(128 + 15);
    }
}

#[test]
fn arguments_and_environment_of_any_size_and_any_bytes_arrive() {
    let mut world = world();
    // A command line of Windows has at most 32767 letters, and so has a variable.
    let (count, long, big) = if cfg!(windows) { (400, 5_000, 30_000) } else { (4000, 120_000, 100_000) };
    let mut args: Vec<OsString> = (0..count).map(|n| format!("{n:060}").into()).collect();
    args.insert(0, "count".into());
    args.push("y".repeat(long).into());
    world.home.set_env("BIG", "z".repeat(big));
    let expected = world.home.run_program(world.program("1.26.8", "go"), &args).success();
    let counts = format!("{} {}\n", count + 2, "count".len() + count * 61 + 1 + long);
    assert!(expected.stdout.starts_with(&counts), "{counts}: {}", &expected.stdout[..20]);
    for request in ["1.26.8", "1.26"] {
        // The shim decides the first, from a file, goward the second.
        let fast = request == "1.26.8";
        world.home.write(".go-version", if fast { request } else { "1.27.3" });
        world.home.set_env("GOWARD_VERSION", if fast { "" } else { request });
        assert_eq!(call(&world, "go", &args).success().stdout, expected.stdout);
        let mut odd = vec![no_text()];
        odd.extend(["", "a\nb", "+1.27", "--", "exec-shim", "--json", "*", "\\\"x\" \\\\"].map(OsString::from));
        let direct = world.home.run_program(world.program("1.26.8", "go"), &odd).success();
        assert_eq!(call(&world, "go", &odd).success().stdout, direct.stdout);
    }
}

/// An argument that the system accepts and that is not Unicode.
fn no_text() -> OsString {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::from_vec(b"\xff\xfe".to_vec());
    #[cfg(windows)]
    return std::os::windows::ffi::OsStringExt::from_wide(&[0x61, 0xd800, 0x62]);
}

#[test]
fn the_environment_is_the_caller_s_but_for_another_tree_s_goroot() {
    let mut world = world();
    let env = |world: &World, name: &str, args: &[&str]| {
        let run = call(world, name, args).success();
        let ignored = ["PWD=", "_=", "SHLVL=", "OLDPWD="];
        let lines =
            run.stdout.lines().filter(|line| line.contains('=') && !ignored.iter().any(|name| line.starts_with(name)));
        lines.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
    };
    let plain = env(&world, "go", &["env"]);
    world.home.set_env("GOTOOLCHAIN", "local");
    let handed = env(&world, "go", &["env"]);
    assert_eq!(handed.difference(&plain).collect::<Vec<_>>(), ["GOTOOLCHAIN=local"]);
    world.home.set_env("GOROOT", "/usr/lib/other-go").set_env("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION", "go1.26.8");
    let handed = env(&world, "go", &["env"]);
    assert!(!handed.iter().any(|line| line.starts_with("GOROOT=")), "{handed:?}");
    let exact = env(&world, "go1.26.8", &["env"]);
    // One rule for every name: the compiler of one release does not go with the tree of another.
    assert!(!exact.iter().any(|line| line.starts_with("GOROOT=")), "{exact:?}");
    for line in ["GOTOOLCHAIN=local", "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION=go1.26.8"] {
        assert!(exact.contains(line), "{exact:?}");
    }
    assert!(!exact.iter().any(|line| line.starts_with("GOWARD_SHIM")), "{exact:?}");
}

testkit::left_out_on_windows!(odd_working_folders, "Windows lets no folder go that a program works in");

#[cfg(unix)]
#[test]
fn odd_working_folders_do_no_harm() {
    let mut world = world();
    let read_only = world.home.cd("read only é").folder().to_owned();
    world.home.write(".go-version", "1.26\n");
    std::fs::set_permissions(&read_only, std::fs::Permissions::from_mode(0o555)).unwrap();
    assert_eq!(said(&world, "go a"), ["1.26.8", "a"]);
    world.home.set_env("GOTOOLCHAIN", "local");
    assert_eq!(said(&world, "go a"), ["1.26.8", "a"]);
    std::fs::set_permissions(&read_only, std::fs::Permissions::from_mode(0o755)).unwrap();
    world.home.cd("gone");
    for value in ["", "local"] {
        world.home.set_env("GOTOOLCHAIN", value);
        std::fs::create_dir_all(world.home.folder()).unwrap();
        let script = "/bin/rmdir ../gone && exec \"$0\" a";
        let shim = world.store("shims/go");
        let run = world.home.run_program("/bin/sh", [OsStr::new("-c"), script.as_ref(), shim.as_ref()]).success();
        assert_eq!(run.stdout, "1.27.3\na\n", "{}", run.snapshot());
    }
}

#[test]
fn the_shim_serves_the_home_it_stands_in() {
    // Goal: a build that runs with another HOME and without our variables finds the same toolchains.
    let mut world = world();
    world.home.write(".go-version", "1.26\n");
    world.home.remove_env("GOWARD_HOME").remove_env("XDG_CONFIG_HOME").remove_env("XDG_DATA_HOME");
    for home in ["/nonexistent", ""] {
        world.home.set_env("HOME", home).set_env("USERPROFILE", home);
        assert_eq!(said(&world, "go a"), ["1.26.8", "a"], "{home:?}");
        assert_eq!(said(&world, "go +1.27 a"), ["1.27.3", "a"], "{home:?}");
    }
}

#[test]
fn a_table_that_is_lost_torn_or_old_is_made_good_by_the_next_call() {
    let mut world = world();
    let table = world.store("shim.table");
    let whole = std::fs::read(&table).unwrap();
    for torn in [None, Some(&b""[..]), Some(&whole[..whole.len() / 2]), Some(&whole[..7])] {
        match torn {
            Some(bytes) => std::fs::write(&table, bytes).unwrap(),
            None => std::fs::remove_file(&table).unwrap(),
        }
        assert_eq!(said(&world, "go a"), ["1.27.3", "a"], "{torn:?}");
        assert_eq!(std::fs::read(&table).unwrap(), whole, "{torn:?}");
    }
    // A configuration that came after it.
    world.home.cd(".config/goward").write("config.toml", "[install]\nauto = false\n");
    assert_eq!(said(&world, "go a"), ["1.27.3", "a"]);
    let renewed = std::fs::read(&table).unwrap();
    assert_ne!(renewed, whole);
    assert_eq!(said(&world, "go a"), ["1.27.3", "a"]);
    // goward reports an unreadable one, also if the shim could decide.
    world.home.write("config.toml", "[install]\nauto = maybe\n");
    let run = call(&world, "go", ["a"]).exits(2);
    assert!(run.stderr.contains("config.toml"), "{}", run.snapshot());
}

#[test]
fn the_shims_are_one_file_and_follow_what_is_installed() {
    let mut world = world();
    let file = |name: &str| world.store("shims").join(name);
    let listed = names(&world.store("shims"));
    let expected = ["go", "go1.26.8", "go1.27.3", "gofmt"].map(program::file_name);
    assert_eq!(
        listed.iter().filter(|name| !name.starts_with('.')).collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
    // For go commands, the releases of the index, and those that goward was built with.
    let known = ["go1.26.7", "go1.26.8", "go1.27.3", "go1.21.0", "go1.26.1"];
    let releases = names(&world.store("releases"));
    assert!(known.iter().all(|name| releases.contains(&program::file_name(name))), "{releases:?}");
    assert!(!releases.iter().any(|name| name.starts_with("go1.20")), "older go commands look for none: {releases:?}");
    let below = |name: &String| world.store("releases").join(name);
    let all = expected.iter().map(|name| file(name)).chain(releases.iter().map(below));
    for path in all {
        assert!(testkit::is_one_file(&path, &file(&program::file_name("go"))), "{}", path.display());
    }
    assert!(std::fs::metadata(shim(&world, "go")).unwrap().len() <= 20 * 1024 || !cfg!(target_os = "linux"));
    let sdk = |world: &World| names(&world.home.home().join("sdk"));
    if cfg!(windows) {
        // The entries are links, for which a user lacks the right. The rest is the same.
        assert_eq!(sdk(&world), [""; 0]);
        assert!(world.store("shims").join(".goward").is_file());
        return follow_what_is_installed(&mut world);
    }
    assert_eq!(sdk(&world), ["go1.26.8", "go1.27.3"]);
    let shown = world.home.below("sdk/go1.26.8");
    assert!(shown.join(".unpacked-success").is_file() && shown.join("bin").join(program::file_name("go")).is_file());
    assert!(!world.tree("1.26.8").join(".unpacked-success").exists(), "a tree is not ours to write to");

    // Files that are not goward's stay, whatever their names.
    let own = world.home.home().join("sdk/go1.26.7");
    std::fs::create_dir(&own).unwrap();
    let run = world.goward("install 1.26.7").success();
    assert!(!run.stderr.contains("shim"), "{}", run.snapshot());
    assert!(own.symlink_metadata().unwrap().is_dir() && sdk(&world).len() == 3);
    world.goward("uninstall 1.26.7 1.26.8").success();
    assert_eq!(sdk(&world), ["go1.26.7", "go1.27.3"]);
    assert_eq!(names(&world.store("sdk")).len(), 1);
    follow_what_is_installed(&mut world);
    assert_eq!(sdk(&world), ["go1.26.7"]);
}

/// 1.27.3 is installed, or one more.
fn follow_what_is_installed(world: &mut World) {
    let _ = world.goward("uninstall 1.26.8");
    assert!(!shim(world, "go1.26.8").exists());
    let release = world.store("releases").join(program::file_name("go1.26.8"));
    assert!(release.is_file(), "a go command can have it installed again by its name");

    // An older goward's shim is replaced; running programs continue.
    std::fs::remove_file(shim(world, "go")).unwrap();
    std::fs::write(shim(world, "go"), "old").unwrap();
    let list = world.goward("shims --json").success().json();
    assert_eq!(list["shims"][0]["current"], false);
    let written = world.goward("shims --write --json").success().json();
    assert!(
        written["replaced"].as_array().unwrap().iter().any(|name| name.as_str() == Some(&program::file_name("go"))),
        "{written}"
    );
    assert_eq!(said(world, "go a"), ["1.27.3", "a"]);
    assert_eq!(
        world.goward("shims").success().stdout.lines().next().map(|line| line.contains("on PATH before")),
        Some(true)
    );

    world.home.set_env("GOWARD_SHIMS_NAMES", "installed").set_env("GOWARD_SHIMS_SDK_LINKS", "false");
    let written = world.goward("shims --write --json").success().json();
    let left = ["go", "go1.27.3", "gofmt"].map(program::file_name);
    assert_eq!(written["names"], serde_json::json!(left));
}

#[test]
fn a_toolchain_whose_go_is_a_shim_is_not_run() {
    let mut world = world();
    let go = world.program("1.26.8", "go");
    make_writable(go.parent().unwrap());
    make_writable(&go);
    std::fs::remove_file(&go).unwrap();
    testkit::program::copy_program(&shim(&world, "go"), &go);
    world.home.write(".go-version", "1.26.8\n");
    let run = call(&world, "go", ["a"]).exits(127);
    assert!(run.stderr.contains("call each other"), "{}", run.snapshot());
    world.home.set_env("GOWORK", "off");
    let run = call(&world, "go", ["a"]).exits(126);
    assert!(run.stderr.contains("is a shim"), "{}", run.snapshot());
}

#[test]
fn the_shim_runs_what_which_names_in_worlds_of_the_conformance_suite() {
    // Goal: the whole way – shim, goward exec-shim, program – ends where `goward which` points, and so does
    // `goward run`. The deciding parts are compared in every world by `crates/dev/sim/tests/shim_agrees.rs`; here is every
    // eighth, with real processes.
    // Method: each world by its physical path, and by a link in a folder that has files of its own, which `$PWD` names.
    // Every program prints its path, so what runs is compared, not what was chosen.
    let program = Program::new().say_own_path();
    let versions = ["1.20", "1.21.13", "1.27.3", "1.98.1", "1.99.1"];
    let toolchains = versions.map(|version| TinyToolchain::host(version).with_program("bin/go", &program));
    let mut world = World::offering(toolchains).sources("official");
    world.goward(&format!("install {}", versions.join(" "))).success();
    world.goward("use 1.21.13").success();
    with_shims(&mut world);
    world.home.set_env("GOWARD_AUTO_INSTALL", "false");
    let (mut compared, mut ran, mut by_link) = (0, 0, 0);
    for case in case::read(include_str!("../../../../model/project/tests/conformance/cases.txt")).iter().step_by(8) {
        let root = world.home.home().join(format!("world-{compared}"));
        std::fs::create_dir_all(&root).unwrap();
        for (path, content) in &case.files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        #[cfg(windows)]
        if !case.links.is_empty() {
            // A user may not make them there.
            continue;
        }
        #[cfg(unix)]
        for (path, target) in &case.links {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(root.join(target), path).unwrap();
        }
        // Last, since a link may be such a folder.
        for folder in case.folders.iter().chain([&case.folder]) {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let goenv = world.home.below(".config/go/env");
        std::fs::create_dir_all(goenv.parent().unwrap()).unwrap();
        let filled = |text: &str| text.replace("{root}", root.to_str().unwrap()).replace("{base}", "1.21.13");
        std::fs::write(&goenv, filled(case.goenv.as_deref().unwrap_or_default())).unwrap();
        let run = |program: PathBuf, args: &[&str], pwd: &Path| {
            let mut command = world.home.command(program);
            command.current_dir(root.join(&case.folder)).env("PWD", pwd).args(args);
            command.envs(case.settings.iter().map(|(name, value)| (name, filled(value))));
            let output = command.output().unwrap();
            (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
        };
        #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no links to add"))]
        let mut ways = vec![root.join(&case.folder).components().collect::<PathBuf>()];
        #[cfg(unix)]
        {
            // Each name is in every second world.
            let way = world.home.home().join(format!("way-{compared}"));
            std::fs::create_dir(&way).unwrap();
            let (name, content) = [("go.mod", "go 1.98.1\n"), (".go-version", "1.99.1\n")][compared % 2];
            std::fs::write(way.join(name), content).unwrap();
            symlink(&ways[0], way.join("link")).unwrap();
            ways.push(way.join("link"));
        }
        let mut programs = Vec::new();
        for pwd in &ways {
            let goward = PathBuf::from(env!("CARGO_BIN_EXE_goward"));
            let which = run(goward.clone(), &["which"], pwd);
            let shim = run(shim(&world, "go"), &["env", "GOVERSION"], pwd);
            let by_run = run(goward, &["run", "--", "go", "env", "GOVERSION"], pwd);
            let at = format!("{} at {}", case.line(), pwd.display());
            if which.0 == Some(0) {
                assert_eq!((which.0, &which.1), (shim.0, &shim.1), "{at}");
                assert_eq!((which.0, &which.1), (by_run.0, &by_run.1), "goward run: {at}");
                ran += 1;
            } else {
                // The status for a version that is not installed is 127.
                let code = if which.0 == Some(3) { Some(127) } else { which.0 };
                assert_eq!((code, ""), (shim.0, shim.1.as_str()), "{at}: {} / {}", which.2, shim.2);
                assert!(by_run.0 != Some(0) && by_run.1.is_empty(), "goward run: {at}: {}", by_run.2);
            }
            programs.push((which.0, which.1));
        }
        by_link += usize::from(programs.first() != programs.last());
        compared += 1;
    }
    eprintln!(
        "the shim, `goward run` and `goward which`: {compared} worlds, {ran} programs run, {by_link} others by a link, 0 \
         disagreements"
    );
    assert!(compared > 50 && ran > 20);
    assert!(by_link > 10 || cfg!(windows), "a link that changes nothing compares nothing: {by_link}");
}

testkit::left_out_on_windows!(a_real_go_command, "its tree is made of links to a real one");

#[cfg(unix)]
#[test]
fn a_real_go_command_s_own_switching_comes_to_goward() {
    const REAL: &str = "1.24.11";
    let goroot = match real::toolchain(REAL) {
        Ok(goroot) => goroot,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let mut world = World::offering(["1.27.3", "1.28.1"].map(telling)).sources("official");
    world.goward("install 1.27.3").success();
    // A real tree by links: a go command finds its tree from where its file really is.
    let tree = world.tree(REAL);
    std::fs::create_dir_all(&tree).unwrap();
    for name in names(&goroot) {
        symlink(goroot.join(&name), tree.join(&name)).unwrap();
    }
    world.goward(&format!("use {REAL}")).success();
    with_shims(&mut world);
    world.home.cd(".config/go/telemetry").write("mode", "off");
    world.home.cd("project").set_env("GOPROXY", "off").set_env("GOFLAGS", "-mod=mod");
    world.home.write("go.mod", "module example.test/x\n\ngo 1.22\n\ntoolchain go1.27.3\n");
    let (asked, version) =
        (world.upstream.hits("/proxy/"), format!("go version go{REAL} {}\n", platform().replace('-', "/")));

    // The real one is started by its exact name, reads the line, and searches PATH, where it finds the shim.
    let name = format!("go{REAL}");
    for mode in ["auto", "path"] {
        world.home.set_env("GOTOOLCHAIN", mode);
        let run = call(&world, &name, ["version"]).success();
        assert_eq!(run.stdout, "1.27.3\nversion\n", "{mode}: {}", run.snapshot());
    }
    world.home.set_env("GOTOOLCHAIN", "local");
    assert_eq!(call(&world, &name, ["version"]).success().stdout, version, "told to stay it stays");
    // goward, not the go command, installs a known release, with proof.
    world.home.write("go.mod", "module example.test/x\n\ngo 1.28.1\n");
    world.home.set_env("GOTOOLCHAIN", "path");
    let run = call(&world, &name, ["version"]).success();
    assert_eq!(run.stdout, "1.28.1\nversion\n", "{}", run.snapshot());
    assert!(world.installed().contains(&"1.28.1".to_owned()));
    assert_eq!(world.upstream.hits("/proxy/"), asked, "the go command asked nobody");
}

#[test]
fn variables_of_other_tools_and_a_world_that_is_locked_are_for_goward_to_weigh() {
    let mut world = world();
    world.home.set_env("MISE_GO_VERSION", "1.26.8");
    assert_eq!(said(&world, "go a"), ["1.26.8", "a"]);
    world.home.remove_env("MISE_GO_VERSION").set_env("GOWARD_LOCKED", "true");
    let run = call(&world, "go", ["a"]).exits(7);
    assert!(run.stderr.contains("goward.lock"), "{}", run.snapshot());
}

#[test]
fn a_lock_file_with_other_hashes_stops_the_shim_too() {
    let world = world();
    world.home.write(".go-version", "1.26.8\n");
    assert_eq!(said(&world, "go a"), ["1.26.8", "a"]);
    let here = platform().replace('-', "/");
    world.goward(&format!("pin --lock --platform {here}")).success();
    assert_eq!(said(&world, "go a"), ["1.26.8", "a"], "the hashes are those of the toolchain");
    let lock = world.home.read("goward.lock");
    let right = lock.lines().find(|line| line.contains("h1:")).unwrap();
    let wrong = right.replacen("h1:", "h1:AAAA", 1);
    let wrong = format!("{}=\"", &wrong[..right.trim_end_matches("=\"").len()]);
    world.home.write("goward.lock", lock.replace(right, &wrong));
    let run = call(&world, "go", ["a"]).exits(5);
    assert!(run.stderr.contains("goward.lock"), "{}", run.snapshot());
}

#[test]
fn a_go_command_that_may_switch_has_the_names_of_all_releases_and_a_pinned_one_has_not() {
    let mut world = world();
    let path = |world: &World| {
        let out = call(world, "go", ["env"]).success().stdout;
        out.lines().find(|line| line.to_uppercase().starts_with("PATH=")).unwrap()["PATH=".len()..].to_owned()
    };
    let releases = world.store("releases");
    let first = |path: String| std::env::split_paths(&path).next().unwrap();
    assert_eq!(first(path(&world)), releases);
    // goward, which the shim calls, does the same.
    world.home.set_env("GOWARD_RESOLVE_ON_CONFLICT", "refuse");
    assert_eq!(first(path(&world)), releases);
    // Once is enough.
    world.home.remove_env("GOWARD_RESOLVE_ON_CONFLICT");
    let twice = std::env::join_paths([releases.clone(), world.store("shims")]).unwrap();
    world.home.set_env("PATH", &twice);
    assert_eq!(path(&world), twice.to_str().unwrap());
    world.home.write(".go-version", "1.26.8\n");
    world.home.set_env("PATH", world.store("shims"));
    assert_eq!(path(&world), world.store("shims").to_str().unwrap());
}
