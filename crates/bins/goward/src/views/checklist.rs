//! Lists of checks and explained logs as data, and results as JUnit.

use checklist::{Checked, ITEMS, LISTS, TeamFile, Verdict};
use complaint::Theme;
use doctor::{Explained, Finding, Log, Severity, Topic};
use junit::{Case, Outcome, Suite};
use verify::{Holds, Verified};
use view::{CheckVerdict, ComplaintTheme};

use super::{ToView, number, remarks, same_words};

same_words! {
    Verdict => CheckVerdict { Passed Failed LeftOut }
    Theme => ComplaintTheme { Toolchain Modules Network Cgo Machine Tools }
}

/// How many items came to this verdict.
pub(crate) fn count(checked: &[Checked], verdict: Verdict) -> usize {
    checked.iter().filter(|one| one.answer.verdict == verdict).count()
}

/// The items with what came of them.
pub(crate) fn check(checked: &[Checked]) -> view::Check {
    view::Check {
        passed_count: number(count(checked, Verdict::Passed)),
        failed_count: number(count(checked, Verdict::Failed)),
        left_out_count: number(count(checked, Verdict::LeftOut)),
        checked: checked.view(),
    }
}

impl ToView for Checked {
    type View = view::CheckedItem;

    fn view(&self) -> view::CheckedItem {
        view::CheckedItem {
            item: self.name.clone(),
            list: self.list.clone(),
            verdict: self.answer.verdict.view(),
            asks: self.asks.clone(),
            expected: (self.answer.verdict != Verdict::LeftOut).then(|| self.answer.expected.clone()),
            observed: self.answer.found.clone(),
            remedy: self.fix.clone(),
        }
    }
}

/// The lists and items that there are.
pub(crate) fn check_lists(files: &[TeamFile]) -> view::CheckLists {
    let own = LISTS.iter().map(|list| view::CheckList {
        name: list.name.to_owned(),
        message: list.about.to_owned(),
        members: list.items.iter().map(|item| (*item).to_owned()).collect(),
        stops_at_first: list.stops_at_first,
    });
    let teams = files.iter().flat_map(|file| &file.lists).map(|list| view::CheckList {
        name: list.name.clone(),
        message: list.about.clone(),
        members: list.items.clone(),
        stops_at_first: list.stops_at_first,
    });
    let items = ITEMS.iter().chain(files.iter().flat_map(|file| &file.items));
    let item = |item: &checklist::Item| view::CheckItem {
        item: item.name.to_string(),
        asks: item.asks.to_string(),
        remedy: Some(item.fix.to_string()).filter(|fix| !fix.is_empty()),
    };
    view::CheckLists { lists: own.chain(teams).collect(), check_items: items.map(item).collect() }
}

/// A log with its complaints.
pub(crate) fn doctor_log(log: &Log) -> view::DoctorLog {
    view::DoctorLog { lines_count: log.lines_count, complaints: log.explained.view() }
}

impl ToView for Explained {
    type View = view::Complaint;

    fn view(&self) -> view::Complaint {
        let complaint = self.hit.complaint;
        view::Complaint {
            word: complaint.word.to_owned(),
            theme: complaint.theme.view(),
            line: self.hit.line,
            text: self.hit.text.clone(),
            times_count: self.hit.lines_count,
            cause: complaint.cause.to_owned(),
            fix: complaint.fix.to_owned(),
            findings: self.findings.view(),
            remarks: remarks(&self.facts),
        }
    }
}

/// The results of items as JUnit: a suite for each list.
pub(crate) fn check_suites(checked: &[Checked]) -> Vec<Suite> {
    let mut suites: Vec<Suite> = Vec::new();
    for one in checked {
        let outcome = match one.answer.verdict {
            Verdict::Passed => Outcome::Passed,
            Verdict::LeftOut => Outcome::Skipped { message: one.answer.found.clone() },
            Verdict::Failed => {
                let fix = one.fix.as_deref().unwrap_or("see the list's documentation");
                let (expected, found) = (&one.answer.expected, &one.answer.found);
                Outcome::Failed {
                    word: one.name.clone(),
                    message: format!("expected {expected}; found {found}"),
                    details: format!("{}\nexpected: {expected}\nfound: {found}\nfix: {fix}", one.asks),
                }
            }
        };
        let case = Case { name: one.name.clone(), group: format!("goward.check.{}", one.list), outcome };
        match suites.iter_mut().find(|suite| suite.name == one.list) {
            Some(suite) => suite.cases.push(case),
            None => suites.push(Suite { name: one.list.clone(), cases: vec![case] }),
        }
    }
    suites
}

/// The findings of doctor as JUnit: a suite for each topic, a case for each word that it can find. Notes do not fail.
pub(crate) fn doctor_suites<'t>(topics: impl Iterator<Item = &'t Topic>, findings: &[Finding]) -> Vec<Suite> {
    let case = |topic: &Topic, word: &str| {
        let of_word =
            || findings.iter().filter(|finding| finding.word == word && finding.severity == Severity::Problem);
        let told = |finding: &Finding| {
            let place = finding.place.as_ref().map(|place| format!("\nat: {place}")).unwrap_or_default();
            format!("{}{place}\nwhy: {}\nfix: {}", finding.what, finding.why, finding.fix)
        };
        let outcome = match of_word().next() {
            None => Outcome::Passed,
            Some(first) => Outcome::Failed {
                word: word.to_owned(),
                message: first.what.clone(),
                details: of_word().map(told).collect::<Vec<_>>().join("\n\n"),
            },
        };
        Case { name: word.to_owned(), group: format!("goward.doctor.{}", topic.name), outcome }
    };
    let suite = |topic: &Topic| Suite {
        name: topic.name.to_owned(),
        cases: topic.words.iter().map(|word| case(topic, word)).collect(),
    };
    topics.map(suite).collect()
}

/// A verified toolchain as JUnit: its files, each step of its proof, each program that was run.
pub(crate) fn verify_suite(verified: &Verified) -> Suite {
    let group = format!("goward.verify.{}", verified.toolchain);
    let case = |name: &str, outcome| Case { name: name.to_owned(), group: group.clone(), outcome };
    let failed =
        |word: &str, message: String, details: String| Outcome::Failed { word: word.to_owned(), message, details };
    let lines = verified.comparison.faults.iter().map(|fault| fault.to_string()).collect::<Vec<_>>().join("\n");
    let mut cases = Vec::new();
    for step in &verified.steps {
        let outcome = match step.holds {
            Holds::Yes => Outcome::Passed,
            // The step of the files has the names of the files.
            Holds::No => failed("contradicted", step.says.clone(), format!("{}\n{lines}", step.says)),
            Holds::Unknown => Outcome::Skipped { message: step.says.clone() },
        };
        cases.push(case(step.name, outcome));
    }
    for test in &verified.smoke_tests {
        let outcome = match test.good {
            true => Outcome::Passed,
            false => failed("run", test.says.clone(), test.says.clone()),
        };
        cases.push(case(&test.command, outcome));
    }
    Suite { name: verified.toolchain.to_string(), cases }
}

/// A toolchain that could not be verified.
pub(crate) fn unverified_suite(toolchain: &release::ToolchainId, why: &str) -> Suite {
    let outcome = Outcome::Failed { word: "unverified".to_owned(), message: why.to_owned(), details: why.to_owned() };
    let group = format!("goward.verify.{toolchain}");
    Suite { name: toolchain.to_string(), cases: vec![Case { name: "verify".to_owned(), group, outcome }] }
}
