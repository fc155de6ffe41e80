//! Faults of an installed toolchain.

use diag::IoFailure;

use crate::limits::ROLLBACK_TIME_MAX;
#[cfg(unix)]
use crate::limits::{READERS, SWITCHES};
use crate::outcome::{Halt, Recovery};
use crate::stage::{Home, Stage, cut};

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

/// Makes this version the default; a failure ends the drill.
fn switch(stage: &Stage<'_>, home: &Home, version: &str) -> Result<(), Halt> {
    let said = stage.goward(home, &["use", version])?;
    match said.code {
        Some(0) => Ok(()),
        _ => Halt::because(format!("`goward use {version}` fails: {}", said.told())),
    }
}

pub(super) fn rollback(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let home = stage.installed_home()?;
    let (old, new) = (stage.release.id.version().as_str(), stage.second.id.version().as_str());
    switch(stage, &home, new)?;
    let go = home.tree(&stage.second).join("bin").join(stage.second.id.platform().program("go"));
    let real = stage.fs().resolve(&go).map_err(IoFailure::on("resolve", &go))?;
    if !real.starts_with(&stage.scratch) {
        return Halt::because(format!("`{}` is not in the scratch folder", real.display()));
    }
    stage.fs().remove_file(&real).map_err(IoFailure::on("remove", &real))?;
    let said = stage.goward(&home, &["run", "--no-install", new, "--", "go", "version"])?;
    let Some(showed) = said.failure().filter(|_| said.code != Some(0)) else {
        return Halt::because(format!("the broken default is not noticed: {}", said.told()));
    };
    let start = stage.ctx.sys.clock().moment();
    let said = stage.goward(&home, &["rollback"])?;
    let took = stage.ctx.sys.clock().since(start);
    if said.code != Some(0) {
        return Halt::because(format!("`goward rollback` fails: {}", said.told()));
    }
    let said = stage.goward(&home, &["current"])?;
    if said.json()["version"] != old || took > ROLLBACK_TIME_MAX {
        return Halt::because(format!("`goward rollback` does not lead back to {old} in time: {}", said.told()));
    }
    // What was removed for the drill comes back, so that the fault is gone.
    let before = stage.server.sent();
    let said = stage.goward(&home, &["verify", new, "--repair"])?;
    if said.code != Some(0) {
        return Halt::because(format!("`goward verify --repair` does not mend the broken one: {}", said.told()));
    }
    Ok(Recovery {
        showed: cut(&showed),
        recovered_by: "`goward rollback`".to_owned(),
        took,
        bytes_fetched_again: stage.server.sent().saturating_sub(before),
        lost_count: stage.lost(&home, &[&stage.release, &stage.second])?,
    })
}

#[cfg(not(unix))]
pub(super) fn switch_race(_: &Stage<'_>) -> Result<Recovery, Halt> {
    Err(Halt::NotStaged("on this system no other program reads the default through a link".to_owned()))
}

#[cfg(unix)]
pub(super) fn switch_race(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    let home = stage.installed_home()?;
    let (one, other) = (stage.release.id.version(), stage.second.id.version());
    let (start, clock) = (stage.ctx.sys.clock().moment(), stage.ctx.sys.clock());
    let (is_over, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    let version = home.layout().current().join("go").join("VERSION");
    let tags = [one.tag(), other.tag()];
    let fs = stage.fs();
    let read = || -> Option<String> {
        while !is_over.load(Ordering::SeqCst) {
            let text = match fs.read(&version, crate::limits::FILE_BYTES_MAX) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(error) => return Some(error.to_string()),
            };
            if !tags.iter().any(|tag| text.lines().next() == Some(tag)) {
                return Some(format!("it read `{}`", cut(&text)));
            }
            reads.fetch_add(1, Ordering::SeqCst);
        }
        None
    };
    let (switched, wrong) = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
        let switched = (0..SWITCHES)
            .try_for_each(|turn| switch(stage, &home, if turn % 2 == 0 { other.as_str() } else { one.as_str() }));
        is_over.store(true, Ordering::SeqCst);
        let wrong = readers.into_iter().find_map(|reader| reader.join().unwrap_or(Some("a reader ended".to_owned())));
        (switched, wrong)
    });
    switched?;
    if let Some(wrong) = wrong {
        return Halt::because(format!("a reader saw neither of the two defaults: {wrong}"));
    }
    let reads = reads.load(Ordering::SeqCst);
    Ok(Recovery {
        showed: format!("{reads} reads during {SWITCHES} switches each saw one whole default"),
        recovered_by: "nothing: a switch is one rename".to_owned(),
        took: clock.since(start),
        bytes_fetched_again: 0,
        lost_count: stage.lost(&home, &[&stage.release, &stage.second])?,
    })
}
