//! Properties over arbitrary bytes.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use gate::{End, Exit, Judge, OomKills, Report, Rules, Stream, Verdict};
use proptest::prelude::*;

static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::built_in()));

/// Pieces of output that the rules know, and pieces that they do not.
fn log() -> impl Strategy<Value = Vec<u8>> {
    let words: &[&str] = &[
        "panic: x",
        "connection refused",
        "--- FAIL: T",
        "timeout",
        "deadlock",
        "fatal error: y",
        "503 Service Unavailable",
        "fine",
        "\r",
        "\n",
        "\n",
        "\n",
        " ",
        "Killed",
        "\u{fe}",
    ];
    let piece = prop_oneof![
        8 => proptest::sample::select(words).prop_map(|word| word.as_bytes().to_vec()),
        2 => proptest::collection::vec(any::<u8>(), 0..20),
        1 => Just(vec![b'z'; 40_000]),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn finish(mut judge: Judge, code: i32) -> Report {
    judge.finish(&End { exit: Exit::Code(code), oom_kills: OomKills::Count(0), at: Duration::ZERO })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 60 } else { 400 }))]

    #[test]
    fn the_chunks_do_not_matter(log in log(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12), code in 0..3) {
        let mut whole = Judge::new(RULES.clone(), Some("load"));
        whole.feed(Stream::Output, &log, Duration::ZERO);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(log.len() + 1)).collect();
        cuts.sort_unstable();
        let mut parts = Judge::new(RULES.clone(), Some("load"));
        let mut from = 0;
        for to in cuts.into_iter().chain([log.len()]) {
            parts.feed(Stream::Output, &log[from..to], Duration::ZERO);
            from = to;
        }
        let decided = parts.decided().cloned();
        prop_assert_eq!(whole.decided().cloned(), decided);
        prop_assert_eq!(finish(whole, code), finish(parts, code));
    }

    #[test]
    fn a_score_is_a_chance_and_every_report_is_sound(log in log(), error in log(), code in -300..300_i32) {
        let mut judge = Judge::new(RULES.clone(), None);
        judge.feed(Stream::Output, &log, Duration::from_secs(3));
        judge.feed(Stream::Error, &error, Duration::from_secs(1));
        let report = finish(judge, code);
        prop_assert!((0.0..=1.0).contains(&report.score), "{}", report.score);
        prop_assert!(report.score < report.threshold || report.verdict == Verdict::Back);
        prop_assert!(report.terms.iter().all(|term| (0.0..=1.0).contains(&term.share)));
        prop_assert_eq!(report.bytes, (log.len() + error.len()) as u64);
    }

    #[test]
    fn more_evidence_never_lowers_the_score(log in log()) {
        let score = |log: &[u8], code| {
            let mut judge = Judge::new(RULES.clone(), Some("build"));
            judge.feed(Stream::Output, log, Duration::ZERO);
            finish(judge, code).score
        };
        let mut more = log.clone();
        more.extend_from_slice(b"\nconnection refused\n");
        prop_assert!(score(&more, 1) >= score(&log, 1) - 1e-12);
        prop_assert!(score(&log, 1) >= score(&log, 0) - 1e-12);
    }

    #[test]
    fn no_rules_file_makes_the_reader_panic(text in ".{0,200}", cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let _ = Rules::parse("x", text.as_bytes());
        // The built-in file with one byte changed, and cut off.
        let mut bytes = gate::BUILT_IN.as_bytes().to_vec();
        let at = cut.index(bytes.len());
        bytes[at] = byte;
        let _ = Rules::parse("x", &bytes);
        bytes.truncate(at);
        let _ = Rules::parse("x", &bytes);
    }
}
