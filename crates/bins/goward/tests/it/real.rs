//! The main job on a real toolchain: got from an index on loopback, proven, run, and it builds a program.

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
}
