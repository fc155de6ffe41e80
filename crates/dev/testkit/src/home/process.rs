//! A running program, and its result.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::redact::redact;

/// How long a program may run. Tests on a loaded machine are slow; a program that hangs is slower.
const RUN_SECONDS_MAX: u64 = 120;

/// The interval at which a program that has closed both streams is polled; it usually has ended.
const END_POLL: Duration = Duration::from_millis(1);

/// A started program. Dropping it kills it.
pub struct Running {
    child: Child,
    what: String,
    streams: Arc<Streams>,
    redactions: Vec<(String, String)>,
    started: Instant,
}

#[derive(Default)]
struct Streams {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
struct Seen {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    closed: u8,
}

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The exit code; 128 and the signal's number if a signal ended it, as shells have it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    redactions: Vec<(String, String)>,
}

impl Running {
    pub(super) fn start(mut command: Command, redactions: Vec<(String, String)>) -> Running {
        let what = format!("{command:?}");
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{what} cannot be started: {error}"));
        let streams = Arc::new(Streams::default());
        collect(child.stdout.take().expect("piped"), &streams, |seen| &mut seen.stdout);
        collect(child.stderr.take().expect("piped"), &streams, |seen| &mut seen.stderr);
        Running { child, what, streams, redactions, started: Instant::now() }
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until this text has appeared on either stream. Panics when the program ends or its time is up.
    pub fn wait_for(&self, text: &str) {
        let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        let seen = self.wait_until(|seen| holds(&seen.stdout) || holds(&seen.stderr) || seen.closed == 2);
        let found = holds(&seen.stdout) || holds(&seen.stderr);
        assert!(found, "{} did not say {text:?}; it said:\n{}", self.what, said(&seen));
    }

    /// Ends it at once, as a power cut of one program (SIGKILL). It can still be waited for.
    pub fn kill(&mut self) {
        // It may have ended by itself: then there is nothing to kill.
        let _ = self.child.kill();
    }

    /// Sends the signal that Ctrl-C sends (Unix).
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends a signal by its name without SIG, such as `TERM` (Unix).
    pub fn signal(&self, name: &str) {
        let status = Command::new("/bin/sh").args(["-c", &format!("kill -{name} {}", self.id())]).status();
        assert!(status.is_ok_and(|status| status.success()), "{} took no signal {name}", self.what);
    }

    /// Waits for its end. Panics when its time is up.
    pub fn wait(mut self) -> Run {
        let seen = self.wait_until(|seen| seen.closed == 2);
        let status = loop {
            match self.child.try_wait().expect("our own child") {
                Some(status) => break status,
                None => self.check_time(|| said(&seen)),
            }
            std::thread::sleep(END_POLL);
        };
        Run {
            code: code(status),
            stdout: text(&seen.stdout),
            stderr: text(&seen.stderr),
            redactions: std::mem::take(&mut self.redactions),
        }
    }

    /// Waits until this is true for the output so far, and returns the output.
    fn wait_until(&self, done: impl Fn(&Seen) -> bool) -> Seen {
        let mut seen = self.streams.seen.lock().expect("collectors do not panic");
        loop {
            if done(&seen) {
                return Seen { stdout: seen.stdout.clone(), stderr: seen.stderr.clone(), closed: seen.closed };
            }
            self.check_time(|| said(&seen));
            let left = self.left();
            seen = self.streams.changed.wait_timeout(seen, left).expect("collectors do not panic").0;
        }
    }

    fn left(&self) -> Duration {
        Duration::from_secs(RUN_SECONDS_MAX).saturating_sub(self.started.elapsed())
    }

    fn check_time(&self, said: impl FnOnce() -> String) {
        if self.left().is_zero() {
            // Dropping kills it.
            panic!(
                "{} has not ended (or closed its streams) within {RUN_SECONDS_MAX} s; it said:\n{}",
                self.what,
                said()
            );
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut from: impl Read + Send + 'static, streams: &Arc<Streams>, into: fn(&mut Seen) -> &mut Vec<u8>) {
    let streams = streams.clone();
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        loop {
            let read = from.read(&mut buffer).unwrap_or(0);
            let mut seen = streams.seen.lock().expect("collectors do not panic");
            if read == 0 {
                seen.closed += 1;
            }
            into(&mut seen).extend_from_slice(&buffer[..read]);
            streams.changed.notify_all();
            if read == 0 {
                return;
            }
        }
    });
}

fn said(seen: &Seen) -> String {
    format!("--- stdout\n{}\n--- stderr\n{}", text(&seen.stdout), text(&seen.stderr))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return 128 + signal;
        }
    }
    status.code().unwrap_or(-1)
}

impl Run {
    /// Exit code and both streams as one text, in which a word replaces each part that varies from
    /// run to run: `[HOME]`, `[GOWARD]`, `[UPSTREAM]` for a loopback address, `[TIME]` for a
    /// duration, `[RATE]` for bytes per second, `[WHEN]` for a moment. Digests are kept: they do
    /// not vary.
    pub fn snapshot(&self) -> String {
        let mut text = format!("exit: {}\n--- stdout\n", self.code);
        for (stream, next) in [(&self.stdout, "--- stderr\n"), (&self.stderr, "")] {
            text.push_str(&redact(stream, &self.redactions));
            if !stream.is_empty() && !stream.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(next);
        }
        text
    }

    /// This run, if its exit code is 0. Otherwise panics with all of its output.
    #[track_caller]
    pub fn success(self) -> Run {
        self.exits(0)
    }

    /// This run, if it has this exit code. Otherwise panics with all of its output.
    #[track_caller]
    pub fn exits(self, code: i32) -> Run {
        assert_eq!(self.code, code, "another exit code than expected\n{}", self.snapshot());
        self
    }

    /// Standard output as JSON. Panics if it is not JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON: {error}\n{}", self.snapshot()))
    }
}
