//! Runs drills, one after the other.

use context::Ctx;
use release::{Request, ToolchainId};
use store::Toolchain;

use crate::drills::{DRILLS, Drill};
use crate::error::DrillError;
use crate::outcome::{Halt, Verdict};
use crate::stage::Stage;

/// Which drills, and how.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The drills.
    pub drills: Vec<&'static Drill>,
    /// The toolchain that they work with a copy of; the default without one.
    pub go: Option<Request>,
    /// Whether the scratch folder stays, until the next change of the store removes it.
    pub keeps: bool,
}

/// A drill with what came of it.
#[derive(Debug, Clone)]
pub struct Drilled {
    /// The drill.
    pub drill: &'static Drill,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Run {
    /// The toolchain that the drills worked with a copy of.
    pub toolchain: ToolchainId,
    /// The drills, in their order.
    pub drilled: Vec<Drilled>,
    /// Whether the user has interrupted; the drills that were left are not in the list.
    pub is_interrupted: bool,
    /// The scratch folder, if it stays.
    pub kept: Option<std::path::PathBuf>,
    /// How long all of it took.
    pub took: std::time::Duration,
}

/// The drills of these names; all if `all`.
///
/// # Errors
/// `Unknown`, `NoName`.
pub fn select(names: &[String], all: bool) -> Result<Vec<&'static Drill>, DrillError> {
    if all {
        return Ok(DRILLS.iter().collect());
    }
    if names.is_empty() {
        return Err(DrillError::NoName);
    }
    let mut drills: Vec<&'static Drill> = Vec::new();
    for name in names {
        let Some(drill) = DRILLS.iter().find(|drill| drill.name == name) else {
            return Err(DrillError::Unknown { name: name.clone() });
        };
        if !drills.iter().any(|one| one.name == drill.name) {
            drills.push(drill);
        }
    }
    Ok(drills)
}

/// Runs these drills.
///
/// # Errors
/// When there is no toolchain to work with, or the scratch folder, the archives or the server cannot be made. What comes
/// of a drill is a result.
pub fn run(ctx: &Ctx, choice: &Choice) -> Result<Run, DrillError> {
    let start = ctx.sys.clock().moment();
    let removed = ctx.store.sweep()?;
    if removed > 0 {
        ctx.progress.tell("removed what a killed run has left in the staging folder");
    }
    let toolchain = toolchain(ctx, choice.go.as_ref())?;
    let staging = ctx.store.stage(&toolchain.id)?;
    let scratch = staging.tree();
    let drilled = drill_all(ctx, choice, &toolchain, &scratch);
    let kept = match choice.keeps {
        // The lock goes with this process, so a later sweep removes the folder.
        true => Some(scratch),
        false => {
            ctx.store.discard(staging);
            None
        }
    };
    let (drilled, is_interrupted) = drilled?;
    Ok(Run { toolchain: toolchain.id, drilled, is_interrupted, kept, took: ctx.sys.clock().since(start) })
}

fn toolchain(ctx: &Ctx, go: Option<&Request>) -> Result<Toolchain, DrillError> {
    if let Some(request) = go {
        let found = resolve::newest_installed(ctx, request)?;
        return found.ok_or_else(|| DrillError::NotInstalled { request: request.clone() });
    }
    let current = ctx.store.current()?.ok_or(DrillError::NoDefault)?;
    ctx.store.find_installed(&current.toolchain)?.ok_or(DrillError::NoDefault)
}

fn drill_all(
    ctx: &Ctx,
    choice: &Choice,
    toolchain: &Toolchain,
    scratch: &std::path::Path,
) -> Result<(Vec<Drilled>, bool), DrillError> {
    ctx.progress.tell(&format!("packing {} for the drills", toolchain.id));
    let stage = match Stage::set(ctx, scratch, toolchain) {
        Err(_) if ctx.sys.interrupt().is_asked() => return Ok((Vec::new(), true)),
        stage => stage?,
    };
    let mut drilled = Vec::new();
    for drill in &choice.drills {
        ctx.progress.tell(&format!("drill {}: {}", drill.name, drill.breaks));
        let verdict = match (drill.run)(&stage) {
            Ok(recovery) if recovery.lost_count > 0 => {
                Verdict::NotRecovered(format!("{} files are lost", recovery.lost_count))
            }
            Ok(recovery) => Verdict::Recovered(recovery),
            Err(Halt::NotStaged(reason)) => Verdict::NotStaged(reason),
            Err(Halt::Failed(what)) => Verdict::NotRecovered(what),
            Err(Halt::Interrupted) => return Ok((drilled, true)),
            Err(Halt::Error(error)) => return Err(error),
        };
        stage.server.mend();
        if !matches!(verdict, Verdict::Recovered(_)) {
            // The next drills get a home of their own, in case this one has left it damaged.
            stage.forget_installed();
        }
        drilled.push(Drilled { drill, verdict });
    }
    Ok((drilled, false))
}
