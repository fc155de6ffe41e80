//! The bounds of a scan.

/// Bytes of a line that a hit quotes, from the start of the line or of the piece that was searched.
pub(crate) const QUOTE_BYTES_MAX: usize = 240;
