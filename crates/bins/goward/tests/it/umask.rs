//! goward's own files are private to its user; the user's files have the user's own mask.
#![cfg(unix)] // there is no umask

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::{OFFERED, World};
use testkit::{Run, TinyToolchain};

/// A mask that is neither the usual one nor goward's.
const MASK: &str = "0027";

/// Runs a program with this mask.
fn masked(world: &World, program: &Path, args: &[&str]) -> Run {
    let script = format!("umask {MASK}; exec \"$@\"");
    let mut words = vec!["-c", &script, "sh", program.to_str().unwrap()];
    words.extend(args);
    world.home.run_program("/bin/sh", words)
}

fn goward(world: &World, line: &str) -> Run {
    masked(world, Path::new(env!("CARGO_BIN_EXE_goward")), &line.split(' ').collect::<Vec<_>>())
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

/// A go command that prints its mask.
fn telling() -> World {
    let offered = OFFERED.map(|version| {
        let tiny = TinyToolchain::host(version);
        if version == "1.27.3" { tiny.with_file("bin/go", "#!/bin/sh\numask\n") } else { tiny }
    });
    World::offering(offered).sources("official").env("GOWARD_SUMDB", "never")
}

#[test]
fn every_program_of_the_users_has_the_users_own_mask() {
    let world = telling();
    world.home.write(".go-version", "1.27.3\n");
    let said = |run: Run| run.success().stdout;
    let expected = format!("{MASK}\n");
    // With and without an install before it.
    for _ in 0..2 {
        assert_eq!(said(goward(&world, "run -- /bin/sh -c umask")), expected);
    }
    assert_eq!(said(goward(&world, "run -- go version")), expected);
    goward(&world, "shims --write").success();
    let shim = world.store("shims/go");
    assert_eq!(said(masked(&world, &shim, &["version"])), expected);
    // Calls that the shim hands over go through goward.
    assert_eq!(said(masked(&world, &shim, &["+1.27.3", "version"])), expected);
    goward(&world, "uninstall 1.27.3").success();
    assert_eq!(said(masked(&world, &shim, &["version"])), expected);
    // If nothing asks for a version, the machine's own program runs.
    std::fs::remove_file(world.home.folder().join(".go-version")).unwrap();
    world.home.add_program("go", "#!/bin/sh\numask\n");
    assert_eq!(said(masked(&world, &shim, &["version"])), expected);
    // A command behind a bundle's install.
    goward(&world, "bundle create --go 1.27.3 --no-goward -o out.goward").success();
    assert_eq!(said(goward(&world, "bundle install out.goward --to new -- /bin/sh -c umask")), expected);
}

#[test]
fn a_check_of_archives_has_the_users_own_mask() {
    let world = World::new().sources("official").env("GOWARD_VERIFY_HOOK", "check");
    world.home.add_program("check", "#!/bin/sh\numask\n");
    let run = goward(&world, "install 1.27.3").success();
    assert!(run.stderr.contains(&format!("hook: {MASK}")), "{}", run.snapshot());
}

#[test]
fn the_users_files_have_the_users_mask_and_the_store_is_private() {
    let world = World::new().sources("official");
    let here = crate::support::platform().replace('-', "/");
    goward(&world, &format!("pin 1.27.3 --lock --platform {here}")).success();
    let folder = world.home.folder().to_owned();
    for file in [".go-version", "goward.lock"] {
        assert_eq!(mode(&folder.join(file)), 0o640, "{file}");
    }
    goward(&world, "setup --shell bash").success();
    assert_eq!(mode(&world.home.below(".bashrc")), 0o640);
    goward(&world, "ide setup").success();
    assert_eq!(mode(&folder.join(".vscode")), 0o750);
    assert_eq!(mode(&folder.join(".vscode/settings.json")), 0o640);
    goward(&world, "install 1.27.3").success();
    goward(&world, "bundle create --go 1.27.3 --no-goward -o out.goward").success();
    assert_eq!(mode(&folder.join("out.goward")), 0o640);
    for private in ["", "toolchains", "manifests", "locks", "journal.log", "transactions"] {
        assert_eq!(mode(&world.store(private)) & 0o077, 0, "`{private}` of the store");
    }
    // Modes within a tree are those of the archive, whatever the mask: what is in the way is the folder above.
    assert_eq!(mode(&world.program("1.27.3", "go")), 0o555);
    assert_eq!(mode(&world.tree("1.27.3").join("VERSION")), 0o444);
    // Its owner can remove it by an ordinary `rm -r`.
    for folder in ["", "bin", "src"] {
        assert_eq!(mode(&world.tree("1.27.3").join(folder)), 0o755, "`{folder}`");
    }
    goward(&world, "run 1.27.3 -- go version").success();
    goward(&world, "verify").success();
}
