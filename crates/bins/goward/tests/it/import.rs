//! Import and migration, as a user runs them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::support::{World, platform, sealed};
use serde_json::json;
use testkit::{Sandbox, TinyToolchain, module_proxy, program, real};

fn arg(word: &str) -> OsString {
    word.into()
}

fn path(path: &Path) -> OsString {
    path.into()
}

fn tree(world: &World, below: &str, version: &str) -> PathBuf {
    let path = world.home.below(below);
    TinyToolchain::host(version).write_tree(&path);
    path
}

#[test]
fn an_installation_is_shown_then_brought_in_without_a_download_and_runs() {
    let world = World::new();
    let sdk = tree(&world, "sdk/go1.27.3", "1.27.3");
    std::fs::write(sdk.join("bin").join(program::file_name("gopls")), "a tool").unwrap();
    // Without an argument, goward lists everything and changes nothing.
    let shown = world.goward("import").success();
    assert!(shown.stdout.contains("copy and prove") && shown.stderr.contains("--all"), "{}", shown.snapshot());
    world.assert_nothing_installed();
    let run = world.home.goward([arg("import"), path(&sdk), arg("--dry-run"), arg("--json")]).success();
    assert_eq!(run.json()["found"][0]["toolchain"], json!(format!("go1.27.3.{}", platform())));
    world.assert_nothing_installed();

    let run = world.home.goward([arg("import"), path(&sdk)]).success();
    assert!(run.stdout.contains("verified by sum.example.test\n"), "{}", run.snapshot());
    assert!(
        run.stdout.contains(&format!("excluded: bin/{} (a tool", program::file_name("gopls"))),
        "{}",
        run.snapshot()
    );
    assert_eq!(world.installed(), ["1.27.3"]);
    assert_eq!(world.upstream.hits("/go/") + world.upstream.hits("/dl/go"), 0, "nothing was downloaded");
    let run = world.goward("run --offline 1.27.3 -- go version").success();
    assert_eq!(run.stdout, format!("go version go1.27.3 {}\n", platform().replace('-', "/")));
    assert_eq!(world.goward("status").success().code, 0);
    // The foreign installation may be removed now.
    std::fs::remove_dir_all(&sdk).unwrap();
    world.goward("run --offline 1.27.3 -- gofmt").success();
}

#[test]
fn a_distributions_go_is_registered_run_where_it_stands_and_missed_when_it_is_gone() {
    let world = World::new();
    let distribution = tree(&world, "opt/vendor", "1.26.8");
    std::fs::write(distribution.join("VERSION"), "go1.26.8-1\n").unwrap();
    let run = world.goward("run system -- go version").exits(3);
    assert!(run.stderr.contains("none is registered"), "{}", run.snapshot());
    let run = world.home.goward([arg("import"), path(&distribution)]).success();
    assert!(run.stdout.contains("not official: its VERSION says `go1.26.8-1`"), "{}", run.snapshot());
    let list = world.goward("list").success();
    assert!(list.stdout.contains("system go1.26.8-1") && list.stdout.contains("not official"), "{}", list.snapshot());
    let item = world.goward("list --json").success().json()["external"][0].clone();
    assert_eq!((item["state"].clone(), item["tree"].clone()), (json!("there"), json!(distribution)));
    // It runs in place, not as a copy.
    let run = world.goward("run system -- go env GOROOT").success();
    assert_eq!(run.stdout, format!("{}\n", distribution.display()));
    let named = format!("system:{}", distribution.display());
    let run = world.home.goward(["run", &named, "--", "go", "version"]).success();
    assert!(run.stdout.contains("go1.26.8"));
    // It is not a release: no request selects it.
    world.goward("run --offline 1.26.8 -- go version").exits(7);
    std::fs::remove_dir_all(&distribution).unwrap();
    let run = world.goward("run system -- go version").exits(3);
    assert!(run.stderr.contains("its go command is gone") && run.stderr.contains("--forget"), "{}", run.snapshot());
    assert!(world.goward("list").success().stdout.contains("it is gone"));
    world.home.goward([arg("import"), arg("--forget"), path(&distribution)]).success();
    assert_eq!(world.goward("list --json").success().json()["external"], json!([]));
    world.home.goward([arg("import"), arg("--forget"), path(&distribution)]).exits(3);
}

#[test]
fn a_changed_tree_is_never_passed_off_as_official() {
    let world = World::new();
    let sdk = tree(&world, "sdk/go1.27.3", "1.27.3");
    std::fs::write(sdk.join("src/fmt/print.go"), "package fmt // changed\n").unwrap();
    let run = world.home.goward([arg("import"), path(&sdk), arg("--allow-unproven")]).success();
    assert!(run.stdout.contains("registered") && run.stdout.contains("or changed"), "{}", run.snapshot());
    world.goward("run --offline 1.27.3 -- go version").exits(7);
}

testkit::left_out_on_windows!(a_tree_with_a_link, "its link is a symbolic one, and Wine makes no junctions either");

#[cfg(unix)]
#[test]
fn a_tree_with_a_link_that_leads_out_is_refused() {
    let world = World::new();
    let hostile = tree(&world, "sdk/go1.26.8", "1.26.8");
    std::os::unix::fs::symlink("/etc/passwd", hostile.join("src/passwd")).unwrap();
    let run = world.home.goward([arg("import"), path(&hostile)]).exits(5);
    assert!(run.stderr.contains("src/passwd") && run.stderr.contains("it is a link"), "{}", run.snapshot());
}

#[test]
fn everything_of_a_manager_comes_with_its_default_and_undo_takes_the_default_back() {
    let world = World::new();
    world.goward("use 1.25.9").success();
    tree(&world, ".goenv/versions/1.26.8", "1.26.8");
    tree(&world, ".goenv/versions/1.27.3", "1.27.3");
    let write = |below: &str, text: &str| {
        let path = world.home.home().join(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    };
    write(".goenv/version", "1.26.8\n");
    write(".bashrc", "eval \"$(goenv init -)\"\n");
    write("code/app/.go-version", "1.27.3\n");
    let projects = world.home.home().join("code");
    let import = |more| {
        let line = [arg("import"), arg("--from"), arg("goenv"), arg("--projects"), path(&projects), arg(more)];
        world.home.goward(line).success()
    };
    let dry = import("--dry-run");
    for part in [".goenv/version:1", ".bashrc:1: eval", "code/app/.go-version:1: 1.27.3 (goward reads it too)"] {
        assert!(dry.snapshot().contains(part), "{part}: {}", dry.snapshot());
    }
    assert_eq!(world.installed(), ["1.25.9"]);
    let run = import("--json").json();
    assert_eq!(world.installed(), ["1.25.9", "1.26.8", "1.27.3"]);
    assert_eq!(run["switched"]["toolchain"], json!(format!("go1.26.8.{}", platform())));
    assert_eq!(world.goward("run -- go version").success().stdout.split(' ').nth(2), Some("go1.26.8"));
    assert_eq!(std::fs::read_to_string(world.home.home().join(".bashrc")).unwrap(), "eval \"$(goenv init -)\"\n");
    world.goward("undo").success();
    assert_eq!(world.goward("run -- go version").success().stdout.split(' ').nth(2), Some("go1.25.9"));
    // The named project is registered: its pin counts.
    let kept = world.goward("prune --dry-run").success();
    assert!(kept.snapshot().contains("code/app"), "{}", kept.snapshot());
}

#[test]
fn an_import_killed_at_any_time_is_finished_or_undone_by_the_next_run() {
    let world = World::offering([TinyToolchain::host("1.27.3").with_files(3000)]);
    let sdk = world.home.below("sdk/go1.27.3");
    TinyToolchain::host("1.27.3").with_files(3000).write_tree(&sdk);
    for round in 0..4 {
        let mut running = world.home.spawn([arg("import"), path(&sdk)]);
        running.wait_for(&sdk.display().to_string());
        // Somewhere between here and the end, wherever that is on this machine.
        (0..round * 1000).for_each(|_| std::thread::yield_now());
        running.kill();
        running.wait();
        let run = world.goward("list --json").success().json();
        assert!(run["toolchains"].as_array().unwrap().len() <= 1);
    }
    world.home.goward([arg("import"), path(&sdk)]).success();
    assert_eq!(world.installed(), ["1.27.3"]);
    assert_eq!(crate::support::names(&world.store("staging")), [""; 0]);
    world.goward("run --offline 1.27.3 -- go version").success();
}

/// A copy of a real toolchain, in another program's folder.
fn real_tree(home: &Sandbox, version: &str) -> Result<PathBuf, String> {
    let goroot = real::toolchain(version)?;
    let place = home.home().join(format!("sdk/go{version}"));
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    let copied = std::process::Command::new("cp").arg("-r").arg(goroot).arg(&place).status().unwrap();
    assert!(copied.success());
    Ok(place)
}

#[test]
#[cfg_attr(windows, ignore = "real toolchains come through the machine's pip, which is not asked for there")]
fn a_real_toolchain_is_brought_in_and_proven_by_the_public_log() {
    let mut home = sealed();
    let place = match real_tree(&home, "1.27.3") {
        Ok(place) => place,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    home.unseal_network();
    for name in ["GOPROXY", "GOSUMDB"] {
        // What the machine is set up with, else what the toolchain itself takes for granted.
        let own = home.run_program(place.join("bin/go"), ["env", name]).success().stdout;
        home.set_env(name, std::env::var_os(name).unwrap_or_else(|| own.trim().into()));
    }
    let run = home.goward(["import", place.to_str().unwrap()]);
    if run.stderr.contains("Go's checksum database: ") {
        return eprintln!("skipped: the public log could not be asked: {}", run.stderr);
    }
    run.success();
    let record = home.goward(["list", "--json"]).success().json()["toolchains"][0].clone();
    assert_eq!(record["source"], "sdk", "{record}");
    let version = home.goward(["run", "--offline", "1.27.3", "--", "go", "version"]).success().stdout;
    assert_eq!(version, format!("go version go1.27.3 {}\n", platform().replace('-', "/")));
    // With one changed byte it is not an official build.
    home.goward(["uninstall", "1.27.3"]).success();
    let file = place.join("src/fmt/print.go");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let run = home.goward(["import", place.to_str().unwrap()]).success();
    assert!(run.stdout.contains("registered"), "{}", run.snapshot());
}

#[test]
#[cfg_attr(windows, ignore = "real toolchains come through the machine's pip, which is not asked for there")]
fn a_real_migration_builds_a_tool_again_and_undo_brings_the_old_one_back() {
    let mut home = sealed();
    for version in ["1.26.6", "1.27.3"] {
        let place = match real_tree(&home, version) {
            Ok(place) => place,
            Err(why) => return eprintln!("skipped: {why}"),
        };
        home.goward(["import", "--offline", "--allow-unproven", place.to_str().unwrap()]).success();
    }
    let proxy = home.home().join("proxy");
    let main = "package main\n\nfunc main() { println(\"hello\") }\n";
    let files = [("go.mod", "module example.test/hello\n\ngo 1.26.0\n"), ("main.go", main)];
    module_proxy::add_module(&proxy, "example.test/hello", "v1.0.0", &files);
    home.set_env("GOPROXY", format!("file://{}", proxy.display()))
        .set_env("GONOSUMDB", "example.test")
        .set_env("GOFLAGS", "-modcacherw")
        .set_env("CGO_ENABLED", "0");
    home.goward(["use", "1.26.6"]).success();
    home.goward(["run", "--", "go", "install", "example.test/hello@v1.0.0"]).success();
    home.write(".go-version", "1.26.6\n");
    home.goward(["current"]).success();
    let tool = home.home().join("go/bin/hello");
    let built_with = |home: &Sandbox| {
        let run = home.goward(["run", "1.27.3", "--", "go", "version", tool.to_str().unwrap()]).success();
        run.stdout.trim().rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(built_with(&home), "go1.26.6");
    let old = std::fs::read(&tool).unwrap();

    let dry = home.goward(["migrate", "1.26.6", "1.27.3", "--dry-run", "--offline"]).success();
    assert!(dry.stdout.contains("tool hello") && dry.stdout.contains("is rebuilt with go1.27.3"), "{}", dry.snapshot());
    assert_eq!(std::fs::read(&tool).unwrap(), old);

    let run = home.goward(["migrate", "1.26.6", "1.27.3", "--offline"]).success();
    assert!(run.stdout.contains("checked: go version go1.27.3"), "{}", run.snapshot());
    assert_eq!(built_with(&home), "go1.27.3");
    assert_eq!(home.run_program(&tool, [""; 0]).success().stderr, "hello\n");
    assert_eq!(home.read(".go-version"), "1.27.3\n");
    let current = home.goward(["run", "--", "go", "version"]).success();
    assert!(current.stdout.contains("go1.27.3"));

    home.goward(["undo"]).success();
    assert_eq!(std::fs::read(&tool).unwrap(), old);
    assert_eq!(home.read(".go-version"), "1.26.6\n");
    assert!(home.goward(["run", "--", "go", "version"]).success().stdout.contains("go1.26.6"));
}
