//! Bounds on untrusted input.

/// Bytes of a version's text. The longest real one is `1.9.2rc2`; the rest is for test versions.
pub const VERSION_BYTES_MAX: usize = 64;

/// Bytes of an operating system's or an architecture's name. The longest real one is `dragonfly`.
pub const PLATFORM_WORD_BYTES_MAX: usize = 16;

/// Bytes of a request. A range of four bounds with the longest real versions needs about sixty.
pub const REQUEST_BYTES_MAX: usize = 256;

/// Bounds in one range. Two suffice for every range; more is a mistake or an attack.
pub const RANGE_BOUNDS_MAX: usize = 8;

/// Bytes of an archive's file name. The longest real one has 41.
pub const ARCHIVE_NAME_BYTES_MAX: usize = 128;

/// Bytes of an index. The official one with all releases is a few megabytes and grows by about a
/// quarter of one a year.
pub const INDEX_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Releases in an index. There are about 400, some thirty more each year.
pub const INDEX_RELEASES_MAX: usize = 4096;

/// Files of one release in an index. There are about 100, installers included.
pub const INDEX_FILES_MAX: usize = 1024;

/// Bytes of any one text in an index entry. The longest real one is a SHA-256 in hex.
pub const INDEX_TEXT_BYTES_MAX: usize = 256;

/// Notes that an index keeps about omitted entries; of further ones it keeps only the number.
pub const INDEX_NOTES_MAX: usize = 32;

/// Bytes of a `.sha256` answer. A right one has 64, and perhaps a line end.
pub const CHECKSUM_BODY_BYTES_MAX: usize = 128;

/// Characters of foreign text shown in a message.
pub const SHOWN_CHARS_MAX: usize = 64;

/// Names offered as "did you mean".
pub const NEAREST_MAX: usize = 3;
