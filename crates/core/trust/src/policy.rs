//! Which witnesses the user wants before anything is installed.

use std::fmt;

use crate::witness::{Witness, Witnesses};

/// A witness that can be required by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WitnessKind {
    /// Go's release index, or the package index of a wheel.
    Index,
    /// Go's checksum database.
    SumDb,
    /// An OpenPGP signature.
    OpenPgp,
    /// A lock file.
    Lock,
    /// The user's own check.
    Hook,
}

impl WitnessKind {
    /// All of them.
    pub const ALL: [WitnessKind; 5] =
        [WitnessKind::Index, WitnessKind::SumDb, WitnessKind::OpenPgp, WitnessKind::Lock, WitnessKind::Hook];

    /// Its name in settings.
    pub fn word(self) -> &'static str {
        match self {
            WitnessKind::Index => "index",
            WitnessKind::SumDb => "sumdb",
            WitnessKind::OpenPgp => "openpgp",
            WitnessKind::Lock => "lock",
            WitnessKind::Hook => "hook",
        }
    }

    /// The one of this name.
    pub fn of(word: &str) -> Option<WitnessKind> {
        WitnessKind::ALL.into_iter().find(|need| need.word() == word)
    }

    /// Whether this witness is the one that is needed.
    pub fn is_met_by(self, witness: &Witness) -> bool {
        match witness {
            Witness::IndexChecksum { .. } | Witness::WheelIndex { .. } => self == WitnessKind::Index,
            Witness::SumDb { .. } => self == WitnessKind::SumDb,
            Witness::OpenPgp { .. } => self == WitnessKind::OpenPgp,
            Witness::LockFile { .. } => self == WitnessKind::Lock,
            Witness::Hook { .. } => self == WitnessKind::Hook,
            Witness::MirrorChecksum { .. } | Witness::WheelRecord { .. } | Witness::Allowed { .. } => false,
        }
    }
}

/// What the set of witnesses must contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Witnesses that must be in it.
    pub require: Vec<WitnessKind>,
    /// How many independent kinds there must be.
    pub kinds_min: u64,
}

/// The witnesses that a set lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    /// Those that are required and missing.
    pub missing: Vec<WitnessKind>,
    /// How many kinds there are and how many are required, if they are too few.
    pub too_few: Option<(u64, u64)>,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.missing.is_empty() {
            let words: Vec<&str> = self.missing.iter().map(|need| need.word()).collect();
            parts.push(format!("`verify.require` wants {}, which did not vouch", words.join(" and ")));
        }
        if let Some((have, need)) = self.too_few {
            parts.push(format!("`verify.min-witnesses` wants {need} kinds of witnesses, there are {have}"));
        }
        f.write_str(&parts.join("; "))
    }
}

impl Policy {
    /// The policy of these words, each a kind of witness, and this number of kinds. Other words are ignored: reading
    /// the settings refuses them.
    pub fn of(require: &[String], kinds_min: u64) -> Policy {
        Policy { require: require.iter().filter_map(|word| WitnessKind::of(word)).collect(), kinds_min }
    }

    /// Whether this witness is required by name.
    pub fn requires(&self, need: WitnessKind) -> bool {
        self.require.contains(&need)
    }

    /// What these witnesses lack; `None` if they suffice.
    pub fn shortfall(&self, witnesses: &[Witness]) -> Option<Shortfall> {
        let is_missing = |need: &&WitnessKind| !witnesses.iter().any(|witness| need.is_met_by(witness));
        let missing: Vec<WitnessKind> = self.require.iter().filter(is_missing).copied().collect();
        let have = kinds(witnesses);
        let too_few = (have < self.kinds_min).then_some((have, self.kinds_min));
        (!missing.is_empty() || too_few.is_some()).then_some(Shortfall { missing, too_few })
    }

    /// Whether the policy requires more kinds of witnesses than these.
    pub fn wants_more(&self, witnesses: &[Witness]) -> bool {
        kinds(witnesses) < self.kinds_min
    }
}

fn kinds(witnesses: &[Witness]) -> u64 {
    witnesses.iter().cloned().collect::<Witnesses>().independent_kinds() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Witness {
        Witness::IndexChecksum { origin: "o".to_owned(), sha256: "s".to_owned() }
    }

    fn hook() -> Witness {
        Witness::Hook { command: "c".to_owned() }
    }

    fn mirror() -> Witness {
        Witness::MirrorChecksum { origin: "o".to_owned(), sha256: "s".to_owned() }
    }

    #[test]
    fn what_is_required_must_be_there_by_name() {
        let policy = Policy { require: vec![WitnessKind::Hook, WitnessKind::SumDb], kinds_min: 1 };
        let shortfall = policy.shortfall(&[index(), hook()]).unwrap();
        assert_eq!((shortfall.missing.clone(), shortfall.too_few), (vec![WitnessKind::SumDb], None));
        assert_eq!(shortfall.to_string(), "`verify.require` wants sumdb, which did not vouch");
        let only_hook = Policy { require: vec![WitnessKind::Hook], kinds_min: 1 };
        assert_eq!(only_hook.shortfall(&[hook()]), None);
    }

    #[test]
    fn kinds_are_counted_once_and_only_independent_ones() {
        let policy = Policy { require: vec![], kinds_min: 2 };
        assert_eq!(policy.shortfall(&[index(), index(), mirror()]).unwrap().too_few, Some((1, 2)));
        assert!(policy.wants_more(&[index()]));
        assert_eq!(policy.shortfall(&[index(), hook()]), None);
        let one = Policy { require: vec![], kinds_min: 1 };
        assert_eq!(one.shortfall(&[mirror()]).unwrap().too_few, Some((0, 1)));
    }

    #[test]
    fn every_need_has_a_word_of_its_own() {
        for need in WitnessKind::ALL {
            assert_eq!(WitnessKind::of(need.word()), Some(need));
        }
        assert_eq!(WitnessKind::of("Index"), None);
    }
}
