//! A loopback HTTP server with faults on request.
//!
//! It implements enough HTTP/1.1 to test a client: keep-alive, HEAD, ranges with `If-Range`,
//! `If-None-Match`, several connections at once. Its faults are intended ([`Fault`]). It records
//! every request, so that a test can prove what was *not* requested. It writes nothing to disk; the
//! threads end when the [`Server`] is dropped.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]

mod answer;
mod connection;
mod hostile;
mod message;

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

pub use hostile::Hostile;
pub use message::{Fault, Request, Response};

/// A server on a free loopback port. It stops and its threads are joined when it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

type Handler = dyn Fn(&Request) -> Response + Send + Sync;

/// The shared state of the server and its connections.
struct Shared {
    handler: Box<Handler>,
    log: Mutex<Vec<Request>>,
    bytes_sent: AtomicU64,
    stopped: AtomicBool,
    /// Held only to wait on `wake`: a stalled or slow connection must end at once when the server stops.
    sleep: Mutex<()>,
    wake: Condvar,
    streams: Mutex<Vec<TcpStream>>,
    connections: Mutex<Vec<JoinHandle<()>>>,
}

impl Server {
    /// Starts a server that answers every request with what `handler` returns. The handler may be
    /// called by several threads at once.
    pub fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            log: Mutex::default(),
            bytes_sent: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            sleep: Mutex::default(),
            wake: Condvar::new(),
            streams: Mutex::default(),
            connections: Mutex::default(),
        });
        let acceptor = std::thread::spawn({
            let shared = shared.clone();
            move || accept(&listener, &shared)
        });
        Server { address, shared, acceptor: Some(acceptor) }
    }

    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.log.lock().unwrap().clone()
    }

    /// How many bytes of bodies were passed to the system for sending. A client that hangs up early
    /// may have received fewer.
    pub fn bytes_sent(&self) -> u64 {
        self.shared.bytes_sent.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        {
            let _held = self.shared.sleep.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            self.shared.stopped.store(true, Ordering::SeqCst);
        }
        self.shared.wake.notify_all();
        // The acceptor waits in `accept`: one more connection wakes it to end.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        for stream in self.shared.streams.lock().unwrap_or_else(std::sync::PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let connections =
            std::mem::take(&mut *self.shared.connections.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        for connection in connections {
            // A handler that panicked has failed its own test already, by the missing answer.
            let _ = connection.join();
        }
    }
}

impl Shared {
    /// Waits, but not longer than the server lives. Returns whether it still lives.
    fn pause(&self, duration: Duration) -> bool {
        let held = self.sleep.lock().unwrap();
        let _ = self.wake.wait_timeout_while(held, duration, |()| !self.stopped.load(Ordering::SeqCst)).unwrap();
        !self.stopped.load(Ordering::SeqCst)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let Ok(twin) = stream.try_clone() else { continue };
        shared.streams.lock().unwrap().push(twin);
        let connection = std::thread::spawn({
            let shared = shared.clone();
            move || connection::serve(&stream, &shared)
        });
        shared.connections.lock().unwrap().push(connection);
    }
}

#[cfg(test)]
mod tests;
