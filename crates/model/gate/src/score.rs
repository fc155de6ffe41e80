//! The formula, and the hard rules.

use crate::report::{Because, Term, TermKind};
use crate::rules::{ExitRule, Rules};
use crate::verdict::Verdict;

/// The evidence at one moment.
pub(crate) struct Evidence<'a> {
    /// The exit code with its meaning; none while the program runs, or if it is not known.
    pub(crate) exit: Option<(i32, Option<&'a ExitRule>)>,
    /// For each word, how many lines of the window have it.
    pub(crate) counts: &'a [u64],
    /// Whether the system has ended the program for lack of memory.
    pub(crate) is_oom_kill: bool,
    /// The exponent of the score.
    pub(crate) stage_weight: f64,
}

/// What the evidence amounts to.
#[derive(Debug, Clone)]
pub(crate) struct Assessment {
    pub(crate) score: f64,
    pub(crate) terms: Vec<Term>,
    pub(crate) verdict: Verdict,
    pub(crate) because: Because,
}

/// The score alone, without the terms.
pub(crate) fn score(rules: &Rules, evidence: &Evidence<'_>) -> f64 {
    let doubt: f64 = chances(rules, evidence).map(|(_, chance)| 1.0 - chance).product();
    1.0 - doubt.powf(evidence.stage_weight)
}

/// The first hard rule that holds; the strictest verdict comes first.
pub(crate) fn hard<'r>(rules: &'r Rules, evidence: &Evidence<'_>, running: bool) -> Option<&'r crate::rules::HardRule> {
    let held = |verdict: Verdict| {
        rules.hard.iter().find(|rule| {
            let word = |(word, least): (usize, u64)| evidence.counts.get(word).is_some_and(|count| *count >= least);
            let all = |least: u64| evidence.counts.iter().sum::<u64>() >= least;
            rule.verdict == verdict
                && (!running || rule.is_about_output())
                && rule.exit.is_none_or(|code| evidence.exit.is_some_and(|(exit, _)| exit == code))
                && rule.word.is_none_or(word)
                && rule.words_in_window.is_none_or(all)
                && (!rule.oom_kill || evidence.is_oom_kill)
        })
    };
    held(Verdict::Back).or_else(|| held(Verdict::Ask))
}

/// Score, terms and verdict.
pub(crate) fn assess(rules: &Rules, evidence: &Evidence<'_>) -> Assessment {
    let score = score(rules, evidence);
    let (verdict, because) = match hard(rules, evidence, false) {
        Some(rule) if rule.verdict == Verdict::Back || score < rules.threshold => {
            (rule.verdict, Because::Hard { name: rule.name.clone(), reason: rule.reason.clone() })
        }
        _ if score >= rules.threshold => (Verdict::Back, Because::Threshold),
        _ if score >= rules.ask_above => (Verdict::Ask, Because::AskAbove),
        _ if !matches!(evidence.exit, Some((_, Some(_)))) => (Verdict::Ask, Because::ExitMissing),
        _ => (Verdict::Stay, Because::Below),
    };
    Assessment { score, terms: terms(rules, evidence), verdict, because }
}

/// What a term is of: the exit code, or the word with this index.
#[derive(Clone, Copy)]
enum Of {
    Exit,
    Word(usize),
}

/// Every term with its chance. A code that speaks against going back has none; it makes the words weaker.
fn chances<'a>(rules: &'a Rules, evidence: &'a Evidence<'_>) -> impl Iterator<Item = (Of, f64)> + 'a {
    let exit = evidence.exit.and_then(|(_, rule)| rule);
    let relief = exit.filter(|rule| !rule.back).map_or(0.0, |rule| rule.weight);
    let of_exit = exit.map(|rule| (Of::Exit, if rule.back { rule.weight } else { 0.0 }));
    let words = rules.words.iter().zip(evidence.counts).enumerate().filter(|(_, (_, count))| **count > 0);
    let of_words = words.map(move |(index, (word, count))| {
        let repeats = i32::try_from((*count).min(rules.window.repeats)).unwrap_or(i32::MAX);
        (Of::Word(index), 1.0 - (1.0 - word.weight * (1.0 - relief)).powi(repeats))
    });
    of_exit.into_iter().chain(of_words)
}

fn terms(rules: &Rules, evidence: &Evidence<'_>) -> Vec<Term> {
    // Logarithms add up, so each term has an exact part of the whole.
    let points = |chance: f64| -(1.0 - chance).ln();
    let all: f64 = chances(rules, evidence).map(|(_, chance)| points(chance)).sum();
    let share = |chance: f64| if all > 0.0 { points(chance) / all } else { 0.0 };
    let mut terms: Vec<Term> = chances(rules, evidence)
        .filter_map(|(of, chance)| {
            let (kind, name, reason, weight, count) = match of {
                Of::Exit => {
                    let (code, rule) = evidence.exit?;
                    let rule = rule?;
                    let kind = TermKind::Exit { code, severity: rule.severity, back: rule.back };
                    (kind, &rule.name, &rule.reason, rule.weight, 1)
                }
                Of::Word(index) => {
                    let rule = rules.words.get(index)?;
                    (TermKind::Word, &rule.name, &rule.reason, rule.weight, *evidence.counts.get(index)?)
                }
            };
            let (name, reason) = (name.clone(), reason.clone());
            Some(Term { kind, name, reason, weight, count, chance, share: share(chance), quote: None })
        })
        .collect();
    terms.sort_by(|one, other| other.share.total_cmp(&one.share));
    terms
}
