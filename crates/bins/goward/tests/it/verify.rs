//! `goward verify`, the witness policy, the user's check and signatures, from the outside.

use std::fs;

use crate::support::{World, make_writable, names, official_file, platform};
use pgp::composed::{ArmorOptions, DetachedSignature, KeyType, SecretKeyParamsBuilder, SignedSecretKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::types::{KeyDetails, Password};
use rand::SeedableRng;
use testkit::{Program, Response, TinyToolchain, program};

/// The output without a signature. The official site redirects the name of a signature of a `.tar.gz`, not of a `.zip`.
const NO_SIGNATURE: &str =
    if cfg!(windows) { "a web page came back instead" } else { "there is no signature beside it" };

const DAMAGE: i32 = 5;
const POLICY: i32 = 7;

fn writable(world: &World, path: &str) -> std::path::PathBuf {
    let file = world.tree("1.27.3").join(path);
    make_writable(file.parent().unwrap());
    if file.exists() {
        make_writable(&file);
    }
    file
}

fn append(world: &World, path: &str) {
    let file = writable(world, path);
    let mut bytes = fs::read(&file).unwrap();
    bytes.push(b'x');
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_toolchain_of_the_index_gets_its_proof_at_the_first_check_and_holds_offline_afterwards() {
    let world = World::new().sources("official");
    world.goward("install 1.27.3").success();
    assert_eq!(world.witnesses("1.27.3"), ["index-checksum"]);
    let first = world.goward("verify 1.27.3 --explain").success();
    assert!(first.stdout.contains("verified by sum.example.test"), "{}", first.stdout);
    assert!(first.stdout.contains("its proof is kept"), "{}", first.stdout);
    assert_eq!(world.witnesses("1.27.3"), ["index-checksum", "sum-db"]);
    let asked = world.upstream.hits("/");
    let second = world.goward("verify 1.27.3 --explain --offline").success();
    for step in ["files", "manifest", "h1", "record", "inclusion", "head", "history", "key", "outside"] {
        assert!(second.stdout.contains(&format!("\n  {step:<10} ")), "{step}: {}", second.stdout);
    }
    assert!(!second.stdout.contains("DOES NOT HOLD"), "{}", second.stdout);
    assert_eq!(world.upstream.hits("/"), asked, "the second check asks nobody");
}

#[test]
fn a_proof_that_was_tampered_with_is_refused_whatever_else_the_record_says() {
    let world = World::new().sources("proxy");
    world.goward("install 1.27.3").success();
    let path = world.store(&format!("manifests/go1.27.3.{}.json", platform()));
    let whole = world.record("1.27.3");
    for (field, value) in [
        ("h1", serde_json::json!("h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
        ("record_id", serde_json::json!(1)),
        ("tree_size", serde_json::json!(1)),
        ("inclusion", serde_json::json!([])),
        ("database", serde_json::json!("sum.golang.org")),
        ("record_text", serde_json::json!("golang.org/toolchain v0.0.1-x h1:x\n")),
        ("note", serde_json::json!("go.sum database tree\n1\nx\n\n")),
    ] {
        let mut record = whole.clone();
        record["log_proof"][field] = value;
        fs::write(&path, record.to_string()).unwrap();
        let run = world.goward("verify 1.27.3 --offline --explain");
        assert_eq!(run.code, DAMAGE, "{field}: {} {}", run.stdout, run.stderr);
        assert!(run.stdout.contains("its proof does not hold"), "{field}: {}", run.stdout);
    }
    fs::write(&path, whole.to_string()).unwrap();
    world.goward("verify 1.27.3 --offline").success();
}

#[test]
fn damage_is_named_and_repaired_from_the_source_and_what_does_not_belong_is_kept_aside() {
    let world = World::new().sources("official");
    world.goward("install 1.27.3").success();
    append(&world, "VERSION");
    let gofmt = format!("bin/{}", program::file_name("gofmt"));
    fs::remove_file(writable(&world, &gofmt)).unwrap();
    fs::write(writable(&world, "src/mine.txt"), "mine").unwrap();
    let run = world.goward("verify 1.27.3");
    assert_eq!(run.code, DAMAGE);
    for line in ["changed    VERSION", &format!("missing    {gofmt}"), "extra      src/mine.txt"] {
        assert!(run.stdout.contains(line), "{}", run.stdout);
    }
    assert!(run.stderr.contains("--repair"), "{}", run.stderr);
    let dry = world.goward("verify 1.27.3 --repair --dry-run");
    assert_eq!(dry.code, DAMAGE);
    let run = world.goward("verify 1.27.3 --repair").success();
    assert!(run.stdout.contains("whole"), "{}", run.stdout);
    let aside = world.store("set-aside");
    let kept = aside.join(&names(&aside)[0]).join("src/mine.txt");
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
    world.goward("verify 1.27.3 --offline").success();
    let value: serde_json::Value =
        serde_json::from_str(&world.goward("verify 1.27.3 --offline --json").success().stdout).unwrap();
    assert_eq!(value["toolchains"][0]["comparison"]["damaged"], serde_json::json!([]));
}

#[test]
fn what_a_sibling_has_is_repaired_without_a_network() {
    let world = World::offering([
        TinyToolchain::host("1.27.2").with_file("src/same.go", "the same in both"),
        TinyToolchain::host("1.27.3").with_file("src/same.go", "the same in both"),
    ])
    .sources("official")
    .env("GOWARD_LINK", "copy");
    world.goward("install 1.27.2 1.27.3").success();
    append(&world, "src/same.go");
    let run = world.goward("verify 1.27.3 --repair --offline").success();
    assert!(run.stdout.contains("from go1.27.2."), "{}", run.stdout);
    assert_eq!(fs::read_to_string(world.tree("1.27.3").join("src/same.go")).unwrap(), "the same in both");
}

#[test]
fn a_repair_without_any_right_bytes_changes_nothing_and_says_so() {
    let world = World::new().sources("official");
    world.goward("install 1.27.3").success();
    append(&world, "VERSION");
    let before = fs::read(world.tree("1.27.3").join("VERSION")).unwrap();
    let run = world.goward("verify 1.27.3 --repair --offline");
    assert_eq!(run.code, POLICY, "{}", run.stderr);
    assert_eq!(fs::read(world.tree("1.27.3").join("VERSION")).unwrap(), before);
    // An archive with other bytes than those admitted does not help either.
    world.upstream.corrupt(&TinyToolchain::host("1.27.3").archive_name());
    assert_ne!(world.goward("verify 1.27.3 --repair").code, 0);
    assert_eq!(fs::read(world.tree("1.27.3").join("VERSION")).unwrap(), before);
    assert_eq!(names(&world.store("staging")), Vec::<String>::new());
}

#[test]
fn required_witnesses_are_asked_where_the_index_alone_would_do() {
    let world = World::new().sources("official").env("GOWARD_REQUIRE", "index,sumdb");
    world.goward("install 1.27.3").success();
    assert_eq!(world.witnesses("1.27.3"), ["index-checksum", "sum-db"]);
    let two = World::new().sources("official").env("GOWARD_MIN_WITNESSES", "2");
    two.goward("install 1.27.3").success();
    assert_eq!(two.witnesses("1.27.3"), ["index-checksum", "sum-db"]);
}

#[test]
fn a_witness_that_is_missing_refuses_and_is_named_with_the_reason() {
    for (name, value, words) in [
        ("GOWARD_REQUIRE", "openpgp", ["wants openpgp", NO_SIGNATURE]),
        ("GOWARD_REQUIRE", "hook", ["wants hook", "no `verify.hook` is set"]),
        ("GOWARD_REQUIRE", "lock", ["wants lock", "which did not vouch"]),
        ("GOWARD_MIN_WITNESSES", "5", ["`verify.min-witnesses` wants 5", "there are 2"]),
    ] {
        let world = World::new().sources("official").env(name, value);
        let run = world.goward("install 1.27.3");
        assert_eq!(run.code, POLICY, "{value}: {}", run.stderr);
        for word in words {
            assert!(run.stderr.contains(word), "{value}: {}", run.stderr);
        }
        world.assert_nothing_installed();
    }
    // If the log is required and silent, goward refuses, though the index vouches.
    let world = World::new().sources("official").env("GOWARD_REQUIRE", "sumdb").env("GOSUMDB", "off");
    let run = world.goward("install 1.27.3");
    assert_eq!(run.code, POLICY, "{}", run.stderr);
    assert!(run.stderr.contains("GOSUMDB says `off`"), "{}", run.stderr);
    // `--allow-unproven` does not lift a witness that is required by name.
    assert_eq!(world.goward("install 1.27.3 --allow-unproven").code, POLICY);
    let typo = World::new().env("GOWARD_REQUIRE", "sumbd");
    assert_eq!(typo.goward("install 1.27.3").code, 2);
}

#[test]
#[cfg_attr(windows, ignore = "the check is a script of Unix with programs of Unix")]
fn the_users_check_is_told_everything_and_its_word_counts() {
    let world = World::new().sources("official").env("GOWARD_REQUIRE", "hook");
    let script = "#!/bin/sh\nPATH=/usr/bin:/bin\ntest \"$1\" = --strict || exit 9\ncat > \"$HOME/facts.json\"\nsha256sum \"$2\" > \"$HOME/sum\"\n\
                  echo \"looked at $GOWARD_HOOK_VERSION for $GOWARD_HOOK_PLATFORM\"\nexit $(cat \"$HOME/verdict\")\n";
    world.home.add_program("check-archive", script);
    let world = world.env("GOWARD_VERIFY_HOOK", "check-archive --strict");
    fs::write(world.home.home().join("verdict"), "3").unwrap();
    let run = world.goward("install 1.27.3");
    assert_eq!(run.code, POLICY, "{}", run.stderr);
    assert!(run.stderr.contains("ended with exit status 3"), "{}", run.stderr);
    assert!(run.stderr.contains("hook: looked at go1.27.3 for "), "{}", run.stderr);
    world.assert_nothing_installed();

    fs::write(world.home.home().join("verdict"), "0").unwrap();
    world.goward("install 1.27.3").success();
    assert_eq!(world.witnesses("1.27.3"), ["index-checksum", "hook"]);
    let expected = TinyToolchain::host("1.27.3").archive_sha256();
    let facts: serde_json::Value =
        serde_json::from_slice(&fs::read(world.home.home().join("facts.json")).unwrap()).unwrap();
    assert_eq!(facts["sha256"], expected);
    assert_eq!((facts["version"].as_str(), facts["source"].as_str()), (Some("go1.27.3"), Some("official")));
    assert_eq!(facts["witnesses"][0]["kind"], "index-checksum");
    let sum = fs::read_to_string(world.home.home().join("sum")).unwrap();
    assert!(sum.starts_with(&expected), "the check saw the archive itself: {sum}");
    assert_eq!(names(&world.store("staging")), Vec::<String>::new());
}

#[test]
fn a_check_is_heard_by_its_code_and_its_words() {
    for (code, expected) in [(3, POLICY), (0, 0)] {
        let world = World::new().sources("official").env("GOWARD_REQUIRE", "hook").env("GOWARD_VERIFY_HOOK", "look -s");
        world.home.add_small_program("look", &Program::new().say("looked at it").say_args().exit(code));
        let run = world.goward("install 1.27.3").exits(expected);
        assert!(run.stderr.contains("hook: looked at it") && run.stderr.contains("hook: -s"), "{}", run.snapshot());
        assert_eq!(world.installed().len(), usize::from(code == 0));
    }
}

#[test]
fn a_check_that_cannot_be_run_or_does_not_end_refuses() {
    let nowhere = if cfg!(windows) { r"C:\nowhere\check" } else { "/nowhere/check" };
    let world = World::new().sources("official").env("GOWARD_VERIFY_HOOK", nowhere);
    let run = world.goward("install 1.27.3");
    assert_eq!(run.code, POLICY, "{}", run.stderr);
    assert!(run.stderr.contains("cannot be run"), "{}", run.stderr);
    let world = World::new().sources("official").env("GOWARD_VERIFY_HOOK_SECONDS", "1");
    world.home.add_small_program("hangs", &Program::new().sleep());
    let world = world.env("GOWARD_VERIFY_HOOK", "hangs");
    let run = world.goward("install 1.27.3");
    assert_eq!(run.code, POLICY, "{}", run.stderr);
    assert!(run.stderr.contains("did not end within 1 s"), "{}", run.stderr);
    world.assert_nothing_installed();
}

fn signer(seed: u64) -> SignedSecretKey {
    let mut params = SecretKeyParamsBuilder::default();
    params
        .key_type(KeyType::Ed25519Legacy)
        .can_certify(true)
        .can_sign(true)
        .created_at(pgp::types::Timestamp::from_secs(1_600_000_000))
        .primary_user_id("Test <test@example.test>".into());
    params.build().unwrap().generate(rand::rngs::StdRng::seed_from_u64(seed)).unwrap()
}

fn signature(signer: &SignedSecretKey, bytes: &[u8]) -> Vec<u8> {
    let rng = rand::rngs::StdRng::seed_from_u64(5);
    DetachedSignature::sign_binary_data(rng, &signer.primary_key, &Password::empty(), HashAlgorithm::Sha256, bytes)
        .unwrap()
        .to_armored_bytes(ArmorOptions::default())
        .unwrap()
}

#[test]
fn the_signature_beside_an_archive_counts_when_it_is_wanted_and_refuses_when_it_is_bad() {
    let (mine, other) = (signer(1), signer(2));
    let toolchain = TinyToolchain::host("1.27.3");
    let archive = toolchain.archive();
    let cases = [
        ("good", Some(signature(&mine, &archive)), 0, ""),
        ("none", None, POLICY, NO_SIGNATURE),
        ("of other bytes", Some(signature(&mine, b"other")), DAMAGE, "signature does not hold"),
        ("of another key", Some(signature(&other, &archive)), POLICY, "is not under"),
        ("no signature", Some(b"hello".to_vec()), POLICY, "read the signature"),
    ];
    for (name, text, code, words) in cases {
        let world = World::new().sources("official").env("GOWARD_REQUIRE", "openpgp");
        let keyring = mine.to_public_key().to_armored_bytes(ArmorOptions::default()).unwrap();
        let file = world.home.write("keyring.asc", keyring);
        let world = world
            .env("GOWARD_KEYRING", file.as_os_str())
            .env("GOWARD_KEY_FINGERPRINT", format!("{:X}", mine.primary_key.fingerprint()));
        if let Some(text) = text {
            for prefix in
                [format!("{}.asc", official_file(&toolchain)), format!("/dl/{}.asc", toolchain.archive_name())]
            {
                world.upstream.answer(&prefix, Response::ok(text.clone()));
            }
        }
        let run = world.goward("install 1.27.3");
        assert_eq!(run.code, code, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{name}: {}", run.stderr);
        if code == 0 {
            assert_eq!(world.witnesses("1.27.3"), ["index-checksum", "open-pgp"]);
        } else {
            world.assert_nothing_installed();
        }
    }
}

#[test]
fn a_signed_archive_of_another_platform_or_version_is_not_taken_for_this_one() {
    // A signature covers bytes and not a name: a server can serve a genuine archive under another name.
    let mine = signer(1);
    let wanted = TinyToolchain::host("1.27.3");
    let elsewhere = if cfg!(windows) { "windows-mips" } else { "linux-mips" };
    let no_tools = ["asm", "cgo", "compile", "cover", "link", "vet"].into_iter().fold(wanted.clone(), |tree, tool| {
        let exe = std::env::consts::EXE_SUFFIX;
        tree.without_file(&format!("pkg/tool/{}_{}/{tool}{exe}", wanted.os(), wanted.arch()))
    });
    let other = format!("pkg/tool/{}", elsewhere.replace('-', "_"));
    let two = wanted.clone().with_file(&format!("{other}/compile"), "x");
    for (replayed, words) in [
        (TinyToolchain::new("1.27.3", elsewhere), other.as_str()),
        (TinyToolchain::host("1.27.2"), "holds `go1.27.2`"),
        (no_tools, "no folder of tools"),
        (two, other.as_str()),
    ] {
        let world = World::new().sources("folder").env("GOWARD_REQUIRE", "openpgp").env("GOSUMDB", "off");
        let keyring = mine.to_public_key().to_armored_bytes(ArmorOptions::default()).unwrap();
        let keyring = world.home.write("keyring.asc", keyring);
        let folder = world.home.home().join("archives");
        fs::create_dir_all(&folder).unwrap();
        let bytes = replayed.archive();
        fs::write(folder.join(wanted.archive_name()), &bytes).unwrap();
        fs::write(folder.join(format!("{}.asc", wanted.archive_name())), signature(&mine, &bytes)).unwrap();
        let world = world
            .env("GOWARD_KEYRING", keyring.as_os_str())
            .env("GOWARD_KEY_FINGERPRINT", format!("{:X}", mine.primary_key.fingerprint()))
            .env("GOWARD_FOLDER", folder.as_os_str());
        for line in ["install 1.27.3", "install 1.27.3 --allow-unproven"] {
            let run = world.goward(line).exits(DAMAGE);
            assert!(run.stderr.contains(words), "{}", run.snapshot());
        }
        world.assert_nothing_installed();
    }
}

#[test]
fn where_no_signature_is_wanted_none_is_asked_for() {
    let world = World::new().sources("official");
    world.goward("install 1.27.3").success();
    assert!(world.upstream.requests("/").iter().all(|request| !request.path.ends_with(".asc")));
}

#[test]
fn a_log_that_lies_refuses_an_install_and_a_check() {
    let lookup = |version: &str| format!("/sumdb/lookup/golang.org/toolchain@v0.0.1-go{version}.{}", platform());
    for what in ["lookup", "tile"] {
        let world = World::new().sources("proxy");
        let forged = match what {
            // The answer of another toolchain.
            "lookup" => {
                let key = format!("golang.org/toolchain@v0.0.1-go1.27.2.{}", platform());
                let text = world.upstream.with_sumdb(|log| log.lookup(&key)).unwrap();
                (lookup("1.27.3"), text.into_bytes())
            }
            _ => ("/sumdb/tile/".to_owned(), vec![0x5a; 32 * 256]),
        };
        for prefix in [forged.0.clone(), forged.0.replace("/sumdb/", "/proxy/sumdb/sum.example.test/")] {
            world.upstream.answer(&prefix, Response::ok(forged.1.clone()));
        }
        let run = world.goward("install 1.27.3");
        assert_ne!(run.code, 0, "{what}");
        world.assert_nothing_installed();
    }
}

#[test]
fn a_log_that_shows_two_histories_is_an_alarm_and_its_evidence_is_kept() {
    let world = World::new().sources("official");
    world.goward("install 1.27.3 1.27.2").success();
    world.goward("verify 1.27.2").success();
    world.upstream.with_sumdb(|log| log.rewrite(0, "example.test/other v1.0.0 h1:AAAA\n"));
    let run = world.goward("verify 1.27.3");
    assert_eq!(run.code, DAMAGE, "{} {}", run.stdout, run.stderr);
    assert!(run.stderr.contains("report them to the Go security team"), "{}", run.stderr);
    let evidence: Vec<String> =
        names(&world.store("heads")).into_iter().filter(|name| name.contains(".fork-")).collect();
    assert_eq!(evidence.len(), 1);
    let text = fs::read(world.store("heads").join(&evidence[0])).unwrap();
    let evidence: trust::ForkEvidence = serde_json::from_slice(&text).unwrap();
    assert_ne!(evidence.kept_note, evidence.offered_note);
}
