//! Runs tests and keeps their books: how many passed, and which were left out for what reason.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// What a run of tests came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tests {
    /// How many test programs ran.
    pub programs: usize,
    /// How many tests passed.
    pub passed: usize,
    /// The tests that were left out, each with its reason.
    pub ignored: Vec<(String, String)>,
    /// What tests said of themselves that they could not do.
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

    /// Takes up one line of what cargo and the test programs print.
    fn line(&mut self, line: &str) {
        let line = line.trim_end();
        if let Some(rest) = line.strip_prefix("test result: ") {
            let passed = rest.split("; ").next().and_then(|text| text.rsplit('.').next());
            let passed = passed.and_then(|text| text.trim().strip_suffix(" passed")).and_then(|text| text.parse().ok());
            self.programs += 1;
            self.passed += passed.unwrap_or(0);
        } else if let Some((name, end)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) {
            // What a test prints may stand between its name and its end.
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

/// Runs `cargo test …`, shows what it prints, and counts.
///
/// # Errors
/// When it ends with an error: the tests that failed are named.
pub fn run(command: &mut Command) -> Result<Tests> {
    let start = Instant::now();
    let shown: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    println!("cross: {}", shown.join(" "));
    // Both streams through one pipe: what a test says of itself comes on the other one.
    let (reader, writer) = std::io::pipe()?;
    let mut child = command.stdout(writer.try_clone()?).stderr(writer).spawn().context("start cargo")?;
    // The command has the other end of the pipe, and would keep it open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut tests = Tests::default();
    let mut lines = BufReader::new(reader);
    let (mut line, mut out) = (Vec::new(), std::io::stdout());
    // Bytes, since programs under Wine may print what is no UTF-8.
    while lines.read_until(b'\n', &mut line)? > 0 {
        out.write_all(&line)?;
        tests.line(&String::from_utf8_lossy(&line));
        line.clear();
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
