//! The main job on a real toolchain: installed from an index on loopback, proven, run, and it builds a program.

use crate::support::{platform, sealed};
use testkit::{Response, Server, digest, real};

const VERSION: &str = "1.22.10";

#[test]
#[cfg_attr(windows, ignore = "real ones come through the machine's pip; `cargo xtask cross` does this job there")]
fn a_real_toolchain_is_installed_and_builds_and_runs_a_program() {
    let archive = match real::tar_gz(VERSION) {
        Ok(archive) => archive,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let bytes: std::sync::Arc<[u8]> = std::fs::read(archive).unwrap().into();
    let name = format!("go{VERSION}.{}.tar.gz", platform());
    let (os, arch) = platform().split_once('-').map(|(os, arch)| (os.to_owned(), arch.to_owned())).unwrap();
    let index = serde_json::json!([{ "version": format!("go{VERSION}"), "stable": true, "files": [{
        "filename": name, "os": os, "arch": arch, "version": format!("go{VERSION}"), "kind": "archive",
        "sha256": digest::sha256_hex(&bytes), "size": bytes.len(),
    }] }])
    .to_string();
    let server = Server::start(move |request| match request.path.as_str() {
        "/dl/" => Response::ok(index.clone()).content_type("application/json"),
        path if path.ends_with(".tar.gz") => Response::shared(bytes.clone()).with_etag("\"real\""),
        _ => Response::status(404),
    });
    let mut home = sealed();
    home.set_env("GOWARD_SOURCES", "official")
        .set_env("GOWARD_OFFICIAL_URL", format!("{}/dl", server.url()))
        .set_env("GOTOOLCHAIN", "local");

    let run = home.goward(["run", "1.22", "--", "go", "version"]).success();
    assert_eq!(run.stdout, format!("go version go{VERSION} {}\n", platform().replace('-', "/")));
    let goroot = home.goward(["run", "1.22", "--", "go", "env", "GOROOT"]).success();
    assert_eq!(goroot.stdout, home.goward(["where", "1.22"]).success().stdout);

    home.write("go.mod", "module example.test/hello\n\ngo 1.22\n");
    home.write("main.go", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello, goward\") }\n");
    home.set_env("CGO_ENABLED", "0");
    let run = home.goward(["run", "--", "go", "build", "-o", "hello", "."]);
    run.success();
    let hello = home.folder().join("hello");
    assert_eq!(home.run_program(hello, [""; 0]).success().stdout, "hello, goward\n");
    let formatted = home.goward(["run", "--", "gofmt", "-l", "."]).success();
    assert_eq!(formatted.stdout, "");

    // A second way to the project, by a link, where a go.work is above: `$PWD` says by which way the user came.
    #[cfg(unix)]
    {
        let (other, link) = (home.below("other"), home.below("other/link"));
        std::fs::create_dir_all(&other).unwrap();
        std::os::unix::fs::symlink(home.folder(), &link).unwrap();
        std::fs::write(other.join("go.work"), "go 1.22\n\nuse ./link\n").unwrap();
        home.cd("other/link");
        for (pwd, has_work) in [(link.clone(), true), (other, false), ("".into(), false)] {
            home.set_env("PWD", &pwd);
            let asked = home.goward(["run", "--", "go", "env", "GOWORK", "GOMOD"]).success();
            let told = home.goward(["env", "GOWORK", "GOMOD"]).success();
            assert_eq!(told.stdout, asked.stdout, "{pwd:?}");
            assert_eq!(told.stdout.contains("go.work"), has_work, "{pwd:?}");
        }
    }
}

/// One with the `toolchain` line, and a newer one that go.mod suggests.
const PINNED: &str = "1.24.11";
const SUGGESTED: &str = "1.27.3";

#[test]
#[cfg_attr(windows, ignore = "real ones come through the machine's pip; `cargo xtask cross` does this job there")]
fn what_is_named_is_what_runs_whatever_go_mod_suggests() {
    // Goal: the version that goward names is the one that the go command is, by every way of naming one: go.mod has a
    // newer `toolchain` line, for which a go command by itself switches to another release, or fetches it.
    let archive = match real::tar_gz(PINNED) {
        Ok(archive) => archive,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let mut home = sealed();
    home.set_env("GOWARD_SOURCES", "folder")
        .set_env("GOWARD_FOLDER", archive.parent().unwrap())
        .set_env("GOWARD_ALLOW_UNPROVEN", "true")
        .set_env("GOWARD_OFFLINE", "true")
        .set_env("GOPROXY", "off")
        .set_env("CGO_ENABLED", "0");
    home.goward(["install", PINNED]).success();
    home.goward(["shims", "--write"]).success();
    let shim = home.goward_home().join("shims").join("go");
    home.write("go.mod", format!("module example.test/pinned\n\ngo 1.24\n\ntoolchain go{SUGGESTED}\n"));
    home.write("main.go", "package main\n\nimport \"runtime\"\n\nfunc main() { println(runtime.Version()) }\n");
    let tag = format!("go{PINNED}");
    let by_request = home.goward(["run", PINNED, "--", "go", "env", "GOVERSION"]).success();
    assert_eq!(by_request.stdout.trim(), tag);
    let by_sign = home.run_program(&shim, [&format!("+{PINNED}"), "env", "GOVERSION"]).success();
    assert_eq!(by_sign.stdout.trim(), tag);
    home.set_env("GOWARD_VERSION", PINNED);
    assert_eq!(home.goward(["run", "--", "go", "env", "GOVERSION"]).success().stdout.trim(), tag);
    assert_eq!(home.run_program(&shim, ["env", "GOVERSION"]).success().stdout.trim(), tag);
    home.remove_env("GOWARD_VERSION");
    home.write(".go-version", format!("{PINNED}\n"));
    for by_file in [home.goward(["run", "--", "go", "env", "GOVERSION"]), home.run_program(&shim, ["env", "GOVERSION"])]
    {
        assert_eq!(by_file.success().stdout.trim(), tag);
    }
    // The built program reports the same, and goward reported it before.
    home.run_program(&shim, ["build", "-o", "built", "."]).success();
    assert_eq!(home.run_program(home.folder().join("built"), [""; 0]).success().stderr.trim(), tag);
    assert_eq!(home.goward(["env", "GOTOOLCHAIN"]).success().stdout.trim(), tag);
    // A go.mod that is a pipe does not block, even if a default alone decides.
    #[cfg(unix)]
    {
        home.goward(["use", PINNED]).success();
        home.cd("pipes");
        for name in ["go.mod", "go.work"] {
            assert!(std::process::Command::new("mkfifo").arg(home.folder().join(name)).status().unwrap().success());
        }
        for run in [home.run_program(&shim, ["version"]), home.goward(["run", "--", "go", "version"])] {
            let run = run.success();
            assert!(run.stdout.contains(&tag), "{}", run.snapshot());
        }
        home.cd("work");
    }
    // If nothing names a version the go command decides itself: it wants the version that go.mod suggests, and has no
    // network.
    std::fs::remove_file(home.folder().join(".go-version")).unwrap();
    home.goward(["use", PINNED]).success();
    let left =
        home.run_program(home.goward_home().join("current").join("go").join("bin").join("go"), ["env", "GOVERSION"]);
    assert!(left.code != 0 || left.stdout.trim() != tag, "{}", left.snapshot());
}
