//! What can be wrong with an index.

use diag::{Class, Diagnose, Diagnosis};

use crate::foreign::{cut, shown_bytes};
use crate::limits::INDEX_BYTES_MAX;

/// Bytes that are no index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum IndexError {
    /// Nothing was answered.
    #[error("read the release index: the answer is empty")]
    Empty,
    /// More was answered than an index can be.
    #[error("read the release index: it has {bytes} bytes, more than {INDEX_BYTES_MAX}")]
    TooLarge {
        /// The length of the answer.
        bytes: usize,
    },
    /// A web page was answered.
    #[error("read the release index: a web page was answered, beginning {seen}")]
    Html {
        /// How the answer begins.
        seen: String,
    },
    /// The answer ends in the middle.
    #[error("read the release index: it is cut off at line {line}, column {column}, after {bytes} bytes ending {seen}")]
    Truncated {
        /// The line, the first being 1.
        line: usize,
        /// The column in bytes, the first being 1.
        column: usize,
        /// The length of the answer.
        bytes: usize,
        /// How the answer ends.
        seen: String,
    },
    /// The answer is no JSON, or JSON of another shape.
    #[error("read the release index: {what} at line {line}, column {column}; it begins {seen}")]
    Malformed {
        what: String,
        /// The line, the first being 1.
        line: usize,
        /// The column in bytes, the first being 1.
        column: usize,
        /// How the answer begins.
        seen: String,
    },
    /// The list is well formed, but nothing in it could be installed anywhere.
    #[error("read the release index: it lists no release with an archive")]
    NoReleases,
    /// The list says two different things about one archive.
    #[error("read the release index: it lists `{filename}` twice with different contents")]
    Contradiction { filename: String },
}

impl IndexError {
    pub(super) fn of_json(error: serde_json::Error, body: &[u8]) -> IndexError {
        let (line, column) = (error.line(), error.column());
        if error.is_eof() {
            let tail = body.get(body.len().saturating_sub(24)..).unwrap_or(body);
            return IndexError::Truncated { line, column, bytes: body.len(), seen: shown_bytes(tail) };
        }
        // The message may quote the answer, and repeats the position that is beside it.
        let message = error.to_string();
        let what = message.split(" at line ").next().unwrap_or(&message);
        let what = cut(what);
        IndexError::Malformed { what, line, column, seen: shown_bytes(body) }
    }
}

impl Diagnose for IndexError {
    fn diagnosis(&self) -> Diagnosis {
        let again = "try again, or another source with `--source`";
        let another = "try another source with `--source`";
        // A source that answers something else than an index is as good as one that does not answer.
        match self {
            IndexError::Empty => Class::Network.word("index-empty").hint(again),
            IndexError::TooLarge { .. } => Class::Network.word("index-too-large").hint(another),
            IndexError::Html { .. } => Class::Network
                .word("index-is-html")
                .hint("the address may need `?mode=json&include=all`, or a proxy answers with its login page"),
            IndexError::Truncated { .. } => Class::Network.word("index-truncated").hint(again),
            IndexError::Malformed { .. } => Class::Network.word("index-malformed").hint(another),
            IndexError::NoReleases => Class::Network.word("index-without-releases").hint(another),
            IndexError::Contradiction { .. } => Class::Integrity.word("index-contradicts-itself").hint(another),
        }
    }
}
