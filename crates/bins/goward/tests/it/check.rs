//! `goward check`, explained logs and JUnit, from the outside.
#![cfg(unix)] // the programs that answer as go does are shell scripts

use crate::support::{World, platform};
use testkit::TinyToolchain;

/// A `go` that answers rightly, unless a file `broken` is in the folder of a project.
fn answering(version: &str) -> TinyToolchain {
    let platform = platform().replace('-', "/");
    let script = format!(
        "#!/bin/sh\ncase \"$1 $2\" in\n\
        'version ') echo 'go version go{version} {platform}' ;;\n\
        'env GOROOT') echo \"${{0%/bin/go}}\" ;;\n\
        'list std') echo fmt; echo net/http ;;\n\
        'list -m') if [ -e broken ]; then echo 'go: inconsistent vendoring in /work/app:' >&2; exit 1; fi; echo m.test/a; echo 'm.test/b v1.0.0' ;;\n\
        *) echo go ;;\nesac\n"
    );
    TinyToolchain::host(version).with_file("bin/go", script.into_bytes())
}

fn world() -> World {
    let mut world = World::offering([answering("1.27.3"), answering("1.26.8")]).sources("official");
    world.goward("use 1.27.3").success();
    world.home.cd("app");
    world.home.write("go.mod", "module m.test/a\n\ngo 1.26\n");
    world
}

fn junit(text: &str) -> (usize, usize, usize) {
    let count = |part: &str| text.matches(part).count();
    (count("<testcase "), count("<failure "), count("<skipped "))
}

#[test]
fn items_pass_fail_or_are_left_out_and_say_what_was_expected_found_and_to_do() {
    let world = world();
    let run = world.goward("check toolchain go-version goroot std modules").success();
    assert!(run.stdout.contains("passed    go-version    go version go1.27.3"), "{}", run.snapshot());
    assert!(run.stdout.ends_with("5 passed, 0 failed, 1 left out\n"), "{}", run.snapshot());
    // Nothing set goward up in this shell.
    let run = world.goward("check install").exits(9);
    for part in
        ["failed    which-go", "  expected: nothing that", "  found: neither goward's shims", "  fix: `goward setup`"]
    {
        assert!(run.stdout.contains(part), "{part}\n{}", run.snapshot());
    }
    let run = world.goward("check side-by-side").success();
    assert!(run.stdout.contains("left out  side-by-side  only one toolchain"), "{}", run.snapshot());
    world.goward("install 1.26.8").success();
    let run = world.goward("check switch").success();
    assert!(run.stdout.contains("go version go1.26.8"), "{}", run.snapshot());
    let run = world.goward("--json check trio").success();
    assert_eq!(crate::json::assert_follows_views(&run), "goward.check/1");
    assert_eq!((run.json()["passed_count"].clone(), run.json()["failed_count"].clone()), (3.into(), 0.into()));
}

#[test]
fn the_go_command_s_complaint_is_explained_and_the_first_failure_can_end_the_list() {
    let world = world();
    world.home.write("broken", "");
    let run = world.goward("check modules").exits(9);
    assert!(
        run.stdout.contains("inconsistent vendoring") && run.stdout.contains("go mod vendor"),
        "{}",
        run.snapshot()
    );
    let run = world.goward("check modules go-version --stop-at-first").exits(9);
    assert!(run.stdout.contains("left out  go-version    `modules` failed before"), "{}", run.snapshot());
    // The list `trio` ends so by itself.
    world.home.write("go.mod", "module m.test/a\n\ngo 1.99\n");
    let run = world.goward("check trio --offline").exits(9);
    assert!(
        run.stdout.contains("failed    go-version") && run.stdout.contains("0 passed, 1 failed, 2 left out"),
        "{}",
        run.snapshot()
    );
}

#[test]
fn an_expected_value_is_compared_whatever_sets_it() {
    let world = world().env("GOPATH", "/srv/go");
    let run = world.goward("check gopath --expect GOPATH=/srv/go").success();
    assert!(run.stdout.contains("/srv/go (the environment)"), "{}", run.snapshot());
    let run = world.goward("check --expect GOPATH=/other").exits(9);
    assert!(run.stdout.contains("expected: /other") && run.stdout.contains("/srv/go"), "{}", run.snapshot());
    let run = world.goward("check --expect CGO_ENABLED=7").exits(9);
    assert!(run.stdout.contains("failed    CGO_ENABLED"), "{}", run.snapshot());
    world.goward("check --expect toolchain=1.27.3").success();
    world.goward("check --expect toolchain=1.26.8").exits(9);
    world.goward("check --expect nonsense=1").exits(2);
    world.goward("check --expect GOPATH").exits(2);
    world.goward("check nonsense").exits(3);
}

#[test]
fn junit_and_json_go_to_standard_output_or_into_a_file() {
    let world = world();
    let run = world.goward("check toolchain which-go envrc --format junit").exits(9);
    assert_eq!(junit(&run.stdout), (3, 1, 1), "{}", run.snapshot());
    assert!(run.stdout.starts_with("<?xml"), "{}", run.snapshot());
    let run = world.goward("check toolchain which-go envrc --format junit -o check.xml").exits(9);
    assert_eq!(junit(&world.home.read("check.xml")), (3, 1, 1));
    assert!(run.stdout.contains("1 passed, 1 failed, 1 left out"), "{}", run.snapshot());
    let json = world.goward("check toolchain --format json").success();
    assert_eq!(json.stdout, world.goward("check toolchain --json").success().stdout);
    let run = world.goward("doctor path --format junit");
    let (cases, failures, _) = junit(&run.stdout);
    assert!(cases >= 9 && failures <= 1, "{}", run.snapshot());
    let run = world.goward("verify --run --offline --format junit").success();
    assert!(run.stdout.contains("name=\"files\"") && run.stdout.contains("name=\"go list std\""), "{}", run.snapshot());
    std::fs::write(world.tree("1.27.3").join("VERSION"), "go1.27.3\nx\n").ok();
    let run = world.goward("verify --offline --format junit").exits(5);
    assert_eq!(junit(&run.stdout).1, 1, "{}", run.snapshot());
}

#[test]
fn a_team_s_file_is_data_and_every_mistake_has_its_line() {
    let world = world().env("GOFLAGS", "-trimpath");
    let good = "format = 1\n[lists.release]\nabout = \"before a release\"\nitems = [\"go-version\", \"flags\", \"changelog\", \"version\", \"quiet\"]\n\
        [items.flags]\nasks = \"paths are trimmed\"\nvariable = \"GOFLAGS\"\nexpected = \"-trimpath\"\nfix = \"`go env -w GOFLAGS=-trimpath`\"\n\
        [items.changelog]\nasks = \"there is a changelog\"\nfile = \"docs/CHANGELOG.md\"\nfix = \"write one\"\n\
        [items.version]\nasks = \"the release is supported here\"\nversion = \"1.27\"\nfix = \"`goward use 1.27`\"\n\
        [items.quiet]\nasks = \"no GOROOT\"\ndoctor = [\"env-goroot\"]\nfix = \"unset it\"\n";
    world.home.write("lists.toml", good);
    let run = world.goward("check release --file lists.toml").exits(9);
    assert!(run.stdout.contains("failed    changelog"), "{}", run.snapshot());
    world.home.write("docs/CHANGELOG.md", "");
    let run = world.goward("check release --file lists.toml").success();
    assert!(run.stdout.contains("5 passed"), "{}", run.snapshot());
    let run = world.goward("--json check --list --file lists.toml").success();
    assert_eq!(crate::json::assert_follows_views(&run), "goward.check-lists/1");
    assert!(run.stdout.contains("before a release"));
    for (from, to, part) in [
        ("format = 1", "format = 2", ":1: `format` must be 1"),
        ("fix = \"write one\"", "run = \"rm -rf /\"", "unknown field `run`"),
        ("docs/CHANGELOG.md", "../CHANGELOG.md", "below the working folder"),
        ("docs/CHANGELOG.md", "//server/share", "below the working folder"),
        ("docs/CHANGELOG.md", "C:/x", "below the working folder"),
        ("\"quiet\"]", "\"quite\"]", ":4: `quite` is neither a list nor an item"),
        ("[\"env-goroot\"]", "[\"env-gorot\"]", "`env-gorot` is neither a topic nor a word"),
        ("items.quiet", "items.install", "one of goward's own"),
        ("GOFLAGS\"\nexpected", "LD_PRELOAD\"\nexpected", "`variable` must be one of"),
        ("version = \"1.27\"", "version = \"~1.27\"", "~1.27"),
        ("about = ", "about ", "bad.toml:3"),
    ] {
        world.home.write("bad.toml", good.replacen(from, to, 1));
        let run = world.goward("check release --file bad.toml").exits(2);
        assert!(run.stderr.contains(part) && run.stderr.contains("bad.toml:"), "{part}\n{}", run.snapshot());
    }
    world.home.write(
        "loop.toml",
        "format = 1\n[lists.a]\nabout = \"a\"\nitems = [\"b\"]\n[lists.b]\nabout = \"b\"\nitems = [\"a\"]\n",
    );
    assert!(world.goward("check a --file loop.toml").exits(2).stderr.contains("deep"));
    std::fs::File::create(world.home.folder().join("huge.toml")).unwrap().set_len(1 << 30).unwrap();
    assert!(world.goward("check a --file huge.toml").exits(6).stderr.contains("larger than"));
    assert!(world.goward("check a --file /dev/zero").exits(6).stderr.contains("device"));
    world.goward("check a --file none.toml").exits(3);
}

#[test]
fn a_log_is_explained_with_what_is_true_here() {
    let world = world().env("GOROOT", "/usr/lib/go-1.19");
    world.home.write(
        "build.log",
        "ok\n# internal/goarch\ncompile: version \"go1.19\" does not match go tool version \"go1.27.3\"\n\u{1b}[31mx\u{1b}[0m: no required module provides package m.test/x; to add it:\n",
    );
    let run = world.goward("doctor --from-log build.log").exits(9);
    for part in [
        "line 3: compile: version",
        "[toolchain-mixed]",
        "proof: GOROOT=/usr/lib/go-1.19",
        "[module-not-required]",
        "2 complaints in 4 lines",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.snapshot());
    }
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.snapshot());
    let run = world.goward("--json doctor --from-log build.log").exits(9);
    assert_eq!(crate::json::assert_follows_views(&run), "goward.doctor-log/1");
    assert_eq!(run.json()["complaints"][0]["findings"][0]["word"], "env-goroot");
    world.home.write("fine.log", "ok  m.test/a 0.1s\n");
    assert!(
        world
            .goward("doctor --from-log fine.log")
            .success()
            .stdout
            .contains("no complaint that goward knows in 1 line")
    );
    world.goward("doctor --from-log none.log").exits(3);
    assert!(world.goward("doctor --from-log /dev/zero").exits(6).stderr.contains("device"));
}

#[test]
fn the_go_command_s_places_are_drawn_in_every_form_whatever_the_paths_hold() {
    let mut world = world();
    let odd = world.home.below("a \"b\" <c> \\d `e` [f]");
    let odd = odd.display().to_string();
    world.home.set_env("GOPATH", &odd).set_env("GOBIN", format!("{odd}/bin"));
    let text = world.goward("env --tree").success().stdout;
    assert!(text.contains("├─ GOROOT") && text.contains("└─ GOMOD"), "{text}");
    let mermaid = world.goward("env --tree --format mermaid").success().stdout;
    assert!(mermaid.starts_with("graph TD\n") && mermaid.contains("  GOPATH --> GOBIN\n"), "{mermaid}");
    assert!(mermaid.contains("a #34;b#34; #60;c#62;") && mermaid.contains("  goenv[\"go.env<br/>"), "{mermaid}");
    let dot = world.goward("env --tree --format dot").success().stdout;
    assert!(dot.contains("\"GOPATH\" -> \"GOBIN\";") && dot.contains("a \\\"b\\\" <c> \\\\d"), "{dot}");
    let json = world.goward("env --tree --format json").success();
    assert_eq!(json.stdout, world.goward("--json env --tree").success().stdout);
    assert_eq!(crate::json::assert_follows_views(&json), "goward.env-tree/1");
    let places = json.json();
    let of =
        |name: &str| places["places"].as_array().unwrap().iter().find(|place| place["name"] == name).unwrap().clone();
    assert_eq!((&of("GOMOD")["inside"], &of("GOBIN")["inside"]), (&"folder".into(), &"GOPATH".into()));
    assert_eq!(of("GOPATH")["path"], odd.as_str());
    world.goward("env --format dot").exits(2);
}

#[test]
fn the_network_is_asked_only_if_it_is_named_and_each_step_has_its_time() {
    let world = world();
    let asked = world.upstream.requests("/").len();
    world.goward("doctor");
    assert_eq!(world.upstream.requests("/").len(), asked, "nobody named the network");
    let run = world.goward("doctor network").success();
    for part in
        ["official `http://", "GOPROXY `http://", "it answers", "name ", "connection ", "answer ", "[network-answer]"]
    {
        assert!(run.stdout.contains(part), "{part}\n{}", run.snapshot());
    }
    assert!(!run.stdout.contains("handshake"), "{}", run.snapshot());
    let run = world.goward("doctor network --offline").success();
    assert!(run.stdout.contains("[network-off]"), "{}", run.snapshot());
    let world = world.env("GOPROXY", "http://127.0.0.1:9");
    let run = world.goward("check network").exits(9);
    assert!(
        run.stdout.contains("failed    network") && run.stdout.contains("[host-unreachable]"),
        "{}",
        run.snapshot()
    );
}
