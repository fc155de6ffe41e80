//! `goward gate`

use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use acquire::Sources;
use context::Ctx;
use diag::{Class, Speech};
use gate::{Decision, Exit, Quote, Report, Stream, Term, TermKind, Verdict};
use gatekeeper::{GateError, Loaded, LogSource, Subject, Trial, Wishes};
use resolve::{Launch, LaunchError};
use store::StoreError;

use super::CommandResult;
use super::ensure::{ensure_chosen, remember};
use crate::cli::{GateActName, GateArgs, GateCommand, GateHow, GateJudgeArgs, GateRulesArgs, GateRunArgs};
use crate::failure::Failure;
use crate::outcome::{Outcome, Rendered};
use crate::table::columns;
use crate::views::{self, Acted, ToView};

/// How long the question on the terminal waits for an answer: nobody may be there.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

pub(super) fn run(sources: &Sources, args: &GateArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    match &args.command {
        GateCommand::Run(args) => run_program(sources, args, speech),
        GateCommand::Judge(args) => judge(ctx, args, speech),
        GateCommand::Rules(args) => rules(ctx, args),
    }
}

/// A program that has run before the gate, or could not be started.
struct Tried {
    report: Report,
    code: i32,
    remarks: Vec<String>,
    /// What was done while it ran.
    acted: Option<Acted>,
}

fn run_program(sources: &Sources, args: &GateRunArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    let loaded = load(ctx, &args.how)?;
    let (toolchain, choice) = ensure_chosen(sources, None, speech)?;
    let subject = gatekeeper::subject(ctx, Some(&toolchain.id))?;
    let trial = trial(&loaded, &args.how, args.log.as_deref());
    let tried = match resolve::launch(ctx, toolchain, Some(&choice), &args.command) {
        Ok(launch) => {
            lease(ctx, &launch)?;
            remember(ctx, &choice);
            try_program(ctx, &launch, &trial, args.how.act, &subject, speech)?
        }
        Err(error @ (LaunchError::Missing { .. } | LaunchError::Refused { .. })) => {
            unstarted(ctx, &trial, error, speech)
        }
        Err(error) => return Err(error.into()),
    };
    let Tried { report, code, mut remarks, acted } = tried;
    let acted = match acted {
        Some(acted) => acted,
        None => act(ctx, &report, args.how.act, &subject, speech)?,
    };
    remarks.extend(told_act(&acted));
    let view = views::gate(&report, &loaded, &acted, &remarks, ctx.sys.clock().unix_seconds());
    let rendered = Rendered::new(view, text(&report, &remarks)).on_stderr().ending_with(exit_code(code));
    if let Some(path) = &args.output {
        write_report(ctx, path, &rendered, speech);
    }
    Ok(Box::new(rendered))
}

fn try_program(
    ctx: &Ctx,
    launch: &Launch,
    trial: &Trial,
    wish: GateActName,
    subject: &Subject,
    speech: &Speech,
) -> Result<Tried, Failure> {
    let mut acted: Option<Result<Acted, GateError>> = None;
    let mut decided = |decision: &Decision| {
        speech.say(&told_decision(decision));
        if decision.verdict == Verdict::Back && wish == GateActName::Rollback && acted.is_none() {
            let reason = told_reason(decision, trial);
            let done = gatekeeper::take_back(ctx, subject, &reason).map(Acted::TakenBack);
            if let Ok(done) = &done {
                told_act(done).iter().for_each(|line| speech.say(line));
            }
            acted = Some(done);
        }
    };
    match gatekeeper::run(ctx, &launch.command, trial, &mut decided) {
        Ok(ran) => Ok(Tried { report: ran.report, code: ran.code, remarks: ran.remarks, acted: acted.transpose()? }),
        Err(GateError::Run(cause)) => {
            let error = LaunchError::refused(launch.command.called(), cause);
            Ok(unstarted(ctx, trial, error, speech))
        }
        Err(error) => Err(error.into()),
    }
}

/// Reports that a program could not be started, and judges the exit code that shells give that.
fn unstarted(ctx: &Ctx, trial: &Trial, error: LaunchError, speech: &Speech) -> Tried {
    let failure = Failure::from(error);
    let report = diag::Report::of(&failure, engine::state_line(ctx));
    speech.report(&report);
    let code = i32::from(report.class.exit_code());
    Tried { report: gatekeeper::judge_unstarted(trial, code), code, remarks: Vec::new(), acted: None }
}

fn judge(ctx: &Ctx, args: &GateJudgeArgs, speech: &Speech) -> CommandResult {
    let loaded = load(ctx, &args.how)?;
    let subject = gatekeeper::subject(ctx, None)?;
    let trial = trial(&loaded, &args.how, None);
    let log = args.log.as_deref().map(|path| match path == Path::new("-") {
        true => LogSource::Stdin,
        false => LogSource::File(path),
    });
    let exit = args.exit_code.map_or(Exit::Unknown, Exit::Code);
    let report = gatekeeper::judge_log(ctx, &trial, exit, log)?;
    let acted = act(ctx, &report, args.how.act, &subject, speech)?;
    let remarks: Vec<String> = told_act(&acted).into_iter().collect();
    let exit_code = if report.verdict == Verdict::Stay { 0 } else { Class::Findings.exit_code() };
    let view = views::gate(&report, &loaded, &acted, &remarks, ctx.sys.clock().unix_seconds());
    Ok(Box::new(Rendered::new(view, text(&report, &remarks)).ending_with(exit_code)))
}

fn rules(ctx: &Ctx, args: &GateRulesArgs) -> CommandResult {
    let loaded = gatekeeper::load(ctx, &Wishes { file: args.check.as_deref(), threshold: None })?;
    if args.check.is_none() {
        let view = view::GateRules { rules_path: loaded.path.view(), text: loaded.text.clone() };
        return Ok(Box::new(Rendered::new(view, loaded.text).exact()));
    }
    let checked = gate::check(&loaded.rules);
    let row = |one: &gate::Checked| {
        let verdict = one.report.verdict.word();
        let told = match one.is_hit() {
            true => verdict.to_owned(),
            false => format!("{verdict} in place of {}", one.expected.word()),
        };
        let hit = if one.is_hit() { "hit" } else { "miss" };
        vec![hit.to_owned(), one.name.to_owned(), told, one.report.summary()]
    };
    let rules = &loaded.rules;
    let mut text = columns(&checked.iter().map(row).collect::<Vec<_>>());
    let hits = checked.iter().filter(|one| one.is_hit()).count();
    text.push_str(&format!(
        "the file has no mistake: {} exit codes, {} words, {} stages, {} hard rules\n{hits} hits, {} misses on goward's labelled logs\n",
        rules.exits.len(),
        rules.words.len(),
        rules.stages.len(),
        rules.hard.len(),
        checked.len() - hits
    ));
    Ok(Box::new(Rendered::new(views::gate_check(&loaded, &checked), text)))
}

fn load(ctx: &Ctx, how: &GateHow) -> Result<Loaded, GateError> {
    gatekeeper::load(ctx, &Wishes { file: how.rules.as_deref(), threshold: how.threshold })
}

fn trial(loaded: &Loaded, how: &GateHow, copy: Option<&Path>) -> Trial {
    Trial { rules: loaded.rules.clone(), stage: how.stage.clone(), copy: copy.map(Path::to_owned) }
}

/// As `goward run` does: no process removes the toolchain while the program runs.
fn lease(ctx: &Ctx, launch: &Launch) -> Result<(), Failure> {
    match ctx.store.lease(&launch.toolchain.id) {
        // No process can remove a toolchain from a store that cannot be written to.
        Ok(true) | Err(StoreError::Io { .. } | StoreError::ReadOnly { .. }) => Ok(()),
        Ok(false) => Err(Failure::NotInstalled { request: launch.toolchain.id.version().tag() }),
        Err(error) => Err(error.into()),
    }
}

/// Does what the user wants done about a verdict.
fn act(ctx: &Ctx, report: &Report, wish: GateActName, subject: &Subject, speech: &Speech) -> Result<Acted, Failure> {
    let back = || {
        let reason = format!("gate: {}", report.summary());
        gatekeeper::take_back(ctx, subject, &reason).map(Acted::TakenBack).map_err(Failure::from)
    };
    match (report.verdict, wish) {
        (Verdict::Stay, _) | (_, GateActName::Report) => Ok(Acted::Nothing),
        (Verdict::Back, GateActName::Rollback) => back(),
        (Verdict::Ask, GateActName::Rollback) if is_confirmed(report, speech) => back(),
        (Verdict::Ask | Verdict::Back, GateActName::Pause) | (Verdict::Ask, GateActName::Rollback) => Ok(Acted::Paused),
    }
}

/// Asks on the terminal whether to go back; without a terminal, or without an answer, no.
fn is_confirmed(report: &Report, speech: &Speech) -> bool {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return false;
    }
    let wait = ANSWER_TIME_MAX.as_secs();
    speech.write(&format!("gate: {}. Roll the default back? [y/N, {wait} s] ", views::because(report)));
    let (said, hears) = channel();
    // It is left behind at the end of this process if no answer comes.
    std::thread::spawn(move || {
        let mut answer = String::new();
        if std::io::stdin().lock().read_line(&mut answer).is_ok() {
            let _ = said.send(answer);
        }
    });
    let answer = hears.recv_timeout(ANSWER_TIME_MAX).unwrap_or_default();
    ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

fn told_act(acted: &Acted) -> Option<String> {
    match acted {
        Acted::Nothing => None,
        Acted::Paused => Some("nothing was moved: a person decides (`goward rollback` goes back)".to_owned()),
        Acted::TakenBack(back) => Some(back.told()),
    }
}

/// A decision that was made while the program ran, for the history.
fn told_reason(decision: &Decision, trial: &Trial) -> String {
    let rule = match &decision.because {
        gate::Because::Hard { name, .. } => format!("rule {name}, "),
        _ => String::new(),
    };
    let stage = trial.stage.as_ref().map(|stage| format!("stage {stage}, ")).unwrap_or_default();
    format!("gate: {rule}{}, {stage}score {:.2}", told_quote(&decision.quote), decision.score)
}

fn told_decision(decision: &Decision) -> String {
    format!(
        "gate: {} after {:.1} s, by {}: {}",
        decision.verdict.word(),
        decision.at.as_secs_f64(),
        told_quote(&decision.quote),
        decision.quote.text
    )
}

/// A line of output by its place.
fn told_quote(quote: &Quote) -> String {
    let stream = match quote.stream {
        Stream::Output => "output",
        Stream::Error => "error output",
    };
    format!("line {} of its {stream}", quote.line)
}

/// The report for people.
fn text(report: &Report, remarks: &[String]) -> String {
    let mut text = format!("gate: {}: {}\n", report.verdict.word(), views::because(report));
    let rows: Vec<Vec<String>> = report.terms.iter().map(row).collect();
    text.extend(columns(&rows).lines().map(|line| format!("  {line}\n")));
    for term in &report.terms {
        if let Some(quote) = &term.quote {
            text.push_str(&format!("  {}, {}: {}\n", term.name, told_quote(quote), quote.text));
        }
    }
    if let Some(stage) = report.stage.as_ref().filter(|_| (report.stage_weight - 1.0).abs() > f64::EPSILON) {
        text.push_str(&format!("  stage {stage}: weight {}\n", report.stage_weight));
    }
    for missing in &report.missing {
        text.push_str(&format!("  missing: {}\n", views::missing(missing)));
    }
    for remark in remarks {
        text.push_str(&format!("  {remark}\n"));
    }
    text
}

fn row(term: &Term) -> Vec<String> {
    let (what, share) = match term.kind {
        TermKind::Exit { code, back: true, .. } => (format!("exit {code} {}", term.name), share(term)),
        TermKind::Exit { code, back: false, .. } => (
            format!("exit {code} {}", term.name),
            format!("words count {:.0} % of their weight", (1.0 - term.weight) * 100.0),
        ),
        TermKind::Word => (format!("{} × {}", term.name, term.count), share(term)),
    };
    vec![what, share, term.reason.clone()]
}

fn share(term: &Term) -> String {
    format!("{:.2}, {:.0} % of it", term.chance, term.share * 100.0)
}

/// The program's exit code as this process's: systems with longer codes keep a failure a failure.
fn exit_code(code: i32) -> u8 {
    match u8::try_from(code & 0xff) {
        Ok(0) if code != 0 => 1,
        Ok(code) => code,
        Err(_) => 1,
    }
}

/// Writes the report into a file. That it cannot be written does not change the program's exit code.
fn write_report(ctx: &Ctx, path: &Path, report: &impl Outcome, speech: &Speech) {
    let path = ctx.sys.env().folder().join(path);
    let text = format!("{}\n", diag::shown_json(&report.json(), true));
    if let Err(cause) = ctx.sys.fs().rewrite(&path, text.as_bytes()) {
        let failure = Failure::from(GateError::Write { path, cause });
        speech.report(&diag::Report::of(&failure, "the program has run, and its verdict holds"));
    }
}
