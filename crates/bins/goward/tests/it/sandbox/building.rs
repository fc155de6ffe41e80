//! Go works inside: build with cgo, test, race detector, vet, without a network; and with modules through the forwarder.

use testkit::{Program, TinyToolchain, on_path, program, real};

use super::probe::{is_whole, run};
use crate::support::World;

const VERSION: &str = "1.24.11";

/// A world whose toolchain starts a real go command, and the folder of that.
fn with_real_go() -> Result<(World, String), String> {
    let goroot = real::toolchain(VERSION)?;
    let go = Program::new().run(goroot.join("bin").join(program::file_name("go")));
    let world = World::offering([TinyToolchain::host(VERSION).with_program("bin/go", &go)]).sources("official");
    world.goward(&format!("use {VERSION}")).success();
    let probe = world.goward("sandbox probe --json").success().json();
    if !is_whole(&probe) {
        return Err("this machine has no whole sandbox".to_owned());
    }
    Ok((world, goroot.display().to_string()))
}

#[test]
fn go_builds_tests_and_vets_inside_with_cgo_and_the_race_detector() {
    let (mut world, goroot) = match with_real_go() {
        Ok(made) => made,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let has_compiler = on_path("cc").is_some_and(|path| path.starts_with("/usr"));
    if !has_compiler {
        eprintln!("skipped: cgo and the race detector; no C compiler is in /usr");
    }
    world.home.write("go.mod", "module m.test/a\n\ngo 1.24\n");
    world.home.write(
        "a.go",
        "package a\n\nimport \"sync/atomic\"\n\nfunc Add(n *int64) int64 { return atomic.AddInt64(n, 1) }\n",
    );
    world.home.write(
        "a_test.go",
        "package a\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestAdd(t *testing.T) {\n\tvar n int64\n\tdone := make(chan bool)\n\
         \tfor i := 0; i < 4; i++ {\n\t\tgo func() { Add(&n); done <- true }()\n\t}\n\tfor i := 0; i < 4; i++ {\n\t\t<-done\n\t}\n\
         \tif err := os.WriteFile(t.TempDir()+\"/x\", nil, 0o600); err != nil {\n\t\tt.Fatal(err)\n\t}\n\
         \tif _, err := os.ReadFile(os.Getenv(\"SECRET\")); err == nil {\n\t\tt.Fatal(\"the home is read\")\n\t}\n}\n",
    );
    if has_compiler {
        world.home.write(
            "cmd/c/main.go",
            "package main\n\n// #include <stdlib.h>\n// static int two(void) { return abs(-2); }\nimport \"C\"\n\nfunc main() { println(C.two()) }\n",
        );
    }
    // The build cache is shared here, which is what the guide says to do where builds take long: by a folder of the user's
    // choice and the variable that names it.
    let cache = real::cache_folder().join("sandbox/inside").display().to_string();
    std::fs::create_dir_all(&cache).unwrap();
    let secret = world.home.home().join("secret").display().to_string();
    std::fs::write(&secret, "secret").unwrap();
    world.home.set_env("GOCACHE", &cache).set_env("SECRET", &secret).set_env("PATH", "/usr/bin:/bin");
    let options = ["-q", "--read", &goroot, "--write", &cache, "--env", "GOCACHE", "--env", "SECRET"];
    let go = |words: &[&str]| {
        let command: Vec<&str> = std::iter::once("go").chain(words.iter().copied()).collect();
        run(&world.home, &options, &command)
    };
    let tested = go(&["test", "."]).success();
    assert!(tested.stdout.starts_with("ok"), "{}", tested.snapshot());
    go(&["vet", "."]).success();
    // The project is read-only, and a folder to write is named.
    let refused = go(&["build", "-o", "a.out", "."]);
    assert!(refused.stderr.contains("read-only file system"), "{}", refused.snapshot());
    if has_compiler {
        std::fs::create_dir_all(world.home.folder().join("bin")).unwrap();
        let mut with_bin = options.to_vec();
        with_bin.extend(["--write", "bin"]);
        run(&world.home, &with_bin, &["go", "build", "-o", "bin/c", "./cmd/c"]).success();
        let made = world.home.run_program(world.home.folder().join("bin/c"), [""; 0]).success();
        assert_eq!(made.stderr, "2\n");
        let raced = go(&["test", "-race", "."]).success();
        assert!(raced.stdout.starts_with("ok"), "{}", raced.snapshot());
    }
}

#[test]
fn modules_come_through_the_forwarder_and_nothing_else_does() {
    let (mut world, goroot) = match with_real_go() {
        Ok(made) => made,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let proxy = world.home.home().join("proxy");
    let folder = proxy.join("m.test/dep/@v");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("v1.0.0.mod"), "module m.test/dep\n").unwrap();
    std::fs::write(folder.join("v1.0.0.info"), "{\"Version\":\"v1.0.0\",\"Time\":\"2024-01-01T00:00:00Z\"}").unwrap();
    std::fs::write(folder.join("list"), "v1.0.0\n").unwrap();
    world.home.set_env("GOPROXY", format!("file://{}", proxy.display())).set_env("GOSUMDB", "off");
    world.home.write("go.mod", "module m.test/a\n\ngo 1.24\n");
    let options =
        |net: &'static str| ["--json", "--net", net, "--read", &goroot, "--env", "GOSUMDB"].map(str::to_owned);
    let go = |net: &'static str| {
        let options = options(net);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        run(&world.home, &options, &["go", "list", "-m", "-versions", "m.test/dep"])
    };
    let listed = go("proxy").success();
    assert_eq!(listed.stdout, "m.test/dep v1.0.0\n");
    let told: serde_json::Value = serde_json::from_str(listed.stderr.lines().last().unwrap()).unwrap();
    assert!(told["files_forwarded_count"].as_u64().unwrap() > 0, "{told}");
    let refused = go("none");
    assert!(refused.stdout != listed.stdout, "{}", refused.snapshot());
}
