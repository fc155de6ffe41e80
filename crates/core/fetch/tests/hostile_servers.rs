//! Servers that make a client wait, read, redirect or believe without end.
//!
//! Each row of the table is one attack. For each, a document and a file end in a bounded time with the documented word
//! and class, and no forged bytes count as the file. Limits are real, and a thousandth of the usual ones; the rows run
//! in parallel, and no other test with them: their time is measured.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "how long an attack lasts is told by the real clock")]

#[path = "it/support.rs"]
mod support;

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diag::{Class, Diagnose, Silent};
use fetch::{Client, Document, FetchError, Settings};
use support::*;
use sys::Clock;
use testkit::http::{Fault, Hostile, Request, Response, Server};
use url::Url;

/// The longest time for a row, on a loaded machine. With the usual settings and without the limits most of them would
/// never end.
const TIME_MAX: Duration = Duration::from_secs(20);
/// The size of the honest file, and the largest document.
const FILE_BYTES: usize = 5000;
const DOCUMENT_BYTES_MAX: u64 = 6000;

fn hurried() -> Settings {
    Settings {
        connect_timeout: Duration::from_millis(400),
        stall_timeout: Duration::from_millis(400),
        rate_min: 1000,
        rate_window: Duration::from_millis(600),
        document_max: Duration::from_secs(3),
        transfer_max: Duration::from_secs(6),
        tries: 2,
        backoff_first: Duration::from_millis(10),
        backoff_max: Duration::from_millis(20),
        retry_after_max: Duration::from_millis(50),
        ..settings()
    }
}

type Answering = Box<dyn Fn(&Request) -> Response + Send + Sync>;

/// One attack, and the words with which a document and a file end; `None`: the attack fails, and the honest bytes
/// arrive.
struct Row {
    name: &'static str,
    answer: Answering,
    document: Option<&'static [&'static str]>,
    file: Option<&'static [&'static str]>,
}

fn row(
    name: &'static str,
    answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
    document: &'static [&'static str],
    file: &'static [&'static str],
) -> Row {
    let ends = |words: &'static [&'static str]| (!words.is_empty()).then_some(words);
    Row { name, answer: Box::new(answer), document: ends(document), file: ends(file) }
}

fn hostile(
    name: &'static str,
    hostile: Hostile,
    document: &'static [&'static str],
    file: &'static [&'static str],
) -> Row {
    row(name, move |_| Response::ok(bytes(FILE_BYTES)).with_fault(Fault::Hostile(hostile)), document, file)
}

fn rows() -> Vec<Row> {
    // On a slow machine the stall limit may come before the end.
    const CUT: &[&str] = &["download-cut", "download-stalled"];
    const STALLED: &[&str] = &["download-stalled"];
    const LARGE: &[&str] = &["download-too-large"];
    const REDIRECT: &[&str] = &["bad-redirect"];
    const NONE: &[&str] = &[];
    let honest = || Response::ok(bytes(FILE_BYTES));
    vec![
        hostile("a head that drips", Hostile::HeadDrips, STALLED, STALLED),
        hostile("a head without end", Hostile::HeadEndless, CUT, CUT),
        hostile("a header of 4 MiB", Hostile::HeaderHuge(4 << 20), CUT, CUT),
        hostile("interim answers without end", Hostile::InterimEndless, STALLED, STALLED),
        hostile("bytes that are no HTTP", Hostile::Garbage, CUT, CUT),
        hostile("a head that is cut", Hostile::HeadCut, CUT, CUT),
        hostile("two lengths", Hostile::TwoLengths, CUT, CUT),
        hostile("a length that is none", Hostile::LengthNonsense, CUT, CUT),
        hostile("a length of an exbibyte", Hostile::LengthHuge(1 << 60), LARGE, LARGE),
        hostile("chunks without end", Hostile::ChunksEndless, LARGE, LARGE),
        hostile(
            "chunks of one byte without end",
            Hostile::ChunksTiny,
            LARGE,
            &["download-too-large", "download-slow", "download-stalled"],
        ),
        hostile("a chunk whose size is none", Hostile::ChunkNonsense, CUT, CUT),
        hostile(
            "a chunk as large as a number",
            Hostile::ChunkHuge,
            &["download-cut", "download-stalled"],
            &["download-cut", "download-stalled", "download-unsteady"],
        ),
        hostile(
            "trailers without end",
            Hostile::TrailersEndless,
            &["download-cut", "download-stalled"],
            &["download-unsteady", "download-cut", "download-stalled"],
        ),
        hostile(
            "a byte now and then",
            Hostile::DripsAfter { bytes: 0, pause_milliseconds: 300 },
            &["download-slow", "download-stalled"],
            &["download-slow", "download-stalled"],
        ),
        row("silence", |_| Response::ok("").with_fault(Fault::Silence), STALLED, STALLED),
        row("a body that stops", move |_| honest().with_fault(Fault::StallAfter(10)), STALLED, STALLED),
        row(
            "a length that is too short",
            move |_| honest().with_fault(Fault::WrongLength(-2000)),
            NONE,
            &["size-mismatch"],
        ),
        row(
            "a length that is too long",
            move |_| honest().with_fault(Fault::WrongLength(900)),
            CUT,
            &["size-mismatch"],
        ),
        row("a redirect to itself", |_| Response::redirect("/again"), REDIRECT, REDIRECT),
        {
            let count = AtomicUsize::new(0);
            let next = move |_: &Request| Response::redirect(&format!("/{}", count.fetch_add(1, Ordering::SeqCst)));
            row("redirects to ever new places", next, REDIRECT, REDIRECT)
        },
        row("a redirect to a file", |_| Response::redirect("file:///etc/passwd"), &["http-status"], &["http-status"]),
        row("a redirect to nowhere", |_| Response::status(302), &["http-status"], &["http-status"]),
        row(
            "a bomb in an encoding",
            |_| Response::ok(vec![0; 2000]).with_header("content-encoding", "gzip"),
            &["unexpected-encoding"],
            &["unexpected-encoding"],
        ),
        row(
            "come back in three years",
            |_| Response::status(503).with_header("retry-after", "99999999"),
            &["http-status"],
            &["http-status"],
        ),
        row(
            "a web page",
            |_| Response::ok("<html>log in</html>").content_type("text/html"),
            &["web-page-instead-of-file"],
            &["web-page-instead-of-file"],
        ),
        row("other bytes of the same length", |_| Response::ok(vec![7; FILE_BYTES]), NONE, &["download-hash-mismatch"]),
        row(
            "a part that nobody asked for",
            move |_| Response { status: 206, ..honest() },
            &["http-status"],
            &["http-status"],
        ),
        row("not modified, though nothing is held", |_| Response::status(304), &["http-status"], &["http-status"]),
        row("a status that is none", |_| Response::status(999), &["http-status"], &["http-status"]),
        {
            let count = AtomicUsize::new(0);
            let answer = move |_: &Request| {
                let count = count.fetch_add(1, Ordering::SeqCst);
                honest().with_etag(&format!("\"{count}\"")).with_fault(Fault::CutAfter(10))
            };
            row("a file that is another at every try", answer, CUT, &["download-unsteady", "download-cut"])
        },
    ]
}

#[test]
fn a_hostile_server_ends_in_a_bounded_time_and_nothing_of_it_is_believed() {
    let rows = rows();
    assert!(rows.len() >= 20);
    std::thread::scope(|scope| {
        for row in rows {
            scope.spawn(move || {
                let (name, answer) = (row.name, row.answer);
                let server = Server::start(answer);
                document_ends(name, &server, row.document);
                file_ends(name, &server, row.file);
            });
        }
    });
}

fn document_ends(name: &str, server: &Server, words: Option<&[&str]>) {
    let url = Url::parse(&format!("{}/x", server.url())).unwrap();
    let wanted = Document { html_refused: true, ..Document::new(url, DOCUMENT_BYTES_MAX) };
    let begun = Instant::now();
    let got = Client::new(&machine(Clock::real()), hurried()).unwrap().get(&wanted, &Silent);
    assert!(begun.elapsed() < TIME_MAX, "{name}: a document took {:?}", begun.elapsed());
    match words {
        Some(words) => assert_ends(name, &got.map(drop).unwrap_err(), words),
        // A document is bounded; a signature or a hash has to verify it.
        None => assert!(got.unwrap().bytes.len() as u64 <= DOCUMENT_BYTES_MAX, "{name}"),
    }
}

fn file_ends(name: &str, server: &Server, words: Option<&[&str]>) {
    let (folder, honest) = (tempfile::tempdir().unwrap(), bytes(FILE_BYTES));
    let mut wanted = job(server, &folder, &honest);
    wanted.bytes_expected = Some(FILE_BYTES as u64).filter(|_| words != Some(&["download-too-large"]));
    wanted.bytes_max = DOCUMENT_BYTES_MAX;
    let begun = Instant::now();
    let got = Client::new(&machine(Clock::real()), hurried()).unwrap().fetch_whole(&wanted, &Silent, &Silent);
    assert!(begun.elapsed() < TIME_MAX, "{name}: a file took {:?}", begun.elapsed());
    match words {
        Some(words) => assert_ends(name, &got.map(drop).unwrap_err(), words),
        None => assert_eq!(got.unwrap().sha256, sha256(&honest), "{name}"),
    }
}

fn assert_ends(name: &str, error: &FetchError, words: &[&str]) {
    // Under Wine every system call takes longer, and the time limit may come before another limit.
    let out_of_time = cfg!(windows) && ["download-stalled", "download-slow"].contains(&error.word());
    assert!(words.contains(&error.word()) || out_of_time, "{name}: {} ({error})", error.word());
    let class = match error.word() {
        "download-too-large" | "size-mismatch" | "download-hash-mismatch" | "download-unsteady" => Class::Integrity,
        _ => Class::Network,
    };
    assert_eq!(error.class(), class, "{name}: {error}");
    assert!(!error.to_string().chars().any(char::is_control), "{name}: {error:?}");
}

#[test]
fn a_byte_now_and_then_is_left_and_what_has_come_is_kept() {
    // Goal: the server never exceeds the stall limit, and yet the transfer ends; the next run resumes.
    let (folder, honest) = (tempfile::tempdir().unwrap(), bytes(FILE_BYTES));
    let body = honest.clone();
    let generous = Arc::new(AtomicBool::new(false));
    let now_honest = generous.clone();
    let server = Server::start(move |_| {
        let good = Response::ok(body.clone()).with_etag("\"drip\"");
        let drip = Hostile::DripsAfter { bytes: 3000, pause_milliseconds: 200 };
        if now_honest.load(Ordering::SeqCst) { good } else { good.with_fault(Fault::Hostile(drip)) }
    });
    let client = Client::new(&machine(Clock::real()), Settings { tries: 1, rate_min: 10_000, ..hurried() }).unwrap();
    let begun = Instant::now();
    let error = client.fetch_whole(&job(&server, &folder, &honest), &Silent, &Silent).map(drop).unwrap_err();
    assert!(begun.elapsed() < TIME_MAX, "{:?}", begun.elapsed());
    assert_eq!((error.word(), error.class()), ("download-slow", Class::Network), "{error}");
    assert!(error.to_string().contains("slower than 10.0 kB a second"), "{error}");
    assert!(error.hints().lines()[0].contains("the received bytes are kept"), "{:?}", error.hints());
    generous.store(true, Ordering::SeqCst);
    let fetched = client.fetch_whole(&job(&server, &folder, &honest), &Silent, &Silent).unwrap();
    assert!(fetched.bytes_held >= 3000, "{}", fetched.bytes_held);
    assert_eq!(fetched.sha256, sha256(&honest));
}

#[test]
fn a_file_has_a_time_limit_over_all_tries_and_places() {
    let (folder, honest) = (tempfile::tempdir().unwrap(), bytes(FILE_BYTES));
    let body = honest.clone();
    let server = Server::start(move |_| {
        Response::ok(body.clone()).with_etag("\"v1\"").with_fault(Fault::Slow { bytes_per_second: 500 })
    });
    let settings = Settings { rate_min: 0, transfer_max: Duration::from_secs(1), connections_max: 1, ..hurried() };
    let client = Client::new(&machine(Clock::real()), settings).unwrap();
    let begun = Instant::now();
    let error = client.fetch_whole(&job(&server, &folder, &honest), &Silent, &Silent).map(drop).unwrap_err();
    assert!(begun.elapsed() < TIME_MAX, "{:?}", begun.elapsed());
    assert!(error.to_string().contains("not done within 1 s"), "{error}");
    assert_eq!(error.class(), Class::Network);
    assert_eq!(
        error.hints().lines(),
        [
            "the received bytes are kept: the same command resumes the transfer",
            "on a slow line give it more time: `network.transfer-seconds`"
        ]
    );
}

#[test]
fn a_tls_handshake_that_drips_is_left() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let host = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // The head of a record of 16 KiB, then its bytes one by one.
            let _ = stream.write_all(&[22, 3, 3, 0x40, 0]);
            std::thread::spawn(move || {
                while stream.write_all(&[2]).is_ok() {
                    std::thread::sleep(Duration::from_millis(20));
                }
            });
        }
    });
    let wanted = Document::new(Url::parse(&format!("https://{host}/x")).unwrap(), 100);
    let begun = Instant::now();
    let error = Client::new(&machine(Clock::real()), hurried()).unwrap().get(&wanted, &Silent).unwrap_err();
    assert!(begun.elapsed() < TIME_MAX, "{:?}", begun.elapsed());
    assert_eq!(error.class(), Class::Network, "{error}");
    assert_eq!(error.word(), "connection-timeout", "{error}");
}
