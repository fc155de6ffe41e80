//! Measures the gate over a log against counting its lines, and against `grep -E -c` of the same words.
//!
//! All run in turn on the same bytes, so that a machine that slows down slows all. The floor has to read each byte once;
//! the peer searches for the same expressions, and keeps no window, no quote and no score.

use std::io::Write;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use gate::{End, Exit, Judge, OomKills, Rules, Stream};

use crate::measure::median;

/// Bytes of the log.
const LOG_BYTES: usize = 256 << 20;
/// Bytes that arrive at once, as through a pipe.
const CHUNK_BYTES: usize = 64 << 10;

/// Runs the measurement in a process with optimised crates of goward: the profile for tests does not optimise them.
pub fn run(runs: usize) -> Result<()> {
    crate::measure::optimised("bench-gate-optimised", runs)
}

pub fn run_optimised(runs: usize) -> Result<()> {
    println!("| work | floor: count lines | `grep -E -c` of the words | gate | against the floor | against grep |");
    println!("| --- | --- | --- | --- | --- | --- |");
    // Usual logs have few lines with a word; one in a hundred, and one in ten thousand.
    for every in [10_000, 100] {
        row(runs, every)?;
    }
    latency(runs)
}

fn row(runs: usize, every: usize) -> Result<()> {
    let log = log(every);
    let rules = Arc::new(Rules::built_in());
    let words: Vec<String> = rules.words.iter().map(|word| for_grep(&word.expression)).collect();
    let mut file = tempfile::NamedTempFile::new_in("/dev/shm").or_else(|_| tempfile::NamedTempFile::new())?;
    file.write_all(&log)?;
    let (mut floor, mut peer, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=runs {
        let start = Instant::now();
        let lines = log.chunks(CHUNK_BYTES).map(|chunk| memchr::memchr_iter(b'\n', chunk).count()).sum::<usize>();
        let counted = start.elapsed();
        let start = Instant::now();
        let mut grep = Command::new("grep");
        grep.args(["-a", "-i", "-E", "-c", &words.join("|")]).arg(file.path()).env("LC_ALL", "C");
        // Through a pipe: into /dev/null grep stops at the first match.
        let found = grep.output().context("run grep")?;
        if !found.status.success() {
            bail!("grep ended with {}", found.status);
        }
        let searched = start.elapsed();
        let start = Instant::now();
        let mut judge = Judge::new(rules.clone(), None);
        for chunk in log.chunks(CHUNK_BYTES) {
            judge.feed(Stream::Output, chunk, Duration::ZERO);
        }
        let report = judge.finish(&End { exit: Exit::Code(0), oom_kills: OomKills::Count(0), at: Duration::ZERO });
        let judged = start.elapsed();
        if report.lines != lines as u64 {
            bail!("{} lines of {lines} were read", report.lines);
        }
        // The first round warms the caches and does not count.
        if round > 0 {
            floor.push(counted);
            peer.push(searched);
            ours.push(judged);
        }
    }
    let rate = |times: &[Duration]| log.len() as f64 / 1e6 / median(times.iter().copied()).as_secs_f64();
    println!(
        "| judge {:.0} MB, a word on one line of {every} | {:.0} MB/s | {:.0} MB/s | {:.0} MB/s | {:.2}× | {:.2}× |",
        log.len() as f64 / 1e6,
        rate(&floor),
        rate(&peer),
        rate(&ours),
        median(ours.iter().copied()).as_secs_f64() / median(floor.iter().copied()).as_secs_f64(),
        median(ours.iter().copied()).as_secs_f64() / median(peer.iter().copied()).as_secs_f64(),
    );
    Ok(())
}

/// From the line that decides to the decision, behind a chunk of usual lines.
fn latency(runs: usize) -> Result<()> {
    let rules = Arc::new(Rules::built_in());
    let before = log(10_000);
    let mut times = Vec::new();
    for _ in 0..=runs {
        let mut judge = Judge::new(rules.clone(), Some("deploy"));
        judge.feed(Stream::Output, &before[..CHUNK_BYTES], Duration::ZERO);
        judge.feed(Stream::Output, b"\n", Duration::ZERO);
        let start = Instant::now();
        let decided =
            judge.feed(Stream::Output, b"compile: version a does not match go tool version b\n", Duration::ZERO);
        times.push(start.elapsed());
        if decided.is_none() {
            bail!("the line did not decide");
        }
    }
    println!(
        "| decide, from the end of the line | – | – | {:.3} ms of 12 allowed | – | – |",
        median(times.iter().copied()).as_secs_f64() * 1e3
    );
    Ok(())
}

/// An expression in grep's form, which has no `\d`, no groups without a number, and no escapes in brackets.
fn for_grep(expression: &str) -> String {
    const FORMS: [(&str, &str); 6] = [
        (r"[\d.]", "[0-9.]"),
        (r"\d", "[0-9]"),
        ("(?:", "("),
        ("(?i)", ""),
        (r#"[ \t"=\[:|]"#, r#"[ "=:|[]"#),
        (r#"[ \t"\]:|]"#, r#"[] ":|]"#),
    ];
    FORMS.iter().fold(expression.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Lines as a build and a server write them.
fn log(every: usize) -> Vec<u8> {
    let mut log = Vec::with_capacity(LOG_BYTES);
    let mut line = 0;
    while log.len() < LOG_BYTES {
        line += 1;
        let text = match line % every {
            0 => format!(
                "2026-11-27T08:{:02}:03Z dial tcp 10.0.0.{}:5432: connect: connection refused\n",
                line % 60,
                line % 250
            ),
            _ if line % 3 == 0 => {
                format!("ok  \texample.test/service/part{}\t{}.{:03}s\n", line % 977, line % 9, line % 1000)
            }
            _ => format!(
                "2026-11-27T08:{:02}:03Z level=info msg=\"request done\" path=/v1/items/{line} status=200 ms={}\n",
                line % 60,
                line % 90
            ),
        };
        log.extend_from_slice(text.as_bytes());
    }
    log
}
