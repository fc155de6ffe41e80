//! Toolchains and bundles that were checked, and bundles that were made.

use std::path::Path;

use bundle::Created;
use verify::{Comparison, Fault, FaultKind, Holds, Origin, Repaired, SmokeTest, Step, Verified};
use view::{Damage, EvidenceKind, Standing};

use super::{ToView, remarks, same_words};

same_words! {
    Holds => view::Holds { Yes No Unknown }
    Origin => Standing { Log Witnessed Unproven Contradicted }
}

impl ToView for Verified {
    type View = view::VerifiedToolchain;

    fn view(&self) -> view::VerifiedToolchain {
        let evidence = match &self.evidence {
            Some(evidence) => view::Evidence { message: self.evidence_words.clone(), ..evidence.view() },
            None => view::Evidence {
                kind: EvidenceKind::Contradicted,
                database: None,
                is_warning: true,
                message: self.evidence_words.clone(),
            },
        };
        view::VerifiedToolchain {
            toolchain: self.toolchain.view(),
            version: self.toolchain.version().view(),
            tree: self.tree.view(),
            source: self.source.clone(),
            installed_unix_seconds: self.installed_unix_seconds,
            comparison: self.comparison.view(),
            tree_repaired: self.repaired.view(),
            standing: self.origin.view(),
            evidence,
            witnesses: self.witnesses.view(),
            proof: self.steps.view(),
            smoke_tests: self.smoke_tests.view(),
            remarks: remarks(self.log.as_slice()),
        }
    }
}

impl ToView for Comparison {
    type View = view::Comparison;

    fn view(&self) -> view::Comparison {
        view::Comparison {
            files_count: self.files,
            bytes: self.bytes,
            good_count: self.good,
            damaged: self.faults.view(),
        }
    }
}

impl ToView for Fault {
    type View = view::DamagedFile;

    fn view(&self) -> view::DamagedFile {
        let file = |damage| view::DamagedFile {
            path: self.path.clone(),
            damage,
            bytes: None,
            bytes_expected: None,
            mode: None,
            executable: None,
            found_kind: None,
            message: None,
        };
        match &self.kind {
            FaultKind::Missing => file(Damage::Missing),
            FaultKind::Changed { bytes, bytes_expected } => view::DamagedFile {
                bytes: Some(*bytes),
                bytes_expected: Some(*bytes_expected),
                ..file(Damage::Changed)
            },
            FaultKind::Mode { mode, executable } => {
                view::DamagedFile { mode: Some(*mode), executable: Some(*executable), ..file(Damage::Mode) }
            }
            FaultKind::NotAFile { found } => {
                view::DamagedFile { found_kind: Some((*found).to_owned()), ..file(Damage::NotAFile) }
            }
            FaultKind::Unreadable { why } => {
                view::DamagedFile { message: Some(why.clone()), ..file(Damage::Unreadable) }
            }
            FaultKind::Extra { found } => {
                view::DamagedFile { found_kind: Some((*found).to_owned()), ..file(Damage::Extra) }
            }
        }
    }
}

impl ToView for Repaired {
    type View = view::RepairedTree;

    fn view(&self) -> view::RepairedTree {
        let replaced = self.replaced.iter().flat_map(|(from, paths)| {
            paths.iter().map(move |path| view::ReplacedFile { path: path.clone(), from: from.clone() })
        });
        let set_aside = self.set_aside.iter();
        view::RepairedTree {
            files_replaced: replaced.collect(),
            modes: self.modes.clone(),
            set_aside: set_aside
                .map(|(path, place)| view::SetAsideFile { path: path.clone(), kept_at: place.view() })
                .collect(),
        }
    }
}

impl ToView for Step {
    type View = view::ProofStep;

    fn view(&self) -> view::ProofStep {
        view::ProofStep { name: self.name.to_owned(), holds: self.holds.view(), message: self.says.clone() }
    }
}

impl ToView for SmokeTest {
    type View = view::SmokeTest;

    fn view(&self) -> view::SmokeTest {
        view::SmokeTest { command: self.command.clone(), good: self.good, message: self.says.clone() }
    }
}

/// A bundle that was made.
pub(crate) fn bundle_create(created: &Created, powershell: Option<&Path>) -> view::BundleCreate {
    let toolchains = created
        .toolchains
        .iter()
        .map(|id| view::BundledToolchain { toolchain: id.view(), proven: !created.unproven.contains(id) });
    view::BundleCreate {
        path: created.path.view(),
        bytes: created.bytes,
        sha256: created.sha256.to_string(),
        toolchains: toolchains.collect(),
        goward_platforms: created.programs.view(),
        bytes_unpacked: created.bytes_unpacked,
        powershell: powershell.map(ToView::view),
    }
}

/// A bundle that was checked.
pub(crate) fn bundle_verify(verified: &bundle::Verified) -> view::BundleVerify {
    let checks = verified.findings.iter().map(|finding| view::BundleCheck {
        subject: finding.subject.clone(),
        good: finding.good,
        message: finding.words.clone(),
    });
    view::BundleVerify { made_by: verified.made_by.clone(), good: verified.is_good(), checks: checks.collect() }
}
