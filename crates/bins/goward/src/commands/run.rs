//! `goward run`

use diag::{Speech, Verbosity};
use engine::{Ctx, LaunchError};

use super::{Done, obtain_chosen};
use crate::cli::RunArgs;
use crate::failure::Failure;

/// Puts the program in our own place: its signals and its exit status are its own.
pub(super) fn run(ctx: &Ctx, args: &RunArgs, speech: &Speech) -> Done {
    let (toolchain, choice) = obtain_chosen(ctx, args.request.as_ref(), speech)?;
    let launch = engine::launch(ctx, toolchain, &args.command)?;
    if speech.verbosity() == Verbosity::Verbose {
        speech.say(&format!("{}: {}", launch.toolchain.id.version().tag(), choice.because()));
        if let Some(goroot) = &launch.dropped_goroot {
            speech.say(&format!("GOROOT={} was left out: it is another tree's", goroot.display()));
        }
    }
    // Without the lease (a read-only store) nobody could remove the toolchain either; and a project that
    // cannot be remembered costs a download at the most.
    let _ = ctx.store.lease(&launch.toolchain.id);
    if let Some(project) = &choice.project {
        let _ = ctx.store.remember_project(project);
    }
    let cause = ctx.sys.process().replace(&launch.command);
    Err(Failure::Launch(LaunchError::refused(launch.command.program(), cause)))
}
