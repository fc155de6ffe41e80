//! Sources for a project without pins.

use acquire::{InstallError, InstallPlan, Installed, ProjectLock, Sources};
use context::Ctx;
use fixture::Fixture;
use release::{Platform, ToolchainId};
use testkit::{TinyToolchain, Upstream};

/// An upstream that has these versions for this machine, and a home that asks it.
pub fn world(versions: &[&str]) -> (Upstream, Fixture) {
    let upstream = Upstream::start(versions.iter().map(|version| TinyToolchain::host(version)));
    let fixture = Fixture::with_upstream(&upstream);
    (upstream, fixture)
}

/// The sources of a context; a lock file counts in the working folder.
pub fn sources(ctx: &Ctx) -> Sources<'_> {
    Sources::new(ProjectLock::new(ctx, |ctx| Ok(ctx.sys.env().folder().to_owned())))
}

pub fn id(version: &str) -> ToolchainId {
    ToolchainId::new(version.parse().unwrap(), Platform::of_this_build().unwrap())
}

/// Installs one version.
pub fn install(ctx: &Ctx, version: &str) -> Result<Installed, InstallError> {
    let plan = InstallPlan { request: version.to_owned(), toolchain: id(version), installed: false };
    acquire::install(&sources(ctx), &[plan]).remove(0)
}

/// Nothing is installed, and nothing half-made is left.
#[track_caller]
pub fn assert_nothing(ctx: &Ctx) {
    assert!(ctx.store.toolchains().unwrap().is_empty());
    assert!(ctx.store.is_clean().unwrap());
    assert_eq!(ctx.store.faults().unwrap(), Vec::<String>::new());
}
