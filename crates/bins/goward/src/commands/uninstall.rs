//! `goward uninstall`

use context::Ctx;
use diag::Bytes;
use release::{Request, ToolchainId, Version};
use store::StoreError;

use super::CommandResult;
use crate::cli::UninstallArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views::ToView;

pub(super) fn run(ctx: &Ctx, args: &UninstallArgs) -> CommandResult {
    let toolchains = ctx.store.toolchains()?;
    let here = toolchains.iter().filter(|toolchain| *toolchain.id.platform() == ctx.platform);
    let installed: Vec<Version> = here.map(|toolchain| toolchain.id.version().clone()).collect();
    let mut wanted = Vec::new();
    for request in &args.requests {
        let named = named(request, &installed);
        if named.is_empty() && resolve::newest_even_blocked(ctx, request)?.is_some() {
            return Err(Failure::OfSystem { request: request.to_string() });
        }
        if named.is_empty() {
            return Err(Failure::NotInstalled { request: request.to_string() });
        }
        wanted.extend(named.into_iter().map(|version| ToolchainId::new(version, ctx.platform.clone())));
    }
    wanted.sort();
    wanted.dedup();
    // All or nothing, as far as possible: the default is refused before anything is removed.
    if let Some(current) = ctx.store.current()?.filter(|current| wanted.contains(&current.toolchain)) {
        let (id, generation) = (current.toolchain, current.number);
        return Err(Failure::from(StoreError::InUse { id, generation }));
    }
    let mut done = Vec::new();
    for id in &wanted {
        done.push(engine::uninstall(ctx, id)?);
    }
    let text = done.iter().map(|gone| format!("removed {} ({})\n", gone.toolchain, Bytes(gone.bytes))).collect();
    Ok(Box::new(Rendered::new(view::Uninstall { toolchains: done.view() }, text)))
}

/// To remove, a minor or a range names every version in it; `latest` and its like name one of those installed.
fn named(request: &Request, installed: &[Version]) -> Vec<Version> {
    match request {
        Request::Exact(_) | Request::Minor(_) | Request::MinorCandidate(_) | Request::Major(_) | Request::Range(_) => {
            installed.iter().filter(|version| request.select([*version]).is_some()).cloned().collect()
        }
        Request::Latest | Request::OldStable | Request::Supported | Request::Candidate => {
            request.select_all(installed).into_iter().cloned().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latest_names_one_version_and_a_minor_all_of_its_patches() {
        let installed: Vec<Version> = ["1.26.7", "1.26.8", "1.27.3"].iter().map(|text| text.parse().unwrap()).collect();
        let named = |text: &str| -> Vec<String> {
            named(&text.parse().unwrap(), &installed).iter().map(Version::to_string).collect()
        };
        assert_eq!(named("latest"), ["1.27.3"]);
        assert_eq!(named("1.26"), ["1.26.7", "1.26.8"]);
        assert_eq!(named("<1.27"), ["1.26.7", "1.26.8"]);
        assert_eq!(named("1.26.8"), ["1.26.8"]);
        assert!(named("1.25").is_empty());
    }
}
