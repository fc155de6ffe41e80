//! SHA-256 values.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use diag::{Class, Diagnose, Diagnosis};
use sha2::{Digest as _, Sha256};

use crate::foreign::shown;

/// A SHA-256 value. Printed as 64 lower-case hexadecimal digits, and parsed from nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

/// A text that is not a SHA-256 in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {shown} as a SHA-256 (64 lower-case hexadecimal digits)")]
pub struct DigestError {
    /// The text, in printable form.
    shown: String,
}

impl Digest {
    /// The SHA-256 of these bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Sha256::new().chain_update(bytes).into()
    }

    /// The digest of these bytes, as a hash function hands them out.
    pub const fn from_bytes(bytes: [u8; 32]) -> Digest {
        Digest(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first eight digits and an ellipsis, for lines meant for people.
    pub fn short(&self) -> String {
        self.front(8) + "…"
    }

    /// So many of the first digits: for a check or a name where all 64 are too long.
    pub fn front(&self, digits: usize) -> String {
        let mut text = self.to_string();
        text.truncate(digits);
        text
    }
}

impl From<Sha256> for Digest {
    fn from(hasher: Sha256) -> Digest {
        Digest(hasher.finalize().into())
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Digest, DigestError> {
        let mut bytes = [0; 32];
        let is_whole = text.len() == 2 * bytes.len() && HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).is_ok();
        is_whole.then_some(Digest(bytes)).ok_or_else(|| DigestError { shown: shown(text) })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        HEXLOWER.encode_display(&self.0).fmt(f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

crate::text_serde!(Digest);

impl Diagnose for DigestError {
    fn diagnosis(&self) -> Diagnosis {
        Class::Integrity.word("digest-malformed")
    }
}
