//! The files, variables and settings by which a folder chooses, and why it chose.

use crate::support::World;
use insta::assert_snapshot;
use testkit::{Program, TinyToolchain, program, real};

/// Three toolchains; 1.27.3 is the default.
fn world() -> World {
    let world = World::new();
    world.goward("install 1.25.9 1.26.7 1.26.8").success();
    world.goward("use 1.27.3").success();
    world
}

fn current(world: &World) -> String {
    world.goward("current").success().stdout.trim().to_owned()
}

#[test]
#[cfg(unix)]
fn the_project_is_looked_for_from_the_folder_that_pwd_names() {
    let mut world = world();
    world.home.write(".go-version", "1.25.9\n");
    let (other, link) = (world.home.below("other"), world.home.below("other/link"));
    std::fs::create_dir_all(&other).unwrap();
    std::os::unix::fs::symlink(world.home.folder(), &link).unwrap();
    std::fs::write(other.join(".go-version"), "1.26.7\n").unwrap();
    std::fs::create_dir(world.home.folder().join("deep")).unwrap();
    // The pin in the project itself is nearer by both ways.
    world.home.cd("work/deep");
    world.home.set_env("PWD", link.join("deep"));
    assert_eq!(current(&world), "1.25.9");
    std::fs::remove_file(world.home.below("work/.go-version")).unwrap();
    assert_eq!(current(&world), "1.26.7");
    for pwd in [other.clone(), link.join("missing"), link.join("../link/deep"), "deep".into()] {
        world.home.set_env("PWD", &pwd);
        assert_eq!(current(&world), "1.27.3", "{pwd:?}");
    }
}

#[test]
fn the_files_of_other_tools_choose() {
    let world = world();
    let cases = [
        (".go-version", "# ours\ngo1.26.7\n", "1.26.7"),
        (".tool-versions", "nodejs 20\ngolang 1.25.9 system # ours\n", "1.25.9"),
        ("mise.toml", "[tools]\ngo = \"1.26\"\n", "1.26.8"),
        (".mise.toml", "[tools]\ngo = \"prefix:1.25\"\n", "1.25.9"),
        ("mise/config.toml", "[tools]\ngolang = [\"1.26.7\", \"1.25\"]\n", "1.26.7"),
        (".config/mise.toml", "[tools.go]\nversion = \"1.26.7\"\n", "1.26.7"),
        (".config/mise/config.toml", "tools.go = \"1.26.7\"\n", "1.26.7"),
        (".prototools", "go = \"~1.26.3\"\n", "1.26.8"),
    ];
    for (name, content, expected) in cases {
        let path = world.home.write(name, content);
        assert_eq!(current(&world), expected, "{name}");
        std::fs::remove_file(path).unwrap();
        assert_eq!(current(&world), "1.27.3", "{name} is gone");
    }
    // These two only if the setting names them.
    let asked = [
        ("Dockerfile", "ARG V=1.26.7\nFROM golang:$V-alpine\n"),
        (".devcontainer.json", "{\"image\": \"golang:1.26.7\"}"),
    ];
    for (name, content) in asked {
        let path = world.home.write(name, content);
        assert_eq!(current(&world), "1.27.3", "{name}");
        let mut words = Vec::new();
        for word in ["Dockerfile", "devcontainer"] {
            words.push(word);
            world.home.write("../config.toml", format!("[pin]\nfiles = {words:?}\n"));
        }
        let config = world.home.folder().join("../config.toml");
        let run = world.home.goward(["current".as_ref(), "--config".as_ref(), config.as_os_str()]).success();
        assert_eq!(run.stdout, "1.26.7\n", "{name}");
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_file_that_cannot_be_followed_is_named_with_its_line() {
    let mut world = world();
    world.home.write("mise.toml", "[tools]\nnode = \"20\"\ngo = 1.20\n");
    assert_snapshot!("float_trap", world.goward("current").exits(2).snapshot());
    world.home.write("mise.toml", "[tools]\ngo = \"ref:master\"\n");
    assert_snapshot!("foreign", world.goward("current").exits(2).snapshot());
    world.home.set_env("GOWARD_PIN_FILES", ".go-version,asdf");
    assert_snapshot!("unknown_kind", world.goward("current").exits(2).snapshot());
    world.home.set_env("GOWARD_PIN_FILES", ".go-version");
    assert_eq!(current(&world), "1.27.3");
}

#[test]
fn system_ends_the_search_and_leaves_the_default() {
    let mut world = world();
    world.home.write(".go-version", "1.25.9\n");
    world.home.write("below/.tool-versions", "golang system\n");
    assert_eq!(current(&world), "1.25.9");
    let below = format!("{}/below", world.home.folder().file_name().unwrap().to_str().unwrap());
    world.home.cd(&below);
    assert_eq!(current(&world), "1.27.3");
    let explained = world.goward("current --explain").success().stdout;
    assert!(explained.contains("`system`, no pin: the project and the default decide"), "{explained}");
}

#[test]
fn what_mise_takes_for_a_user_is_no_pin() {
    let world = world();
    let path = world.home.home().join(".config/mise/config.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, "[tools]\ngo = \"1.25.9\"\n").unwrap();
    assert_eq!(current(&world), "1.27.3");
    let explained = world.goward("current --explain").success().stdout;
    assert!(explained.contains("it is what mise takes for this user, not for a project"), "{explained}");
}

#[test]
fn the_variables_of_other_tools_choose_too() {
    let mut world = world();
    world.home.write(".go-version", "1.25.9\n");
    for (name, value) in
        [("GOENV_VERSION", "1.26.7:1.25.9"), ("MISE_GO_VERSION", "1.26.7"), ("PROTO_GO_VERSION", "1.26.7")]
    {
        world.home.set_env(name, value);
        assert_eq!(current(&world), "1.26.7", "{name}");
        world.home.remove_env(name);
    }
    world.home.set_env("GOENV_VERSION", "1.26.7").set_env("GOWARD_PIN_FILES", "mise");
    assert_eq!(current(&world), "1.27.3");
}

#[test]
fn a_pin_below_the_floor_gives_way_where_the_user_says_so() {
    let mut world = world();
    world.home.write("go.mod", "module example.test/m\n\ngo 1.26.3\n");
    world.home.write(".go-version", "1.25.9\n");
    world.goward("run -- go version").exits(7);
    world.home.set_env("GOWARD_RESOLVE_ON_CONFLICT", "raise");
    let run = world.goward("run -- go version").success();
    assert!(run.stdout.starts_with("go version go1.26.8 "), "{}", run.stdout);
    assert_snapshot!("raised", run.snapshot());
    assert_eq!(world.goward("run --quiet -- go version").success().stderr, "");
    // A missing one is not searched for: the version that the project needs is installed.
    world.home.write(".go-version", "1.24\n");
    let asked = world.upstream.hits("/");
    assert!(world.goward("run --offline -- go version").success().stdout.starts_with("go version go1.26.8 "));
    assert_eq!(world.upstream.hits("/"), asked);
    // A range is judged by the version that it resolves to.
    world.home.write(".go-version", ">=1.25 <1.26\n");
    assert!(world.goward("run -- go version").success().stdout.starts_with("go version go1.26.8 "));
    let json = world.goward("current --json").success().json();
    assert_eq!((&json["version"], &json["raised"]["version"]), (&"1.26.8".into(), &"1.25.9".into()), "{json}");
    assert_eq!(json["raised"]["floor"]["origin"]["kind"], "go-line", "{json}");
    // A pin that is enough stays.
    world.home.write(".go-version", "1.26.7\n");
    assert_eq!(current(&world), "1.26.7");
}

#[test]
fn a_toolchain_line_decides_where_the_user_says_so() {
    let mut world = world();
    world.home.write("go.mod", "module example.test/m\n\ngo 1.25\n\ntoolchain go1.26.7\n");
    assert_eq!(current(&world), "1.27.3");
    world.home.set_env("GOWARD_RESOLVE_TOOLCHAIN_LINE", "exact");
    assert_eq!(current(&world), "1.26.7");
    world.home.write("go.mod", "module example.test/m\n\ngo 1.26\n\ntoolchain go1.25.9\n");
    assert_snapshot!("exact_below_floor", world.goward("current").exits(7).snapshot());
    world.home.set_env("GOWARD_RESOLVE_TOOLCHAIN_LINE", "sometimes");
    world.goward("current").exits(2);
}

#[test]
fn the_least_that_a_project_needs_can_be_asked_for() {
    let mut world = world();
    world.home.write("go.mod", "module example.test/m\n\ngo 1.25.9\n\ntoolchain go1.26.7\n");
    for (word, expected) in [("mod-min", "1.25.9"), ("mod", "1.26.7")] {
        world.home.set_env("GOWARD_VERSION", word);
        assert_eq!(current(&world), expected);
    }
}

#[test]
fn a_pin_that_does_not_decide_or_is_not_alone_is_said_to_be_so() {
    let mut world = world();
    world.home.write("mise.toml", "[tools]\ngo = \"1.25\"\n");
    assert_snapshot!("pin_beside_mise", world.goward("pin 1.26").success().snapshot());
    assert_eq!(current(&world), "1.26.8");
    assert!(!world.goward("pin 1.25").success().stderr.contains("mise.toml"), "they agree");
    // Nearer than the file that is written, and first by the user's own order.
    world.home.set_env("GOWARD_PIN_FILES", "mise,.go-version");
    assert_snapshot!("pin_shadowed", world.goward("pin 1.26").success().snapshot());
    assert_eq!(current(&world), "1.25.9");
    world.home.set_env("GOWARD_PIN_FILES", "proto");
    let run = world.goward("pin 1.26.7").success();
    assert!(run.stderr.contains("it does not decide here: the setting `pin.files` leaves it out"), "{}", run.stderr);
    world.home.remove_env("GOWARD_PIN_FILES").set_env("GOWARD_VERSION", "1.25");
    let run = world.goward("pin 1.26").success();
    assert!(run.stderr.contains("it does not decide here: GOWARD_VERSION comes first"), "{}", run.stderr);
}

#[test]
fn a_named_file_is_changed_alone_and_keeps_its_comments() {
    let mut world = world();
    world.home.write("mise.toml", "[tools] # ours\nnode = \"20\"\ngo = \"1.25\" # why\n");
    world.home.write("below/go.mod", "module example.test/m\n");
    // The repository is the project: its file is the nearest of that name.
    world.home.write(".git/HEAD", "ref: refs/heads/main\n");
    let below = format!("{}/below", world.home.folder().file_name().unwrap().to_str().unwrap());
    world.home.cd(&below);
    assert_snapshot!("pin_file", world.goward("pin 1.26 --file mise.toml").success().snapshot());
    assert_eq!(world.home.read("../mise.toml"), "[tools] # ours\nnode = \"20\"\ngo = \"1.26\" # why\n");
    assert_eq!(current(&world), "1.26.8");
    // One that is not there is made in the project's folder.
    world.goward("pin 1.25 --file .tool-versions").success();
    assert_eq!(world.home.read(".tool-versions"), "golang 1.25\n");
    world.goward("pin 1.26.7 --file .prototools").success();
    assert_eq!(world.home.read(".prototools"), "go = \"1.26.7\"\n");
    world.home.write(".mise.toml", "[tools\ngo =");
    world.goward("pin 1.26 --file .mise.toml").exits(2);
    assert_eq!(world.home.read(".mise.toml"), "[tools\ngo =");
    world.goward("pin 1.26 --file go.mod").exits(2);
}

#[test]
fn why_begins_at_the_result() {
    let world = world();
    assert_snapshot!("why_default", world.goward("why").success().snapshot());
    world.home.write("go.mod", "module example.test/m\n\ngo 1.26\n");
    world.home.write(".go-version", "1.26\n");
    world.home.write(".tool-versions", "golang 1.25.9\n");
    assert_snapshot!("why_pinned", world.goward("why").success().snapshot());
    let json = world.goward("why --json").success().json();
    assert_eq!((json["version"].as_str(), json["request"].as_str()), (Some("1.26.8"), Some("1.26")));
}

/// A home whose 1.24.11 is a real go command, with a module proxy of files.
fn with_real_go() -> Result<World, String> {
    let goroot = real::toolchain("1.24.11")?;
    let go = Program::new().run(goroot.join("bin").join(program::file_name("go")));
    let mut world = World::offering([TinyToolchain::host("1.24.11").with_program("bin/go", &go)]);
    world.goward("use 1.24.11").success();
    let proxy = world.home.home().join("proxy");
    let module = |path: &str, version: &str, go: &str, requires: &[&str]| {
        let folder = proxy.join(path).join("@v");
        std::fs::create_dir_all(&folder).unwrap();
        let requires: String = requires.iter().map(|require| format!("\nrequire {require}\n")).collect();
        let go = if go.is_empty() { String::new() } else { format!("\ngo {go}\n") };
        std::fs::write(folder.join(format!("{version}.mod")), format!("module {path}\n{go}{requires}")).unwrap();
        let info = format!("{{\"Version\":\"{version}\",\"Time\":\"2024-01-01T00:00:00Z\"}}");
        std::fs::write(folder.join(format!("{version}.info")), info).unwrap();
        let list = std::fs::read_to_string(folder.join("list")).unwrap_or_default();
        std::fs::write(folder.join("list"), format!("{list}{version}\n")).unwrap();
    };
    module("example.test/dep", "v1.0.0", "", &[]);
    module("example.test/dep", "v1.1.0", "1.22", &[]);
    module("example.test/dep", "v1.2.0-rc.1", "1.22", &[]);
    module("example.test/dep", "v1.2.0", "1.24.3", &[]);
    module("example.test/mid", "v1.0.0", "1.16", &["example.test/dep v1.2.0"]);
    module("example.test/other", "v1.0.0", "1.23.0", &[]);
    module("example.test/lone", "v1.0.0", "1.24.5", &[]);
    world
        .home
        .set_env("GOPROXY", format!("file://{}", proxy.display()))
        .set_env("GOSUMDB", "off")
        .set_env("GOFLAGS", "-modcacherw");
    Ok(world)
}

#[test]
#[cfg_attr(windows, ignore = "real toolchains come through the machine's pip, which is not asked for there")]
fn why_floor_names_the_dependency_the_way_to_it_and_a_way_out() {
    let mut world = match with_real_go() {
        Ok(world) => world,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let module = |go: &str, requires: &str| format!("module example.test/main\n\ngo {go}\n\nrequire (\n{requires})\n");
    let requires = "\texample.test/mid v1.0.0\n\texample.test/other v1.0.0\n";
    world.home.write("go.mod", module("1.24.3", requires));
    let before = world.home.read("go.mod");
    // Without a network and with nothing in the module cache.
    let offline = world.goward("why --floor --offline").exits(4);
    assert!(offline.stderr.contains("could not run `go mod graph`: "), "{}", offline.stderr);
    assert!(offline.stderr.contains("hint: run `go mod download` once"), "{}", offline.stderr);

    let run = world.goward("why --floor").success();
    assert_snapshot!("why_floor", run.snapshot());
    assert_eq!(world.home.read("go.mod"), before, "go.mod is not written");
    assert!(!world.home.folder().join("go.sum").exists(), "nor is go.sum");
    let run = world.goward("why --floor --json").success();
    assert_eq!(crate::json::assert_follows_views(&run), "goward.why-floor/1");
    let json = run.json();
    assert_eq!(json["demand"]["modules"][0]["module"], "example.test/dep");
    assert_eq!(json["older"][0]["module"], "example.test/dep@v1.1.0");
    // What was fetched is enough without a network.
    world.goward("why --floor --offline").success();

    // A line that no dependency needs.
    world.home.write("go.mod", module("1.24.9", requires));
    assert_snapshot!("why_floor_own_line", world.goward("why --floor").success().snapshot());
    // A module without an older version.
    world.home.write("go.mod", module("1.24.5", &format!("{requires}\texample.test/lone v1.0.0\n")));
    let run = world.goward("why --floor").success();
    assert!(run.stdout.contains("unknown: no older version of example.test/lone needs less\n"), "{}", run.stdout);
    // The go command refuses a line below a dependency's demand.
    world.home.write("go.mod", module("1.23", &format!("{requires}\texample.test/lone v1.0.0\n")));
    assert_snapshot!("why_floor_too_low", world.goward("why --floor").snapshot());

    // A workspace: its line has to reach those of its members.
    world.home.write("go.mod", module("1.24.3", requires));
    world.home.write("tool/go.mod", "module example.test/tool\n\ngo 1.24.7\n");
    world.home.write("go.work", "go 1.24.7\n\nuse (\n\t.\n\t./tool\n)\n");
    assert_snapshot!("why_floor_workspace", world.goward("why --floor").success().snapshot());

    std::fs::remove_file(world.home.folder().join("go.work")).unwrap();
    std::fs::remove_file(world.home.folder().join("go.mod")).unwrap();
    world.home.remove_env("GOFLAGS");
    world.goward("why --floor").exits(3);
}
