//! `goward config`: settings are written, removed and edited, and comments stay.

use crate::support::World;

/// Where the sealed home's configuration is: as goward names it itself.
fn file(world: &World) -> std::path::PathBuf {
    let set = world.goward("config set network.tries 7 --json").success().json();
    std::path::PathBuf::from(set["path"].as_str().unwrap())
}

#[test]
fn a_setting_is_set_unset_and_undone_and_comments_stay() {
    let mut world = World::new();
    world.home.remove_env("GOWARD_TRIES");
    let path = file(&world);
    assert_eq!(world.goward("config network.tries --json").success().json()["settings"][0]["value"], 7);
    let text = "# ours\n[network] # the net\ntries = 7 # enough\n\n[pin]\nfiles = [\".go-version\"]\n";
    std::fs::write(&path, text).unwrap();
    let set = world.goward("config set network.tries 5").success();
    assert_eq!(set.stdout, format!("network.tries = 5 ({}), 7 before\n", path.display()));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text.replace("tries = 7", "tries = 5"));
    assert!(world.goward("config set network.tries 5").success().stdout.contains("is as it was"));
    // Each kind of value.
    world.home.goward(["config", "set", "mirrors", "corp=https://corp.example/dl/ two=https://two.example/"]).success();
    world.goward("config set sources corp,official").success();
    world.goward("config set network.offline true").success();
    world.goward("config set verify.sumdb always").success();
    let list = world.goward("config --json").success().json();
    let value = |key: &str| {
        let all = list["settings"].as_array().unwrap();
        all.iter().find(|setting| setting["key"] == key).unwrap()["value"].clone()
    };
    assert_eq!(value("mirrors")["two"], "https://two.example/");
    assert_eq!(value("sources"), serde_json::json!(["corp", "official"]));
    assert_eq!(value("network.offline"), true);
    // What another setting needs is not taken away.
    let refused = world.goward("config unset mirrors").exits(2);
    assert!(refused.stderr.contains("corp"), "{}", refused.stderr);
    world.goward("config unset sources").success();
    world.goward("config unset mirrors").success();
    world.goward("undo").success();
    assert!(std::fs::read_to_string(&path).unwrap().contains("two.example"));
    // Refused, with nothing changed.
    let before = std::fs::read_to_string(&path).unwrap();
    for (line, word) in [
        ("config set network.tries many", "setting-refused"),
        ("config set network.trys 3", "setting-unknown"),
        ("config unset network.trys", "setting-unknown"),
        ("config set verify.sumdb perhaps", "setting-refused"),
    ] {
        let run = world.goward(&format!("{line} --json")).exits(2);
        assert!(run.stderr.contains(word), "{line}: {}", run.stderr);
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    // The environment comes first, and goward says so.
    world.home.set_env("GOWARD_TRIES", "3");
    let set = world.goward("config set network.tries 9").success();
    assert!(set.stderr.contains("GOWARD_TRIES in the environment comes first"), "{}", set.stderr);
}

#[test]
fn a_secret_in_a_setting_is_neither_printed_nor_in_the_history() {
    let world = World::new();
    let set = world.home.goward(["config", "set", "mirrors", "corp=https://me:hunter2@corp.example/dl/"]).success();
    let hook = if cfg!(windows) { r"C:\hook --token hunter2" } else { "/hook --token hunter2" };
    let hooked = world.home.goward(["config", "set", "verify.hook", hook]).success();
    let refused = world.home.goward(["config", "set", "official.url", "ftp://me:hunter2@x.example/"]).exits(2);
    let history = world.goward("history --json").success();
    for run in [set, hooked, refused, history] {
        assert!(!run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"), "{}", run.snapshot());
    }
}

#[cfg(unix)] // the editor is a shell script
#[test]
fn an_editor_changes_the_whole_file_and_a_broken_text_is_kept_aside() {
    let mut world = World::new();
    world.home.remove_env("GOWARD_TRIES");
    let path = file(&world);
    world.home.add_program("ed-test", "#!/bin/sh\nprintf '%s' \"$TEXT\" > \"$1\"\n");
    let path_var = std::env::join_paths([world.home.path_folder(), "/usr/bin".into(), "/bin".into()]).unwrap();
    world.home.set_env("PATH", path_var).set_env("EDITOR", "ed-test").set_env("TEXT", "# mine\nnetwork.tries = 4\n");
    world.goward("config edit").success();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine\nnetwork.tries = 4\n");
    world.home.set_env("TEXT", "network.tries = \"many\"\n");
    let refused = world.goward("config edit").exits(2);
    assert!(refused.stderr.contains("your text is kept in"), "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine\nnetwork.tries = 4\n");
    assert_eq!(std::fs::read_to_string(path.with_extension("edit.toml")).unwrap(), "network.tries = \"many\"\n");
    world.home.set_env("EDITOR", "false");
    world.goward("config edit").exits(6);
    world.home.set_env("EDITOR", "no-such-editor");
    assert!(world.goward("config edit").exits(6).stderr.contains("no-such-editor"));
}
