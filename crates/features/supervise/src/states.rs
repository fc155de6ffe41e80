//! The states of a supervisor, and its legal moves, as one table.

use std::fmt;

/// Where a supervisor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The program runs, and nothing else is to be done.
    Running,
    /// The old program was asked to end.
    Draining,
    /// The program is frozen while a change is under way.
    Frozen,
    /// The file of `--env-file` has the new values.
    Repointed,
    /// No program runs; the new one is being started.
    Starting,
    /// The program has ended, and so does its supervisor.
    Ended,
}

/// What happens to a supervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Another toolchain is chosen, and the program is to be replaced.
    Drain,
    /// Another toolchain is chosen, and the program is frozen.
    Freeze,
    /// The change is complete, or the longest time is over.
    Repoint,
    /// The program goes on.
    Thaw,
    /// The old program has ended, or was ended.
    Drained,
    /// The new program runs.
    Started,
    /// The new program has ended at once, and another try follows.
    EndedAtOnce,
    /// The program has ended by itself, or none can be started.
    Ended,
}

/// Every legal move: from, by, to.
pub const STATES: [(State, Event, State); 14] = [
    (State::Running, Event::Drain, State::Draining),
    (State::Draining, Event::Drained, State::Starting),
    // With a socket of goward's the new one runs before the old one is asked to end.
    (State::Draining, Event::Started, State::Running),
    (State::Starting, Event::Started, State::Running),
    (State::Running, Event::EndedAtOnce, State::Starting),
    (State::Running, Event::Freeze, State::Frozen),
    (State::Frozen, Event::Repoint, State::Repointed),
    (State::Repointed, Event::Thaw, State::Running),
    // The system refused to freeze it.
    (State::Frozen, Event::Thaw, State::Running),
    (State::Running, Event::Repoint, State::Repointed),
    (State::Running, Event::Ended, State::Ended),
    (State::Draining, Event::Ended, State::Ended),
    (State::Starting, Event::Ended, State::Ended),
    (State::Frozen, Event::Ended, State::Ended),
];

impl State {
    /// Its word, in `goward ps` and in the records.
    pub const fn word(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Draining => "draining",
            State::Frozen => "frozen",
            State::Repointed => "repointed",
            State::Starting => "starting",
            State::Ended => "ended",
        }
    }

    /// The state after an event; none if the table does not allow it.
    pub fn after(self, event: Event) -> Option<State> {
        STATES.iter().find(|(from, by, _)| (*from, *by) == (self, event)).map(|(_, _, to)| *to)
    }
}

impl Event {
    /// What triggers it, for the reference page.
    pub const fn trigger(self) -> &'static str {
        match self {
            Event::Drain => "another toolchain is chosen, and the old program is asked to end",
            Event::Freeze => "another toolchain is chosen, and no client is connected",
            Event::Repoint => "the change is complete, or the longest time is over: the file has the new values",
            Event::Thaw => "the program goes on",
            Event::Drained => "the old program has ended, or was killed when its time was over",
            Event::Started => "the new program runs",
            Event::EndedAtOnce => "the new program has ended at once, and another try follows",
            Event::Ended => "the program has ended by itself, or no further one is started",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_is_named_once_and_no_state_is_a_trap_but_the_end() {
        for (index, (from, by, _)) in STATES.iter().enumerate() {
            let again = STATES.iter().skip(index + 1).any(|(other, event, _)| (other, event) == (from, by));
            assert!(!again, "{from} by {by:?} twice");
        }
        let all = [State::Running, State::Draining, State::Frozen, State::Repointed, State::Starting];
        for state in all {
            // Bounded by the number of states: each way leads back to a running program.
            let mut reached = vec![state];
            for _ in 0..all.len() {
                let next = STATES.iter().filter(|(from, ..)| reached.contains(from)).map(|(.., to)| *to);
                let next: Vec<State> = next.collect();
                reached.extend(next);
            }
            assert!(reached.contains(&State::Running), "{state} does not lead back");
        }
        assert!(STATES.iter().all(|(from, ..)| *from != State::Ended));
        assert_eq!(State::Ended.after(Event::Started), None);
    }
}
