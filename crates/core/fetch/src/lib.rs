//! One HTTP client for everything: resumable, bounded, hashed on the way in, retried, several mirrors.
//!
//! There are two entry points. [`Client::get`] fetches a small document into memory: an index, a checksum, a module's
//! `.info`. [`Client::fetch`] fetches a large file to disk, and gives its caller a reader that follows the file as it
//! grows, so that download, hashing, inflating and writing overlap.
//!
//! Files on disk during a fetch, in the folder that the [`Job`] names:
//!
//! ```text
//! NAME.lock            who fetches it; two processes never fetch one file at the same time
//! NAME.parts/meta.json where it comes from, its size, its validators; written once at the start
//! NAME.parts/000000    the first segment
//! NAME.parts/000001    the second one, …
//! ```
//!
//! Each segment is written from start to end, so its length *is* the number of bytes that goward holds: no other record
//! has to be updated while bytes arrive, and a kill at any instant loses nothing. goward never fetches these bytes
//! again and never trusts them: it hashes them again from the first one on. It syncs nothing, since the hash detects a
//! torn segment, which is then discarded.
//!
//! A transfer starts on one connection. If it is slow, the server serves ranges, and the file is known not to change
//! meanwhile, further connections fetch later segments.
//!
//! Every wait has an end: there are limits (`settings.rs`) for a connection, a response head, a pause, a body below the
//! least rate, a document and a whole file; the bytes on disk survive each of them.
//!
//! A local file is copied to the same folder and hashed on the way ([`copy_local`]), so that goward verifies the bytes
//! that it uses.
//!
//! What this crate never does: trust a length, follow a redirect from https to http, resume a file that may have
//! changed, decode a content encoding, print, show a password, or send one of `.netrc` over plain http or to another
//! host.
//!
//! Its parts: a *connection* (`connection.rs`) is one open request on the runtime's thread; it writes to segments and
//! reports to the *state of the transfer* (`transfer_state.rs`), which all threads share. The *coordinator*
//! (`coordinator.rs`) is sequential code on a thread of its own: it starts connections, checks response heads
//! (`response_check.rs`), waits, retries, changes the place. The reader (`follow.rs`) and the hash (`transfer.rs`) wait
//! for the state to grow. Pure parts (`response_check.rs`, `retry.rs`, `breaker.rs`, `head.rs`) decide without a clock
//! or a socket.
//!
//! Tested against `testkit::http`, a server that cuts, stalls, lies and refuses on request; waiting is
//! done on a clock that tests move.

mod breaker;
mod certificates;
mod client;
mod connection;
mod coordinator;
mod credentials;
mod document;
mod error;
mod follow;
mod head;
mod limits;
mod local;
mod outcome;
mod pace;
mod parts;
mod probe;
mod proxies;
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
pub use credentials::Goauth;
pub use document::{Answer, Document};
pub use error::FetchError;
pub use local::{Copied, LocalError, LocalFile, copy_local};
pub use parts::{Parts, PartsReader};
pub use probe::{Probed, probe};
pub use proxies::ProxyUsed;
pub use reason::Reason;
pub use redact::redacted;
pub use request::{Fetched, Job};
pub use settings::Settings;
