//! Bundles: created from the mock upstream, copied to an empty world without a network, installed and run there.

use std::path::{Path, PathBuf};

use crate::support::{World, names, platform, sealed};
use testkit::{Sandbox, TinyToolchain, on_path};

/// A bundle of these toolchains without goward itself, and the world that made it.
fn made(words: &str) -> (World, PathBuf) {
    let world = World::new();
    let bundle = world.home.folder().join("go.goward");
    world.goward(&format!("bundle create -o go.goward --level 1 {words}")).success();
    (world, bundle)
}

/// A separate world without a network that has the key of the other world's log.
fn island(world: &World) -> Sandbox {
    let mut home = sealed();
    home.set_env("GOSUMDB", world.upstream.sumdb_key()).set_env("GOPROXY", "off");
    home
}

fn carry(bundle: &Path, home: &Sandbox) -> PathBuf {
    let copy = home.folder().join("go.goward");
    std::fs::copy(bundle, &copy).unwrap();
    copy
}

#[test]
fn a_bundle_brings_proven_toolchains_to_a_machine_without_a_network() {
    let (world, bundle) = made("--go 1.26,1.27 --no-goward");
    assert_eq!(names(world.home.folder()).iter().filter(|name| name.starts_with("go.goward")).count(), 1);
    assert_eq!(world.installed(), [""; 0], "the maker's own store is as it was");
    let home = island(&world);
    carry(&bundle, &home);
    let verified = home.goward(["bundle", "verify", "go.goward"]).success();
    assert_eq!(verified.stdout.matches("good: ").count(), 3, "{}", verified.snapshot());
    let run = home.goward(["bundle", "install", "go.goward", "--", "go", "version"]).success();
    assert_eq!(run.stdout, format!("go version go1.27.3 {}\n", platform().replace('-', "/")));
    assert_eq!(world.upstream.hits("/sumdb/latest"), 0);
    let record = home.goward_home().join(format!("manifests/go1.26.8.{}.json", platform()));
    let record: serde_json::Value = serde_json::from_slice(&std::fs::read(record).unwrap()).unwrap();
    assert_eq!((&record["source"], &record["form"]), (&"bundle".into(), &"bundle".into()));
    assert_eq!(record["witnesses"][0]["kind"], "sum-db");
    // A bundle excludes files that the log does not cover.
    let tree = home.goward_home().join(format!("toolchains/go1.26.8.{}", platform()));
    assert!(tree.join("src/go.mod").is_file() && !tree.join("test").exists());
    assert_eq!(home.goward(["current"]).success().stdout.trim(), "1.27.3");
}

#[test]
fn a_bundle_installs_into_a_folder_of_its_own_and_what_was_asked_for() {
    let (world, bundle) = made("--go 1.26,1.27 --no-goward");
    let home = island(&world);
    carry(&bundle, &home);
    home.goward(["bundle", "install", "go.goward", "--to", "apart", "--go", "1.26"]).success();
    assert_eq!(names(&home.folder().join("apart/toolchains")), [format!("go1.26.8.{}", platform())]);
    assert!(!home.goward_home().exists() || names(&home.goward_home().join("toolchains")).is_empty());
    let refused = home.goward(["bundle", "install", "go.goward", "--go", "1.25"]).exits(3);
    assert!(refused.stderr.contains("has no 1.25 among its 2 versions"), "{}", refused.snapshot());
}

#[test]
fn a_bundle_sets_the_shells_up_as_setup_does_and_says_how_long_it_took() {
    let (world, bundle) = made("--go 1.27 --no-goward");
    let mut home = island(&world);
    carry(&bundle, &home);
    home.set_env("SHELL", "/bin/bash");
    let run = home.goward(["bundle", "install", "go.goward", "--setup"]).success();
    assert!(
        run.stdout.contains("go1.27.3 is the default now") && run.stdout.contains("ready after "),
        "{}",
        run.snapshot()
    );
    assert!(!run.stdout.contains("`goward setup` makes it"), "{}", run.snapshot());
    assert!(home.goward_home().join("shims").is_dir());
    let again = home.goward(["bundle", "install", "go.goward", "--setup", "--json"]).success();
    assert_eq!(crate::json::assert_follows_views(&again), "goward.bundle-install/1");
    assert_eq!(again.json()["setup"]["changed"], false, "{}", again.snapshot());
    // The set-up is a change of its own, and the last one.
    let undone = home.goward(["undo"]).success();
    assert!(undone.stdout.contains("undid: setup"), "{}", undone.snapshot());
    let apart = home.goward(["bundle", "install", "go.goward", "--to", "apart", "--setup"]).success();
    let words = format!("GOWARD_HOME is `{}`", home.folder().join("apart").display());
    assert!(apart.stdout.contains(&words), "{}", apart.snapshot());
    assert!(home.folder().join("apart").join("shims").is_dir());
}

#[test]
fn a_bundle_is_a_source_like_others() {
    let (world, bundle) = made("--go 1.27 --no-goward");
    let mut home = island(&world);
    carry(&bundle, &home);
    home.set_env("GOWARD_BUNDLE", home.folder().join("go.goward")).set_env("GOWARD_OFFLINE", "1");
    let run = home.goward(["run", "1.27", "--", "go", "version"]).success();
    assert!(run.stdout.starts_with("go version go1.27.3 "), "{}", run.snapshot());
}

#[test]
fn the_same_toolchains_make_the_same_bytes_wherever_they_are_made() {
    let (world, bundle) = made("--go 1.26,1.27");
    let folder = world.home.folder().join("a place/with spaces");
    std::fs::create_dir_all(&folder).unwrap();
    let out = folder.join("other.goward");
    let args = ["bundle", "create", "--go", "1.27,1.26", "--level", "1", "-o", out.to_str().unwrap()];
    world.home.goward(args).success();
    assert!(std::fs::read(&bundle).unwrap() == std::fs::read(&out).unwrap(), "the two differ");
    // Two patches of a minor share all files except their programs and VERSION.
    let all = std::fs::metadata(&bundle).unwrap().len();
    let one = world.goward("bundle create --go 1.27 --level 1 -o one.goward").success();
    assert!(one.stdout.contains("SHA-256 ") && std::fs::metadata(&bundle).unwrap().len() == all);
}

#[test]
fn what_was_got_before_a_failure_is_not_got_again() {
    let world = World::new();
    // The checksum database is silent: the toolchain can be fetched, its proof cannot.
    world.upstream.take_down("/proxy/sumdb");
    world.upstream.take_down("/sumdb");
    let run = world.goward("bundle create --go 1.27 --no-goward -o go.goward").exits(4);
    assert!(run.stderr.contains("checksum database could not be asked"), "{}", run.snapshot());
    assert!(!world.home.folder().join("go.goward").exists());
    assert!(world.home.folder().join("go.goward.part.d").is_dir());
    let fetched = world.upstream.hits("/go/");
    world.upstream.restore("/proxy/sumdb");
    world.upstream.restore("/sumdb");
    world.goward("bundle create --go 1.27.3 --no-goward -o go.goward").success();
    assert_eq!(world.upstream.hits("/go/"), fetched, "the archive was there");
    assert!(!world.home.folder().join("go.goward.part.d").exists());
}

#[test]
fn damage_is_named_and_nothing_is_installed() {
    let (world, bundle) = made("--go 1.26,1.27");
    let good = std::fs::read(&bundle).unwrap();
    let home = island(&world);
    let copy = home.folder().join("go.goward");
    let both = |bytes: &[u8]| {
        std::fs::write(&copy, bytes).unwrap();
        let verify = home.goward(["bundle", "verify", "go.goward"]).exits(5);
        let install = home.goward(["bundle", "install", "go.goward", "--go", "1.26"]);
        assert!(names(&home.goward_home().join("toolchains")).is_empty(), "{}", install.snapshot());
        (format!("{}{}", verify.stdout, verify.stderr), install.exits(5).stderr.clone())
    };

    let cut = &good[..good.len() - 1000];
    let words = format!("it is cut short: {} of {} bytes are there", cut.len(), good.len());
    let (verified, installed) = both(cut);
    assert!(verified.contains(&words) && installed.contains(&words), "{verified}\n{installed}");

    let (verified, installed) = both(&[&good[..], b"junk"].concat());
    assert!(verified.contains("something was added at its end") && installed.contains("at its end"), "{verified}");

    let manifest_at = good.len() - 100;
    let (verified, installed) = both(&flipped(&good, manifest_at));
    assert!(verified.contains("its manifest is damaged") && installed.contains("manifest is damaged"), "{verified}");

    // A byte of goward itself, which comes first: the toolchains are still good.
    std::fs::write(&copy, flipped(&good, 16384 + 5000)).unwrap();
    let verify = home.goward(["bundle", "verify", "go.goward"]).exits(5);
    assert_eq!(verify.stdout.matches("BAD: goward for ").count(), 1, "{}", verify.snapshot());
    assert_eq!(verify.stdout.matches("BAD").count(), 1, "{}", verify.snapshot());

    // A byte of the script.
    std::fs::write(&copy, flipped(&good, 400)).unwrap();
    let verify = home.goward(["bundle", "verify", "go.goward"]).exits(5);
    assert!(verify.stdout.contains("BAD: script: it is not the one"), "{}", verify.snapshot());

    // A byte of the section that all toolchains share.
    let contents = manifest_of(&good);
    let sections = contents["sections"].as_array().unwrap();
    let used = |number: &usize| {
        let of = |toolchain: &serde_json::Value| toolchain["sections"].as_array().unwrap().contains(&(*number).into());
        contents["toolchains"].as_array().unwrap().iter().all(of)
    };
    let shared = (0..sections.len()).filter(used).map(|number| &sections[number]);
    let largest = shared.max_by_key(|section| section["span"]["bytes"].as_u64()).unwrap();
    let at = largest["span"]["offset"].as_u64().unwrap() + largest["span"]["bytes"].as_u64().unwrap() / 2;
    let (verified, installed) = both(&flipped(&good, usize::try_from(at).unwrap()));
    assert!(verified.contains("BAD: go1."), "{verified}");
    assert!(installed.contains("from any source"), "{installed}");
}

#[test]
fn a_manifest_that_gives_a_toolchain_another_ones_files_is_found_out_by_its_proof() {
    let (world, bundle) = made("--go 1.26.7,1.26.8 --no-goward");
    let good = std::fs::read(&bundle).unwrap();
    let mut contents = manifest_of(&good);
    let toolchains = contents["toolchains"].as_array_mut().unwrap();
    let other = toolchains[0]["sections"].clone();
    toolchains[1]["sections"] = other;
    let home = island(&world);
    std::fs::write(home.folder().join("go.goward"), with_manifest(&good, &contents)).unwrap();
    let verify = home.goward(["bundle", "verify", "go.goward"]).exits(5);
    assert!(verify.stdout.contains("BAD: go1.26.8."), "{}", verify.snapshot());
    home.goward(["bundle", "install", "go.goward", "--go", "1.26.8"]).exits(5);
    home.goward(["bundle", "install", "go.goward", "--go", "1.26.7"]).success();

    // And a proof that is about something else, or signed by somebody else.
    let mut contents = manifest_of(&good);
    let proof = contents["toolchains"][0]["proof"].clone();
    contents["toolchains"][1]["proof"] = proof;
    std::fs::write(home.folder().join("go.goward"), with_manifest(&good, &contents)).unwrap();
    home.goward(["bundle", "install", "go.goward", "--go", "1.26.8"]).exits(5);
    let mut stranger = sealed();
    stranger.set_env("GOPROXY", "off");
    std::fs::write(stranger.folder().join("go.goward"), &good).unwrap();
    let run = stranger.goward(["bundle", "install", "go.goward"]).exits(5);
    assert!(run.stderr.contains("checksum database does not vouch for its files"), "{}", run.snapshot());

    // Without a proof nobody vouches, unless that is allowed.
    let mut contents = manifest_of(&good);
    contents["toolchains"][1].as_object_mut().unwrap().remove("proof");
    std::fs::write(home.folder().join("go.goward"), with_manifest(&good, &contents)).unwrap();
    let run = home.goward(["bundle", "install", "go.goward", "--go", "1.26.8"]).exits(5);
    assert!(run.stderr.contains("vouches for its bytes"), "{}", run.snapshot());
    home.goward(["bundle", "install", "go.goward", "--go", "1.26.8", "--allow-unproven"]).success();
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

/// The offset of a bundle's manifest.
fn manifest_at(bundle: &[u8]) -> usize {
    let line = bundle.split(|byte| *byte == b'\n').nth(1).unwrap();
    std::str::from_utf8(line).unwrap().split(' ').nth(4).unwrap().parse().unwrap()
}

fn manifest_of(bundle: &[u8]) -> serde_json::Value {
    serde_json::from_slice(&bundle[manifest_at(bundle)..]).unwrap()
}

/// A forged bundle: another manifest, and a matching head.
fn with_manifest(bundle: &[u8], manifest: &serde_json::Value) -> Vec<u8> {
    let at = manifest_at(bundle);
    let json = serde_json::to_vec(manifest).unwrap();
    let mut forged = bundle[..at].to_vec();
    let mut lines = bundle[..16384].splitn(3, |byte| *byte == b'\n');
    let (first, _) = (lines.next().unwrap(), lines.next());
    let (sha256, total) = (testkit::digest::sha256_hex(&json), at + json.len());
    let second = format!("# goward-bundle 1 manifest {at} {} {sha256} total {total}", json.len());
    let mut head = [first, b"\n", second.as_bytes(), b"\n", lines.next().unwrap()].concat();
    head.resize(16384, b'\n');
    forged[..16384].copy_from_slice(&head);
    forged.extend_from_slice(&json);
    forged
}

/// Shells that run the script here.
fn shells() -> Vec<(PathBuf, Vec<&'static str>)> {
    let found = [("dash", vec![]), ("busybox", vec!["sh"]), ("bash", vec!["--posix"]), ("sh", vec![])];
    found.into_iter().filter_map(|(name, words)| Some((on_path(name)?, words))).collect()
}

/// A command with only a PATH in its environment, an empty home, and no network if possible.
fn bare(shell: &Path, words: &[&str], world: &Path) -> std::process::Command {
    let alone = on_path("unshare").filter(|unshare| {
        std::process::Command::new(unshare).args(["-n", "true"]).output().is_ok_and(|out| out.status.success())
    });
    let mut command = match alone {
        Some(unshare) => {
            let mut command = std::process::Command::new(unshare);
            command.arg("-n").arg(shell);
            command
        }
        None => std::process::Command::new(shell),
    };
    let home = world.join("home");
    std::fs::create_dir_all(&home).unwrap();
    command.args(words).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home).current_dir(world);
    command
}

fn said(command: &mut std::process::Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[test]
#[cfg_attr(windows, ignore = "the script is for a shell of Unix; that for PowerShell is parsed, not run")]
fn one_command_takes_an_empty_machine_to_a_running_go() {
    let (world, bundle) = made("--go 1.27");
    for (shell, words) in shells() {
        let scratch = tempfile_dir();
        let place = scratch.path().join("a place");
        std::fs::create_dir_all(&place).unwrap();
        std::fs::copy(&bundle, place.join("go.goward")).unwrap();
        let mut command = bare(&shell, &words, &place);
        command.args(["go.goward", "--", "go", "version"]).env("GOSUMDB", world.upstream.sumdb_key());
        let (code, stdout, stderr) = said(&mut command);
        let name = shell.display();
        assert_eq!(code, 0, "{name}: {stderr}");
        assert_eq!(stdout, format!("go version go1.27.3 {}\n", platform().replace('-', "/")), "{name}: {stderr}");
        assert!(place.join("home/.local/share/goward/bin/goward").is_file());
        assert_eq!(names(&place), ["go.goward", "home"], "{name}");
        assert_eq!(names(&place.join("home")), [".local"], "{name}");
    }
}

#[test]
#[cfg_attr(windows, ignore = "the script is for a shell of Unix; that for PowerShell is parsed, not run")]
fn the_script_says_what_is_wrong_before_it_does_anything() {
    let (_world, bundle) = made("--go 1.27");
    let shell = on_path("dash").or_else(|| on_path("sh")).unwrap();
    let scratch = tempfile_dir();
    let place = scratch.path();
    let good = std::fs::read(&bundle).unwrap();
    let file = place.join("go.goward");
    std::fs::write(&file, &good[..good.len() - 9]).unwrap();
    let (code, _, stderr) = said(bare(&shell, &[], place).arg("go.goward"));
    let words = format!("it is damaged: {} of {} bytes are there", good.len() - 9, good.len());
    assert!(code == 5 && stderr.contains(&words), "{code} {stderr}");
    // A byte of goward itself.
    std::fs::write(&file, flipped(&good, 16384 + 5000)).unwrap();
    let (code, _, stderr) = said(bare(&shell, &[], place).arg("go.goward"));
    assert!(code == 5 && stderr.contains("goward in it is damaged"), "{code} {stderr}");
    std::fs::write(&file, &good).unwrap();
    let (code, _, stderr) = said(bare(&shell, &[], place).arg("go.goward").env_remove("HOME"));
    assert!(code == 2 && stderr.contains("say where to with --to DIR"), "{code} {stderr}");
    let (code, _, stderr) = said(bare(&shell, &[], place).args(["go.goward", "--to"]));
    assert!(code == 2 && stderr.contains("--to needs a folder"), "{code} {stderr}");
    let (code, stdout, stderr) = said(bare(&shell, &[], place).args(["go.goward", "--goward", "tools"]));
    assert!(code == 0 && stdout.ends_with("/tools/goward\n"), "{code} {stdout} {stderr}");
    assert_eq!(names(&place.join("tools")), ["goward"]);
    assert_eq!(names(&place.join("home/.local/share/goward")), ["bin"]);
    assert_eq!(names(&place.join("home/.local/share/goward/bin")), [""; 0], "of the damaged one nothing stays");
}

fn tempfile_dir() -> Scratch {
    Scratch(sealed())
}

/// A folder that is removed at the end.
struct Scratch(Sandbox);

impl Scratch {
    fn path(&self) -> &Path {
        self.0.folder()
    }
}

/// The log's real answers for a real toolchain, replayed: the proof holds under the key that is built in.
const REAL: &str = "1.27.3";

#[test]
#[cfg_attr(windows, ignore = "real toolchains come through the machine's pip, which is not asked for there")]
fn a_real_toolchain_comes_out_of_a_bundle_proven_and_the_emergency_page_builds_a_program() {
    let archive = match testkit::real::tar_gz(REAL) {
        Ok(archive) if platform() == "linux-amd64" => archive,
        Ok(_) => return eprintln!("skipped: the log's answers are kept for linux-amd64 only"),
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let bytes: std::sync::Arc<[u8]> = std::fs::read(archive).unwrap().into();
    let index = serde_json::json!([{ "version": format!("go{REAL}"), "stable": true, "files": [{
        "filename": format!("go{REAL}.linux-amd64.tar.gz"), "os": "linux", "arch": "amd64", "kind": "archive",
        "version": format!("go{REAL}"), "sha256": testkit::digest::sha256_hex(&bytes), "size": bytes.len(),
    }] }])
    .to_string();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/trust/tests/fixtures/sumdb");
    let server = testkit::Server::start(move |request| match request.path.as_str() {
        "/dl/" => testkit::Response::ok(index.clone()).content_type("application/json"),
        path if path.ends_with(".tar.gz") => testkit::Response::shared(bytes.clone()).with_etag("\"real\""),
        path => match path.strip_prefix("/sumdb/").and_then(|path| fixture(&fixtures, path)) {
            Some(bytes) => testkit::Response::ok(bytes),
            None => testkit::Response::status(404),
        },
    });
    let mut maker = sealed();
    maker
        .set_env("GOWARD_SOURCES", "official")
        .set_env("GOWARD_OFFICIAL_URL", format!("{}/dl", server.url()))
        .set_env("GOPROXY", "off")
        .set_env("GOSUMDB", format!("sum.golang.org {}/sumdb", server.url()));
    let made = maker.goward(["bundle", "create", "--go", REAL, "--level", "1", "-o", "go.goward"]).success();
    eprintln!("{}", made.stdout);

    let scratch = tempfile_dir();
    let place = scratch.path();
    std::fs::rename(maker.folder().join("go.goward"), place.join("go.goward")).unwrap();
    std::fs::write(place.join("go.mod"), "module example.test/hello\n\ngo 1.27\n").unwrap();
    let program = "package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(\"hello, island\\n\") }\n";
    std::fs::write(place.join("main.go"), program).unwrap();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/emergency.md");
    let page = std::fs::read_to_string(page).unwrap();
    let commands = page.split_once("```sh\n").and_then(|(_, rest)| rest.split_once("```")).unwrap().0;
    assert_eq!(commands.lines().count(), 5, "{commands}");
    let mut script = "set -eu\n".to_owned();
    for line in commands.lines() {
        script.push_str(&format!("{line}\necho \"done: {}\"\n", line.split(['=', '"']).next().unwrap()));
    }
    std::fs::write(place.join("page.sh"), script).unwrap();
    let shell = on_path("dash").or_else(|| on_path("sh")).unwrap();
    // Ten minutes are what the page promises.
    let bound = on_path("timeout").unwrap();
    let mut command = bare(&bound, &["600"], place);
    let begun = std::time::Instant::now();
    let (code, stdout, stderr) =
        said(command.arg(&shell).arg("page.sh").env("CGO_ENABLED", "0").env("SHELL", "/bin/bash"));
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    assert_eq!(stdout.matches("done: ").count(), 5, "{stdout}\n{stderr}");
    assert!(stdout.contains("verified by sum.golang.org") && stdout.contains("ready after "), "{stdout}\n{stderr}");
    assert_eq!(said(&mut std::process::Command::new(place.join("built"))).1, "hello, island\n");
    eprintln!("the page's commands took {:.1} s", begun.elapsed().as_secs_f64());
    // One command, and nothing is set up.
    let apart = "--to apart -- go build -o one .";
    let mut command = bare(&shell, &[], place);
    let (code, stdout, stderr) = said(command.arg("go.goward").args(apart.split(' ')).env("CGO_ENABLED", "0"));
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    assert_eq!(said(&mut std::process::Command::new(place.join("one"))).1, "hello, island\n");
}

/// A kept answer of the public log. For a tile at the right edge the widest is kept; a narrower one is its prefix.
fn fixture(folder: &Path, path: &str) -> Option<Vec<u8>> {
    let read = |path: &str| std::fs::read(folder.join(path.replace('/', "%2F"))).ok();
    if let Some(found) = read(path) {
        return Some(found);
    }
    let (tile, width) = path.split_once(".p/")?;
    let width: usize = width.parse().ok()?;
    let wider = (width..256).find_map(|wider| read(&format!("{tile}.p/{wider}"))).or_else(|| read(tile))?;
    Some(wider[..width * 32].to_vec())
}

/// A world with a project whose lock file names go1.27.3 for this machine and another.
fn locked() -> (World, PathBuf) {
    let other = if platform() == "linux-arm64" { "linux-amd64" } else { "linux-arm64" };
    let toolchains =
        [TinyToolchain::host("1.26.8"), TinyToolchain::host("1.27.3"), TinyToolchain::new("1.27.3", other)];
    let world = World::offering(toolchains);
    world.home.write("go.mod", "module example.test/m\n\ngo 1.25\n");
    let run =
        world.goward(&format!("pin 1.27.3 --lock --platform {},linux/{}", platform().replace('-', "/"), &other[6..]));
    run.success();
    (world, PathBuf::from("goward.lock"))
}

#[test]
fn a_lock_file_says_the_same_each_time_and_what_is_out_of_date() {
    let (world, lock) = locked();
    let text = world.home.read("goward.lock");
    assert_eq!((text.matches("[[toolchain]]").count(), text.matches("sha256 = ").count()), (2, 2), "{text}");
    assert_eq!(text.matches("h1 = \"h1:").count(), 2, "{text}");
    // The log grows; what was locked has not changed.
    world.upstream.add(TinyToolchain::host("1.27.4"));
    world.goward("pin --lock --check").success();
    world.goward("pin --lock").success();
    assert_eq!(world.home.read("goward.lock"), text);
    // One digit of a hash.
    let at = text.find("sha256 = \"").unwrap() + 10;
    let digit = if &text[at..=at] == "0" { "1" } else { "0" };
    world.home.write("goward.lock", format!("{}{digit}{}", &text[..at], &text[at + 1..]));
    let run = world.goward("pin --lock --check").exits(7);
    assert!(run.stdout.contains("out of date") && run.stdout.contains("for its archive"), "{}", run.snapshot());
    assert!(world.home.read("goward.lock") != text, "a check changes nothing");
    world.goward("pin --lock --frozen").exits(7);
    world.goward("pin --lock").success();
    assert_eq!(world.home.read("goward.lock"), text);
    assert_eq!(lock.as_os_str(), "goward.lock");
}

#[test]
fn what_is_installed_is_held_to_the_lock_file() {
    let (world, _) = locked();
    world.goward("install 1.27.3").success();
    assert!(world.witnesses("1.27.3").contains(&"lock-file".to_owned()));
    world.goward("uninstall 1.27.3").success();
    let text = world.home.read("goward.lock");
    // Another archive than the one that the index now has.
    let own = text.find(&format!("platform = \"{}\"", platform().replace('-', "/"))).unwrap();
    let at = own + text[own..].find("sha256 = \"").unwrap() + 10;
    let digit = if &text[at..=at] == "0" { "1" } else { "0" };
    world.home.write("goward.lock", format!("{}{digit}{}", &text[..at], &text[at + 1..]));
    let run = world.goward("install 1.27.3").exits(5);
    assert!(
        run.stderr.contains("goward.lock:") && run.stderr.contains("wants the archive's SHA-256"),
        "{}",
        run.snapshot()
    );
    // Another form has other bytes and the same files: only `h1` counts.
    world.goward("install 1.27.3 --source proxy").success();
    world.goward("uninstall 1.27.3").success();
    world.home.write("goward.lock", text.replace("h1 = \"h1:", "h1 = \"h1:x"));
    let run = world.goward("install 1.27.3").exits(2);
    assert!(run.stderr.contains("column"), "{}", run.snapshot());
    world.assert_nothing_installed();
}

#[test]
fn a_toolchain_that_is_installed_already_is_refused_where_the_lock_file_has_other_hashes() {
    let (world, _) = locked();
    world.goward("install 1.27.3").success();
    world.goward("run -- go version").success();
    let text = world.home.read("goward.lock");
    let own = text.find(&format!("platform = \"{}\"", platform().replace('-', "/"))).unwrap();
    for (key, wants) in [("sha256 = \"", "wants the archive's SHA-256"), ("h1 = \"h1:", "wants its files")] {
        let at = own + text[own..].find(key).unwrap() + key.len();
        let digit = if &text[at..=at] == "0" { "1" } else { "0" };
        world.home.write("goward.lock", format!("{}{digit}{}", &text[..at], &text[at + 1..]));
        // Without a flag, whatever asks for it.
        for line in ["run -- go version", "run 1.27.3 -- go version", "install 1.27.3", "use 1.27.3"] {
            let run = world.goward(line).exits(5);
            let said = &run.stderr;
            assert!(said.contains("goward.lock:") && said.contains(wants), "{line}: {}", run.snapshot());
        }
        // What the lock file does not name is not its business.
        world.goward("run 1.26.8 -- go version").success();
    }
    world.home.write("goward.lock", &text);
    world.goward("run -- go version").success();
}

#[test]
fn locked_refuses_what_the_lock_file_does_not_name_and_frozen_stays_off_the_network() {
    let (world, _) = locked();
    let run = world.goward("install 1.26.8 --locked").exits(7);
    assert!(
        run.stderr.contains("does not name it, and --locked on the command line wants it to"),
        "{}",
        run.snapshot()
    );
    assert_eq!(world.upstream.hits("/go/"), 0, "nothing was fetched");
    let asked = world.upstream.requests("/").len();
    world.goward("run --frozen -- go version").exits(7);
    assert_eq!(world.upstream.requests("/").len(), asked);
    world.goward("run --locked -- go version").success();
    let asked = world.upstream.requests("/").len();
    world.goward("run --frozen -- go version").success();
    assert_eq!(world.upstream.requests("/").len(), asked);
    // A toolchain that was installed without the lock file is checked against it as well.
    world.goward("install 1.26.8").success();
    world.goward("use 1.26.8 --locked").exits(7);
    std::fs::remove_file(world.home.folder().join("goward.lock")).unwrap();
    let run = world.goward("run --locked -- go version").exits(7);
    assert!(run.stderr.contains("there is no `goward.lock`"), "{}", run.snapshot());
}

#[test]
fn only_a_user_who_says_locked_takes_the_lock_file_for_a_proof() {
    let (world, _) = locked();
    let folder = world.home.folder().join("archives");
    std::fs::create_dir_all(&folder).unwrap();
    TinyToolchain::host("1.27.3").write_archive(&folder);
    let world = world.sources("folder").env("GOWARD_FOLDER", folder).env("GOWARD_OFFLINE", "1");
    let run = world.goward("install 1.27.3").exits(5);
    assert!(run.stderr.contains("vouches for its bytes"), "{}", run.snapshot());
    world.goward("install 1.27.3 --frozen").success();
    assert_eq!(world.witnesses("1.27.3"), ["lock-file"]);
}

#[test]
fn goward_for_windows_brings_a_script_for_powershell_that_knows_where_it_lies() {
    let world = World::new();
    let program = vec![0x4d; 10_000];
    world.home.write("goward.exe", &program);
    let line = "bundle create --go 1.27 --no-goward --goward windows/amd64=goward.exe -o go.goward --level 1";
    world.goward(line).success();
    let script = world.home.read("go.goward.ps1");
    let bundle = std::fs::read(world.home.folder().join("go.goward")).unwrap();
    let offset: usize = script.split("$offset = [long]").nth(1).unwrap().split(';').next().unwrap().parse().unwrap();
    assert_eq!(&bundle[offset..offset + program.len()], program);
    assert!(script.contains(&format!("$bytes = [long]10000; $sum = '{}'", testkit::digest::sha256_hex(&program))));
    assert!(script.contains(&format!("$have -ne {}", bundle.len())) && script.contains("'go.goward'"));
    // A bundle without one for this machine says so.
    if cfg!(unix) {
        let shell = on_path("sh").unwrap();
        let (code, _, stderr) = said(bare(&shell, &[], world.home.folder()).arg("go.goward"));
        assert!(code == 3 && stderr.contains("it has no goward for"), "{code} {stderr}");
    }
    let run =
        world.goward("bundle create --go 1.27 --goward linux/amd64=a --goward linux/amd64=b -o x.goward").exits(2);
    assert!(run.stderr.contains("given twice"), "{}", run.snapshot());
    let run = world.goward("list --platform linux/amd64,linux/arm64").exits(2);
    assert!(run.stderr.contains("this command takes one"), "{}", run.snapshot());
}
