//! `goward gate`: output and exit status pass through, verdicts say why, and going back is one undoable step.

#[cfg(unix)]
use serde_json::Value;
#[cfg(unix)]
use testkit::Run;

use crate::support::World;

/// A world whose default was go1.26.8 and is go1.27.3.
fn world() -> World {
    let world = World::new();
    world.goward("use 1.26.8").success();
    world.goward("use 1.27.3").success();
    world
}

fn default(world: &World) -> String {
    world.goward("current --json").success().json()["version"].as_str().unwrap().to_owned()
}

/// The verdict of a run with `--json`: the last line of the error stream.
#[cfg(unix)]
#[track_caller]
fn verdict(run: &Run) -> Value {
    let last = run.stderr.lines().last().unwrap_or_else(|| panic!("{}", run.snapshot()));
    let object: Value = serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}\n{}", run.snapshot()));
    assert_eq!(object["schema"], "goward.gate/1", "{}", run.snapshot());
    object
}

#[cfg(unix)]
mod running {
    use super::*;

    fn script(world: &World, options: &str, script: &str) -> Run {
        world.home.add_program("script", &format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n"));
        let words = format!("gate run {options} -- script");
        world.home.goward(words.split_whitespace())
    }

    #[test]
    fn the_output_and_the_exit_status_are_the_program_s() {
        let world = world();
        for code in [0, 1, 7, 255] {
            let run = script(&world, "", &format!("echo to stdout; echo to stderr >&2; exit {code}")).exits(code);
            assert_eq!(run.stdout, "to stdout\n");
            assert!(run.stderr.starts_with("to stderr\ngate: "), "{}", run.snapshot());
        }
        // A signal's number, as shells say it.
        let run = script(&world, "--json", "kill -TERM $$").exits(143);
        assert_eq!((&verdict(&run)["verdict"], &verdict(&run)["program_code"]), (&"stay".into(), &143.into()));
        // The program runs under the folder's toolchain, reads our input, and gets its arguments.
        let run = world.home.goward(["gate", "run", "--", "go", "version"]).success();
        assert!(run.stdout.contains("go1.27.3"), "{}", run.snapshot());
        let run = script(&world, "--quiet", "exit 3").exits(3);
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    }

    #[test]
    fn a_program_that_is_not_there_is_a_verdict_too() {
        let world = world();
        let run = world.home.goward(["gate", "run", "--stage", "switch", "--", "no-such-program"]).exits(127);
        assert!(run.stderr.contains("could not run `no-such-program`"), "{}", run.snapshot());
        assert!(run.stderr.contains("gate: back: ") && run.stderr.contains("COMMAND_NOT_FOUND"), "{}", run.snapshot());
        assert!(run.stderr.contains("missing: no output was read"), "{}", run.snapshot());
        world.home.write("data", "no program");
        let run = world.home.goward(["gate", "run", "--json", "--", "./data"]).exits(126);
        assert_eq!(verdict(&run)["terms"][0]["name"], "NOT_EXECUTABLE");
    }

    #[test]
    fn a_bad_run_takes_the_default_back_and_the_history_says_why() {
        let world = world();
        let failing = "echo '--- FAIL: TestA (0.00s)'; echo 'dial tcp: connection refused' >&2; exit 1";
        let run = script(&world, "--stage test", failing).exits(1);
        assert!(run.stderr.contains("gate: back: "), "{}", run.snapshot());
        assert_eq!(default(&world), "1.27.3", "it was only to report");
        let run = script(&world, "--stage test --act pause", failing).exits(1);
        assert!(run.stderr.contains("a person decides") && default(&world) == "1.27.3", "{}", run.snapshot());
        let run = script(&world, "--stage test --act rollback --json -o gate.json", failing).exits(1);
        let told = verdict(&run);
        assert_eq!((&told["verdict"], &told["act"]), (&"back".into(), &"rolled-back".into()), "{}", run.snapshot());
        assert_eq!(told["rollback"]["version"], "1.26.8");
        assert_eq!(default(&world), "1.26.8");
        let mut file: Value = serde_json::from_str(&world.home.read("gate.json")).unwrap();
        assert_eq!(file, told, "the file has the same report");
        assert!(file["terms"].as_array_mut().unwrap().iter().any(|term| term["stream"] == "stderr"));
        let events = world.goward("history --json").success().json()["events"].clone();
        let last = events.as_array().unwrap().last().unwrap().clone();
        let reason = last["author"]["reason"].as_str().unwrap_or_default().to_owned();
        assert!(reason.starts_with("gate: exit 1, 2 words, stage test, score 0."), "{last}");
        assert!(told["remarks"].to_string().contains("`goward rollback 2` returns to it"), "{told}");
        world.goward("rollback 2").success();
        assert_eq!(default(&world), "1.27.3");
    }

    #[test]
    fn a_decision_is_told_and_carried_out_while_the_program_runs() {
        let world = world();
        // It ends only once the default has moved, so goward did not wait for its end.
        let at = world.store("current");
        let waiting = format!(
            "before=$(readlink '{at}'); echo 'compile: version \"a\" does not match go tool version \"b\"'; \
             n=0; while [ \"$(readlink '{at}')\" = \"$before\" ] && [ $n -lt 1000 ]; do sleep 0.02; n=$((n+1)); done; \
             [ $n -lt 1000 ] && echo moved",
            at = at.display()
        );
        let run = script(&world, "--act rollback --json", &waiting).success();
        assert!(run.stdout.ends_with("moved\n"), "{}", run.snapshot());
        let told = verdict(&run);
        assert_eq!((&told["hard_rule"], &told["act"]), (&"mixed-toolchain".into(), &"rolled-back".into()));
        assert!(told["decided_after_milliseconds"].is_u64(), "{told}");
        assert_eq!(default(&world), "1.26.8");
    }

    #[test]
    fn going_back_moves_only_the_default_that_ran() {
        let world = world();
        // A pin decides here, so the default is not at fault.
        world.home.write(".go-version", "1.26.8\n");
        let run = script(&world, "--stage load --act rollback --json", "exit 139").exits(139);
        let told = verdict(&run);
        assert_eq!((&told["verdict"], &told["act"]), (&"back".into(), &"not-rolled-back".into()));
        assert!(told["remarks"].to_string().contains("ran with go1.26.8, and the default is go1.27.3"), "{told}");
        std::fs::remove_file(world.home.folder().join(".go-version")).unwrap();
        // Nobody is there to ask: nothing moves.
        let run = script(&world, "--act rollback --json", "exit 1").exits(1);
        let told = verdict(&run);
        assert_eq!((&told["verdict"], &told["act"]), (&"ask".into(), &"paused".into()));
        assert_eq!(default(&world), "1.27.3");
    }

    #[test]
    fn any_bytes_pass_unchanged_and_a_line_of_100_mb_is_bounded() {
        let world = world();
        let bytes = "printf '\\000\\377\\376\\r\\n\\033[31mred\\n'; exit 0";
        let run = world.home.add_program("script", &format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{bytes}\n"));
        let mut command = world.home.command(env!("CARGO_BIN_EXE_goward"));
        let ran = command.args(["gate", "run", "--log", "copy", "--", "script"]).output().unwrap();
        assert_eq!(ran.stdout, b"\0\xff\xfe\r\n\x1b[31mred\n", "{}", run.display());
        assert_eq!(std::fs::read(world.home.folder().join("copy")).unwrap(), ran.stdout);
        let long = "head -c 100000000 /dev/zero | tr '\\0' x; echo ' connection refused'; exit 1";
        let run = script(&world, "--stage test --json -o gate.json", long).exits(1);
        assert_eq!(run.stdout.len(), 100_000_020);
        let told: Value = serde_json::from_str(&world.home.read("gate.json")).unwrap();
        assert_eq!((&told["verdict"], &told["bytes_read"]), (&"back".into(), &100_000_020.into()), "{told}");
        assert!(told.to_string().len() < 10_000);
    }

    #[test]
    fn signals_reach_the_program_and_goward_waits_for_its_end() {
        use std::io::{BufRead, BufReader};
        use std::process::Stdio;
        let world = world();
        let trap = "#!/bin/sh\nPATH=/usr/bin:/bin\ntrap 'echo ended on request; exit 143' TERM\ntrap 'echo usr1' USR1\necho ready\nwhile :; do sleep 0.05; done\n";
        world.home.add_program("script", trap);
        let mut command = world.home.command(env!("CARGO_BIN_EXE_goward"));
        let mut child = command
            .args(["gate", "run", "--stage", "deploy", "--", "script"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || lines.next().unwrap().unwrap();
        let send = |signal: &str, id: u32| {
            assert!(std::process::Command::new("kill").args([signal, &id.to_string()]).status().unwrap().success());
        };
        assert_eq!(next(), "ready");
        send("-USR1", child.id());
        assert_eq!(next(), "usr1");
        send("-TERM", child.id());
        assert_eq!(next(), "ended on request");
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(143));
        assert!(String::from_utf8_lossy(&ended.stderr).contains("gate: stay: "), "{ended:?}");
    }

    #[test]
    fn a_reader_that_goes_away_ends_the_program_as_without_goward() {
        let world = world();
        world.home.add_program("script", "#!/bin/sh\nwhile :; do echo line || exit 9; done\n");
        let program = env!("CARGO_BIN_EXE_goward");
        let line = format!("'{program}' gate run --json -- script | /usr/bin/head -n 1");
        let run = world.home.run_program("/bin/sh", ["-c", &line]);
        assert_eq!(run.stdout, "line\n", "{}", run.snapshot());
        assert!([141, 9].contains(&verdict(&run)["program_code"].as_i64().unwrap()), "{}", run.snapshot());
    }
}

#[test]
fn a_log_is_judged_and_what_is_missing_is_said() {
    let world = world();
    world.home.write("load.log", "ERROR:  deadlock detected\r\n");
    let line = "gate judge --exit-code 1 --stage load --log load.log";
    let run = world.goward(line).exits(9);
    assert!(run.stdout.starts_with("gate: back: ") && run.stdout.contains("deadlock"), "{}", run.snapshot());
    let told = world.goward(&format!("{line} --json")).exits(9).json();
    assert_eq!((&told["verdict"], &told["missing"]), (&"back".into(), &serde_json::json!([])), "{told}");
    // A higher threshold leaves it to a person.
    let told = world.goward(&format!("{line} --json --threshold 0.999")).exits(9).json();
    assert_eq!(told["verdict"], "ask");
    let told = world.goward("gate judge --json").exits(9).json();
    let missing: Vec<&str> =
        told["missing"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!((told["verdict"].as_str(), missing), (Some("ask"), vec!["exit", "log", "stage"]));
    world.goward("gate judge --exit-code 0 --stage test --log load.log").exits(0);
    world.goward("gate judge --exit-code 0 --log missing.log").exits(3);
    world.goward("gate judge --exit-code 0 --threshold 2").exits(2);
    // Judging takes back as well, with 9 as before.
    world.goward(&format!("{line} --act rollback")).exits(9);
    assert_eq!(default(&world), "1.26.8");
}

#[test]
fn rules_are_printed_checked_and_refused_with_their_line() {
    let world = world();
    let printed = world.goward("gate rules").success().stdout;
    assert_eq!(printed, gate::BUILT_IN);
    world.home.write("gate.toml", &printed);
    let run = world.goward("gate rules --check gate.toml").success();
    assert!(run.stdout.contains(" 0 misses on goward's labelled logs"), "{}", run.snapshot());
    world.home.write("bad.toml", "format = 1\nextends = \"built-in\"\n[[words]]\nname = \"x\"\nexpression = '('\n");
    for line in [
        "gate rules --check bad.toml",
        "gate judge --exit-code 0 --rules bad.toml",
        "gate run --rules bad.toml -- go version",
    ] {
        let run = world.goward(line).exits(2);
        assert!(run.stderr.contains("bad.toml:5: ") && run.stderr.contains("hint: "), "{}", run.snapshot());
        assert_eq!(run.stdout, "", "nothing has run");
    }
    world.goward("gate rules --check missing.toml").exits(3);
    // A file of the project is no rules file, whatever it is called; a setting names one.
    world.home.write("goward-gate.toml", "no rules");
    world.goward("gate judge --exit-code 0").success();
    let strict = "format = 1\nextends = \"built-in\"\n[[hard]]\nname = \"zero\"\nexit = 0\nreason = \"a trap\"\n";
    let path = world.home.write("strict.toml", strict);
    let world = world.env("GOWARD_GATE_RULES", &path);
    let run = world.goward("gate judge --exit-code 0").exits(9);
    assert!(run.stdout.contains("the hard rule `zero` decides: a trap"), "{}", run.snapshot());
    let world = world.env("GOWARD_GATE_THRESHOLD", "1.5");
    assert!(world.goward("gate judge --exit-code 0").exits(2).stderr.contains("a number from 0 to 1"));
}

#[test]
#[cfg(unix)]
fn rules_that_another_user_could_have_written_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let world = world();
    let path = world.home.write("gate.toml", "format = 1\nextends = \"built-in\"\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let run = world.goward("gate judge --exit-code 0 --rules gate.toml").exits(7);
    assert!(run.stderr.contains("believe the rules of the gate"), "{}", run.snapshot());
}
