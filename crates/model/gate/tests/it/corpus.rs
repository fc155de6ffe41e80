//! The built-in rules over the corpus.

use std::sync::Arc;

use gate::{CORPUS, Rules, Verdict, check};

#[test]
fn every_log_has_a_label_and_the_built_in_rules_decide_as_it_says() {
    let checked = check(&Arc::new(Rules::built_in()));
    assert_eq!(checked.len(), CORPUS.len(), "a log has no label");
    assert!(CORPUS.len() >= 30);
    for verdict in Verdict::ALL {
        assert!(checked.iter().any(|one| one.expected == verdict), "{verdict:?}");
    }
    let misses = checked.iter().filter(|one| !one.is_hit());
    let misses: Vec<String> = misses
        .map(|one| {
            let report = &one.report;
            format!("{}: {:?} in place of {:?}, {}", one.name, report.verdict, one.expected, report.summary())
        })
        .collect();
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn each_verdict_says_which_lines_are_behind_it() {
    for one in check(&Arc::new(Rules::built_in())) {
        let report = &one.report;
        let shares: f64 = report.terms.iter().map(|term| term.share).sum();
        assert!(report.score == 0.0 || (shares - 1.0).abs() < 1e-9, "{}: {shares}", one.name);
        for term in report.terms.iter().filter(|term| term.kind == gate::TermKind::Word) {
            let quote = term.quote.as_ref().unwrap();
            assert!(quote.line >= 1 && quote.line <= report.lines, "{}: {quote:?}", one.name);
        }
    }
}
