//! Foreign files in goward's inputs: pipes, devices, the kernel's own files, links.
//!
//! Each attacker here can make names: in a repository, in a folder of archives, in the place of a file that is named on
//! the command line. None of them may make goward wait, read without end, or write through a link.
#![cfg(unix)] // pipes, devices and links that a neighbour puts there are things of Unix

use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::{World, platform};
use testkit::TinyToolchain;

/// A command that reads such a file ends within this time; it needs a second on an idle machine.
const END_MAX: Duration = Duration::from_secs(20);

/// The replacements for a file.
const ODD: [&str; 6] = ["pipe", "socket", "/dev/zero", "/dev/tty", "/dev/full", "/proc/kmsg"];

/// Stops the other threads, also when a check has failed.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn put(odd: &str, path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    // What was there, if anything.
    let _ = std::fs::remove_file(path);
    match odd {
        "pipe" => assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()),
        // Its name stays when it is closed.
        "socket" => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        device => symlink(device, path).unwrap(),
    }
}

#[test]
fn no_odd_file_in_any_place_that_is_read_keeps_a_command_waiting() {
    let cases: &[(&str, &str)] = &[
        ("goward.lock", "install 1.27.3 --source folder"),
        ("goward.lock", "pin 1.27.3 --lock --check"),
        (".go-version", "current"),
        (".go-version", "why"),
        (".tool-versions", "current"),
        ("go.mod", "current"),
        ("go.work", "why"),
        (".vscode/settings.json", "ide check"),
        (".vscode/settings.json", "ide setup --vscode"),
        (".devcontainer/devcontainer.json", "ide check"),
        ("config.toml", "list --config config.toml"),
        ("odd.goward", "bundle verify odd.goward"),
        ("odd.goward", "bundle install odd.goward"),
        ("archives/ARCHIVE", "install 1.27.3 --source folder"),
        ("archives/ARCHIVE.sha256", "install 1.27.3 --source folder"),
        ("archives/SHA256SUMS", "install 1.27.3 --source folder"),
        ("ca.pem", "install 1.27.3 --source official"),
        ("tree/VERSION", "import tree"),
    ];
    let toolchain = TinyToolchain::host("1.27.3");
    let name = toolchain.archive_name();
    for odd in ODD {
        for (place, line) in cases {
            let mut world = World::offering([toolchain.clone()]);
            let folder = world.home.folder().to_owned();
            world.home.set_env("GOWARD_FOLDER", folder.join("archives"));
            if *place == "ca.pem" {
                world.home.set_env("GOWARD_CA_FILE", folder.join("ca.pem"));
            }
            std::fs::create_dir_all(folder.join("archives")).unwrap();
            std::fs::write(folder.join("archives").join(&name), toolchain.archive()).unwrap();
            put(odd, &folder.join(place.replace("ARCHIVE", &name)));
            let begun = Instant::now();
            let run = world.goward(line);
            let what = format!("{odd} as {place}, goward {line}");
            assert!(begun.elapsed() < END_MAX, "{what}: took {:?}", begun.elapsed());
            // If a file of that name is expected, the error names its kind; else it is ignored.
            assert!(run.code != 101 && run.code != 137, "{what}:\n{}", run.stderr);
        }
    }
}

#[test]
fn an_odd_lock_file_or_archive_is_told_by_what_it_is() {
    let toolchain = TinyToolchain::host("1.27.3");
    for (odd, words) in [("pipe", "it is a pipe, not a file"), ("/dev/zero", "it is a device, not a file")] {
        let mut world = World::offering([toolchain.clone()]);
        let folder = world.home.folder().to_owned();
        world.home.set_env("GOWARD_FOLDER", folder.join("archives"));
        put(odd, &folder.join("archives").join(toolchain.archive_name()));
        let run = world.goward("install 1.27.3 --source folder");
        assert!(run.code != 0 && run.stderr.contains(words), "{odd}:\n{}", run.stderr);
        put(odd, &folder.join("goward.lock"));
        let run = world.goward("install 1.27.3 --source official");
        assert!(run.code != 0 && run.stderr.contains(words), "{odd}:\n{}", run.stderr);
        world.assert_nothing_installed();
    }
}

#[test]
fn an_archive_that_is_swapped_while_it_is_installed_is_the_right_one_or_refused() {
    // Goal: a visible toolchain has the proven bytes, even if another archive is renamed over the first meanwhile.
    // Method: a thread swaps the good archive and one that says EVIL, as fast as it can, while goward installs.
    const INSTALLS: usize = 8;
    let good = TinyToolchain::host("1.27.3");
    let world = World::offering([good.clone()]);
    let folder = world.home.folder().join("archives");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(good.archive_name());
    let evil = good.archive().iter().rev().copied().collect::<Vec<u8>>();
    let world = world.env("GOWARD_FOLDER", &folder);
    let over = AtomicBool::new(false);
    std::fs::write(&path, good.archive()).unwrap();
    std::thread::scope(|scope| {
        let _stop = StopAtEnd(&over);
        scope.spawn(|| {
            let beside = folder.join("beside");
            while !over.load(Ordering::Relaxed) {
                for bytes in [&evil[..], &good.archive()[..]] {
                    std::fs::write(&beside, bytes).unwrap();
                    std::fs::rename(&beside, &path).unwrap();
                }
            }
        });
        for _ in 0..INSTALLS {
            if world.goward("install 1.27.3 --source folder").code == 0 {
                assert_eq!(world.record("1.27.3")["archive_sha256"], good.archive_sha256());
                for file in good.files() {
                    let found = std::fs::read(world.tree("1.27.3").join(&file.path)).unwrap();
                    assert_eq!(found, &*file.bytes, "{} of {}", file.path, platform());
                }
                world.goward("uninstall 1.27.3").success();
            }
        }
    });
    let left = crate::support::names(&world.store("downloads"));
    assert!(left.iter().all(|name| !name.ends_with(".parts")), "a copy was left: {left:?}");
}

#[test]
fn nothing_is_written_through_a_link_that_a_repository_brings() {
    let world = World::new();
    let (folder, home) = (world.home.folder().to_owned(), world.home.home().to_owned());
    let keys = home.join(".ssh/authorized_keys");
    std::fs::create_dir_all(home.join(".ssh")).unwrap();
    std::fs::write(&keys, "ssh-ed25519 AAAA me\n").unwrap();
    symlink(&keys, folder.join(".go-version")).unwrap();
    let run = world.goward("pin 1.27.3");
    assert!(run.code != 0, "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(&keys).unwrap(), "ssh-ed25519 AAAA me\n");
    std::fs::remove_file(folder.join(".go-version")).unwrap();
    symlink(&keys, folder.join("goward.lock")).unwrap();
    let run = world.goward("pin 1.27.3 --lock");
    assert!(run.code != 0, "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(&keys).unwrap(), "ssh-ed25519 AAAA me\n");
    std::fs::remove_file(folder.join("goward.lock")).unwrap();
    // A link to a folder outside.
    std::fs::create_dir_all(home.join("elsewhere")).unwrap();
    symlink(home.join("elsewhere"), folder.join(".vscode")).unwrap();
    world.goward("setup --shell bash").success();
    let run = world.goward("ide setup --vscode");
    assert!(run.code != 0, "{}", run.stderr);
    assert_eq!(crate::support::names(&home.join("elsewhere")), [""; 0]);
}
