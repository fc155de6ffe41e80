//! What a network, and a machine's settings for it, do to the sources: proxies that are folders, pages to sign in on,
//! files of certificates that cannot be read.

use std::path::Path;

use crate::support::World;
use testkit::{Response, TinyToolchain};

/// A module proxy that is a folder, with this toolchain.
fn write_proxy(folder: &Path, toolchain: &TinyToolchain) {
    let module = folder.join("golang.org/toolchain/@v");
    std::fs::create_dir_all(&module).unwrap();
    let version = toolchain.module_version();
    std::fs::write(module.join("list"), format!("{version}\n")).unwrap();
    std::fs::write(module.join(format!("{version}.info")), format!("{{\"Version\":\"{version}\"}}")).unwrap();
    std::fs::write(module.join(format!("{version}.zip")), toolchain.module_zip()).unwrap();
}

#[test]
fn a_proxy_that_is_a_folder_serves_module_zips_and_the_checksum_database_proves_them() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone()]).sources("proxy");
    let folder = world.home.below("a proxy");
    write_proxy(&folder, &toolchain);
    let address = format!("file:///{}", folder.display().to_string().replace(' ', "%20").trim_start_matches('/'));
    let world = world.env("GOPROXY", address.replace('\\', "/"));
    world.goward("install 1.27").success();
    let record = world.record("1.27.3");
    assert_eq!((&record["source"], &record["form"]), (&"proxy".into(), &"module-zip".into()));
    assert_eq!(world.witnesses("1.27.3"), ["sum-db"]);
    assert_eq!(world.upstream.hits("/proxy/"), 0);
    world.goward("uninstall 1.27.3").success();
    world.goward("install 1.27 --offline").exits(5);
    world.goward("install 1.27 --offline --allow-unproven").success();
}

#[test]
fn a_page_to_sign_in_on_is_told_for_every_source_with_its_host_and_what_to_do() {
    let page = || Response::ok("<!DOCTYPE html><title>Welcome</title>").content_type("text/html");
    let world = World::new().sources("official,proxy");
    world.upstream.answer("/", page());
    for request in ["1.27", "1.27.3"] {
        let run = world.goward(&format!("install {request}")).exits(4);
        let lines = |start: &str| run.stderr.lines().filter(|line| line.trim_start().starts_with(start)).count();
        let told = run.stderr.matches("a web page came back instead").count();
        assert_eq!(
            (lines("tried: "), told, lines("hint: something else answers for")),
            (2, 2, 1),
            "{}",
            run.snapshot()
        );
    }
    // The log behind such a page is silent, and contradicts nothing.
    let world = World::new().mirror("corp").sources("corp");
    for way in ["/proxy/", "/sumdb/"] {
        world.upstream.answer(way, page());
    }
    let run = world.goward("install 1.27.3").exits(5);
    assert!(run.stderr.contains("only http://") && run.stderr.contains("a web page came back"), "{}", run.snapshot());
}

#[test]
fn a_file_of_certificates_that_cannot_be_read_ends_the_command_once_before_any_source_is_asked() {
    for variable in ["SSL_CERT_FILE", "GOWARD_CA_FILE"] {
        let world = World::new().mirror("corp");
        let missing = world.home.below("no/such.pem");
        let world = world.env(variable, &missing);
        for command in ["install 1.27", "install 1.27.3", "install 1.27.3 --dry-run", "list --remote"] {
            let run = world.goward(command).exits(6);
            let told = run.stderr.matches("such.pem").count();
            let tried = run.stderr.matches("tried:").count();
            assert_eq!((told, tried), (1, 0), "{command}: {}", run.snapshot());
        }
        let run = world.goward("install 1.27.3 1.26.8").exits(6);
        let told = run.stderr.matches("such.pem").count();
        let same = run.stderr.matches("caused by: the same as above").count();
        assert_eq!((told, same), (1, 1), "{}", run.snapshot());
        let run = world.goward("install 1.27.3 1.26.8 --json").exits(6).json();
        assert!(run["errors"][1]["caused_by"][0].as_str().unwrap().contains("such.pem"), "{run}");
        assert_eq!(world.upstream.requests("/").len(), 0);
        world.assert_nothing_installed();
    }
}

#[test]
fn a_goproxy_that_go_refuses_is_told_and_the_next_source_asked() {
    let world = World::new().sources("proxy,official").env("GOPROXY", "proxy");
    let run = world.goward("install 1.27").success();
    assert!(run.stderr.contains("proxy: read `GOPROXY`: `proxy` has no scheme"), "{}", run.snapshot());
    let run = world.sources("proxy").goward("install 1.26").exits(2);
    assert!(run.stderr.contains("hint: a `GOPROXY` lists addresses"), "{}", run.snapshot());
}
