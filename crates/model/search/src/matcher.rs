//! Searches blocks of output for all words at once.
//!
//! One automaton for all expressions finds the next line that has any of them; a set of the same expressions then says
//! which. So the usual line, which has none, costs one pass over its bytes. Both run in linear time whatever the
//! expression is, in bounded memory.
//!
//! An expression is searched for within a line: a block is only a faster way to ask the same of each line. So the ends
//! of a block (`\A`, `\z`) are refused, and a match of the block that crosses a line's end is no match.

use memchr::{memchr, memchr_iter, memrchr};
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use regex_syntax::hir::Look;

use crate::limits::{
    COMPILED_ALL_BYTES_MAX, COMPILED_BYTES_MAX, EXPRESSION_BYTES_MAX, NESTING_MAX, SEARCH_CACHE_BYTES_MAX,
};

/// All expressions, compiled. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// None if there is no expression.
    compiled: Option<(Regex, RegexSet)>,
}

impl Matcher {
    /// Compiles expressions, each of which [`check`] has accepted.
    ///
    /// # Errors
    /// When all together are too large, as a sentence.
    pub fn new(expressions: &[&str]) -> Result<Matcher, String> {
        if expressions.is_empty() {
            return Ok(Matcher { compiled: None });
        }
        let all: Vec<String> = expressions.iter().map(|expression| format!("(?:{expression})")).collect();
        let any = RegexBuilder::new(&all.join("|"))
            .unicode(false)
            .multi_line(true)
            .crlf(true)
            .nest_limit(NESTING_MAX + 2)
            .size_limit(COMPILED_ALL_BYTES_MAX)
            .dfa_size_limit(SEARCH_CACHE_BYTES_MAX)
            .build();
        let set = RegexSetBuilder::new(expressions)
            .unicode(false)
            .multi_line(true)
            .crlf(true)
            .nest_limit(NESTING_MAX)
            .size_limit(COMPILED_ALL_BYTES_MAX)
            .dfa_size_limit(SEARCH_CACHE_BYTES_MAX)
            .build();
        match (any, set) {
            (Ok(any), Ok(set)) => Ok(Matcher { compiled: Some((any, set)) }),
            (Err(error), _) | (_, Err(error)) => Err(told(&error)),
        }
    }

    /// Calls `found` for each line of the block that has a word, with its number in the block (counted from 0), its
    /// bytes, and the words. Returns how many line ends the block has.
    pub fn lines(&self, block: &[u8], mut found: impl FnMut(u64, &[u8], &mut dyn Iterator<Item = usize>)) -> u64 {
        let mut lines = 0;
        let mut counted = 0;
        if let Some((any, set)) = &self.compiled {
            let mut from = 0;
            while from < block.len() {
                let Some(found_at) = any.find_at(block, from) else { break };
                let start = memrchr(b'\n', &block[..found_at.start()]).map_or(0, |end| end + 1);
                let end = memchr(b'\n', &block[found_at.start()..]).map_or(block.len(), |end| found_at.start() + end);
                lines += line_ends(&block[counted..start.max(counted)]);
                counted = start.max(counted);
                let line = &block[start..end];
                let words = set.matches(line);
                if words.matched_any() {
                    found(lines, line, &mut words.iter());
                }
                from = end + 1;
            }
        }
        lines + line_ends(&block[counted..])
    }

    /// The words of a line, or of a piece of one.
    pub fn words(&self, line: &[u8], mut found: impl FnMut(usize)) {
        if let Some((any, set)) = &self.compiled
            && any.is_match(line)
        {
            set.matches(line).iter().for_each(&mut found);
        }
    }
}

/// How many lines end in these bytes.
pub fn line_ends(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// Checks one expression.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn check(expression: &str) -> Result<(), String> {
    if expression.len() > EXPRESSION_BYTES_MAX {
        return Err(format!("it has {} bytes, and at most {EXPRESSION_BYTES_MAX} are allowed", expression.len()));
    }
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .multi_line(true)
        .crlf(true)
        .nest_limit(NESTING_MAX)
        .build()
        .parse(expression)
        .map_err(|error| last_line(&error.to_string()))?;
    let properties = parsed.properties();
    if properties.minimum_len() == Some(0) {
        return Err("it matches a text without characters, so it is on every line".to_owned());
    }
    let ends = properties.look_set();
    if ends.contains(Look::Start) || ends.contains(Look::End) {
        return Err("`\\A` and `\\z` are not known here; `^` and `$` are the ends of a line".to_owned());
    }
    RegexBuilder::new(expression)
        .unicode(false)
        .multi_line(true)
        .crlf(true)
        .nest_limit(NESTING_MAX)
        .size_limit(COMPILED_BYTES_MAX)
        .build()
        .map(|_| ())
        .map_err(|error| told(&error))
}

fn told(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(bytes) => format!("its compiled form would be larger than {bytes} bytes"),
        error => last_line(&error.to_string()),
    }
}

/// The sentence of a parser's error, which shows the expression above it.
fn last_line(text: &str) -> String {
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(expressions: &[&str], block: &[u8]) -> Vec<(u64, Vec<usize>)> {
        expressions.iter().for_each(|expression| check(expression).unwrap());
        let mut all = Vec::new();
        let matcher = Matcher::new(expressions).unwrap();
        let ends = matcher.lines(block, |number, _, words| all.push((number, words.collect())));
        assert_eq!(ends, line_ends(block));
        all
    }

    #[test]
    fn a_line_has_the_words_that_it_alone_has() {
        let block = b"one\ntwo a b\n\nthree b\r\nb four\n";
        assert_eq!(lines(&["b", "a", "^b", "b$"], block), [(1, vec![0, 1, 3]), (3, vec![0, 3]), (4, vec![0, 2])]);
        // What crosses a line's end is not on a line, and hides nothing behind it.
        assert_eq!(lines(&[r"\s+b", "x[^y]+y", "y"], b"a\nb\nx\n b\ny"), [(3, vec![0]), (4, vec![2])]);
        assert_eq!(lines(&[], b"a\nb"), []);
    }

    #[test]
    fn expressions_that_cannot_be_used_are_refused_with_a_sentence() {
        let long = "x".repeat(EXPRESSION_BYTES_MAX + 1);
        for (expression, part) in [
            ("(", "unclosed group"),
            ("a*", "every line"),
            ("^$", "every line"),
            (r"\Aa", "`^` and `$`"),
            (r"a\z", "`^` and `$`"),
            (r"(?:[a-z]{1000}){1000}", "larger than"),
            (r"\p{Greek}", "nicode"),
            (long.as_str(), "at most 1000"),
        ] {
            let refused = check(expression).unwrap_err();
            assert!(refused.contains(part), "{expression}: {refused}");
            assert!(!refused.contains('\n'), "{refused}");
        }
    }

    #[test]
    fn an_expression_that_takes_ages_elsewhere_takes_linear_time_here() {
        // Exponential for an engine that goes back: 2^100000 ways.
        let block = vec![b'a'; 100_000];
        assert_eq!(lines(&["(?:a+)+b", "(?:a|a)*c", "(?:x+x+)+y"], &block), []);
    }
}
