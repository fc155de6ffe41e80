//! Bounds of this crate: how much foreign bytes may make it read, keep or compute.

/// Bytes of a signed note. Those of the public log have about 200; a note with a hundred signatures stays below.
pub const NOTE_BYTES_MAX: usize = 16 * 1024;

/// Signature lines in one note: as many as Go's own reader accepts (`golang.org/x/mod/sumdb/note`).
pub const NOTE_SIGNATURES_MAX: usize = 100;

/// Bytes of an encoded verifier key. An Ed25519 key with the name of a host has about 100.
pub const KEY_BYTES_MAX: usize = 512;

/// Bytes of a lookup's answer: a record of a few lines and a note. Real ones have about 400.
pub const LOOKUP_BYTES_MAX: usize = 64 * 1024;

/// Bytes of a module path or a version. Go's module proxy names files after them, which bounds them to this order.
pub const NAME_BYTES_MAX: usize = 512;

/// Records in a tree. Far above any real log, and low enough that no sum of two positions overflows 64 bits.
pub const TREE_SIZE_MAX: u64 = 1 << 62;

/// Hashes in one proof: one for each level of the largest tree, and one more for a consistency proof's start.
pub const PROOF_HASHES_MAX: usize = 63;

/// How many ways to fill in omitted files are tried: only a few texts exist for each file.
pub const COMPLETIONS_MAX: usize = 16;

/// Bytes of a toolchain's `VERSION` file that are read: its first line counts.
pub const VERSION_LINE_BYTES_MAX: usize = 256;

/// Bytes of an OpenPGP keyring. That of Go's archives has 15 kB, and Debian's whole one stays below.
pub const KEYRING_BYTES_MAX: usize = 8 << 20;

/// Keys of a keyring that are searched for the pinned one.
pub const KEYS_MAX: usize = 4096;

/// Bytes of a detached OpenPGP signature. One of a key of 4096 bits has about 900 in armour.
pub const SIGNATURE_BYTES_MAX: usize = 64 << 10;
