//! `goward self uninstall`: nothing of goward's is left, and nothing else is gone.

use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;

use crate::support::{World, names};
#[cfg(unix)]
use testkit::walk;

/// A copy of goward in the home, which may remove itself.
#[cfg(unix)]
fn own_program(world: &mut World) -> PathBuf {
    let path = world.home.home().join("bin").join("goward");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_goward"), &path).unwrap();
    world.home.set_program(&path);
    path
}

#[cfg(unix)]
fn all_below(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walk(folder).unwrap().into_iter().map(|(path, _)| path).collect();
    found.sort();
    found
}

#[cfg(unix)] // Windows does not remove a program that runs
#[test]
fn everything_of_goward_goes_and_everything_else_stays() {
    let mut world = World::new();
    let home = world.home.home().to_owned();
    std::fs::write(home.join(".bashrc"), "alias ll='ls -l'\n").unwrap();
    world.home.write("go.mod", "module example.test/m\n");
    let program = own_program(&mut world);
    let goward = |line: &str| world.goward(line);
    let kept: Vec<PathBuf> = all_below(&home).into_iter().filter(|path| *path != program).collect();
    goward("use 1.27.3").success();
    goward("install 1.26.8").success();
    goward("config set network.tries 3").success();
    goward("setup --shell bash").success();
    goward("pin 1.26").success();
    let planned = goward("self uninstall --dry-run").success();
    for told in ["2 toolchains", ".bashrc", "your settings", "the program"] {
        assert!(planned.stdout.contains(told), "`{told}` is not in\n{}", planned.stdout);
    }
    assert!(program.exists() && world.store("toolchains").exists(), "a dry run changed something");
    // Without a terminal there is nobody to ask.
    let refused = goward("self uninstall").exits(7);
    assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    assert!(program.exists());
    let done = goward("self uninstall --yes").success();
    assert!(done.stdout.contains("goward is removed: 2 toolchains"), "{}", done.stdout);
    // The version file is the project's.
    let mut left = all_below(&home);
    left.retain(|path| !path.ends_with(".go-version"));
    assert_eq!(left, kept);
    assert_eq!(std::fs::read_to_string(home.join(".bashrc")).unwrap(), "alias ll='ls -l'\n");
}

#[test]
fn what_goward_has_not_made_stays_and_is_named() {
    let mut world = World::new();
    world.home.set_env("GOWARD_ISOLATE_GOPATH", "version");
    world.goward("use 1.27.3").success();
    let sources = world.store("isolated/go1.27.3/gopath/src/mine");
    std::fs::create_dir_all(&sources).unwrap();
    std::fs::write(world.store("notes.txt"), "mine").unwrap();
    std::fs::create_dir_all(world.store("set-aside/x")).unwrap();
    let done = world.goward("self uninstall --yes --keep-program").success();
    for told in ["notes.txt", "set-aside", "isolated"] {
        assert!(done.stdout.contains(told), "`{told}` is not in\n{}", done.stdout);
    }
    assert_eq!(names(&world.home.goward_home()), ["cache", "isolated", "notes.txt", "set-aside"]);
    assert!(sources.exists());
    assert!(Path::new(env!("CARGO_BIN_EXE_goward")).exists());
    // Again: there is nothing left to remove, and goward works from the start.
    world.goward("self uninstall --yes --keep-program").success();
    world.goward("use 1.26.8").success();
}

#[test]
fn folders_of_the_user_s_with_common_names_stay() {
    let world = World::new();
    world.goward("use 1.27.3").success();
    // A home of goward's that is also the user's: `projects`, `work` and `downloads` are in the layout, too.
    let mine =
        ["projects/shop/main.go", "work/notes", "downloads/photo.jpg", "shell/my.sh", "sdk/flutter/bin", "cache/x"];
    for path in mine {
        let path = world.store(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "mine").unwrap();
    }
    std::fs::write(world.store("notes.txt"), "mine").unwrap();
    let done = world.goward("self uninstall --yes --keep-program").success();
    for path in mine {
        assert_eq!(std::fs::read_to_string(world.store(path)).unwrap(), "mine", "{path}");
        assert!(done.stdout.contains(path.split('/').next().unwrap()), "{path} is not named in\n{}", done.stdout);
    }
    for gone in ["toolchains", "generations", "current", "journal.log", "locks"] {
        assert!(!world.store(gone).exists(), "{gone}");
    }
}
