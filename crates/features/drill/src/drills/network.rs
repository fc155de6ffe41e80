//! Faults between goward and a server.

use std::time::Duration;

use crate::outcome::{Halt, Recovery};
use crate::server::Fault;
use crate::stage::{Home, Said, Stage, archive_path, cut};

/// What a drill of an install has to say once the install has been repeated or has gone on.
struct Installed {
    showed: String,
    recovered_by: &'static str,
    took: Duration,
    /// The bytes that were sent for the archive in all.
    sent: u64,
}

impl Installed {
    fn recovery(self, stage: &Stage<'_>, home: &Home) -> Result<Recovery, Halt> {
        Ok(Recovery {
            showed: cut(&self.showed),
            recovered_by: self.recovered_by.to_owned(),
            took: self.took,
            bytes_fetched_again: self.sent.saturating_sub(stage.release.archive.len() as u64),
            lost_count: stage.lost(home, &[&stage.release])?,
        })
    }
}

/// Installs the release of the run; a failure ends the drill.
fn install(stage: &Stage<'_>, home: &Home) -> Result<(Said, Duration), Halt> {
    let start = stage.ctx.sys.clock().moment();
    let said = stage.goward(home, &["install", stage.release.id.version().as_str()])?;
    if said.code != Some(0) {
        return Halt::because(format!("`goward install` does not recover: {}", said.told()));
    }
    Ok((said, stage.ctx.sys.clock().since(start)))
}

/// Installs the release of the run, which must fail with this exit code; returns goward's words.
fn refused(stage: &Stage<'_>, home: &Home, exit_code: i32) -> Result<String, Halt> {
    let said = stage.goward(home, &["install", stage.release.id.version().as_str()])?;
    if said.code != Some(exit_code) {
        return Halt::because(format!("`goward install` had to end with exit code {exit_code}; {}", said.told()));
    }
    if stage.fs().look(&home.tree(&stage.release)).map_err(diag::IoFailure::on("look at", &home.store()))?.is_some() {
        return Halt::because("`goward install` failed and has left a toolchain");
    }
    said.failure().map_or_else(|| Halt::because("`goward install` failed without a report"), Ok)
}

/// The bytes that the server sends for archives while `work` runs.
fn sent(stage: &Stage<'_>, before: u64) -> u64 {
    stage.server.sent().saturating_sub(before).saturating_sub(0)
}

pub(super) fn archive_corrupt(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let home = stage.new_home()?;
    let middle = stage.release.archive.len() as u64 / 2;
    let before = stage.server.sent();
    stage.server.break_answers(&archive_path(&stage.release), Fault::FlipAt(middle), None);
    let showed = refused(stage, &home, 5)?;
    stage.server.mend();
    let (_, took) = install(stage, &home)?;
    let installed =
        Installed { showed, recovered_by: "the next `goward install`", took, sent: sent(stage, before) };
    installed.recovery(stage, &home)
}

pub(super) fn download_cut(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    interrupted(stage, Fault::CutAfter, "the same `goward install` resumed")
}

pub(super) fn download_stall(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    interrupted(stage, Fault::StallAfter, "the same `goward install` resumed on a new connection")
}

fn interrupted(stage: &Stage<'_>, fault: fn(u64) -> Fault, recovered_by: &'static str) -> Result<Recovery, Halt> {
    let home = stage.new_home()?;
    let half = stage.release.archive.len() as u64 / 2;
    let before = stage.server.sent();
    stage.server.break_answers(&archive_path(&stage.release), fault(half), Some(1));
    let (said, took) = install(stage, &home)?;
    let Some(showed) = said.notice(&["try", "again", "resum", "no byte", "cut"]) else {
        return Halt::because(format!("`goward install` has not said that the download was interrupted: {}", said.stderr));
    };
    Installed { showed, recovered_by, took, sent: sent(stage, before) }.recovery(stage, &home)
}
