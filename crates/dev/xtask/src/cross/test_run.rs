//! Runs tests and counts: how many passed, and which were skipped for which reason.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::tools::shown;

/// The result of a run of tests.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tests {
    /// How many test programs ran.
    pub programs: usize,
    /// How many tests passed.
    pub passed: usize,
    /// The skipped tests, each with its reason.
    pub ignored: Vec<(String, String)>,
    /// Messages of tests about parts that they skipped.
    pub skipped: Vec<String>,
    /// The tests that failed.
    pub failed: Vec<String>,
    seconds: u64,
}

impl Tests {
    /// The counts in words.
    pub fn told(&self) -> String {
        let Tests { programs, passed, seconds, .. } = self;
        let mut told = format!("{passed} passed in {programs} programs, {} left out, {seconds} s", self.ignored.len());
        if !self.skipped.is_empty() {
            told.push_str(&format!("; skipped themselves: {}", self.skipped.join("; ")));
        }
        told
    }

    /// Reads one line of output of cargo and the test programs.
    fn line(&mut self, line: &str) {
        let line = line.trim_end();
        if let Some(rest) = line.strip_prefix("test result: ") {
            let passed = rest.split("; ").next().and_then(|text| text.rsplit('.').next());
            let passed = passed.and_then(|text| text.trim().strip_suffix(" passed")).and_then(|text| text.parse().ok());
            self.programs += 1;
            self.passed += passed.unwrap_or(0);
        } else if let Some((name, end)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) {
            // A test's output may be between its name and its result.
            if let Some(why) = end.strip_prefix("ignored") {
                let why = why.trim_start_matches([',', ' ']);
                let why = if why.is_empty() { "no reason given" } else { why };
                self.ignored.push((name.to_owned(), why.to_owned()));
            } else if end.ends_with("FAILED") {
                self.failed.push(name.to_owned());
            }
        } else if line.starts_with("skipped: ") {
            self.skipped.push(line.trim_start_matches("skipped: ").to_owned());
        }
    }
}

/// The longest time for all tests of a target, with their build.
const SECONDS_MAX: u64 = 2700;
/// How long the output may take to arrive after cargo's end. A process that keeps the streams open longer was started
/// by a test and outlives it.
const DRAIN_SECONDS: u64 = 5;

/// Runs `cargo test …`, shows what it prints, and counts.
///
/// # Errors
/// When it ends with an error, with the names of the failed tests. When it takes too long.
pub fn run(command: &mut Command) -> Result<Tests> {
    let start = Instant::now();
    // Only so does the output of a passed test (that it was skipped) appear.
    command.args(["--", "--show-output"]);
    println!("cross: {}", shown(command));
    let (reader, writer) = std::io::pipe()?;
    let mut child =
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).spawn().context("start cargo")?;
    // The command holds the other end of the pipe, and would keep it open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (sender, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (mut reader, mut line) = (BufReader::new(reader), Vec::new());
        // Bytes, since programs under Wine may print invalid UTF-8.
        while reader.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
            if sender.send(std::mem::take(&mut line)).is_err() {
                return;
            }
        }
    });
    let (mut tests, mut out) = (Tests::default(), std::io::stdout());
    let mut ended = None;
    loop {
        match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => {
                out.write_all(&line)?;
                tests.line(&String::from_utf8_lossy(&line));
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if ended.is_none() && child.try_wait()?.is_some() {
            ended = Some(Instant::now());
        }
        if ended.is_some_and(|ended| ended.elapsed().as_secs() >= DRAIN_SECONDS) {
            break;
        }
        if ended.is_none() && start.elapsed().as_secs() >= SECONDS_MAX {
            child.kill()?;
            child.wait()?;
            bail!("cargo has not ended within {SECONDS_MAX} s; {}", tests.told());
        }
    }
    let status = child.wait()?;
    tests.seconds = start.elapsed().as_secs();
    if !status.success() {
        bail!("cargo ended with {status}; failed: {}; {}", tests.failed.join(", "), tests.told());
    }
    Ok(tests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_books_are_those_of_what_was_printed() {
        let mut tests = Tests::default();
        for line in [
            "running 4 tests",
            "test a::b ... ok",
            "test c ... ignored, there are no signals",
            "test d - should panic ... ok",
            "test e ... FAILED",
            "test f ... ignored",
            "skipped: no man on PATH",
            "test result: FAILED. 2 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.10s",
            "test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 1.10s\r",
        ] {
            tests.line(line);
        }
        assert_eq!((tests.programs, tests.passed), (2, 42));
        assert_eq!(tests.failed, ["e"]);
        let left_out = [("c", "there are no signals"), ("f", "no reason given")];
        assert_eq!(tests.ignored, left_out.map(|(name, why)| (name.to_owned(), why.to_owned())));
        assert_eq!(tests.skipped, ["no man on PATH"]);
    }
}
