//! `goward run`

use std::ffi::OsString;
use std::path::Path;

use acquire::Sources;
use context::Ctx;
use diag::{Speech, Verbosity};
use resolve::LaunchError;

use super::CommandResult;
use super::ensure::{ensure_chosen, remember};
use crate::cli::{RunArgs, RunRequest};
use crate::failure::Failure;
use store::StoreError;

/// Replaces this process by the program: signals and exit status are its own. With `--supervise` the program is a child.
pub(super) fn run(sources: &Sources, args: &RunArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    let request = match &args.request {
        Some(RunRequest::System(_)) if args.supervise.supervise => return Err(Failure::SupervisedSystem),
        Some(RunRequest::System(path)) => return run_system(ctx, path.as_deref(), &args.command, speech),
        Some(RunRequest::Release(request)) => Some(request),
        None => None,
    };
    let (toolchain, choice) = ensure_chosen(sources, request, speech)?;
    let launch = resolve::launch(ctx, toolchain, Some(&choice), &args.command)?;
    if speech.verbosity() == Verbosity::Verbose {
        speech.say(&format!("{}: {}", launch.toolchain.id.version().tag(), choice.because()));
        say_dropped(launch.dropped_goroot.as_deref(), speech);
        for (name, path) in &launch.isolated {
            speech.say(&format!("{name}={}: `goward env --explain` says why", path.display()));
        }
    }
    if args.supervise.supervise {
        remember(ctx, &choice);
        return super::supervised::run(ctx, args, request, &choice, launch, speech);
    }
    match ctx.store.lease(&launch.toolchain.id) {
        Ok(true) => {}
        Ok(false) => return Err(Failure::NotInstalled { request: choice.request.to_string() }),
        // No process can remove a toolchain from a store that cannot be written to.
        Err(StoreError::Io { .. } | StoreError::ReadOnly { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    remember(ctx, &choice);
    let cause = ctx.sys.process().replace(&launch.command);
    Err(Failure::from(LaunchError::refused(launch.command.called(), cause)))
}

/// The same for a Go that runs in place.
fn run_system(ctx: &Ctx, path: Option<&Path>, command: &[OsString], speech: &Speech) -> CommandResult {
    let system = adopt::external_go::choose(ctx, path)?;
    let (command, dropped_goroot) = resolve::launch_in(ctx, &system.path, command)?;
    if speech.verbosity() == Verbosity::Verbose {
        speech.say(&format!("system: {} ({})", system.path.display(), system.why));
        say_dropped(dropped_goroot.as_deref(), speech);
    }
    let cause = ctx.sys.process().replace(&command);
    Err(Failure::from(LaunchError::refused(command.called(), cause)))
}

fn say_dropped(goroot: Option<&Path>, speech: &Speech) {
    if let Some(goroot) = goroot {
        speech.say(&format!("GOROOT={} was removed: it belongs to another tree", goroot.display()));
    }
}
