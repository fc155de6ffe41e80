//! Labelled logs: what each run printed, how it ended, and what a person would have decided.
//!
//! They show what a change of the rules does to real cases: hits and misses by name. No percentage is made of them,
//! since these logs are not a sample of anybody's runs.
//!
//! The first line of each file is its label, `#gate verdict=back exit=1 stage=test`; what follows is the output. Without
//! `exit` the code is not known; `oom=N` is the system's count.

use std::sync::Arc;
use std::time::Duration;

use crate::judge::{End, Exit, Judge, OomKills};
use crate::report::{Report, Stream};
use crate::rules::Rules;
use crate::verdict::Verdict;

/// A labelled log.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// The file.
    pub file: &'static [u8],
}

/// What a set of rules decides of a case.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The case's name.
    pub name: &'static str,
    /// What a person would have decided.
    pub expected: Verdict,
    /// What the rules decide.
    pub report: Report,
}

impl Checked {
    /// Whether both agree.
    pub fn is_hit(&self) -> bool {
        self.report.verdict == self.expected
    }
}

macro_rules! cases {
    ($($name:literal,)*) => {
        /// The logs of this program.
        pub const CORPUS: &[Case] = &[$(Case {
            name: $name,
            file: include_bytes!(concat!("../corpus/", $name, ".log")),
        }),*];
    };
}

cases! {
    "binary-output",
    "curl-name",
    "curl-refused",
    "curl-server-error",
    "database-migration-deadlock",
    "database-refused-then-fine",
    "deploy-with-progress",
    "docker-pull-refused",
    "exit-not-known",
    "go-build-error",
    "go-build-oom",
    "go-cgo-undefined",
    "go-checksum-mismatch",
    "go-deadlock",
    "go-exec-format",
    "go-generate-missing-tool",
    "go-missing-module",
    "go-mixed-toolchain",
    "go-panic",
    "go-runtime-map-race",
    "go-test-cached",
    "go-test-fail",
    "go-test-names-of-errors",
    "go-test-pass",
    "go-test-race",
    "go-test-timeout",
    "go-vet-quiet",
    "go-wrong-go",
    "head-closed-the-pipe",
    "interrupted-tests",
    "json-logs-with-errors",
    "killed-by-somebody",
    "killed-without-a-count",
    "kubectl-crash-loop",
    "kubectl-forbidden",
    "kubectl-rollout-ok",
    "kubectl-rollout-stuck",
    "lint-finds",
    "not-enough-memory-for-tests",
    "permission-of-a-socket",
    "probe-one-503-recovers",
    "probe-three-503",
    "rsync-disk-full",
    "script-swallows-failures",
    "segfault-after-upgrade",
    "server-oom-killed",
    "server-stopped-on-request",
    "timeout-command",
    "tls-expired",
}

/// Judges every log of the corpus by these rules.
pub fn check(rules: &Arc<Rules>) -> Vec<Checked> {
    CORPUS.iter().filter_map(|case| case.judged(rules)).collect()
}

impl Case {
    /// What these rules decide; none if the file has no label, which a test excludes.
    fn judged(&self, rules: &Arc<Rules>) -> Option<Checked> {
        let end = self.file.iter().position(|&byte| byte == b'\n')?;
        let (label, log) = self.file.split_at_checked(end + 1)?;
        let label = std::str::from_utf8(label).ok()?.trim_end().strip_prefix("#gate ")?;
        let value = |key: &str| label.split(' ').find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
        let expected = Verdict::ALL.into_iter().find(|verdict| Some(verdict.word()) == value("verdict"))?;
        let exit = value("exit").and_then(|code| code.parse().ok()).map_or(Exit::Unknown, Exit::Code);
        let oom_kills = value("oom").and_then(|count| count.parse().ok()).map_or(OomKills::Unknown, OomKills::Count);
        let mut judge = Judge::new(rules.clone(), value("stage")).with_log();
        judge.feed(Stream::Output, log, Duration::ZERO);
        let report = judge.finish(&End { exit, oom_kills, at: Duration::ZERO });
        Some(Checked { name: self.name, expected, report })
    }
}
