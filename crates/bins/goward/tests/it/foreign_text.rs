//! No text of a repository, a server or an environment steers the terminal, whichever command prints it.
//!
//! Folder names, pins, editor files, variables, a hook's output and a server's answers contain characters that steer or
//! deceive, and line ends that would forge a line. Neither output stream has any of them; JSON has them as escapes.
#![cfg(unix)] // no file on Windows can have such a name

use crate::support::World;
use testkit::Run;
use testkit::http::{Response, Server};

/// A forged line that looks like goward's.
const FORGED: &str = "state: all is well";

/// Every deceiving character, spread over a text, so that a cut text keeps some.
fn hostile(seed: u64) -> String {
    let mut dice = fastrand::Rng::with_seed(seed);
    let kinds = [
        "\u{1b}]0;owned\u{7}",
        "\u{1b}[2J",
        "\u{9b}31m",
        "\u{9d}0;x\u{9c}",
        "\r",
        "\u{8}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{ad}",
        "\u{2028}",
        "\u{2029}",
        "\u{e0041}",
        "\u{feff}",
        "\u{7f}",
        "\u{3164}",
        "\u{85}",
    ];
    let mut text = String::from("x");
    for _ in 0..12 {
        text.push_str(kinds[dice.usize(..kinds.len())]);
        // A fifth is any character at all.
        if dice.u8(..5) == 0 {
            text.push(dice.char('\u{1}'..));
        }
    }
    // No name may have these.
    text.replace(['/', '\0'], "-")
}

fn with_forged_line(seed: u64) -> String {
    format!("{}\n{FORGED}\n", hostile(seed))
}

#[track_caller]
fn assert_clean(what: &str, run: &Run) {
    for (stream, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        let found = text.chars().find(|c| diag::deceives(*c) && *c != '\n');
        assert_eq!(found, None, "{what}: {stream}: {text:?}");
        assert!(!text.lines().any(|line| line.trim() == FORGED), "{what}: {stream} has a forged line: {text}");
    }
}

const COMMANDS: [&str; 20] = [
    "why",
    "why --floor",
    "which go",
    "which go --explain",
    "current --explain",
    "list",
    "list --verbose",
    "list --remote",
    "doctor",
    "ide check",
    "ide setup --dry-run",
    "env",
    "env --explain",
    "status",
    "config",
    "history",
    "install --verbose --no-install",
    "run -- go version",
    "pin 1.27.3 --dry-run",
    "completions bash",
];

#[test]
fn a_hostile_folder_steers_no_terminal_whichever_command_is_asked() {
    let mut world = World::new();
    world.goward("use 1.27.3").success();
    for seed in 0..3 {
        let folder = with_forged_line(seed);
        let pins = [
            ("go.mod", format!("module m\ngo {}\n", hostile(seed + 100))),
            ("go.work", format!("go 1.27.3\nuse ./{}\n", hostile(seed + 101))),
            (".go-version", format!("{}\n", hostile(seed + 102))),
            (".go-version", "1.27.3\n".to_owned()),
            ("mise.toml", format!("[tools]\ngo = {:?}\n", "1.27.3 ".to_owned() + &hostile(seed + 103).replace(|c: char| c.is_ascii_control(), ""))),
            (".vscode/settings.json", serde_json::json!({ "go.goroot": with_forged_line(seed + 104), "go.alternateTools": { "go": hostile(seed + 105) } }).to_string()),
            (".devcontainer/devcontainer.json", serde_json::json!({ "image": hostile(seed + 106) }).to_string()),
            ("goward.lock", hostile(seed + 107)),
        ];
        for (index, (name, text)) in pins.iter().enumerate() {
            let folder = format!("{folder}{index}");
            let path = world.home.home().join(&folder).join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            world.home.cd(&folder);
            for (position, command) in COMMANDS.iter().enumerate() {
                // Each folder runs a part of the commands; together they run all.
                if (position + index) % 2 != seed as usize % 2 {
                    continue;
                }
                assert_clean(&format!("{name}: {command}"), &world.goward(command));
                let run = world.goward(&format!("{command} --json"));
                assert_clean(&format!("{name}: {command} --json"), &run);
            }
        }
    }
}

#[test]
fn hostile_variables_arguments_and_hooks_steer_no_terminal() {
    let mut world = World::new()
        .env("GOTOOLCHAIN", with_forged_line(1))
        .env("GOROOT", hostile(2))
        .env("GOFLAGS", with_forged_line(3));
    for command in ["why", "env", "env --explain", "doctor", "current --explain", "list", "env --json"] {
        assert_clean(command, &world.goward(command));
    }
    world.home.remove_env("GOTOOLCHAIN").remove_env("GOFLAGS").remove_env("GOROOT");
    let odd = hostile(4);
    for words in [["install", &odd], ["use", &odd], ["which", &odd], ["config", &odd], ["doctor", &odd], [&odd, "x"]] {
        assert_clean("argument", &world.home.goward(words));
    }
    let script = "#!/bin/sh\nprintf 'x\\033[2J\\302\\233\\342\\200\\256\\nstate: all is well\\n' >&2\nexit 1\n";
    world.home.add_program("odd-check", script);
    let world = world.env("GOWARD_VERIFY_HOOK", "odd-check");
    let run = world.goward("install 1.27.3 --verbose");
    assert!(run.stderr.contains(r"hook: x\u{1b}[2J\u{9b}\u{202e}"), "{}", run.stderr);
    assert_clean("hook", &run);
}

#[test]
fn a_hostile_server_steers_no_terminal() {
    for seed in 0..6 {
        let text = with_forged_line(seed);
        let index = serde_json::json!([{ "version": text, "stable": true, "files": [{ "filename": text, "os": text, "arch": text, "version": text, "sha256": text, "size": 1, "kind": text }] }]).to_string();
        let server = Server::start(move |request| match seed {
            0 => Response::ok(text.clone().into_bytes()),
            1 => Response::ok(index.clone().into_bytes()),
            2 => Response::ok("[]").with_header("content-encoding", "x\u{9b}31m"),
            3 => Response::redirect(&format!("{}?\u{9b}31m\u{202e}", request.path)),
            4 => Response::status(500).with_header("etag", "\"\u{9b}31m\""),
            _ => Response::ok(format!("{}\n", text.clone()).into_bytes()).content_type("text/plain\u{9b}"),
        });
        let world =
            World::new().env("GOWARD_OFFICIAL_URL", server.url()).env("GOPROXY", server.url()).env("GOSUMDB", "off");
        for command in ["list --remote", "install 1.27.3 --verbose", "install latest --json", "use 1.26"] {
            assert_clean(&format!("{seed}: {command}"), &world.goward(command));
        }
    }
}

#[test]
fn what_one_value_is_keeps_its_bytes_in_a_pipe() {
    let mut world = World::new();
    let odd = world.home.home().join("store \u{200b}\u{202e}x");
    world.home.set_env("GOWARD_HOME", &odd);
    world.goward("install 1.27.3").success();
    let tree = world.goward("where 1.27.3").success().stdout;
    assert!(std::path::Path::new(tree.trim_end_matches('\n')).is_dir(), "{tree:?}");
    let json = world.goward("where 1.27.3 --json").success();
    assert_clean("json", &json);
    assert_eq!(json.json()["tree"].as_str().unwrap(), tree.trim_end_matches('\n'));
}
