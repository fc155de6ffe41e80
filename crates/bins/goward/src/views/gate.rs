//! The gate's verdicts.

use gate::{Because, Checked, Missing, Report, Stream, Term, TermKind, Verdict};
use gatekeeper::{Loaded, TakenBack};
use view::{GateAct, GateDecider, GateMissingKind, GateStream, GateTermKind, GateVerdict};

use super::{ToView, number, remarks, same_words};

same_words! {
    Verdict => GateVerdict { Stay Ask Back }
}

/// What came of a verdict.
#[derive(Debug)]
pub(crate) enum Acted {
    /// Nothing had to be done.
    Nothing,
    /// A person has to decide.
    Paused,
    /// The default should go back.
    TakenBack(TakenBack),
}

/// A verdict with what came of it.
pub(crate) fn gate(
    report: &Report,
    rules: &Loaded,
    acted: &Acted,
    said: &[String],
    now_unix_seconds: u64,
) -> view::Gate {
    let (act, rollback) = match acted {
        Acted::Nothing => (GateAct::Nothing, None),
        Acted::Paused => (GateAct::Paused, None),
        Acted::TakenBack(TakenBack::Done(back)) => (GateAct::RolledBack, Some(super::rollback(back, now_unix_seconds))),
        Acted::TakenBack(_) => (GateAct::NotRolledBack, None),
    };
    let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let code = report.terms.iter().find_map(|term| match term.kind {
        TermKind::Exit { code, .. } => Some(code),
        TermKind::Word => None,
    });
    let unlisted = report.missing.iter().find_map(|missing| match missing {
        Missing::ExitMeaning(code) => Some(*code),
        _ => None,
    });
    view::Gate {
        verdict: report.verdict.view(),
        decided_by: decider(&report.because),
        hard_rule: match &report.because {
            Because::Hard { name, .. } => Some(name.clone()),
            _ => None,
        },
        message: because(report),
        score: report.score,
        threshold: report.threshold,
        ask_above: report.ask_above,
        terms: report.terms.iter().map(term).collect(),
        stage: report.stage.clone(),
        stage_weight: report.stage_weight,
        missing: report
            .missing
            .iter()
            .map(|one| view::GateMissing { kind: missing_kind(one), message: missing(one) })
            .collect(),
        program_code: code.or(unlisted),
        oom_kills_count: report.oom_kills,
        lines_count: report.lines,
        bytes_read: report.bytes,
        decided_after_milliseconds: report.decided_at.map(milliseconds),
        rules_path: rules.path.view(),
        act,
        rollback,
        remarks: remarks(said),
    }
}

fn decider(because: &Because) -> GateDecider {
    match because {
        Because::Hard { .. } => GateDecider::HardRule,
        Because::Threshold => GateDecider::Threshold,
        Because::AskAbove => GateDecider::AskAbove,
        Because::ExitMissing => GateDecider::ExitMissing,
        Because::Below => GateDecider::Below,
    }
}

/// What decided, in a sentence.
pub(crate) fn because(report: &Report) -> String {
    let Report { score, threshold, ask_above, .. } = report;
    match &report.because {
        Because::Hard { name, reason } => format!("the hard rule `{name}` decides: {reason}"),
        Because::Threshold => format!("the score {score:.2} is at least {threshold}"),
        Because::AskAbove => format!("the score {score:.2} is at least {ask_above} and below {threshold}"),
        Because::ExitMissing => {
            format!(
                "the score {score:.2} is below {ask_above}, but without an exit code nothing says that it went well"
            )
        }
        Because::Below => format!("the score {score:.2} is below {ask_above}"),
    }
}

fn term(term: &Term) -> view::GateTerm {
    let quote = term.quote.as_ref();
    view::GateTerm {
        kind: match term.kind {
            TermKind::Exit { back: true, .. } => GateTermKind::Exit,
            TermKind::Exit { back: false, .. } => GateTermKind::ExitAgainst,
            TermKind::Word => GateTermKind::Word,
        },
        name: term.name.clone(),
        message: term.reason.clone(),
        weight: term.weight,
        hits_count: term.count,
        chance: term.chance,
        share: term.share,
        stream: quote.map(|quote| match quote.stream {
            Stream::Output => GateStream::Stdout,
            Stream::Error => GateStream::Stderr,
        }),
        line: quote.map(|quote| quote.line),
        text: quote.map(|quote| quote.text.clone()),
    }
}

fn missing_kind(missing: &Missing) -> GateMissingKind {
    match missing {
        Missing::Exit => GateMissingKind::Exit,
        Missing::ExitMeaning(_) => GateMissingKind::ExitMeaning,
        Missing::Log => GateMissingKind::Log,
        Missing::Stage => GateMissingKind::Stage,
        Missing::StageWeight(_) => GateMissingKind::StageWeight,
        Missing::OomCount => GateMissingKind::OomCount,
    }
}

/// Missing evidence in a sentence.
pub(crate) fn missing(missing: &Missing) -> String {
    match missing {
        Missing::Exit => "the exit code is not known".to_owned(),
        Missing::ExitMeaning(code) => format!("the rules do not say what exit code {code} means"),
        Missing::Log => "no output was read".to_owned(),
        Missing::Stage => "no stage was named (`--stage`); it counts as one of weight 1".to_owned(),
        Missing::StageWeight(stage) => format!("the rules have no stage `{stage}`; it counts as one of weight 1"),
        Missing::OomCount => {
            "who killed it is not known: the system's count of kills for lack of memory was not read".to_owned()
        }
    }
}

/// What rules decide over the labelled logs.
pub(crate) fn gate_check(rules: &Loaded, checked: &[Checked]) -> view::GateCheck {
    let hits = checked.iter().filter(|one| one.is_hit()).count();
    let case = |one: &Checked| view::GateCase {
        name: one.name.to_owned(),
        verdict_expected: one.expected.view(),
        verdict: one.report.verdict.view(),
        score: one.report.score,
    };
    view::GateCheck {
        rules_path: rules.path.view(),
        cases: checked.iter().map(case).collect(),
        hits_count: number(hits),
        misses_count: number(checked.len() - hits),
    }
}
