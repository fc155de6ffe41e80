//! Checks that this machine runs a release, before anything is fetched.
//!
//! Otherwise a release that needs a newer system would be fetched, proven and kept, and then fail with an error of the
//! system ("dyld: Symbol not found"). `release::host` has the table; this module reads the machine's facts.

use context::Ctx;
use release::host::{HostFacts, Unfit, check, numbers, warnings};
use release::{Platform, ToolchainId};
use sys::{Host, OsFacts};

/// For tests: the machine to assume, such as `os=darwin version=12.6` (`release::host::HostFacts`). An unknown text
/// counts as a machine without known facts.
const OVERRIDE: &str = "GOWARD_HOST_FACTS";

/// What this machine is.
pub fn host_facts(ctx: &Ctx) -> HostFacts {
    if let Some(text) = ctx.sys.env().var(OVERRIDE) {
        return text.parse().unwrap_or_default();
    }
    let system = OsFacts::of_this_machine(ctx.sys.fs());
    let go_name = |arch: &str| Platform::from_rust(Host::this().os, arch).ok();
    HostFacts {
        os: go_name(Host::this().arch).map(|platform| platform.os().to_owned()).unwrap_or_default(),
        version: system.version.as_deref().map(numbers).unwrap_or_default(),
        only_musl: system.only_musl,
        machine: system.machine.as_deref().and_then(go_name).map(|platform| platform.arch().to_owned()),
    }
}

/// Refuses a release that this machine does not run, and warns of known problems with one that it runs.
pub(crate) fn check_host(ctx: &Ctx, id: &ToolchainId) -> Result<(), Box<Unfit>> {
    let facts = host_facts(ctx);
    check(id.version(), id.platform(), &facts)?;
    for warning in warnings(id.version(), id.platform(), &facts) {
        ctx.progress.tell(&format!("{id}: {warning}"));
    }
    Ok(())
}
