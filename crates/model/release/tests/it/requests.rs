//! Requests: parsed, printed, answered.

use diag::{Class, Diagnose};
use proptest::prelude::*;
use release::{NoMatch, Request, RequestError, Version};

const KNOWN: &[&str] = &[
    "1.2.2",
    "1.9.2rc2",
    "1.9.2",
    "1.18beta1",
    "1.18rc1",
    "1.20rc3",
    "1.20",
    "1.20.1",
    "1.20.14",
    "1.21rc2",
    "1.21.0",
    "1.21.13",
    "1.24.0",
    "1.24.13",
    "1.25.0",
    "1.25.9",
    "1.25.14",
    "1.26rc1",
    "1.26.0",
    "1.26.4",
    "1.26.8",
    "1.27rc1",
    "1.27rc2",
    "1.27.0",
    "1.27.3",
    "1.28beta1",
    "1.28rc2",
    "1.28rc10",
];

fn known() -> Vec<Version> {
    // In a mixed order, so that the result cannot depend on the input's order.
    let mut versions: Vec<Version> = KNOWN.iter().map(|text| text.parse().unwrap()).collect();
    versions.rotate_left(11);
    versions.swap(0, 7);
    versions
}

fn ask(text: &str) -> Option<String> {
    let request: Request = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    request.select(&known()).map(ToString::to_string)
}

#[test]
fn requests_are_answered_by_the_table() {
    let cases = [
        ("1.26.4", Some("1.26.4")),
        ("go1.26.4", Some("1.26.4")),
        (" 1.26.4\n", Some("1.26.4")),
        ("1.26.5", None),
        ("1.27rc1", Some("1.27rc1")),
        ("go1.28rc10", Some("1.28rc10")),
        ("1.20.0", Some("1.20")),
        ("1.20", Some("1.20.14")),
        ("1.26", Some("1.26.8")),
        ("go1.26", Some("1.26.8")),
        ("1.26.x", Some("1.26.8")),
        ("go1.26.x", Some("1.26.8")),
        ("1.26.*", Some("1.26.8")),
        // A minor with prereleases only has no release.
        ("1.28", None),
        ("1.28rc", Some("1.28rc10")),
        ("1.18rc", Some("1.18rc1")),
        ("1.18", None),
        ("1.x", Some("1.27.3")),
        ("1", Some("1.27.3")),
        ("go1", Some("1.27.3")),
        ("2.x", None),
        ("latest", Some("1.27.3")),
        ("stable", Some("1.27.3")),
        ("Latest", Some("1.27.3")),
        ("oldstable", Some("1.26.8")),
        ("rc", Some("1.28rc10")),
        ("supported", None),
        (">=1.24 <1.27", Some("1.26.8")),
        (">=1.24,<1.27", Some("1.26.8")),
        (">= 1.24 , < 1.27", Some("1.26.8")),
        (">=1.24<1.27", Some("1.26.8")),
        (">=go1.24 <go1.26.x", Some("1.25.14")),
        (">1.25", Some("1.27.3")),
        ("<1.24", Some("1.21.13")),
        ("<=1.24", Some("1.24.13")),
        (">1.24 <1.26", Some("1.25.14")),
        (">1.26 <=1.26", None),
        ("<1.26.8", Some("1.26.4")),
        ("<=1.26.8", Some("1.26.8")),
        (">=1.27rc1", Some("1.27.3")),
        ("<1.20.0", Some("1.9.2")),
        ("<=1.20.0", Some("1.20")),
        (">=1", Some("1.27.3")),
        (">=1.28", None),
        // Named exactly, it is still not a toolchain.
        ("1.9.2rc2", None),
        ("1.9", Some("1.9.2")),
        ("1.2", Some("1.2.2")),
    ];
    for (text, expected) in cases {
        assert_eq!(ask(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_candidate_is_asked_for_only_until_the_release_is_out() {
    let known: Vec<Version> = ["1.27rc2", "1.27.0", "1.26.8"].map(|v| v.parse().unwrap()).to_vec();
    assert_eq!(Request::Candidate.select(&known).unwrap().as_str(), "1.27.0");
    assert_eq!(Request::Candidate.select(&known[..1]).unwrap().as_str(), "1.27rc2");
}

#[test]
fn supported_stands_for_the_newest_of_the_two_newest_minors() {
    let known = known();
    let all: Vec<&str> = Request::Supported.select_all(&known).iter().map(|v| v.as_str()).collect();
    assert_eq!(all, ["1.27.3", "1.26.8"]);
    assert!(Request::Supported.is_several());
    let error = Request::Supported.choose(&known).unwrap_err();
    assert_eq!((error.class(), error.word()), (Class::Usage, "request-for-several"));
    assert_eq!(Request::Latest.select_all(&known).len(), 1);
}

#[test]
fn an_exact_request_needs_no_index() {
    let exact = |text: &str| text.parse::<Request>().unwrap().exact().map(|version| version.to_string());
    assert_eq!(exact("1.26.4").as_deref(), Some("1.26.4"));
    assert_eq!(exact("1.27rc1").as_deref(), Some("1.27rc1"));
    assert_eq!(exact("go1.20.0").as_deref(), Some("1.20"));
    for text in ["1.26", "1.20", "latest", "1.28rc", ">=1.26.4", "1.x"] {
        assert_eq!(exact(text), None, "{text}");
    }
}

#[test]
fn what_is_printed_reads_back_as_the_same_request() {
    let cases = [
        ("go1.26.4", "1.26.4"),
        ("1.20.0", "1.20.0"),
        ("1.0.0", "1.0.0"),
        ("1.0", "1.0"),
        ("go1.26.x", "1.26"),
        ("1", "1.x"),
        ("STABLE", "latest"),
        ("1.28rc", "1.28rc"),
        (">= 1.24 ,<1.27.0", ">=1.24 <1.27.0"),
        (">=1", ">=1.0"),
        ("<1.20.0", "<1.20.0"),
    ];
    for (text, printed) in cases {
        let request: Request = text.parse().unwrap();
        assert_eq!(request.to_string(), printed, "{text}");
        assert_eq!(printed.parse::<Request>().unwrap(), request, "{text}");
    }
}

#[test]
fn what_is_refused_comes_with_what_to_write_instead() {
    let cases = [
        ("^1.22", "write `1.22` for the newest release of 1.22, or `>=1.22` for that or anything newer"),
        ("~1.22.3", "write `1.22` for the newest release of 1.22, or `>=1.22.3` for that or anything newer"),
        ("^x", "write `1.26` for the newest release of 1.26, or a range like `>=1.24 <1.27`"),
        ("=1.26", "write `1.26` without `=`"),
        ("==1.26.4", "write `1.26.4` without `=`"),
        ("!=1.26", "write what you want rather than what you do not, as in `>=1.24 <1.27`"),
        ("v1.26.4", "write `1.26.4` without `v`; Go's tags have none"),
        ("*", "write `latest`"),
        ("1.24 - 1.26", "write a range like `>=1.24 <1.27`"),
        (">=1.24 || 1.20", "write one range only; goward has no `||`"),
        (">=", "write a range like `>=1.24 <1.27`"),
        (">=1.24 1.26", "write a range like `>=1.24 <1.27`"),
        ("1.27.0-rc.1", "write `1.27rc1` for a prerelease; suffixes and semantic versions are not Go's"),
        ("tip", "write `rc` for the newest prerelease"),
        (
            "mod-min",
            "set GOWARD_VERSION to that word, or leave the version away: without a pin, the project's lines decide",
        ),
        ("system", "write a version like `1.27`, or remove the line and let the default decide"),
    ];
    for (text, hint) in cases {
        let error = text.parse::<Request>().expect_err(text);
        assert_eq!(error.hints().lines(), [hint], "{text}");
        assert_eq!(error.class(), Class::Usage);
    }
    for text in [
        "", "  ", "lates", "go", "1.", ".1", "1.02", "1.26.4.x", "1.26.4.1", "x", "1.9.2rc", "gogo1.26", "1.26/..",
        "1.26\0", "../1.26", "é",
    ] {
        let error = text.parse::<Request>().expect_err(text);
        assert!(!error.hints().lines().is_empty(), "{text:?}");
    }
}

#[test]
fn a_request_is_bounded() {
    assert!(matches!("1".repeat(300).parse::<Request>(), Err(RequestError::TooLong { bytes: 300 })));
    assert!(matches!(">1 ".repeat(9).parse::<Request>(), Err(RequestError::TooManyBounds)));
    assert!(">1 ".repeat(8).parse::<Request>().is_ok());
}

#[test]
fn a_request_that_finds_nothing_names_the_nearest_releases() {
    let known = known();
    let nearest = |text: &str| -> Vec<String> {
        let error = text.parse::<Request>().unwrap().choose(&known).unwrap_err();
        assert_eq!((error.class(), error.word()), (Class::NotFound, "release-unknown"));
        let NoMatch::Nothing { nearest, .. } = error else { unreachable!() };
        nearest.iter().map(ToString::to_string).collect()
    };
    assert_eq!(nearest("1.27.9")[..2], ["1.27.3", "1.27.0"]);
    assert_eq!(nearest("1.29"), ["1.27.3", "1.26.8", "1.25.14"]);
    assert_eq!(nearest("1.29rc"), ["1.28rc10", "1.27rc2", "1.26rc1"]);
    assert!(nearest(">1.99").is_empty());
}

#[test]
fn a_minor_that_a_file_took_for_a_number_is_pointed_out() {
    let known: Vec<Version> = ["1.20.14", "1.21.0"].map(|v| v.parse().unwrap()).to_vec();
    let error = "1.2".parse::<Request>().unwrap().choose(&known).unwrap_err();
    assert_eq!(
        error.hints().lines()[0],
        "if a YAML or TOML file says 1.20 without quotes, it is read as the number 1.2; write \"1.20\""
    );
    // Without a 1.30, nobody meant it.
    let error = "1.3".parse::<Request>().unwrap().choose(&known).unwrap_err();
    assert!(error.hints().lines().iter().all(|line| !line.contains("YAML")));
}

fn requestish() -> impl Strategy<Value = String> {
    prop_oneof![
        "(go)?[01]\\.[0-9]{1,2}(\\.[0-9]{1,2}|rc[0-9]?|\\.x)?",
        "((>=|>|<=|<) ?1\\.[0-9]{1,2}(\\.[0-9])?[ ,]{1,2}){1,4}",
        "[a-z0-9.<>=^~ -]{0,20}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn every_request_round_trips(text in requestish()) {
        if let Ok(request) = text.parse::<Request>() {
            prop_assert_eq!(request.to_string().parse::<Request>().unwrap(), request);
        }
    }

    #[test]
    fn a_prerelease_is_chosen_only_where_one_is_named(text in requestish()) {
        if let Ok(request) = text.parse::<Request>() {
            let known = known();
            if let Some(chosen) = request.select(&known) {
                prop_assert!(chosen.is_candidate());
                prop_assert!(!chosen.is_prerelease() || text.contains("rc") || text.contains("beta"), "{} {}", text, chosen);
            }
        }
    }

    #[test]
    fn no_bytes_make_a_request_or_a_version_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = Request::parse_bytes(&bytes).map(|request| request.choose(&known()).is_ok());
        let _ = Version::parse_bytes(&bytes);
        let _ = release::parse_archive_name_bytes(&bytes);
        let _ = release::parse_checksum_body(&bytes);
    }

    #[test]
    fn the_order_of_versions_agrees_with_their_equality(a in "1\\.(20|21|9)(\\.[0-2])?(rc[12])?", b in "1\\.(20|21|9)(\\.[0-2])?(rc[12])?") {
        let (a, b): (Version, Version) = (a.parse().unwrap(), b.parse().unwrap());
        prop_assert_eq!(a.cmp(&b).is_eq(), a == b);
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        if !a.same_as(&b) {
            prop_assert_eq!(a.cmp(&b), a.go_order(&b));
        }
    }
}
