//! What another user of the machine can reach: root meets stores, configurations, locks and folders of that user.
#![cfg(unix)] // owners and permission bits decide who may write there

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use crate::support::World;
use testkit::on_path;

/// A user that the tests are not.
const NEIGHBOUR: u32 = 65534;

fn is_root() -> bool {
    let is_root = std::process::Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !is_root {
        eprintln!("skipped: only root can act as another user");
    }
    is_root
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn give(path: &Path) {
    chown(path, Some(NEIGHBOUR), Some(NEIGHBOUR)).unwrap();
}

#[test]
fn a_store_that_everybody_may_write_to_is_refused_by_every_command_told_by_doctor_and_mended() {
    let world = World::new();
    world.goward("install 1.27.3").success();
    world.goward("use 1.27.3").success();
    world.goward("shims --write").success();
    std::fs::create_dir_all(world.store("transactions")).unwrap();
    let home = world.home.goward_home();
    mode(&home, 0o777);
    mode(&home.join("transactions"), 0o777);
    mode(&home.join("shim.table"), 0o666);
    std::fs::create_dir_all(home.join("shell")).unwrap();
    std::fs::write(home.join("shell/goward.sh"), "").unwrap();
    mode(&home.join("shell/goward.sh"), 0o666);
    for command in ["list", "which", "install 1.26.8", "run -- go version", "exec-shim go version"] {
        let refused = world.goward(command).exits(7);
        let line = format!("chmod -R go-w '{}'", home.display());
        assert!(refused.stderr.contains(&line), "{command}: {}", refused.stderr);
    }
    let told = world.goward("doctor store").exits(9);
    assert!(told.stdout.contains("home-writable") && told.stdout.contains("chmod"), "{}", told.stdout);
    world.goward("doctor --repair store").success();
    world.goward("which").success();
    for (below, closed) in [("", 0o755), ("transactions", 0o755), ("shim.table", 0o644), ("shell/goward.sh", 0o644)] {
        let path = if below.is_empty() { home.clone() } else { home.join(below) };
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, closed, "{below}");
    }
}

#[test]
fn root_reads_no_configuration_of_another_user_whoever_names_it() {
    if !is_root() {
        return;
    }
    let mut world = World::new();
    let file = world.home.write("theirs/goward/config.toml", "[network]\ntries = 2\n");
    world.home.goward(["--config".as_ref(), file.as_os_str(), "list".as_ref()]).success();
    give(&file);
    for refused in [
        world.home.goward(["--config".as_ref(), file.as_os_str(), "list".as_ref()]).exits(7),
        {
            world.home.set_env("GOWARD_CONFIG", &file);
            world.goward("list").exits(7)
        },
        {
            world.home.remove_env("GOWARD_CONFIG").set_env("XDG_CONFIG_HOME", file.parent().unwrap().parent().unwrap());
            world.goward("list").exits(7)
        },
    ] {
        assert!(refused.stderr.contains("trust the configuration"), "{}", refused.stderr);
        assert!(refused.stderr.contains("chown") && refused.stderr.contains("GOWARD_CONFIG"), "{}", refused.stderr);
    }
    // Their folder without a configuration in it does not matter.
    std::fs::remove_file(&file).unwrap();
    give(file.parent().unwrap());
    world.goward("list").success();
}

#[test]
fn root_with_the_home_of_another_user_is_told_goward_home_in_one_line_and_goes_on_with_it() {
    if !is_root() {
        return;
    }
    let mut world = World::new();
    let theirs = world.home.below("theirs");
    std::fs::create_dir(&theirs).unwrap();
    give(&theirs);
    world.home.set_env("HOME", &theirs).remove_env("GOWARD_HOME").remove_env("XDG_DATA_HOME");
    let refused = world.goward("list").exits(7);
    let lines: Vec<&str> = refused.stderr.lines().filter(|line| line.contains("GOWARD_HOME=")).collect();
    assert_eq!(lines.len(), 1, "{}", refused.stderr);
    assert!(std::fs::read_dir(&theirs).unwrap().next().is_none(), "something was made in the other user's home");
    world.home.set_env("GOWARD_HOME", world.home.below("own"));
    world.goward("list").success();
}

#[test]
fn a_neighbour_cannot_hold_a_lock_of_the_administrators_store() {
    if !is_root() {
        return;
    }
    let mut world = World::new();
    let system = world.home.below("opt/goward");
    world.home.set_env("GOWARD_SYSTEM_HOME", &system).set_env("GOWARD_LOCK_SECONDS", "2");
    world.goward("system init").success();
    world.goward("--system shims --write").success();
    let mut folder = system.clone();
    while folder.starts_with(world.home.home()) {
        let open = folder.metadata().unwrap().permissions().mode() | 0o055;
        mode(&folder, if folder.ends_with("locks") { 0o700 } else { open });
        folder = folder.parent().unwrap().to_owned();
    }
    for lock in ["locks", "locks/store.lock"] {
        let read = std::process::Command::new("ls").arg(system.join(lock)).uid(NEIGHBOUR).gid(NEIGHBOUR).output();
        assert!(!read.unwrap().status.success(), "a neighbour opened {lock}");
    }
    assert_eq!(system.join("locks/store.lock").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    world.goward("--system shims --write").success();
}

/// Runs a bundle's script with only a PATH in its environment; returns its exit code and its output.
fn script(shell: &Path, bundle: &Path, flag: &str, to: &Path) -> (i32, String) {
    let mut command = std::process::Command::new(shell);
    command.env_clear().env("PATH", "/usr/bin:/bin").arg(bundle).arg(flag).arg(to);
    let output = command.output().unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_script_of_a_bundle_puts_nothing_where_somebody_else_can_change_it() {
    if !is_root() {
        return;
    }
    let world = World::new();
    world.goward("bundle create --go 1.27 --output go.goward").success();
    let bundle = world.home.folder().join("go.goward");
    let shells = ["dash", "bash"].into_iter().filter_map(on_path);
    for shell in shells {
        for (below, owner, bits, word) in [
            ("theirs", Some(NEIGHBOUR), 0o755, "belongs to user 65534"),
            ("open", None, 0o777, "everybody may write"),
            ("team", None, 0o775, "group 65533 may write"),
        ] {
            let place = world.home.below(below);
            let _ = std::fs::remove_dir_all(&place);
            std::fs::create_dir(&place).unwrap();
            chown(&place, owner, Some(65533)).unwrap();
            mode(&place, bits);
            let to = place.join("go");
            let (code, said) = script(&shell, &bundle, "--to", &to);
            assert!(code == 7 && said.contains(word), "{below}: {code} {said}");
            assert!(!to.join("bin/goward").exists());
        }
        // A sticky folder above is allowed, and new files there are private; an existing name is not used.
        let place = world.home.below("sticky");
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir(&place).unwrap();
        mode(&place, 0o1777);
        let to = place.join("go");
        let (code, said) = script(&shell, &bundle, "--goward", &to);
        assert_eq!(code, 0, "{said}");
        assert_eq!(to.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        give(&to.join("goward"));
        let (code, said) = script(&shell, &bundle, "--goward", &to);
        assert_eq!(code, 7, "{said}");
    }
}
