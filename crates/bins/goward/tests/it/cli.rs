//! The command line itself: help, completions, the manual, usage errors, JSON errors, closed pipes.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{World, sealed};
use insta::assert_snapshot;
use serde_json::{Value, json};
use testkit::on_path;

const COMMANDS: [&str; 15] = [
    "run",
    "install",
    "uninstall",
    "list",
    "use",
    "pin",
    "current",
    "which",
    "where",
    "config",
    "completions",
    "man",
    "setup",
    "unsetup",
    "activate",
];

#[test]
fn every_command_has_help_and_those_with_choices_have_examples() {
    let home = sealed();
    let help = home.goward(["--help"]).success();
    assert_eq!(help.stderr, "");
    for command in COMMANDS {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{command} is not in\n{}", help.stdout);
        let text = home.goward([command, "--help"]).success().stdout;
        assert!(text.contains("Usage: goward"), "{text}");
        let plain = ["current", "where"].contains(&command);
        assert!(plain || text.contains("\nExample"), "{command} has no example\n{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{command} has a line that is too long\n{text}");
    }
    for alias in ["i", "remove", "ls"] {
        home.goward([alias, "--help"]).success();
    }
    let version = home.goward(["--version"]).success();
    assert_eq!(version.stdout, format!("goward {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_are_scripts_that_their_shells_take() {
    let home = sealed();
    for shell in ["bash", "zsh", "fish", "powershell", "pwsh", "elvish"] {
        let script = home.goward(["completions", shell]).success().stdout;
        assert!(script.contains("GOWARD_COMPLETE"), "{shell}");
        let (program, flag) = match shell {
            "fish" => ("fish", "--no-execute"),
            "powershell" | "pwsh" | "elvish" => continue,
            other => (other, "-n"),
        };
        let Some(program) = on_path(program) else {
            eprintln!("skipped: no {shell} on PATH to check its completions");
            continue;
        };
        let file = home.write(shell, &script);
        home.run_program(program, [flag.as_ref(), file.as_os_str()]).success();
    }
    home.goward(["completions", "tcsh"]).exits(2);
}

/// The candidates for these words, the last of which is being typed.
fn candidates(world: &mut World, words: &[&str]) -> Vec<String> {
    world.home.set_env("GOWARD_COMPLETE", "fish");
    let run = world.home.goward(["--", "goward"].iter().chain(words)).success();
    world.home.remove_env("GOWARD_COMPLETE");
    run.stdout.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn values_that_only_the_store_and_the_cache_know_are_completed() {
    let mut world = World::new();
    world.goward("use 1.26.7").success();
    world.goward("use 1.27.3").success();
    let asked = world.upstream.hits("/");
    let of = |all: Vec<String>| all.into_iter().filter(|one| !one.starts_with('-')).collect::<Vec<_>>();
    assert_eq!(of(candidates(&mut world, &["uninstall", ""])), ["1.27.3", "1.26.7"]);
    assert_eq!(of(candidates(&mut world, &["where", "1.26"])), ["1.26.7"]);
    let install = of(candidates(&mut world, &["install", "1.26"]));
    for version in ["1.26", "1.26.7", "1.26.8"] {
        assert!(install.contains(&version.to_owned()), "{version} is not in {install:?}");
    }
    assert!(of(candidates(&mut world, &["use", "la"])).contains(&"latest".to_owned()));
    assert!(of(candidates(&mut world, &["rollback", ""])).contains(&"1".to_owned()));
    assert!(of(candidates(&mut world, &["--source", "o"])).contains(&"official".to_owned()));
    assert_eq!(of(candidates(&mut world, &["config", "set", "network.tri"])), ["network.tries"]);
    assert_eq!(of(candidates(&mut world, &["env", "GOMODC"])), ["GOMODCACHE"]);
    assert!(of(candidates(&mut world, &["unin"])).contains(&"uninstall".to_owned()));
    assert_eq!(world.upstream.hits("/"), asked, "a completion has asked a server");
    // Nothing is said where nothing can be known.
    world.home.set_env("GOWARD_SOURCES", "no-such-source");
    assert_eq!(of(candidates(&mut world, &["uninstall", ""])), [""; 0]);
}

#[cfg(unix)] // these shells
#[test]
fn real_shells_complete_an_installed_version() {
    let mut world = World::new();
    world.goward("use 1.27.3").success();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_goward")).parent().unwrap().to_owned();
    let path = std::env::join_paths([folder, "/usr/bin".into(), "/bin".into()]).unwrap();
    world.home.set_env("PATH", path);
    let scripts = [
        (
            "bash",
            "source FILE; COMP_WORDS=(goward where 1.2); COMP_CWORD=2; _clap_complete_goward goward 1.2 where; echo \"${COMPREPLY[@]}\"",
        ),
        ("fish", "source FILE; complete -C 'goward where 1.2'"),
        (
            "zsh",
            "autoload -U compinit; compinit -u; source FILE; words=(goward where 1.2); CURRENT=3; _describe() { print -r -- ${(P)3} }; _clap_dynamic_completer_goward",
        ),
    ];
    for (shell, script) in scripts {
        let Some(program) = on_path(shell) else {
            eprintln!("skipped: no {shell} on PATH to complete in");
            continue;
        };
        let file = world
            .home
            .write(&format!("complete.{shell}"), world.goward(&format!("completions {shell}")).success().stdout);
        let script = script.replace("FILE", &format!("'{}'", file.display()));
        let run = world.home.run_program(program, ["-c", &script]);
        assert!(run.stdout.contains("1.27.3"), "{shell}: {}", run.snapshot());
    }
}

#[test]
fn the_manual_page_lists_commands_exit_codes_and_variables_and_renders() {
    let mut home = sealed();
    let page = home.goward(["man"]).success().stdout;
    for word in [".TH goward", "EXIT STATUS", "130", "ENVIRONMENT", "GOWARD_SOURCES"] {
        assert!(page.contains(word), "{word} is missing");
    }
    let Some(man) = on_path("man") else { return eprintln!("skipped: no `man` on PATH to render the page") };
    let file = home.write("goward.1", page);
    // man calls other programs of the machine.
    home.set_env("PATH", std::env::var_os("PATH").unwrap()).set_env("MANPAGER", "cat").set_env("MANWIDTH", "80");
    let run = home.run_program(man, ["-l".as_ref(), file.as_os_str()]);
    if run.code != 0 || !run.stdout.contains("EXIT STATUS") {
        // Small systems have a `man` that only says that there is none.
        return eprintln!("skipped: this `man` does not render the page: {}", run.snapshot());
    }
    assert!(run.stdout.contains("GOWARD_SOURCES"), "{}", run.stdout);
}

#[test]
fn usage_errors_end_with_2_and_say_what_was_meant() {
    let home = sealed();
    for line in [
        "",
        "instal",
        "install --platfrom x",
        "run",
        "run 1.27",
        "use",
        "pin --exact",
        "shell 1.27",
        "uninstall",
        "list --all",
        "list --quiet --verbose",
        "install 1.27 --platform linux",
        "install --color sometimes 1.27",
        "completions",
        "run 1.27 --",
    ] {
        let run = home.goward(line.split_whitespace()).exits(2);
        assert_eq!(run.stdout, "", "{line}");
        assert!(run.stderr.contains("Usage:") || run.stderr.contains("error:"), "{line}: {}", run.stderr);
    }
    assert_snapshot!("typo", home.goward(["instal", "1.27"]).exits(2).snapshot());
    // A typing error never leads to a command that removes something.
    for line in ["unstall 1.27", "uninstal 1.27", "remov 1.27", "prun", "unsetu"] {
        let run = home.goward(line.split_whitespace()).exits(2);
        let tips = run.stderr.lines().filter(|text| text.contains("tip:")).collect::<String>();
        let removing = ["uninstall", "remove", "prune", "unsetup"].iter().any(|word| tips.contains(word));
        assert!(!removing, "{line}: {}", run.stderr);
    }
    // `--` is easily forgotten, and required if its position is not clear.
    let run = home.goward(["run", "1.27", "--frobnicate", "go", "version"]).exits(2);
    assert_snapshot!("run_without_dashes", run.snapshot());
}

#[test]
fn odd_requests_get_the_hint_that_fits() {
    let home = sealed();
    let mut shown = String::new();
    for request in [
        "",
        " ",
        "^1.2",
        "~1.26",
        "1.22.",
        ".1",
        "1..2",
        "1.22.01",
        "go 1.22",
        "v1.22",
        "1.22.1.1",
        "1.22rc",
        "tip",
        "master",
        "lastest",
        "system",
        "2",
        ">=1.24 <",
        ">>1.2",
        "1.24 - 1.26",
        "\u{661}.\u{662}",
        "1.27\n",
        "../etc",
        "go1.27.linux-amd64",
        "1.27\u{202e}",
    ] {
        let run = home.goward(["install", "--offline", request]);
        let lines: Vec<&str> = run.stderr.lines().collect();
        shown.push_str(&format!("{request:?} -> {}\n{}\n\n", run.code, lines.join("\n")));
        assert!([2, 7].contains(&run.code), "{request:?}: {}", run.snapshot());
        assert!(!run.stderr.contains('\u{202e}'), "a mark that turns the line came through");
    }
    assert_snapshot!("odd_requests", shown);
}

#[test]
fn json_errors_parse_and_carry_the_exit_code() {
    let world = World::new();
    for (line, code) in [
        ("install 1.24", 3),
        ("uninstall 1.26", 3),
        ("run --no-install 1.27 -- go version", 3),
        ("install 1.27 --offline", 7),
        ("config nothing.there", 2),
        ("list --source nowhere", 2),
        ("current", 3),
    ] {
        let run = world.goward(&format!("--json --quiet {line}")).exits(code);
        assert_eq!(run.stdout, "", "{line}");
        let report: Value =
            serde_json::from_str(&run.stderr).unwrap_or_else(|error| panic!("{line}: {error}\n{}", run.stderr));
        assert_eq!(report["exit_code"], code, "{line}");
        for text in ["error", "state", "word", "class"] {
            assert!(report[text].as_str().is_some_and(|text| !text.is_empty()), "{line}: no {text} in {report}");
        }
        assert!(report["caused_by"].is_array() && report["hints"].is_array());
    }
    // Words that are not a command line at all.
    let run = world.goward("--json install ~1.26").exits(2);
    let report: Value = serde_json::from_str(&run.stderr).unwrap_or_else(|error| panic!("{error}\n{}", run.stderr));
    assert_eq!((&report["exit_code"], &report["class"]), (&json!(2), &json!("usage")));
}

#[test]
fn every_command_that_has_data_has_it_as_json() {
    let world = World::new();
    world.goward("use 1.27.3 --json").success().json();
    world.home.write(".go-version", "1.27\n");
    for line in [
        "list",
        "list --remote",
        "current",
        "which",
        "where",
        "config",
        "install 1.27",
        "install --dry-run 1.26",
        "pin 1.27",
        "completions bash",
        "man",
        "current --explain",
    ] {
        world.goward(&format!("{line} --json --quiet")).success().json();
    }
    world.goward("install 1.26 --json").success().json();
    world.goward("uninstall 1.26 --json").success().json();
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let world = World::new();
    let mut command = world.home.command(env!("CARGO_BIN_EXE_goward"));
    command.args(["completions", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(said, "");
}

#[test]
#[cfg_attr(windows, ignore = "a shell of Unix sets up the pipes and closes the stream")]
fn nor_is_one_of_help_or_nobody_who_listens_to_speech() {
    let world = World::new();
    // Help is printed by other code.
    let mut command = world.home.command("/bin/sh");
    command.args(["-c", "\"$0\" --help | true; \"$0\" man | true", env!("CARGO_BIN_EXE_goward")]);
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    // Also with a closed standard error.
    let mut command = world.home.command("/bin/sh");
    command.args(["-c", "\"$0\" install 1.27 2>&- && \"$0\" list 2>&-", env!("CARGO_BIN_EXE_goward")]);
    let output = command.output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("go1.27.3"));
}

#[test]
fn colours_are_a_choice_and_carry_no_meaning() {
    let mut home = sealed();
    let plain = home.goward(["where", "1.27"]).exits(3).stderr;
    home.remove_env("NO_COLOR");
    assert_eq!(home.goward(["where", "1.27"]).exits(3).stderr, plain, "no terminal, no colour");
    let coloured = home.goward(["where", "1.27", "--color", "always"]).exits(3).stderr;
    assert!(coloured.contains("\u{1b}["));
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some(start) = rest.find("\u{1b}[") {
        bare.push_str(&rest[..start]);
        rest = &rest[start + rest[start..].find('m').unwrap() + 1..];
    }
    assert_eq!(bare + rest, plain);
    home.goward(["where", "1.27", "--color", "never"]).exits(3);
}
