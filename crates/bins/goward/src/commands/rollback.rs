//! `goward undo` and `goward rollback`

use std::time::Duration;

use aftercheck::{Baseline, Proof, Row, Verdict, Wanted};
use context::Ctx;
use diag::{Class, Speech};
use engine::{BackOptions, RolledBack, UndoneStep};
use store::Block;
use sys::UserProgram;

use super::reported::Reported;
use super::snapshot::recorded_graph;
use super::{CommandResult, handle_ctrl_c};
use crate::cli::{CommandLine, GenerationName, RollbackArgs, UndoArgs};
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views::{self, ToView};

/// How long the program of `--on-done` may take: it tells other systems, and does no work of its own.
const ON_DONE_TIME_MAX: Duration = Duration::from_secs(60);
/// The most bytes of its output that are shown, of each stream.
const ON_DONE_BYTES_MAX: u64 = 64 << 10;

pub(super) fn undo(ctx: &Ctx, args: &UndoArgs) -> CommandResult {
    let options = BackOptions { force: args.force, wait_max: None };
    let undone = engine::undo_with(ctx, args.steps, &options)?;
    let text = undone.steps.iter().map(step).collect();
    Ok(Box::new(Rendered::new(undone.view(), text)))
}

pub(super) fn run(ctx: &Ctx, args: &RollbackArgs, speech: &Speech) -> CommandResult {
    let to = match args.to.unwrap_or(args.generation) {
        GenerationName::Previous => None,
        GenerationName::Number(number) => Some(number),
    };
    if args.verify || args.on_done.is_some() {
        handle_ctrl_c(ctx)?;
    }
    let options = BackOptions { force: args.force, wait_max: args.wait };
    let back = engine::roll_back_with(ctx, to, &options)?;
    let since = ctx.sys.clock().unix_seconds();
    ctx.changed(format!("back at generation {} ({})", back.generation, back.toolchain.version().tag()));
    let mut text = line(&back);
    let mut view = views::rollback(&back, since);
    // The way back is done and stays, whatever fails from here on.
    let mut failed = Reported::default();
    if args.block {
        match block_left(ctx, &back) {
            Ok(Some(block)) => {
                text.push_str(&format!("{} is blocked: {}\n", block.version.tag(), block.told()));
                view.block = Some(block.view());
            }
            Ok(None) => speech.say("no other version was left, so none is blocked"),
            Err(failure) => failed.add(ctx, &failure, speech),
        }
    }
    let mut exit_code = failed.exit_code;
    let mut passed = true;
    if args.verify {
        let proof = aftercheck::prove(ctx, &wanted(ctx, args));
        passed = proof.passed();
        text.push_str(&proven(&proof));
        text.push_str(&ending(&proof, since));
        view.verification = Some(proof.view());
        exit_code = if passed { exit_code } else { Class::Findings.exit_code() };
    }
    if let Some(CommandLine(words)) = &args.on_done {
        let done = on_done(ctx, words, passed, speech);
        if passed && done.exit_status != Some(0) && exit_code == 0 {
            exit_code = Class::Environment.exit_code();
        }
        view.on_done = Some(done);
    }
    view.errors = failed.errors;
    Ok(Box::new(Rendered::new(view, text).ending_with(exit_code)))
}

/// Blocks the version that was left; none if it is the version that is in use again.
fn block_left(ctx: &Ctx, back: &RolledBack) -> Result<Option<Block>, Failure> {
    let Some(left) = back.before.as_ref().filter(|left| **left != back.toolchain) else { return Ok(None) };
    let mut at = ctx.derive(|same| same)?;
    at.author.reason.get_or_insert_with(|| "rolled back".to_owned());
    Ok(Some(engine::block(&at, left.version(), None)?.change.block))
}

fn wanted(ctx: &Ctx, args: &RollbackArgs) -> Wanted {
    let baseline = args.baseline.as_ref().map(|name| Baseline {
        name: name.clone(),
        graph: recorded_graph(ctx, name).map_err(|error| format!("could not {}", diag::error_chain(&error))),
    });
    Wanted { tests: args.tests.clone(), packages: args.packages.clone(), baseline, time_max: args.within }
}

/// The rows of the proof.
fn proven(proof: &Proof) -> String {
    let cells = |row: &Row| {
        let verdict = match row.verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::LeftOut => "left out",
        };
        let seconds = format!("{:.1} s", row.took.as_secs_f64());
        let what = match (row.command.is_empty(), row.message.first()) {
            (true, Some(first)) => first.clone(),
            _ => row.command.join(" "),
        };
        vec![row.kind.as_str().to_owned(), verdict.to_owned(), seconds, what]
    };
    let mut text = columns(&proof.rows.iter().map(cells).collect::<Vec<_>>());
    for row in proof.rows.iter().filter(|row| row.verdict == Verdict::Failed) {
        text.push_str(&format!("{}:\n", row.kind.as_str()));
        row.message.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    text
}

/// Since when the default is back, and what came of the proof.
fn ending(proof: &Proof, since: u64) -> String {
    let time = release::utc_seconds_text(since);
    match proof.rows.iter().find(|row| row.verdict == Verdict::Failed) {
        None => format!("back since {time}; verified\n"),
        Some(row) => format!("back since {time}; verification failed at {}, and it stays back\n", row.kind.as_str()),
    }
}

/// Runs the user's program, which gets a minute; without a proof that has passed it does not start.
fn on_done(ctx: &Ctx, words: &[String], may_start: bool, speech: &Speech) -> view::OnDone {
    let not_started = view::OnDone { command_line: words.to_vec(), started: false, exit_status: None };
    let Some((name, args)) = words.split_first().filter(|_| may_start) else {
        speech.warn("what --on-done names was not started, since the verification failed");
        return not_started;
    };
    let ended = ctx.sys.find_program(name).map_err(|error| error.to_string()).and_then(|program| {
        let program = UserProgram::new(program).args(args);
        let interrupt = ctx.sys.interrupt();
        let ended = ctx.sys.process().capture_users(&program, ON_DONE_BYTES_MAX, ON_DONE_TIME_MAX, interrupt);
        ended.map_err(|error| error.to_string())
    });
    let ended = match ended {
        Ok(ended) => ended,
        Err(reason) => {
            speech.warn(&format!("could not run `{name}`: {reason}; the rollback stays"));
            return not_started;
        }
    };
    for stream in [&ended.stdout, &ended.stderr] {
        String::from_utf8_lossy(stream).lines().for_each(|line| speech.say(&format!("{name}: {line}")));
    }
    match (ended.timed_out, ended.code) {
        (true, _) => speech.warn(&format!("`{name}` did not end within {} s", ON_DONE_TIME_MAX.as_secs())),
        (false, Some(0)) => {}
        (false, Some(code)) => speech.warn(&format!("`{name}` ended with {code}; the rollback stays")),
        (false, None) => speech.warn(&format!("a signal ended `{name}`; the rollback stays")),
    }
    let exit_status = ended.code.filter(|_| !ended.timed_out);
    view::OnDone { command_line: words.to_vec(), started: true, exit_status }
}

fn step(step: &UndoneStep) -> String {
    match step {
        UndoneStep::Default(back) => line(back),
        UndoneStep::NoDefault { left, before } => {
            format!("there is no default now, {} was before (generation {left})\n", before.version().tag())
        }
        UndoneStep::Change { purpose, files, variables, generation, .. } => {
            let mut text = format!("undid: {purpose}\n");
            for file in files {
                text.push_str(&format!("  restored {}\n", file.display()));
            }
            for variable in variables {
                text.push_str(&format!("  restored the user's variable {variable}\n"));
            }
            if let Some(generation) = generation {
                text.push_str(&format!("  generation {generation} is in use again\n"));
            }
            text
        }
    }
}

fn line(back: &RolledBack) -> String {
    let tag = back.toolchain.version().tag();
    match (&back.before, back.left) {
        (_, Some(left)) if left == back.generation => format!("{tag} is the default already (generation {left})\n"),
        (Some(before), Some(left)) => format!(
            "{tag} is the default again (generation {}), {} was before (generation {left})\n",
            back.generation,
            before.version().tag()
        ),
        _ => format!("{tag} is the default again (generation {})\n", back.generation),
    }
}
