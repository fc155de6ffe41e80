//! One connection: reads requests, sends answers, with their faults.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Shared;
use super::answer::{Answer, answer};
use super::message::{Fault, Request, Response};

/// The longest line of a request that is read; more ends the connection.
const LINE_BYTES_MAX: u64 = 64 << 10;
/// The largest request body that is read (and discarded).
const REQUEST_BODY_BYTES_MAX: u64 = 64 << 20;
/// Bytes per write.
const WRITE_BYTES: usize = 256 << 10;
/// How long a connection waits for bytes before it checks that the server still lives.
const READ_INTERVAL: Duration = Duration::from_secs(1);
/// How often a slow response sends something.
const TRICKLE_INTERVAL: Duration = Duration::from_millis(20);

/// Whether the connection continues after an answer.
#[derive(PartialEq, Eq)]
enum After {
    KeepAlive,
    Close,
}

/// Answers until the client hangs up, asks to close, or a fault ends it.
pub(super) fn serve(stream: &TcpStream, shared: &Shared) {
    let _ = stream.set_nodelay(true);
    // Under Wine a read can outlive the end of its connection, so it checks from time to time.
    let _ = stream.set_read_timeout(Some(READ_INTERVAL));
    let mut reader = BufReader::new(Patient { stream, shared });
    while let Some(request) = read_request(&mut reader) {
        shared.log.lock().unwrap().push(request.clone());
        let response = (shared.handler)(&request);
        match send(stream, shared, &request, &response) {
            Ok(After::KeepAlive) => {}
            // A client that hangs up is not an error.
            Ok(After::Close) | Err(_) => break,
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}

/// Reads as long as the server lives.
struct Patient<'s> {
    stream: &'s TcpStream,
    shared: &'s Shared,
}

impl Read for Patient<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.stream.read(into) {
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
                        && !self.shared.stopped.load(Ordering::SeqCst) => {}
                done => return done,
            }
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    let line = read_line(reader)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    let (path, query) = split(&target);
    let request = Request { method, path, query, headers, target };
    let length = request.header("content-length").and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    std::io::copy(&mut reader.take(length.min(REQUEST_BODY_BYTES_MAX)), &mut std::io::sink()).ok()?;
    Some(request)
}

fn read_line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    let read = reader.take(LINE_BYTES_MAX).read_line(&mut line).ok()?;
    (read > 0 && line.ends_with('\n')).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Path (decoded) and query of a request's target, which may be a whole URL.
fn split(target: &str) -> (String, String) {
    let origin = match target.strip_prefix("http://") {
        Some(rest) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => target,
    };
    let (path, query) = origin.split_once('?').unwrap_or((origin, ""));
    (decode(path), query.to_owned())
}

fn decode(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%')
            .then(|| tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()))
            .flatten();
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn send(stream: &TcpStream, shared: &Shared, request: &Request, response: &Response) -> std::io::Result<After> {
    match response.fault {
        Fault::HangUp => return Ok(After::Close),
        Fault::Silence => {
            while shared.pause(Duration::from_secs(3600)) {}
            return Ok(After::Close);
        }
        Fault::Hostile(hostile) => {
            hostile.attack(stream, shared, &response.body)?;
            return Ok(After::Close);
        }
        _ => {}
    }
    let answer = answer(request, response);
    let part = &response.body[answer.part.clone()];
    let closes = request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
        || matches!(response.fault, Fault::WrongLength(_) | Fault::NoLength | Fault::CutAfter(_));
    let mut out = stream;
    out.write_all(head(response, &answer, part.len(), closes).as_bytes())?;
    if request.method == "HEAD" || matches!(answer.status, 204 | 304) {
        return Ok(if closes { After::Close } else { After::KeepAlive });
    }
    match response.fault {
        Fault::CutAfter(bytes) => {
            write(out, shared, &part[..usize::try_from(bytes).unwrap_or(usize::MAX).min(part.len())])?;
        }
        Fault::StallAfter(bytes) => {
            write(out, shared, &part[..usize::try_from(bytes).unwrap_or(usize::MAX).min(part.len())])?;
            while shared.pause(Duration::from_secs(3600)) {}
            return Ok(After::Close);
        }
        Fault::Slow { bytes_per_second } => {
            let step = bytes_per_second as f64 * TRICKLE_INTERVAL.as_secs_f64();
            for piece in part.chunks((step as usize).max(1)) {
                write(out, shared, piece)?;
                if !shared.pause(TRICKLE_INTERVAL.max(Duration::from_secs_f64(1.0 / bytes_per_second.max(1) as f64))) {
                    return Ok(After::Close);
                }
            }
        }
        Fault::Chunked => {
            for piece in part.chunks(WRITE_BYTES) {
                out.write_all(format!("{:x}\r\n", piece.len()).as_bytes())?;
                write(out, shared, piece)?;
                out.write_all(b"\r\n")?;
            }
            out.write_all(b"0\r\n\r\n")?;
        }
        _ => write(out, shared, part)?,
    }
    Ok(if closes { After::Close } else { After::KeepAlive })
}

fn write(mut out: &TcpStream, shared: &Shared, bytes: &[u8]) -> std::io::Result<()> {
    for piece in bytes.chunks(WRITE_BYTES) {
        let count = piece.len() as u64;
        // Counted before: the client may read the count as soon as it has the last byte.
        shared.bytes_sent.fetch_add(count, Ordering::SeqCst);
        if let Err(error) = out.write_all(piece) {
            shared.bytes_sent.fetch_sub(count, Ordering::SeqCst);
            return Err(error);
        }
    }
    Ok(())
}

fn head(response: &Response, answer: &Answer, part_bytes: usize, closes: bool) -> String {
    let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status));
    let mut line = |name: &str, value: &str| {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    };
    for (name, value) in &response.headers {
        line(name, value);
    }
    if let Some(etag) = &response.etag {
        line("etag", etag);
    }
    if response.ranges && response.status == 200 {
        line("accept-ranges", "bytes");
    }
    if let Some(content_range) = &answer.content_range {
        line("content-range", content_range);
    }
    match response.fault {
        Fault::NoLength => {}
        Fault::Chunked => line("transfer-encoding", "chunked"),
        Fault::WrongLength(off) => {
            let length = i64::try_from(part_bytes).unwrap_or(i64::MAX).saturating_add(off).max(0);
            line("content-length", &length.to_string());
        }
        _ if matches!(answer.status, 204 | 304) => {}
        _ => line("content-length", &part_bytes.to_string()),
    }
    if closes {
        line("connection", "close");
    }
    head.push_str("\r\n");
    head
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        403 => "Forbidden",
        404 => "Not Found",
        410 => "Gone",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    }
}
