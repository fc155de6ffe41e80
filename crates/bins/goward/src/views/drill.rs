//! Drills as data and as JUnit.

use context::Ctx;
use drill::{DRILLS, Verdict};
use junit::{Case, Outcome, Suite};
use view::{DrillAbout, DrillVerdict};

use super::{ToView, number};

/// The drills that there are.
pub(crate) fn drill_list() -> view::DrillList {
    let about = |drill: &drill::Drill| DrillAbout {
        drill: drill.name.to_owned(),
        breaks: drill.breaks.to_owned(),
        shows: drill.shows.to_owned(),
        recovers: drill.recovers.to_owned(),
    };
    view::DrillList { drills: DRILLS.iter().map(about).collect() }
}

/// A run, as it is printed and as the history keeps it.
pub(crate) fn drill_run(ctx: &Ctx, run: &drill::Run) -> view::DrillRun {
    let drilled: Vec<view::Drilled> = run.drilled.iter().map(ToView::view).collect();
    let count = |verdict| number(drilled.iter().filter(|one| one.verdict == verdict).count());
    let unix_nanos = u64::try_from(ctx.sys.clock().unix_nanos()).unwrap_or(u64::MAX);
    view::DrillRun {
        taken: release::utc_text(unix_nanos),
        unix_nanos,
        user: ctx.author.user.clone(),
        host: ctx.author.host.clone(),
        toolchain: run.toolchain.view(),
        recovered_count: count(DrillVerdict::Recovered),
        not_recovered_count: count(DrillVerdict::NotRecovered),
        not_staged_count: count(DrillVerdict::NotStaged),
        milliseconds: milliseconds(run.took),
        drilled,
        scratch: run.kept.view(),
    }
}

impl ToView for drill::Drilled {
    type View = view::Drilled;

    fn view(&self) -> view::Drilled {
        let (verdict, recovery, message) = match &self.verdict {
            Verdict::Recovered(recovery) => (DrillVerdict::Recovered, Some(recovery), None),
            Verdict::NotRecovered(what) => (DrillVerdict::NotRecovered, None, Some(what.clone())),
            Verdict::NotStaged(why) => (DrillVerdict::NotStaged, None, Some(why.clone())),
        };
        view::Drilled {
            drill: self.drill.name.to_owned(),
            verdict,
            breaks: self.drill.breaks.to_owned(),
            showed: recovery.map(|recovery| recovery.showed.clone()),
            recovered_by: recovery.map(|recovery| recovery.recovered_by.clone()),
            recovery_milliseconds: recovery.map(|recovery| milliseconds(recovery.took)),
            bytes_fetched_again: recovery.map(|recovery| recovery.bytes_fetched_again),
            lost_count: recovery.map(|recovery| recovery.lost_count),
            message,
        }
    }
}

fn milliseconds(took: std::time::Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// A run as JUnit: a case for each drill.
pub(crate) fn drill_suite(run: &view::DrillRun) -> Suite {
    let case = |one: &view::Drilled| {
        let message = one.message.clone().unwrap_or_default();
        let outcome = match one.verdict {
            DrillVerdict::Recovered => Outcome::Passed,
            DrillVerdict::NotStaged => Outcome::Skipped { message },
            DrillVerdict::NotRecovered => {
                let details = format!("{}\n{message}", one.breaks);
                Outcome::Failed { word: "not-recovered".to_owned(), message, details }
            }
        };
        Case { name: one.drill.clone(), group: "goward.drill".to_owned(), outcome }
    };
    Suite { name: format!("drill {}", run.toolchain), cases: run.drilled.iter().map(case).collect() }
}
