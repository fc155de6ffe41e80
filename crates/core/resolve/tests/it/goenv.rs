//! The computed Go variables equal those that real go commands print.
//!
//! Method: a tree that holds a real `go` and its `go.env` is in a store; each case sets variables, writes the user's
//! file and makes folders; the values that goward computes without running go are compared with `go env -json` of that
//! very go, run as `resolve::launch` would run it.
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use context::Ctx;
use resolve::{GO_VARIABLES, GoEnv, Rule};
use store::Toolchain;
use sys::{Clock, Env, Fs, Sys};
use testkit::{program, real, tiny};

/// One go command from the release that introduced toolchains, and a current one.
const VERSIONS: [&str; 2] = ["1.22.10", "1.27.3"];

struct World {
    _folder: tempfile::TempDir,
    home: PathBuf,
    vars: BTreeMap<String, String>,
    version: &'static str,
}

impl World {
    /// A home with a toolchain of this version, which has the programs of a real one if given.
    fn new(version: &'static str, goroot: Option<&Path>) -> World {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap().join("h\u{f6}me of a user");
        let home = fixture::plain(&home);
        let mut world = World { _folder: folder, vars: BTreeMap::new(), version, home: home.clone() };
        std::fs::create_dir_all(world.tree().join("bin")).unwrap();
        std::fs::create_dir_all(world.tree().join("pkg/tool")).unwrap();
        std::fs::write(world.tree().join("VERSION"), format!("go{version}\n")).unwrap();
        match goroot {
            Some(goroot) => {
                for file in ["bin/go", "go.env"] {
                    // By another program: a file that this process has open for writing cannot be run.
                    let copied = Command::new("cp").arg(goroot.join(file)).arg(world.tree().join(file)).status();
                    assert!(copied.unwrap().success());
                }
            }
            None => std::fs::write(world.tree().join("bin").join(program::file_name("go")), "#!/bin/sh\n").unwrap(),
        }
        std::fs::create_dir_all(home.join("project/deep/down")).unwrap();
        for (name, value) in [
            ("HOME", home.clone()),
            ("USERPROFILE", home.clone()),
            ("APPDATA", home.join(".config")),
            ("GOWARD_HOME", home.join("store")),
        ] {
            world.vars.insert(name.to_owned(), value.display().to_string());
        }
        world.vars.insert("PATH".to_owned(), "/usr/bin:/bin".to_owned());
        world
    }

    fn tree(&self) -> PathBuf {
        self.home.join("store/toolchains").join(format!("go{}.{}", self.version, tiny::host_platform()))
    }

    fn set(mut self, name: &str, value: impl Into<String>) -> World {
        let value = value.into().replace("HOME", self.home.to_str().unwrap());
        self.vars.insert(name.to_owned(), value.replace("TREE", self.tree().to_str().unwrap()));
        self
    }

    fn write(self, path: &str, text: &str) -> World {
        let path = self.home.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = text.replace("HOME", self.home.to_str().unwrap());
        std::fs::write(path, text.replace("TREE", self.tree().to_str().unwrap())).unwrap();
        self
    }

    fn ctx(&self, folder: &str) -> Ctx {
        let env = Env::of(self.vars.clone(), self.home.join(folder), None);
        let sys = Sys::new(Fs::real(), Clock::real(), env);
        fixture::ctx(sys)
    }

    fn toolchain(&self) -> Toolchain {
        let id = format!("go{}.{}", self.version, tiny::host_platform()).parse().unwrap();
        Toolchain { id, tree: self.tree() }
    }

    fn told(&self, folder: &str) -> GoEnv {
        resolve::go_env(&self.ctx(folder), self.toolchain(), None).unwrap()
    }

    /// The output of the real go, run with goward's changes.
    fn asked(&self, folder: &str, told: &GoEnv) -> BTreeMap<String, String> {
        let mut command = Command::new(self.tree().join("bin/go"));
        command.env_clear().envs(&self.vars).current_dir(self.home.join(folder));
        if told.dropped_goroot.is_some() {
            command.env_remove("GOROOT");
        }
        command.envs(told.set.iter().map(|(name, path)| (*name, path)));
        let output = command.args(["env", "-json"]).args(GO_VARIABLES).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

const MOD: &str = "module example.test/a\n";

fn cases(version: &'static str, goroot: &Path) -> Vec<(&'static str, World, &'static str)> {
    let new = || World::new(version, Some(goroot)).set("GOTOOLCHAIN", "local");
    let config = if cfg!(target_os = "macos") { "Library/Application Support/go/env" } else { ".config/go/env" };
    vec![
        ("nothing set", new(), "project"),
        ("a module", new().write("project/go.mod", MOD), "project/deep/down"),
        ("a workspace", new().write("project/go.mod", MOD).write("project/go.work", "go 1.22\n"), "project/deep"),
        ("no workspace", new().write("project/go.work", "go 1.22\n").set("GOWORK", "off"), "project"),
        ("GOWORK auto", new().write("project/go.work", "go 1.22\n").set("GOWORK", "auto"), "project"),
        ("a named workspace", new().write("w/go.work", "go 1.22\n").set("GOWORK", "HOME/w/go.work"), "project"),
        ("modules off", new().write("project/go.mod", MOD).set("GO111MODULE", "off"), "project"),
        ("modules off, a workspace", new().write("project/go.work", "go 1.22\n").set("GO111MODULE", "off"), "project"),
        ("modules auto", new().set("GO111MODULE", "auto"), "project"),
        ("modules auto, a module", new().write("project/go.mod", MOD).set("GO111MODULE", "auto"), "project"),
        ("a folder go.mod", new().write("project/deep/go.mod/x", "").write("project/go.mod", MOD), "project/deep"),
        ("go.mod in GOPATH", new().write("project/go.mod", MOD).set("GOPATH", "HOME/project"), "project/deep"),
        ("go.mod in TMPDIR", new().write("project/go.mod", MOD).set("TMPDIR", "HOME/project"), "project/deep"),
        ("within the tree", new().write("go.work", "go 1.22\n"), "store/toolchains"),
        ("two in GOPATH", new().set("GOPATH", "HOME/a:HOME/b"), "project"),
        ("a GOPATH that is not clean", new().set("GOPATH", "HOME/x/..//a/./:HOME/b"), "project"),
        ("a home that is not clean", new().set("HOME", "HOME/x/../"), "project"),
        ("a cache that is not clean", new().set("XDG_CACHE_HOME", "HOME/x/..//cache"), "project"),
        ("values that are not clean", new().set("GOBIN", "HOME/x/..//b/").set("GOMODCACHE", "HOME/x/../m"), "project"),
        ("GOBIN", new().set("GOBIN", "HOME/bin"), "project"),
        ("caches", new().set("GOCACHE", "HOME/c").set("GOMODCACHE", "HOME/m"), "project"),
        ("XDG_CACHE_HOME", new().set("XDG_CACHE_HOME", "HOME/cache"), "project"),
        ("a relative XDG_CACHE_HOME", new().set("XDG_CACHE_HOME", "cache"), "project"),
        ("empty variables", new().set("GOPATH", "").set("GOFLAGS", ""), "project"),
        ("a GOROOT of another tree", new().set("GOROOT", "/usr/lib/other-go"), "project"),
        ("a GOROOT of this tree", new().set("GOROOT", "TREE"), "project"),
        (
            "the user's file",
            new().write(config, "GOPATH=HOME/g\nGOFLAGS=-mod=mod\nGOPROXY=off\nGOSUMDB=off\n"),
            "project",
        ),
        ("twice in the user's file", new().write(config, "GOFLAGS=-x\n# GOFLAGS=-n\nGOFLAGS=-v\n"), "project"),
        ("odd lines", new().write(config, "gopath=x\n=y\nnothing\n GOBIN=/b\nGOFLAGS= -x \n"), "project"),
        ("an empty line hides the tree's", new().write(config, "GOPROXY=\nGOSUMDB=off\n"), "project"),
        ("the environment over the file", new().write(config, "GOPATH=HOME/g\n").set("GOPATH", "HOME/h"), "project"),
        ("GOENV", new().write("e", "GOBIN=HOME/eb\n").set("GOENV", "HOME/e"), "project"),
        ("GOENV off", new().write(config, "GOBIN=HOME/eb\n").set("GOENV", "off"), "project"),
        (
            "a GOROOT in the user's file",
            new().write(config, "GOROOT=HOME/other\n").write("other/go.env", "GOPROXY=file:///p\n"),
            "project",
        ),
        (
            "both GOROOTs",
            new().write(config, "GOROOT=HOME/other\n").write("other/x", "").set("GOROOT", "/usr/lib/other-go"),
            "project",
        ),
        ("another system", new().set("GOOS", "windows").set("GOARCH", "arm64"), "project"),
        ("a system in the user's file", new().write(config, "GOOS=plan9\nGODEBUG=a=1\nCGO_ENABLED=0\n"), "project"),
        ("cgo", new().set("CGO_ENABLED", "1"), "project"),
        ("an odd cgo", new().set("CGO_ENABLED", "yes"), "project"),
        ("debug", new().set("GODEBUG", "http2client=0"), "project"),
        ("experiments", new().set("GOEXPERIMENT", "none"), "project"),
        ("private", new().write(config, "GOPRIVATE=a.test\n").set("GOPRIVATE", "b.test,c.test"), "project"),
        ("isolated by version", isolated(new(), "version"), "project"),
        ("isolated by project", isolated(new().write("project/go.mod", MOD), "project"), "project/deep"),
        ("isolated, but no project", isolated(new(), "project"), "project"),
        (
            "isolated, but set",
            isolated(new().set("GOPATH", "HOME/mine").write(config, "GOBIN=HOME/b\n"), "version"),
            "project",
        ),
        ("GOPATH alone isolated", new().set("GOWARD_ISOLATE_GOPATH", "version"), "project"),
    ]
}

fn isolated(world: World, mode: &str) -> World {
    ["GOPATH", "GOBIN", "GOCACHE", "GOMODCACHE"]
        .iter()
        .fold(world, |world, name| world.set(&format!("GOWARD_ISOLATE_{name}"), mode))
}

#[test]
#[cfg_attr(windows, ignore = "real toolchains come through the machine's pip, which is not asked for there")]
fn what_is_told_is_what_real_go_commands_say_of_themselves() {
    let mut wrong = Vec::new();
    for version in VERSIONS {
        let goroot = match real::toolchain(version) {
            Ok(goroot) => goroot,
            Err(why) => {
                eprintln!("skipped: {why}");
                continue;
            }
        };
        for (case, world, folder) in cases(version, &goroot) {
            let told = world.told(folder);
            let asked = world.asked(folder, &told);
            for variable in &told.variables {
                // Only the go command knows its built-in values.
                let Some(value) = &variable.value else { continue };
                // Go 1.22 leaves GOBIN empty though it acts by it, takes a cache folder that is not absolute, and its
                // `go env` does not know GODEBUG.
                let older = version == VERSIONS[0]
                    && ((variable.name == "GOBIN" && asked["GOBIN"].is_empty())
                        || variable.name == "GODEBUG"
                        || case == "a relative XDG_CACHE_HOME");
                if *value != asked[variable.name] && !older {
                    let says = &asked[variable.name];
                    wrong
                        .push(format!("{case}, go{version}: {} is told as `{value}`, go says `{says}`", variable.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn rule(env: &GoEnv, name: &str) -> Rule {
    env.variable(name).unwrap().rule.clone()
}

#[test]
fn every_value_has_the_place_that_it_comes_from() {
    let world = World::new("1.27.3", None)
        .write("store/toolchains/x", "")
        .write(".config/go/env", "GOPATH=HOME/g\n\nGOTOOLCHAIN=go1.23.5+auto\n")
        .set("XDG_CONFIG_HOME", "HOME/.config")
        .set("GOBIN", "HOME/bin")
        .set("GOWARD_ISOLATE_GOCACHE", "version");
    std::fs::write(world.tree().join("go.env"), "# defaults\nGOTOOLCHAIN=auto\nGOSUMDB=a-database\n").unwrap();
    let env = world.told("project");
    let file = if cfg!(target_os = "macos") { return } else { world.home.join(".config/go/env") };
    assert_eq!(rule(&env, "GOPATH"), Rule::UserFile { path: file.clone(), line: 1 });
    assert_eq!(rule(&env, "GOBIN"), Rule::Environment);
    assert!(matches!(rule(&env, "GOCACHE"), Rule::Isolation { key: "isolate.gocache", .. }));
    assert_eq!(rule(&env, "GOSUMDB"), Rule::TreeFile { path: world.tree().join("go.env"), line: 3 });
    assert!(matches!(rule(&env, "GOFLAGS"), Rule::Default(_)));
    // The forgotten line overrides the tree's, and goward reports it.
    let toolchain = env.variable("GOTOOLCHAIN").unwrap();
    assert_eq!(toolchain.rule, Rule::UserFile { path: file, line: 3 });
    assert_eq!(toolchain.overruled[0].value, "auto");
    assert!(toolchain.note.as_ref().unwrap().contains("go env -u GOTOOLCHAIN"), "{:?}", toolchain.note);
}

/// Go joins folders with `filepath.Join`, which cleans them; what somebody has set stays.
#[test]
fn folders_that_follow_from_a_value_are_clean_and_the_value_is_not_touched() {
    let world = World::new("1.27.3", None).set("GOPATH", "/mine//of/../x/./").set("GOBIN", "/my//bin/");
    let env = world.told("project");
    let value = |env: &GoEnv, name: &str| env.variable(name).unwrap().value.clone().unwrap();
    let written = |path: &str| if cfg!(windows) { path.replace('/', "\\") } else { path.to_owned() };
    assert_eq!(value(&env, "GOPATH"), "/mine//of/../x/./");
    assert_eq!(value(&env, "GOBIN"), "/my//bin/");
    assert_eq!(value(&env, "GOMODCACHE"), written("/mine/x/pkg/mod"));
    let env = World::new("1.27.3", None).set("GOPATH", "/../a").told("project");
    assert_eq!(value(&env, "GOBIN"), written("/a/bin"));
    for (gopath, cache) in [(r"C:/mine", r"C:\mine\pkg\mod"), (r"//server/share/x/..", r"\\server\share\pkg\mod")] {
        let env = World::new("1.27.3", None).set("GOPATH", gopath).told("project");
        assert!(!cfg!(windows) || value(&env, "GOMODCACHE") == cache, "{}", value(&env, "GOMODCACHE"));
    }
}

#[test]
fn a_variable_that_the_user_has_set_is_not_isolated_and_that_is_said() {
    let world = isolated(World::new("1.27.3", None), "version").set("GOPATH", "HOME/mine");
    let env = world.told("project");
    assert!(env.set.iter().all(|(name, _)| *name != "GOPATH"));
    let note = env.variable("GOPATH").unwrap().note.clone().unwrap();
    assert!(note.contains("isolate.gopath") && note.contains("GOWARD_ISOLATE_GOPATH"), "{note}");
    // Nothing is set by default.
    assert_eq!(World::new("1.27.3", None).told("project").set, []);
}

#[test]
fn a_folder_of_an_outer_run_is_no_word_of_the_users() {
    let outer = isolated(World::new("1.27.3", None).write("project/go.mod", MOD), "project");
    let first = outer.told("project").set;
    assert_eq!(first.len(), 4);
    // The same variables come back from the environment, in another project.
    let mut inner = outer.write("other/go.mod", MOD);
    for (name, path) in &first {
        inner = inner.set(name, path.to_str().unwrap());
    }
    let second = inner.told("other").set;
    assert_eq!(second.len(), 4);
    assert!(first.iter().zip(&second).all(|(one, other)| one.1 != other.1), "two projects share a folder");
}

#[test]
fn a_launch_makes_private_folders_and_gives_them_to_the_program() {
    let world = isolated(World::new("1.27.3", None), "version");
    #[cfg(unix)]
    std::fs::set_permissions(world.tree().join("bin/go"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let ctx = world.ctx("project");
    let planned = resolve::plan_launch(&ctx, world.toolchain(), None, &["go".into()]).unwrap();
    assert!(!world.home.join("store/isolated").exists(), "a plan makes nothing");
    assert_eq!(planned.isolated.len(), 4);
    let launch = resolve::launch(&ctx, world.toolchain(), None, &["go".into()]).unwrap();
    assert_eq!(launch.isolated[1].1, world.home.join("store/isolated/go1.27.3/gobin"));
    for (_, path) in &launch.isolated {
        for folder in [path.as_path(), path.parent().unwrap(), &world.home.join("store/isolated")] {
            let meta = folder.metadata().unwrap();
            assert!(meta.is_dir(), "{}", folder.display());
            #[cfg(unix)]
            assert_eq!(
                std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o777,
                0o700,
                "{}",
                folder.display()
            );
        }
    }
}

#[test]
fn a_proxys_password_is_not_shown() {
    let value = resolve::shown("GOPROXY", "https://me:secret@proxy.test/a,direct|https://other.test");
    assert!(
        !value.contains("secret") && value.contains("proxy.test") && value.contains("|https://other.test"),
        "{value}"
    );
    assert!(value.contains(",direct|"), "{value}");
}
