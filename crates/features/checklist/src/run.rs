//! Runs the items of a plan.

use std::path::Path;

use doctor::Finding;

use crate::answer::{Answer, Verdict};
use crate::item::Probe;
use crate::limits::FINDINGS_SHOWN_MAX;
use crate::machine::Machine;
use crate::plan::{Plan, Planned};
use crate::probes;

/// An item that was asked, or left out.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// The list that has it.
    pub list: String,
    /// What it asks.
    pub asks: String,
    /// What came of it.
    pub answer: Answer,
    /// What to do, if it failed.
    pub fix: Option<String>,
}

/// Asks the items in their order. With `stops_at_first` (or a list that does), items after the first failure are left out.
pub fn run(machine: &Machine<'_>, plan: &Plan, stops_at_first: bool) -> Vec<Checked> {
    let mut checked: Vec<Checked> = Vec::new();
    let mut stopped_by: Option<String> = None;
    for planned in &plan.items {
        let answer = match &stopped_by {
            Some(name) => Answer::left_out(format!("`{name}` failed before")),
            None => answer(machine, planned),
        };
        let Planned { item, list, .. } = planned;
        if answer.verdict == Verdict::Failed && (stops_at_first || plan.stops_at_first) {
            stopped_by.get_or_insert_with(|| item.name.to_string());
        }
        let own = || Some(item.fix.to_string()).filter(|fix| !fix.is_empty());
        let fix = (answer.verdict == Verdict::Failed).then(|| answer.fix.clone().or_else(own)).flatten();
        checked.push(Checked {
            name: item.name.to_string(),
            list: list.clone(),
            asks: item.asks.to_string(),
            answer,
            fix,
        });
    }
    checked
}

fn answer(machine: &Machine<'_>, planned: &Planned) -> Answer {
    let expected = planned.expected.as_deref();
    match &planned.item.probe {
        Probe::Go(command) => probes::go(machine, command, expected),
        Probe::Doctor(names) => {
            let names = || names.iter().map(AsRef::as_ref);
            of_findings(&machine.findings(names()), &machine.notes(names()))
        }
        Probe::Variable { name, expected: usual } => probes::variable(machine, name, expected.or(usual.as_deref())),
        Probe::Version(request) => probes::version(machine, request),
        Probe::File { path, exists } => file(machine, path, *exists),
        Probe::Own(ask) => ask(machine, expected),
    }
}

/// Notes that say that nothing could be looked at.
const NOTHING_LOOKED_AT: [&str; 2] = ["modcache-unchecked", "network-off"];

fn of_findings(findings: &[Finding], notes: &[Finding]) -> Answer {
    let expected = "nothing that `goward doctor` complains of";
    let Some(first) = findings.first() else {
        if let Some(note) = notes.iter().find(|note| NOTHING_LOOKED_AT.contains(&note.word)) {
            return Answer::left_out(&note.what);
        }
        let noted = notes.iter().take(FINDINGS_SHOWN_MAX).map(|note| note.what.as_str()).collect::<Vec<_>>().join("; ");
        return Answer::of(true, expected, if noted.is_empty() { "nothing".to_owned() } else { noted });
    };
    let told = |finding: &Finding| match &finding.place {
        Some(place) => format!("{} [{}] at {place}", finding.what, finding.word),
        None => format!("{} [{}]", finding.what, finding.word),
    };
    let mut found = findings.iter().take(FINDINGS_SHOWN_MAX).map(told).collect::<Vec<_>>().join("; ");
    if findings.len() > FINDINGS_SHOWN_MAX {
        found.push_str(&format!("; and {} more", findings.len() - FINDINGS_SHOWN_MAX));
    }
    Answer::of(false, expected, found).with_fix(&first.fix)
}

fn file(machine: &Machine<'_>, path: &str, exists: bool) -> Answer {
    let there = machine.ctx.sys.fs().look(&machine.ctx.sys.env().folder().join(Path::new(path)));
    let word = |exists| if exists { "is there" } else { "is not there" };
    match there {
        Ok(meta) => {
            let found = meta.is_some();
            Answer::of(found == exists, format!("`{path}` {}", word(exists)), format!("it {}", word(found)))
        }
        Err(error) => Answer::of(false, format!("`{path}` {}", word(exists)), error.to_string()),
    }
}
