//! Every kind of bad input: each case ends with the documented exit code, a report that says what to do, and a store
//! without a visible half-made tree.

use crate::support::{World, names, official_file, platform};
use insta::assert_snapshot;
use testkit::{Fault, Response, Run, TinyToolchain, Upstream, digest};

const NOT_FOUND: i32 = 3;
const NETWORK: i32 = 4;
const INTEGRITY: i32 = 5;

/// A page as a hotel's network or a proxy serves it, with status 200.
fn login_page() -> Response {
    Response::ok("<!DOCTYPE html>\n<html><head><title>Please log in</title></head><body>Welcome</body></html>\n")
        .content_type("text/html; charset=utf-8")
}

#[test]
fn an_unknown_version_names_the_nearest() {
    let world = World::new();
    assert_snapshot!("unknown_minor", world.goward("install 1.24").exits(NOT_FOUND).snapshot());
    assert_snapshot!("unknown_patch", world.goward("install 1.27.9").exits(NOT_FOUND).snapshot());
    assert_snapshot!("unknown_range", world.home.goward(["install", ">1.27.3 <1.28"]).exits(NOT_FOUND).snapshot());
    assert_snapshot!("yaml_trap", world.goward("install 1.2").exits(NOT_FOUND).snapshot());
    world.assert_nothing_installed();
}

#[test]
fn a_platform_without_archives_is_named() {
    let world = World::new();
    let run = world.goward("install 1.27 --platform plan9/mips").exits(NOT_FOUND);
    assert_snapshot!("platform_minor", run.snapshot());
    let run = world.goward("install 1.27.3 --platform plan9/mips").exits(NOT_FOUND);
    assert_snapshot!("platform_exact", run.snapshot());
    world.assert_nothing_installed();
}

#[test]
fn an_index_that_is_a_web_page_or_truncated_is_told_and_the_next_source_asked() {
    for (name, class, answer) in [
        ("index_html", NETWORK, login_page()),
        (
            "index_truncated",
            INTEGRITY,
            Response::ok(r#"[{"version":"go1.27.3","stable":true,"files":[{"filename":"go1.27.3.linux-am"#),
        ),
        ("index_empty", INTEGRITY, Response::ok("")),
        ("index_of_another_kind", INTEGRITY, Response::ok(r#"{"error":"not today"}"#).content_type("application/json")),
    ] {
        let world = World::new();
        world.upstream.answer("/dl/", answer);
        let alone = world.goward("install 1.27 --source official").exits(class);
        world.goward("install 1.27.3 --source official").exits(class);
        assert_snapshot!(name, alone.snapshot());
        world.assert_nothing_installed();
        world.goward("install 1.27").success();
        assert_eq!(world.record("1.27.3")["source"], "proxy", "{name}");
    }
}

#[test]
fn an_archive_with_another_checksum_is_thrown_away_and_the_next_source_tried() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone()]).sources("official,proxy");
    world.upstream.corrupt(&toolchain.archive_name());
    let alone = world.goward("install 1.27.3 --source official").exits(INTEGRITY);
    assert!(alone.stderr.contains(&toolchain.archive_sha256()), "the expected one is named\n{}", alone.snapshot());
    assert!(alone.stderr.contains("thrown away"), "{}", alone.snapshot());
    assert!(!alone.stderr.contains("kept for the next run"), "{}", alone.snapshot());
    world.assert_nothing_installed();

    let run = world.goward("install 1.27.3").success();
    assert_eq!(world.record("1.27.3")["source"], "proxy");
    assert!(run.stderr.contains("official: accept "), "the attempt is reported\n{}", run.snapshot());

    // With both damaged, both are reported.
    let world = World::offering([toolchain.clone()]).sources("official,proxy");
    world.upstream.corrupt(&toolchain.archive_name());
    world.upstream.corrupt(&format!("{}.zip", toolchain.module_version()));
    let run = world.goward("install 1.27.3").exits(INTEGRITY);
    for source in ["official: ", "proxy: "] {
        assert!(run.stderr.contains(&format!("tried: {source}")), "{}", run.snapshot());
    }
    world.assert_nothing_installed();
    // After a repair upstream the next run succeeds: no bad byte was kept.
    world.upstream.restore(&toolchain.archive_name());
    world.goward("install 1.27.3 --source official").success();
}

#[test]
fn a_refused_module_zip_is_not_kept_either() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone()]).sources("proxy");
    let other = toolchain.clone().with_file("src/fmt/print.go", "package fmt // changed\n");
    let path = format!("/proxy/golang.org/toolchain/@v/{}.zip", toolchain.module_version());
    world.upstream.answer(&path, Response::shared(other.module_zip()));
    let run = world.goward("install 1.27.3").exits(INTEGRITY);
    assert!(run.stderr.contains("checksum database does not vouch for its files"), "{}", run.snapshot());
    assert!(!run.stderr.contains("kept for the next run"), "{}", run.snapshot());
    world.assert_nothing_installed();
    // Not even `--allow-unproven` lifts a contradiction.
    world.goward("install 1.27.3 --allow-unproven").exits(INTEGRITY);
    world.assert_nothing_installed();
    world.upstream.restore(&path);
    world.goward("install 1.27.3").success();
}

#[test]
fn a_checksum_database_that_contradicts_itself_is_never_overlooked() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone(), TinyToolchain::host("1.26.8")]).sources("proxy");
    world.goward("install 1.26.8").success();
    // The log rewrites its history: the kept head does not fit any more.
    world.upstream.with_sumdb(|log| log.rewrite(3, "example.test/other3 v1.0.0 h1:AAAA\n"));
    world.goward("install 1.27.3 --allow-unproven").exits(INTEGRITY);
    assert_eq!(world.installed(), ["1.26.8"]);
}

#[test]
fn where_no_source_can_be_reached_each_host_is_listed_with_its_reason() {
    let world = World::new().env("GOWARD_OFFICIAL_URL", "http://127.0.0.1:1/dl").env("GOPROXY", "http://127.0.0.1:2");
    let world = world.env("GOWARD_MIRRORS", "corp=http://127.0.0.1:3/dl");
    let run = world.goward("install 1.27").exits(NETWORK);
    assert_snapshot!("unreachable_minor", run.snapshot());
    for host in ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"] {
        assert!(run.stderr.contains(host), "{}", run.stderr);
    }
    assert_snapshot!("unreachable_exact", world.goward("install 1.27.3").exits(NETWORK).snapshot());
    let json = world.goward("install 1.27 --json --quiet").exits(NETWORK);
    let report: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
    assert_eq!((&report["exit_code"], &report["word"]), (&NETWORK.into(), &"no-source".into()));
    world.assert_nothing_installed();
}

/// An entry of a tar: name, kind, content (or the target of a link).
type Entry = (&'static str, u8, &'static str);

/// A tar that no honest packer writes.
fn tar(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, kind, content) in entries {
        let (target, body) = if *kind == b'2' { (*content, "") } else { ("", *content) };
        let mut header = [0_u8; 512];
        let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
        put(0, name);
        put(100, "0000755\0");
        put(124, &format!("{:011o}\0", body.len()));
        put(136, "00000000000\0");
        put(148, "        ");
        put(157, target);
        put(257, "ustar\x0000");
        header[156] = *kind;
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(body.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    stored_gzip(&bytes)
}

/// The bytes as gzip (RFC 1952) of one stored block each (RFC 1951, section 3.2.4): no compressor is needed.
fn stored_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut chunks = bytes.chunks(0xffff).peekable();
    while let Some(chunk) = chunks.next() {
        let length = u16::try_from(chunk.len()).unwrap();
        out.push(u8::from(chunks.peek().is_none()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    out.extend_from_slice(&(!crc).to_le_bytes());
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
    out
}

/// This machine, or one for which the archives are tar.gz: those of Windows are zips, which `core/archive` treats alike.
fn tar_platform() -> String {
    if cfg!(windows) { "linux-amd64".to_owned() } else { platform() }
}

/// Installs go1.27.3 for the platform of the tar.
fn install(world: &World) -> Run {
    world.goward(&format!("install 1.27.3 --platform {}", tar_platform().replace('-', "/")))
}

/// A mirror that serves this in place of go1.27.3, with an index whose checksum fits, as a mirror's owner can do.
fn hostile_mirror(archive: &[u8]) -> (World, Upstream) {
    let name = TinyToolchain::new("1.27.3", &tar_platform()).archive_name();
    let (os, arch) = tar_platform().split_once('-').map(|(os, arch)| (os.to_owned(), arch.to_owned())).unwrap();
    let index = serde_json::json!([{ "version": "go1.27.3", "stable": true, "files": [{
        "filename": name, "os": os, "arch": arch, "version": "go1.27.3", "kind": "archive",
        "sha256": digest::sha256_hex(archive), "size": archive.len(),
    }] }]);
    let mirror = Upstream::start([]);
    mirror.answer("/dl/", Response::ok(index.to_string()).content_type("application/json"));
    mirror.answer(&format!("/dl/{name}"), Response::ok(archive));
    let mut world = World::offering([TinyToolchain::host("1.27.3")]);
    world.home.redact(&tar_platform(), "[PLATFORM]");
    let world = world
        .sources("evil")
        .env("GOWARD_MIRRORS", format!("evil={}", mirror.index_url()))
        .env("GOWARD_ALLOW_UNPROVEN", "1");
    (world, mirror)
}

#[test]
fn hostile_archives_are_refused_with_the_entrys_name() {
    const VERSION: Entry = ("go/VERSION", b'0', "go1.27.3\n");
    let cases: [(&str, &[Entry]); 6] = [
        ("../escaped", &[VERSION, ("go/../../escaped", b'0', "x")]),
        ("absolute", &[VERSION, ("/tmp/goward-absolute", b'0', "x")]),
        ("symlink", &[VERSION, ("go/symlink", b'2', "/etc"), ("go/symlink/passwd", b'0', "x")]),
        ("device", &[VERSION, ("go/device", b'3', "")]),
        ("Bin", &[VERSION, ("go/bin", b'5', ""), ("go/Bin", b'0', "x")]),
        ("outside", &[VERSION, ("outside/x", b'0', "x")]),
    ];
    for (name, entries) in cases {
        let (world, _mirror) = hostile_mirror(&tar(entries));
        let run = install(&world).exits(INTEGRITY);
        assert!(run.stderr.contains(name), "the entry is not named: {name}\n{}", run.snapshot());
        assert!(!run.stderr.contains("kept for the next run"), "{}", run.snapshot());
        world.assert_nothing_installed();
        for escaped in ["escaped", "../escaped", "../../escaped"] {
            assert!(!world.home.goward_home().join(escaped).exists());
        }
    }
    let (world, _mirror) = hostile_mirror(&tar(cases[0].1));
    assert_snapshot!("hostile_archive", install(&world).exits(INTEGRITY).snapshot());
}

#[test]
fn a_corrupt_archive_whose_checksum_matches_is_refused_all_the_same() {
    let whole = TinyToolchain::new("1.27.3", &tar_platform()).archive();
    let mut flipped = whole.to_vec();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x55;
    for archive in [&whole[..whole.len() / 2], &whole[..whole.len() - 4], &flipped[..], b"", b"not gzip at all"] {
        let (world, _mirror) = hostile_mirror(archive);
        let run = install(&world);
        assert_eq!(run.code, INTEGRITY, "{} bytes: {}", archive.len(), run.snapshot());
        world.assert_nothing_installed();
    }
}

#[test]
fn an_archive_with_another_version_inside_is_refused() {
    let other = TinyToolchain::new("1.27.2", &tar_platform());
    let (world, _mirror) = hostile_mirror(&other.archive());
    let run = install(&world).exits(INTEGRITY);
    assert!(run.stderr.contains("it holds `go1.27.2`, not go1.27.3"), "{}", run.snapshot());
    world.assert_nothing_installed();
    // Also an archive that is not a toolchain at all.
    let (world, _mirror) = hostile_mirror(&tar(&[("go/VERSION", b'0', "go1.27.3\n"), ("go/readme", b'0', "x")]));
    install(&world).exits(INTEGRITY);
    world.assert_nothing_installed();
}

#[test]
fn a_web_page_in_place_of_an_archive_is_told_as_such() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone()]).sources("official");
    world.upstream.answer(&official_file(&toolchain), login_page());
    assert_snapshot!("archive_html", world.goward("install 1.27.3").exits(NETWORK).snapshot());
    world.assert_nothing_installed();
    assert!(names(&world.store("downloads")).iter().all(|name| name.ends_with(".lock") || name.ends_with(".parts")));
    world.upstream.restore(&official_file(&toolchain));
    world.goward("install 1.27.3").success();
}

#[test]
fn a_server_that_asks_for_patience_gets_it() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone()]).sources("official").env("GOWARD_TRIES", "3");
    let busy = Response::status(429).with_header("retry-after", "1");
    world.upstream.answer_times(&official_file(&toolchain), busy, 1);
    let run = world.goward("install 1.27.3").success();
    assert!(run.stderr.contains("429"), "{}", run.snapshot());
    assert_eq!(world.upstream.hits(&official_file(&toolchain)), 2);
    // Transient errors are retried, permanent ones end in a report with the count.
    world.upstream.answer(&official_file(&toolchain), Response::status(503));
    world.goward("uninstall 1.27.3").success();
    assert_snapshot!("answers_503", world.goward("install 1.27.3").exits(NETWORK).snapshot());
    world.assert_nothing_installed();
}

#[test]
fn a_size_that_is_not_the_indexs_is_refused() {
    let toolchain = TinyToolchain::host("1.27.3");
    let world = World::offering([toolchain.clone()]).sources("official");
    let longer = [&toolchain.archive()[..], &[0; 100]].concat();
    world.upstream.answer(&official_file(&toolchain), Response::ok(longer));
    world.goward("install 1.27.3").exits(INTEGRITY);
    world.upstream.answer(&official_file(&toolchain), Response::ok(&toolchain.archive()[..1000]));
    world.goward("install 1.27.3").exits(INTEGRITY);
    world.assert_nothing_installed();
    let world = World::offering([toolchain.clone()]).sources("official");
    world.upstream.fault(&official_file(&toolchain), Fault::NoLength, None);
    world.goward("install 1.27.3").success();
}
