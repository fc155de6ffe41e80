//! goward runs nothing of a repository that the user enters.
//!
//! A repository may contain files that other programs read from their working folder: Python's modules, programs that a
//! PATH with `.` finds, a check of archives. The tests call goward in such a folder in every way that starts a program.
#![cfg(unix)] // the traps are scripts of Unix

use std::path::PathBuf;

use crate::support::World;
use testkit::Run;

/// Modules that Python would load, or programs that a careless look-up would start.
const MODULES: [&str; 6] =
    ["pip.py", "pip/__init__.py", "pip/__main__.py", "sitecustomize.py", "usercustomize.py", "json.py"];
const PROGRAMS: [&str; 10] =
    ["python3", "python", "pip3", "tools/pip", "go", "gofmt", "check", "git", "goward", "tools/python3"];

/// A world whose working folder is full of traps, and whose PATH contains it as `.`, as an empty entry, and as `tools`.
fn hostile(world: World) -> World {
    let mut world = world;
    let trap = trap(&world);
    for module in MODULES {
        world.home.write(module, format!("open({:?}, 'a').write('{module}\\n')\n", trap.display().to_string()));
    }
    for program in PROGRAMS {
        let path = world.home.write(program, format!("#!/bin/sh\necho {program} >> '{}'\n", trap.display()));
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    world.home.write("pip.conf", "[global]\nindex-url = file:///nowhere\n");
    let python = crate::support::pip().ok().map(|pip| PathBuf::from(pip.split(' ').next().unwrap()));
    let python = python.and_then(|python| Some(python.parent()?.display().to_string())).unwrap_or_default();
    let path = format!(".::tools:./tools:{}:{python}:", world.home.path_folder().display());
    world.home.set_env("PATH", path);
    world
}

fn trap(world: &World) -> PathBuf {
    world.home.home().join("TRAPPED")
}

#[track_caller]
fn assert_nothing_ran(world: &World, run: &Run) {
    if let Ok(ran) = std::fs::read_to_string(trap(world)) {
        panic!("code of the repository ran:\n{ran}\n{}", run.snapshot());
    }
}

#[test]
fn a_repository_full_of_traps_runs_nothing_at_any_verb() {
    let world = hostile(World::new().sources("wheel"));
    let index = world.upstream.simple_url();
    let mut world = world.env("PIP_INDEX_URL", index).env("GOWARD_SUMDB", "never");
    world.goward("shims --write").success();
    let shim = world.store("shims/go");
    for pin in [Some("1.27.99\n"), None] {
        match pin {
            Some(pin) => drop(world.home.write(".go-version", pin)),
            None => std::fs::remove_file(world.home.folder().join(".go-version")).unwrap(),
        }
        for line in [
            "run -- go version",
            "install",
            "use 1.27.99",
            "list --remote",
            "bundle create --go 1.27.99 --no-goward -o out.goward",
        ] {
            assert_nothing_ran(&world, &world.goward(line));
        }
        assert_nothing_ran(&world, &world.home.run_program(&shim, ["version"]));
    }
    // One line of a go.mod is enough to ask for a Go version that does not exist.
    world.home.cd("work/module");
    let mut world = hostile(world);
    world.home.write("go.mod", "module m\n\ngo 1.27.99\n");
    assert_nothing_ran(&world, &world.goward("why --floor"));
    assert_nothing_ran(&world, &world.home.run_program(&shim, ["version"]));

    if crate::support::pip().is_err() {
        return eprintln!("skipped: that the user's own pip answers there; no Python with pip is on PATH");
    }
    world.home.cd("work");
    let list = world.goward("list --remote");
    assert!(list.stdout.contains("1.27.3"), "{}", list.snapshot());
    assert_nothing_ran(&world, &list);
    assert_eq!(crate::support::names(&world.store("work")), [""; 0], "its folders are gone");
}

#[test]
fn a_wheel_that_pip_finds_on_this_machine_is_vouched_for_by_no_index() {
    let world = World::new().sources("wheel").env("GOWARD_SUMDB", "never");
    let Some(wheel) = testkit::TinyToolchain::host("1.27.3").wheel_name() else {
        return eprintln!("skipped: no wheels are made for this machine");
    };
    let toolchain = testkit::TinyToolchain::host("1.27.3");
    let path = world.home.home().join(&wheel);
    std::fs::write(&path, toolchain.wheel()).unwrap();
    let sha256 = testkit::digest::sha256_hex(&toolchain.wheel());
    let address = format!("file://{}", path.display().to_string().replace(' ', "%20"));
    let report = format!(
        r#"{{"version":"1","install":[{{"download_info":{{"url":"{address}","archive_info":{{"hashes":{{"sha256":"{sha256}"}}}}}},"metadata":{{"version":"1.27.3"}}}}]}}"#
    );
    world.home.add_program("pip", &format!("#!/bin/sh\ncat <<'END'\n{report}\nEND\n").replace("cat", "/bin/cat"));
    let world = world.env("GOWARD_PIP", "pip");
    let refused = world.goward("install 1.27.3").exits(5);
    assert!(refused.stderr.contains("vouches for its bytes"), "{}", refused.snapshot());
    world.assert_nothing_installed();
}

/// Writes the user's configuration; gives its path.
fn configure(world: &World, text: &str) -> PathBuf {
    let path = world.home.below(".config/goward/config.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_relative_check_or_pip_is_refused_where_it_is_set() {
    let world = hostile(World::new().sources("official"));
    for (section, key) in [("verify", "hook"), ("wheel", "pip")] {
        for word in ["./check", "tools/python3", "../work/check", "..", "."] {
            let path = configure(&world, &format!("# first\n[{section}]\n{key} = \"{word} -m pip\"\n"));
            let run = world.goward("install 1.27.3").exits(2);
            let place = format!("{}:3", path.display());
            assert!(run.stderr.contains(&place), "{}", run.snapshot());
            assert!(run.stderr.contains("relative path"), "{}", run.snapshot());
            assert_nothing_ran(&world, &run);
        }
    }
    configure(&world, "");
    let world = world.env("GOWARD_VERIFY_HOOK", "./check");
    let run = world.goward("install 1.27.3").exits(2);
    assert!(run.stderr.contains("GOWARD_VERIFY_HOOK in the environment"), "{}", run.snapshot());
    assert_nothing_ran(&world, &run);
}

#[test]
fn a_check_named_without_a_folder_is_found_in_absolute_folders_of_path_alone() {
    let world = hostile(World::new().sources("official").env("GOWARD_VERIFY_HOOK", "check"));
    let run = world.goward("install 1.27.3").exits(7);
    assert!(run.stderr.contains("no program `check` is on PATH"), "{}", run.snapshot());
    assert_nothing_ran(&world, &run);
    world.home.add_program("check", "#!/bin/sh\npwd\nexit 0\n");
    let run = world.goward("install 1.27.3").success();
    let work = world.store("work").display().to_string();
    assert!(run.stderr.contains(&format!("hook: {work}/")), "it runs in goward's own folder: {}", run.snapshot());
    assert_nothing_ran(&world, &run);
}

#[test]
fn what_a_check_leaves_behind_ends_with_it_and_holds_nobody_up() {
    let world = World::new().sources("official").env("GOWARD_VERIFY_HOOK", "check");
    let told = world.home.home().join("told");
    let script = format!("#!/bin/sh\n/bin/sleep 600 &\necho $! > '{}'\nexit 0\n", told.display());
    world.home.add_program("check", &script);
    let start = std::time::Instant::now();
    world.goward("install 1.27.3").success();
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "it was waited for");
    let id = std::fs::read_to_string(&told).unwrap();
    let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", id.trim()]).output().unwrap();
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    assert!(state.is_empty() || state.starts_with('Z'), "process {id} was left running ({state})");
}
