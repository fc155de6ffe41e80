//! Reads a log, and remembers the first line of each complaint.

use search::{Found, Lines, Matcher};

use crate::complaint::Complaint;
use crate::limits::QUOTE_BYTES_MAX;
use crate::table::COMPLAINTS;

/// A complaint that was found in a log.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Which.
    pub complaint: &'static Complaint,
    /// The first line that has it, counted from 1.
    pub line: u64,
    /// The beginning of that line, in printable form.
    pub text: String,
    /// How many lines have it.
    pub lines_count: u64,
}

/// What a log has.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// The complaints, by their first line.
    pub hits: Vec<Hit>,
    /// How many lines the log has.
    pub lines_count: u64,
}

/// A log that is being read.
pub struct Scan {
    matcher: Matcher,
    lines: Lines,
    seen: Seen,
}

#[derive(Default)]
struct Seen {
    /// For each complaint of the table.
    hits: Vec<Option<Hit>>,
    /// The last line that has a complaint: it has no second one.
    last: u64,
}

impl Default for Scan {
    fn default() -> Scan {
        Scan::new()
    }
}

impl Scan {
    /// Compiles the expressions.
    ///
    /// # Panics
    /// Never: a test compiles the table.
    pub fn new() -> Scan {
        let expressions: Vec<&str> = COMPLAINTS.iter().map(|complaint| complaint.expression).collect();
        let matcher = Matcher::new(&expressions).expect("a test compiles the table");
        let seen = Seen { hits: vec![None; COMPLAINTS.len()], last: 0 };
        Scan { matcher, lines: Lines::default(), seen }
    }

    /// Reads the next bytes, which may be cut anywhere.
    pub fn feed(&mut self, chunk: &[u8]) {
        let Scan { matcher, lines, seen } = self;
        lines.feed(matcher, chunk, &mut |found| seen.note(found));
    }

    /// Ends the log.
    pub fn finish(mut self) -> Scanned {
        let Scan { matcher, lines, seen } = &mut self;
        lines.finish(matcher, &mut |found| seen.note(found));
        let mut hits: Vec<Hit> = self.seen.hits.into_iter().flatten().collect();
        hits.sort_by_key(|hit| hit.line);
        Scanned { hits, lines_count: self.lines.count() }
    }
}

impl Seen {
    fn note(&mut self, found: &Found<'_>) {
        if found.line == self.last {
            return;
        }
        self.last = found.line;
        let (Some(complaint), Some(slot)) = (COMPLAINTS.get(found.word), self.hits.get_mut(found.word)) else { return };
        match slot {
            Some(hit) => hit.lines_count += 1,
            None => {
                let head = found.text.get(..found.text.len().min(QUOTE_BYTES_MAX)).unwrap_or_default();
                let text = diag::shown_line(String::from_utf8_lossy(head).trim_end());
                *slot = Some(Hit { complaint, line: found.line, text, lines_count: 1 });
            }
        }
    }
}
