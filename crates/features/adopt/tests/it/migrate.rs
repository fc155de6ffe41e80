//! From one release to another: default, pins and tools, together and back.
//!
//! The go commands here are scripts: a tool is a text that names the Go that built it. `bins/goward/tests/it/import.rs`
//! tests real go commands with real tools.
#![cfg(unix)] // its go commands are longer shell scripts

use std::path::PathBuf;
use std::time::Duration;

use crate::support::World;
use adopt::migrate::{self, Fate, MigratePlan, Migrated};
use adopt::{Done, MigrateError};
use diag::Diagnose;
use release::{Request, ToolchainId};
use store::Author;
use testkit::TinyToolchain;

const WAIT: Duration = Duration::from_secs(10);

/// A go command that answers a migration's questions.
fn script(version: &str, gopath: &str) -> String {
    format!(
        r#"#!/bin/sh
show() {{ case "$(head -c 4 "$1" 2>/dev/null)" in TOOL) sed "1s|^TOOL|$1:|" "$1";; esac; }}
case "$1 $2" in
"env GOBIN") echo ""; echo "{gopath}";;
"version -m") if [ -d "$3" ]; then for f in "$3"/*; do show "$f"; done; else show "$3"; fi;;
"version "*) [ -e "{gopath}/broken" ] && exit 3; echo "go version go{version} linux/amd64";;
"install "*)
  for word; do :; done
  package=${{word%@*}}; name=${{package##*/}}
  case "$name" in fail) echo "no such module" >&2; exit 1;; esac
  made=go{version}; case "$name" in liar) made=go1.1;; esac
  printf 'TOOL %s\n\tpath\t%s\n\tmod\t%s\t%s\th1:x=\n' "$made" "$package" "$package" "${{word#*@}}" > "$GOBIN/$name";;
esac
"#
    )
}

fn host(version: &str) -> ToolchainId {
    format!("go{version}.{}", testkit::tiny::host_platform()).parse().unwrap()
}

struct Moving {
    world: World,
}

impl Moving {
    fn new(versions: &[&str]) -> Moving {
        let world = World::new(&[]);
        let gopath = world.path("go").to_str().unwrap().to_owned();
        std::fs::create_dir_all(world.path("go/bin")).unwrap();
        for version in versions {
            let toolchain = TinyToolchain::host(version).with_file("bin/go", script(version, &gopath));
            world.upstream.add(toolchain.clone());
            let tree = world.path(&format!("sdk/go{version}"));
            toolchain.write_tree(&tree);
            assert!(matches!(world.import(&tree).unwrap(), Some(Done::Adopted(_))));
        }
        Moving { world }
    }

    fn tool(&self, name: &str, go: &str, lines: &str) -> PathBuf {
        let path = self.world.path("go/bin").join(name);
        std::fs::write(&path, format!("TOOL {go}\n{lines}")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        path
    }

    fn usual(&self, name: &str, go: &str) -> PathBuf {
        let path = format!("example.com/tools/{name}");
        self.tool(name, go, &format!("\tpath\t{path}\n\tmod\t{path}\tv1.2.3\th1:x=\n"))
    }

    fn project(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = self.world.path(name);
        std::fs::create_dir_all(&folder).unwrap();
        for (file, text) in files {
            std::fs::write(folder.join(file), text).unwrap();
        }
        self.world.ctx().store.remember_project(&folder).unwrap();
        folder
    }

    fn plan(&self, from: &str, to: &str) -> MigratePlan {
        migrate::plan(&self.world.ctx(), &from.parse::<Request>().unwrap(), &host(to)).unwrap()
    }

    fn migrate(&self, from: &str, to: &str) -> Result<Migrated, MigrateError> {
        migrate::apply(&self.world.ctx(), &self.plan(from, to), &|_| ())
    }

    fn switch(&self, version: &str) {
        self.world.ctx().store.switch(&host(version), Author::default(), WAIT).unwrap();
    }

    fn default(&self) -> String {
        self.world.ctx().store.current().unwrap().unwrap().toolchain.version().to_string()
    }
}

fn text(path: impl Into<PathBuf>) -> String {
    std::fs::read_to_string(path.into()).unwrap()
}

#[test]
fn default_pins_and_tools_move_together_and_one_undo_takes_all_back() {
    let moving = Moving::new(&["1.26.8", "1.27.3"]);
    moving.switch("1.26.8");
    let (one, two) = (moving.usual("one", "go1.26.8"), moving.usual("two", "go1.25.1"));
    let renamed =
        moving.tool("other-name", "go1.26.8", "\tpath\texample.com/tools/x\n\tmod\texample.com/tools\tv1.0.0\n");
    let a = moving.project("a", &[(".go-version", "# ours\n1.26.8\n")]);
    let b = moving.project("b", &[(".tool-versions", "nodejs 20\ngolang 1.26.8 1.25.9\n")]);
    let c = moving.project("c", &[(".go-version", "1.25.9\n")]);
    let before = [text(&one), text(&two), text(&renamed)];

    let migrated = moving.migrate("1.26.8", "1.27.3").unwrap();
    assert_eq!(moving.default(), "1.27.3");
    assert!(text(&one).starts_with("TOOL go1.27.3\n") && text(&two).starts_with("TOOL go1.27.3\n"));
    assert!(text(&renamed).starts_with("TOOL go1.27.3\n"), "a tool keeps the name that its user gave it");
    assert_eq!(text(a.join(".go-version")), "# ours\n1.27.3\n");
    assert_eq!(text(b.join(".tool-versions")), "nodejs 20\ngolang 1.27.3 1.25.9\n");
    assert_eq!(text(c.join(".go-version")), "1.25.9\n");
    assert_eq!((migrated.rebuilt.len(), migrated.failed.len(), migrated.generation), (3, 0, Some(2)));
    assert!(moving.world.ctx().store.is_clean().unwrap());

    engine::undo(&moving.world.ctx(), 1).unwrap();
    assert_eq!(moving.default(), "1.26.8");
    assert_eq!([text(&one), text(&two), text(&renamed)], before);
    assert_eq!(text(a.join(".go-version")), "# ours\n1.26.8\n");
    assert_eq!(text(b.join(".tool-versions")), "nodejs 20\ngolang 1.26.8 1.25.9\n");
}

#[test]
fn what_cannot_be_built_again_stays_as_it_is_and_is_named() {
    let moving = Moving::new(&["1.26.8", "1.27.3"]);
    moving.switch("1.26.8");
    let kept = [
        moving.usual("fail", "go1.26.8"),
        moving.usual("liar", "go1.26.8"),
        moving.tool("dev", "go1.26.8", "\tpath\te.com/dev\n\tmod\te.com/dev\t(devel)\t\n"),
        moving.tool(
            "forked",
            "go1.26.8",
            "\tpath\te.com/f\n\tmod\te.com/f\tv1.0.0\n\tdep\te.com/x\tv1.0.0\n\t=>\t../x\t(devel)\n",
        ),
        moving.usual("newer", "go1.28.0"),
    ];
    std::fs::write(moving.world.path("go/bin/script"), "#!/bin/sh\n").unwrap();
    std::os::unix::fs::symlink(&kept[0], moving.world.path("go/bin/link")).unwrap();
    let good = moving.usual("good", "go1.26.8");
    let before: Vec<String> = kept.iter().map(text).collect();
    let plan = moving.plan("1.26.8", "1.27.3");
    assert_eq!(plan.tools.iter().filter(|tool| tool.fate == Fate::Rebuild).count(), 3);
    assert_eq!(plan.tools.len(), 6, "{:?}", plan.tools);
    let migrated = moving.migrate("1.26.8", "1.27.3").unwrap();
    assert_eq!(migrated.rebuilt, [good]);
    let mut failed: Vec<_> = migrated.failed.iter().map(|failed| failed.why.as_str()).collect();
    failed.sort_unstable();
    assert_eq!(failed, ["it reports go1.1, not go1.27.3", "no such module"]);
    assert_eq!(kept.iter().map(text).collect::<Vec<_>>(), before);
    assert_eq!(moving.default(), "1.27.3");
}

#[test]
fn a_project_that_needs_more_keeps_its_pin_and_is_named() {
    let moving = Moving::new(&["1.26.8", "1.25.9"]);
    let needs = moving.project("needs", &[("go.mod", "module x\n\ngo 1.26.0\n"), (".go-version", "1.26.8\n")]);
    let other = moving.project("other", &[("mise.toml", "[tools]\ngo = \"1.26.8\"\n")]);
    let plan = moving.plan("1.26.8", "1.25.9");
    let about = |folder: &PathBuf| -> Vec<&str> {
        let of = |concern: &&migrate::Concern| concern.place.as_ref().is_some_and(|place| place.starts_with(folder));
        plan.concerns.iter().filter(of).map(|concern| concern.what.as_str()).collect()
    };
    assert!(about(&needs)[0].contains("needs at least 1.26.0"), "{:?}", plan.concerns);
    assert!(about(&needs)[1].contains("it stays at 1.26.8"), "{:?}", plan.concerns);
    assert!(about(&other)[0].contains("change it yourself"), "{:?}", plan.concerns);
    assert!(plan.pins.is_empty());
    // The release is out of support: goward says so.
    assert!(plan.concerns.iter().any(|concern| concern.place.is_none()));
    moving.migrate("1.26.8", "1.25.9").unwrap();
    assert_eq!(text(needs.join(".go-version")), "1.26.8\n");
}

#[test]
fn a_minor_moves_minors_and_its_patches() {
    let moving = Moving::new(&["1.26.7", "1.26.8", "1.27.3"]);
    moving.switch("1.26.7");
    let a = moving.project("a", &[(".go-version", "1.26\n")]);
    let b = moving.project("b", &[(".go-version", "1.26.8\n")]);
    moving.migrate("1.26", "1.27.3").unwrap();
    assert_eq!((text(a.join(".go-version")), text(b.join(".go-version"))), ("1.27\n".into(), "1.27.3\n".into()));
    assert_eq!(moving.default(), "1.27.3");
}

#[test]
fn a_default_of_another_release_stays() {
    let moving = Moving::new(&["1.25.9", "1.26.8", "1.27.3"]);
    moving.switch("1.25.9");
    let migrated = moving.migrate("1.26.8", "1.27.3").unwrap();
    assert_eq!((moving.default().as_str(), migrated.change), ("1.25.9", None));
}

#[test]
fn a_release_that_does_not_run_is_never_moved_to() {
    let moving = Moving::new(&["1.26.8", "1.27.3"]);
    moving.switch("1.26.8");
    let tool = moving.usual("one", "go1.26.8");
    let plan = moving.plan("1.26.8", "1.27.3");
    std::fs::write(moving.world.path("go/broken"), "").unwrap();
    let error = migrate::apply(&moving.world.ctx(), &plan, &|_| ()).unwrap_err();
    assert_eq!(error.word(), "migrate-scan");
    assert!(text(&tool).starts_with("TOOL go1.26.8"));
    assert_eq!(moving.default(), "1.26.8");
    assert_eq!(moving.world.ctx().store.past_changes().unwrap().len(), 0);
}

#[test]
fn an_undo_does_not_overwrite_a_tool_that_was_built_since() {
    let moving = Moving::new(&["1.26.8", "1.27.3"]);
    moving.switch("1.26.8");
    let tool = moving.usual("one", "go1.26.8");
    moving.migrate("1.26.8", "1.27.3").unwrap();
    std::fs::write(&tool, "the user's own").unwrap();
    let error = engine::undo(&moving.world.ctx(), 1).unwrap_err();
    assert_eq!(error.word(), "file-meddled");
    assert_eq!((text(&tool).as_str(), moving.default().as_str()), ("the user's own", "1.27.3"));
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let moving = Moving::new(&["1.27.3"]);
    let plan = |from: &str| {
        migrate::plan(&moving.world.ctx(), &from.parse::<Request>().unwrap(), &host("1.27.3")).unwrap_err().word()
    };
    assert_eq!(plan("1.27.3"), "migrate-same");
    assert_eq!(plan("latest"), "migrate-from");
    assert_eq!(plan(">=1.24 <1.27"), "migrate-from");
}
