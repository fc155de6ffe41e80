//! What a machine can do, and that a run is no more than that.

use serde_json::Value;
use testkit::{Run, Sandbox, TinyToolchain};

use crate::support::World;

/// A world with a default, and the probe of this machine.
pub(super) fn world() -> (World, Value) {
    let world = World::offering([TinyToolchain::host("1.27.3")]).sources("official");
    world.goward("use 1.27.3").success();
    let probe = world.goward("sandbox probe --json").success().json();
    (world, probe)
}

/// Whether a promise holds on this machine; prints why not.
pub(super) fn holds(probe: &Value, promise: &str) -> bool {
    let promises = probe["promises"].as_array().unwrap();
    let one = promises.iter().find(|one| one["promise"] == promise).unwrap_or_else(|| panic!("{promise}: {probe}"));
    if one["is_kept"] != true {
        eprintln!("skipped: this machine cannot keep the promise `{promise}`: {}", one["because"]);
    }
    one["is_kept"] == true
}

/// Whether everything but the limits holds here.
pub(super) fn is_whole(probe: &Value) -> bool {
    ["network", "files", "writes", "temporary-files", "processes", "ipc", "rights", "calls"]
        .into_iter()
        .all(|promise| holds(probe, promise))
}

/// `goward sandbox run` with these words.
pub(super) fn run(home: &Sandbox, options: &[&str], command: &[&str]) -> Run {
    let words = ["sandbox", "run"].iter().chain(options).chain(&["--"]).chain(command);
    home.goward(words.copied().collect::<Vec<_>>())
}

#[test]
fn a_sandbox_in_a_sandbox_gets_less_and_does_not_start_by_itself() {
    // Goal: less than was asked for is an error that says what is missing, and only `--best-effort` takes it.
    // Method: inside a sandbox no name space can be made, which is what many containers are like.
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    let goward = env!("CARGO_BIN_EXE_goward");
    let (home, store) = (world.home.folder().display().to_string(), world.home.goward_home().display().to_string());
    let options =
        ["--write", &home, "--write", &store, "--read", goward, "--env", "GOWARD_HOME", "--env", "GOWARD_SOURCES"];
    let nested = |words: &[&str]| {
        let command: Vec<&str> = std::iter::once(goward).chain(words.iter().copied()).collect();
        run(&world.home, &options, &command)
    };
    let told = nested(&["sandbox", "probe", "--json"]).success();
    let inner: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(inner["degree"], "partial", "{inner}");
    let rung = |word: &str| {
        let rungs = inner["rungs"].as_array().unwrap();
        rungs.iter().find(|rung| rung["rung"] == word).unwrap()["rung_outcome"].clone()
    };
    for refused in ["user-namespace", "mount-namespace", "pid-namespace", "network-namespace", "private-proc"] {
        assert_ne!(rung(refused), "holds", "{refused}");
    }
    for held in ["landlock-files", "call-filter", "no-new-privileges", "no-capabilities"] {
        assert_eq!(rung(held), "holds", "{held}: {inner}");
    }
    let refused = nested(&["sandbox", "run", "--", "/bin/true"]).exits(6);
    for part in ["could not cut the program off: ", "the program sees other processes", "--best-effort"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.snapshot());
    }
    // What can be had is had: the files stay away, by Landlock, and the network by the filter.
    let script = "cat ../secret 2>&1; cat \"$HOME/x\" 2>&1; touch \"$HOME/y\" && echo private";
    world.home.write("secret", "secret");
    let taken = nested(&["sandbox", "run", "--best-effort", "--", "/bin/sh", "-c", script]).success();
    assert!(taken.stderr.contains("sandbox: partial ("), "{}", taken.snapshot());
    assert!(taken.stdout.contains("private") && !taken.stdout.contains("secret\n"), "{}", taken.snapshot());
}

#[test]
fn the_probe_and_the_explanation_name_every_mechanism() {
    let (world, probe) = world();
    let rungs = probe["rungs"].as_array().unwrap();
    assert!(rungs.len() >= 15 && rungs.iter().all(|rung| !rung["keeps_away"].as_str().unwrap().is_empty()), "{probe}");
    let text = world.goward("sandbox probe").success().stdout;
    let told = run(&world.home, &["--explain", "--best-effort"], &["/bin/true"]);
    for rung in rungs {
        let word = rung["rung"].as_str().unwrap();
        assert!(text.contains(word), "{word}: {text}");
        assert!(told.stderr.contains(word), "{word}: {}", told.snapshot());
    }
    assert!(told.stderr.contains(&format!("reads {}", world.home.folder().display())), "{}", told.snapshot());
}

#[test]
fn the_report_of_a_run_follows_its_view() {
    let (world, probe) = world();
    if !is_whole(&probe) {
        return;
    }
    let run = run(&world.home, &["--json", "--time", "1h"], &["/bin/sh", "-c", "echo out; exit 7"]).exits(7);
    assert_eq!(run.stdout, "out\n");
    let mut object: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    let schema = object.as_object_mut().unwrap().remove("schema").unwrap();
    let output = view::TABLE.iter().find(|output| output.schema == schema).unwrap();
    (output.read)(object.clone()).unwrap();
    assert_eq!((&object["degree"], &object["program_code"]), (&"full".into(), &7.into()), "{object}");
    assert_eq!(object["is_out_of_time"], false);
}
