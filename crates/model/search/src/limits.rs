//! The bounds of a search, each with its unit and its reason.

/// Bytes of an expression.
pub const EXPRESSION_BYTES_MAX: usize = 1_000;
/// Bytes of the compiled form of one expression. `\w{1000}{1000}` would need gigabytes.
pub const COMPILED_BYTES_MAX: usize = 1 << 20;
/// Bytes of the compiled form of all expressions together.
pub const COMPILED_ALL_BYTES_MAX: usize = 16 << 20;
/// Bytes of the states that a search computes as it goes. It forgets them when they are more, so it stays linear.
pub const SEARCH_CACHE_BYTES_MAX: usize = 8 << 20;
/// How deep an expression may be nested.
pub const NESTING_MAX: u32 = 50;
/// Bytes that are searched at once. A longer line is searched in pieces of this size.
pub const PIECE_BYTES: usize = 64 << 10;
/// Bytes that two pieces of a long line have in common: a shorter match across a border is found.
pub const OVERLAP_BYTES: usize = 4 << 10;
