//! What is written is read back by a parser of somebody else's.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use junit::{Case, Outcome, Suite, to_xml};
use proptest::prelude::*;

fn case(name: &str, outcome: Outcome) -> Case {
    Case { name: name.to_owned(), group: "goward.check".to_owned(), outcome }
}

fn failed(message: &str, details: &str) -> Outcome {
    Outcome::Failed { word: "failed".to_owned(), message: message.to_owned(), details: details.to_owned() }
}

fn read(text: &str) -> junit_parser::TestSuites {
    junit_parser::from_reader(text.as_bytes()).unwrap()
}

#[test]
fn cases_counts_and_hostile_text_are_read_back() {
    let hostile = "a<b>&\"'\u{1b}[31m]]>\u{0}\u{ffff}\u{202e}";
    let cases = vec![
        case("go-version", Outcome::Passed),
        case(hostile, failed(hostile, "expected: a\nfound: <b>")),
        case("std", Outcome::Skipped { message: "no toolchain".to_owned() }),
    ];
    let suites = vec![Suite { name: "install".to_owned(), cases }, Suite { name: "empty".to_owned(), cases: vec![] }];
    let text = to_xml(&suites);
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{0}', '\u{ffff}', '\u{202e}']), "{text}");
    let back = read(&text);
    assert_eq!((back.tests, back.failures, back.skipped), (3, 1, 1));
    let cases = &back.suites[0].cases;
    assert!(cases[0].status.is_success() && cases[1].status.is_failure() && cases[2].status.is_skipped());
    assert!(cases[1].original_name.starts_with("a<b>&\"'"), "{}", cases[1].original_name);
    assert_eq!(cases[2].status.skipped_as_ref().message, "no toolchain");
    assert_eq!(cases[1].status.failure_as_ref().text, "expected: a\nfound: <b>");
    assert_eq!(back.suites[1].tests, 0);
}

proptest! {
    #[test]
    fn any_text_is_read_back_as_one_failure(name in any::<String>(), message in any::<String>(), details in any::<String>()) {
        let text = to_xml(&[Suite { name: name.clone(), cases: vec![case(&name, failed(&message, &details))] }]);
        let back = read(&text);
        prop_assert_eq!((back.tests, back.failures), (1, 1));
        prop_assert!(back.suites[0].cases[0].status.is_failure());
    }
}
