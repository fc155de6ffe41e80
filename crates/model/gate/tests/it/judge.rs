//! One judge: window, order, hard rules, missing evidence.

use std::sync::Arc;
use std::time::Duration;

use gate::limits::PIECE_BYTES;
use gate::{Because, End, Exit, Judge, Missing, OomKills, Report, Rules, Stream, TermKind, Verdict};

fn rules() -> Arc<Rules> {
    Arc::new(Rules::built_in())
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn end(code: i32, at: u64) -> End {
    End { exit: Exit::Code(code), oom_kills: OomKills::Unknown, at: seconds(at) }
}

fn judged(stage: Option<&str>, log: &[u8], end: &End) -> Report {
    let mut judge = Judge::new(rules(), stage);
    judge.feed(Stream::Output, log, Duration::ZERO);
    judge.finish(end)
}

#[test]
fn the_formula_is_the_one_of_the_document() {
    // 1 - ((1 - 0.7) (1 - 0.5) (1 - 0.4))^1.6 of docs/gate.md.
    let report = judged(Some("test"), b"--- FAIL: TestA\nconnection refused\n", &end(1, 0));
    let expected = 1.0 - (0.3_f64 * 0.5 * 0.6).powf(1.6);
    assert!((report.score - expected).abs() < 1e-12, "{}", report.score);
    assert_eq!(report.summary(), "exit 1, 2 words, stage test, score 0.98");
    // A code that speaks against going back takes its weight away from the words.
    let report = judged(None, b"connection refused\n", &end(0, 0));
    assert!((report.score - 0.4 * 0.4).abs() < 1e-12, "{}", report.score);
    // One word counts at most three times.
    let report = judged(None, &b"connection refused\n".repeat(9), &end(0, 0));
    assert!((report.score - (1.0 - 0.84_f64.powi(3))).abs() < 1e-12, "{}", report.score);
    assert_eq!(report.terms.iter().find(|term| term.kind == TermKind::Word).unwrap().count, 9);
}

#[test]
fn what_is_missing_is_named_and_is_no_good_sign() {
    let mut judge = Judge::new(rules(), None);
    let report = judge.finish(&End { exit: Exit::Unknown, oom_kills: OomKills::Unknown, at: seconds(0) });
    assert_eq!((report.verdict, &report.because), (Verdict::Ask, &Because::ExitMissing));
    assert_eq!(report.missing, [Missing::Exit, Missing::Log, Missing::Stage]);
    let mut judge = Judge::new(rules(), Some("lunch")).with_log();
    let report = judge.finish(&end(137, 0));
    assert_eq!(report.missing, [Missing::StageWeight("lunch".to_owned()), Missing::OomCount]);
    // Rules without a row for a code do not know what it means.
    let some = "format = 1\nthreshold = 0.9\nask-above = 0.5\n[window]\nseconds = 1\nlines = 1\nrepeats = 1\n";
    let mut judge = Judge::new(Arc::new(Rules::parse("some", some.as_bytes()).unwrap()), None).with_log();
    let report = judge.finish(&end(0, 0));
    assert_eq!((report.verdict, report.because), (Verdict::Ask, Because::ExitMissing));
    assert_eq!(report.missing, [Missing::ExitMeaning(0), Missing::Stage]);
}

#[test]
fn only_the_system_s_count_makes_a_kill_one_for_lack_of_memory() {
    let kill = |oom_kills, code| {
        let mut judge = Judge::new(rules(), Some("build")).with_log();
        judge.finish(&End { exit: Exit::Code(code), oom_kills, at: seconds(0) })
    };
    let report = kill(OomKills::Count(1), 137);
    assert!(matches!(&report.because, Because::Hard { name, .. } if name == "oom-kill"), "{report:?}");
    for (oom_kills, code) in [(OomKills::Count(0), 137), (OomKills::Unknown, 137), (OomKills::Count(1), 1)] {
        assert_eq!(kill(oom_kills, code).verdict, Verdict::Ask, "{oom_kills:?} {code}");
    }
}

#[test]
fn the_window_moves_with_time_and_with_lines() {
    let words = |report: &Report| report.terms.iter().filter(|term| term.kind == TermKind::Word).count();
    let mut judge = Judge::new(rules(), None);
    judge.feed(Stream::Output, b"connection refused\n", seconds(0));
    assert_eq!(words(&judge.finish(&end(0, 60))), 1, "the bound itself is within");
    let mut judge = Judge::new(rules(), None);
    judge.feed(Stream::Output, b"connection refused\n", seconds(0));
    assert_eq!(words(&judge.finish(&end(0, 61))), 0);
    for (lines, expected) in [(9_998, 1), (9_999, 1), (10_000, 0)] {
        let mut judge = Judge::new(rules(), None);
        judge.feed(Stream::Output, b"connection refused\n", seconds(0));
        judge.feed(Stream::Error, &b"fine\n".repeat(lines), seconds(1));
        assert_eq!(words(&judge.finish(&end(0, 1))), expected, "{lines}");
    }
}

#[test]
fn a_clock_that_goes_back_is_one_that_stands_still() {
    let mut judge = Judge::new(rules(), None);
    for at in [Duration::MAX, seconds(5), Duration::ZERO] {
        judge.feed(Stream::Output, b"connection refused\n", at);
    }
    let report = judge.finish(&end(0, 0));
    assert_eq!(report.terms.iter().find(|term| term.kind == TermKind::Word).unwrap().count, 3);
}

#[test]
fn a_decision_comes_with_its_line_and_once_and_stays() {
    let mut judge = Judge::new(rules(), Some("deploy"));
    assert_eq!(judge.feed(Stream::Output, b"one\nHTTP/1.1 503 x\nHTTP/1.1 503 x\n", seconds(1)), None);
    let decision = judge.feed(Stream::Error, b"HTTP/1.1 502 x\nmore\n", seconds(2)).unwrap();
    assert_eq!((decision.verdict, decision.quote.line, decision.at), (Verdict::Back, 1, seconds(2)));
    assert_eq!(judge.feed(Stream::Error, b"HTTP/1.1 502 x\npanic: x\n", seconds(2)), None);
    // Long after, and though the program says that all went well.
    let report = judge.finish(&end(0, 10_000));
    assert_eq!((report.verdict, report.decided_at), (Verdict::Back, Some(seconds(2))));
    assert!(report.terms.iter().any(|term| term.name == "http-5xx" && term.quote.is_some()), "{report:?}");
}

#[test]
fn a_line_counts_when_it_has_ended_and_the_last_one_at_the_end() {
    let mut judge = Judge::new(rules(), None);
    for chunk in [&b"compile: version a does not mat"[..], b"ch go tool version b"] {
        assert_eq!(judge.feed(Stream::Output, chunk, seconds(0)), None);
    }
    assert_eq!(judge.finish(&end(0, 0)).verdict, Verdict::Back);
}

#[test]
fn a_long_line_costs_no_memory_and_its_words_count_once() {
    // 16 MiB without a line end; a word at each border of two pieces, another in the middle.
    let mut line = vec![b'x'; 16 << 20];
    for at in (1..200).map(|piece| piece * PIECE_BYTES - 5) {
        line[at..at + 20].copy_from_slice(b" connection refused ");
    }
    let mut judge = Judge::new(rules(), None);
    for chunk in line.chunks(100_000) {
        judge.feed(Stream::Output, chunk, seconds(0));
    }
    judge.feed(Stream::Output, b"\ndeadlock\n", seconds(0));
    let report = judge.finish(&end(0, 0));
    let count = |name: &str| report.terms.iter().find(|term| term.name == name).map(|term| term.count);
    assert_eq!((count("connection-refused"), count("deadlock"), report.lines), (Some(1), Some(1), 2));
    assert!(report.terms.iter().all(|term| term.quote.as_ref().is_none_or(|quote| quote.text.len() < 300)));
}

#[test]
fn a_log_of_nothing_but_words_stays_within_its_bounds() {
    let mut judge = Judge::new(rules(), None);
    let chunk = b"panic: ERROR: deadlock, connection refused, timeout, SIGSEGV\n".repeat(1_000);
    for at in 0..20 {
        judge.feed(Stream::Output, &chunk, seconds(at));
    }
    let report = judge.finish(&end(0, 20));
    assert_eq!((report.verdict, report.lines), (Verdict::Back, 20_000));
}
