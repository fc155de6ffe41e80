//! Quantities and near misses, as people read them.

use std::fmt;

/// A number of bytes, shown with a decimal unit (`68.6 MB`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
        if self.0 < 1000 {
            return write!(f, "{} B", self.0);
        }
        let mut value = self.0 as f64 / 1000.0;
        let mut unit = 0;
        while value >= 999.95 && unit + 1 < UNITS.len() {
            value /= 1000.0;
            unit += 1;
        }
        write!(f, "{value:.1} {}", UNITS[unit])
    }
}

/// The candidates closest to what was typed, best first, for "did you mean".
///
/// Distance is the number of single-character edits (Levenshtein); a candidate that needs more than
/// half the word rewritten is not offered.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let limit = typed.chars().count().div_ceil(2).max(1);
    let mut scored: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (strsim::levenshtein(typed, candidate), candidate))
        .filter(|(score, _)| *score <= limit)
        .collect();
    scored.sort_by_key(|(score, _)| *score);
    scored.into_iter().map(|(_, candidate)| candidate).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_as_people_say_them() {
        let cases = [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (68_600_000, "68.6 MB"), (999_950, "1.0 MB")];
        for (bytes, shown) in cases {
            assert_eq!(Bytes(bytes).to_string(), shown);
        }
        assert_eq!(Bytes(u64::MAX).to_string(), "18446.7 PB");
    }

    #[test]
    fn the_nearest_name_comes_first_and_far_ones_not_at_all() {
        let known = ["1.27.3", "1.27.2", "1.26.8", "1.9"];
        assert_eq!(nearest("1.27.33", known, 2), ["1.27.3", "1.27.2"]);
        assert!(nearest("tip", known, 3).is_empty());
    }
}
