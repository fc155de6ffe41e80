//! A machine that refuses: no space, no permission, read-only and noexec file systems, odd paths.
#![cfg(target_os = "linux")] // limits of a shell, a small tmpfs, owners

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{World, names};
use insta::assert_snapshot;
use testkit::program::copy_program;
use testkit::{TinyToolchain, on_path};

const ENVIRONMENT: i32 = 6;
const POLICY: i32 = 7;

/// A file system in memory, unmounted when it is dropped, whatever happened.
struct Tmpfs {
    path: PathBuf,
}

impl Tmpfs {
    /// Mounts one on a new folder below the test's home; only root may, and not in every container.
    fn mount(world: &World, options: &str) -> Result<Tmpfs, String> {
        let path = world.home.home().join("mount");
        std::fs::create_dir_all(&path).unwrap();
        let said = Command::new("mount").args(["-t", "tmpfs", "-o", options, "goward-test"]).arg(&path).output();
        let said = said.map_err(|error| format!("`mount` cannot be run: {error}"))?;
        if !said.status.success() {
            return Err(format!("no tmpfs can be mounted here: {}", String::from_utf8_lossy(&said.stderr).trim()));
        }
        Ok(Tmpfs { path })
    }

    fn remount(&self, options: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.path).status();
        assert!(done.unwrap().success());
    }

    fn home(&self) -> PathBuf {
        self.path.join("goward")
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

/// A world whose store is on a separate file system; `None`, with a printed reason, if there cannot be one.
fn on_tmpfs(options: &str) -> Option<(World, Tmpfs)> {
    let world = World::new();
    let mount = match Tmpfs::mount(&world, options) {
        Ok(mount) => mount,
        Err(why) => {
            eprintln!("skipped: {why}");
            return None;
        }
    };
    let home = mount.home();
    Some((world.env("GOWARD_HOME", home), mount))
}

#[test]
fn too_little_space_is_told_before_anything_is_fetched() {
    let Some((world, mount)) = on_tmpfs("size=16m") else { return };
    assert_snapshot!("no_space", world.goward("install 1.27.3").exits(ENVIRONMENT).snapshot());
    assert_eq!(world.upstream.hits("/go/"), 0);
    assert_eq!(names(&mount.home().join("toolchains")), [""; 0]);
}

#[test]
fn a_disk_that_fills_up_on_the_way_leaves_nothing_visible() {
    // Enough space, but for few files.
    let Some((world, mount)) = on_tmpfs("size=500m,nr_inodes=40") else { return };
    let run = world.goward("install 1.27.3").exits(ENVIRONMENT);
    assert!(run.stderr.contains("No space left on device"), "{}", run.snapshot());
    assert!(run.stderr.contains("hint: free some space"), "{}", run.snapshot());
    assert_eq!(world.installed(), [""; 0]);
    assert_eq!(names(&mount.home().join("toolchains")), [""; 0]);
    assert_eq!(names(&mount.home().join("staging")), [""; 0]);
    mount.remount("nr_inodes=4000");
    world.goward("run 1.27.3 -- go version").success();
}

#[test]
fn a_home_on_a_noexec_file_system_is_refused_before_anything_is_fetched() {
    let Some((world, mount)) = on_tmpfs("size=500m,noexec") else { return };
    assert_snapshot!("noexec", world.goward("install 1.27.3").exits(ENVIRONMENT).snapshot());
    assert_eq!(world.upstream.hits("/go/"), 0);
    assert_eq!(names(&mount.home().join("toolchains")), [""; 0]);
}

#[test]
fn a_home_on_a_read_only_file_system_is_refused_and_what_is_there_still_runs() {
    let Some((world, mount)) = on_tmpfs("size=500m") else { return };
    world.goward("use 1.26.8").success();
    mount.remount("ro");
    assert_snapshot!("read_only", world.goward("install 1.27.3").exits(ENVIRONMENT).snapshot());
    world.goward("use 1.27.3").exits(ENVIRONMENT);
    world.goward("uninstall 1.26.8").exits(7);
    assert_eq!(world.installed(), ["1.26.8"]);
    assert!(world.goward("run -- go version").success().stdout.starts_with("go version go1.26.8 "));
    mount.remount("rw");
    world.goward("install 1.27.3").success();
}

#[test]
fn a_read_only_home_that_does_not_exist_yet_is_named() {
    let Some((world, _mount)) = on_tmpfs("size=500m,ro") else { return };
    assert_eq!(world.goward("list --json").success().json()["toolchains"], serde_json::json!([]));
    let run = world.goward("install 1.27.3").exits(ENVIRONMENT);
    assert!(run.stderr.contains("mounted read-only"), "{}", run.snapshot());
}

/// Runs goward as a user who may not write to root's folders; returns the reason if that is impossible.
fn as_nobody(world: &World, line: &str) -> Result<testkit::Run, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    if std::fs::metadata(world.home.home()).unwrap().uid() != 0 {
        return Ok(world.home.goward(words));
    }
    let setpriv = on_path("setpriv").ok_or("root may do anything, and there is no `setpriv` on PATH")?;
    // The build folder and temporary folders may be closed to others.
    let program = world.home.path_folder().join("goward");
    copy_program(Path::new(env!("CARGO_BIN_EXE_goward")), &program);
    let temporary = world.home.home().parent().unwrap();
    std::fs::set_permissions(temporary, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut args = vec!["--reuid=65534", "--regid=65534", "--clear-groups", "--", program.to_str().unwrap()];
    args.extend(words);
    Ok(world.home.run_program(setpriv, args))
}

#[test]
fn a_home_that_may_not_be_written_is_named_with_what_to_try() {
    let world = World::new();
    let closed = world.home.home().join("closed");
    std::fs::create_dir_all(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o555)).unwrap();
    let world = world.env("GOWARD_HOME", closed.join("goward"));
    match as_nobody(&world, "install 1.27.3") {
        Ok(run) => assert_snapshot!("no_permission", run.exits(ENVIRONMENT).snapshot()),
        Err(why) => return eprintln!("skipped: {why}"),
    }
    assert_eq!(world.upstream.hits("/go/"), 0);
    assert_eq!(names(&closed), [""; 0]);
}

#[test]
fn a_store_of_somebody_else_can_be_used_and_not_changed() {
    let world = World::new();
    world.goward("use 1.26.8").success();
    if std::fs::metadata(world.home.home()).unwrap().uid() != 0 {
        return eprintln!("skipped: only root can make a store of somebody else");
    }
    match as_nobody(&world, "run -- go version") {
        // Files of the administrator's own goward are private to the administrator.
        Ok(run) => assert!(run.exits(POLICY).stderr.contains("cannot be looked at"), "a private store was used"),
        Err(why) => return eprintln!("skipped: {why}"),
    }
    let chmod = on_path("chmod").expect("every Unix has chmod");
    let opened = Command::new(chmod).args(["-R", "go+rX"]).arg(world.home.goward_home()).status();
    assert!(opened.unwrap().success());
    let run = as_nobody(&world, "run -- go version").unwrap().success();
    assert!(run.stdout.starts_with("go version go1.26.8 "), "{}", run.snapshot());
    for change in ["install 1.27.3", "use 1.27.3", "uninstall 1.26.7"] {
        let run = as_nobody(&world, change).unwrap();
        assert!([3, ENVIRONMENT].contains(&run.code), "{change}: {}", run.snapshot());
    }
    assert_eq!(world.installed(), ["1.26.8"]);
}

#[test]
fn a_home_that_is_a_file_or_not_absolute_is_named() {
    let world = World::new();
    let file = world.home.write("file", "x");
    let world = world.env("GOWARD_HOME", &file);
    let run = world.goward("install 1.27.3").exits(ENVIRONMENT);
    assert!(run.stderr.contains("/work/file"), "{}", run.snapshot());
    let world = world.env("GOWARD_HOME", "relative/home");
    assert_snapshot!("home_relative", world.goward("install 1.27.3").exits(2).snapshot());
    let mut world = world;
    for name in ["GOWARD_HOME", "XDG_DATA_HOME", "HOME"] {
        world.home.remove_env(name);
    }
    assert_snapshot!("home_none", world.goward("install 1.27.3").exits(2).snapshot());
}

#[test]
fn a_path_with_every_odd_character_works() {
    // The sandbox has a space and letters beyond ASCII already; here are the ones that shells and URLs trip over.
    let world = World::offering([TinyToolchain::host("1.27.3")]);
    let home = world.home.home().join("a b%20c;d'e\"f$g&h#i?j[k]\\l\u{1f600}").join("store");
    let world = world.env("GOWARD_HOME", &home);
    let run = world.goward("run 1.27 -- go env GOROOT").success();
    assert!(run.stdout.trim_end().starts_with(home.to_str().unwrap()), "{}", run.snapshot());
    world.goward("use 1.27").success();
    assert_eq!(world.installed(), ["1.27.3"]);
    world.goward("which --explain").success();
}
