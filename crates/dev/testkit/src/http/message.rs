//! Received requests and intended responses.

use std::sync::Arc;

use super::hostile::Hostile;

/// A received request.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `HEAD`, …
    pub method: String,
    /// The path, percent-decoded, without the query.
    pub path: String,
    /// The text after `?`, unchanged; empty if there is none.
    pub query: String,
    /// All headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The request's target, unchanged: a client that uses this server as its proxy sends a whole URL.
    pub target: String,
}

impl Request {
    /// The value of the first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// The answer, and its faults.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Headers besides those that the server makes itself (length, ranges, entity tag).
    pub headers: Vec<(String, String)>,
    /// The whole body; shared, never copied.
    pub body: Arc<[u8]>,
    /// What goes wrong.
    pub fault: Fault,
    /// Whether the server answers `Range` and `If-Range` itself (206, 416). Only for status 200.
    pub ranges: bool,
    /// The `ETag`, quotes included. With it the server answers `If-None-Match` itself (304).
    pub etag: Option<String>,
}

/// A fault of a response. Counts are of body bytes of this one response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// The connection is closed after so many bytes; with 0 right after the headers.
    CutAfter(u64),
    /// After so many bytes the server sends none; the connection stays open until the server stops.
    StallAfter(u64),
    /// `Content-Length` is off by so many bytes; the connection is closed after the body.
    WrongLength(i64),
    /// Bytes trickle.
    Slow {
        /// How many of them in a second.
        bytes_per_second: u64,
    },
    /// No `Content-Length`: the end of the connection ends the body.
    NoLength,
    /// No `Content-Length`: the body is sent in chunks.
    Chunked,
    /// The connection is closed before a byte of the answer is sent.
    HangUp,
    /// The connection stays open without an answer.
    Silence,
    /// A hostile answer.
    Hostile(Hostile),
}

impl Response {
    /// Status 200 with this body.
    pub fn ok(body: impl Into<Vec<u8>>) -> Response {
        Response::shared(body.into().into())
    }

    /// Status 200 with a shared body: large ones need no copy for each request.
    pub fn shared(body: Arc<[u8]>) -> Response {
        Response { status: 200, headers: Vec::new(), body, fault: Fault::None, ranges: true, etag: None }
    }

    /// This status with a short text that names it.
    pub fn status(code: u16) -> Response {
        Response { status: code, ..Response::ok(format!("status {code}\n")) }
    }

    /// A redirect (302) to an absolute or relative address.
    pub fn redirect(to: &str) -> Response {
        Response::status(302).with_header("location", to)
    }

    /// One more header.
    pub fn with_header(mut self, name: &str, value: &str) -> Response {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With an entity tag, quotes included: `"\"v1\""`.
    pub fn with_etag(mut self, etag: &str) -> Response {
        self.etag = Some(etag.to_owned());
        self
    }

    /// With this gone wrong.
    pub fn with_fault(mut self, fault: Fault) -> Response {
        self.fault = fault;
        self
    }

    /// Ignores `Range`, as a server without ranges does.
    pub fn without_ranges(mut self) -> Response {
        self.ranges = false;
        self
    }

    /// With this media type.
    pub fn content_type(self, media_type: &str) -> Response {
        self.with_header("content-type", media_type)
    }

    /// The value of the first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
