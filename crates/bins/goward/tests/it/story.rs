//! The story of docs/going-back.md, with two real toolchains: an upgrade breaks a test, the gate takes it back, the
//! rollback proves itself, and `undo` takes the rollback back. The page shows what the commands print here.
#![cfg(unix)] // real ones come through the machine's pip; `cargo xtask cross` has another story on Windows

use std::path::PathBuf;

use regex::Regex;
use testkit::{Run, Sandbox, real};

use crate::support::{platform, sealed};

const BEFORE: &str = "1.24.11";
const AFTER: &str = "1.27.3";

/// Around the story in the page.
const BEGIN: &str = "<!-- The story begins; crates/bins/goward/tests/it/story.rs records it. -->\n\n```console\n";
const END: &str = "```\n\n<!-- The story ends. -->";

/// What a person would have typed and seen.
struct Story {
    home: Sandbox,
    text: String,
}

impl Story {
    /// Types this line, which has no quotes but for one last word.
    fn goward(&mut self, line: &str, last: Option<&str>) -> Run {
        let shown = last.map(|last| format!(" '{last}'")).unwrap_or_default();
        self.text.push_str(&format!("$ goward {line}{shown}\n"));
        let run = self.home.goward(line.split_whitespace().chain(last));
        self.text.push_str(&run.stdout);
        self.text.push_str(&run.stderr);
        run
    }

    /// The text without what differs from machine to machine and from day to day.
    fn told(&self) -> String {
        let text = self.text.replace(&self.home.below("").display().to_string(), "/home/ada/");
        let text = text.replace(env!("CARGO_BIN_EXE_goward"), "goward");
        let text = text.replace(&platform().replace('-', "/"), "linux/amd64").replace(&platform(), "linux-amd64");
        let rules = [
            (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z", "2026-11-27T19:00:01Z"),
            (r"(before|after)-[0-9]{8}-[0-9]{6}-local", "$1-20261127-190001-local"),
            (r"[0-9]+[.][0-9]+ s", "0.4 s"),
            (r"[0-9]+[.][0-9]+s", "0.00s"),
            (r"0[.]4 s +", "0.4 s  "),
            (r"ada@[^ ]+", "ada@build1"),
            (r" +\n", "\n"),
        ];
        rules.iter().fold(text, |text, (pattern, by)| Regex::new(pattern).unwrap().replace_all(&text, *by).into_owned())
    }
}

#[test]
fn an_upgrade_that_breaks_a_test_goes_back_and_the_page_shows_it() {
    let archives = [BEFORE, AFTER].map(real::tar_gz);
    let folder = match &archives {
        [Ok(before), Ok(_)] => before.parent().unwrap().to_owned(),
        [Err(why), _] | [_, Err(why)] => return eprintln!("skipped: {why}"),
    };
    let mut home = sealed();
    home.set_env("GOWARD_SOURCES", "folder")
        .set_env("GOWARD_FOLDER", folder)
        .set_env("GOWARD_ALLOW_UNPROVEN", "true")
        .set_env("GOWARD_OFFLINE", "true")
        .set_env("GOPROXY", "off")
        .set_env("USER", "ada")
        .set_env("CGO_ENABLED", "0");
    for version in [BEFORE, AFTER] {
        home.goward(["install", version]).success();
    }
    home.cd("app");
    home.write("go.mod", "module example.test/app\n\ngo 1.24\n\nrequire example.test/orders v1.0.0\n\nreplace example.test/orders => ./orders\n");
    home.write("orders/go.mod", "module example.test/orders\n\ngo 1.24\n");
    home.write(
        "orders/orders.go",
        "package orders\n\n// Plugin is the Go that the plugin was built with.\nconst Plugin = \"go1.24\"\n",
    );
    home.write("app.go", "package app\n\nimport _ \"example.test/orders\"\n");
    home.write(
        "app_test.go",
        "package app\n\nimport (\n\t\"runtime\"\n\t\"strings\"\n\t\"testing\"\n\n\t\"example.test/orders\"\n)\n\n\
         func TestRecovery(t *testing.T) {\n\tif !strings.HasPrefix(runtime.Version(), orders.Plugin) {\n\
         \t\tt.Fatalf(\"panic: plugin was built with a different version of package runtime: %s\", runtime.Version())\n\t}\n}\n",
    );
    let mut story = Story { home, text: String::new() };
    let version = |story: &Story| {
        let json = story.home.goward(["current", "--json"]).success().json();
        json["version"].as_str().unwrap().to_owned()
    };

    story.goward(&format!("use {BEFORE}"), None).success();
    story.goward("snapshot create --graph --label before", None).success();
    story.goward(&format!("use {AFTER} --reason"), Some("security fixes")).success();
    let gate = story.goward("gate run --stage test --act rollback -- go test ./...", None).exits(1);
    assert!(
        gate.stdout.contains("--- FAIL: TestRecovery") && gate.stderr.contains("gate: back: "),
        "{}",
        gate.snapshot()
    );
    assert_eq!(version(&story), BEFORE, "the gate has gone back by itself");
    let proof = story.goward("rollback 1 --verify --tests ^TestRecovery --baseline before", None).success();
    assert_eq!(proof.stdout.matches("passed").count(), 3, "{}", proof.snapshot());
    story.goward("snapshot create --graph --label after", None).success();
    story.goward("snapshot diff before after --ignore time", None).success();
    let history = story.goward("history", None).success();
    assert!(history.stdout.contains("security fixes") && history.stdout.contains("gate: exit 1"), "{}", history.stdout);
    story.goward("undo", None).success();
    assert_eq!(version(&story), AFTER, "undo takes the rollback back");
    // The other way round the graph is the same, and the toolchain is not.
    let differs = story.home.goward(["snapshot", "create", "--graph", "--label", "upgraded"]).success();
    let id = differs.stdout.lines().next().unwrap();
    let diff = story.home.goward(["snapshot", "diff", "before", id, "--ignore", "time"]).exits(9);
    assert!(diff.stdout.contains(&format!("go{AFTER}")) && !diff.stdout.contains("orders@v"), "{}", diff.snapshot());
    story.home.goward(["graph", "diff", "before", id]).success();

    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../docs/going-back.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (head, rest) = text.split_once(BEGIN).expect("the page has the beginning of the story");
    let (shown, tail) = rest.split_once(END).expect("the page has the end of the story");
    let told = story.told();
    if shown != told && std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        std::fs::write(&page, format!("{head}{BEGIN}{told}{END}{tail}")).unwrap();
        return eprintln!("wrote {}", page.display());
    }
    assert_eq!(shown, told, "docs/going-back.md shows another story; INSTA_UPDATE=always writes it anew");
}
