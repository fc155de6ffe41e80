//! Splits a stream into lines, however its bytes arrive.
//!
//! Complete lines are searched in blocks of at most [`PIECE_BYTES`], where they are. The rest of a chunk is kept until
//! its line ends. A line of at least [`PIECE_BYTES`] is searched in pieces of that size, which have [`OVERLAP_BYTES`] in
//! common, so a stream keeps no more than one piece. Where the pieces are cut depends on the line alone, so the words
//! that are found do not depend on the chunks.

use memchr::{memchr, memrchr};

use crate::limits::{OVERLAP_BYTES, PIECE_BYTES};
use crate::matcher::Matcher;

/// One stream.
#[derive(Debug, Default)]
pub struct Lines {
    /// The beginning of the line that has not ended; of a long line, its last piece.
    kept: Vec<u8>,
    /// Lines that have ended.
    ended: u64,
    /// The words of the long line that has not ended: each counts once.
    fired: Vec<usize>,
}

/// A line that has a word.
pub struct Found<'a> {
    /// The word's index.
    pub word: usize,
    /// The line's number in its stream, counted from 1.
    pub line: u64,
    /// The line, or the piece of it that has the word.
    pub text: &'a [u8],
}

impl Lines {
    /// How many lines have begun.
    pub fn count(&self) -> u64 {
        self.ended + u64::from(!self.kept.is_empty())
    }

    /// Searches the lines that end in this chunk.
    pub fn feed(&mut self, matcher: &Matcher, chunk: &[u8], found: &mut dyn FnMut(&Found<'_>)) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let block = &rest[..rest.len().min(PIECE_BYTES)];
            match memrchr(b'\n', block) {
                Some(end) if self.kept.is_empty() => {
                    self.search_block(matcher, &block[..=end], found);
                    rest = &rest[end + 1..];
                }
                _ => match memchr(b'\n', rest) {
                    Some(end) => {
                        self.keep(matcher, &rest[..end], found);
                        self.end_line(matcher, found);
                        rest = &rest[end + 1..];
                    }
                    None => {
                        self.keep(matcher, rest, found);
                        rest = &[];
                    }
                },
            }
        }
    }

    /// Searches the last line, if no line end was behind it.
    pub fn finish(&mut self, matcher: &Matcher, found: &mut dyn FnMut(&Found<'_>)) {
        if !self.kept.is_empty() {
            self.end_line(matcher, found);
        }
    }

    /// Searches complete lines.
    fn search_block(&mut self, matcher: &Matcher, block: &[u8], found: &mut dyn FnMut(&Found<'_>)) {
        let before = self.ended;
        let ended = matcher.lines(block, |number, text, words| {
            for word in words {
                found(&Found { word, line: before + number + 1, text });
            }
        });
        self.ended += ended;
    }

    /// Keeps a part of a line without its end, and searches each full piece.
    fn keep(&mut self, matcher: &Matcher, part: &[u8], found: &mut dyn FnMut(&Found<'_>)) {
        let mut rest = part;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(PIECE_BYTES - self.kept.len()));
            self.kept.extend_from_slice(now);
            rest = later;
            if self.kept.len() == PIECE_BYTES {
                self.search_kept(matcher, found);
                self.kept.drain(..PIECE_BYTES - OVERLAP_BYTES);
            }
        }
    }

    fn end_line(&mut self, matcher: &Matcher, found: &mut dyn FnMut(&Found<'_>)) {
        self.search_kept(matcher, found);
        self.kept.clear();
        self.fired.clear();
        self.ended += 1;
    }

    fn search_kept(&mut self, matcher: &Matcher, found: &mut dyn FnMut(&Found<'_>)) {
        let Lines { kept, ended, fired } = self;
        matcher.words(kept, |word| {
            if !fired.contains(&word) {
                fired.push(word);
                found(&Found { word, line: *ended + 1, text: kept });
            }
        });
    }
}
