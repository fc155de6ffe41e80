//! The fault models, one stop, and the counts.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use sys::{Adversary, FailAt, KillAt, PowerCut, ShortWrite, Survival};

use crate::limits::SEEDS;

/// A way to stop a run at its n-th operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// `kill -9`: this operation and all later ones do not happen.
    Kill,
    /// This one operation is refused with an error of this kind; later ones happen.
    FailOnce(io::ErrorKind),
    /// The disk is full from this operation on; if it is a write, half of it is stored.
    DiskFull,
    /// The power is cut; unsynced changes are lost.
    PowerLost,
    /// The power is cut; names survive and bytes do not.
    PowerTorn,
    /// The power is cut; unsynced changes survive at random, with several images for each point.
    PowerHalf,
}

impl Model {
    /// All ways, refusals as `PermissionDenied`.
    pub const ALL: [Model; 6] = [
        Model::Kill,
        Model::FailOnce(io::ErrorKind::PermissionDenied),
        Model::DiskFull,
        Model::PowerLost,
        Model::PowerTorn,
        Model::PowerHalf,
    ];

    /// The adversary, and the same as a power cut if it is one.
    pub(crate) fn adversary(self, nth: u64, root: &Path) -> (Arc<dyn Adversary>, Option<Arc<PowerCut>>) {
        match self {
            Model::Kill => (Arc::new(KillAt::new(nth)), None),
            Model::FailOnce(kind) => (Arc::new(FailAt::from(nth, kind).once()), None),
            Model::DiskFull => (Arc::new(ShortWrite::from_operation(nth, 0.5)), None),
            Model::PowerLost | Model::PowerTorn | Model::PowerHalf => {
                let cut = Arc::new(PowerCut::new(nth, root).expect("a folder that was just made can be read"));
                (cut.clone(), Some(cut))
            }
        }
    }

    /// The images to check after a cut at this operation; one `None` for a model without a power cut.
    pub(crate) fn survivals(self, nth: u64) -> Vec<Option<Survival>> {
        match self {
            Model::Kill | Model::FailOnce(_) | Model::DiskFull => vec![None],
            Model::PowerLost => vec![Some(Survival::Lost)],
            Model::PowerTorn => vec![Some(Survival::Torn)],
            Model::PowerHalf => (0..SEEDS).map(|seed| Some(Survival::Half(nth * SEEDS + seed))).collect(),
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Model::Kill => f.write_str("kill"),
            Model::FailOnce(kind) => write!(f, "fail-once-{kind:?}"),
            Model::DiskFull => f.write_str("disk-full"),
            Model::PowerLost => f.write_str("power-lost"),
            Model::PowerTorn => f.write_str("power-torn"),
            Model::PowerHalf => f.write_str("power-half"),
        }
    }
}

/// One point of an enumeration.
#[derive(Debug, Clone)]
pub struct Stop {
    /// How it was stopped.
    pub model: Model,
    /// The operation of the run, counting from 1.
    pub nth: u64,
    /// The operations of the first and second recovery; none outside of [`crate::every_stop_in_recovery`].
    pub in_recovery: Vec<u64>,
    /// The operation of the run that was refused first, in words; "the end" when it ended before.
    pub op: String,
    /// The last operation of a recovery that was refused first, in words.
    pub recovery_op: Option<String>,
    /// Whether the run reported success. Then its promise must hold, also after a power cut.
    pub outcome_ok: bool,
}

impl Stop {
    /// Whether the run ended before the point, so that nothing was refused.
    pub fn is_past_the_end(&self) -> bool {
        self.op == PAST_THE_END
    }
}

pub(crate) const PAST_THE_END: &str = "the end";

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at operation {} ({})", self.model, self.nth, self.op)?;
        if let (Some(op), [first, second]) = (&self.recovery_op, self.in_recovery.as_slice()) {
            write!(f, ", then at operation {first} and {second} of its recoveries ({op})")?;
        }
        f.write_str(if self.outcome_ok { ", the run said it succeeded" } else { ", the run said it failed" })
    }
}

/// The counts of an enumeration. Printed as one line.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// What was enumerated.
    pub name: String,
    /// Changing operations of a clean run.
    pub operations: u64,
    /// Points that were checked, of all models.
    pub points: u64,
    /// Points that were checked, by model, in the order asked for.
    pub per_model: Vec<(Model, u64)>,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} operations, {} points checked, 0 broken", self.name, self.operations, self.points)?;
        for (nth, (model, points)) in self.per_model.iter().enumerate() {
            write!(f, "{}{model} {points}", if nth == 0 { " (" } else { ", " })?;
        }
        if self.per_model.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}
