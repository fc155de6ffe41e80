//! Faults of an installed toolchain.

use diag::IoFailure;

use crate::outcome::{Halt, Recovery};
use crate::stage::{Stage, cut};

/// The folder that is removed: every program that serves or fetches over HTTP needs it.
const REMOVED: &str = "src/net/http";

pub(super) fn goroot_damaged(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let home = stage.installed_home()?;
    let (tree, version) = (home.tree(&stage.release), stage.release.id.version().as_str());
    let removed = [REMOVED, "src/fmt", "src"].map(|below| tree.join(below));
    let fs = stage.fs();
    let is_there = |path: &&std::path::PathBuf| matches!(fs.look(path), Ok(Some(_)));
    let Some(removed) = removed.iter().find(is_there) else {
        return Err(Halt::NotStaged("the toolchain has no standard library".to_owned()));
    };
    // What is removed is resolved first: it must be the tree in the scratch folder itself.
    let real = fs.resolve(removed).map_err(IoFailure::on("resolve", removed))?;
    if !real.starts_with(&stage.scratch) {
        return Halt::because(format!("`{}` is not in the scratch folder", real.display()));
    }
    fs.remove_tree(&real).map_err(IoFailure::on("remove", &real))?;
    let said = stage.goward(&home, &["verify", version])?;
    if said.code != Some(5) {
        return Halt::because(format!("`goward verify` does not notice it: {}", said.told()));
    }
    let showed = said.failure().unwrap_or_default();
    let (before, start) = (stage.server.sent(), stage.ctx.sys.clock().moment());
    let said = stage.goward(&home, &["verify", version, "--repair"])?;
    if said.code != Some(0) {
        return Halt::because(format!("`goward verify --repair` does not mend it: {}", said.told()));
    }
    Ok(Recovery {
        showed: cut(&showed),
        recovered_by: "`goward verify --repair`".to_owned(),
        took: stage.ctx.sys.clock().since(start),
        bytes_fetched_again: stage.server.sent().saturating_sub(before),
        lost_count: stage.lost(&home, &[&stage.release, &stage.second])?,
    })
}
