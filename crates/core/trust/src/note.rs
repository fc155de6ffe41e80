//! Signed notes: a text and the signatures of named keys over it.
//!
//! The format is that of `golang.org/x/mod/sumdb/note` and c2sp.org/signed-note. Reading is a little stricter than
//! Go's: base64 has one spelling, and Ed25519 keys of small order and signatures that not every verifier would accept
//! are refused, so that every other verifier accepts a note that goward accepts.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diag::{Class, Diagnose, Diagnosis};
use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey};

use crate::hash::Hash;
use crate::limits::{KEY_BYTES_MAX, NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX};

/// The key of Go's public checksum database, as the go command has it (`cmd/go/internal/modfetch/key.go`).
pub const GO_CHECKSUM_DATABASE_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

/// The number of Ed25519 in an encoded key.
const ALGORITHM_ED25519: u8 = 1;

/// A key that notes are checked with: a name, and an Ed25519 public key.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key_hash: u32,
    key: VerifyingKey,
}

/// Why a text is not a usable key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not of the form `name+hash+key`.
    #[error("read the key: it is not `name+hash+key`")]
    Malformed,
    /// The key is for an algorithm other than Ed25519.
    #[error("read the key: its algorithm is number {algorithm}, and only Ed25519 (1) is known")]
    Algorithm {
        /// The number of the algorithm.
        algorithm: u8,
    },
    /// The short hash inside the text is not that of the name and the key: a typing error, or a forgery.
    #[error("read the key: its hash is {actual:08x}, and the text says {expected:08x}")]
    Hash {
        /// What the text says.
        expected: u32,
        /// What name and key give.
        actual: u32,
    },
    /// Not a point of the curve, or one of small order, for which signatures prove nothing.
    #[error("read the key: it is not a valid Ed25519 key")]
    Unsound,
}

impl VerifierKey {
    /// The key of Go's public checksum database.
    ///
    /// # Errors
    /// None in practice: the text is a constant, and a test reads it.
    pub fn go_checksum_database() -> Result<VerifierKey, KeyError> {
        GO_CHECKSUM_DATABASE_KEY.parse()
    }

    /// The name of the key's owner: for a checksum database, the name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The short hash that signatures name the key by.
    pub fn key_hash(&self) -> u32 {
        self.key_hash
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<VerifierKey, KeyError> {
        if text.len() > KEY_BYTES_MAX {
            return Err(KeyError::Malformed);
        }
        let (name, rest) = text.split_once('+').ok_or(KeyError::Malformed)?;
        // The encoded key may itself hold a `+`: it is a digit of base64.
        let (hash, encoded) = rest.split_once('+').ok_or(KeyError::Malformed)?;
        if !is_name(name) || hash.len() != 8 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(KeyError::Malformed);
        }
        let expected = u32::from_str_radix(hash, 16).map_err(|_| KeyError::Malformed)?;
        let decoded = STANDARD.decode(encoded).map_err(|_| KeyError::Malformed)?;
        let (algorithm, bytes) = decoded.split_first().ok_or(KeyError::Malformed)?;
        let actual = key_hash(name, &decoded);
        if actual != expected {
            return Err(KeyError::Hash { expected, actual });
        }
        if *algorithm != ALGORITHM_ED25519 {
            return Err(KeyError::Algorithm { algorithm: *algorithm });
        }
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| KeyError::Malformed)?;
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Unsound)?;
        if key.is_weak() {
            return Err(KeyError::Unsound);
        }
        Ok(VerifierKey { name: name.to_owned(), key_hash: expected, key })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut encoded = vec![ALGORITHM_ED25519];
        encoded.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.key_hash, STANDARD.encode(encoded))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

/// The first four bytes of SHA-256(name, line break, encoded key), as a number.
fn key_hash(name: &str, encoded: &[u8]) -> u32 {
    let Hash(hash) = Hash::of(&[name.as_bytes(), b"\n", encoded]);
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// Names are not empty and hold no space and no `+`.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

/// One signature line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Who claims to have signed.
    pub name: String,
    /// The short hash of the key that is claimed.
    pub key_hash: u32,
    /// The signature itself.
    pub bytes: Vec<u8>,
}

/// A parsed note, which is *not* verified: see [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// Why a note does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum NoteError {
    /// More bytes than a note may have.
    #[error("read the signed note: it has {bytes} bytes, more than {NOTE_BYTES_MAX}")]
    TooLong {
        /// How many it has.
        bytes: usize,
    },
    /// Not a text, a blank line and signature lines.
    #[error("read the signed note: {reason}")]
    Malformed { reason: &'static str },
    /// No signature is by the wanted key.
    #[error("check the signed note: no signature is by the key `{key}`")]
    NotSigned {
        /// Name and short hash of the wanted key.
        key: String,
    },
    /// The signature by the wanted key is wrong.
    #[error("check the signed note: the signature by the key `{key}` is wrong")]
    BadSignature {
        /// Name and short hash of the key.
        key: String,
    },
}

/// What every signature line begins with: a long dash and a space.
const SIGNATURE_PREFIX: &str = "\u{2014} ";

/// Bytes of the short key hash in front of each signature.
const KEY_HASH_BYTES: usize = 4;

impl Note {
    /// Parses a note. It is not verified before [`Note::verify`].
    ///
    /// # Errors
    /// Too many bytes or signatures; no UTF-8; control characters; no blank line before the signatures; a malformed
    /// signature line.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong { bytes: bytes.len() });
        }
        let malformed = |reason| NoteError::Malformed { reason };
        let whole = str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        if whole.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(malformed("it holds a control character"));
        }
        let split = whole.rfind("\n\n").ok_or_else(|| malformed("there is no blank line before the signatures"))?;
        // The text keeps the line break that ends it: the signature is over that too.
        let (text, block) = (&whole[..=split], &whole[split + 2..]);
        let lines = block.strip_suffix('\n').ok_or_else(|| malformed("the signatures do not end with a line"))?;
        let signatures = lines
            .split('\n')
            .take(NOTE_SIGNATURES_MAX + 1)
            .map(|line| signature(line).ok_or_else(|| malformed("a signature line is malformed")))
            .collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > NOTE_SIGNATURES_MAX {
            return Err(malformed("it has too many signatures"));
        }
        Ok(Note { text: text.to_owned(), signatures })
    }

    /// Parses and verifies a note, and returns the signed text.
    ///
    /// # Errors
    /// As [`Note::parse`] and [`Note::verify`].
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<String, NoteError> {
        let note = Note::parse(bytes)?;
        note.verify(key)?;
        Ok(note.text)
    }

    /// Checks that the wanted key signed the text. Ignores signatures by other keys.
    ///
    /// # Errors
    /// No signature by the key, or a wrong one. One wrong signature by the key is enough to refuse, even beside right
    /// ones.
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let named = || format!("{}+{:08x}", key.name, key.key_hash);
        let mut signed = false;
        for signature in self.signatures.iter().filter(|s| s.name == key.name && s.key_hash == key.key_hash) {
            let bad = |_| NoteError::BadSignature { key: named() };
            let parsed = Ed25519Signature::from_slice(&signature.bytes).map_err(bad)?;
            key.key.verify_strict(self.text.as_bytes(), &parsed).map_err(bad)?;
            signed = true;
        }
        if signed { Ok(()) } else { Err(NoteError::NotSigned { key: named() }) }
    }

    /// The text, with the line break that ends it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, in order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }
}

fn signature(line: &str) -> Option<NoteSignature> {
    let (name, encoded) = line.strip_prefix(SIGNATURE_PREFIX)?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded).ok()?;
    let (hash, bytes) = decoded.split_first_chunk::<KEY_HASH_BYTES>()?;
    if !is_name(name) || bytes.is_empty() {
        return None;
    }
    Some(NoteSignature { name: name.to_owned(), key_hash: u32::from_be_bytes(*hash), bytes: bytes.to_vec() })
}

impl Diagnose for NoteError {
    fn diagnosis(&self) -> Diagnosis {
        Class::Integrity.word(match self {
            NoteError::TooLong { .. } => "note-too-long",
            NoteError::Malformed { .. } => "note-malformed",
            NoteError::NotSigned { .. } => "note-not-signed",
            NoteError::BadSignature { .. } => "note-signature-wrong",
        })
    }
}

impl Diagnose for KeyError {
    fn diagnosis(&self) -> Diagnosis {
        Class::Usage.word(match self {
            KeyError::Malformed => "key-malformed",
            KeyError::Algorithm { .. } => "key-algorithm-unknown",
            KeyError::Hash { .. } => "key-hash-differs",
            KeyError::Unsound => "key-unsound",
        })
    }
}

#[cfg(test)]
mod tests;
