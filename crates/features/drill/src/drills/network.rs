//! Faults between goward and a server.

use std::time::Duration;

use diag::IoFailure;
use sys::{Environment, Interrupt};

use crate::error::DrillError;
use crate::limits::{KILL_WAIT_MILLISECONDS_MAX, KILLS_WHILE_FETCHING, KILLS_WHILE_UNPACKING, RUN_TIME_MAX};
use crate::outcome::{Halt, Recovery};
use crate::server::{AUTHORITY, Fault, Server};
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
pub(super) fn install(stage: &Stage<'_>, home: &Home) -> Result<(Said, Duration), Halt> {
    let start = stage.ctx.sys.clock().moment();
    let said = stage.goward(home, &["install", stage.release.id.version().as_str()])?;
    if said.code != Some(0) {
        return Halt::because(format!("`goward install` does not recover: {}", said.told()));
    }
    Ok((said, stage.ctx.sys.clock().since(start)))
}

/// Installs the release of the run, which must fail with this exit code; returns goward's words.
pub(super) fn refused(
    stage: &Stage<'_>,
    home: &Home,
    environment: Environment,
    exit_code: i32,
) -> Result<String, Halt> {
    let said = stage.goward_with(environment, &["install", stage.release.id.version().as_str()])?;
    if said.code != Some(exit_code) {
        return Halt::because(format!("`goward install` had to end with exit code {exit_code}; {}", said.told()));
    }
    if stage.fs().look(&home.tree(&stage.release)).map_err(diag::IoFailure::on("look at", &home.store()))?.is_some() {
        return Halt::because("`goward install` failed and has left a toolchain");
    }
    said.failure().map_or_else(|| Halt::because("`goward install` failed without a report"), Ok)
}

pub(super) fn archive_corrupt(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let home = stage.new_home()?;
    let middle = stage.release.archive.len() as u64 / 2;
    let before = stage.server.sent();
    stage.server.break_answers(&archive_path(&stage.release), Fault::FlipAt(middle), None);
    let showed = refused(stage, &home, stage.environment(&home), 5)?;
    stage.server.mend();
    let (_, took) = install(stage, &home)?;
    let installed = Installed {
        showed,
        recovered_by: "the next `goward install`",
        took,
        sent: stage.server.sent().saturating_sub(before),
    };
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
        return Halt::because(format!(
            "`goward install` has not said that the download was interrupted: {}",
            said.stderr
        ));
    };
    Installed { showed, recovered_by, took, sent: stage.server.sent().saturating_sub(before) }.recovery(stage, &home)
}

/// Where nothing listens: the discard port of loopback.
const CLOSED: &str = "http://127.0.0.1:9";

pub(super) fn proxy_unreachable(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let home = stage.new_home()?;
    let unreachable = |sources: &str| stage.environment(&home).with("GOPROXY", CLOSED).with("GOWARD_SOURCES", sources);
    let before = stage.server.sent();
    let showed = refused(stage, &home, unreachable("proxy"), 4)?;
    let start = stage.ctx.sys.clock().moment();
    let said = stage.goward_with(unreachable("proxy,official"), &["install", stage.release.id.version().as_str()])?;
    if said.code != Some(0) {
        return Halt::because(format!("the next source is not tried: {}", said.told()));
    }
    let took = stage.ctx.sys.clock().since(start);
    let sent = stage.server.sent().saturating_sub(before);
    Installed { showed, recovered_by: "`goward install` from the next source of `sources`", took, sent }
        .recovery(stage, &home)
}

pub(super) fn killed_install(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let home = stage.new_home()?;
    let version = stage.release.id.version().as_str();
    let words = ["install", version];
    let before = stage.server.sent();
    let mut places: Vec<String> = Vec::new();
    for _ in 0..KILLS_WHILE_FETCHING {
        let left = (stage.release.archive.len() as u64).saturating_sub(stage.server.sent().saturating_sub(before));
        let bytes = fastrand::u64(0..=left / 2);
        let interrupt = stage.server.interrupt_after(bytes);
        let said = stage.goward_killed(&home, &words, RUN_TIME_MAX, &interrupt)?;
        stage.server.mend();
        if said.is_none() {
            places.push(format!("after {}", diag::Bytes(bytes)));
        }
        is_whole_or_absent(stage, &home)?;
    }
    for _ in 0..KILLS_WHILE_UNPACKING {
        let wait = Duration::from_millis(fastrand::u64(1..=KILL_WAIT_MILLISECONDS_MAX));
        let said = stage.goward_killed(&home, &words, wait, &Interrupt::new())?;
        if said.is_none_or(|said| said.timed_out) {
            places.push(format!("after {} ms", wait.as_millis()));
        }
        is_whole_or_absent(stage, &home)?;
    }
    if places.is_empty() {
        return Halt::because("the install ended each time before it could be killed");
    }
    let (said, took) = install(stage, &home)?;
    let noticed = said.notice(&["interrupted", "undone", "finished", "removed"]);
    let noticed = noticed.unwrap_or_else(|| "nothing half-made was listed, and the next install went on".to_owned());
    let showed = format!("killed {} times ({}): {noticed}", places.len(), places.join(", "));
    let sent = stage.server.sent().saturating_sub(before);
    Installed { showed, recovered_by: "the next `goward install`", took, sent }.recovery(stage, &home)
}

/// After a kill the toolchain is listed whole, or not at all.
fn is_whole_or_absent(stage: &Stage<'_>, home: &Home) -> Result<(), Halt> {
    let said = stage.goward(home, &["list"])?;
    let listed = said.json()["toolchains"].as_array().map(Vec::len);
    match (said.code, listed) {
        (Some(0), Some(0)) => Ok(()),
        (Some(0), Some(_)) => {
            let said = stage.goward(home, &["verify", stage.release.id.version().as_str()])?;
            match said.code {
                Some(0) => Ok(()),
                _ => Halt::because(format!("after a kill a damaged toolchain is listed: {}", said.told())),
            }
        }
        _ => Halt::because(format!("after a kill `goward list` fails: {}", said.told())),
    }
}

pub(super) fn certificate_expired(stage: &Stage<'_>) -> Result<Recovery, Halt> {
    let home = stage.new_home()?;
    let server = Server::start_expired().map_err(DrillError::Server)?;
    let authority = stage.scratch.join("authority.pem");
    stage.fs().replace(&authority, AUTHORITY.as_bytes()).map_err(IoFailure::on("write", &authority))?;
    let behind = |sources: &str| {
        let environment = stage.environment(&home).with("GOWARD_SOURCES", sources);
        environment.with("GOWARD_MIRRORS", format!("corp={}", server.url("/dl/"))).with("GOWARD_CA_FILE", &authority)
    };
    // goward cannot even make its client where the system's verifier takes no authority of one's own.
    let first = stage.goward_with(behind("mirrors"), &["install", stage.release.id.version().as_str()])?;
    if first.code == Some(6) && first.told().contains("set up the network client") {
        return Err(Halt::NotStaged(format!("this system takes no authority beside its own: {}", first.told())));
    }
    let before = stage.server.sent();
    let showed = refused(stage, &home, behind("mirrors"), 4)?;
    if !showed.contains("expired") {
        return Halt::because(format!("`goward install` does not say that the certificate has expired: {showed}"));
    }
    let start = stage.ctx.sys.clock().moment();
    let said = stage.goward_with(behind("mirrors,official"), &["install", stage.release.id.version().as_str()])?;
    if said.code != Some(0) {
        return Halt::because(format!("the next source is not tried: {}", said.told()));
    }
    if server.sent() > 0 {
        return Halt::because("goward has taken an answer from the server with the expired certificate");
    }
    let took = stage.ctx.sys.clock().since(start);
    let sent = stage.server.sent().saturating_sub(before);
    Installed { showed, recovered_by: "`goward install` from the next source of `sources`", took, sent }
        .recovery(stage, &home)
}
