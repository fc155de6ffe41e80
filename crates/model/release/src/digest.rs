//! SHA-256 values.

use std::fmt;
use std::str::FromStr;

use diag::{Class, Diagnose, Diagnosis};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::foreign::shown;

/// A SHA-256 value. Written as 64 lower-case hexadecimal digits, and read from nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

/// A text that is no SHA-256 in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {shown} as a SHA-256 (64 lower-case hexadecimal digits)")]
pub struct DigestError {
    /// The text, fit to be shown.
    shown: String,
}

impl Digest {
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
        let mut text = self.to_string();
        text.truncate(8);
        text.push('…');
        text
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Digest, DigestError> {
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let parsed = || {
            let mut bytes = [0; 32];
            let (pairs, rest) = text.as_bytes().as_chunks::<2>();
            if pairs.len() != bytes.len() || !rest.is_empty() {
                return None;
            }
            for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
                *byte = value(*high)? << 4 | value(*low)?;
            }
            Some(Digest(bytes))
        };
        parsed().ok_or_else(|| DigestError { shown: shown(text) })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Diagnose for DigestError {
    fn diagnosis(&self) -> Diagnosis {
        Class::Integrity.word("digest-malformed")
    }
}
