//! Entries for fuzzing: each takes any bytes and must neither panic nor break its contract.

use crate::note::{Note, VerifierKey};
use crate::proof::Proof;
use crate::record::{Lookup, ModuleVersion, RecordLines};
use crate::tile::Tile;

/// Reads any bytes as a signed note. The parsed note is bounded, and no random note has a valid signature of the public
/// log.
pub fn fuzz_note(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert!(note.text().ends_with('\n'), "a note's text ends with a line");
        assert!(!note.signatures().is_empty(), "a note has a signature");
        if let Ok(key) = VerifierKey::go_checksum_database() {
            // The corpus contains real notes; the entry only has to return.
            let _ = note.verify(&key);
        }
    }
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(key) = text.parse::<VerifierKey>()
    {
        assert_eq!(key.to_string().parse(), Ok(key), "a key is read back as it was written");
    }
}

/// Reads any bytes as the answer to a lookup, and its record for a toolchain's line.
pub fn fuzz_lookup(bytes: &[u8]) {
    if let Ok(lookup) = Lookup::parse(bytes) {
        let whole =
            [lookup.record_id.to_string().as_bytes(), b"\n", lookup.record_text.as_bytes(), b"\n", &lookup.note]
                .concat();
        assert_eq!(whole, bytes, "nothing of an answer is lost or made up");
        let _ = RecordLines::find(&lookup.record_text, &ModuleVersion::toolchain("go1.27.3.linux-amd64"));
    }
}

/// Reads any bytes as the path of a tile.
pub fn fuzz_tile_path(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(tile) = text.parse::<Tile>()
    {
        assert_eq!(tile.to_string(), text, "a tile has one path");
    }
}

/// Checks a proof with any content against the public log's key: it must be refused or hold, but never panic.
pub fn fuzz_proof(proof: &Proof) {
    if let Ok(key) = VerifierKey::go_checksum_database() {
        let _ = proof.verify_offline(&key, &proof.subject);
    }
}
