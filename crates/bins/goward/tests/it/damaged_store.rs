//! A store that something else has damaged, from outside: what does not need the damaged file goes on, `status` and
//! `doctor` name it, and the advice mends it. `features/doctor/tests/store_faults.rs` has the whole table.
#![cfg(unix)] // links, owners and modes

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;

use crate::support::{World, platform};
use testkit::{Run, TinyToolchain, on_path};

/// Another user, as whom a test runs goward.
const OTHER_USER: u32 = 65534;

/// 1.26.8 and 1.27.3 are installed, and the second is the default (generation 2).
fn world() -> World {
    let world = World::offering(["1.26.8", "1.27.3"].map(TinyToolchain::host)).sources("official");
    world.goward("install 1.26.8 1.27.3").success();
    world.goward("use 1.26.8").success();
    world.goward("use 1.27.3").success();
    world.goward("shims --write").success();
    world
}

#[test]
fn a_damaged_default_stops_only_what_needs_it() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 4] = [
        ("dangles", |store| {
            std::fs::remove_file(store.join("current")).unwrap();
            symlink("generations/9", store.join("current")).unwrap();
        }),
        ("a folder", |store| {
            std::fs::remove_file(store.join("current")).unwrap();
            std::fs::create_dir(store.join("current")).unwrap();
            std::fs::write(store.join("current/mine"), "precious").unwrap();
        }),
        ("empty", |store| std::fs::write(store.join("generations/2/generation.json"), "").unwrap()),
        ("other bytes", |store| std::fs::write(store.join("generations/2/generation.json"), "{]").unwrap()),
    ];
    let world = world();
    for (name, damage) in damages {
        for mends in ["doctor --repair store", "use 1.27.3"] {
            let store = world.home.goward_home();
            damage(&store);
            let run = world.goward("run 1.26.8 -- go version").success();
            assert!(run.stdout.contains("go1.26.8"), "{name}: {}", run.snapshot());
            world.home.write(".go-version", "1.26.8\n");
            world.goward("run -- go version").success();
            world.goward("which go").success();
            std::fs::remove_file(world.home.folder().join(".go-version")).unwrap();
            for line in ["list", "history", "shims --write", "verify 1.26.8", "where 1.26.8"] {
                world.goward(line).success();
            }
            // What needs it says which file it is, and what to try.
            let run = world.goward("run -- go version").exits(5);
            let said = run.stderr.replace('\n', " ");
            assert!(said.contains("read the default") && said.contains("`goward doctor --repair`"), "{name}: {said}");
            assert!(said.contains("state: nothing changed; the default is damaged"), "{name}: {said}");
            world.goward("uninstall 1.27.3").exits(5);
            let status = world.goward("status").success();
            assert!(status.stdout.contains("wrong: ") && status.stdout.contains("not known"), "{}", status.snapshot());
            let doctor = world.goward("doctor store").exits(9);
            assert!(doctor.stdout.contains("[default-damaged]"), "{name}: {}", doctor.snapshot());
            world.goward(mends).success();
            // A damaged generation that is not in use is doctor's.
            world.goward("doctor --repair store").success();
            let status = world.goward("status").success();
            assert!(status.stdout.contains("nothing is wrong"), "{name}, {mends}: {}", status.snapshot());
            let run = world.goward("run -- go version").success();
            assert!(run.stdout.contains("go1.27.3"), "{name}, {mends}: {}", run.snapshot());
            // The next damage is one of generation 2 again.
            restore(&store);
        }
    }
    let aside = std::process::Command::new("grep").args(["-r", "precious"]).arg(world.store("set-aside")).output();
    assert!(!aside.unwrap().stdout.is_empty(), "the folder that was in the way is kept");
}

/// Makes generation 2 the default by hand, as it was.
fn restore(store: &Path) {
    let text = |number: u64| {
        let folder = store.join(format!("generations/{number}"));
        (folder.clone(), std::fs::read_to_string(folder.join("generation.json")))
    };
    let current = std::fs::read_link(store.join("current")).unwrap();
    let number: u64 = current.file_name().unwrap().to_str().unwrap().parse().unwrap();
    let (folder, json) = text(number);
    let json = json.unwrap().replace(&format!("\"number\": {number}"), "\"number\": 2");
    let json = json.replace(&format!("\"number\":{number}"), "\"number\":2");
    let second = store.join("generations/2");
    let _ = std::fs::remove_dir_all(&second);
    std::fs::rename(&folder, &second).unwrap();
    std::fs::write(second.join("generation.json"), json).unwrap();
    std::fs::remove_file(store.join("current")).unwrap();
    symlink("generations/2", store.join("current")).unwrap();
}

#[test]
fn a_shim_that_was_overwritten_in_place_is_named_and_replaced_by_a_fresh_file() {
    let world = world();
    let (go, other) = (world.store("shims/go"), world.store("shims/go1.26.8"));
    let inode = |path: &Path| std::fs::metadata(path).unwrap().ino();
    let before = inode(&go);
    assert_eq!(before, inode(&other), "all shims are one file");
    // Through its one inode, every shim is another program now.
    std::fs::write(&go, "#!/bin/sh\ntrue\n").unwrap();
    let doctor = world.goward("doctor store").exits(9);
    assert!(doctor.stdout.contains("[shim-changed]"), "{}", doctor.snapshot());
    assert!(doctor.stdout.contains("`goward shims --write`"), "{}", doctor.snapshot());
    let status = world.goward("status").success();
    assert!(status.stdout.contains("wrong: ") && !status.stdout.contains("nothing is wrong"), "{}", status.snapshot());
    let kept = std::fs::File::open(&go).unwrap();
    world.goward("shims --write").success();
    world.goward("doctor store").success();
    // Whoever holds the old file open does not see the new one change.
    assert_eq!(kept.metadata().unwrap().len(), 15);
    assert_ne!(inode(&go), kept.metadata().unwrap().ino());
    assert_eq!(inode(&go), inode(&other));
    // A name that is gone is named, too.
    std::fs::remove_file(&other).unwrap();
    assert!(world.goward("doctor store").exits(9).stdout.contains("[shim-missing]"));
    world.goward("doctor --repair store").success();
    assert!(other.exists());
}

#[test]
fn a_lost_record_is_mended_by_an_install() {
    let world = world();
    let manifests = world.store("manifests");
    for (name, bytes) in [("json", None), ("json", Some("{}")), ("files", None), ("files", Some("x"))] {
        let path = manifests.join(format!("go1.27.3.{}.{name}", platform()));
        match bytes {
            Some(bytes) => std::fs::write(&path, bytes).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        // It still runs, and it is the default: it need not be removed first.
        world.goward("run -- go version").success();
        let doctor = world.goward("doctor store").exits(9);
        assert!(doctor.stdout.contains("`goward install 1.27.3` fetches it again"), "{}", doctor.snapshot());
        world.goward("install 1.27.3").success();
        world.goward("doctor store").success();
        world.goward("verify 1.27.3").success();
        world.goward("run -- go version").success();
    }
}

#[test]
fn a_store_that_its_owner_or_another_user_closed_is_named() {
    let Some(world) = world_of_other() else { return };
    let store = other_home(&world).join(".goward");
    as_other(&world, "install 1.26.8 1.27.3").success();
    as_other(&world, "use 1.27.3").success();
    as_other(&world, "shims --write").success();
    let doctor = as_other(&world, "doctor store").success();
    assert!(doctor.stdout.contains("nothing is wrong"), "{}", doctor.snapshot());
    // An ordinary `rm -r` removes a tree.
    let tree = store.join(format!("toolchains/go1.26.8.{}", platform()));
    let setpriv = as_user(&[]);
    let mut words: Vec<&str> = setpriv.iter().map(String::as_str).collect();
    let tree_text = tree.display().to_string();
    words.extend(["/bin/rm", "-r", &tree_text]);
    world.home.run_program(on_path("setpriv").unwrap(), words).success();
    as_other(&world, "install 1.26.8").success();
    // Its owner's own bits.
    for path in ["manifests", "journal.log", "locks", "generations/1/generation.json", "toolchains"] {
        let path = store.join(path);
        let before = std::fs::metadata(&path).unwrap().permissions();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
        let doctor = as_other(&world, "doctor store").exits(9);
        assert!(doctor.stdout.contains(path.to_str().unwrap()), "{}: {}", path.display(), doctor.snapshot());
        as_other(&world, "doctor --repair store").success();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o700, before.mode() & 0o700);
        as_other(&world, "run 1.26.8 -- go version").success();
    }
    // What `sudo goward` leaves.
    for path in ["manifests", "locks/store.lock", "generations/spare", "projects", "shims/go"] {
        let path = store.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if !path.exists() {
            std::fs::create_dir(&path).unwrap();
        }
        chown(&path, Some(0), Some(0)).unwrap();
        as_other(&world, "run 1.26.8 -- go version").success();
        let doctor = as_other(&world, "doctor store").exits(9);
        assert!(doctor.stdout.contains("[store-foreign]"), "{}: {}", path.display(), doctor.snapshot());
        assert!(doctor.stdout.contains(&format!("`sudo chown -R -h {OTHER_USER} ")), "{}", doctor.snapshot());
        chown(&path, Some(OTHER_USER), Some(OTHER_USER)).unwrap();
        as_other(&world, "doctor store").success();
    }
}

/// A world with a home of another user; none, with the reason, where this one cannot become another user.
fn world_of_other() -> Option<World> {
    let world = World::offering(["1.26.8", "1.27.3"].map(TinyToolchain::host)).sources("official");
    if std::fs::metadata(world.home.home()).unwrap().uid() != 0 || on_path("setpriv").is_none() {
        eprintln!("skipped: only root can run goward as another user");
        return None;
    }
    let home = other_home(&world);
    std::fs::create_dir_all(&home).unwrap();
    for folder in home.ancestors().skip(1).take(2).chain([world.home.folder()]) {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    chown(&home, Some(OTHER_USER), Some(OTHER_USER)).unwrap();
    Some(world)
}

fn other_home(world: &World) -> std::path::PathBuf {
    world.home.home().join("other")
}

fn as_user(settings: &[String]) -> Vec<String> {
    let mut words = vec![
        format!("--reuid={OTHER_USER}"),
        format!("--regid={OTHER_USER}"),
        "--clear-groups".to_owned(),
        "--".into(),
    ];
    words.extend(settings.iter().cloned());
    words
}

fn as_other(world: &World, line: &str) -> Run {
    let home = other_home(world);
    let home = home.display();
    let settings = [
        "/usr/bin/env".to_owned(),
        format!("HOME={home}"),
        format!("GOWARD_HOME={home}/.goward"),
        format!("XDG_CONFIG_HOME={home}/.config"),
        format!("TMPDIR={home}"),
        env!("CARGO_BIN_EXE_goward").to_owned(),
    ];
    let mut words = as_user(&settings);
    words.extend(line.split(' ').map(str::to_owned));
    world.home.run_program(on_path("setpriv").unwrap(), words.iter().map(String::as_str))
}
