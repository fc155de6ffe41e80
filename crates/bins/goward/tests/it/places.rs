//! env, ide, doctor, and one store for all users.

use std::path::{Path, PathBuf};

use crate::support::World;
use testkit::{Program, on_path};

#[cfg(unix)]
fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn env_tells_every_variable_and_explain_who_set_it() {
    let mut world = World::new();
    world.goward("use 1.27.3").success();
    let plain = world.goward("env").success();
    assert_eq!(plain.stdout.lines().count(), 19);
    assert!(plain.stdout.contains(&format!("GOROOT={}\n", world.tree("1.27.3").display())), "{}", plain.stdout);
    assert_eq!(world.goward("env GOFLAGS GOBIN").success().stdout.lines().count(), 2);
    world.goward("env NO_SUCH").exits(2);

    let mine = if cfg!(windows) { r"C:\mine" } else { "/mine" };
    let below = |parts: &[&str]| parts.iter().fold(PathBuf::from(mine), |path, part| path.join(part));
    world
        .home
        .set_env("GOROOT", "/usr/lib/other-go")
        .set_env("GOPATH", mine)
        .set_env("GOWARD_ISOLATE_GOPATH", "version");
    let explained = world.goward("env --explain").success();
    for told in [
        "over /usr/lib/other-go (the environment)",
        "note: goward takes the one of the environment out",
        &format!("GOPATH={mine}\n    by the environment\n    scope: this process and what it starts\n"),
        "isolate.gopath = version (GOWARD_ISOLATE_GOPATH in the environment) has no effect",
        &format!(
            "GOMODCACHE={}\n    by the go command's default: `pkg/mod` in the first folder of GOPATH\n",
            below(&["pkg", "mod"]).display()
        ),
        &format!("├─ GOPATH      {mine}"),
    ] {
        assert!(explained.stdout.contains(told), "`{told}` is not told in\n{}", explained.stdout);
    }
    let json = world.goward("env --json").success().json();
    assert_eq!(json["variables"][1]["origin"]["kind"], "environment");
    assert_eq!(json["variables"][1]["origin"]["name"], json["variables"][1]["name"]);
    assert_eq!(json["dropped_goroot"], "/usr/lib/other-go");
}

#[test]
fn isolation_is_given_to_the_program_and_to_nothing_else() {
    let mut world = World::new();
    world.home.write(".go-version", "1.26.8\n");
    world.home.set_env("GOWARD_ISOLATE_GOBIN", "version").set_env("GOWARD_ISOLATE_GOPATH", "project");
    // `which` only reads.
    world.goward("install").success();
    world.goward("which").success();
    assert!(!world.store("isolated").exists());
    let run = world.goward("run -- go show-env").success();
    let gopath = run.stdout.lines().find_map(|line| line.strip_prefix("GOPATH=")).unwrap().to_owned();
    assert!(Path::new(&gopath).starts_with(world.store("isolated/projects")), "{gopath}");
    let gobin = world.store("isolated/go1.26.8/gobin");
    #[cfg(unix)]
    assert_eq!((mode_of(&gobin), mode_of(Path::new(&gopath))), (0o700, 0o700));
    assert!(gobin.is_dir());
    // Nested: the folders of the outer run do not count as the user's setting.
    let goward = env!("CARGO_BIN_EXE_goward");
    let nested = world.home.goward(["run", "--", goward, "run", "1.26.8", "--", "go", "show-env"]).success();
    assert!(nested.stdout.contains(&format!("GOPATH={gopath}\n")), "{}", nested.stdout);
    world.home.set_env("GOPATH", "/mine");
    assert!(world.goward("run -- go show-env").success().stdout.contains("GOPATH=/mine\n"));
}

#[test]
fn a_shell_takes_over_what_goward_run_changes() {
    let mut world = World::new();
    world.goward("use 1.27.3").success();
    world.home.set_env("GOROOT", "/usr/lib/other-go").set_env("GOWARD_ISOLATE_GOBIN", "version");
    for (name, shell) in [("sh", "sh"), ("bash", "bash"), ("zsh", "zsh"), ("fish", "fish")] {
        let Some(program) = on_path(name) else {
            eprintln!("skipped: there is no {name}");
            continue;
        };
        let script = world.goward(&format!("env --shell {shell}")).success().stdout;
        let ask = format!("{script}\nprintf '%s\\n' \"r=$GOROOT\" \"b=$GOBIN\"\ncommand -v go\n");
        let run = world.home.run_program(program, ["-c", &ask]).success();
        let expected = format!(
            "r=\nb={}\n{}\n",
            world.store("isolated/go1.27.3/gobin").display(),
            world.tree("1.27.3").join("bin/go").display()
        );
        assert_eq!(run.stdout, expected, "{name}");
    }
    for shell in ["pwsh", "nu"] {
        assert_eq!(world.goward(&format!("env --shell {shell}")).success().stdout.lines().count(), 3);
    }
}

/// A shell that has the chosen Go on PATH stays at it, as a program of `goward run` does, and loses the value with the
/// pin.
#[test]
fn a_shell_that_takes_over_a_pin_stays_at_its_release() {
    let Some(sh) = on_path("sh") else {
        eprintln!("skipped: there is no sh");
        return;
    };
    let mut world = World::new();
    world.goward("use 1.26.8").success();
    world.goward("use 1.27.3").success();
    let pin = world.home.write(".go-version", "1.26.8\n");
    let ask = |world: &World| {
        let script = world.goward("env --shell sh").success().stdout;
        let ask = format!("{script}\nprintf '%s\\n' \"t=${{GOTOOLCHAIN-none}}\" \"m=${{GOWARD_TOOLCHAIN-none}}\"\n");
        world.home.run_program(&sh, ["-c", &ask]).success().stdout
    };
    assert_eq!(ask(&world), "t=go1.26.8\nm=go1.26.8\n");
    world.home.set_env("GOTOOLCHAIN", "go1.26.8").set_env("GOWARD_TOOLCHAIN", "go1.26.8");
    assert_eq!(ask(&world), "t=go1.26.8\nm=go1.26.8\n");
    std::fs::remove_file(&pin).unwrap();
    assert_eq!(ask(&world), "t=none\nm=none\n", "the default names no release for a project");
    world.home.set_env("GOTOOLCHAIN", "local");
    assert_eq!(ask(&world), "t=local\nm=none\n", "the user's own value stays");
}

#[test]
fn ide_check_and_setup_go_together_and_undo_takes_the_setup_back() {
    let world = World::new();
    world.goward("use 1.27.3").success();
    let settings =
        world.home.write(".vscode/settings.json", "{\n  // keep me\n  \"go.goroot\": \"/usr/lib/other-go\"\n}\n");
    let before = std::fs::read(&settings).unwrap();
    let check = world.goward("ide check").exits(9);
    assert!(check.stdout.contains("settings.json:3"), "{}", check.stdout);
    // Without a shim there is no path to write.
    world.goward("ide setup").exits(3);
    world.home.write_program(world.store("shims/go"), &Program::new());
    world.goward("ide setup --dry-run").success();
    assert_eq!(std::fs::read(&settings).unwrap(), before);
    world.goward("ide setup").success();
    assert!(std::fs::read_to_string(&settings).unwrap().contains("// keep me"));
    let json = world.goward("ide check --json").json();
    assert_eq!(json["editors"][0]["verdict"], "same", "{json}");
    world.goward("undo").success();
    assert_eq!(std::fs::read(&settings).unwrap(), before);
    world.goward("ide check /no/such/folder").exits(3);
}

#[test]
fn doctor_tells_repairs_and_tells_again() {
    let mut world = World::new();
    world.goward("use 1.27.3").success();
    let bin = world.store(if cfg!(windows) { "shims" } else { "current/go/bin" });
    world.home.set_env("PATH", bin);
    // The machine around the test has its own files in /etc.
    let topics = "store private system environment path";
    world.goward(&format!("doctor {topics}")).success();
    let env = world.home.home().join(".config/go/env");
    std::fs::create_dir_all(env.parent().unwrap()).unwrap();
    std::fs::write(&env, "GOROOT=/usr/lib/other-go\n").unwrap();
    let words = || {
        let json = world.goward(&format!("doctor --json {topics}")).exits(9).json();
        let findings = json["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["word"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    if !cfg!(target_os = "macos") {
        assert!(words().iter().any(|word| word == "goenv-goroot"), "{:?}", words());
    }
    // Windows has no such bits. If the home is refused nothing else can be checked.
    #[cfg(unix)]
    {
        set_mode(&world.home.goward_home(), 0o777);
        assert_eq!(words(), ["home-writable"]);
    }
    let repaired = world.goward(&format!("doctor --repair {topics}")).success();
    assert!(cfg!(windows) || repaired.stderr.contains("777 became 755"), "{}", repaired.stderr);
    world.goward(&format!("doctor {topics}")).success();
    if !cfg!(target_os = "macos") {
        assert_eq!(std::fs::read_to_string(&env).unwrap(), "");
        world.goward("undo").success();
        assert_eq!(std::fs::read_to_string(&env).unwrap(), "GOROOT=/usr/lib/other-go\n");
    }
    world.goward("doctor no-such-word").exits(2);
    assert!(world.goward("doctor --list").success().stdout.contains("home-writable"));
}

testkit::left_out_on_windows!(a_system_store, "a store for all users needs Unix's owners and permission bits");
testkit::left_out_on_windows!(
    another_users_system_store,
    "a store for all users needs Unix's owners and permission bits"
);

#[cfg(unix)]
mod for_all_users {
    use super::*;
    use crate::support::platform;

    /// A user who is not the administrator.
    const OTHER_USER: u32 = 65534;

    #[test]
    fn making_the_system_store_is_refused_to_others_and_told_plainly() {
        let world = World::new();
        if sys_is_root() {
            open_the_way(&world);
            let run = as_other(&world, &["system", "init"]).exits(7);
            assert!(run.stderr.contains("that is for the administrator, and you are user 65534"), "{}", run.stderr);
            world.goward("system init --dry-run").success();
            assert!(!system(&world).exists());
        } else {
            eprintln!("skipped: there is no other user who could be refused");
        }
        assert_eq!(world.goward("system status --json").success().json()["state"], "none");
    }

    #[test]
    fn the_administrator_installs_for_all_and_users_read_choose_run_and_keep_their_own() {
        if !sys_is_root() {
            return eprintln!("skipped: only the administrator can put a system store up");
        }
        let world = World::new();
        // Whatever the administrator's mask is.
        let goward = env!("CARGO_BIN_EXE_goward");
        let script = format!("umask 077; \"{goward}\" system init && \"{goward}\" --system install 1.26.8");
        world.home.run_program("/bin/sh", ["-c", &script]).success();
        assert_eq!(
            world.goward("list --json --quiet --system").success().json()["toolchains"].as_array().unwrap().len(),
            1
        );

        // goward does not know what other users' projects need: a prune keeps all of it.
        assert!(world.goward("--system prune").success().stdout.contains("for all users"));
        open_the_way(&world);
        let tree = system(&world).join(format!("toolchains/go1.26.8.{}", platform()));
        for folder in ["", "bin"] {
            let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(tree.join(folder)).unwrap()) & 0o777;
            assert_eq!(mode, 0o555, "all users run it: `{folder}`");
        }
        let list = as_other(&world, &["list"]).success();
        assert!(list.stdout.contains("system store"), "{}", list.stdout);
        assert_eq!(as_other(&world, &["where", "1.26"]).success().stdout, format!("{}\n", tree.display()));
        let run = as_other(&world, &["run", "1.26", "--", "go", "version"]).success();
        assert!(run.stdout.starts_with("go version go1.26.8"), "{}", run.stdout);
        as_other(&world, &["use", "1.26.8"]).success();
        assert_eq!(as_other(&world, &["which"]).success().stdout, format!("{}\n", tree.join("bin/go").display()));
        assert_eq!(as_other(&world, &["status", "--json"]).success().json()["faults"].as_array().unwrap().len(), 0);

        // Their own store is in their own home; no other user's changes.
        as_other(&world, &["install", "1.27.3"]).success();
        assert!(other_home(&world).join(".goward/toolchains").join(format!("go1.27.3.{}", platform())).exists());
        assert_eq!(
            as_other(&world, &["run", "latest", "--no-install", "--", "go", "version"])
                .success()
                .stdout
                .split(' ')
                .nth(2),
            Some("go1.27.3")
        );
        let refused = as_other(&world, &["uninstall", "1.26.8"]).exits(7);
        assert!(refused.stderr.contains("administrator"), "{}", refused.stderr);
        assert_eq!(as_other(&world, &["--system", "install", "1.27.2"]).code, 6);
        as_other(&world, &["system", "check"]).success();

        // If others may write to it, goward ignores it and says so, and only the administrator can repair it.
        set_mode(&system(&world).join("toolchains"), 0o777);
        as_other(&world, &["run", "1.26", "--offline", "--", "go", "version"]).exits(7);
        as_other(&world, &["system", "check"]).exits(9);
        as_other(&world, &["doctor", "--repair", "system"]).exits(9);
        world.goward("doctor --repair system").success();
        as_other(&world, &["run", "1.26", "--", "go", "version"]).success();
    }

    /// Whether the tester is the administrator, and the other user can run the program under test in its folder.
    fn sys_is_root() -> bool {
        let is_root = std::process::Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        let user = format!("--reuid={OTHER_USER}");
        let can_run = || {
            let mut command = std::process::Command::new(on_path("setpriv")?);
            command.args([&user, "--clear-groups", "--", env!("CARGO_BIN_EXE_goward"), "--version"]);
            command.output().ok().filter(|output| output.status.success())
        };
        is_root && can_run().is_some()
    }

    fn system(world: &World) -> PathBuf {
        world.home.home().join(".goward-system")
    }

    fn other_home(world: &World) -> PathBuf {
        world.home.home().join("other")
    }

    /// A home for the other user, and access to it through the folder that only the tester may enter.
    fn open_the_way(world: &World) {
        let home = other_home(world);
        std::fs::create_dir_all(&home).unwrap();
        set_mode(&home, 0o700);
        std::os::unix::fs::chown(&home, Some(OTHER_USER), Some(OTHER_USER)).unwrap();
        for folder in home.ancestors().skip(1).take(2) {
            set_mode(folder, 0o755);
        }
        set_mode(world.home.folder(), 0o755);
    }

    /// Runs goward as another user with a home of that user's.
    fn as_other(world: &World, args: &[&str]) -> testkit::Run {
        let setpriv = on_path("setpriv").expect("Linux has setpriv where there is a root to run this");
        let home = other_home(world);
        let home = home.display();
        let settings = [
            format!("HOME={home}"),
            format!("GOWARD_HOME={home}/.goward"),
            format!("XDG_CONFIG_HOME={home}/.config"),
            format!("TMPDIR={home}"),
        ];
        let user = format!("--reuid={OTHER_USER}");
        let group = format!("--regid={OTHER_USER}");
        let mut words = vec![user.as_str(), group.as_str(), "--clear-groups", "--", "/usr/bin/env"];
        words.extend(settings.iter().map(String::as_str));
        words.push(env!("CARGO_BIN_EXE_goward"));
        words.extend(args);
        world.home.run_program(setpriv, words)
    }
}
