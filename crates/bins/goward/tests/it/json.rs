//! What is printed with `--json` is what the views say, field by field, and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;
use testkit::{Run, TinyToolchain};
use view::{ERROR_STREAM, Output, TABLE, View, WITHOUT_DATA};

use crate::support::{World, platform};

/// Reads an object into the type that its `schema` names; returns that.
#[track_caller]
fn read(outputs: &[Output], mut object: Value, told: &str) -> String {
    let first = object.as_object().and_then(|object| object.keys().next()).cloned();
    assert_eq!(first.as_deref(), Some("schema"), "{told}");
    let schema = object.as_object_mut().unwrap().shift_remove("schema").unwrap();
    let schema = schema.as_str().unwrap().to_owned();
    let output = outputs.iter().find(|output| output.schema == schema).unwrap_or_else(|| panic!("{schema}: {told}"));
    (output.read)(object).unwrap_or_else(|error| panic!("{schema}: {error}\n{told}"));
    schema
}

/// Holds a run with `--json` to the views; returns the schema of what it printed.
#[track_caller]
pub fn assert_follows_views(run: &Run) -> String {
    for line in run.stderr.lines() {
        let object = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{}", run.snapshot()));
        read(ERROR_STREAM, object, &run.snapshot());
    }
    match run.stdout.as_str() {
        "" => String::new(),
        _ => read(TABLE, run.json(), &run.snapshot()),
    }
}

/// The command lines in their order, each with its exit code and what it prints.
const LINES: &[(&str, i32, &str)] = &[
    ("install --dry-run 1.26.8", 0, "goward.install-plan/1"),
    ("install 1.26.8 1.24", 3, "goward.install/1"),
    ("install 1.26.8 1.27.2", 0, "goward.install/1"),
    ("use --dry-run 1.27.3", 0, "goward.use-plan/1"),
    ("use 1.26.8", 0, "goward.use/1"),
    ("use 1.27.3 --reason new", 0, "goward.use/1"),
    ("list", 0, "goward.list/1"),
    ("sandbox probe", 0, "goward.sandbox-probe/1"),
    ("list --remote", 0, "goward.list-remote/1"),
    ("list --disk", 0, "goward.list-disk/1"),
    ("block 1.25.9 --until 7d", 0, "goward.block/1"),
    ("block --list", 0, "goward.block-list/1"),
    ("unblock 1.25.9", 0, "goward.block/1"),
    ("outdated", 0, "goward.outdated/1"),
    ("upgrade 1.26 --dry-run", 0, "goward.upgrade-plan/1"),
    ("upgrade 1.26", 0, "goward.upgrade/1"),
    ("pin 1.27", 0, "goward.pin-write/1"),
    ("pin", 0, "goward.pin/1"),
    ("pin --lock", 0, "goward.pin-write/1"),
    ("pin --lock --check", 0, "goward.pin-write/1"),
    ("current", 0, "goward.current/1"),
    ("which gofmt", 0, "goward.which/1"),
    ("why", 0, "goward.why/1"),
    ("where 1.26", 0, "goward.where/1"),
    ("env", 0, "goward.env/1"),
    ("env --tree", 0, "goward.env-tree/1"),
    ("status", 0, "goward.status/1"),
    ("ps", 0, "goward.ps/1"),
    ("config", 0, "goward.config/1"),
    ("config set network.tries 3", 0, "goward.config-change/1"),
    ("config unset network.tries", 0, "goward.config-change/1"),
    ("snapshot create --label one", 0, "goward.snapshot-create/1"),
    ("snapshot create --label two --rehash", 0, "goward.snapshot-create/1"),
    ("snapshot list", 0, "goward.snapshot-list/1"),
    ("snapshot show one", 0, "goward.snapshot/1"),
    ("snapshot diff one two", 9, "goward.snapshot-diff/1"),
    ("snapshot verify --all", 0, "goward.snapshot-verify/1"),
    ("snapshot restore one --dry-run", 0, "goward.snapshot-restore/1"),
    ("snapshot protect one", 0, "goward.snapshot-protect/1"),
    ("snapshot delete two", 0, "goward.snapshot-prune/1"),
    ("gate judge --exit-code 0", 0, "goward.gate/1"),
    ("gate judge --exit-code 1 --act pause", 9, "goward.gate/1"),
    ("gate rules", 0, "goward.gate-rules/1"),
    ("gate rules --check gate.toml", 0, "goward.gate-check/1"),
    ("self uninstall --dry-run", 0, "goward.self-uninstall/1"),
    ("prune --dry-run", 0, "goward.prune/1"),
    ("shims --write", 0, "goward.shims-written/1"),
    ("shims", 0, "goward.shims/1"),
    ("verify --all", 0, "goward.verify/1"),
    ("bundle create -o go.goward --level 1 --no-goward --go 1.27.3", 0, "goward.bundle-create/1"),
    ("bundle verify go.goward", 0, "goward.bundle-verify/1"),
    ("bundle install go.goward", 0, "goward.bundle-install/1"),
    ("setup --shell bash --dry-run", 0, "goward.setup/1"),
    ("setup --shell bash", 0, "goward.setup/1"),
    ("unsetup", 0, "goward.setup/1"),
    ("activate bash", 0, "goward.activate/1"),
    ("ide setup --vscode", 0, "goward.ide-setup/1"),
    ("ide check", 0, "goward.ide-check/1"),
    ("doctor --list", 0, "goward.doctor-list/1"),
    ("doctor --from-log gate.toml", 0, "goward.doctor-log/1"),
    ("check toolchain goroot-apart", 0, "goward.check/1"),
    ("check --list", 0, "goward.check-lists/1"),
    ("drill --list", 0, "goward.drill-list/1"),
    ("drill archive-corrupt", 0, "goward.drill/1"),
    ("drill --report", 0, "goward.drill-report/1"),
    ("system status", 0, "goward.system-status/1"),
    ("import ../sdk/go1.25.9 --dry-run", 0, "goward.import-plan/1"),
    ("import ../sdk/go1.25.9", 0, "goward.import/1"),
    ("import ../distribution", 0, "goward.import/1"),
    ("list", 0, "goward.list/1"),
    ("import --forget ../distribution", 0, "goward.import-forget/1"),
    ("migrate 1.26 1.27 --no-tools --dry-run", 0, "goward.migrate-plan/1"),
    ("migrate 1.26 1.27 --no-tools", 0, "goward.migrate/1"),
    ("diff 1 2 --files", 0, "goward.diff/1"),
    ("rollback 1", 0, "goward.rollback/1"),
    ("undo 2", 0, "goward.undo/1"),
    ("uninstall 1.25", 0, "goward.uninstall/1"),
    ("history", 0, "goward.history/1"),
    ("completions bash", 0, "goward.completions/1"),
    ("man", 0, "goward.man/1"),
    // Failures: of a verb, of the command line, of words that are none.
    ("install 1.24", 3, ""),
    ("run --no-install 1.24 -- go version", 3, ""),
    ("list --nothing", 2, ""),
    ("install ~1.26", 2, ""),
];

/// Outputs that a test of their own holds to their views, since they need more than a world.
const ELSEWHERE: [&str; 10] = [
    "goward.sandbox-run/1",
    "goward.snapshot-sync/1",
    "goward.ps-env/1",
    "goward.why-floor/1",
    "goward.system-init/1",
    "goward.doctor/1",
    "goward.graph/1",
    "goward.graph-saved/1",
    "goward.graph-diff/1",
    "goward.graph-why/1",
];

#[test]
fn every_command_prints_what_its_view_says() {
    let world = World::new();
    TinyToolchain::host("1.25.9").write_tree(&world.home.below("sdk/go1.25.9"));
    let distribution = world.home.below("distribution");
    TinyToolchain::host("1.26.8").write_tree(&distribution);
    std::fs::write(distribution.join("VERSION"), "go1.26.8-1\n").unwrap();
    world.home.write("gate.toml", "format = 1\nextends = \"built-in\"\n");
    let mut printed = BTreeSet::new();
    for (line, code, schema) in LINES {
        let run = world.goward(&format!("--json {line}")).exits(*code);
        assert_eq!(assert_follows_views(&run), *schema, "{line}\n{}", run.snapshot());
        printed.insert(*schema);
    }
    let missing = TABLE.iter().filter(|output| !printed.contains(output.schema) && !ELSEWHERE.contains(&output.schema));
    assert_eq!(missing.map(|output| output.schema).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_doctor_s_findings_and_the_administrator_s_store_follow_their_views() {
    let world = World::new();
    let run = world.goward("--json doctor");
    assert_eq!(assert_follows_views(&run), "goward.doctor/1");
    let run = world.goward("--json system check");
    assert_eq!(assert_follows_views(&run), "goward.doctor/1");
    // Only the administrator may make the store; anybody else hears so.
    let run = world.goward("--json system init --dry-run");
    assert_eq!(assert_follows_views(&run), if run.code == 0 { "goward.system-init/1" } else { "" });
}

#[test]
fn with_json_every_line_of_the_error_stream_is_an_object() {
    let world = World::new();
    let run = world.goward("--json --verbose install 1.27.3").success();
    assert_follows_views(&run);
    let levels: BTreeSet<String> = run
        .stderr
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["level"].as_str().unwrap().to_owned())
        .collect();
    assert!(levels.contains("progress"), "{}", run.snapshot());
    let run = world.goward("--json install 1.24").exits(3);
    let last: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    assert_eq!((&last["schema"], &last["exit_code"]), (&view::ErrorReport::SCHEMA.into(), &3.into()));
    // A partial failure is told on the way, and is in the data.
    let run = world.goward("--json install 1.26.8 1.24").exits(3);
    let mut told: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    told.as_object_mut().unwrap().shift_remove("schema");
    assert_eq!(run.json()["errors"], Value::Array(vec![told]));
    assert_eq!(run.json()["toolchains"][0]["toolchain"], format!("go1.26.8.{}", platform()));
}

#[test]
fn every_command_has_a_view_or_a_reason_to_have_none() {
    let of = |command: &str| -> Vec<String> {
        command.split(", ").map(|one| one.trim_start_matches("--system ").to_owned()).collect()
    };
    let told: Vec<String> = TABLE.iter().flat_map(|output| of(output.command)).collect();
    let is_told = |name: &str| {
        told.iter().any(|command| command == name || command.starts_with(&format!("{name} ")))
            || WITHOUT_DATA.iter().any(|(command, _)| *command == name)
    };
    let root = goward::cli::command();
    let mut missing = Vec::new();
    for command in root.get_subcommands() {
        let name = command.get_name();
        missing.extend((!is_told(name)).then(|| name.to_owned()));
        let below = command.get_subcommands().map(|below| format!("{name} {}", below.get_name()));
        missing.extend(below.filter(|name| !is_told(name)));
    }
    assert_eq!(missing, [""; 0]);
    let schemas: BTreeSet<&str> = TABLE.iter().chain(ERROR_STREAM).map(|output| output.schema).collect();
    assert_eq!(schemas.len(), TABLE.len() + ERROR_STREAM.len(), "two outputs have one schema");
}
