//! One HTTP client for everything: resumable, bounded, hashed on the way in, retried, several mirrors.
//!
//! Two ways in. [`Client::get`] brings a small document whole into memory: an index, a checksum, a
//! module's `.info`. [`Client::fetch`] brings a large file to disk, and hands a reader to its caller
//! that follows the file as it grows, so that download, hashing, inflating and writing overlap.
//!
//! What lies on disk while a file is fetched, in the folder that the [`Job`] names:
//!
//! ```text
//! NAME.lock            who fetches it; two processes never fetch one file at the same time
//! NAME.parts/meta.json where it comes from, its size, its validators; written once at the start
//! NAME.parts/000000    the first segment
//! NAME.parts/000001    the second one, …
//! ```
//!
//! Each segment is written from its front to its end, so its length *is* what is held: nothing else
//! has to be kept up to date while bytes arrive, and a kill at any instant loses nothing. Held bytes
//! are never fetched again and never trusted: they are hashed again from the first one on. Nothing is
//! synced, since a torn segment is found by the hash and then thrown away.
//!
//! A transfer starts on one connection. Where it turns out slow and the server can serve ranges of a
//! file that is known not to change under them, later segments come over further connections.
//!
//! Every wait has an end: a connection, a head, a silence, a body that comes slower than the least rate, a
//! document and a whole file have their limits (`settings.rs`), and what is held survives each of them.
//!
//! A file that lies on this machine already is copied to the same place and hashed on the way ([`copy_local`]), so that
//! what is judged is what is used.
//!
//! What this crate never does: trust a length, follow a redirect from https to http, resume a file
//! that may have changed, decode a content encoding, print, or show a password that stands in a URL.
//!
//! How it is put together: a *connection* (`connection.rs`) is one request under way on the runtime's thread; it
//! writes to segments and reports to the *state of the transfer* (`transfer_state.rs`), which all threads share. The
//! *coordinator* (`coordinator.rs`) is sequential code on a thread of its own: it starts connections, has response
//! heads checked (`response_check.rs`), waits, retries, changes the place. The reader (`follow.rs`) and the hash
//! (`transfer.rs`) wait for the state to grow. Pure parts (`response_check.rs`, `retry.rs`, `breaker.rs`, `head.rs`)
//! decide without a clock or a socket.
//!
//! Tested against `testkit::http`, a server that cuts, stalls, lies and refuses on request; waiting is
//! done on a clock that tests move.

mod breaker;
mod client;
mod connection;
mod coordinator;
mod document;
mod error;
mod follow;
mod head;
mod limits;
mod local;
mod outcome;
mod pace;
mod parts;
mod reason;
mod redact;
mod request;
mod response_check;
mod retry;
mod runtime;
mod settings;
mod transfer;
mod transfer_state;
mod wire;

pub use breaker::{Breaker, BreakerEvent, BreakerLimits, BreakerState};
pub use client::Client;
pub use document::{Answer, Document};
pub use error::FetchError;
pub use local::{Copied, LocalError, LocalFile, copy_local};
pub use parts::{Parts, PartsReader};
pub use reason::Reason;
pub use redact::redacted;
pub use request::{Fetched, Job};
pub use settings::Settings;
