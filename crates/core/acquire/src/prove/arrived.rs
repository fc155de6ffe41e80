//! The input of a proof.

use archive::Manifest;
use release::{Digest, Form, ToolchainId};
use source::{Claim, Place};
use trust::Witness;

use crate::archive_bytes::ArchiveBytes;

/// The facts about an archive or tree that a proof needs.
pub(crate) struct Arrived<'a> {
    pub id: &'a ToolchainId,
    pub form: Form,
    pub sha256: Digest,
    pub claim: &'a Claim,
    pub manifest: &'a Manifest,
    /// Who served it, for people.
    pub server: &'a str,
    /// The lock file's witness for it.
    pub locked: Option<Witness>,
    /// The source's name.
    pub source: &'a str,
    /// Where it was.
    pub place: &'a Place,
    /// Its file name there.
    pub file_name: &'a str,
    /// Its bytes.
    pub archive_bytes: ArchiveBytes<'a>,
}
