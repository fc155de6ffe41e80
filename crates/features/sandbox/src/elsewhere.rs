//! Systems without the mechanisms that goward uses: the program gets the variables and the working folder, and nothing is
//! kept from it.
//!
//! Windows has job objects and restricted tokens, and goward uses neither yet; macOS has deprecated the one tool that it has
//! (`sandbox-exec`). goward claims nothing that it does not do.

use std::ffi::OsString;
use std::time::Duration;

use context::Ctx;
use isolation::{Asked, Net, Outcome, Outcomes, Rung};
use resolve::LaunchError;
use sys::{Program, UserProgram};

use crate::error::SandboxError;
use crate::prepare::Prepared;
use crate::report::{Ran, Report};

/// Runs the program if the user takes less than was asked for.
///
/// # Errors
/// When the user does not, or the program cannot be started.
pub fn run(ctx: &Ctx, prepared: &Prepared, told: &mut dyn FnMut(&Report)) -> Result<Ran, SandboxError> {
    let report = Report::of(prepared.asked, outcomes());
    told(&report);
    if !report.verdict.may_start(prepared.best_effort) {
        return Err(SandboxError::Less { report: Box::new(report) });
    }
    let Some((program, name, args)) = &prepared.program else {
        return Ok(Ran { code: 0, timed_out: false, memory_kills: 0, forwarded: None });
    };
    let refused = |cause| SandboxError::Program(LaunchError::refused(program, cause));
    let at = Program::at(program.clone()).map_err(|error| refused(error.into()))?;
    let command = UserProgram::new(at).named(name).args(args).only(&prepared.environment);
    let status = ctx.sys.process().run(&command).map_err(refused)?;
    let code = status.code().unwrap_or(1);
    Ok(Ran { code, timed_out: false, memory_kills: 0, forwarded: None })
}

/// What this machine can do.
///
/// # Errors
/// Never.
pub fn probe(_ctx: &Ctx, net: Net) -> Result<Report, SandboxError> {
    let time = Some(Duration::from_secs(60));
    let asked = Asked { net, memory_bytes: Some(1), processes: Some(1), time };
    Ok(Report::of(asked, outcomes()))
}

/// There are no stages.
pub fn stage_main(_words: &[OsString]) -> u8 {
    2
}

fn outcomes() -> Outcomes {
    let mut outcomes = Outcomes::default();
    for rung in Rung::ALL {
        outcomes.note(rung, Outcome::Refused("goward has no such mechanism on this system".to_owned()));
    }
    outcomes
}
