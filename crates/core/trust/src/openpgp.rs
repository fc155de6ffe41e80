//! Detached OpenPGP signatures over archives (RFC 9580, in its version 4 forms).
//!
//! Go's archives are signed with subkeys of one primary key, that of Google's Linux packages. The subkeys change every
//! two years, so a signature is checked for the time at which it was made: its subkey must then have been bound to the
//! primary key, and neither expired nor revoked. goward pins the primary key's fingerprint. The key's text is built in;
//! when the next subkey comes, a newer text of the same key can be read from a file.
//!
//! A signature over SHA-1, MD5 or RIPEMD is refused, and so is a subkey that was bound by one: somebody else could have
//! forged it. The holder of an expired subkey's secret could still sign with a past date; so the signature is one
//! witness among others.

use std::io::Read;

use diag::{Class, Diagnose, Diagnosis};
use pgp::composed::{Deserializable, DetachedSignature, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{RevocationCode, Signature, SignatureType, SignatureVersion};
use pgp::types::{Fingerprint, KeyDetails, KeyId, VerifyingKey};

use crate::limits::{KEYRING_BYTES_MAX, KEYS_MAX, SIGNATURE_BYTES_MAX};
use crate::witness::Witness;

/// The primary key that signs Go's archives: "Google Inc. (Linux Packages Signing Authority)".
pub const GOOGLE_LINUX_FINGERPRINT: &str = "EB4C1BFD4F042F6DDDCCEC917721F63BD38B4796";

/// Its text as Debian's collection of foreign repositories has it, with the subkeys up to 2024.
const GOOGLE_LINUX_KEY: &[u8] = include_bytes!("data/google-linux-signing-key.asc");

/// How far a signature's date may be ahead of the local clock: clocks differ.
const CLOCK_SKEW_SECONDS: u64 = 24 * 3600;

/// Why a signature does not count.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum OpenPgpError {
    /// The keyring holds no key with the pinned fingerprint.
    #[error("use the keyring: it has no key with the fingerprint {fingerprint}")]
    NoKey {
        /// The fingerprint.
        fingerprint: String,
    },
    /// The keyring cannot be understood.
    #[error("read the keyring: {reason}")]
    Keyring { reason: String },
    /// What should be a signature is none, or of a kind that is not accepted.
    #[error("read the signature: {reason}")]
    Signature { reason: String },
    /// The signature is by a key that is not in the keyring.
    #[error("check the signature: it is by key {issuer}, which is not under {fingerprint}")]
    UnknownKey {
        /// Who signed, as the signature says.
        issuer: String,
        /// The pinned primary key.
        fingerprint: String,
    },
    /// The key was not to be used at the time of the signature.
    #[error("check the signature: its key {key} {reason} when it was made ({signed_unix_seconds} s since 1970)")]
    NotThen {
        key: String,
        reason: &'static str,
        /// When.
        signed_unix_seconds: u64,
    },
    /// The signature is not over these bytes.
    #[error("check the signature of key {key}: it is not over these bytes ({reason})")]
    Bad {
        key: String,
        /// In the words of the library.
        reason: String,
    },
}

impl OpenPgpError {
    /// Whether it speaks against the bytes, or only gives no information about them.
    pub fn is_contradiction(&self) -> bool {
        matches!(self, OpenPgpError::Bad { .. } | OpenPgpError::NotThen { .. })
    }
}

impl Diagnose for OpenPgpError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            OpenPgpError::NoKey { .. } => Class::Usage.word("keyring-without-key"),
            OpenPgpError::Keyring { .. } => Class::Usage.word("keyring-malformed"),
            OpenPgpError::Signature { .. } => Class::Integrity.word("signature-malformed"),
            OpenPgpError::UnknownKey { .. } => Class::Integrity.word("signature-by-unknown-key"),
            OpenPgpError::NotThen { .. } => Class::Integrity.word("signature-key-not-valid"),
            OpenPgpError::Bad { .. } => Class::Integrity.word("signature-bad"),
        }
    }
}

/// A primary key with its subkeys, to check signatures.
#[derive(Debug, Clone)]
pub struct Keyring {
    key: SignedPublicKey,
    fingerprint: String,
}

impl Keyring {
    /// The built-in key of Go's archives.
    ///
    /// # Errors
    /// None in practice: the text is a constant, and a test reads it.
    pub fn built_in() -> Result<Keyring, OpenPgpError> {
        Keyring::read(GOOGLE_LINUX_KEY, GOOGLE_LINUX_FINGERPRINT)
    }

    /// The key with this fingerprint in a keyring, armoured or not. Ignores other keys.
    ///
    /// # Errors
    /// No such key, or no keyring.
    pub fn read(bytes: &[u8], fingerprint: &str) -> Result<Keyring, OpenPgpError> {
        let wanted: String = fingerprint.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
        let malformed = |reason: String| OpenPgpError::Keyring { reason };
        if bytes.len() > KEYRING_BYTES_MAX {
            return Err(malformed(format!("it has {} bytes, more than {KEYRING_BYTES_MAX}", bytes.len())));
        }
        let (keys, _) = SignedPublicKey::from_reader_many(bytes).map_err(|error| malformed(error.to_string()))?;
        let mut last = None;
        for key in keys.take(KEYS_MAX) {
            match key {
                Ok(key) if named(&key.primary_key) == wanted => return Ok(Keyring { key, fingerprint: wanted }),
                Ok(_) => {}
                Err(error) => last = Some(error.to_string()),
            }
        }
        match last {
            Some(reason) => Err(malformed(reason)),
            None => Err(OpenPgpError::NoKey { fingerprint: wanted }),
        }
    }

    /// The primary key's fingerprint, in upper-case hexadecimal.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Checks a detached signature over what `data` reads.
    ///
    /// # Errors
    /// What is wrong with signature or key, see [`OpenPgpError`]. A failure to read the data is `Bad`.
    pub fn check(&self, signature: &[u8], data: impl Read, now_unix_seconds: u64) -> Result<Witness, OpenPgpError> {
        let unusable = |reason: String| OpenPgpError::Signature { reason };
        if signature.len() > SIGNATURE_BYTES_MAX {
            return Err(unusable(format!("it has {} bytes, more than {SIGNATURE_BYTES_MAX}", signature.len())));
        }
        let (parsed, _) =
            DetachedSignature::from_reader_single(signature).map_err(|error| unusable(error.to_string()))?;
        let parsed = parsed.signature;
        if parsed.version() != SignatureVersion::V4 || parsed.typ() != Some(SignatureType::Binary) {
            return Err(unusable("it is no version 4 signature over a file".to_owned()));
        }
        if !is_strong(&parsed) {
            return Err(unusable(
                "it is over a hash that can be forged (only SHA-256, SHA-384 and SHA-512 count)".to_owned(),
            ));
        }
        let created = parsed.created().ok_or_else(|| unusable("it does not say when it was made".to_owned()))?;
        let then = u64::from(created.as_secs());
        if then > now_unix_seconds.saturating_add(CLOCK_SKEW_SECONDS) {
            return Err(unusable(format!("it is dated {then} s since 1970, which is yet to come")));
        }
        let not_then = |key: String, reason| OpenPgpError::NotThen { key, reason, signed_unix_seconds: then };
        let primary = &self.key.primary_key;
        self.primary_good_at(then).map_err(|reason| not_then(self.fingerprint.clone(), reason))?;
        let bad = |key: String| move |error: pgp::errors::Error| OpenPgpError::Bad { key, reason: error.to_string() };
        if is_by(&parsed, primary) {
            parsed.verify(primary, data).map_err(bad(self.fingerprint.clone()))?;
        } else if let Some(subkey) = self.key.public_subkeys.iter().find(|subkey| is_by(&parsed, &subkey.key)) {
            let name = named(&subkey.key);
            self.subkey_good_at(subkey, then).map_err(|reason| not_then(name.clone(), reason))?;
            parsed.verify(&subkey.key, data).map_err(bad(name))?;
        } else {
            return Err(OpenPgpError::UnknownKey { issuer: issuer(&parsed), fingerprint: self.fingerprint.clone() });
        }
        Ok(Witness::OpenPgp { fingerprint: self.fingerprint.clone(), signed_unix_seconds: then })
    }

    fn primary_good_at(&self, then: u64) -> Result<(), &'static str> {
        let (primary, details) = (&self.key.primary_key, &self.key.details);
        if u64::from(primary.created_at().as_secs()) > then {
            return Err("did not exist yet");
        }
        let mut revocations = details.revocation_signatures.iter().filter(|one| one.verify_key(primary).is_ok());
        if revocations.any(|one| revokes_at(one, then)) {
            return Err("had been revoked");
        }
        let of_users = details.users.iter().flat_map(|user| {
            user.signatures
                .iter()
                .filter(move |one| one.verify_certification(primary, pgp::types::Tag::UserId, &user.id).is_ok())
        });
        let direct = details.direct_signatures.iter().filter(|one| one.verify_key(primary).is_ok());
        let newest = of_users.chain(direct).max_by_key(|one| one.created().map(|at| at.as_secs()));
        match newest {
            None => Err("was not bound to any name"),
            Some(newest)
                if expires(newest, u64::from(primary.created_at().as_secs())).is_some_and(|end| end <= then) =>
            {
                Err("had expired")
            }
            Some(_) => Ok(()),
        }
    }

    fn subkey_good_at(&self, subkey: &SignedPublicSubKey, then: u64) -> Result<(), &'static str> {
        let primary = &self.key.primary_key;
        let made = u64::from(subkey.key.created_at().as_secs());
        if made > then {
            return Err("did not exist yet");
        }
        let mut revocations = subkey.signatures.iter().filter(|one| {
            one.typ() == Some(SignatureType::SubkeyRevocation)
                && one.verify_subkey_binding(primary, &subkey.key).is_ok()
        });
        if revocations.any(|one| revokes_at(one, then)) {
            return Err("had been revoked");
        }
        let bound = subkey.signatures.iter().filter(|one| {
            one.typ() == Some(SignatureType::SubkeyBinding)
                && is_strong(one)
                && one.key_flags().sign()
                && one.verify_subkey_binding(primary, &subkey.key).is_ok()
                // The subkey itself signs that it belongs to the primary key, so that another key cannot claim it.
                && one
                    .embedded_signature()
                    .is_some_and(|back| is_strong(back) && back.verify_primary_key_binding(&subkey.key, primary).is_ok())
        });
        match bound.max_by_key(|one| one.created().map(|at| at.as_secs())) {
            None => Err("was not bound to its primary key for signing"),
            Some(newest) if expires(newest, made).is_some_and(|end| end <= then) => Err("had expired"),
            Some(_) => Ok(()),
        }
    }
}

/// When the key of a binding expires, in seconds since 1970.
fn expires(binding: &Signature, key_made_unix_seconds: u64) -> Option<u64> {
    let after = binding.key_expiration_time().map(|after| u64::from(after.as_secs())).filter(|after| *after > 0)?;
    Some(key_made_unix_seconds + after)
}

/// Whether a revocation affects signatures of this time. A key that was superseded or retired was good before; one that
/// was stolen, or revoked without a reason, is bad at any time (RFC 9580, 5.2.3.31).
fn revokes_at(revocation: &Signature, then: u64) -> bool {
    match revocation.revocation_reason_code() {
        Some(RevocationCode::KeySuperseded | RevocationCode::KeyRetired) => {
            revocation.created().is_none_or(|at| u64::from(at.as_secs()) <= then)
        }
        _ => true,
    }
}

fn is_strong(signature: &Signature) -> bool {
    matches!(signature.hash_alg(), Some(HashAlgorithm::Sha256 | HashAlgorithm::Sha384 | HashAlgorithm::Sha512))
}

fn is_by(signature: &Signature, key: &impl VerifyingKey) -> bool {
    let fingerprints = signature.issuer_fingerprint();
    if fingerprints.is_empty() {
        return signature.issuer_key_id().iter().any(|id: &&KeyId| **id == key.legacy_key_id());
    }
    fingerprints.iter().any(|fingerprint: &&Fingerprint| **fingerprint == key.fingerprint())
}

fn issuer(signature: &Signature) -> String {
    let fingerprint = signature.issuer_fingerprint().first().map(|fingerprint| format!("{fingerprint:X}"));
    let id = || signature.issuer_key_id().first().map(|id| id.to_string().to_uppercase());
    fingerprint.or_else(id).unwrap_or_else(|| "that it does not name".to_owned())
}

fn named(key: &impl KeyDetails) -> String {
    format!("{:X}", key.fingerprint())
}

#[cfg(test)]
mod tests;
