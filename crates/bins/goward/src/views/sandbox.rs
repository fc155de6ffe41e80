//! Sandboxes.

use isolation::{Degree, Net, Outcome, Promise, Rung};
use sandbox::{Ran, Report};
use view::{SandboxDegree, SandboxNet, SandboxOutcome, SandboxPromise, SandboxRung};

use super::same_words;

same_words! {
    Degree => SandboxDegree { Full Partial None }
    Net => SandboxNet { None Proxy Open }
}

use super::ToView as _;

/// What a machine can do.
pub(crate) fn sandbox_probe(report: &Report) -> view::SandboxProbe {
    view::SandboxProbe {
        degree: report.verdict.degree.view(),
        net: report.asked.net.view(),
        promises: promises(report),
        rungs: rungs(report),
    }
}

/// What became of a run.
pub(crate) fn sandbox_run(report: &Report, ran: &Ran) -> view::SandboxRun {
    view::SandboxRun {
        degree: report.verdict.degree.view(),
        net: report.asked.net.view(),
        promises: promises(report),
        rungs: rungs(report),
        program_code: Some(ran.code),
        is_out_of_time: ran.timed_out,
        memory_kills_count: ran.memory_kills,
        files_forwarded_count: ran.forwarded,
    }
}

fn promises(report: &Report) -> Vec<SandboxPromise> {
    let because = |promise: Promise| {
        report.verdict.missing.iter().find(|one| one.promise == promise).map(|one| one.because.clone())
    };
    let asked = Promise::ALL.into_iter().filter(|promise| promise.is_asked(&report.asked));
    let view = |promise: Promise| SandboxPromise {
        promise: promise.word().to_owned(),
        is_kept: because(promise).is_none(),
        otherwise: promise.without().to_owned(),
        because: because(promise),
    };
    asked.map(view).collect()
}

fn rungs(report: &Report) -> Vec<SandboxRung> {
    let view = |rung: Rung| {
        let (outcome, because) = match report.outcomes.of(rung) {
            Outcome::Holds => (SandboxOutcome::Holds, None),
            Outcome::Refused(why) => (SandboxOutcome::Refused, Some(why.clone())),
            Outcome::NotAsked => (SandboxOutcome::NotAsked, None),
        };
        SandboxRung {
            rung: rung.word().to_owned(),
            rung_outcome: outcome,
            keeps_away: rung.keeps_away().to_owned(),
            because,
        }
    };
    Rung::ALL.into_iter().map(view).collect()
}
