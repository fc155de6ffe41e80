//! Upgrades within one minor: to its newest available patch.
//!
//! It installs that patch, and makes it the default if the default is an older one of the same minor. The older
//! toolchain stays, so that `goward undo` goes back by one rename. It changes no pin.

use acquire::{InstallError, InstallPlan, Installed, Sources};
use diag::{Class, Diagnose, Diagnosis};
use release::{Request, ToolchainId, Version};
use store::StoreError;

use crate::install::install;
use crate::switch::{Switched, switch};

/// The planned upgrade.
#[derive(Debug, Clone)]
pub struct Upgrade {
    /// The newest installed version of the minor that is not blocked.
    pub from: Option<Version>,
    /// The newest available one.
    pub to: ToolchainId,
    /// Whether it becomes the default.
    pub is_default: bool,
    /// Whether it is installed already.
    pub installed: bool,
    plan: Option<InstallPlan>,
}

impl Upgrade {
    /// The install that belongs to it; none if the toolchain is there.
    pub fn install_plan(&self) -> Option<&InstallPlan> {
        self.plan.as_ref()
    }
}

/// The result of an upgrade.
#[derive(Debug, Clone)]
pub struct Upgraded {
    /// The plan.
    pub plan: Upgrade,
    /// What was installed.
    pub installed: Option<Installed>,
    /// How the default moved.
    pub switched: Option<Switched>,
}

/// Why nothing was upgraded.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// There is no default whose minor could be meant.
    #[error("upgrade: no toolchain is the default, and no minor was named")]
    NoDefault,
    /// The request names something else than a minor.
    #[error("upgrade `{request}`: a minor such as `1.26` is expected")]
    NotAMinor {
        /// The request.
        request: String,
    },
    /// The newest patch could not be found or installed.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Diagnose for UpgradeError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::NoDefault => Class::NotFound
                .word("no-default")
                .hint("`goward use latest` makes the newest release the default; `goward upgrade 1.26` names a minor"),
            Self::NotAMinor { request } => Class::Usage
                .word("not-a-minor")
                .hint(format!("`goward use {request}` installs it and makes it the default")),
            Self::Install(error) => error.diagnosis(),
            Self::Store(error) => error.diagnosis(),
        }
    }
}

/// Finds the newest patch of a minor, by default of the default toolchain's. Changes nothing.
///
/// # Errors
/// [`UpgradeError`]; no source answers, or there is nothing to upgrade.
pub fn plan_upgrade(sources: &Sources, request: Option<&Request>) -> Result<Upgrade, UpgradeError> {
    let ctx = sources.ctx();
    let current = ctx.store.current()?.map(|current| current.toolchain);
    let minor = match (request, &current) {
        (Some(Request::Minor(minor)), _) => minor.clone(),
        (Some(other), _) => return Err(UpgradeError::NotAMinor { request: other.to_string() }),
        (None, Some(current)) => current.version().minor(),
        (None, None) => return Err(UpgradeError::NoDefault),
    };
    let mut toolchains = ctx.store.installed()?;
    let blocks = ctx.store.blocks()?;
    toolchains.retain(|one| blocks.allows(one.id.version()));
    let of_minor = toolchains.iter().filter(|one| *one.id.platform() == ctx.platform);
    let from = of_minor.map(|one| one.id.version()).filter(|version| version.minor() == minor).max().cloned();
    let plan = acquire::plan_install(sources, &Request::Minor(minor.clone()), &ctx.platform)?;
    // A mirror may be behind: an upgrade never goes down.
    let newest_here = from.as_ref().filter(|from| *from >= plan.toolchain.version());
    let (to, plan) = match newest_here {
        Some(from) => (ToolchainId::new(from.clone(), ctx.platform.clone()), None),
        None => (plan.toolchain.clone(), Some(plan)),
    };
    let is_default =
        current.is_some_and(|current| current.version().minor() == minor && current.version() < to.version());
    Ok(Upgrade { from, is_default, installed: plan.is_none(), to, plan })
}

/// Carries out an upgrade: an install, then a switch of the default if that is an older patch.
///
/// # Errors
/// When the install or the switch fails; an installed toolchain stays, and the default is then as before.
pub fn upgrade(sources: &Sources, planned: Upgrade) -> Result<Upgraded, UpgradeError> {
    let installed = match &planned.plan {
        Some(plan) => install(sources, std::slice::from_ref(plan)).pop().transpose()?,
        None => None,
    };
    let switched = match planned.is_default {
        true => Some(switch(sources.ctx(), &planned.to)?),
        false => None,
    };
    Ok(Upgraded { plan: planned, installed, switched })
}
