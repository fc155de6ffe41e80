//! What is installed, and what changes that.

use acquire::{InstallPlan, Installed};
use adopt::external_go::{ListedExternalGo, State};
use engine::{
    Available, DiskUse, DiskUses, Listed, Outdated, PruneItem, PruneReason, Switched, Uninstalled, Upgrade, Upgraded,
};
use release::ToolchainId;
use store::{Toolchain, ToolchainRecord};
use trust::Evidence;
use view::ExternalGoState;

use super::ToView;

impl ToView for Installed {
    type View = view::InstalledToolchain;

    fn view(&self) -> view::InstalledToolchain {
        view::InstalledToolchain {
            toolchain: self.toolchain.view(),
            version: self.toolchain.version().view(),
            tree: self.tree.view(),
            was_installed: self.was_installed,
            source: self.source.clone(),
            witnesses: self.witnesses.view(),
            evidence: Evidence::of(&self.witnesses).view(),
            bytes_fetched: self.bytes_fetched,
            bytes_held: self.bytes_held,
            milliseconds: self.milliseconds,
        }
    }
}

/// What an install would do.
pub(crate) fn install_plan(plans: &[InstallPlan]) -> view::InstallPlan {
    let toolchains = plans.iter().map(|plan| view::PlannedToolchain {
        request: plan.request.clone(),
        toolchain: plan.toolchain.view(),
        version: plan.toolchain.version().view(),
        installed: plan.installed,
    });
    view::InstallPlan { toolchains: toolchains.collect() }
}

/// What an upgrade would do.
pub(crate) fn upgrade_plan(plan: &Upgrade) -> view::UpgradePlan {
    view::UpgradePlan {
        from: plan.from.view(),
        to: plan.to.version().view(),
        installed: plan.installed,
        becomes_default: plan.is_default,
    }
}

/// What an upgrade has done.
pub(crate) fn upgrade(done: &Upgraded) -> view::Upgrade {
    view::Upgrade {
        from: done.plan.from.view(),
        to: done.plan.to.version().view(),
        toolchain_installed: done.installed.as_ref().map(ToView::view),
        switched: done.switched.as_ref().map(ToView::view),
    }
}

impl ToView for Uninstalled {
    type View = view::RemovedToolchain;

    fn view(&self) -> view::RemovedToolchain {
        view::RemovedToolchain { toolchain: self.toolchain.view(), bytes: self.bytes }
    }
}

impl ToView for Listed {
    type View = view::ListedToolchain;

    fn view(&self) -> view::ListedToolchain {
        view::ListedToolchain {
            toolchain: self.toolchain.view(),
            version: self.version.view(),
            tree: self.tree.view(),
            is_default: self.is_default,
            is_shared: self.system,
            source: self.source.clone(),
            bytes: self.bytes,
            witnesses: self.witnesses.view(),
            evidence: self.evidence.view(),
            fingerprint: self.fingerprint.clone(),
            newer: self.newer.view(),
            support: self.support.view(),
            block: self.block.view(),
            note: self.note.clone(),
        }
    }
}

impl ToView for ListedExternalGo {
    type View = view::ExternalGo;

    fn view(&self) -> view::ExternalGo {
        let (state, before) = match &self.state {
            State::There => (ExternalGoState::There, None),
            State::Changed { before } => (ExternalGoState::Changed, before.clone()),
            State::Vanished => (ExternalGoState::Vanished, None),
        };
        view::ExternalGo {
            version_line: self.version.clone(),
            tree: self.tree.view(),
            state,
            version_line_before: before,
            message: self.why.clone(),
        }
    }
}

impl ToView for Available {
    type View = view::OfferedVersion;

    fn view(&self) -> view::OfferedVersion {
        view::OfferedVersion { version: self.version.view(), installed: self.installed, support: self.support.view() }
    }
}

impl ToView for DiskUses {
    type View = view::ListDisk;

    fn view(&self) -> view::ListDisk {
        view::ListDisk {
            toolchains: self.toolchains.view(),
            bytes_real: self.bytes_real,
            bytes_unshared: self.bytes_unshared,
        }
    }
}

impl ToView for DiskUse {
    type View = view::DiskUse;

    fn view(&self) -> view::DiskUse {
        view::DiskUse { toolchain: self.toolchain.view(), bytes_own: self.bytes_own, bytes_shared: self.bytes_shared }
    }
}

impl ToView for Outdated {
    type View = view::OutdatedMinor;

    fn view(&self) -> view::OutdatedMinor {
        view::OutdatedMinor {
            minor: self.installed.minor().to_string(),
            version: self.installed.view(),
            newer: self.newer.view(),
            block: self.block.view(),
            support: self.support.view(),
        }
    }
}

impl ToView for Switched {
    type View = view::Use;

    fn view(&self) -> view::Use {
        view::Use {
            toolchain: self.toolchain.view(),
            version: self.toolchain.version().view(),
            before: self.before.view(),
            generation: self.generation,
            changed: self.changed,
            bin: self.bin.view(),
        }
    }
}

/// An installed toolchain with the facts of its record, if that can be read.
pub(crate) fn installed_at(toolchain: &Toolchain, record: Option<&ToolchainRecord>) -> view::Where {
    view::Where {
        toolchain: toolchain.id.view(),
        version: toolchain.id.version().view(),
        tree: toolchain.tree.view(),
        archive_sha256: record.and_then(ToolchainRecord::archive).map(ToString::to_string),
        fingerprint: record.and_then(ToolchainRecord::fingerprint),
    }
}

/// A toolchain by its name.
pub(super) fn named(id: &ToolchainId) -> view::NamedToolchain {
    view::NamedToolchain { toolchain: id.view(), version: id.version().view() }
}

/// What a prune has done, or would do.
pub(crate) fn prune(items: &[PruneItem], dry_run: bool) -> view::Prune {
    view::Prune { dry_run, toolchains: items.view() }
}

impl ToView for PruneItem {
    type View = view::PrunedToolchain;

    fn view(&self) -> view::PrunedToolchain {
        let (reason, generation, path) = match &self.reason {
            PruneReason::Unneeded => (view::PruneReason::Unneeded, None, None),
            PruneReason::Default(number) => (view::PruneReason::Default, Some(*number), None),
            PruneReason::Generation { number, .. } => (view::PruneReason::Generation, Some(*number), None),
            PruneReason::Project(folder) => (view::PruneReason::Project, None, Some(folder.view())),
            PruneReason::Running(_) => (view::PruneReason::Running, None, None),
            PruneReason::Shared => (view::PruneReason::Shared, None, None),
        };
        view::PrunedToolchain {
            toolchain: self.toolchain.view(),
            bytes: self.bytes,
            kept: self.kept,
            reason,
            generation,
            path,
            message: self.reason.to_string(),
        }
    }
}

/// What a switch would do.
pub(crate) fn use_plan(id: &ToolchainId, installed: bool, before: Option<&ToolchainId>) -> view::UsePlan {
    view::UsePlan { toolchain: id.view(), version: id.version().view(), before: before.map(ToView::view), installed }
}
