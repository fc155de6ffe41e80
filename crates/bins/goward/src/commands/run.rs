//! `goward run`

use diag::{Speech, Verbosity};
use engine::{Ctx, LaunchError};

use super::{Done, obtain_chosen, remember};
use crate::cli::RunArgs;
use crate::failure::Failure;
use store::StoreError;

/// Puts the program in our own place: its signals and its exit status are its own.
pub(super) fn run(ctx: &Ctx, args: &RunArgs, speech: &Speech) -> Done {
    let (toolchain, choice) = obtain_chosen(ctx, args.request.as_ref(), speech)?;
    let launch = engine::launch(ctx, toolchain, &args.command)?;
    if speech.verbosity() == Verbosity::Verbose {
        speech.say(&format!("{}: {}", launch.toolchain.id.version().tag(), choice.because()));
        if let Some(goroot) = &launch.dropped_goroot {
            speech.say(&format!("GOROOT={} was left out: it is another tree's", goroot.display()));
        }
        for (name, path) in &launch.isolated {
            speech.say(&format!("{name}={}: `goward env --explain` says why", path.display()));
        }
    }
    match ctx.store.lease(&launch.toolchain.id) {
        Ok(true) => {}
        Ok(false) => return Err(Failure::NotInstalled { request: choice.request.to_string() }),
        // In a store that cannot be written to, nobody can remove the toolchain either.
        Err(StoreError::Io { .. } | StoreError::ReadOnly { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    remember(ctx, &choice);
    let cause = ctx.sys.process().replace(&launch.command);
    Err(Failure::Launch(LaunchError::refused(launch.command.program(), cause)))
}
