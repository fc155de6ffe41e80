//! The body of a `.sha256` file beside an archive.

use diag::{Class, Diagnose, Diagnosis};

use crate::Digest;
use crate::foreign::shown_bytes;
use crate::limits::CHECKSUM_BODY_BYTES_MAX;

/// A body that is not a checksum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChecksumBodyError {
    /// A web page in its place. `go.dev/dl/NAME.sha256` answers so, with status 200 (golang/go#41172).
    #[error("read a checksum: a web page was answered, beginning {seen}")]
    Html {
        /// How the body begins.
        seen: String,
    },
    /// The body is something else.
    #[error("read a checksum: expected 64 lower-case hexadecimal digits, got {bytes} bytes beginning {seen}")]
    Malformed {
        /// The length of the body.
        bytes: usize,
        /// How the body begins.
        seen: String,
    },
}

/// Reads the body of a `.sha256` file: 64 lower-case hexadecimal digits, then white space at most.
pub fn parse_checksum_body(body: &[u8]) -> Result<Digest, ChecksumBodyError> {
    let parsed = || {
        let within_bounds = body.len() <= CHECKSUM_BODY_BYTES_MAX;
        let text = within_bounds.then(|| std::str::from_utf8(body.trim_ascii_end()).ok())??;
        text.parse().ok()
    };
    parsed().ok_or_else(|| {
        let seen = shown_bytes(body);
        match body.trim_ascii_start().first() {
            Some(b'<') => ChecksumBodyError::Html { seen },
            _ => ChecksumBodyError::Malformed { bytes: body.len(), seen },
        }
    })
}

impl Diagnose for ChecksumBodyError {
    fn diagnosis(&self) -> Diagnosis {
        let word = match self {
            ChecksumBodyError::Html { .. } => "checksum-is-html",
            ChecksumBodyError::Malformed { .. } => "checksum-malformed",
        };
        Class::Integrity
            .word(word)
            .hint("the source answers something else than a checksum; a login page of a proxy is a common cause")
    }
}
