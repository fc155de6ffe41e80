//! Faults of the environment that goward is started in.

use diag::IoFailure;
use sys::Environment;

use crate::outcome::{Halt, Recovery};
use crate::stage::{Said, Stage, cut};

/// What doctor says of this finding; none if it does not find it.
fn finding(said: &Said, word: &str) -> Option<String> {
    let json = said.json();
    let findings = json["findings"].as_array()?.iter().filter(|finding| finding["word"] == word);
    findings.filter_map(|finding| finding["message"].as_str()).next().map(str::to_owned)
}

/// Stages a polluted environment: doctor finds this word, goward runs the right go command in spite of it, and the finding
/// is gone in the clean environment.
fn polluted(
    stage: &Stage<'_>,
    [topic, word]: [&str; 2],
    dirty: Environment,
    clean: Environment,
    recovered_by: &str,
) -> Result<Recovery, Halt> {
    let home = stage.installed_home()?;
    let said = stage.goward_with(dirty.clone(), &["doctor", topic])?;
    let Some(showed) = finding(&said, word) else {
        return Halt::because(format!("`goward doctor {topic}` does not find `{word}`: {}", said.told()));
    };
    let start = stage.ctx.sys.clock().moment();
    let version = stage.release.id.version();
    let said = stage.goward_with(dirty, &["run", "--no-install", version.as_str(), "--", "go", "version"])?;
    let took = stage.ctx.sys.clock().since(start);
    if said.code != Some(0) || !said.stdout.contains(&version.tag()) {
        return Halt::because(format!("`goward run` does not start the go command of {version}: {}", said.told()));
    }
    let said = stage.goward_with(clean, &["doctor", topic])?;
    if let Some(still) = finding(&said, word) {
        return Halt::because(format!("`goward doctor {topic}` still finds it: {still}"));
    }
    Ok(Recovery {
        showed: cut(&showed),
        recovered_by: recovered_by.to_owned(),
        took,
        bytes_fetched_again: 0,
        lost_count: stage.lost(&home, &[&stage.release, &stage.second])?,
    })
}

pub(super) fn environment_polluted(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let home = stage.installed_home()?;
    let clean = stage.environment(&home);
    let dirty = clean.clone().with("GOROOT", stage.scratch.join("invalid"));
    polluted(stage, ["environment", "env-goroot"], dirty, clean, "`goward run`, which takes GOROOT out")
}

pub(super) fn path_shadowed(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let home = stage.installed_home()?;
    let said = stage.goward(&home, &["shims", "--write"])?;
    if said.code != Some(0) {
        return Err(Halt::NotStaged(format!("this goward writes no shims: {}", said.told())));
    }
    let shadow = stage.scratch.join("shadow");
    stage.fs().create_private_dirs(&shadow).map_err(IoFailure::on("make the folder", &shadow))?;
    let other = shadow.join(stage.release.id.platform().program("go"));
    stage.fs().replace_program(&other, b"#!/bin/sh\nexit 1\n").map_err(IoFailure::on("write", &other))?;
    let shims = home.layout().shims();
    let path = |folders: &[&std::path::PathBuf]| std::env::join_paths(folders).unwrap_or_default();
    let dirty = stage.environment(&home).with("PATH", path(&[&shadow, &shims]));
    let clean = stage.environment(&home).with("PATH", path(&[&shims]));
    let recovered = polluted(stage, ["path", "path-shadowed"], dirty, clean, "goward's shims first in PATH again");
    stage.fs().remove_tree(&shadow).map_err(IoFailure::on("remove", &shadow))?;
    recovered
}
