//! Whether this machine runs a release, asked before anything is fetched for it.
//!
//! A release that needs a newer system would be fetched, proven and kept, and then fail in words of the system's
//! ("dyld: Symbol not found"). The table is `release::host`'s; here the machine is asked.

use context::Ctx;
use release::host::{HostFacts, Unfit, check, numbers, warnings};
use release::{Platform, ToolchainId};
use sys::{Host, OsFacts};

/// For tests: what to take this machine for, such as `os=darwin version=12.6` (`release::host::HostFacts`). A text that
/// is not understood counts as a machine of which nothing is known.
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

/// Refuses a release that this machine is known not to run, and tells what should be known of one that it does.
pub(crate) fn check_host(ctx: &Ctx, id: &ToolchainId) -> Result<(), Box<Unfit>> {
    let facts = host_facts(ctx);
    check(id.version(), id.platform(), &facts)?;
    for warning in warnings(id.version(), id.platform(), &facts) {
        ctx.progress.tell(&format!("{id}: {warning}"));
    }
    Ok(())
}
