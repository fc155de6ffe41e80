//! The append-only journal of operations.
//!
//! One line for each record: 16 hexadecimal digits (the start of the SHA-256 of the rest), a space, a JSON object, a
//! line end. Each record carries its operation's version, and the next append compares it: a process that was
//! considered dead and recovered cannot continue. Bytes after the last complete line are torn: the next append
//! truncates them, and no reader trusts them. A reader ignores a damaged line before them, and a complete line that
//! only a later goward understands; both stay in the file.
//!
//! The journal records which operations were under way; only the trees and links record what
//! exists. So a journal that cannot be written, on a full disk, stops an install but never a
//! rollback.

use std::io::Write;
use std::time::Duration;

use release::{Digest, ToolchainId};
use serde::{Deserialize, Serialize};
use sys::EntryKind;

use crate::author::Author;
use crate::states::{Event, State, step};
use crate::{Store, StoreError, StoreLock};

/// Above this size, in bytes, goward rewrites the journal with the records that are still needed.
const COMPACT_BYTES: u64 = 512 << 10;
/// The largest journal that goward reads, in bytes.
const JOURNAL_BYTES_MAX: u64 = 64 << 20;
/// How many finished records a rewrite keeps for `goward history`.
const KEPT_RECORDS: usize = 400;
/// The journal's lock is held for one append; a longer wait means that its holder is stopped.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(30);
/// Digits of the SHA-256 in front of a record.
const CHECK_DIGITS: usize = 16;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationKind {
    /// Gets a toolchain.
    Install,
    /// Takes one away.
    Uninstall,
    /// Returns to a generation.
    Rollback,
}

/// One line of the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JournalRecord {
    /// The operation's unique name.
    pub operation: String,
    /// What it does.
    pub kind: OperationKind,
    /// Counts the records of the operation, from 1.
    pub version: u64,
    /// Where it is now.
    pub state: State,
    /// When, in seconds since 1970.
    pub unix_seconds: u64,
    /// The same in nanoseconds, which orders records within a second; old records lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unix_nanos: Option<u64>,
    /// The toolchain concerned.
    pub toolchain: ToolchainId,
    /// The checkpoint: the name of the staging or trash folder in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// For a rollback, the generations left and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generations: Option<(u64, u64)>,
    /// Who is at work; in the first record only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// Why it is in this state, if that needs an explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An operation under way in this process.
#[must_use = "an operation that nobody ends is left for recovery"]
pub struct Operation {
    store: Store,
    last: JournalRecord,
}

/// What a log holds.
pub(crate) struct Journal {
    pub records: Vec<JournalRecord>,
    /// Bytes up to the end of the last complete line.
    good_bytes: u64,
    /// Lines before that which are damaged, or which only a later goward understands.
    passed_over: usize,
    /// Bytes behind them.
    pub torn_bytes: u64,
}

impl JournalRecord {
    /// When it was written, in nanoseconds since 1970. The name of an operation contains the time of its first record,
    /// so records of an older goward have it as exactly.
    pub fn nanos(&self) -> u64 {
        let named = || self.operation.split('-').next()?.parse().ok().filter(|_| self.version == 1);
        self.unix_nanos.or_else(named).unwrap_or_else(|| self.unix_seconds.saturating_mul(1_000_000_000))
    }
}

impl Journal {
    /// The last record of every operation, in the order in which the operations began.
    pub fn latest(&self) -> Vec<&JournalRecord> {
        let mut latest: Vec<&JournalRecord> = Vec::new();
        for record in &self.records {
            match latest.iter_mut().find(|known| known.operation == record.operation) {
                Some(known) => *known = record,
                None => latest.push(record),
            }
        }
        latest
    }
}

impl Operation {
    /// The operation's last record.
    pub fn record(&self) -> &JournalRecord {
        &self.last
    }

    /// Moves to the next state of the table, durably.
    ///
    /// # Errors
    /// When the journal cannot be written, or shows that another process has moved the operation meanwhile.
    pub fn advance(
        &mut self,
        event: Event,
        checkpoint: Option<String>,
        note: Option<String>,
    ) -> Result<(), StoreError> {
        let state = step(self.last.state, event);
        let state = state.unwrap_or_else(|| panic!("no move from {:?} on {event:?}: a bug", self.last.state));
        let next = JournalRecord {
            version: self.last.version + 1,
            state,
            unix_seconds: self.store.sys.clock().unix_seconds(),
            unix_nanos: self.store.unix_nanos(),
            checkpoint: checkpoint.or_else(|| self.last.checkpoint.clone()),
            author: None,
            note,
            ..self.last.clone()
        };
        self.store.append(&next, Some(self.last.version))?;
        self.last = next;
        Ok(())
    }
}

impl Store {
    /// Now, in nanoseconds since 1970; none if the clock is beyond the year 2554.
    pub(crate) fn unix_nanos(&self) -> Option<u64> {
        u64::try_from(self.sys.clock().unix_nanos()).ok()
    }

    /// Begins an operation on a toolchain: its first record is durable when this returns.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn begin(&self, kind: OperationKind, id: &ToolchainId, author: &Author) -> Result<Operation, StoreError> {
        let event = match kind {
            OperationKind::Uninstall => Event::BeginRemoval,
            OperationKind::Install | OperationKind::Rollback => Event::Begin,
        };
        let state = step(State::Idle, event).expect("the table has a move for every beginning");
        let first = JournalRecord {
            operation: format!("{}-{}", self.sys.clock().unix_nanos(), self.sys.process().id()),
            kind,
            version: 1,
            state,
            unix_seconds: self.sys.clock().unix_seconds(),
            unix_nanos: self.unix_nanos(),
            toolchain: id.clone(),
            checkpoint: None,
            generations: None,
            author: Some(author.clone()),
            note: None,
        };
        self.append(&first, None)?;
        Ok(Operation { store: self.clone(), last: first })
    }

    /// Continues an operation in the state of its record.
    pub(crate) fn take_up(&self, record: &JournalRecord) -> Operation {
        Operation { store: self.clone(), last: record.clone() }
    }

    /// Records a change that is done already. A journal that cannot be written does not undo it.
    pub(crate) fn note_done(&self, record: JournalRecord) -> Result<(), StoreError> {
        self.append(&record, None)
    }

    /// Every record of the journal, oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn journal_records(&self) -> Result<Vec<JournalRecord>, StoreError> {
        Ok(self.journal()?.records)
    }

    pub(crate) fn journal(&self) -> Result<Journal, StoreError> {
        let path = self.layout().journal();
        // A folder in its place holds no record; `Store::misplaced` names it, and the next append moves it aside.
        if self.is_of_other_kind(&path, EntryKind::File) {
            return Ok(parse(&[]));
        }
        let bytes = self
            .sys
            .fs()
            .read_if_there(&path, JOURNAL_BYTES_MAX)
            .map_err(StoreError::io("read the journal", &path))?
            .unwrap_or_default();
        Ok(parse(&bytes))
    }

    /// Cuts a torn tail off; returns how many bytes that were.
    pub(crate) fn mend_journal(&self) -> Result<u64, StoreError> {
        let _lock = self.journal_lock()?;
        let journal = self.journal()?;
        self.cut(&journal)?;
        Ok(journal.torn_bytes)
    }

    fn journal_lock(&self) -> Result<StoreLock, StoreError> {
        self.lock(self.layout().journal_lock(), "write the journal", LOCK_WAIT_MAX)
    }

    fn cut(&self, journal: &Journal) -> Result<(), StoreError> {
        if journal.torn_bytes == 0 {
            return Ok(());
        }
        let path = self.layout().journal();
        let cut = self.sys.fs().update(&path).and_then(|file| {
            file.set_length(journal.good_bytes)?;
            file.sync()
        });
        cut.map_err(StoreError::io("cut the torn end of", &path))
    }

    fn append(&self, record: &JournalRecord, expected_version: Option<u64>) -> Result<(), StoreError> {
        let _lock = self.journal_lock()?;
        let journal = self.journal()?;
        let known = journal.records.iter().rev().find(|known| known.operation == record.operation);
        if known.map(|known| known.version) != expected_version {
            return Err(StoreError::Superseded { operation: record.operation.clone() });
        }
        self.cut(&journal)?;
        let (fs, path) = (self.sys.fs(), self.layout().journal());
        // A journal with lines that this goward does not understand is not rewritten: they would be lost.
        if journal.good_bytes > COMPACT_BYTES && journal.passed_over == 0 {
            let kept = compacted(&journal);
            let text: Vec<u8> = kept.into_iter().flat_map(line).collect();
            fs.replace(&path, &text).map_err(StoreError::io("rewrite the journal", &path))?;
        }
        self.clear_way(&path, EntryKind::File)?;
        let is_new = journal.good_bytes == 0;
        let written = fs.append(&path).and_then(|mut file| {
            file.write_all(&line(record))?;
            file.sync()
        });
        written.map_err(StoreError::io("write the journal", &path))?;
        if is_new {
            let home = self.layout().home();
            fs.sync_dir(home).map_err(StoreError::io("make durable", home))?;
        }
        Ok(())
    }
}

/// The records that a rewrite keeps: all unfinished ones, and the newest of the rest.
fn compacted(journal: &Journal) -> Vec<&JournalRecord> {
    let unfinished: Vec<&str> = journal
        .latest()
        .into_iter()
        .filter(|record| record.state.is_unfinished())
        .map(|record| record.operation.as_str())
        .collect();
    let old = journal.records.len().saturating_sub(KEPT_RECORDS);
    let keep =
        |(index, record): &(usize, &JournalRecord)| *index >= old || unfinished.contains(&record.operation.as_str());
    journal.records.iter().enumerate().filter(keep).map(|(_, record)| record).collect()
}

fn line(record: &JournalRecord) -> Vec<u8> {
    let json = serde_json::to_string(record).expect("our own records are representable as JSON");
    format!("{} {json}\n", check(json.as_bytes())).into_bytes()
}

fn check(json: &[u8]) -> String {
    Digest::of(json).front(CHECK_DIGITS)
}

fn parse(bytes: &[u8]) -> Journal {
    let mut journal = Journal { records: Vec::new(), good_bytes: 0, passed_over: 0, torn_bytes: bytes.len() as u64 };
    let (mut at, mut doubtful) = (0, 0);
    while let Some(length) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        let line = json_of(&bytes[at..at + length]);
        at += length + 1;
        match line {
            // Damaged in the middle or torn at the end: the following lines decide.
            None => doubtful += 1,
            Some(json) => {
                match serde_json::from_slice(json) {
                    Ok(record) => journal.records.push(record),
                    Err(_) => journal.passed_over += 1,
                }
                journal.passed_over += doubtful;
                doubtful = 0;
                journal.good_bytes = at as u64;
                journal.torn_bytes = (bytes.len() - at) as u64;
            }
        }
    }
    journal
}

/// The JSON of a complete line, if its digits match.
fn json_of(line: &[u8]) -> Option<&[u8]> {
    let (digits, json) = line.split_at_checked(CHECK_DIGITS)?;
    let json = json.strip_prefix(b" ")?;
    (digits == check(json).as_bytes()).then_some(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(operation: &str, version: u64) -> JournalRecord {
        JournalRecord {
            operation: operation.to_owned(),
            kind: OperationKind::Install,
            version,
            state: State::Syncing,
            unix_seconds: 1_800_000_000,
            unix_nanos: None,
            toolchain: "go1.27.3.linux-amd64".parse().unwrap(),
            checkpoint: Some("x".to_owned()),
            generations: None,
            author: None,
            note: None,
        }
    }

    #[test]
    fn a_log_cut_at_any_byte_gives_the_whole_lines_before_it() {
        let text: Vec<u8> = [record("a", 1), record("b", 1), record("a", 2)].iter().flat_map(line).collect();
        assert_eq!(parse(&text).records.len(), 3);
        for at in 0..text.len() {
            let whole = text[..at].iter().filter(|byte| **byte == b'\n').count();
            let cut = parse(&text[..at]);
            assert_eq!(cut.records.len(), whole, "cut at {at}");
            assert_eq!(cut.good_bytes + cut.torn_bytes, at as u64);
        }
    }

    #[test]
    fn a_log_changed_at_any_byte_loses_no_line_but_those_that_it_touches() {
        let written = [record("a", 1), record("b", 1), record("a", 2)];
        let text: Vec<u8> = written.iter().flat_map(line).collect();
        for at in 0..text.len() {
            let mut changed = text.clone();
            changed[at] ^= 0x20;
            let journal = parse(&changed);
            // A damaged line end turns two lines into one bad line.
            let lost = if text[at] == b'\n' { 2 } else { 1 };
            assert!(journal.records.len() >= 3 - lost, "changed at {at}");
            for found in &journal.records {
                let key = |record: &JournalRecord| (record.operation.clone(), record.version);
                assert!(written.iter().any(|record| key(record) == key(found)), "changed at {at}");
            }
        }
    }

    #[test]
    fn a_line_of_a_later_goward_is_passed_over_and_kept() {
        let json = br#"{"operation":"x","kind":"rollout","version":1}"#;
        let later = [check(json).as_bytes(), b" ", json, b"\n"].concat();
        let text = [line(&record("a", 1)), later, line(&record("a", 2))].concat();
        let journal = parse(&text);
        assert_eq!((journal.records.len(), journal.passed_over, journal.torn_bytes), (2, 1, 0));
        // A tail of zeros, whose length outlived its bytes, is torn.
        let journal = parse(&[text, vec![0; 50]].concat());
        assert_eq!((journal.records.len(), journal.torn_bytes), (2, 50));
    }

    #[test]
    fn a_rewrite_keeps_what_is_unfinished_however_old() {
        let mut journal = parse(&[]);
        journal.records.push(record("old", 1));
        for version in 0..1000 {
            let done = JournalRecord { state: State::Done, ..record(&format!("n{version}"), 1) };
            journal.records.push(done);
        }
        let kept = compacted(&journal);
        assert_eq!(kept.len(), KEPT_RECORDS + 1);
        assert_eq!(kept[0].operation, "old");
    }
}
