//! The result of a check, and its text.

use std::path::PathBuf;

use diag::Bytes;
use release::ToolchainId;
use trust::{Evidence, Witness};

use crate::chain::{Holds, Origin, Step};
use crate::compare::Comparison;
use crate::error::VerifyError;
use crate::limits::FAULTS_SHOWN_MAX;
use crate::repair::Repaired;
use crate::smoke_test::SmokeTest;

/// What a check found.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Which toolchain.
    pub toolchain: ToolchainId,
    /// Its tree.
    pub tree: PathBuf,
    /// The source that it came from.
    pub source: String,
    /// When it was admitted, in seconds since 1970.
    pub installed_unix_seconds: u64,
    /// The tree against its manifest.
    pub comparison: Comparison,
    /// The result of a repair before that comparison, if there was something to repair.
    pub repaired: Option<Repaired>,
    /// Who vouches for it.
    pub origin: Origin,
    /// The steps from files to key.
    pub steps: Vec<Step>,
    /// What that comes to; none where a proof does not hold.
    pub evidence: Option<Evidence>,
    /// The same in words: `verified by sum.golang.org`.
    pub evidence_words: String,
    /// The warning that goes with it.
    pub warning: Option<&'static str>,
    /// The witnesses from its admission and later.
    pub witnesses: Vec<Witness>,
    /// The result of asking the log this time, if it was asked or could not be.
    pub log: Option<String>,
    /// Programs that were run.
    pub smoke_tests: Vec<SmokeTest>,
}

impl Verified {
    /// The failure to report, if there is one; the most severe first.
    pub fn failure(&self) -> Option<VerifyError> {
        let id = || self.toolchain.clone();
        if self.origin == Origin::Contradicted {
            let bad = self.steps.iter().find(|step| step.holds == Holds::No && step.name != "files");
            let reason = bad.map_or_else(String::new, |step| format!("{} {}", step.name, step.says));
            return Some(VerifyError::Contradicted { id: id(), reason });
        }
        if !self.comparison.is_whole() {
            let (good, files, faults) = (self.comparison.good, self.comparison.files, self.comparison.faults.len());
            return Some(VerifyError::Damaged { id: id(), good, files, faults });
        }
        let test = self.smoke_tests.iter().find(|test| !test.good)?;
        Some(VerifyError::SmokeTest { id: id(), command: test.command.clone(), says: test.says.clone() })
    }

    /// The check in words: one line, the faults, and with `explain` every step.
    pub fn text(&self, explain: bool) -> String {
        let Comparison { files, bytes, faults, .. } = &self.comparison;
        let state = if faults.is_empty() { "whole" } else { "damaged" };
        let mut text =
            format!("{}: {state}, {}; {files} files, {}\n", self.toolchain, self.evidence_words, Bytes(*bytes));
        if let Some(warning) = self.warning {
            text.push_str(&format!("  {:<10} {warning}\n", "warning"));
        }
        if let Some(repaired) = &self.repaired {
            for (from, paths) in &repaired.replaced {
                text.push_str(&format!("  {:<10} {} from {from}\n", "replaced", listed(paths)));
            }
            if !repaired.modes.is_empty() {
                text.push_str(&format!("  {:<10} {}\n", "mode set", listed(&repaired.modes)));
            }
            for (path, place) in repaired.set_aside.iter().take(FAULTS_SHOWN_MAX) {
                text.push_str(&format!("  {:<10} {} is now {}\n", "set aside", shown(path), place.display()));
            }
        }
        for fault in faults.iter().take(FAULTS_SHOWN_MAX) {
            text.push_str(&format!("  {fault}\n"));
        }
        if faults.len() > FAULTS_SHOWN_MAX {
            let more = faults.len() - FAULTS_SHOWN_MAX;
            text.push_str(&format!("  and {more} more; `--json` lists all\n"));
        }
        if explain {
            for step in &self.steps {
                let mark = match step.holds {
                    Holds::Yes => "",
                    Holds::No => "DOES NOT HOLD: ",
                    Holds::Unknown => "not known: ",
                };
                text.push_str(&format!("  {:<10} {mark}{}\n", step.name, step.says));
            }
            for witness in &self.witnesses {
                text.push_str(&format!("  {:<10} {witness}\n", "witness"));
            }
            if let Some(line) = &self.log {
                text.push_str(&format!("  {:<10} {line}\n", "asked"));
            }
        }
        for test in &self.smoke_tests {
            let mark = if test.good { "" } else { "FAILED: " };
            text.push_str(&format!("  {:<10} `{}`: {mark}{}\n", "run", test.command, test.says));
        }
        text
    }
}

/// What the witnesses come to, how that is spoken of, and what must not be overlooked of it.
pub(crate) fn words_of(origin: Origin, witnesses: &[Witness]) -> (Option<Evidence>, String, Option<&'static str>) {
    // Without a proof that was computed just now, the text does not mention the log.
    let counts = |witness: &&Witness| origin == Origin::Log || !matches!(witness, Witness::SumDb { .. });
    let counted: Vec<Witness> = witnesses.iter().filter(counts).cloned().collect();
    let evidence = match origin {
        Origin::Log | Origin::Witnessed => Evidence::of(&counted),
        Origin::Unproven => Evidence::Nobody,
        Origin::Contradicted => return (None, "its proof does not hold".to_owned(), None),
    };
    let words = match evidence {
        Evidence::Index | Evidence::Others => {
            let kinds: Vec<&str> =
                counted.iter().filter(|witness| witness.is_independent()).map(Witness::kind).collect();
            format!("vouched for by {} when it was installed", kinds.join(", "))
        }
        Evidence::Nobody => "unproven: only its server vouches for it".to_owned(),
        Evidence::Log { .. } | Evidence::PackageIndex => evidence.to_string(),
    };
    let warning = evidence.warning().filter(|_| evidence == Evidence::PackageIndex);
    (Some(evidence), words, warning)
}

/// Paths that a line has room for.
const PATHS_ON_A_LINE: usize = 4;

fn listed(paths: &[String]) -> String {
    let mut text = paths.iter().take(PATHS_ON_A_LINE).map(|path| shown(path)).collect::<Vec<_>>().join(", ");
    if paths.len() > PATHS_ON_A_LINE {
        text.push_str(&format!(" and {} more", paths.len() - PATHS_ON_A_LINE));
    }
    text
}

fn shown(path: &str) -> String {
    archive::printable(path.as_bytes())
}
