//! The version grammar and order.

use std::cmp::Ordering::{self, Equal, Greater, Less};

use pin::{compare, is_lang, is_language_version_without_release, is_valid, lang, parse};
use proptest::prelude::*;

/// Versions from oldest to newest; those on one line are equal.
const LADDER: &[&[&str]] = &[
    &["", "go1.21", "1.", "1.2.", "01", "1.01", "1.600+auto", "1.21-custom", "1.21.3rc01", "1.21RC1", "1rc1", "x"],
    &["0.9"],
    &["1", "1.0", "1.0.0"],
    &["1.1"],
    &["1.2.2"],
    &["1.5"],
    &["1.8.5rc4"],
    &["1.8.5rc5"],
    &["1.8.5"],
    &["1.9.2rc2"],
    &["1.9.2"],
    &["1.10", "1.10.0"],
    &["1.18beta1"],
    &["1.18beta2"],
    &["1.18rc1"],
    &["1.18", "1.18.0"],
    &["1.19rc1"],
    &["1.19", "1.19.0"],
    &["1.19.1"],
    &["1.20rc3"],
    &["1.20", "1.20.0"],
    &["1.20.1"],
    &["1.21"],
    &["1.21alpha1"],
    &["1.21beta1"],
    &["1.21rc"],
    &["1.21rc1"],
    &["1.21rc2"],
    &["1.21rc10"],
    &["1.21.0alpha1"],
    &["1.21.0rc1"],
    &["1.21.0"],
    &["1.21.1"],
    &["1.21.9"],
    &["1.21.10"],
    &["1.22"],
    &["1.999testmod"],
    &["1.99999999999999998"],
    &["1.99999999999999999"],
    &["2.0", "2"],
    &["2.21"],
    &["10"],
];

#[test]
fn every_pair_of_the_ladder_is_in_go_order() {
    for (low, a_rung) in LADDER.iter().enumerate() {
        for (high, b_rung) in LADDER.iter().enumerate() {
            for a in *a_rung {
                for b in *b_rung {
                    assert_eq!(compare(a, b), low.cmp(&high), "{a:?} against {b:?}");
                }
            }
        }
    }
}

#[test]
fn the_published_comparisons_hold() {
    let cases: &[(&str, Ordering, &str)] = &[
        ("1.20", Equal, "1.20.0"),
        ("1", Equal, "1.0.0"),
        ("1.21", Less, "1.21rc1"),
        ("1.21rc1", Less, "1.21rc2"),
        ("1.21rc2", Less, "1.21.0"),
        ("1.21.0", Less, "1.21.1"),
        ("1.20rc3", Less, "1.20"),
        ("1.20", Less, "1.20.1"),
        ("1.18beta2", Less, "1.18rc1"),
        ("1.18rc1", Less, "1.18"),
        ("1.9", Less, "1.10"),
        ("1.21rc2", Less, "1.21rc10"),
        ("1.19rc1", Less, "1.19"),
        ("1.19", Equal, "1.19.0"),
        ("1.5", Less, "1.10"),
        ("1.99999999999999998", Less, "1.99999999999999999"),
        ("1.9.2rc2", Less, "1.9.2"),
        ("1.9.2beta9", Less, "1.9.2rc1"),
        ("1.9.2rc2", Greater, "1.9.1"),
        ("bad", Equal, "worse"),
        ("bad", Less, "0.1"),
        ("1.21", Less, "1.21.0"),
        ("1.22rc1", Greater, "1.22"),
        ("1.22rc1", Less, "1.22.0"),
    ];
    for (a, expected, b) in cases {
        assert_eq!(compare(a, b), *expected, "{a} against {b}");
        assert_eq!(compare(b, a), expected.reverse(), "{b} against {a}");
    }
}

#[test]
fn malformed_versions_are_told_from_well_formed_ones() {
    for good in ["1", "1.2", "1.20", "1.21rc1", "1.21.0", "1.999testmod", "1.9.2rc2", "1.28rc", "0.0", "1.600"] {
        assert!(is_valid(good), "{good}");
    }
    let bad = [
        "",
        " ",
        "go1.21",
        "1.",
        ".1",
        "1..2",
        "1.2.",
        "01.2",
        "1.02",
        "1.2.03",
        "1.600+auto",
        "1.21-x",
        "1.21 ",
        "1.21RC1",
        "1.21rc01",
        "1.21rc1a",
        "1.21rc-1",
        "1.2.3.4",
        "1rc1",
        "1.21\0",
        "1.21é",
        "٣.1",
        "v1.2",
        "1.2x3y",
        "-1",
        "+1",
        "1,2",
    ];
    for bad in bad {
        assert!(!is_valid(bad), "{bad:?}");
        assert_eq!(parse(bad), None, "{bad:?}");
        assert_eq!(lang(bad), "", "{bad:?}");
    }
}

#[test]
fn a_language_version_has_a_minor_of_at_least_21_and_nothing_behind_it() {
    for lang in ["1.21", "1.22", "1.100", "2.21"] {
        assert!(is_lang(lang) && is_language_version_without_release(lang), "{lang}");
    }
    for release in ["1", "1.20", "1.2", "1.21.0", "1.21rc1", "1.21rc", "2.5", "", "go1.21"] {
        assert!(!is_lang(release) && !is_language_version_without_release(release), "{release}");
    }
    assert!(is_lang("0.21") && !is_language_version_without_release("0.21"));
}

#[test]
fn the_language_of_a_version_is_its_first_two_numbers() {
    let cases = [
        ("1.21rc2", "1.21"),
        ("1.21.2", "1.21"),
        ("1.21", "1.21"),
        ("1", "1"),
        ("1.0", "1"),
        ("1.0.3", "1"),
        ("1.20.14", "1.20"),
        ("1.9.2rc2", "1.9"),
        ("2.0", "2.0"),
        ("bad", ""),
        ("go1.21", ""),
    ];
    for (version, expected) in cases {
        assert_eq!(lang(version), expected, "{version}");
    }
}

/// Texts that are versions, nearly versions, or neither.
fn versionish() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[0-3](\\.(0|1|2|9|10|20|21|22)){0,2}((alpha|beta|rc)(1|2|10)?)?",
        1 => "[0-9.a-z]{0,12}",
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn the_order_is_total_and_transitive(a in versionish(), b in versionish(), c in versionish()) {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        prop_assert_eq!(compare(&a, &a), Equal);
        if compare(&a, &b) != Greater && compare(&b, &c) != Greater {
            prop_assert_ne!(compare(&a, &c), Greater);
        }
        if compare(&a, &b) == Equal {
            prop_assert_eq!(compare(&a, &c), compare(&b, &c));
        }
    }

    #[test]
    fn parts_that_compare_equal_are_equal(a in versionish(), b in versionish()) {
        prop_assert_eq!(parse(&a) == parse(&b), compare(&a, &b) == Equal);
    }

    #[test]
    fn a_language_comes_before_or_with_everything_of_it(version in versionish()) {
        let language = lang(&version);
        prop_assert!(version.starts_with(language));
        // Below 1.21 the bare minor is the release, which comes after its prereleases.
        if is_lang(language) {
            prop_assert_ne!(compare(language, &version), Greater);
        }
    }
}
