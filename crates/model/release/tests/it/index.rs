//! The release index: which entries are kept, omitted, refused.

use diag::{Class, Diagnose};
use proptest::prelude::*;
use release::{ArchiveFile, Digest, Index, IndexError, Platform, ToolchainId, Version, parse_archive_name};

const HASH: &str = "6924efde5de86fe277676e929dc9917d466efa02fb934197bc2eba35d5680971";

fn entry(filename: &str, os: &str, arch: &str, version: &str, sha256: &str, kind: &str) -> String {
    format!(
        r#"{{"filename":"{filename}","os":"{os}","arch":"{arch}","version":"{version}","sha256":"{sha256}","size":7,"kind":"{kind}"}}"#
    )
}

fn release(version: &str, files: &[String]) -> String {
    format!(r#"{{"version":"{version}","stable":true,"files":[{}]}}"#, files.join(","))
}

/// A release with one archive for linux-amd64.
fn plain(version: &str) -> String {
    release(version, &[entry(&format!("{version}.linux-amd64.tar.gz"), "linux", "amd64", version, HASH, "archive")])
}

fn list(releases: &[String]) -> String {
    format!("[{}]", releases.join(","))
}

fn id(text: &str) -> ToolchainId {
    text.parse().unwrap()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

#[test]
fn releases_come_in_go_order_whatever_order_they_came_in() {
    let body = list(&["go1.9", "go1.27rc2", "go1.10", "go1.27.0", "go1.27rc10", "go1.9.2"].map(plain));
    let index = Index::parse(body.as_bytes()).unwrap();
    let order: Vec<&str> = index.versions().map(Version::as_str).collect();
    assert_eq!(order, ["1.27.0", "1.27rc10", "1.27rc2", "1.10", "1.9.2", "1.9"]);
}

#[test]
fn only_archives_count_and_each_is_found_by_its_toolchain() {
    let files = [
        entry("go1.27.3.src.tar.gz", "", "", "go1.27.3", HASH, "source"),
        entry("go1.27.3.darwin-arm64.tar.gz", "darwin", "arm64", "go1.27.3", HASH, "archive"),
        entry("go1.27.3.darwin-arm64.pkg", "darwin", "arm64", "go1.27.3", HASH, "installer"),
        entry("go1.27.3.linux-armv6l.tar.gz", "linux", "armv6l", "go1.27.3", HASH, "archive"),
        entry("go1.27.3.windows-amd64.zip", "windows", "amd64", "go1.27.3", HASH, "archive"),
        entry("go1.27.3.windows-amd64.msi", "windows", "amd64", "go1.27.3", HASH, "installer"),
    ];
    let index = Index::parse(list(&[release("go1.27.3", &files)]).as_bytes()).unwrap();
    let platforms: Vec<String> = index.platforms_of(&version("1.27.3")).map(Platform::to_string).collect();
    assert_eq!(platforms, ["darwin-arm64", "linux-arm", "windows-amd64"]);
    let arm = index.archive(&id("go1.27.3.linux-arm")).unwrap();
    assert_eq!(arm.filename, "go1.27.3.linux-armv6l.tar.gz");
    assert_eq!((arm.sha256, arm.size), (Some(HASH.parse().unwrap()), Some(7)));
    assert_eq!(index.archive(&id("go1.27.3.linux-amd64")), None);
    assert_eq!(index.archive(&id("go1.27.2.linux-arm")), None);
    let on_windows: Vec<&Version> = index.versions_for(&"windows-amd64".parse().unwrap()).collect();
    assert_eq!(on_windows, [&version("1.27.3")]);
    assert_eq!(index.versions_for(&"linux-386".parse().unwrap()).count(), 0);
    assert_eq!(index.notes(), (&[][..], 0));
}

#[test]
fn the_odd_entries_of_the_early_years_are_handled_by_rule() {
    let files_142 = [
        entry("go1.4.2.darwin-amd64-osx10.6.tar.gz", "darwin", "amd64", "go1.4.2", "", "archive"),
        entry("go1.4.2.darwin-amd64-osx10.8.tar.gz", "darwin", "amd64", "go1.4.2", "", "archive"),
        entry("go1.4.2.darwin-386-osx10.8.tar.gz", "darwin", "386", "go1.4.2", "", "archive"),
        entry("go1.4.2.darwin-386-osx10.6.tar.gz", "darwin", "386", "go1.4.2", "", "archive"),
    ];
    let body = list(&[
        release("go1.4.2", &files_142),
        release("go1.6beta1", &[entry("go1.6beta1.linux-arm6.tar.gz", "linux", "arm6", "go1.6beta1", "", "archive")]),
        release("go1", &[entry("go1.4-bootstrap-20170531.tar.gz", "4", "bootstrap", "go1", HASH, "archive")]),
        plain("go1.9.2rc2"),
    ]);
    let index = Index::parse(body.as_bytes()).unwrap();
    let order: Vec<&str> = index.versions().map(Version::as_str).collect();
    assert_eq!(order, ["1.9.2rc2", "1.6beta1", "1.4.2"]);
    for arch in ["amd64", "386"] {
        let file = index.archive(&id(&format!("go1.4.2.darwin-{arch}"))).unwrap();
        assert_eq!(file.filename, format!("go1.4.2.darwin-{arch}-osx10.8.tar.gz"));
        assert_eq!(file.sha256, None, "an empty checksum is none, not a wrong one");
    }
    assert!(index.archive(&id("go1.6beta1.linux-arm")).is_some());
    assert!("latest".parse::<release::Request>().unwrap().select(index.versions()).is_some());
    assert_eq!(index.notes().0.len(), 0);
    assert_eq!(Index::parse(index.to_json().as_bytes()).unwrap(), index);
}

#[test]
fn sizes_and_checksums_may_be_absent() {
    let bare = r#"[{"version":"go1.4.3","stable":true,"files":[
        {"filename":"go1.4.3.linux-amd64.tar.gz","os":"linux","arch":"amd64","version":"go1.4.3","kind":"archive"},
        {"filename":"go1.4.3.linux-386.tar.gz","os":"linux","arch":"386","version":"go1.4.3","sha256":null,"size":0,"kind":"archive"}]}]"#;
    let index = Index::parse(bare.as_bytes()).unwrap();
    for (_, file) in index.releases()[0].archives() {
        assert_eq!((file.sha256, file.size), (None, None));
    }
}

#[test]
fn unknown_fields_are_passed_over() {
    let body = format!(r#"[{{"new":{{"deep":[1,2]}},{}"#, &plain("go1.27.3")[1..]);
    assert!(Index::parse(format!("{body}]").as_bytes()).is_ok());
}

#[test]
fn entries_that_contradict_themselves_are_left_out_with_a_note() {
    let good = entry("go1.27.3.linux-386.tar.gz", "linux", "386", "go1.27.3", HASH, "archive");
    let bad = [
        // The name goes into the request to the server: it must not point elsewhere.
        entry("../go1.27.3.linux-amd64.tar.gz", "linux", "amd64", "go1.27.3", HASH, "archive"),
        entry("x/go1.27.3.linux-amd64.tar.gz", "linux", "amd64", "go1.27.3", HASH, "archive"),
        entry("go1.27.2.linux-amd64.tar.gz", "linux", "amd64", "go1.27.3", HASH, "archive"),
        entry("go1.27.2.linux-amd64.tar.gz", "linux", "amd64", "go1.27.2", HASH, "archive"),
        entry("go1.27.3.linux-amd64.tar.gz", "darwin", "amd64", "go1.27.3", HASH, "archive"),
        entry("go1.27.3.linux-amd64.tar.gz", "linux", "arm64", "go1.27.3", HASH, "archive"),
        entry("go1.27.3.linux-amd64.zip", "linux", "amd64", "go1.27.3", HASH, "archive"),
        entry("go1.27.3.darwin-amd64.pkg", "darwin", "amd64", "go1.27.3", HASH, "archive"),
        entry("go1.27.3.linux-arm.tar.gz", "linux", "arm", "go1.27.3", HASH, "archive"),
        entry("go1.27.3.linux-amd64.tar.gz", "linux", "amd64", "1.27.3", HASH, "archive"),
        entry("go1.27.3.linux-amd64.tar.gz", "linux", "amd64", "go1.27.3", &HASH.to_uppercase(), "archive"),
        entry("go1.27.3.linux-amd64.tar.gz", "linux", "amd64", "go1.27.3", &HASH[1..], "archive"),
        entry("go1.27.3.linux-amd64.tar.gz", "linux", "amd64", "go1.27.3", &format!("{HASH}\\n"), "archive"),
    ];
    for bad in bad {
        let body = list(&[release("go1.27.3", &[bad.clone(), good.clone()])]);
        let index = Index::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{bad}: {error}"));
        assert_eq!(index.archive(&id("go1.27.3.linux-amd64")), None, "{bad}");
        assert!(index.archive(&id("go1.27.3.linux-386")).is_some());
        assert_eq!(index.notes().0.len(), 1, "{bad}");
    }
}

#[test]
fn releases_without_a_go_version_are_left_out_with_a_note() {
    for name in ["1.27.3", "gogo1.27.3", "weekly.2011-01-01", "", "go1.27.3/..", "go1.27.3-x"] {
        let index = Index::parse(list(&[plain(name), plain("go1.26.8")]).as_bytes()).unwrap();
        assert_eq!(index.releases().len(), 1, "{name}");
        assert_eq!(index.notes().0.len(), 1, "{name}");
    }
}

#[test]
fn notes_are_counted_but_not_kept_without_end() {
    let mut releases = vec![plain("go1.27.3")];
    releases.extend((0..100).map(|n| plain(&format!("weekly{n}"))));
    let index = Index::parse(list(&releases).as_bytes()).unwrap();
    assert_eq!((index.notes().0.len(), index.notes().1), (32, 68));
}

#[test]
fn a_list_that_says_two_things_about_one_archive_is_refused() {
    let file = |hash: &str| entry("go1.27.3.linux-amd64.tar.gz", "linux", "amd64", "go1.27.3", hash, "archive");
    let other = HASH.replace('6', "7");
    let twice = |a: &str, b: &str| {
        Index::parse(list(&[release("go1.27.3", &[file(a)]), release("go1.27.3", &[file(b)])]).as_bytes())
    };
    assert!(twice(HASH, HASH).is_ok());
    let error = twice(HASH, &other).unwrap_err();
    assert_eq!((error.class(), error.word()), (Class::Integrity, "index-contradicts-itself"));
    assert!(twice("", HASH).is_err());
}

#[test]
fn what_is_no_index_is_refused_with_what_was_seen() {
    let cases: &[(&[u8], &str, &str)] = &[
        (b"", "index-empty", "read the release index: the answer is empty"),
        (b" \n\t", "index-empty", "read the release index: the answer is empty"),
        (b"[]", "index-without-releases", "read the release index: it lists no release with an archive"),
        (
            b"<!DOCTYPE html><title>Log in</title>",
            "index-is-html",
            "read the release index: a web page was answered, beginning `<!DOCTYPE html><title>Log in</title>`",
        ),
        (
            b"\xef\xbb\xbf\n <html>",
            "index-is-html",
            "read the release index: a web page was answered, beginning `\\n <html>`",
        ),
        (
            b"[{\"version\":\"go1.27.3\",\n\"sta",
            "index-truncated",
            "read the release index: it is cut off at line 2, column 4, after 28 bytes ending `ersion\":\"go1.27.3\",\\n\"sta`",
        ),
        (
            b"{\"message\":\"not found\"}",
            "index-malformed",
            "read the release index: invalid type: map, expected a list of at most 4096 items at line 1, column 0; it begins `{\"message\":\"not found\"}`",
        ),
        (
            b"not found\n",
            "index-malformed",
            "read the release index: expected ident at line 1, column 2; it begins `not found\\n`",
        ),
    ];
    for (body, word, message) in cases {
        let error = Index::parse(body).unwrap_err();
        assert_eq!((error.word(), error.to_string().as_str()), (*word, *message));
        assert!(!error.hints().lines().is_empty());
    }
}

#[test]
fn wrong_types_are_refused_where_they_stand() {
    let good = list(&[plain("go1.27.3")]);
    let cases = [
        (r#""size":7"#, r#""size":-7"#),
        (r#""size":7"#, r#""size":"7""#),
        (r#""size":7"#, r#""size":7.5"#),
        (r#""stable":true"#, r#""stable":"true""#),
        (r#""os":"linux""#, r#""os":null"#),
        (r#""os":"linux","#, ""),
        (r#""files":["#, r#""files":[null,"#),
        (r#""kind":"archive""#, r#""kind":"archive","kind":"archive""#),
        ("]}]", "]}]]"),
    ];
    for (from, to) in cases {
        assert!(good.contains(from), "{from}");
        let error = Index::parse(good.replacen(from, to, 1).as_bytes()).expect_err(to);
        assert!(matches!(error, IndexError::Malformed { line: 1, .. }), "{to}: {error}");
    }
}

#[test]
fn an_index_is_bounded_in_every_direction() {
    let long = "x".repeat(300);
    assert!(matches!(Index::parse(list(&[plain(&long)]).as_bytes()), Err(IndexError::Malformed { .. })));
    let many = vec![r#"{"version":"go1","stable":true,"files":[]}"#.to_owned(); 4097];
    let error = Index::parse(list(&many).as_bytes()).unwrap_err().to_string();
    assert!(error.contains("at most 4096 items"), "{error}");
    assert!(matches!(Index::parse(list(&many[1..]).as_bytes()), Err(IndexError::NoReleases)));
    let file = entry("x", "", "", "", "", "source");
    let error = Index::parse(list(&[release("go1", &vec![file; 1025])]).as_bytes()).unwrap_err().to_string();
    assert!(error.contains("at most 1024 items"), "{error}");
    let deep = "[".repeat(100_000);
    assert!(Index::parse(deep.as_bytes()).is_err());
    assert!(matches!(Index::parse(&vec![b' '; 33 * 1024 * 1024]), Err(IndexError::TooLarge { .. })));
}

#[test]
fn every_published_archive_survives_being_written_and_read() {
    let files = include_str!("../../../../../testdata/dl-filenames-2021-11.txt");
    let archives = files.lines().filter_map(|name| {
        let id = parse_archive_name(name).unwrap().toolchain()?.clone();
        Some((id, ArchiveFile { filename: name.to_owned(), sha256: Some(HASH.parse().unwrap()), size: Some(1) }))
    });
    let index = Index::from_archives(archives);
    assert!(index.releases().len() > 200);
    let read = Index::parse(index.to_json().as_bytes()).unwrap();
    assert_eq!(read, index);
    assert_eq!(read.notes(), (&[][..], 0));
    // Upstream's own spelling, so that other tools can read a mirror of ours.
    assert!(index.to_json().contains("\"os\": \"linux\",\n    \"arch\": \"armv6l\",\n    \"version\": \"go1.17.3\""));
}

#[test]
fn a_digest_is_64_lower_case_digits_and_nothing_else() {
    let digest: Digest = HASH.parse().unwrap();
    assert_eq!(digest.to_string(), HASH);
    assert_eq!(digest.short(), "6924efde…");
    assert_eq!(serde_json::from_str::<Digest>(&serde_json::to_string(&digest).unwrap()).unwrap(), digest);
    assert_eq!(Digest::from_bytes(*digest.as_bytes()), digest);
    for bad in [
        "",
        &HASH[1..],
        &format!("{HASH}0"),
        &HASH.to_uppercase(),
        &format!(" {}", &HASH[1..]),
        &HASH.replace('6', "g"),
        &HASH.replace("69", "é"),
    ] {
        assert!(bad.parse::<Digest>().is_err(), "{bad}");
    }
}

#[test]
fn a_checksum_body_is_a_digest_and_white_space_at_most() {
    use release::{ChecksumBodyError, parse_checksum_body as parse};
    for end in ["", "\n", "\r\n", " \n"] {
        assert_eq!(parse(format!("{HASH}{end}").as_bytes()).unwrap().to_string(), HASH);
    }
    for bad in [
        "",
        "\n",
        &format!(" {HASH}"),
        &format!("{HASH}  go1.27.3.linux-amd64.tar.gz"),
        &HASH[1..],
        &format!("{HASH}\n{HASH}"),
        &format!("{HASH}{}", " ".repeat(100)),
    ] {
        assert!(matches!(parse(bad.as_bytes()), Err(ChecksumBodyError::Malformed { .. })), "{bad:?}");
    }
    let error = parse(b"<!DOCTYPE html>\n<html>").unwrap_err();
    assert_eq!((error.class(), error.word()), (Class::Integrity, "checksum-is-html"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_the_index_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Index::parse(&bytes).map_err(|error| error.to_string());
    }

    #[test]
    fn no_change_of_a_good_index_makes_it_panic_or_lets_a_path_in(at in 0_usize..400, byte in any::<u8>(), cut in 0_usize..400) {
        let mut body = list(&[plain("go1.27.3"), plain("go1.26.8")]).into_bytes();
        let at = at % body.len();
        body[at] = byte;
        for body in [&body[..], &body[..cut.min(body.len())]] {
            if let Ok(index) = Index::parse(body) {
                for (_, file) in index.releases().iter().flat_map(|release| release.archives()) {
                    prop_assert!(!file.filename.contains(['/', '\\', '\0']));
                    prop_assert!(parse_archive_name(&file.filename).is_ok());
                }
                let again = Index::parse(index.to_json().as_bytes()).unwrap();
                prop_assert_eq!(again.releases(), index.releases());
            }
        }
    }
}
