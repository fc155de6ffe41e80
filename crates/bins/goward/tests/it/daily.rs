//! Common use on the first day, without surprises: pins, undo, two terminals, words of other tools.

#[cfg(unix)]
use std::path::Path;

use crate::support::World;
use serde_json::Value;
use testkit::TinyToolchain;

fn events(world: &World) -> Vec<Value> {
    world.goward("history --json").success().json()["events"].as_array().unwrap().clone()
}

/// The number of the generation in use; none where there is no default.
fn in_use(world: &World) -> Option<u64> {
    let current = events(world).into_iter().find(|event| event["in_use"] == true)?;
    current["generation"].as_u64()
}

#[test]
fn a_command_that_installs_twice_or_asks_twice_works() {
    let mut world = World::new();
    // The version is asked for, and then the lock asks the sources.
    let here = crate::support::platform().replace('-', "/");
    world.goward(&format!("pin 1.26 --lock --platform {here}")).success();
    assert!(world.home.read("goward.lock").contains("1.26.8"));
    // The target release is installed by the command.
    world.goward("use 1.26.8").success();
    world.goward("migrate 1.26 1.27 --no-tools").success();
    assert!(world.installed().contains(&"1.27.3".to_owned()));
    // goward installs nothing that this module asks for; its go command then reports what needs it, or why it fails.
    world.home.cd("module");
    world.home.write("go.mod", "module example.test/m\n\ngo 1.27.2\n");
    world.home.write(".go-version", "1.27.2\n");
    let run = world.goward("why --floor");
    assert!(!run.stderr.contains("Ctrl-C"), "{}", run.snapshot());
    assert!(world.installed().contains(&"1.27.2".to_owned()));
}

#[test]
fn a_pin_stays_within_the_project() {
    let mut world = World::new();
    let above = ["../.go-version", "../.tool-versions", ".go-version"];
    world.home.write(above[0], "1.25.9\n");
    world.home.write(above[1], "golang 1.25.9\n");
    world.home.write(above[2], "1.25.9\n");
    let work = world.home.folder().file_name().unwrap().to_str().unwrap().to_owned();
    // A folder outside any project, a module, a workspace, and repositories.
    for (folder, mark, expected) in [
        ("plain/deep", "", "plain/deep"),
        ("module/deep", "module/go.mod", "module"),
        ("space/deep", "space/go.work", "space"),
        ("repo/deep", "repo/.git/HEAD", "repo"),
        // A work tree's `.git` is a file.
        ("tree/deep", "tree/.git", "tree"),
        ("other/deep", "other/.jj/repo", "other"),
    ] {
        world.home.cd(&work);
        if !mark.is_empty() {
            world.home.write(mark, if mark.ends_with("go.mod") { "module example.test/m\n" } else { "" });
        }
        std::fs::create_dir_all(world.home.folder().join(folder)).unwrap();
        world.home.cd(&format!("{work}/{folder}"));
        world.goward("pin 1.26").success();
        world.home.cd(&work);
        assert_eq!(world.home.read(&format!("{expected}/.go-version")), "1.26\n", "{folder}");
        for (path, text) in [(above[0], "1.25.9\n"), (above[1], "golang 1.25.9\n"), (above[2], "1.25.9\n")] {
            assert_eq!(world.home.read(path), text, "{folder} has changed {path}");
        }
    }
    // A home that is a repository, as some keep theirs, is no project.
    world.home.write("../.git/HEAD", "");
    world.home.cd(&format!("{work}/plain/other"));
    world.goward("pin 1.26 --file .tool-versions").success();
    assert_eq!(world.home.read(".tool-versions"), "golang 1.26\n");
    // The repository's own file decides in all of its modules, and is the one to change.
    world.home.cd(&format!("{work}/repo/deep/module"));
    world.home.write("go.mod", "module example.test/m\n");
    world.goward("pin 1.27").success();
    assert_eq!(world.home.read("../../.go-version"), "1.27\n");
    assert!(!world.home.folder().join(".go-version").exists());
}

#[test]
fn a_pin_is_in_the_history_and_undo_takes_it_back() {
    let world = World::new();
    world.goward("use 1.27.3").success();
    world.goward("pin 1.26").success();
    assert_eq!(events(&world).last().unwrap()["purpose"], "pin 1.26");
    world.goward("pin 1.26.8").success();
    // A command that changes nothing records no change.
    world.goward("pin 1.26.8").success();
    world.goward("undo").success();
    assert_eq!(world.home.read(".go-version"), "1.26\n");
    world.goward("undo").success();
    assert!(!world.home.folder().join(".go-version").exists());
    assert_eq!(in_use(&world), Some(1), "the default is not what came last");
}

#[test]
fn the_first_default_can_be_undone_and_set_again() {
    let world = World::new();
    world.goward("use 1.27.3").success();
    let run = world.goward("undo").success();
    assert_eq!(run.stdout, "there is no default now, go1.27.3 was before (generation 1)\n");
    assert_eq!(in_use(&world), None);
    assert!(!world.store("current").exists());
    world.goward("current").exits(3);
    // There is no earlier change, and an undo is not a change that could be undone.
    world.goward("undo").exits(3);
    world.goward("use 1.26.8").success();
    world.goward("use 1.27.3").success();
    world.goward("undo 2").success();
    assert_eq!(in_use(&world), None);
    world.goward("rollback 2").success();
    assert_eq!(in_use(&world), Some(2));
    world.goward("rollback --to 3").success();
    world.goward("rollback 3 --to 2").exits(2);
}

#[test]
fn the_history_is_in_order_within_a_second() {
    let world = World::new();
    world.goward("install 1.26.8 1.27.3").success();
    let round = ["use 1.26.8", "pin 1.26", "use 1.27.3", "pin 1.27"];
    let done: Vec<&str> = [&round[..], &round, &round, &["rollback", "pin 1.26"]].concat();
    for line in &done {
        world.goward(line).success();
    }
    let told: Vec<String> = events(&world)
        .iter()
        .map(|event| {
            event["author"]["command_line"].as_array().unwrap()[1..].iter().map(|w| w.as_str().unwrap()).collect()
        })
        .map(|words: Vec<&str>| words.join(" "))
        .filter(|line| !line.starts_with("install"))
        .collect();
    assert_eq!(told, done);
    let moments: Vec<u64> = events(&world).iter().map(|event| event["unix_nanos"].as_u64().unwrap()).collect();
    assert!(moments.is_sorted() && moments.iter().all(|nanos| nanos % 1_000_000_000 != 0), "{moments:?}");
    let text = world.goward("history").success().stdout;
    let is_moment = |word: &str| word.len() == "2026-11-21T03:14:07.123Z".len() && word.ends_with('Z');
    assert!(text.lines().all(|line| line.split(' ').any(is_moment)), "{text}");
}

#[test]
fn of_two_terminals_each_tells_what_it_changed_and_an_undo_counts_once() {
    const SWITCHES: usize = 4;
    let world = World::new();
    world.goward("install 1.26.8 1.27.3 1.25.9").success();
    world.goward("use 1.25.9").success();
    let race = |lines: [&str; 2]| -> Vec<Value> {
        let running: Vec<_> = (0..SWITCHES).map(|index| world.spawn(lines[index % 2])).collect();
        running.into_iter().map(|run| run.wait().success().json()).collect()
    };
    let mut told = race(["use 1.26.8 --json", "use 1.27.3 --json"]);
    told.retain(|switched| switched["changed"] == true);
    // Each switch names its real predecessor: together they are one chain.
    told.sort_by_key(|switched| switched["generation"].as_u64());
    let mut before = Value::String(format!("go1.25.9.{}", crate::support::platform()));
    for switched in &told {
        assert_eq!(switched["before"], before, "{told:?}");
        before = switched["toolchain"].clone();
    }
    let generations = told.len() as u64 + 1;
    assert_eq!(in_use(&world), Some(generations));
    // As many parallel undos as there are switches after the first default: each reverts one.
    let running: Vec<_> = told.iter().map(|_| world.spawn("undo --json")).collect();
    let mut left: Vec<u64> = running
        .into_iter()
        .map(|run| run.wait().success().json()["steps"][0]["generation_before"].as_u64().unwrap())
        .collect();
    left.sort_unstable();
    assert_eq!(left, (2..=generations).collect::<Vec<_>>());
    assert_eq!(in_use(&world), Some(1));
    // The same with changes of files.
    world.home.write(".go-version", "1\n");
    for version in ["1.25", "1.26", "1.27"] {
        world.goward(&format!("pin {version}")).success();
    }
    let running: Vec<_> = (0..3).map(|_| world.spawn("undo --json")).collect();
    running.into_iter().for_each(|run| drop(run.wait().success()));
    assert_eq!(world.home.read(".go-version"), "1\n");
    assert_eq!(in_use(&world), Some(1));
}

#[test]
fn what_does_not_exist_fails_also_when_nothing_is_to_be_done() {
    let world = World::new();
    for line in ["install --dry-run 1.24.99", "install --dry-run 1.24", "use --dry-run 1.24.99", "use --dry-run 1.24"] {
        let run = world.goward(line).exits(3);
        assert_eq!(run.stdout, "", "{line}");
    }
    world.goward("install --dry-run 1.27.3 1.26").success();
    let run = world.goward("use --dry-run 1.26").success();
    assert_eq!(run.stdout, "go1.26.8 would be the default, after it is installed\n");
    world.assert_nothing_installed();
    std::fs::create_dir_all(world.home.folder().join("empty")).unwrap();
    for line in ["import empty", "import empty --dry-run", "import nowhere"] {
        let run = world.goward(line).exits(3);
        assert!(run.stderr.contains("find a Go installation"), "{}", run.snapshot());
    }
}

#[test]
fn quiet_says_nothing_but_data_and_errors() {
    let world = World::new();
    for line in ["install 1.26.8 1.27.3", "use 1.27.3", "use 1.26.8", "undo", "rollback 2", "pin 1.26", "undo"] {
        let run = world.goward(&format!("-q {line}")).success();
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""), "{line}");
    }
    assert!(world.goward("-q list").success().stdout.contains("1.27.3"));
    assert!(!world.goward("-q pin 1.24.99").success().stderr.contains("hint"));
    assert!(world.goward("-q --offline run -- go version").code != 0);
}

#[test]
fn what_runs_here_is_told_where_it_is_not_the_new_default_and_a_missing_pin_with_its_file() {
    let world = World::new();
    let file = world.home.write(".go-version", "1.26.8\n");
    world.goward("install 1.26.8").success();
    let run = world.goward("use 1.27.3").success();
    assert!(run.stderr.contains("in this folder go1.26.8 still runs: `1.26.8` from "), "{}", run.snapshot());
    world.home.write(".go-version", "1.24.99\n");
    for line in ["run -- go version", "run --no-install -- go version", "which", "install"] {
        let run = world.goward(line);
        assert!(run.code != 0 && run.stderr.contains(&file.display().to_string()), "{line}: {}", run.snapshot());
    }
    assert!(!world.goward("run --no-install 1.24.99 -- go version").exits(3).stderr.contains(".go-version"));
    let pin = world.goward("pin").success().stdout;
    assert!(pin.starts_with("1.24.99 (") && pin.contains(".go-version"), "{pin}");
    std::fs::remove_file(file).unwrap();
    world.goward("pin").exits(3);
}

#[test]
fn words_of_other_tools_and_missing_dashes_do_what_is_plain() {
    let world = World::new();
    world.goward("global 1.27.3").success();
    assert!(world.goward("run go version").success().stdout.contains("go1.27.3"));
    assert!(world.goward("exec 1.26.8 go version").success().stdout.contains("go1.26.8"));
    world.goward("local 1.26").success();
    assert_eq!(world.home.read(".go-version"), "1.26\n");
    // On Windows the program is called `goward.exe`.
    let help = world.goward("help pin").success().stdout;
    assert!(help.lines().any(|line| line.starts_with("Usage: goward") && line.contains(" pin ")), "{help}");
    assert!(world.goward("version").success().stdout.starts_with("goward "));
    assert!(world.goward("ls-remote").success().stdout.contains("go1.26.8"));
    let run = world.goward("update").exits(2);
    assert!(run.stderr.contains("goward outdated"), "{}", run.snapshot());
    let report: Value = serde_json::from_str(&world.goward("shell --json").exits(2).stderr).unwrap();
    assert_eq!(report["exit_code"], 2);
    // A newer release is found by the minor.
    world.goward("install 1.26.7 1.25.9").success();
    world.goward("uninstall 1.26.8").success();
    let run = world.goward("outdated").success();
    assert!(run.stdout.contains("go1.26.7  go1.26.8 is available"), "{}", run.snapshot());
    assert!(run.stdout.contains("go1.27.3  the newest of its minor"), "{}", run.snapshot());
    // `list` says the same of the newest of each minor, by what was offered last; it asks nobody.
    let list = world.goward("list --offline").success().stdout;
    let marked: Vec<&str> = list.lines().filter(|line| line.contains("is newer")).collect();
    assert!(matches!(marked[..], [line] if line.contains("go1.26.7") && line.contains("1.26.8 is newer")), "{list}");
    let data = world.goward("list --offline --json").success().json();
    let of = |version: &str| {
        let list = data["toolchains"].as_array().unwrap();
        list.iter().find(|item| item["version"] == version).unwrap()["newer"].clone()
    };
    assert_eq!((of("1.26.7"), of("1.27.3"), of("1.25.9")), ("1.26.8".into(), Value::Null, Value::Null));
    // The archive's hash, whole and as a short name.
    let toolchain = TinyToolchain::host("1.26.7");
    let sha256 = toolchain.archive_sha256();
    let data = world.goward("where 1.26.7 --json").success().json();
    assert_eq!(data["archive_sha256"], sha256.as_str());
    assert_eq!(data["fingerprint"], format!("{}-{}", toolchain.archive_name(), &sha256[..8]));
}

#[test]
fn a_comparison_is_a_summary_unless_every_file_is_asked_for() {
    let world = World::new();
    world.goward("use 1.26.8").success();
    world.goward("use 1.27.3").success();
    let summary = world.goward("diff 1 2").success().stdout;
    let files = world.goward("diff 1 2 --files").success().stdout;
    assert!(summary.lines().any(|line| line.starts_with("  bin")) && files.contains("~ VERSION"), "{summary}{files}");
    assert!(!summary.contains("~ VERSION") && summary.lines().last() == files.lines().last());
}

#[cfg(unix)]
#[test]
fn a_project_that_cannot_be_written_to_is_what_the_advice_speaks_of() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let world = World::new();
    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    let project = world.home.folder().join("of others");
    std::fs::create_dir_all(&project).unwrap();
    std::fs::write(project.join("go.mod"), "module example.test/m\n").unwrap();
    mode(&project, 0o555);
    let mut command = world.home.command(env!("CARGO_BIN_EXE_goward"));
    command.args(["pin", "1.26"]).current_dir(&project);
    if std::fs::metadata(&project).unwrap().uid() == 0 {
        // Root may write anywhere, so the test runs as another user, with their own home.
        std::fs::create_dir_all(world.home.goward_home()).unwrap();
        std::os::unix::fs::chown(world.home.goward_home(), Some(NOBODY), Some(NOBODY)).unwrap();
        world.home.folder().ancestors().take(3).for_each(|folder| mode(folder, 0o755));
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return eprintln!("skipped: the other user cannot run goward here: {error}"),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && !said.contains("GOWARD_HOME"), "{said}");
    assert!(said.contains("you may not write to") && said.contains("GOWARD_VERSION=VERSION"), "{said}");
    assert!(!project.join(".go-version").exists());
}

#[cfg(unix)]
#[test]
fn a_pin_is_written_where_gowards_home_cannot_be_and_the_loss_is_told() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let world = World::new();
    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    let closed = world.home.home().join("closed");
    std::fs::create_dir_all(&closed).unwrap();
    mode(&closed, 0o555);
    let project = world.home.folder().join("project");
    std::fs::create_dir_all(&project).unwrap();
    let is_root = std::fs::metadata(&project).unwrap().uid() == 0;
    if is_root {
        // Root may write anywhere, so the test runs as another user, who owns the project.
        chown(&project, Some(NOBODY), Some(NOBODY)).unwrap();
        world.home.folder().ancestors().take(3).for_each(|folder| mode(folder, 0o755));
    }
    let goward = |line: &str| {
        let mut command = world.home.command(env!("CARGO_BIN_EXE_goward"));
        command.args(line.split(' ')).current_dir(&project).env("GOWARD_HOME", closed.join("goward"));
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.output()
    };
    let output = match goward("pin 1.26") {
        Ok(output) => output,
        Err(error) => return eprintln!("skipped: the other user cannot run goward here: {error}"),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("`goward undo` does not know of it: could not"), "{said}");
    assert_eq!(std::fs::read_to_string(project.join(".go-version")).unwrap(), "1.26\n");
    // Several files at once need the home: they are all changed, or none.
    std::fs::write(project.join(".tool-versions"), "golang 1.25\n").unwrap();
    assert!(!goward("pin 1.27").unwrap().status.success());
    assert_eq!(std::fs::read_to_string(project.join(".go-version")).unwrap(), "1.26\n");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_has_failed_and_a_reader_that_went_away_has_not() {
    let world = World::new();
    for line in ["--help", "help pin", "version", "--version", "man", "completions bash", "config"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = world.home.command(env!("CARGO_BIN_EXE_goward"));
        let output = command.args(line.split(' ')).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(6), "{line}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("could not write to standard output"), "{line}");
        let mut command = world.home.command(env!("CARGO_BIN_EXE_goward"));
        let mut child = command
            .args(line.split(' '))
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{line}");
    }
}

#[test]
fn an_upgrade_takes_the_newest_patch_of_the_line_and_undo_goes_back() {
    let world = World::new();
    let none = world.goward("upgrade").exits(3);
    assert!(none.stderr.contains("goward use latest"), "{}", none.stderr);
    world.goward("use 1.26.7").success();
    let planned = world.goward("upgrade --dry-run").success();
    assert_eq!(planned.stdout, "go1.26.8 would be installed and become the default; the newest so far is go1.26.7\n");
    assert_eq!(world.installed(), ["1.26.7"]);
    let done = world.goward("upgrade --reason patch").success();
    assert!(done.stdout.contains("go1.26.8 is the default now, go1.26.7 was before"), "{}", done.snapshot());
    assert_eq!(world.goward("upgrade").success().stdout, "go1.26.8 is the newest go1.26; nothing changed\n");
    world.goward("undo").success();
    assert_eq!(world.goward("current").success().stdout, "1.26.7\n");
    // Both are there: the default moves alone, and no byte is fetched.
    let json = world.goward("upgrade --json").success().json();
    assert_eq!((&json["toolchain_installed"], &json["switched"]["version"]), (&Value::Null, &Value::from("1.26.8")));
    // Another line is installed, and the default stays.
    let other = world.goward("upgrade 1.27 --json").success().json();
    assert_eq!((&other["to"], &other["switched"]), (&Value::from("1.27.3"), &Value::Null));
    assert_eq!(world.goward("current").success().stdout, "1.26.8\n");
    let exact = world.goward("upgrade 1.27.2").exits(2);
    assert!(exact.stderr.contains("`goward use 1.27.2`"), "{}", exact.stderr);
    // A pin still decides, and goward says so.
    world.home.write(".go-version", "1.26.7\n");
    world.goward("rollback").success();
    let pinned = world.goward("upgrade").success();
    assert!(pinned.stderr.contains("in this folder go1.26.7 still runs"), "{}", pinned.snapshot());
    assert_eq!(world.home.read(".go-version"), "1.26.7\n");
}
