//! Reaches for servers step by step: name, connection, certificate, answer, with the time of each.
//!
//! The usual client hides the steps; a diagnosis needs them. So this opens a connection of its own, with the same
//! proxies, certificates and bounds, sends one `HEAD` without credentials of the server's, and reads the first line of the
//! answer. Every address has a thread, all at once; a name look-up cannot be stopped, so a thread that waits for one is
//! left behind when the time is up.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use sys::Sys;
use url::Url;

use crate::certificates::tls;
use crate::limits::{PROBE_HEAD_BYTES_MAX, PROBE_TIME_MAX, PROBES_MAX};
use crate::proxies::{ProxyUsed, proxy_url_for};
use crate::reason::{Reason, detail};
use crate::redact::{host, redacted};
use crate::settings::Settings;

/// How far one server was reached, and how long each step took. A step that was not reached has no time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The address, without credentials.
    pub address: String,
    /// The proxy that was used.
    pub proxy: Option<ProxyUsed>,
    /// The look-up of the server's name, or of the proxy's.
    pub name: Option<Duration>,
    /// The connection, with the proxy's consent.
    pub connection: Option<Duration>,
    /// The TLS handshake, with the check of the certificate.
    pub handshake: Option<Duration>,
    /// From the question to the first line of the answer.
    pub answer: Option<Duration>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// What stopped it.
    pub failure: Option<Reason>,
}

impl Probed {
    fn new(sys: &Sys, url: &Url) -> Probed {
        Probed {
            address: redacted(url),
            proxy: proxy_url_for(sys, url).map(|(proxy, variable)| ProxyUsed { address: host(&proxy), variable }),
            name: None,
            connection: None,
            handshake: None,
            answer: None,
            status: None,
            failure: None,
        }
    }
}

/// Reaches for all servers at once; the result is in their order. At most `PROBES_MAX` are asked.
pub fn probe(sys: &Sys, settings: &Settings, urls: &[Url]) -> Vec<Probed> {
    let urls = &urls[..urls.len().min(PROBES_MAX)];
    let (sender, receiver) = mpsc::channel();
    let mut probed: Vec<Option<Probed>> = vec![None; urls.len()];
    let mut waiting = 0;
    for (index, url) in urls.iter().enumerate() {
        let (own_sys, own_settings, own_url, sender) = (sys.clone(), settings.clone(), url.clone(), sender.clone());
        let started = std::thread::Builder::new().name("probe".to_owned()).spawn(move || {
            // Nobody listens any more if the time is up.
            let _ = sender.send((index, reach(&own_sys, &own_settings, &own_url)));
        });
        waiting += usize::from(started.is_ok());
    }
    let start = sys.clock().moment();
    while waiting > 0 {
        let left = PROBE_TIME_MAX.saturating_sub(sys.clock().since(start));
        let Ok((index, one)) = receiver.recv_timeout(left) else { break };
        if let Some(slot) = probed.get_mut(index) {
            *slot = Some(one);
        }
        waiting -= 1;
    }
    let late = |(slot, url): (Option<Probed>, &Url)| {
        let failure = Some(Reason::TimeUp { after: PROBE_TIME_MAX });
        slot.unwrap_or_else(|| Probed { failure, ..Probed::new(sys, url) })
    };
    probed.into_iter().zip(urls).map(late).collect()
}

fn reach(sys: &Sys, settings: &Settings, url: &Url) -> Probed {
    let mut probed = Probed::new(sys, url);
    if let Err(reason) = steps(sys, settings, url, &mut probed) {
        probed.failure = Some(reason);
    }
    probed
}

fn other(text: impl Into<String>) -> Reason {
    Reason::Other { detail: detail(&text.into()) }
}

fn steps(sys: &Sys, settings: &Settings, url: &Url, probed: &mut Probed) -> Result<(), Reason> {
    let clock = sys.clock();
    let proxy = proxy_url_for(sys, url).map(|(proxy, _)| proxy);
    if let Some(proxy) = proxy.as_ref().filter(|proxy| proxy.scheme() != "http") {
        return Err(other(format!("the steps through a proxy of the kind `{}` are not measured", proxy.scheme())));
    }
    let near = proxy.as_ref().unwrap_or(url);
    let start = clock.moment();
    let addresses = look_up(near)?;
    probed.name = Some(clock.since(start));
    let start = clock.moment();
    let mut stream = connect(&addresses, settings.connect_timeout)?;
    for set in
        [stream.set_read_timeout(Some(settings.stall_timeout)), stream.set_write_timeout(Some(settings.stall_timeout))]
    {
        set.map_err(|error| other(error.to_string()))?;
    }
    let is_https = url.scheme() == "https";
    if let Some(proxy) = proxy.as_ref().filter(|_| is_https) {
        ask_proxy(&mut stream, proxy, url)?;
    }
    probed.connection = Some(clock.since(start));
    let line = match is_https {
        true => {
            let start = clock.moment();
            let mut stream = handshake(sys, settings, url, stream)?;
            probed.handshake = Some(clock.since(start));
            let start = clock.moment();
            let line = ask(&mut stream, url, None)?;
            probed.answer = Some(clock.since(start));
            line
        }
        false => {
            let start = clock.moment();
            let line = ask(&mut stream, url, proxy.as_ref())?;
            probed.answer = Some(clock.since(start));
            line
        }
    };
    let status = status_of(&line).ok_or_else(|| other("the answer is not of HTTP"))?;
    probed.status = Some(status);
    if status == 407 {
        return Err(Reason::Proxy { detail: "407, it wants a login".to_owned() });
    }
    Ok(())
}

fn look_up(url: &Url) -> Result<Vec<SocketAddr>, Reason> {
    let (Some(name), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err(other("the address has no host"));
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let found = (name, port).to_socket_addrs().map_err(|error| Reason::Dns { detail: detail(&error.to_string()) })?;
    let found: Vec<SocketAddr> = found.collect();
    match found.is_empty() {
        true => Err(Reason::Dns { detail: "it has no address".to_owned() }),
        false => Ok(found),
    }
}

/// Tries the addresses in their order; the bound is for each.
fn connect(addresses: &[SocketAddr], timeout: Duration) -> Result<TcpStream, Reason> {
    let mut last = other("it has no address");
    for address in addresses {
        match TcpStream::connect_timeout(address, timeout.max(Duration::from_millis(1))) {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                last = match error.kind() {
                    io::ErrorKind::ConnectionRefused => Reason::Refused,
                    io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Reason::ConnectTimeout { after: timeout },
                    _ => Reason::Connect { detail: detail(&error.to_string()) },
                };
            }
        }
    }
    Err(last)
}

/// Asks a proxy for the way to a server (RFC 9110, section 9.3.6).
fn ask_proxy(stream: &mut TcpStream, proxy: &Url, url: &Url) -> Result<(), Reason> {
    let refused = |text: String| Reason::Proxy { detail: detail(&text) };
    let name = url.host_str().unwrap_or_default();
    let target = format!("{name}:{}", url.port_or_known_default().unwrap_or(443));
    let head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{}\r\n", login(proxy));
    stream.write_all(head.as_bytes()).map_err(|error| refused(error.to_string()))?;
    let text = head_of(stream).map_err(|error| refused(error.to_string()))?;
    let line = text.lines().next().unwrap_or_default();
    match status_of(line) {
        Some(200..=299) => Ok(()),
        Some(407) => Err(refused("407, it wants a login".to_owned())),
        Some(status) => Err(refused(status.to_string())),
        None => Err(refused("its answer is not of HTTP".to_owned())),
    }
}

/// The header with the login of a proxy, if its address has one.
fn login(proxy: &Url) -> String {
    use base64::Engine as _;
    if proxy.username().is_empty() && proxy.password().is_none() {
        return String::new();
    }
    let plain = |text: &str| percent_decoded(text);
    let words = format!("{}:{}", plain(proxy.username()), plain(proxy.password().unwrap_or_default()));
    format!("Proxy-Authorization: Basic {}\r\n", base64::engine::general_purpose::STANDARD.encode(words))
}

/// Percent-encoded bytes as text; what is none stays.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        match code.filter(|_| *byte == b'%').and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(code) => {
                plain.push(code);
                at += 3;
            }
            None => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

type Encrypted = StreamOwned<ClientConnection, TcpStream>;

fn handshake(sys: &Sys, settings: &Settings, url: &Url, mut stream: TcpStream) -> Result<Encrypted, Reason> {
    let config = tls(sys, settings, &[b"http/1.1"]).map_err(other)?;
    let name = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(name).map_err(|error| other(error.to_string()))?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(|error| other(error.to_string()))?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).map_err(|error| encrypted(&error))?;
    }
    Ok(StreamOwned::new(connection, stream))
}

fn encrypted(error: &io::Error) -> Reason {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(error @ rustls::Error::InvalidCertificate(_)) => {
            Reason::Certificate { detail: detail(&error.to_string()) }
        }
        _ => Reason::Tls { detail: detail(&error.to_string()) },
    }
}

/// Sends the question, and returns the first line of the answer. Through a proxy the question has the whole address.
fn ask(stream: &mut (impl Read + Write), url: &Url, proxy: Option<&Url>) -> Result<String, Reason> {
    let cut = |error: io::Error| match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Reason::NoAnswer { after: PROBE_TIME_MAX },
        _ => Reason::Cut { detail: detail(&error.to_string()) },
    };
    let path = url.path();
    let host = host(url);
    let (target, login) = match proxy {
        Some(proxy) => (format!("http://{host}{path}"), login(proxy)),
        None => (path.to_owned(), String::new()),
    };
    let head = format!("HEAD {target} HTTP/1.1\r\nHost: {host}\r\n{login}Accept: */*\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).map_err(cut)?;
    stream.flush().map_err(cut)?;
    let text = line_of(stream).map_err(cut)?;
    Ok(text)
}

/// Reads to the end of the first line, to a bound.
fn line_of(stream: &mut impl Read) -> io::Result<String> {
    read_until(stream, |bytes| bytes.contains(&b'\n'))
}

/// Reads to the end of the head, to a bound: what follows is not this answer's.
fn head_of(stream: &mut impl Read) -> io::Result<String> {
    read_until(stream, |bytes| bytes.ends_with(b"\r\n\r\n"))
}

fn read_until(stream: &mut impl Read, is_done: impl Fn(&[u8]) -> bool) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut one = [0];
    // Byte by byte: what is behind the head belongs to the next step.
    while !is_done(&bytes) {
        if bytes.len() >= PROBE_HEAD_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the head of the answer is too long"));
        }
        match stream.read(&mut one) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => bytes.push(one[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The status of `HTTP/1.1 200 OK`.
fn status_of(line: &str) -> Option<u16> {
    let mut words = line.split_whitespace();
    words.next().filter(|word| word.starts_with("HTTP/"))?;
    words.next()?.parse().ok().filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_from_a_line_of_http_alone() {
        assert_eq!(status_of("HTTP/1.1 200 OK\r\n"), Some(200));
        assert_eq!(status_of("HTTP/1.0 407"), Some(407));
        for odd in ["", "SSH-2.0-x", "HTTP/1.1", "HTTP/1.1 99 x", "HTTP/1.1 1000 x", "<html>"] {
            assert_eq!(status_of(odd), None, "{odd}");
        }
        assert_eq!(percent_decoded("a%40b%zz%"), "a@b%zz%");
    }
}
