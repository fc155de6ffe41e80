//! Tests the server with a plain socket.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::*;

fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url().strip_prefix("http://").unwrap()).unwrap()
}

/// Sends one request with `Connection: close`, and returns the whole answer.
fn ask(server: &Server, request: &str) -> String {
    let mut stream = connect(server);
    stream.write_all(format!("{request}\r\nconnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn requests_are_logged_with_decoded_path_and_query() {
    let server = Server::start(|_| Response::ok("x"));
    ask(&server, "GET /a%20b/%C3%BC?q=1%20 HTTP/1.1\r\nAccept: *");
    ask(&server, "GET http://elsewhere.test/c?d HTTP/1.1");
    let log = server.requests();
    assert_eq!((log[0].path.as_str(), log[0].query.as_str()), ("/a b/ü", "q=1%20"));
    assert_eq!(log[0].header("accept"), Some("*"));
    assert_eq!((log[1].path.as_str(), log[1].target.as_str()), ("/c", "http://elsewhere.test/c?d"));
}

#[test]
fn ranges_are_served_and_guarded_by_the_entity_tag() {
    let server = Server::start(|_| Response::ok("0123456789").with_etag("\"v1\""));
    let cases = [
        ("range: bytes=3-5", "206 ", "bytes 3-5/10", "345"),
        ("range: bytes=7-", "206 ", "bytes 7-9/10", "789"),
        ("range: bytes=-2", "206 ", "bytes 8-9/10", "89"),
        ("range: bytes=8-99", "206 ", "bytes 8-9/10", "89"),
        ("range: bytes=10-", "416 ", "bytes */10", ""),
        ("range: bytes=7-\r\nif-range: \"v1\"", "206 ", "bytes 7-9/10", "789"),
        ("range: bytes=7-\r\nif-range: \"v2\"", "200 ", "", "0123456789"),
        ("if-none-match: \"v1\"", "304 ", "", ""),
    ];
    for (headers, status, content_range, body) in cases {
        let answer = ask(&server, &format!("GET / HTTP/1.1\r\n{headers}"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{headers}: {answer}");
        assert!(answer.contains(content_range), "{headers}: {answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{headers}: {answer}");
    }
}

#[test]
fn a_connection_serves_several_requests_and_head_has_no_body() {
    let server = Server::start(|request| Response::ok(request.path.clone()));
    let mut stream = connect(&server);
    stream.write_all(b"GET /first HTTP/1.1\r\n\r\nHEAD /head HTTP/1.1\r\n\r\n").unwrap();
    stream.write_all(b"GET /last HTTP/1.1\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3);
    assert!(answer.contains("content-length: 5") && !answer.contains("/head") && answer.ends_with("/last"));
}

#[test]
fn faults_happen_as_asked() {
    let server = Server::start(|request| {
        let fault = match request.path.as_str() {
            "/cut" => Fault::CutAfter(3),
            "/long" => Fault::WrongLength(5),
            "/short" => Fault::WrongLength(-4),
            "/none" => Fault::NoLength,
            "/chunked" => Fault::Chunked,
            _ => Fault::HangUp,
        };
        Response::ok("0123456789").with_fault(fault)
    });
    let get = |path: &str| ask(&server, &format!("GET {path} HTTP/1.1"));
    assert!(get("/cut").ends_with("\r\n\r\n012"));
    assert!(get("/long").contains("content-length: 15"));
    assert!(get("/short").contains("content-length: 6"));
    assert!(!get("/none").contains("content-length"));
    assert!(get("/chunked").ends_with("a\r\n0123456789\r\n0\r\n\r\n"));
    assert_eq!(get("/hang"), "");
    assert_eq!(server.bytes_sent(), 3 + 10 + 10 + 10 + 10);
}

#[test]
fn a_stalled_connection_ends_with_the_server() {
    let server = Server::start(|_| Response::ok("0123456789").with_fault(Fault::StallAfter(4)));
    let mut stream = connect(&server);
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let mut buffer = [0; 512];
    while !answer.ends_with(b"0123") {
        let read = stream.read(&mut buffer).unwrap();
        answer.extend_from_slice(&buffer[..read]);
    }
    drop(server);
    // Without the drop this would wait forever.
    assert_eq!(stream.read(&mut buffer).unwrap_or(0), 0);
}
