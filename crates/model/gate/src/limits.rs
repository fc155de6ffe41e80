//! The bounds of the gate, each with its unit and its reason. Those of the search are `search`'s.

pub use search::limits::{EXPRESSION_BYTES_MAX, PIECE_BYTES};

/// Bytes of a rules file. The built-in one has 12 kB.
pub const RULES_BYTES_MAX: u64 = 256 << 10;
/// Words of a rules file: all are searched for at once, and each adds states to one automaton.
pub const WORDS_MAX: usize = 200;
/// Rows of any other table of a rules file: more are a mistake of whatever wrote the file.
pub const ROWS_MAX: usize = 300;
/// Bytes of a name in a rules file.
pub const NAME_BYTES_MAX: usize = 64;
/// Bytes of a reason in a rules file: it is one line of a report.
pub const REASON_BYTES_MAX: usize = 300;
/// The largest weight of a word or a code: 1 would make every other term meaningless.
pub const WEIGHT_MAX: f64 = 0.99;
/// The largest weight of a stage, which is an exponent.
pub const STAGE_WEIGHT_MAX: f64 = 10.0;
/// The longest window, in seconds: a day.
pub const WINDOW_SECONDS_MAX: u64 = 86_400;
/// The longest window, in lines.
pub const WINDOW_LINES_MAX: u64 = 1_000_000;
/// Lines that are remembered for one word; the largest `count` and `words-in-window` of a hard rule.
pub const HITS_MAX: usize = 1_024;
/// The largest `repeats` of a rules file.
pub const REPEATS_MAX: u64 = 100;
/// Bytes of a line that a report quotes.
pub const QUOTE_BYTES_MAX: usize = 200;
