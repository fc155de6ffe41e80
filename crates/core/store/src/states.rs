//! The states of an operation, and the only moves between them.
//!
//! The code runs on [`TABLE`], and `cargo xtask reference` draws the diagram of `docs/reference/states.md` from it. A
//! move that is not in it is a bug in goward.

use serde::{Deserialize, Serialize};

/// The state of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing is under way. Earlier downloads are kept.
    Idle,
    /// goward knows what to install, checks the free space, and makes a staging folder.
    Preparing,
    /// The archive is fetched, unpacked and proven.
    Syncing,
    /// The staged tree is durable and its manifest is written; only the rename is left.
    Committing,
    /// A toolchain is being removed.
    Removing,
    /// It is finished and durable.
    Done,
}

/// What happens to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// An install begins.
    Begin,
    /// There is enough space and the staging folder is made.
    Prepared,
    /// The tree is complete, proven and durable, its manifest written.
    Proven,
    /// The tree is visible.
    Admitted,
    /// It failed, or its process died.
    Failed,
    /// It took longer than its bound.
    TimedOut,
    /// A removal begins.
    BeginRemoval,
    /// The tree is gone.
    Removed,
}

impl Event {
    /// What makes it happen, in words.
    pub fn trigger(self) -> &'static str {
        match self {
            Event::Begin => "an install begins",
            Event::Prepared => "there is enough space, and the staging folder is made",
            Event::Proven => "the tree is complete, proven and durable, and its manifest is written",
            Event::Admitted => "the tree is renamed into place",
            Event::Failed => "a step failed, the user stopped it, or recovery found that its process had died",
            Event::TimedOut => "making the tree durable took longer than `install.commit-seconds`",
            Event::BeginRemoval => "a removal begins",
            Event::Removed => "the tree is renamed into the trash",
        }
    }
}

/// Every legal move.
pub const TABLE: &[(State, Event, State)] = &[
    (State::Idle, Event::Begin, State::Preparing),
    (State::Preparing, Event::Prepared, State::Syncing),
    (State::Preparing, Event::Failed, State::Idle),
    (State::Syncing, Event::Proven, State::Committing),
    (State::Syncing, Event::Failed, State::Idle),
    (State::Committing, Event::Admitted, State::Done),
    (State::Committing, Event::TimedOut, State::Syncing),
    (State::Committing, Event::Failed, State::Idle),
    (State::Idle, Event::BeginRemoval, State::Removing),
    (State::Removing, Event::Removed, State::Done),
    (State::Removing, Event::Failed, State::Idle),
];

/// The state after an event, if the table has that move.
pub fn step(state: State, event: Event) -> Option<State> {
    TABLE.iter().find(|(from, on, _)| (*from, *on) == (state, event)).map(|(_, _, to)| *to)
}

impl State {
    /// Whether an operation in this state is unfinished: its process works on it, or has died.
    pub fn is_unfinished(self) -> bool {
        !matches!(self, State::Idle | State::Done)
    }
}

/// The table as a Mermaid state diagram.
pub fn diagram() -> String {
    let mut text = String::from("stateDiagram-v2\n    [*] --> Idle\n");
    for (from, event, to) in TABLE {
        text.push_str(&format!("    {from:?} --> {to:?}: {event:?}\n"));
    }
    text.push_str("    Done --> [*]\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_state_and_event_have_two_moves_and_every_state_is_reached_and_left() {
        for (index, (from, event, _)) in TABLE.iter().enumerate() {
            let twin = TABLE.iter().skip(index + 1).find(|(f, e, _)| (f, e) == (from, event));
            assert!(twin.is_none(), "{from:?} on {event:?} has two moves");
        }
        for state in [State::Preparing, State::Syncing, State::Committing, State::Removing] {
            assert!(TABLE.iter().any(|(_, _, to)| *to == state), "{state:?} is never reached");
            assert!(step(state, Event::Failed).is_some(), "{state:?} cannot fail");
        }
        assert_eq!(step(State::Done, Event::Begin), None);
        assert_eq!(step(State::Idle, Event::Admitted), None);
        assert_eq!(step(State::Committing, Event::TimedOut), Some(State::Syncing));
    }
}
