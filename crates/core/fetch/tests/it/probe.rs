//! Servers that are reached for step by step.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use fetch::{Probed, Reason, probe};
use sys::{Clock, Env, Fs, Sys};
use testkit::http::{Response, Server};
use url::Url;

use crate::support::{impatient, machine};

/// A server that says the same to everybody; what it heard is sent on.
fn saying(answer: &'static [u8]) -> (Url, mpsc::Receiver<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let (sender, heard) = mpsc::channel();
    // The thread ends with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).unwrap_or(0);
            let _ = sender.send(String::from_utf8_lossy(&bytes[..read]).into_owned());
            let _ = stream.write_all(answer);
        }
    });
    (Url::parse(&url).unwrap(), heard)
}

fn one(sys: &Sys, url: &Url) -> Probed {
    probe(sys, &impatient(), std::slice::from_ref(url)).remove(0)
}

fn with_proxy(proxy: &str) -> Sys {
    let vars = [("https_proxy", proxy), ("HTTPS_PROXY", proxy)];
    Sys::new(Fs::real(), Clock::real(), Env::of(vars, "/".into(), None))
}

#[test]
fn each_server_has_its_steps_and_its_own_failure() {
    let sys = machine(Clock::real());
    let server = Server::start(|_| Response::status(404));
    let (nonsense, _heard) = saying(b"SSH-2.0-OpenSSH\r\n");
    let endless: &'static [u8] = Box::leak(vec![b'x'; 1 << 20].into_boxed_slice());
    let (endless, _heard) = saying(endless);
    let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let closed = Url::parse(&format!("http://127.0.0.1:{closed}/")).unwrap();
    let unknown = Url::parse("http://u:S3CRET@no.such.host.invalid/").unwrap();
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let silent_url = Url::parse(&format!("http://{}/", silent.local_addr().unwrap())).unwrap();
    let urls = [Url::parse(&server.url()).unwrap(), nonsense, endless, closed, unknown, silent_url];
    let probed = probe(&sys, &impatient(), &urls);
    assert_eq!((probed[0].status, &probed[0].failure), (Some(404), &None));
    assert!(probed[0].handshake.is_none() && probed[0].answer.is_some());
    assert!(matches!(probed[1].failure, Some(Reason::Other { .. })), "{:?}", probed[1]);
    assert!(matches!(probed[2].failure, Some(Reason::Cut { .. })), "{:?}", probed[2]);
    assert!(matches!(
        probed[3].failure,
        Some(Reason::Refused | Reason::Connect { .. } | Reason::ConnectTimeout { .. })
    ));
    assert!(matches!(probed[4].failure, Some(Reason::Dns { .. } | Reason::TimeUp { .. })), "{:?}", probed[4]);
    assert!(!probed[4].address.contains("S3CRET"));
    assert!(matches!(probed[5].failure, Some(Reason::NoAnswer { .. } | Reason::Cut { .. })), "{:?}", probed[5]);
}

#[test]
fn the_way_through_a_proxy_is_asked_for_with_its_login_and_its_refusal_is_told() {
    let (proxy, heard) = saying(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let named = format!("http://user:p%40ss@{}:{}", proxy.host_str().unwrap(), proxy.port().unwrap());
    let probed = one(&with_proxy(&named), &Url::parse("https://go.test/dl/").unwrap());
    assert!(matches!(&probed.failure, Some(Reason::Proxy { detail }) if detail.contains("407")), "{probed:?}");
    let told = probed.proxy.unwrap().to_string();
    assert!(told.contains("127.0.0.1") && !told.contains("ss"), "{told}");
    let heard = heard.recv().unwrap();
    // `user:p@ss`
    assert!(heard.starts_with("CONNECT go.test:443 HTTP/1.1\r\n") && heard.contains("Basic dXNlcjpwQHNz"), "{heard}");
    // Who accepts and then cuts ends in a failure of the next step.
    let (proxy, _heard) = saying(b"HTTP/1.1 200 OK\r\n\r\n");
    let probed = one(&with_proxy(proxy.as_str()), &Url::parse("https://go.test/").unwrap());
    assert!(matches!(probed.failure, Some(Reason::Tls { .. })) && probed.connection.is_some(), "{probed:?}");
}
