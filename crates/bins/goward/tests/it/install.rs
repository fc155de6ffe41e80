//! Installing, listing, choosing and removing toolchains.

use crate::support::{World, default_program, names, official_file, platform};
use insta::assert_snapshot;
use serde_json::json;
use testkit::{Running, TinyToolchain};

#[test]
fn several_are_installed_at_once_and_the_same_one_only_once() {
    let world = World::new();
    let run = world.goward("install 1.26 1.27 go1.27.3 1.27.x 1.25.9").success();
    assert_eq!(world.installed(), ["1.25.9", "1.26.8", "1.27.3"]);
    assert_eq!(run.stdout.matches("installed go").count(), 3, "{}", run.snapshot());
    assert_eq!(world.upstream.hits("/go/go1.27.3."), 1);
    assert_eq!(names(&world.store("staging")), [""; 0]);
    assert_eq!(world.upstream.requests("/dl/").iter().filter(|request| request.path == "/dl/").count(), 1);
    // Again: no request for an installed release, not even by exact name.
    let asked = world.upstream.hits("/");
    assert_snapshot!("install_again", world.goward("install 1.27.3").success().snapshot());
    assert_eq!(world.upstream.hits("/"), asked);
}

#[test]
fn every_form_of_a_request_comes_to_the_right_version() {
    let world = World::new();
    for (request, version) in [
        ("latest", "1.27.3"),
        ("stable", "1.27.3"),
        ("oldstable", "1.26.8"),
        ("1.26", "1.26.8"),
        ("go1.26", "1.26.8"),
        ("1.26.x", "1.26.8"),
        ("1", "1.27.3"),
        ("1.26.7", "1.26.7"),
        ("go1.26.7", "1.26.7"),
        ("rc", "1.28rc1"),
        ("1.28rc1", "1.28rc1"),
        (">=1.25 <1.27", "1.26.8"),
        (">1.26.7 <1.27.3", "1.27.2"),
        ("<1.26", "1.25.9"),
        // No prerelease by surprise: 1.28 is not out yet.
        (">=1.27", "1.27.3"),
    ] {
        let run = world.home.goward(["install", "--dry-run", "--json", request]).success();
        assert_eq!(run.json()["toolchains"][0]["toolchain"], json!(format!("go{version}.{}", platform())), "{request}");
    }
    let run = world.goward("install --dry-run --json supported").success();
    let planned: Vec<_> =
        run.json()["toolchains"].as_array().unwrap().iter().map(|plan| plan["toolchain"].clone()).collect();
    assert_eq!(planned, [json!(format!("go1.26.8.{}", platform())), json!(format!("go1.27.3.{}", platform()))]);
    world.assert_nothing_installed();
}

#[test]
fn a_prerelease_is_never_got_by_surprise() {
    let world = World::new();
    let run = world.goward("install 1.28").exits(3);
    assert_snapshot!("install_prerelease_only", run.snapshot());
    world.assert_nothing_installed();
    world.goward("install 1.28rc1").success();
    assert_eq!(world.installed(), ["1.28rc1"]);
    // Even if it is installed: the newest release is another one.
    world.goward("install latest").success();
    assert_eq!(world.installed(), ["1.27.3", "1.28rc1"]);
}

#[test]
fn a_dry_run_changes_nothing() {
    let world = World::new();
    world.goward("install 1.26.8").success();
    let before = world.upstream.hits("/go/");
    let run = world.goward("install --dry-run latest 1.26").success();
    assert_snapshot!("install_dry_run", run.snapshot());
    assert_eq!(world.installed(), ["1.26.8"]);
    assert_eq!(world.upstream.hits("/go/"), before, "no archive was asked for");
}

#[test]
fn without_a_request_what_the_folder_asks_for_is_installed() {
    let world = World::new();
    world.home.write(".go-version", "1.26\n");
    world.goward("install").success();
    assert_eq!(world.installed(), ["1.26.8"]);
}

#[test]
fn one_of_several_fails_and_the_others_stay() {
    let world = World::new();
    let run = world.goward("install 1.26.8 1.24 1.27.9");
    assert_eq!(run.code, 3, "{}", run.snapshot());
    // Earlier lines of the threads have no fixed order.
    let text = run.snapshot();
    assert_snapshot!("install_partly", &text[text.find("error:").unwrap()..]);
    assert_eq!(world.installed(), ["1.26.8"]);
    let json = world.goward("install 1.26.8 1.24 --json").exits(3).json();
    assert_eq!(json["errors"][0]["exit_code"], 3);
    assert_eq!(json["toolchains"][0]["was_installed"], true);
}

#[test]
fn the_record_says_source_and_proof_and_the_tree_is_what_was_packed() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone()]);
    world.goward("install latest").success();
    let record = world.record("1.27.3");
    assert_eq!(record["source"], "official");
    assert_eq!(record["archive_sha256"], json!(toolchain.archive_sha256()));
    assert_eq!(record["address"], json!(format!("{}/{}", world.upstream.index_url(), toolchain.archive_name())));
    assert_eq!(world.witnesses("1.27.3"), ["index-checksum"]);
    for file in toolchain.files() {
        let path = world.tree("1.27.3").join(&file.path);
        assert_eq!(std::fs::read(&path).unwrap(), &*file.bytes, "{}", file.path);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o111, file.mode & 0o111, "{}", file.path);
        }
    }
    assert_eq!(record["files"], json!(toolchain.files().len()));
    assert_eq!(names(&world.store("downloads")).iter().filter(|name| name.ends_with(".parts")).count(), 0);
}

#[test]
fn list_shows_what_is_installed_and_what_can_be_had() {
    let world = World::new();
    assert_snapshot!("list_empty", world.goward("list").success().snapshot());
    assert_eq!(world.goward("list --json").success().json()["toolchains"], json!([]));
    world.goward("install 1.26.7 1.27.3").success();
    world.goward("use 1.26.7").success();
    let run = world.goward("list").success();
    // Support depends on the day of the test.
    let shown: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split_whitespace().take(2).collect()).collect();
    let name = |version: &str| format!("go{version}.{}", platform());
    assert_eq!(shown[0], ["*", &name("1.26.7")], "{}", run.snapshot());
    assert_eq!(shown[1][0], name("1.27.3"));
    assert!(run.stdout.contains("from official"));
    let list = world.goward("list --json").success().json()["toolchains"].clone();
    assert_eq!(list[0]["is_default"], true);
    assert_eq!(list[1]["is_default"], false);
    assert_eq!(list[1]["source"], "official");
    assert_eq!(list[1]["tree"], json!(world.tree("1.27.3")));
    assert_eq!(list[1]["witnesses"].as_array().unwrap().len(), 1);

    let remote = world.goward("list --remote --json").success().json();
    assert_eq!(remote["source"], "official");
    let versions = |list: &serde_json::Value| -> Vec<String> {
        let list = list["versions"].as_array().unwrap();
        list.iter().map(|item| item["version"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(versions(&remote), ["1.25.9", "1.26.8", "1.27.3", "1.28rc1"]);
    assert_eq!(remote["versions"][2]["installed"], true);
    let all = world.goward("list --remote --all --json").success().json();
    assert_eq!(versions(&all), ["1.25.9", "1.26.7", "1.26.8", "1.27.2", "1.27.3", "1.28rc1"]);
    let text = world.goward("list --remote").success();
    assert!(text.stdout.lines().any(|line| line.starts_with("go1.27.3") && line.contains("installed")));
}

#[test]
fn uninstall_refuses_the_default_and_a_minor_names_all_its_patches() {
    let world = World::new();
    world.goward("install 1.26.7 1.26.8 1.27.3").success();
    world.goward("use 1.26.8").success();
    // All or nothing: the default among them saves the other.
    assert_snapshot!("uninstall_default", world.goward("uninstall 1.26").exits(7).snapshot());
    assert_eq!(world.installed(), ["1.26.7", "1.26.8", "1.27.3"]);
    world.goward("use 1.27.3").success();
    let run = world.goward("uninstall 1.26").success();
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.snapshot());
    assert_eq!(world.installed(), ["1.27.3"]);
    assert_eq!(names(&world.store("trash")), [""; 0]);
    assert_eq!(names(&world.store("manifests")).len(), 2);
    assert_snapshot!("uninstall_absent", world.goward("uninstall 1.26").exits(3).snapshot());
}

#[test]
fn use_moves_the_default_and_says_what_was_before() {
    let world = World::new();
    assert_snapshot!("use_first", world.goward("use 1.26").success().snapshot());
    assert_snapshot!("use_second", world.goward("use latest").success().snapshot());
    assert_snapshot!("use_again", world.goward("use 1.27.3").success().snapshot());
    let go = default_program(&world.home.goward_home(), "go");
    let run = world.home.run_program(&go, ["version"]).success();
    assert!(run.stdout.starts_with("go version go1.27.3 "), "{}", run.stdout);
    let json = world.goward("use 1.26.8 --json").success().json();
    assert_eq!((json["generation"].as_u64(), json["changed"].as_bool()), (Some(3), Some(true)));
    assert_eq!(json["before"], json!(format!("go1.27.3.{}", platform())));
    // A folder on PATH already needs no advice.
    let mut world = world;
    let bin = world.store(if cfg!(windows) { "shims" } else { "current/go/bin" });
    world.home.add_to_path(bin);
    let snapshot = world.goward("use 1.27.3").success().snapshot();
    assert!(snapshot.ends_with("--- stderr\n"), "{snapshot}");
}

#[test]
fn pin_makes_a_version_file_and_updates_only_what_it_must() {
    let mut world = World::new();
    assert_snapshot!("pin_new", world.goward("pin 1.26").success().snapshot());
    assert_eq!(world.home.read(".go-version"), "1.26\n");
    assert_snapshot!("pin_update", world.goward("pin 1.27.3").success().snapshot());
    assert_eq!(world.home.read(".go-version"), "1.27.3\n");
    world.goward("pin latest --exact").success();
    assert_eq!(world.home.read(".go-version"), "1.27.3\n");
    assert_snapshot!("pin_range", world.home.goward(["pin", ">=1.26"]).exits(2).snapshot());
    assert_eq!(world.home.read(".go-version"), "1.27.3\n");
    // Text beside the version stays.
    world.home.write(".go-version", "# asked for by the build team\n1.26.7\n");
    world.goward("pin 1.26.8").success();
    assert_eq!(world.home.read(".go-version"), "# asked for by the build team\n1.26.8\n");

    world.home.cd("other");
    let tools = "# tools\nnodejs 22.1.0\r\ngolang 1.26.7\r\npython 3.12\n";
    world.home.write(".tool-versions", tools);
    world.goward("pin 1.27").success();
    assert_eq!(world.home.read(".tool-versions"), tools.replace("1.26.7", "1.27"));
    assert!(!world.home.folder().join(".go-version").exists());

    // In a module the file goes beside its go.mod.
    world.home.cd("module");
    world.home.write("go.mod", "module example.test/m\n\ngo 1.26\n");
    world.home.cd("module/deep/below");
    world.goward("pin 1.27").success();
    world.home.cd("module");
    assert_eq!(world.home.read(".go-version"), "1.27\n");
    assert_eq!(world.home.read("go.mod"), "module example.test/m\n\ngo 1.26\n");
}

#[test]
fn a_pin_below_the_floor_is_refused_and_nothing_is_written() {
    let world = World::new();
    world.home.write("go.mod", "module example.test/m\n\ngo 1.27.2\n");
    assert_snapshot!("pin_below_floor", world.goward("pin 1.26.8").exits(7).snapshot());
    world.goward("pin 1.26").exits(7);
    world.goward("pin 1.27.1").exits(7);
    assert!(!world.home.folder().join(".go-version").exists());
    world.goward("pin 1.27").success();
}

#[test]
fn current_which_and_where_agree_and_explain() {
    let world = World::new();
    world.goward("install 1.26.8 1.27.3").success();
    world.goward("use 1.27.3").success();
    assert_snapshot!("current_default", world.goward("current --explain").success().snapshot());
    world.home.write("go.mod", "module example.test/m\n\ngo 1.26\n\ntoolchain go1.26.8\n");
    world.home.write(".go-version", "1.26\n");
    assert_eq!(world.goward("current").success().stdout, "1.26.8\n");
    let which = world.goward("which --explain").success();
    assert_snapshot!("which_explain", which.snapshot());
    let tree = world.tree("1.26.8");
    assert_eq!(which.stdout.lines().next(), Some(&*world.program("1.26.8", "go").display().to_string()));
    assert_eq!(
        world.goward("which gofmt").success().stdout,
        format!("{}\n", world.program("1.26.8", "gofmt").display())
    );
    assert_eq!(world.goward("where").success().stdout, format!("{}\n", tree.display()));
    assert_eq!(world.goward("where 1.27").success().stdout, format!("{}\n", world.tree("1.27.3").display()));
    let json = world.goward("current --json").success().json();
    assert_eq!((json["version"].as_str(), json["installed"].as_bool()), (Some("1.26.8"), Some(true)));
    assert!(json["reasons"].as_array().unwrap().len() >= 3);
    assert_snapshot!("which_missing", world.goward("which gopls").exits(127).snapshot());

    world.home.write(".go-version", "1.27.2\n");
    assert_eq!(world.goward("current").success().stdout, "1.27.2 (not installed)\n");
    assert_snapshot!("where_not_installed", world.goward("where").exits(3).snapshot());
    world.goward("which").exits(3);
    world.goward("where 1.25").exits(3);
}

#[test]
fn twenty_processes_install_the_same_with_one_download() {
    let toolchain = TinyToolchain::host("1.27.3").with_padding(200_000);
    let world = World::offering([toolchain.clone()]);
    let running: Vec<Running> = (0..20).map(|_| world.spawn("install 1.27.3 --json")).collect();
    let mut made = 0;
    for running in running {
        let run = running.wait().success();
        made += usize::from(run.json()["toolchains"][0]["was_installed"] == false);
    }
    assert_eq!(made, 1, "one of them did it");
    assert_eq!(world.upstream.hits(&official_file(&toolchain)), 1);
    assert_eq!(world.installed(), ["1.27.3"]);
    assert_eq!(names(&world.store("staging")), [""; 0]);
}

#[test]
fn another_platform_is_kept_apart() {
    let other = if platform() == "linux-arm64" { "linux-amd64" } else { "linux-arm64" };
    let world = World::offering([TinyToolchain::host("1.27.3"), TinyToolchain::new("1.27.3", other)]);
    let flag = format!("--platform={}", other.replace('-', "/"));
    world.goward(&format!("install 1.27 {flag}")).success();
    assert_eq!(names(&world.store("toolchains")), [format!("go1.27.3.{other}")]);
    world.goward("run --no-install 1.27 -- go version").exits(3);
    world.goward(&format!("where 1.27 {flag}")).success();
    world.goward(&format!("uninstall 1.27 {flag}")).success();
    assert_eq!(names(&world.store("toolchains")), [""; 0]);
}

#[test]
fn archives_are_kept_where_that_is_set() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone()]).env("GOWARD_KEEP_ARCHIVES", "1");
    world.goward("install 1.27").success();
    world.goward("uninstall 1.27").success();
    let run = world.goward("install 1.27 --json").success();
    assert_eq!(run.json()["toolchains"][0]["bytes_fetched"], 0);
    assert_eq!(world.upstream.hits(&official_file(&toolchain)), 1);
}

#[test]
fn undo_takes_back_what_came_last_be_it_a_switch_or_a_change_of_files() {
    let mut world = World::new();
    for version in ["1.26.8", "1.27.3"] {
        world.goward(&format!("use {version}")).success();
    }
    world.home.cd("project");
    world.home.write(".go-version", "1.26.8\n");
    world.home.write(".tool-versions", "golang 1.26.8\n");
    world.goward("pin 1.27.3").success();
    let versions = || {
        let default = std::fs::read_to_string(world.default_tree().join("VERSION")).unwrap();
        let default = default.lines().next().unwrap().trim_start_matches("go").to_owned();
        (default, world.home.read(".go-version"), world.home.read(".tool-versions"))
    };
    let three = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(versions(), three("1.27.3", "1.27.3\n", "golang 1.27.3\n"));
    world.goward("undo").success();
    assert_eq!(versions(), three("1.27.3", "1.26.8\n", "golang 1.26.8\n"));
    world.goward("undo").success();
    assert_eq!(versions(), three("1.26.8", "1.26.8\n", "golang 1.26.8\n"));
    let history = world.goward("history").success().stdout;
    assert!(history.contains("pin 1.27.3") && history.contains("undone since"), "{history}");
    world.goward("pin 1.27.3").success();
    // More steps than there are: then none is taken.
    let refused = world.goward("undo 9").exits(3);
    assert!(refused.stderr.contains("2 of 9 steps"), "{}", refused.stderr);
    assert_eq!(versions(), three("1.26.8", "1.27.3\n", "golang 1.27.3\n"));
}
