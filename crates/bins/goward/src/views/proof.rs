//! Who vouches for a toolchain, and who supports it.

use release::{Form, Status, Until};
use trust::{Evidence, Witness};
use view::{EvidenceKind, Support, SupportStatus, WitnessKind};

use super::{ToView, same_words};

same_words! {
    Form => view::Form { TarGz Zip ModuleZip Wheel Tree ModuleTree Bundle }
}

impl ToView for Evidence {
    type View = view::Evidence;

    fn view(&self) -> view::Evidence {
        let (kind, database) = match self {
            Evidence::Log { name } => (EvidenceKind::Log, Some(name.clone())),
            Evidence::Index => (EvidenceKind::Index, None),
            Evidence::Others => (EvidenceKind::Others, None),
            Evidence::PackageIndex => (EvidenceKind::PackageIndex, None),
            Evidence::Nobody => (EvidenceKind::Nobody, None),
        };
        view::Evidence { kind, database, is_warning: self.warning().is_some(), message: self.to_string() }
    }
}

impl ToView for Witness {
    type View = view::Witness;

    fn view(&self) -> view::Witness {
        let said = |kind: WitnessKind, by: &str| view::Witness {
            kind,
            by: Some(by.to_owned()).filter(|by| !by.is_empty()),
            sha256: None,
            h1: None,
            record_id: None,
            tree_size: None,
            completed: Vec::new(),
            files_count: None,
            signed_unix_seconds: None,
        };
        let hashed = |kind: WitnessKind, by: &str, sha256: &str| view::Witness {
            sha256: Some(sha256.to_owned()).filter(|sha256| !sha256.is_empty()),
            ..said(kind, by)
        };
        match self {
            Witness::IndexChecksum { origin, sha256 } => hashed(WitnessKind::IndexChecksum, origin, sha256),
            Witness::MirrorChecksum { origin, sha256 } => hashed(WitnessKind::MirrorChecksum, origin, sha256),
            Witness::WheelIndex { origin, sha256 } => hashed(WitnessKind::WheelIndex, origin, sha256),
            Witness::WheelRecord { files } => {
                view::Witness { files_count: Some(*files), ..said(WitnessKind::WheelRecord, "") }
            }
            Witness::OpenPgp { fingerprint, signed_unix_seconds } => view::Witness {
                signed_unix_seconds: Some(*signed_unix_seconds),
                ..said(WitnessKind::OpenPgp, fingerprint)
            },
            Witness::SumDb { name, record_id, tree_size, h1, completed } => view::Witness {
                h1: Some(h1.to_string()),
                record_id: Some(*record_id),
                tree_size: Some(*tree_size),
                completed: completed.clone(),
                ..said(WitnessKind::SumDb, name)
            },
            Witness::LockFile { path, sha256, h1 } => view::Witness {
                h1: h1.as_ref().map(ToString::to_string),
                ..hashed(WitnessKind::LockFile, path, sha256)
            },
            Witness::Hook { command } => said(WitnessKind::Hook, command),
            Witness::Allowed { by } => said(WitnessKind::Allowed, by),
        }
    }
}

impl ToView for Status {
    type View = Support;

    fn view(&self) -> Support {
        let (status, end_date, end_month_expected) = match self {
            Status::Supported { until: Until::Known(date) } => (SupportStatus::Supported, Some(*date), None),
            Status::Supported { until: Until::Expected { year, month } } => {
                (SupportStatus::Supported, None, Some(format!("{year:04}-{month:02}")))
            }
            Status::Ended { on } => (SupportStatus::Ended, *on, None),
            Status::Prerelease => (SupportStatus::Prerelease, None, None),
            Status::Unknown => (SupportStatus::Unknown, None, None),
        };
        Support { status, end_date: end_date.map(|date| date.to_string()), end_month_expected }
    }
}
