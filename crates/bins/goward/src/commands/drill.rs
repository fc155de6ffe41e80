//! `goward drill`

use context::Ctx;
use context::settings::keys;
use diag::{Bytes, Class, Speech};
use drill::{Choice, DRILLS};
use view::{DrillReport, DrillRun, DrillVerdict};

use super::check::{Form, report};
use super::{CommandResult, handle_ctrl_c};
use crate::cli::DrillArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views;

pub(super) fn run(ctx: &Ctx, args: &DrillArgs, speech: &Speech) -> CommandResult {
    handle_ctrl_c(ctx)?;
    let form = Form { format: args.format, output: args.output.as_deref() };
    if args.list {
        let rendered = Rendered::new(views::drill_list(), list());
        return report(ctx, rendered, &form, speech, String::new);
    }
    if args.report {
        let history = ctx.store.drill_history()?;
        let view = DrillReport { drill_runs: history.runs, unreadable_runs: history.unreadable };
        for line in &view.unreadable_runs {
            speech.say(&format!("warning: cannot read a run of the history: {}", diag::shown_line(line)));
        }
        let text = told_history(&view.drill_runs);
        let suites = view.drill_runs.first().map(views::drill_suite).into_iter().collect::<Vec<_>>();
        return report(ctx, Rendered::new(view, text), &form, speech, || junit::to_xml(&suites));
    }
    let choice = Choice { drills: drill::select(&args.names, args.all)?, go: args.go.clone(), keeps: args.keep };
    let run = drill::run(ctx, &choice)?;
    let view = views::drill_run(ctx, &run);
    // What a run found is shown also if the history cannot be written; the exit code then says that.
    let kept = if view.drilled.is_empty() {
        Ok(())
    } else {
        ctx.store.add_drill_run(&view, ctx.settings.seconds(keys::LOCK_WAIT_SECONDS))
    };
    let history_code = match kept {
        Ok(()) => 0,
        Err(error) => {
            let failure = Failure::from(error);
            let reported = diag::Report::of(&failure, engine::state_line(ctx));
            speech.report(&reported);
            diag::Diagnose::diagnosis(&failure).class.exit_code()
        }
    };
    let exit_code = match () {
        () if run.is_interrupted => Class::Interrupted.exit_code(),
        () if view.not_recovered_count > 0 => Class::Findings.exit_code(),
        () if view.not_staged_count > 0 && (!args.all || args.strict) => Class::Environment.exit_code(),
        () => history_code,
    };
    let suites = [views::drill_suite(&view)];
    let rendered = Rendered::new(view.clone(), told(&view)).ending_with(exit_code);
    report(ctx, rendered, &form, speech, || junit::to_xml(&suites))
}

fn list() -> String {
    let mut text = String::new();
    for drill in DRILLS {
        text.push_str(&format!("{}: {}\n", drill.name, drill.breaks));
        text.push_str(&format!("  shows: {}\n  recovers: {}\n", drill.shows, drill.recovers));
    }
    text
}

fn told(run: &DrillRun) -> String {
    let mut text = format!("{} in a scratch folder\n", run.toolchain);
    let head = ["drill", "seconds", "fetched again", "lost", "recovered by"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    for one in run.drilled.iter().filter(|one| one.verdict == DrillVerdict::Recovered) {
        rows.push(vec![
            one.drill.clone(),
            seconds(one.recovery_milliseconds.unwrap_or(0)),
            Bytes(one.bytes_fetched_again.unwrap_or(0)).to_string(),
            one.lost_count.unwrap_or(0).to_string(),
            one.recovered_by.clone().unwrap_or_default(),
        ]);
    }
    if rows.len() > 1 {
        text.push_str(&columns(&rows));
        text.push_str("how each showed:\n");
    }
    for one in run.drilled.iter().filter(|one| one.verdict == DrillVerdict::Recovered) {
        let showed = diag::shown_line(one.showed.as_deref().unwrap_or_default());
        text.push_str(&format!("  {}: {showed}\n", one.drill));
    }
    for (verdict, word) in
        [(DrillVerdict::NotStaged, "cannot be staged here"), (DrillVerdict::NotRecovered, "did not recover")]
    {
        for one in run.drilled.iter().filter(|one| one.verdict == verdict) {
            let why = diag::shown_line(one.message.as_deref().unwrap_or_default());
            text.push_str(&format!("{}: {word}: {why}\n", one.drill));
        }
    }
    text.push_str(&format!(
        "{} recovered, {} did not recover, {} cannot be staged here; {} s\n",
        run.recovered_count,
        run.not_recovered_count,
        run.not_staged_count,
        seconds(run.milliseconds)
    ));
    if let Some(scratch) = &run.scratch {
        text.push_str(&format!("scratch folder: {}\n", diag::shown_line(scratch)));
    }
    text
}

fn told_history(runs: &[DrillRun]) -> String {
    if runs.is_empty() {
        return "no drill has been run; `goward drill --all` runs all\n".to_owned();
    }
    let head = ["run", "by", "toolchain", "drill", "result", "seconds", "lost"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    for run in runs {
        let by = format!("{}@{}", run.user.as_deref().unwrap_or("?"), run.host.as_deref().unwrap_or("?"));
        for one in &run.drilled {
            let result = match one.verdict {
                DrillVerdict::Recovered => "recovered",
                DrillVerdict::NotRecovered => "did not recover",
                DrillVerdict::NotStaged => "cannot be staged",
            };
            rows.push(vec![
                run.taken.clone(),
                by.clone(),
                run.toolchain.clone(),
                one.drill.clone(),
                result.to_owned(),
                one.recovery_milliseconds.map_or_else(|| "-".to_owned(), seconds),
                one.lost_count.map_or_else(|| "-".to_owned(), |lost| lost.to_string()),
            ]);
        }
    }
    columns(&rows)
}

/// Seconds with one digit after the point.
fn seconds(milliseconds: u64) -> String {
    format!("{}.{}", milliseconds / 1000, milliseconds % 1000 / 100)
}
