//! The forwarder of `--net proxy`: answers GET requests of the program inside from the module proxies of the settings.
//!
//! It listens on a port of the program's own name space, which nothing else reaches, and answers nothing but the files of
//! the module proxy's protocol: a path below the proxy's address, without query. It keeps nothing. Requests, headers and
//! connections are bounded; a program that sends something else gets an error and a closed connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use acquire::{ModuleProxies, NoFile};
use context::Ctx;

/// The most connections at once. The go command opens some ten.
const CONNECTIONS_MAX: usize = 32;
/// The most bytes of a request's lines.
const REQUEST_BYTES_MAX: u64 = 16 << 10;
/// How long a connection may be silent.
const SILENCE_TIME_MAX: Duration = Duration::from_secs(30);

/// A running forwarder. It ends with this process: its port is gone before, with the name space.
pub(crate) struct Forwarder {
    forwarded: Arc<AtomicU64>,
}

impl Forwarder {
    /// Answers at this socket.
    pub(crate) fn start(ctx: &Ctx, socket: TcpListener) -> Forwarder {
        let forwarded = Arc::new(AtomicU64::new(0));
        let (count, proxies) = (forwarded.clone(), Arc::new(ModuleProxies::of(ctx)));
        std::thread::spawn(move || accept(&socket, &proxies, &count));
        Forwarder { forwarded }
    }

    /// How many files it has passed on.
    pub(crate) fn stop(self) -> u64 {
        self.forwarded.load(Ordering::SeqCst)
    }
}

fn accept(socket: &TcpListener, proxies: &Arc<ModuleProxies>, count: &Arc<AtomicU64>) {
    let open = Arc::new(AtomicUsize::new(0));
    // The socket reports an error once its name space is gone.
    while let Ok((stream, _)) = socket.accept() {
        if open.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS_MAX {
            open.fetch_sub(1, Ordering::SeqCst);
            // A dropped connection is an error of the one who asked.
            continue;
        }
        let (proxies, count, open) = (proxies.clone(), count.clone(), open.clone());
        std::thread::spawn(move || {
            // The program inside hears of its own errors by the closed connection.
            let _ = answer(stream, &proxies, &count);
            open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

fn answer(stream: TcpStream, proxies: &ModuleProxies, count: &AtomicU64) -> std::io::Result<()> {
    stream.set_read_timeout(Some(SILENCE_TIME_MAX))?;
    stream.set_write_timeout(Some(SILENCE_TIME_MAX))?;
    let mut lines = BufReader::new(&stream).take(REQUEST_BYTES_MAX);
    let mut request = Vec::new();
    lines.read_until(b'\n', &mut request)?;
    loop {
        let mut line = Vec::new();
        let read = lines.read_until(b'\n', &mut line)?;
        match line.trim_ascii_end() {
            [] if read > 0 => break,
            _ if read == 0 => {
                return respond(&stream, "431 Request Header Fields Too Large", b"the request is too long\n");
            }
            _ => {}
        }
    }
    let Some(path) = path_of(&request) else {
        return respond(
            &stream,
            "405 Method Not Allowed",
            b"only files of the module proxy's protocol are forwarded\n",
        );
    };
    match proxies.get(path) {
        Ok(bytes) => {
            count.fetch_add(1, Ordering::SeqCst);
            respond(&stream, "200 OK", &bytes)
        }
        Err(NoFile { is_absent: true, reason }) => respond(&stream, "404 Not Found", reason.as_bytes()),
        Err(NoFile { is_absent: false, reason }) => respond(&stream, "502 Bad Gateway", reason.as_bytes()),
    }
}

/// The path of a request line, `GET /golang.org/x/text/@v/list HTTP/1.1`, without its first slash. Its characters are those
/// of the protocol (golang.org/ref/mod, "GOPROXY protocol": escaped paths and versions).
fn path_of(request: &[u8]) -> Option<&str> {
    let mut words = std::str::from_utf8(request).ok()?.trim_ascii_end().split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let path = target.strip_prefix('/')?;
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~!@+,%".contains(&byte);
    let is_plain = !path.is_empty()
        && path.bytes().all(is_known)
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && !path.to_ascii_lowercase().contains("%2e")
        && !path.to_ascii_lowercase().contains("%2f");
    (method == "GET" && version.starts_with("HTTP/1.") && words.next().is_none() && is_plain).then_some(path)
}

fn respond(mut stream: &TcpStream, status: &str, body: &[u8]) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_protocol_are_asked_for() {
        for (request, path) in [
            ("GET /golang.org/x/text/@v/list HTTP/1.1\r\n", Some("golang.org/x/text/@v/list")),
            (
                "GET /github.com/!burnt!sushi/toml/@v/v1.0.0+incompatible.zip HTTP/1.1\r\n",
                Some("github.com/!burnt!sushi/toml/@v/v1.0.0+incompatible.zip"),
            ),
            (
                "GET /sumdb/sum.golang.org/tile/8/0/x001/234.p/5 HTTP/1.0\n",
                Some("sumdb/sum.golang.org/tile/8/0/x001/234.p/5"),
            ),
            ("POST /a HTTP/1.1", None),
            ("CONNECT example.com:443 HTTP/1.1", None),
            ("GET http://example.com/ HTTP/1.1", None),
            ("GET /../etc/passwd HTTP/1.1", None),
            ("GET /a/%2e%2e/b HTTP/1.1", None),
            ("GET /a%2Fb HTTP/1.1", None),
            ("GET //example.com/a HTTP/1.1", None),
            ("GET /a?b HTTP/1.1", None),
            ("GET / HTTP/1.1", None),
            ("GET /a HTTP/2", None),
            ("GET /a b HTTP/1.1", None),
            ("GET /\u{e4} HTTP/1.1", None),
            ("", None),
        ] {
            assert_eq!(path_of(request.as_bytes()), path, "{request}");
        }
    }
}
