//! Which promises hold.

use crate::promise::{Asked, Promise};
use crate::rung::{Outcome, Outcomes, Rung};

/// How much of what was asked holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Degree {
    /// All of it.
    Full,
    /// A part.
    Partial,
    /// Nothing that keeps the program from anything of yours: at most limits hold.
    None,
}

impl Degree {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Degree::Full => "full",
            Degree::Partial => "partial",
            Degree::None => "none",
        }
    }
}

/// A promise that was asked for and does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The promise.
    pub promise: Promise,
    /// What each of its rungs lacks, for people.
    pub because: String,
}

/// What a machine makes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How much holds.
    pub degree: Degree,
    /// The promises that were asked for and hold.
    pub kept: Vec<Promise>,
    /// Those that were asked for and do not hold.
    pub missing: Vec<Missing>,
}

impl Verdict {
    /// Whether the program may start: everything holds, or the user takes less.
    pub fn may_start(&self, best_effort: bool) -> bool {
        self.missing.is_empty() || best_effort
    }
}

/// Judges what became of the rungs.
pub fn judge(asked: &Asked, outcomes: &Outcomes) -> Verdict {
    let (mut kept, mut missing) = (Vec::new(), Vec::new());
    for promise in Promise::ALL.into_iter().filter(|promise| promise.is_asked(asked)) {
        let ways = promise.ways(asked.net);
        if ways.iter().any(|way| way.iter().all(|rung| outcomes.holds(*rung))) {
            kept.push(promise);
        } else {
            missing.push(Missing { promise, because: because(ways, outcomes) });
        }
    }
    let is_limit = |promise: &Promise| matches!(promise, Promise::Memory | Promise::ProcessCount | Promise::Time);
    let degree = match (missing.is_empty(), kept.iter().all(is_limit)) {
        (true, _) => Degree::Full,
        (false, false) => Degree::Partial,
        (false, true) => Degree::None,
    };
    Verdict { degree, kept, missing }
}

/// What the rungs lack, each once. A rung that this system does not know at all is named only if no other reason is
/// there.
fn because(ways: &[&[Rung]], outcomes: &Outcomes) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for rung in ways.iter().flat_map(|way| way.iter()) {
        if let Outcome::Refused(why) = outcomes.of(*rung) {
            let reason = format!("{}: {why}", rung.word());
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }
    match reasons.is_empty() {
        false => reasons.join("; "),
        true => "this system has no such mechanism that goward uses".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::net::Net;

    fn all(except: &[Rung]) -> Outcomes {
        let mut outcomes = Outcomes::default();
        for rung in Rung::ALL {
            let outcome = if except.contains(&rung) { Outcome::Refused("no".to_owned()) } else { Outcome::Holds };
            outcomes.note(rung, outcome);
        }
        outcomes
    }

    fn everything() -> Asked {
        let time = Some(Duration::from_secs(1));
        Asked { net: Net::None, memory_bytes: Some(1), processes: Some(1), time }
    }

    #[test]
    fn a_request_is_full_only_with_every_promise() {
        let full = judge(&everything(), &all(&[]));
        assert_eq!((full.degree, full.kept.len(), full.missing.len()), (Degree::Full, Promise::ALL.len(), 0));
        assert!(full.may_start(false));
        let nothing = judge(&everything(), &Outcomes::default());
        assert_eq!((nothing.degree, nothing.missing.len()), (Degree::None, Promise::ALL.len()));
        assert!(!nothing.may_start(false) && nothing.may_start(true));
    }

    #[test]
    fn what_a_missing_rung_takes_away() {
        use Promise as P;
        use Rung as R;
        // The rungs that the machine refuses; the promises that are lost without them.
        let table: &[(&[Rung], Net, &[Promise])] = &[
            (&[R::UserNamespace], Net::None, &[]),
            (&[R::NetworkNamespace], Net::None, &[]),
            (&[R::NetworkNamespace], Net::Proxy, &[P::Network]),
            (&[R::NetworkNamespace, R::CallFilter], Net::None, &[P::Network, P::Calls]),
            (&[R::NetworkNamespace, R::CallFilter], Net::Open, &[P::Calls]),
            (&[R::MountNamespace], Net::None, &[P::Temporary]),
            (&[R::MountNamespace, R::Landlock], Net::None, &[P::Files, P::Writes, P::Temporary]),
            (&[R::Landlock], Net::None, &[]),
            (&[R::PidNamespace], Net::None, &[P::Processes]),
            (&[R::PrivateProc], Net::None, &[P::Processes]),
            (&[R::IpcNamespace], Net::None, &[P::Ipc]),
            (&[R::NoNewPrivileges], Net::None, &[P::Rights]),
            (&[R::Capabilities], Net::None, &[P::Rights]),
            (&[R::MemoryGroup, R::Job], Net::None, &[P::Memory]),
            (&[R::ProcessGroup, R::Job], Net::None, &[]),
            (&[R::ProcessGroup, R::ProcessLimit, R::Job], Net::None, &[P::ProcessCount]),
            (&[R::TimeLimit], Net::None, &[P::Time]),
        ];
        for (refused, net, lost) in table {
            let verdict = judge(&Asked { net: *net, ..everything() }, &all(refused));
            let missing: Vec<Promise> = verdict.missing.iter().map(|missing| missing.promise).collect();
            assert_eq!(missing, *lost, "{refused:?} {net:?}");
            for one in &verdict.missing {
                assert!(one.because.contains(": no"), "{}", one.because);
            }
        }
    }

    #[test]
    fn what_nobody_asks_for_is_not_missing() {
        let asked = Asked { net: Net::Open, ..Asked::default() };
        let verdict =
            judge(&asked, &all(&[Rung::MemoryGroup, Rung::ProcessGroup, Rung::ProcessLimit, Rung::TimeLimit]));
        assert_eq!(verdict.degree, Degree::Full);
        assert!(!verdict.kept.contains(&Promise::Network), "an open network is no promise");
    }

    #[test]
    fn limits_alone_are_no_sandbox() {
        let mut outcomes = Outcomes::default();
        outcomes.note(Rung::TimeLimit, Outcome::Holds);
        outcomes.note(Rung::Job, Outcome::Holds);
        let verdict = judge(&everything(), &outcomes);
        assert_eq!(verdict.degree, Degree::None);
        assert_eq!(verdict.kept, [Promise::Memory, Promise::ProcessCount, Promise::Time]);
    }

    #[test]
    fn every_word_is_one_rung() {
        for rung in Rung::ALL {
            assert_eq!(Rung::of_word(rung.word()), Some(rung));
        }
    }
}
