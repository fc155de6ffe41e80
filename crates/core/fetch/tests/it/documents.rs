//! Small documents: bounds, conditions, retries, time limits, proxies, credentials.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::*;
use diag::{Class, Diagnose, Silent};
use fetch::{Client, Document, FetchError, Job, Reason, Settings};
use sys::{Clock, Env, Fs, Sys};
use testkit::http::{Fault, Response, Server};
use url::Url;

fn document(server: &Server, path: &str) -> Document {
    Document::new(Url::parse(&format!("{}{path}", server.url())).unwrap(), 1000)
}

fn manual() -> Sys {
    machine(Clock::manual(1_790_000_000))
}

#[test]
fn a_document_comes_whole_with_its_validators() {
    let server = Server::start(|_| Response::ok("{}").with_etag("\"v1\""));
    let wanted = Document { accept: Some("application/json".to_owned()), ..document(&server, "/index?mode=json") };
    let answer = client(&manual()).get(&wanted, &Silent).unwrap();
    assert_eq!(
        (answer.bytes.as_slice(), answer.etag.as_deref(), answer.not_modified),
        (&b"{}"[..], Some("\"v1\""), false)
    );
    let request = &server.requests()[0];
    assert_eq!((request.header("accept"), request.query.as_str()), (Some("application/json"), "mode=json"));
    assert_eq!(request.header("user-agent"), Some(format!("goward/{}", env!("CARGO_PKG_VERSION")).as_str()));
}

#[test]
fn a_document_that_is_the_same_does_not_come_again() {
    let server = Server::start(|_| Response::ok("{}").with_etag("\"v1\""));
    let known = Document { etag: Some("\"v1\"".to_owned()), ..document(&server, "/") };
    let answer = client(&manual()).get(&known, &Silent).unwrap();
    assert!(answer.not_modified && answer.bytes.is_empty());
    assert_eq!(server.bytes_sent(), 0);
    let old = Document { etag: Some("\"v0\"".to_owned()), ..document(&server, "/") };
    assert_eq!(client(&manual()).get(&old, &Silent).unwrap().bytes, b"{}");
}

#[test]
fn a_document_is_bounded_whatever_the_server_says_of_its_length() {
    for fault in [Fault::None, Fault::NoLength, Fault::Chunked] {
        let server = Server::start(move |_| Response::ok([7; 1001]).with_fault(fault));
        let error = client(&manual()).get(&document(&server, "/"), &Silent).unwrap_err();
        assert!(matches!(error, FetchError::Failed { reason: Reason::TooLarge { bytes_max: 1000 }, .. }), "{error}");
        let larger = Document { bytes_max: 1001, ..document(&server, "/") };
        assert_eq!(client(&manual()).get(&larger, &Silent).unwrap().bytes.len(), 1001);
    }
}

#[test]
fn a_document_is_tried_again_after_any_passing_failure() {
    let faults = [Fault::CutAfter(1), Fault::HangUp, Fault::StallAfter(1), Fault::Silence, Fault::WrongLength(3)];
    for fault in faults {
        let count = AtomicUsize::new(0);
        let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
            0 => Response::ok("{}").with_fault(fault),
            _ => Response::ok("{}"),
        });
        let heard = Heard::default();
        let client = Client::new(&manual(), impatient()).unwrap();
        assert_eq!(client.get(&document(&server, "/"), &heard).unwrap().bytes, b"{}", "{fault:?}");
        assert_eq!(heard.lines.lock().unwrap().len(), 1, "{fault:?}: {}", heard.text());
    }
}

#[test]
fn tries_can_be_fewer_for_one_document() {
    let server = Server::start(|_| Response::status(503));
    let wanted = Document { tries: Some(2), ..document(&server, "/") };
    let error = client(&manual()).get(&wanted, &Silent).unwrap_err();
    assert!(matches!(error, FetchError::Failed { tries: 2, reason: Reason::Status { code: 503 }, .. }), "{error}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_document_has_a_time_limit_over_all_tries() {
    let server = Server::start(|_| Response::status(503));
    let clock = Clock::manual(0);
    let wanted = Document { time_max: Some(Duration::from_secs(5)), ..document(&server, "/") };
    client(&machine(clock.clone())).get(&wanted, &Silent).unwrap_err();
    // Without the limit it would be 30 seconds; one wait may begin within it and end after it.
    assert!(seconds_slept(&clock) <= 7.5, "{}", seconds_slept(&clock));
    let slow = Server::start(|_| Response::ok([1; 500]).with_fault(Fault::Slow { bytes_per_second: 100 }));
    let wanted = Document { time_max: Some(Duration::from_millis(100)), ..document(&slow, "/") };
    let error = client(&machine(Clock::real())).get(&wanted, &Silent).unwrap_err();
    assert!(error.to_string().contains("not done within 0.1 s"), "{error}");
}

#[test]
fn a_web_page_is_refused_where_none_is_wanted() {
    let server = Server::start(|request| match request.path.as_str() {
        "/typed" => Response::ok("sign in").content_type("text/html"),
        "/moved" => {
            Response::redirect(&format!("http://localhost:{}/typed", request.header("host").unwrap()[10..].to_owned()))
        }
        _ => Response::ok("\n<HTML>"),
    });
    let wanted = Document { html_refused: false, ..document(&server, "/") };
    assert_eq!(client(&manual()).get(&wanted, &Silent).unwrap().bytes, b"\n<HTML>");
    let host = &server.url()["http://".len()..];
    for (path, words) in [
        ("/", "a web page came back instead".to_owned()),
        ("/typed", "a web page came back instead".to_owned()),
        ("/moved", format!("a web page came back instead, from {}", host.replace("127.0.0.1", "localhost"))),
    ] {
        let error = client(&manual()).get(&document(&server, path), &Silent).unwrap_err();
        assert_eq!((error.class(), error.word()), (Class::Network, "web-page-instead-of-file"));
        assert!(error.to_string().ends_with(&format!("{host}: {words}")), "{error}");
        let hint =
            format!("something else answers for `{host}`: sign in to this network in a browser, or check the proxy");
        assert_eq!(error.hints().lines(), [hint]);
    }
}

#[test]
fn redirects_are_followed_and_the_end_is_told() {
    let server = Server::start(|request| match request.path.as_str() {
        "/from" => Response::redirect("to"),
        "/to" => Response::ok("x"),
        _ => Response::redirect("/loop"),
    });
    let answer = client(&manual()).get(&document(&server, "/from"), &Silent).unwrap();
    assert_eq!(answer.url_final.path(), "/to");
    let error = client(&manual()).get(&document(&server, "/loop"), &Silent).unwrap_err();
    assert_eq!(error.word(), "bad-redirect");
}

#[test]
fn credentials_in_an_address_are_used_and_never_shown() {
    let server = Server::start(|request| match request.header("authorization") {
        Some("Basic dXNlcjpzM2NyZXQ=") => Response::ok("x"),
        _ => Response::status(401),
    });
    let with = |credentials: &str, path: &str| {
        let url = server.url().replace("http://", &format!("http://{credentials}@")) + path;
        Document::new(Url::parse(&url).unwrap(), 10)
    };
    assert_eq!(client(&manual()).get(&with("user:s3cret", "/"), &Silent).unwrap().bytes, b"x");
    let heard = Heard::default();
    let error = client(&manual()).get(&with("user:wr0ng", "/f?token=s3cret"), &heard).unwrap_err();
    let shown = format!("{error}\n{:?}\n{}", error.hints(), heard.text());
    assert!(!shown.contains("wr0ng") && !shown.contains("s3cret"), "{shown}");
    assert!(error.to_string().contains("answered 401"), "{error}");
}

#[test]
fn credentials_are_not_written_beside_the_parts() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::start(|_| Response::ok("x")));
    let url = server.url().replace("http://", "http://user:s3cret@") + "/file";
    let job = Job::new(Url::parse(&url).unwrap(), "file", folder.path(), 10);
    let fetched = client(&manual()).fetch_whole(&job, &Silent, &Silent).unwrap();
    let meta = Fs::real().read(&folder.path().join("file.parts/meta.json"), 10_000).unwrap();
    let meta = String::from_utf8(meta).unwrap();
    assert!(!meta.contains("s3cret") && meta.contains("/file"), "{meta}");
    drop(fetched);
}

#[test]
fn a_refused_connection_is_named_with_its_host() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);
    let wanted = Document::new(Url::parse(&format!("http://{host}/x")).unwrap(), 10);
    let error = client(&manual()).get(&wanted, &Silent).unwrap_err();
    assert_eq!(error.to_string(), format!("fetch http://{host}/x: {host}: connection refused (tried 5 times)"));
    assert_eq!(error.class(), Class::Network);
    assert!(error.hints().lines()[0].contains("HTTPS_PROXY"));
}

#[test]
fn proxies_come_from_the_environment_and_so_do_exceptions() {
    let proxy = Server::start(|_| Response::ok("by proxy"));
    let server = Server::start(|_| Response::ok("direct"));
    let got = |vars: &[(&str, &str)], url: &str| {
        let env = Env::of(vars.iter().copied(), "/".into(), None);
        let sys = Sys::new(Fs::real(), Clock::manual(0), env);
        let document = Document { tries: Some(1), ..Document::new(Url::parse(url).unwrap(), 100) };
        client(&sys).get(&document, &Silent).map(|answer| String::from_utf8(answer.bytes).unwrap())
    };
    let there = "http://server.test/x".to_owned();
    assert_eq!(got(&[], &format!("{}/x", server.url())).unwrap(), "direct");
    for (name, host) in [("HTTP_PROXY", "127.0.0.1"), ("ALL_PROXY", "localhost"), ("http_proxy", "127.0.0.2")] {
        let here = server.url().replace("127.0.0.1", host);
        // Not every system has 127.0.0.2; what counts is that the proxy is not asked.
        if host != "127.0.0.2" {
            assert_eq!(got(&[(name, &proxy.url())], &here).unwrap(), "direct", "{name}");
        }
        let _ = got(&[(name, &proxy.url())], &here);
    }
    assert_eq!(proxy.requests().len(), 0);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        assert_eq!(got(&[(name, &proxy.url())], &there).unwrap(), "by proxy", "{name}");
    }
    assert_eq!(proxy.requests()[0].target, there);
    let bare = proxy.url().replace("http://", "");
    assert_eq!(got(&[("HTTP_PROXY", &bare)], &there).unwrap(), "by proxy");
    let asked = proxy.requests().len();
    assert!(
        got(&[("HTTP_PROXY", &proxy.url()), ("NO_PROXY", "a.test,nowhere.invalid")], "http://nowhere.invalid/")
            .is_err()
    );
    assert!(got(&[("HTTP_PROXY", &proxy.url()), ("REQUEST_METHOD", "GET")], "http://nowhere.invalid/").is_err());
    assert_eq!(proxy.requests().len(), asked);
    // The proxy looks up the name, which does not exist.
    assert_eq!(got(&[("HTTP_PROXY", &proxy.url())], "http://nowhere.invalid/x").unwrap(), "by proxy");
    let user = proxy.url().replace("http://", "http://me:s3cret@");
    assert_eq!(got(&[("HTTP_PROXY", &user)], &there).unwrap(), "by proxy");
    let last = proxy.requests().pop().unwrap();
    assert_eq!(last.header("proxy-authorization"), Some("Basic bWU6czNjcmV0"));
    let error = got(&[("HTTP_PROXY", "::s3cret::")], &there).unwrap_err();
    assert_eq!(error.to_string(), "set up the network client: `HTTP_PROXY` is not the address of a proxy");
}

#[test]
fn a_proxy_that_refuses_is_told_from_a_host_that_does() {
    let proxy = Server::start(|_| Response::status(403));
    let env = Env::of([("HTTPS_PROXY", proxy.url())], "/".into(), None);
    let sys = Sys::new(Fs::real(), Clock::manual(0), env);
    let wanted = Document::new(Url::parse("https://nowhere.invalid/x").unwrap(), 10);
    let error = client(&sys).get(&wanted, &Silent).unwrap_err();
    assert_eq!(error.word(), "proxy-refused", "{error}");
    assert!(error.to_string().contains("nowhere.invalid"), "{error}");
    assert!(error.hints().lines()[0].contains(&proxy.url()["http://".len()..]), "{:?}", error.hints());
    assert_eq!(proxy.requests()[0].method, "CONNECT");
}

#[test]
fn a_proxy_that_is_not_there_is_blamed_and_not_the_server() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    for (variable, value, url) in [
        ("HTTP_PROXY", format!("http://u:s3cret@{address}"), "http://nowhere.invalid/x"),
        ("HTTPS_PROXY", format!("http://{address}"), "https://nowhere.invalid/x"),
        ("ALL_PROXY", address.clone(), "https://nowhere.invalid/x"),
    ] {
        let sys = Sys::new(Fs::real(), Clock::manual(0), Env::of([(variable, value)], "/".into(), None));
        let heard = Heard::default();
        let wanted = Document { tries: Some(2), ..Document::new(Url::parse(url).unwrap(), 10) };
        let error = client(&sys).get(&wanted, &heard).unwrap_err();
        let words = format!("fetch {url}: the proxy {address} (`{variable}`): connection refused (tried 2 times)");
        assert_eq!(error.to_string(), words);
        assert_eq!((error.class(), error.word()), (Class::Network, "proxy-unreachable"));
        let hints = error.hints();
        assert!(hints.lines()[0].starts_with(&format!("`{variable}` names the proxy `{address}`")), "{hints:?}");
        assert!(heard.text().contains(&format!("the proxy {address}")), "{}", heard.text());
    }
    // Reached directly, the server is blamed.
    let sys = Sys::new(Fs::real(), Clock::manual(0), Env::of([("HTTP_PROXY", &address)], "/".into(), None));
    let error = client(&sys).get(&Document::new(Url::parse(&format!("http://{address}/")).unwrap(), 10), &Silent);
    assert!(error.unwrap_err().to_string().contains(&format!("/: {address}: connection refused")));
}

#[test]
fn offline_asks_nobody() {
    let server = Server::start(|_| Response::ok("x"));
    let offline = Client::new(&manual(), Settings { offline: true, ..settings() }).unwrap();
    let error = offline.get(&document(&server, "/"), &Silent).unwrap_err();
    assert_eq!((error.class(), error.word()), (Class::Policy, "offline"));
    assert!(server.requests().is_empty());
}

#[test]
fn only_http_addresses_are_understood() {
    for url in ["ftp://h.test/x", "file:///etc/passwd", "data:text/plain,x"] {
        let error = client(&manual()).get(&Document::new(Url::parse(url).unwrap(), 10), &Silent).unwrap_err();
        assert_eq!(error.class(), Class::Usage, "{error}");
    }
}

#[test]
fn an_interrupt_ends_a_request_that_hangs() {
    let sys = machine(Clock::real());
    let asked = sys.interrupt().clone();
    let server = Server::start(move |_| {
        asked.ask();
        Response::ok("x").with_fault(Fault::Silence)
    });
    let patient = Settings { stall_timeout: Duration::from_secs(600), ..settings() };
    let error = Client::new(&sys, patient).unwrap().get(&document(&server, "/"), &Silent).unwrap_err();
    assert!(error.is_interrupt());
}

#[test]
fn headers_that_cannot_be_sent_are_an_error_and_no_panic() {
    let server = Server::start(|_| Response::ok("x"));
    let bad =
        Document { headers: vec![("x\r\nevil".to_owned(), "1".to_owned())], tries: Some(1), ..document(&server, "/") };
    assert!(client(&manual()).get(&bad, &Silent).is_err());
    assert!(server.requests().is_empty());
}
