//! The module graph, from the outside: deterministic files, differences, ways, and files of anybody's.
#![cfg(unix)] // the programs that answer as go does are shell scripts

use crate::support::World;
use testkit::TinyToolchain;

/// A `go` for a module whose dependencies come in another order each time.
fn answering(version: &str) -> TinyToolchain {
    let script = "#!/bin/sh\ncase \"$1 $2\" in\n\
        'mod graph') if [ -e again ]; then echo 'm.test/a m.test/y@v1.0.0'; echo 'm.test/a m.test/x@v1.0.0'; \
        else echo 'm.test/a m.test/x@v1.0.0'; echo 'm.test/a m.test/y@v1.0.0'; fi; echo 'm.test/y@v1.0.0 m.test/z@v0.1.0' ;;\n\
        'list -m') if [ -e broken ]; then echo 'go: m.test/x@v1.0.0: missing go.sum entry for go.mod file' >&2; exit 1; fi; \
        if [ \"$GOPROXY\" = off ] && [ -e remote ]; then echo 'module lookup disabled by GOPROXY=off' >&2; exit 1; fi; \
        echo '{\"Path\":\"m.test/a\",\"Main\":true}'; for p in y x; do echo \"{\\\"Path\\\":\\\"m.test/$p\\\",\\\"Version\\\":\\\"v1.0.0\\\"}\"; done; \
        echo '{\"Path\":\"m.test/z\",\"Version\":\"v0.1.0\",\"Indirect\":true,\"Replace\":{\"Path\":\"./z here\"}}' ;;\n\
        *) echo go ;;\nesac\n";
    TinyToolchain::host(version).with_file("bin/go", script.as_bytes().to_vec())
}

fn world() -> World {
    let mut world = World::offering([answering("1.27.3")]).sources("official");
    world.goward("use 1.27.3").success();
    world.home.cd("app").write("go.mod", "module m.test/a\n\ngo 1.26\n");
    world.home.write("go.sum", "m.test/x v1.0.0 h1:xxx=\nm.test/y v1.0.0 h1:yyy=\n");
    world
}

#[test]
fn equal_projects_give_equal_bytes_and_json_is_the_same_graph() {
    let world = world();
    let text = world.goward("graph").success().stdout;
    assert!(text.contains("m.test/z") && text.contains("=> ./z here") && text.contains("h1:xxx="), "{text}");
    world.goward("graph --save one.json").success();
    world.home.write("again", "");
    world.goward("graph --save two.json").success();
    assert_eq!(world.home.read("one.json"), world.home.read("two.json"));
    assert_eq!(world.goward("graph --format json").success().stdout, world.home.read("one.json"));
    world.goward("graph diff one.json").success();
    let json = world.goward("graph --json").success();
    assert_eq!(crate::json::assert_follows_views(&json), "goward.graph/1");
    world.home.write("three.json", &json.stdout);
    world.goward("graph diff one.json three.json").success();
    world.home.write("deep/er/file", "");
    assert_eq!(world.goward("graph deep/er").success().stdout, text);
    assert_eq!(world.goward("graph -n 2").success().stdout.lines().count(), 2);
    let mermaid = world.goward("graph --format mermaid").success().stdout;
    assert!(mermaid.starts_with("graph LR\n") && mermaid.contains("[\"m.test/z@v0.1.0\"]"), "{mermaid}");
    let dot = world.goward("graph --format dot").success().stdout;
    assert!(dot.contains("\"m.test/y@v1.0.0\" -> \"m.test/z@v0.1.0\";"), "{dot}");
}

#[test]
fn a_difference_ends_with_9_and_a_way_leads_from_the_project() {
    let world = world();
    world.goward("graph --save one.json").success();
    let moved = world.home.read("one.json").replace("m.test/x", "m.test/w").replace("h1:yyy=", "h1:other=");
    world.home.write("two.json", &moved);
    let run = world.goward("graph diff one.json two.json").exits(9);
    for part in [
        "added    m.test/w@v1.0.0",
        "removed  m.test/x@v1.0.0",
        "moved    m.test/y: sum h1:yyy= -> h1:other=",
        "edge +",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.snapshot());
    }
    let run = world.goward("graph diff two.json --json").exits(9);
    assert_eq!(crate::json::assert_follows_views(&run), "goward.graph-diff/1");
    assert_eq!(run.json()["modules_added"][0]["module"], "m.test/x");
    let drawn = world.goward("graph diff one.json two.json --format mermaid").exits(9);
    assert!(drawn.stdout.contains("==>") && drawn.stdout.contains("-.->"), "{}", drawn.snapshot());
    let run = world.goward("graph why m.test/z").success();
    assert_eq!(run.stdout, "m.test/a\nm.test/y@v1.0.0\nm.test/z@v0.1.0\n");
    assert_eq!(
        crate::json::assert_follows_views(&world.goward("graph why m.test/z --json").success()),
        "goward.graph-why/1"
    );
    assert_eq!(
        crate::json::assert_follows_views(&world.goward("graph --save x --json").success()),
        "goward.graph-saved/1"
    );
    world.goward("graph why m.test/none").exits(3);
}

#[test]
fn what_is_missing_cut_huge_or_hostile_is_refused_and_named() {
    let mut world = world();
    world.goward("graph --save one.json").success();
    let good = world.home.read("one.json");
    for (text, code) in [
        (good[..good.len() / 2].to_owned(), 5),
        (good.replace("goward.graph/1", "goward.graph/9"), 5),
        (good.replace("m.test/x", "m.test/\\u001b[31mx"), 5),
        ("[]".to_owned(), 5),
        (String::new(), 5),
    ] {
        world.home.write("bad.json", &text);
        let run = world.goward("graph diff bad.json").exits(code);
        assert!(run.stderr.contains("bad.json") && !run.stderr.contains('\u{1b}'), "{}", run.snapshot());
    }
    world.goward("graph diff none.json").exits(3);
    // A gigabyte of nothing: its length is refused before a byte is read.
    std::fs::File::create(world.home.folder().join("huge.json")).unwrap().set_len(1 << 30).unwrap();
    let run = world.goward("graph diff huge.json");
    assert!(run.code != 0 && run.stderr.contains("huge.json"), "{}", run.snapshot());
    world.home.write("broken", "");
    let run = world.goward("graph").exits(6);
    assert!(run.stderr.contains("missing go.sum entry") && run.stderr.contains("go mod tidy"), "{}", run.snapshot());
    std::fs::remove_file(world.home.folder().join("broken")).unwrap();
    world.home.write("remote", "");
    let run = world.goward("graph --offline").exits(4);
    assert!(run.stderr.contains("go mod download"), "{}", run.snapshot());
    world.home.cd("../none");
    std::fs::create_dir_all(world.home.folder()).unwrap();
    let run = world.goward("graph").exits(3);
    assert!(run.stderr.contains("there is no go.mod"), "{}", run.snapshot());
}
