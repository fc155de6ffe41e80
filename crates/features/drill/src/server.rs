//! A server on loopback that serves what a drill needs, and breaks one answer on purpose: it cuts it, falls silent in
//! the middle of it, or changes a byte of it.
//!
//! `hyper` speaks HTTP; here are only files in memory, byte ranges, faults, and the count of the bytes that were sent. It
//! listens on a port of 127.0.0.1 that the system chooses, and ends with its value.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::header::{CONTENT_RANGE, ETAG, RANGE};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sys::Interrupt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;

use crate::limits::{CONNECTIONS_MAX, PIECE_BYTES, STALL_SECONDS_MAX};

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection ends after so many bytes of the body.
    CutAfter(u64),
    /// Nothing more comes after so many bytes of the body.
    StallAfter(u64),
    /// The byte at this place of the file is another one.
    FlipAt(u64),
}

/// A fault of one path.
struct Rule {
    path: String,
    fault: Fault,
    /// How many more answers have it; `None` for every one.
    times: Option<u32>,
}

/// What happens when so many bytes of bodies were sent.
struct Watch {
    sent: u64,
    interrupt: Interrupt,
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, Bytes>,
    rules: Vec<Rule>,
    watch: Option<Watch>,
}

struct Shared {
    state: Mutex<State>,
    sent: AtomicU64,
}

/// The running server. Dropping it ends it.
pub(crate) struct Server {
    shared: Arc<Shared>,
    scheme: &'static str,
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what was sent, and calls the watch that waits for it.
    fn count(&self, bytes: u64) {
        let sent = self.sent.fetch_add(bytes, Ordering::SeqCst) + bytes;
        let mut state = self.state();
        if state.watch.as_ref().is_some_and(|watch| sent >= watch.sent)
            && let Some(watch) = state.watch.take()
        {
            watch.interrupt.ask();
        }
    }
}

impl Server {
    /// Starts a server without files.
    ///
    /// # Errors
    /// What the system says: no port, no thread.
    pub(crate) fn start() -> std::io::Result<Server> {
        Server::start_with(None)
    }

    /// Starts a server without files that shows an expired certificate of [`AUTHORITY`].
    ///
    /// # Errors
    /// As for [`Server::start`].
    pub(crate) fn start_expired() -> std::io::Result<Server> {
        Server::start_with(Some(expired()?))
    }

    fn start_with(tls: Option<TlsAcceptor>) -> std::io::Result<Server> {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared { state: Mutex::default(), sent: AtomicU64::new(0) });
        let (stop, stopped) = oneshot::channel();
        let serving = shared.clone();
        let thread = std::thread::Builder::new().name("drill server".to_owned()).spawn(move || {
            runtime.block_on(async move {
                tokio::spawn(accept(listener, serving, tls));
                // The sender's end is an end, too.
                let _ = stopped.await;
            });
        })?;
        Ok(Server { shared, scheme, port, stop: Some(stop), thread: Some(thread) })
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}{path}", self.scheme, self.port)
    }

    /// Serves these bytes at this path from now on.
    pub(crate) fn serve(&self, path: &str, bytes: impl Into<Bytes>) {
        self.shared.state().files.insert(path.to_owned(), bytes.into());
    }

    /// The answers to this path have this fault, so many of them or all.
    pub(crate) fn break_answers(&self, path: &str, fault: Fault, times: Option<u32>) {
        self.shared.state().rules.push(Rule { path: path.to_owned(), fault, times });
    }

    /// From now on every answer is right, and nothing is watched.
    pub(crate) fn mend(&self) {
        let mut state = self.shared.state();
        state.rules.clear();
        state.watch = None;
    }

    /// The bytes of bodies that were sent since the start.
    pub(crate) fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::SeqCst)
    }

    /// An interrupt that is asked once so many more bytes were sent.
    pub(crate) fn interrupt_after(&self, bytes: u64) -> Interrupt {
        let interrupt = Interrupt::new();
        self.shared.state().watch =
            Some(Watch { sent: self.sent().saturating_add(bytes), interrupt: interrupt.clone() });
        interrupt
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, tls: Option<TlsAcceptor>) {
    for _ in 0..CONNECTIONS_MAX {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (shared, tls) = (shared.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => converse(stream, shared).await,
                // A client that refuses the certificate ends the handshake.
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        converse(stream, shared).await;
                    }
                }
            }
        });
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let answer = answer(&shared, &request);
        async move { Ok::<_, Infallible>(answer) }
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A client that hangs up, and an answer that is cut on purpose, end in an error here.
    let _ = connection.await;
}

/// The certificate of the encrypted server, which was valid in 2020, and its key (`certificates/README.md`).
const EXPIRED: &[u8] = include_bytes!("../certificates/expired.der");
const EXPIRED_KEY: &[u8] = include_bytes!("../certificates/expired.key.der");

/// The authority that has signed it.
pub(crate) const AUTHORITY: &str = include_str!("../certificates/authority.pem");

fn expired() -> std::io::Result<TlsAcceptor> {
    let key = PrivateKeyDer::try_from(EXPIRED_KEY).map_err(std::io::Error::other)?;
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| {
            config.with_no_client_auth().with_single_cert(vec![CertificateDer::from(EXPIRED)], key.clone_key())
        })
        .map_err(std::io::Error::other)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn answer(shared: &Arc<Shared>, request: &Request<Incoming>) -> Response<Body> {
    let path = request.uri().path();
    let mut state = shared.state();
    let Some(bytes) = state.files.get(path).cloned() else { return empty(StatusCode::NOT_FOUND, shared) };
    let fault = state.rules.iter_mut().rev().find(|rule| rule.path == path && rule.times != Some(0)).map(|rule| {
        rule.times = rule.times.map(|times| times - 1);
        rule.fault
    });
    drop(state);
    let whole = bytes.len() as u64;
    let range = request.headers().get(RANGE).and_then(|value| value.to_str().ok());
    let (start, end) = match range {
        None => (0, whole),
        Some(range) => match byte_range(range, whole) {
            Some(range) => range,
            None => return empty(StatusCode::RANGE_NOT_SATISFIABLE, shared),
        },
    };
    let body = Body {
        shared: shared.clone(),
        bytes: bytes.slice(to_index(start)..to_index(end)),
        start,
        at: 0,
        fault,
        stall: None,
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    // A file of a drill does not change, so its length names it.
    if let Ok(tag) = format!("\"{whole}\"").parse() {
        headers.insert(ETAG, tag);
    }
    if range.is_some() {
        if let Ok(value) = format!("bytes {start}-{}/{whole}", end.saturating_sub(1)).parse() {
            headers.insert(CONTENT_RANGE, value);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

fn empty(status: StatusCode, shared: &Arc<Shared>) -> Response<Body> {
    let body = Body { shared: shared.clone(), bytes: Bytes::new(), start: 0, at: 0, fault: None, stall: None };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

/// The first byte, and that after the last one, of `bytes=N-` and `bytes=N-M` (RFC 9110, 14.1.2).
fn byte_range(header: &str, whole: u64) -> Option<(u64, u64)> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let first: u64 = first.parse().ok()?;
    let end = match last {
        "" => whole,
        last => last.parse::<u64>().ok()?.checked_add(1)?.min(whole),
    };
    (first < end).then_some((first, end))
}

fn to_index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// An answer's body.
struct Body {
    shared: Arc<Shared>,
    bytes: Bytes,
    /// Where it begins in its file.
    start: u64,
    at: usize,
    fault: Option<Fault>,
    stall: Option<Pin<Box<Sleep>>>,
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let cut = || std::io::Error::new(std::io::ErrorKind::ConnectionAborted, "cut on purpose");
        let bound = match self.fault {
            Some(Fault::CutAfter(bytes) | Fault::StallAfter(bytes)) => to_index(bytes).min(self.bytes.len()),
            _ => self.bytes.len(),
        };
        if self.at >= bound {
            match self.fault {
                Some(Fault::CutAfter(_)) => return Poll::Ready(Some(Err(cut()))),
                Some(Fault::StallAfter(_)) => {
                    let stall = self
                        .stall
                        .get_or_insert_with(|| Box::pin(tokio::time::sleep(Duration::from_secs(STALL_SECONDS_MAX))));
                    return stall.as_mut().poll(context).map(|()| Some(Err(cut())));
                }
                _ => return Poll::Ready(None),
            }
        }
        let end = (self.at + PIECE_BYTES).min(bound);
        let mut piece = self.bytes.slice(self.at..end);
        if let Some(Fault::FlipAt(place)) = self.fault {
            let first = self.start + self.at as u64;
            if let Some(offset) = place.checked_sub(first).map(to_index).filter(|offset| *offset < piece.len()) {
                let mut changed = piece.to_vec();
                if let Some(byte) = changed.get_mut(offset) {
                    *byte ^= 1;
                }
                piece = changed.into();
            }
        }
        self.at = end;
        self.shared.count(piece.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact((self.bytes.len() - self.at) as u64)
    }

    fn is_end_stream(&self) -> bool {
        self.at >= self.bytes.len() && !matches!(self.fault, Some(Fault::CutAfter(_) | Fault::StallAfter(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_within_the_file_or_refused() {
        assert_eq!(byte_range("bytes=0-", 10), Some((0, 10)));
        assert_eq!(byte_range("bytes=4-6", 10), Some((4, 7)));
        assert_eq!(byte_range("bytes=4-600", 10), Some((4, 10)));
        for refused in ["bytes=10-", "bytes=6-4", "bytes=-5", "items=0-1", "bytes=a-b", "bytes=0-18446744073709551615"]
        {
            assert_eq!(byte_range(refused, 10), None, "{refused}");
        }
    }
}
