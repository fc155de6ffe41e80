//! A SHA-256 value as the checksum database writes it: in base64.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A SHA-256 value, which is printed, parsed and stored in standard base64 with padding (44 characters).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

/// The text is not the base64 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 44 characters of base64")]
pub struct HashParseError;

impl Hash {
    /// The SHA-256 of these pieces, one after the other.
    pub(crate) fn of(pieces: &[&[u8]]) -> Hash {
        let mut hasher = Sha256::new();
        for piece in pieces {
            hasher.update(piece);
        }
        Hash(hasher.finalize().into())
    }
}

/// Length of 32 bytes in base64 with padding.
const BASE64_LENGTH: usize = 44;

impl FromStr for Hash {
    type Err = HashParseError;

    fn from_str(text: &str) -> Result<Hash, HashParseError> {
        if text.len() != BASE64_LENGTH {
            return Err(HashParseError);
        }
        // The decoder requires padding and zero bits after the value, so that one value has one spelling.
        let bytes = STANDARD.decode(text).map_err(|_| HashParseError)?;
        Ok(Hash(bytes.try_into().map_err(|_| HashParseError)?))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

release::text_serde!(Hash);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_exactly_one_spelling() {
        let text = "czPocWFmMwQrSENohgEPvFiqA+2i/3lRZhHbxtma2UQ=";
        assert_eq!(text.parse::<Hash>().unwrap().to_string(), text);
        let others = [
            "",
            "czPocWFmMwQrSENohgEPvFiqA+2i/3lRZhHbxtma2UQ",
            // The same 32 bytes with bits set after the end of the value.
            "czPocWFmMwQrSENohgEPvFiqA+2i/3lRZhHbxtma2UR=",
            "czPocWFmMwQrSENohgEPvFiqA-2i_3lRZhHbxtma2UQ=",
            "czPocWFmMwQrSENohgEPvFiqA+2i/3lRZhHbxtma2UQ=\n",
            "czPocWFmMwQrSENohgEPvFiqA+2i/3lRZhHbxtma2UQA",
        ];
        for other in others {
            assert_eq!(other.parse::<Hash>(), Err(HashParseError), "{other}");
        }
    }
}
