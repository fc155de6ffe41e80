//! The state that all threads of one transfer share: which bytes are on disk, which connection writes which segment.
//!
//! Connections write and report here, the coordinator waits for their reports, the reader and the hash wait for
//! bytes. One mutex guards it all; it is never held while a file is read or written.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::head::Head;
use crate::parts::{DiskError, capacity};
use crate::reason::Reason;

/// The shared state of one round of a transfer.
pub(crate) struct TransferState {
    segment_bytes: u64,
    state: Mutex<State>,
    /// Signals new bytes, a known end, or the end of the round to the reader and the hash.
    grown: Condvar,
    /// Signals a connection's report to the coordinator.
    reported: Condvar,
}

struct State {
    bytes_total: Option<u64>,
    segments: Vec<Segment>,
    reports: VecDeque<Report>,
    /// Fetched in this round.
    bytes_fetched: u64,
    connections: usize,
    waiting: usize,
    stopped: bool,
}

#[derive(Clone, Copy, Default)]
struct Segment {
    held: u64,
    claimed: Option<Owner>,
}

/// The connection that fetches a segment.
#[derive(Clone, Copy)]
struct Owner {
    connection: u64,
    /// Whether the server has begun a good answer to it. Until then another running connection may take the segment
    /// over: a server that does not serve ranges after all must not end the one stream that works.
    proven: bool,
}

/// What a connection reports to the coordinator.
pub(crate) struct Report {
    pub connection: u64,
    pub message: Message,
}

pub(crate) enum Message {
    /// The head of the answer has come. The connection continues once it gets a message from `go`, and ends when that
    /// is dropped.
    Head { head: Box<Head>, go: oneshot::Sender<()> },
    /// The connection has ended.
    Ended(End),
}

/// How a connection ended.
#[derive(Debug)]
pub(crate) enum End {
    /// It fetched the requested bytes, or reached bytes that another one fetches.
    Done,
    /// The body ended, and only the end of the connection marks that.
    BodyEnded,
    /// The coordinator stopped it.
    Dismissed,
    Failed(Reason),
    Disk(DiskError),
}

/// A range of bytes to fetch, with its end if known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub segment: u64,
    /// The offset in the segment at which to continue.
    pub at: u64,
    /// The first byte's offset in the file.
    pub start: u64,
    /// The offset after the last byte; `None` for the rest of the file.
    pub end: Option<u64>,
}

/// What a follower finds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// So many bytes can be read in this segment.
    Bytes(u64),
    /// The segment ends here; the next one follows.
    SegmentEnd,
    /// The file ends here.
    FileEnd,
    /// The round is over before the file's end.
    Stopped,
}

impl TransferState {
    pub fn new(segment_bytes: u64, bytes_total: Option<u64>, held: &[u64]) -> TransferState {
        let segments = held.iter().map(|held| Segment { held: *held, claimed: None }).collect();
        let state = State {
            bytes_total,
            segments,
            reports: VecDeque::new(),
            bytes_fetched: 0,
            connections: 0,
            waiting: 0,
            stopped: false,
        };
        TransferState { segment_bytes, state: Mutex::new(state), grown: Condvar::new(), reported: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete before anything could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn segment_bytes(&self) -> u64 {
        self.segment_bytes
    }

    pub fn bytes_total(&self) -> Option<u64> {
        self.state().bytes_total
    }

    pub fn set_bytes_total(&self, bytes_total: Option<u64>) {
        self.state().bytes_total = bytes_total;
        self.grown.notify_all();
    }

    /// How many bytes are on disk in all segments.
    pub fn bytes_held(&self) -> u64 {
        self.state().segments.iter().map(|segment| segment.held).sum()
    }

    /// How many bytes this round has fetched.
    pub fn bytes_fetched(&self) -> u64 {
        self.state().bytes_fetched
    }

    pub fn is_complete(&self) -> bool {
        let state = self.state();
        state.bytes_total.is_some_and(|total| state.segments.iter().map(|segment| segment.held).sum::<u64>() == total)
    }

    /// Claims the first unclaimed missing bytes: up to the next bytes that are on disk or claimed, or, with
    /// `one_segment`, at most to the segment's end. `None` when there are none.
    pub fn claim(&self, connection: u64, one_segment: bool) -> Option<Claim> {
        let mut state = self.state();
        let state = &mut *state;
        let total = state.bytes_total;
        let mut number = 0;
        loop {
            let full = capacity(self.segment_bytes, total, number);
            let index = usize::try_from(number).ok()?;
            if full == 0 {
                return None;
            }
            if index >= state.segments.len() {
                state.segments.push(Segment::default());
            }
            let segment = &mut state.segments[index];
            if segment.claimed.is_none() && segment.held < full {
                segment.claimed = Some(Owner { connection, proven: false });
                let (at, start) = (segment.held, number * self.segment_bytes + segment.held);
                let mut end = number.saturating_add(1).saturating_mul(self.segment_bytes);
                if !one_segment {
                    let taken = |segment: &&Segment| segment.claimed.is_some() || segment.held > 0;
                    match state.segments[index + 1..].iter().position(|segment| taken(&segment)) {
                        Some(empty) => end = end.saturating_add(self.segment_bytes.saturating_mul(empty as u64)),
                        None => end = u64::MAX,
                    }
                }
                let end = match total {
                    Some(total) => Some(end.min(total)),
                    None => (end != u64::MAX).then_some(end),
                };
                return Some(Claim { segment: number, at, start, end });
            }
            number += 1;
        }
    }

    /// The server answers a connection well. `false` when another connection has taken its segment over meanwhile.
    pub fn prove(&self, connection: u64) -> bool {
        let mut state = self.state();
        let owned = state.segments.iter_mut().filter_map(|segment| segment.claimed.as_mut());
        let mut found = false;
        for owner in owned.filter(|owner| owner.connection == connection) {
            owner.proven = true;
            found = true;
        }
        found
    }

    /// Moves a connection's claim from a full segment to the next one. `false` when that is on disk already, or claimed
    /// by another connection, or beyond the end: the connection's work is done.
    pub fn claim_next(&self, connection: u64, full: u64) -> bool {
        self.release(connection, full);
        let mut state = self.state();
        let Ok(index) = usize::try_from(full) else { return false };
        if capacity(self.segment_bytes, state.bytes_total, full + 1) == 0 {
            return false;
        }
        if index + 1 >= state.segments.len() {
            state.segments.resize(index + 2, Segment::default());
        }
        let next = &mut state.segments[index + 1];
        if next.held > 0 || next.claimed.is_some_and(|owner| owner.proven) {
            return false;
        }
        next.claimed = Some(Owner { connection, proven: true });
        true
    }

    /// Releases a segment that a connection does not continue, if the connection still owns it.
    pub fn release(&self, connection: u64, segment: u64) {
        let index = usize::try_from(segment).unwrap_or(usize::MAX);
        if let Some(segment) = self.state().segments.get_mut(index)
            && segment.claimed.is_some_and(|owner| owner.connection == connection)
        {
            segment.claimed = None;
        }
    }

    /// How many bytes the segment has when full.
    pub fn capacity(&self, segment: u64) -> u64 {
        capacity(self.segment_bytes, self.state().bytes_total, segment)
    }

    /// Records bytes that were appended to a segment.
    pub fn grew(&self, segment: u64, bytes: u64) {
        let mut state = self.state();
        let index = usize::try_from(segment).unwrap_or(usize::MAX);
        if let Some(segment) = state.segments.get_mut(index) {
            segment.held += bytes;
            state.bytes_fetched += bytes;
        }
        // Avoids a system call while the readers are busy.
        if state.waiting > 0 {
            self.grown.notify_all();
        }
    }

    /// A connection begins.
    pub fn connection_begins(&self) {
        self.state().connections += 1;
    }

    /// A connection reports.
    pub fn report(&self, report: Report) {
        let mut state = self.state();
        if matches!(report.message, Message::Ended(_)) {
            state.connections = state.connections.saturating_sub(1);
        }
        state.reports.push_back(report);
        self.reported.notify_all();
    }

    /// The next report; `None` when none comes in time.
    pub fn next_report(&self, within: Duration) -> Option<Report> {
        let state = self.state();
        let (mut state, _) = self
            .reported
            .wait_timeout_while(state, within, |state| state.reports.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        state.reports.pop_front()
    }

    /// Waits until no connection is left. They have been stopped before; each end takes one turn of the network's
    /// thread.
    pub fn wait_for_connections(&self) {
        let mut state = self.state();
        while state.connections > 0 {
            // Dropping a report dismisses its connection.
            state.reports.clear();
            state = self.reported.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the round for the readers.
    pub fn stop(&self) {
        self.state().stopped = true;
        self.grown.notify_all();
    }

    /// Whether the round has ended for the readers.
    pub fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    /// Waits until there are bytes to read at an offset.
    pub fn wait_for_bytes(&self, segment: u64, at: u64) -> Found {
        let mut state = self.state();
        loop {
            if state.stopped {
                return Found::Stopped;
            }
            let held = usize::try_from(segment).ok().and_then(|index| state.segments.get(index)).map_or(0, |s| s.held);
            if held > at {
                return Found::Bytes(held - at);
            }
            let full = capacity(self.segment_bytes, state.bytes_total, segment);
            if state.bytes_total == Some(segment.saturating_mul(self.segment_bytes).saturating_add(at)) {
                return Found::FileEnd;
            }
            if at >= full && full == self.segment_bytes {
                return Found::SegmentEnd;
            }
            state.waiting += 1;
            state = self.grown.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(start: u64, end: Option<u64>) -> Option<Claim> {
        Some(Claim { segment: start / 10, at: start % 10, start, end })
    }

    #[test]
    fn missing_bytes_are_claimed_in_order_around_those_that_are_held() {
        let state = TransferState::new(10, Some(45), &[10, 3, 0, 10]);
        assert_eq!(state.claim(1, false), claim(13, Some(30)));
        // The first connection would continue into segment 2, but no connection has claimed that yet.
        assert_eq!(state.claim(2, true), claim(20, Some(30)));
        assert_eq!(state.claim(3, false), claim(40, Some(45)));
        assert_eq!(state.claim(4, false), None);
        assert!(state.prove(2));
        state.grew(1, 7);
        assert!(!state.claim_next(1, 1), "segment 2 was given to two connections");
        state.release(1, 4);
        assert_eq!(state.claim(4, true), None, "a connection gave back what was not its own");
        state.release(3, 4);
        assert_eq!(state.claim(4, true), claim(40, Some(45)));
    }

    #[test]
    fn a_flowing_connection_takes_over_from_one_that_has_not_been_answered() {
        let state = TransferState::new(10, Some(45), &[]);
        state.claim(1, false);
        assert!(state.prove(1));
        state.grew(0, 10);
        assert_eq!(state.claim(2, true), claim(10, Some(20)));
        assert!(state.claim_next(1, 0));
        assert!(!state.prove(2), "two connections would write one segment");
        state.release(2, 1);
        assert_eq!(state.claim(3, true), claim(20, Some(30)));
    }

    #[test]
    fn a_file_of_unknown_size_is_claimed_to_its_end() {
        let state = TransferState::new(10, None, &[]);
        assert_eq!(state.claim(1, false), claim(0, None));
        state.grew(0, 10);
        assert!(state.claim_next(1, 0));
        state.grew(1, 4);
        assert!(!state.is_complete());
        state.set_bytes_total(Some(14));
        assert!(state.is_complete());
        assert_eq!(state.wait_for_bytes(1, 0), Found::Bytes(4));
        assert_eq!(state.wait_for_bytes(1, 4), Found::FileEnd);
        assert_eq!(state.wait_for_bytes(0, 10), Found::SegmentEnd);
    }

    #[test]
    fn an_empty_file_is_complete_at_once() {
        let state = TransferState::new(10, Some(0), &[]);
        assert!(state.is_complete());
        assert_eq!(state.claim(1, false), None);
        assert_eq!(state.wait_for_bytes(0, 0), Found::FileEnd);
    }

    #[test]
    fn a_file_that_fills_its_last_segment_ends_there() {
        let state = TransferState::new(10, Some(20), &[10, 10]);
        assert_eq!(state.wait_for_bytes(0, 10), Found::SegmentEnd);
        assert_eq!(state.wait_for_bytes(1, 10), Found::FileEnd);
        assert!(!state.claim_next(1, 1));
        state.stop();
        assert_eq!(state.wait_for_bytes(0, 0), Found::Stopped);
    }
}
