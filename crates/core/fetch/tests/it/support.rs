//! What the tests of this crate share: a sealed machine, a listener, bytes, a job.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diag::{Progress, Silent, Task, TaskHandle};
use fetch::{Client, FetchError, Fetched, Job, Settings};
use sha2::{Digest, Sha256};
use sys::{Clock, Env, Fs, Sys};
use tempfile::TempDir;
use testkit::http::Server;
use url::Url;

/// A machine with an empty environment: no proxy of the real one reaches the tests.
pub fn machine(clock: Clock) -> Sys {
    Sys::new(Fs::real(), clock, Env::of(Vec::<(String, String)>::new(), "/".into(), None))
}

/// Settings for tests: small segments. Real waits are long, so that a loaded machine changes nothing.
pub fn settings() -> Settings {
    Settings { segment_bytes: 1000, ..Settings::default() }
}

/// Settings for tests in which a server falls silent: those waits are real, and short.
pub fn impatient() -> Settings {
    Settings { connect_timeout: Duration::from_millis(400), stall_timeout: Duration::from_millis(400), ..settings() }
}

pub fn client(sys: &Sys) -> Client {
    Client::new(sys, settings()).unwrap()
}

/// Bytes that repeat nowhere.
pub fn bytes(count: usize) -> Vec<u8> {
    let mut dice = fastrand::Rng::with_seed(7);
    std::iter::repeat_with(|| dice.u8(..)).take(count).collect()
}

pub fn sha256(bytes: &[u8]) -> release::Digest {
    release::Digest::from_bytes(Sha256::digest(bytes).into())
}

pub fn job(server: &Server, folder: &TempDir, bytes: &[u8]) -> Job {
    Job { sha256: Some(sha256(bytes)), ..unknown(server, folder) }
}

/// A job without facts about its file.
pub fn unknown(server: &Server, folder: &TempDir) -> Job {
    let url = Url::parse(&format!("{}/file.tar.gz", server.url())).unwrap();
    Job::new(url, "file.tar.gz", folder.path().join("a folder ü"), 100_000_000)
}

/// Fetches and reads all; checks that what was read is what is on disk.
pub fn fetch(client: &Client, job: &Job, heard: &Heard) -> Result<(Fetched, Vec<u8>), FetchError> {
    let (fetched, read) = client.fetch(job, heard, heard, &mut |reader| {
        let mut read = Vec::new();
        reader.read_to_end(&mut read).map(|_| read)
    })?;
    let read = read.expect("a fetch that succeeds has a reader that does");
    assert_eq!(fetched.bytes, read.len() as u64);
    assert_eq!(fetched.sha256, sha256(&read));
    let mut again = Vec::new();
    fetched.parts.reader().read_to_end(&mut again).unwrap();
    assert!(again == read, "what is on disk is not what was read");
    Ok((fetched, read))
}

/// What a fetch reported.
#[derive(Clone, Default)]
pub struct Heard {
    pub lines: Arc<Mutex<Vec<String>>>,
    pub advanced: Arc<Mutex<u64>>,
}

impl Heard {
    pub fn text(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }
}

impl Progress for Heard {
    fn begin(&self, _task: Task) -> Box<dyn TaskHandle> {
        Box::new(Silent)
    }
    fn tell(&self, line: &str) {
        self.lines.lock().unwrap().push(line.to_owned());
    }
}

impl TaskHandle for Heard {
    fn expect_bytes(&self, _bytes_total: u64) {}
    fn held(&self, _bytes: u64) {}
    fn advance(&self, bytes: u64) {
        *self.advanced.lock().unwrap() += bytes;
    }
    fn phase(&self, _action: &'static str) {}
}

/// The names in the parts' folder of the usual job.
pub fn parts_on_disk(folder: &Path) -> Vec<String> {
    let names = Fs::real().names_if_there(&folder.join("a folder ü/file.tar.gz.parts")).unwrap();
    names.into_iter().map(|name| name.into_string().unwrap()).collect()
}

/// Asserts that no byte was sent twice: each request for the rest begins where the sent bytes end.
pub fn assert_nothing_sent_twice(server: &Server, bytes: &[u8]) {
    assert_eq!(server.bytes_sent(), bytes.len() as u64, "{:#?}", server.requests());
}

pub fn seconds_slept(clock: &Clock) -> f64 {
    clock.slept().iter().map(Duration::as_secs_f64).sum()
}
