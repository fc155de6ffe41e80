//! A real go command checks goward's module zips: it fetches one from a loopback proxy, checks it against a checksum
//! database with a key of its own, and runs its program.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

use std::path::Path;
use std::sync::Arc;

use archive::{FileRecord, Manifest, write_module_zip};
use testkit::{Response, Run, Sandbox, Server, SumDb, TinyToolchain, digest, on_path, real};

/// Every file of a tree on disk, hashed by independent code.
fn manifest_of(goroot: &Path) -> Manifest {
    let record = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        FileRecord {
            path: path.strip_prefix(goroot).unwrap().to_str().unwrap().replace(std::path::MAIN_SEPARATOR, "/"),
            bytes: bytes.len() as u64,
            executable: false,
            sha256: release::Digest::of(&bytes),
        }
    };
    let files = testkit::walk(goroot).unwrap().into_iter().filter(|(_, meta)| !meta.is_dir());
    Manifest::new(files.map(|(path, _)| record(&path)).collect())
}

fn zip_of(goroot: &Path, manifest: &Manifest, module: &str) -> Vec<u8> {
    let mut zip = Vec::new();
    write_module_zip(&mut zip, module, manifest, &mut |file| std::fs::read(goroot.join(&file.path))).unwrap();
    zip
}

/// Runs `go version` with the machine's own go command, which is to get this toolchain from a proxy that has the zip.
fn go_version(version: &str, zip: Vec<u8>, h1: &str) -> Option<Run> {
    let Some(go) = on_path("go") else {
        eprintln!("skipped: no `go` is on PATH");
        return None;
    };
    let module = format!("v0.0.1-go{version}.{}", testkit::tiny::host_platform());
    let mut sumdb = SumDb::new("sum.example.test", [9; 32]);
    sumdb.add("golang.org/toolchain", &module, h1, &TinyToolchain::go_mod_h1());
    let key = sumdb.verifier_key();
    let zip: Arc<[u8]> = zip.into();
    let base = format!("/proxy/golang.org/toolchain/@v/{module}");
    let info = info_of(&module);
    let server = Server::start(move |request| {
        let path = request.path.as_str();
        if let Some(ending) = path.strip_prefix(base.as_str()) {
            return match ending {
                ".info" => Response::ok(info.clone()),
                ".mod" => Response::ok("module golang.org/toolchain\n"),
                ".zip" => Response::shared(zip.clone()),
                _ => Response::status(404),
            };
        }
        let answer = match path.strip_prefix("/sumdb/") {
            Some("latest") => Some(sumdb.latest().into_bytes()),
            Some(rest) if rest.starts_with("lookup/") => sumdb.lookup(&rest[7..]).map(String::into_bytes),
            Some(rest) => sumdb.tile(rest),
            None => None,
        };
        answer.map_or_else(|| Response::status(404), Response::ok)
    });
    let mut sandbox = Sandbox::new(go);
    // The go command would continue to write its counters while the folder is removed.
    sandbox.cd(".config/go/telemetry").write("mode", "off");
    sandbox
        .cd("work")
        .set_env("GOFLAGS", "-modcacherw")
        .set_env("GOTOOLCHAIN", format!("go{version}"))
        .set_env("GOPROXY", format!("{}/proxy", server.url()))
        .set_env("GOSUMDB", format!("{key} {}/sumdb", server.url()));
    Some(sandbox.goward(["version"]))
}

fn info_of(module: &str) -> String {
    format!("{{\"Version\":\"{module}\",\"Time\":\"2026-04-04T12:00:00Z\"}}")
}

/// The hash that `golang.org/x/mod/sumdb/dirhash` gives a zip, from what another reader finds in it.
fn h1_of_zip(bytes: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
        files.push((entry.name().unwrap().into_owned(), content));
    }
    digest::h1(files.iter().map(|(name, content)| (name.as_str(), content.as_slice())))
}

#[test]
fn the_zip_of_a_tiny_tree_has_the_hash_of_its_module_form_and_runs() {
    let toolchain = TinyToolchain::host("1.99.3");
    let folder = tempfile::tempdir().unwrap();
    toolchain.write_tree(folder.path());
    let manifest = manifest_of(folder.path());
    let zip = zip_of(folder.path(), &manifest, &toolchain.module_version());
    assert_eq!(h1_of_zip(&zip), toolchain.h1());
    let files = manifest.files.iter().map(|file| (file.path.as_str(), &file.sha256));
    let ours = trust::toolchain_h1(&format!("go1.99.3.{}", toolchain.platform()), files).unwrap();
    assert!(ours.matches(&toolchain.h1().parse().unwrap()).is_some(), "{ours:?}");
    if let Some(run) = go_version("1.99.3", zip, &toolchain.h1()) {
        assert!(run.success().stdout.starts_with("go version go1.99.3 "));
    }
}

#[test]
#[cfg_attr(windows, ignore = "real toolchains come through the machine's pip, which is not asked for there")]
fn a_go_command_takes_the_zip_of_a_real_toolchain_and_none_with_a_changed_byte() {
    let version = "1.27.3";
    let goroot = match real::toolchain(version) {
        Ok(goroot) => goroot,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let module = format!("v0.0.1-go{version}.{}", testkit::tiny::host_platform());
    let manifest = manifest_of(&goroot);
    let zip = zip_of(&goroot, &manifest, &module);
    let h1 = h1_of_zip(&zip);
    let Some(run) = go_version(version, zip, &h1) else { return };
    assert!(run.success().stdout.starts_with(&format!("go version go{version} ")));

    // One byte of one file, in a zip that is otherwise as good.
    let mut changed = manifest.clone();
    let at = changed.files.iter().position(|file| file.path == "src/fmt/print.go").unwrap();
    let mut bytes = std::fs::read(goroot.join("src/fmt/print.go")).unwrap();
    bytes[0] ^= 1;
    changed.files[at].sha256 = release::Digest::of(&bytes);
    let mut zip = Vec::new();
    write_module_zip(&mut zip, &module, &changed, &mut |file| match file.path.as_str() {
        "src/fmt/print.go" => Ok(bytes.clone()),
        path => std::fs::read(goroot.join(path)),
    })
    .unwrap();
    let Some(run) = go_version(version, zip, &h1) else { return };
    assert!(run.code != 0 && run.stderr.contains("checksum mismatch"), "{}", run.snapshot());
}
