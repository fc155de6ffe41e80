//! `goward doctor`

use std::path::Path;

use context::Ctx;
use context::settings::{Settings, keys};
use diag::{Class, Speech};
pub(super) use doctor::Wanted;
use doctor::{Explained, Finding, Inputs, LogSource, Repaired, Severity, TOPICS};
use sys::Sys;

use super::CommandResult;
use super::check::{Form, report};
use crate::cli::DoctorArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views;

/// How often goward repairs what is left after a repair: what one repair uncovers, the next one finds.
const ROUNDS_MAX: usize = 4;

pub(super) fn run(ctx: &Ctx, args: &DoctorArgs, speech: &Speech) -> CommandResult {
    let wanted = Wanted { all: args.all, ..wanted(&args.what)? };
    if args.list {
        return Ok(list());
    }
    if let Some(path) = &args.from_log {
        return explain_log(ctx, path);
    }
    if !args.repair {
        let findings = doctor::examine(ctx, &wanted);
        let (rendered, form) = (rendered(&findings, &[]), Form { format: args.format, output: args.output.as_deref() });
        return report(ctx, rendered, &form, speech, || {
            junit::to_xml(&views::doctor_suites(doctor::topics(&wanted), &findings))
        });
    }
    let mut findings = doctor::examine(ctx, &wanted);
    let mut repaired = Vec::new();
    for _ in 0..ROUNDS_MAX {
        // Print the finished repairs, also if a later repair fails.
        let round = doctor::repair(ctx, &findings, &wanted)?;
        if round.is_empty() {
            break;
        }
        let text: String = round.iter().map(told_repair).collect();
        speech.write(&text);
        repaired.extend(round);
        let left = doctor::examine(ctx, &wanted);
        if left == findings {
            break;
        }
        findings = left;
    }
    outcome(findings, repaired)
}

/// The faults of a home that goward refuses to use; none if it has been repaired.
pub(super) fn before_store(
    sys: &Sys,
    settings: &Settings,
    args: &DoctorArgs,
    speech: &Speech,
) -> Option<CommandResult> {
    let home = settings.text(keys::HOME).filter(|_| !args.list)?;
    match doctor::examine_home(sys, std::path::Path::new(home), args.repair) {
        Err(error) => Some(Err(error.into())),
        Ok((repaired, finding)) => {
            let text: String = repaired.iter().map(told_repair).collect();
            speech.write(&text);
            finding.map(|finding| outcome(vec![finding], repaired))
        }
    }
}

/// Checks without changing anything.
pub(super) fn check(ctx: &Ctx, wanted: &Wanted) -> CommandResult {
    outcome(doctor::examine(ctx, wanted), Vec::new())
}

fn wanted(words: &[String]) -> Result<Wanted, Failure> {
    let mut wanted = Wanted::default();
    for word in words {
        if TOPICS.iter().any(|topic| topic.name == word) {
            wanted.topics.push(word.clone());
        } else if TOPICS.iter().any(|topic| topic.words.contains(&word.as_str())) {
            wanted.words.push(word.clone());
        } else {
            return Err(Failure::UnknownCheck { name: word.clone() });
        }
    }
    Ok(wanted)
}

fn list() -> Box<dyn crate::outcome::Outcome> {
    let mut text = String::new();
    let mut topics = Vec::new();
    for topic in TOPICS {
        text.push_str(&format!("{}: {}\n", topic.name, topic.about));
        topic.words.iter().for_each(|word| text.push_str(&format!("  {word}\n")));
        topics.push(view::DoctorTopic {
            name: topic.name.to_owned(),
            words: topic.words.iter().map(|word| (*word).to_owned()).collect(),
            message: topic.about.to_owned(),
        });
    }
    Box::new(Rendered::new(view::DoctorList { topics }, text))
}

fn explain_log(ctx: &Ctx, path: &Path) -> CommandResult {
    let source = if path == Path::new("-") { LogSource::Stdin } else { LogSource::File(path) };
    let log = doctor::read_log(&Inputs::of(ctx), source)?;
    let mut text: String = log.explained.iter().map(told_complaint).collect();
    text.push_str(&match log.explained.len() {
        0 => format!("no complaint that goward knows in {}\n", counted_lines(log.lines_count)),
        count => format!("{} in {}\n", counted(count, "complaint"), counted_lines(log.lines_count)),
    });
    let exit_code = if log.explained.is_empty() { 0 } else { Class::Findings.exit_code() };
    Ok(Box::new(Rendered::new(views::doctor_log(&log), text).ending_with(exit_code)))
}

fn counted_lines(count: u64) -> String {
    format!("{count} line{}", if count == 1 { "" } else { "s" })
}

fn told_complaint(explained: &Explained) -> String {
    let Explained { hit, findings, facts } = explained;
    let complaint = hit.complaint;
    let mut text = format!("line {}: {} [{}]\n", hit.line, hit.text, complaint.word);
    if hit.lines_count > 1 {
        text.push_str(&format!("  also on {}\n", counted_lines(hit.lines_count - 1)));
    }
    text.push_str(&format!("  cause: {}\n", complaint.cause));
    for finding in findings {
        let place = finding.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        text.push_str(&format!("  proof: {} [{}]{place}\n", finding.what, finding.word));
    }
    for fact in facts {
        text.push_str(&format!("  here: {fact}\n"));
    }
    if findings.is_empty() && facts.is_empty() && !complaint.evidence.is_empty() {
        text.push_str("  here: nothing was found that proves it; the log may be of another machine\n");
    }
    text.push_str(&format!("  fix: {}\n", complaint.fix));
    text
}

fn outcome(findings: Vec<Finding>, repaired: Vec<Repaired>) -> CommandResult {
    Ok(Box::new(rendered(&findings, &repaired)))
}

fn rendered(findings: &[Finding], repaired: &[Repaired]) -> Rendered<view::Doctor> {
    let mut text: String = findings.iter().map(told).collect();
    let problems = findings.iter().filter(|finding| finding.severity == Severity::Problem).count();
    let notes = findings.len() - problems;
    text.push_str(&match (problems, notes) {
        (0, 0) => "nothing is wrong\n".to_owned(),
        (0, notes) => format!("nothing is wrong; {}\n", counted(notes, "note")),
        (problems, notes) => {
            let repairable = findings.iter().filter(|finding| finding.repair.is_some()).count();
            let repair = if repairable > 0 { "; `goward doctor --repair` repairs what can be" } else { "" };
            format!("{}, {}{repair}\n", counted(problems, "problem"), counted(notes, "note"))
        }
    });
    let exit_code = if problems > 0 { Class::Findings.exit_code() } else { 0 };
    Rendered::new(views::doctor(findings, repaired), text).ending_with(exit_code)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn told(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Problem => "problem",
        Severity::Note => "note",
    };
    let mut text = format!("{severity}: {} [{}]\n", finding.what, finding.word);
    if let Some(place) = &finding.place {
        text.push_str(&format!("  at: {place}\n"));
    }
    text.push_str(&format!("  why: {}\n  fix: {}\n", finding.why, finding.fix));
    match (&finding.repair, finding.only_if_named) {
        (Some(_), true) => text.push_str(&format!("  or: `goward doctor --repair {}`\n", finding.word)),
        (Some(_), false) => text.push_str("  or: `goward doctor --repair`\n"),
        (None, _) => {}
    }
    text
}

fn told_repair(repaired: &Repaired) -> String {
    let mut text: String = repaired.done.iter().map(|line| format!("repaired: {line}\n")).collect();
    if repaired.change.is_some() {
        text.push_str("  `goward undo` gives the file its former bytes back\n");
    }
    text
}
