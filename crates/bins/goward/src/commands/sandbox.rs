//! `goward sandbox`

use acquire::Sources;
use context::Ctx;
use context::settings::keys;
use diag::Speech;
use isolation::{Net, Outcome, Promise, Rung};
use sandbox::{Prepared, Ran, Report, Wishes};
use store::StoreError;

use super::CommandResult;
use super::ensure::{ensure_chosen, remember};
use crate::cli::{SandboxArgs, SandboxCommand, SandboxNetName, SandboxProbeArgs, SandboxRunArgs};
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views;

pub(super) fn run(sources: &Sources, args: &SandboxArgs, speech: &Speech) -> CommandResult {
    match &args.command {
        SandboxCommand::Run(args) => run_program(sources, args, speech),
        SandboxCommand::Probe(args) => probe(sources.ctx(), args),
    }
}

fn run_program(sources: &Sources, args: &SandboxRunArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    let wishes = Wishes {
        net: net(ctx, args.net),
        reads: args.read.clone(),
        writes: args.write.clone(),
        variables: args.env.clone(),
        memory_bytes: args.memory,
        processes: args.processes,
        time: args.time,
        best_effort: args.best_effort,
    };
    let (toolchain, choice) = ensure_chosen(sources, args.request.as_ref(), speech)?;
    let launch = resolve::plan_launch(ctx, toolchain, Some(&choice), &args.command)?;
    let prepared = sandbox::prepare(ctx, &launch, &choice, &args.command, &wishes)?;
    match ctx.store.lease(&launch.toolchain.id) {
        // No process can remove a toolchain from a store that cannot be written to.
        Ok(true) | Err(StoreError::Io { .. } | StoreError::ReadOnly { .. }) => {}
        Ok(false) => return Err(Failure::NotInstalled { request: choice.request.to_string() }),
        Err(error) => return Err(error.into()),
    }
    remember(ctx, &choice);
    let mut last = None;
    let mut told = |report: &Report| {
        if args.explain {
            explain(report, &prepared).lines().for_each(|line| speech.say(line));
        }
        if report.verdict.may_start(prepared.best_effort) {
            speech.say(&report.line());
        }
        last = Some(report.clone());
    };
    let ran = sandbox::run(ctx, &prepared, &mut told)?;
    let Some(report) = last else { return Err(Failure::Signals(std::io::Error::other("no report came"))) };
    let view = views::sandbox_run(&report, &ran);
    Ok(Box::new(Rendered::new(view, remarks(&ran, args)).on_stderr().ending_with(exit_code(ran.code))))
}

fn probe(ctx: &Ctx, args: &SandboxProbeArgs) -> CommandResult {
    let report = sandbox::probe(ctx, net(ctx, args.net))?;
    let text = format!("{}\n{}", report.line(), rungs(&report));
    Ok(Box::new(Rendered::new(views::sandbox_probe(&report), text)))
}

/// What may be reached: the option, else the setting.
fn net(ctx: &Ctx, option: Option<SandboxNetName>) -> Net {
    match option {
        Some(SandboxNetName::None) => Net::None,
        Some(SandboxNetName::Proxy) => Net::Proxy,
        Some(SandboxNetName::Open) => Net::Open,
        None => ctx.settings.text(keys::SANDBOX_NET).and_then(Net::of_word).unwrap_or_default(),
    }
}

/// What is to be said after the program's end.
fn remarks(ran: &Ran, args: &SandboxRunArgs) -> String {
    let mut text = String::new();
    if let Some(time) = args.time.filter(|_| ran.timed_out) {
        text.push_str(&format!("sandbox: ended, since its time of {} s was over\n", time.as_secs_f64()));
    }
    if ran.memory_kills > 0 {
        let count = ran.memory_kills;
        text.push_str(&format!("sandbox: the memory limit was reached; the kernel ended {count} of its processes\n"));
    }
    text
}

/// Each mechanism, each promise, and what the program sees.
fn explain(report: &Report, prepared: &Prepared) -> String {
    let mut text = rungs(report);
    for promise in Promise::ALL.into_iter().filter(|promise| promise.is_asked(&report.asked)) {
        let missing = report.verdict.missing.iter().find(|one| one.promise == promise);
        let state = if missing.is_some() { "does not hold" } else { "holds" };
        text.push_str(&format!("promise {}: {state}\n", promise.word()));
    }
    for folder in prepared.folders.iter() {
        let verb = if folder.access == isolation::Access::Write { "writes" } else { "reads" };
        text.push_str(&format!("{verb} {}\n", folder.path.display()));
    }
    text
}

/// A line for each mechanism.
fn rungs(report: &Report) -> String {
    let row = |rung: Rung| {
        let state = match report.outcomes.of(rung) {
            Outcome::Holds => "holds".to_owned(),
            Outcome::Refused(why) => format!("refused: {why}"),
            Outcome::NotAsked => "not asked".to_owned(),
        };
        vec![rung.word().to_owned(), rung.keeps_away().to_owned(), state]
    };
    columns(&Rung::ALL.into_iter().map(row).collect::<Vec<_>>())
}

/// The program's exit code as this process's: systems with longer codes keep a failure a failure.
fn exit_code(code: i32) -> u8 {
    match u8::try_from(code & 0xff) {
        Ok(0) if code != 0 => 1,
        Ok(code) => code,
        Err(_) => 1,
    }
}
