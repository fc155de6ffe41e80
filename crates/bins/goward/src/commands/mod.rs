//! The commands, one file each.

mod activate;
mod block;
mod bundle;
mod check;
mod completions;
mod config;
mod current;
mod diff;
mod doctor;
mod drill;
mod ensure;
mod env;
mod env_tree;
pub(crate) mod exec_shim;
mod gate;
mod graph;
mod history;
mod ide;
mod import;
mod install;
mod installed;
mod list;
mod man;
mod migrate;
mod outdated;
mod pin;
mod prune;
mod ps;
mod reported;
mod rollback;
mod run;
mod sandbox;
mod self_;
mod setup;
mod shims;
mod snapshot;
mod status;
mod supervised;
mod system;
mod uninstall;
mod upgrade;
mod use_;
mod verify;
mod where_;
mod which;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use context::Ctx;
use context::settings::{Origin, Settings, keys};
use diag::Speech;
use release::Platform;
use sys::{Guardian, Listener, Sys};

use crate::cli::{Command, SelfCommand};
use crate::failure::Failure;
use crate::outcome::Outcome;

type CommandResult = Result<Box<dyn Outcome>, Failure>;

/// What goward does when `goward run --supervise` has started it: it guards, or hands a socket over. Neither is in the
/// command tree, reads settings or makes a file.
pub(crate) fn started_again(args: &[OsString]) -> Option<ExitCode> {
    let verb = args.get(1)?;
    if verb == Guardian::VERB {
        Guardian::serve();
        return Some(ExitCode::SUCCESS);
    }
    if verb != Listener::VERB {
        return None;
    }
    // It returns only on failure.
    let cause = Listener::become_listening(args.get(2..).unwrap_or_default());
    let program = args.get(4).map_or_else(|| std::path::PathBuf::from("a program"), std::path::PathBuf::from);
    let failure = Failure::from(resolve::LaunchError::refused(&program, cause));
    let report = diag::Report::of(&failure, "the socket is still held");
    Speech::stderr(diag::Verbosity::Normal, diag::Colour::Never, true).report(&report);
    Some(ExitCode::from(report.class.exit_code()))
}

/// The commands that need neither settings nor a store.
pub(crate) fn without_store(command: &Command) -> Option<CommandResult> {
    match command {
        Command::Completions(args) => Some(Ok(completions::run(args))),
        Command::Man(args) => Some(man::run(args)),
        _ => None,
    }
}

/// Runs `doctor` for a refused store, which is the only command that works there. `None` if the store is not refused,
/// or for another command.
pub(crate) fn before_store(
    sys: &Sys,
    settings: &Settings,
    command: &Command,
    speech: &Speech,
) -> Option<CommandResult> {
    match command {
        Command::Doctor(args) => doctor::before_store(sys, settings, args, speech),
        _ => None,
    }
}

/// Runs a command.
pub(crate) fn run(ctx: &Ctx, command: &Command, platforms: &[Platform], speech: &Speech) -> CommandResult {
    // Made once, so that a silent source is not asked again. Only commands that get it can fetch.
    let sources = &engine::sources(ctx);
    match command {
        Command::Run(args) => run::run(sources, args, speech),
        Command::Install(args) => install::run(sources, args, speech),
        Command::Uninstall(args) => uninstall::run(ctx, args),
        Command::List(args) => list::run(sources, args, speech),
        Command::Use(args) => use_::run(sources, args, speech),
        Command::Current(args) => current::run(ctx, args, speech),
        Command::Which(args) => which::run(ctx, args, speech),
        Command::Import(args) => import::run(sources, args, speech),
        Command::Upgrade(args) => upgrade::run(sources, args, speech),
        Command::Outdated(_) => outdated::run(sources, speech),
        Command::Migrate(args) => migrate::run(sources, args, speech),
        Command::Env(args) => env::run(ctx, args),
        Command::Pin(args) => pin::run(sources, args, platforms, speech),
        Command::Why(args) => why::run(sources, args, speech),
        Command::Where(args) => where_::run(ctx, args),
        Command::Status(_) => status::run(ctx),
        Command::Ps(args) => ps::run(ctx, args, speech),
        Command::History(args) => history::run(ctx, args),
        Command::Undo(args) => rollback::undo(ctx, args),
        Command::Snapshot(args) => snapshot::run(sources, args),
        Command::Rollback(args) => rollback::run(ctx, args, speech),
        Command::Block(args) => block::run(ctx, args, speech),
        Command::Unblock(args) => block::unblock(ctx, args),
        Command::Graph(args) => graph::run(sources, args, speech),
        Command::Diff(args) => diff::run(ctx, args),
        Command::Prune(args) => prune::run(ctx, args),
        Command::Shims(args) => shims::run(ctx, args),
        Command::Verify(args) => verify::run(sources, args, speech),
        Command::Bundle(args) => bundle::run(sources, args, platforms, speech),
        Command::Config(args) => config::run(ctx, args, speech),
        Command::Setup(args) if is_of_system(ctx) => system::init(ctx, args.dry_run, speech),
        Command::Setup(args) => setup::setup(ctx, args, speech),
        Command::Unsetup(args) => setup::unsetup(ctx, args, speech),
        Command::SelfCommand(args) => match &args.command {
            SelfCommand::Uninstall(args) => self_::uninstall(ctx, args, speech),
        },
        Command::Activate(args) => activate::run(ctx, args),
        Command::Ide(args) => ide::run(ctx, args, speech),
        Command::Gate(args) => gate::run(sources, args, speech),
        Command::Sandbox(args) => sandbox::run(sources, args, speech),
        Command::Check(args) => check::run(ctx, args, speech),
        Command::Doctor(args) => doctor::run(ctx, args, speech),
        Command::Drill(args) => drill::run(ctx, args, speech),
        Command::System(args) => system::run(ctx, args, speech),
        Command::Completions(args) => Ok(completions::run(args)),
        Command::Man(args) => man::run(args),
    }
}

/// Whether the command acts on the administrator's store (`--system`).
fn is_of_system(ctx: &Ctx) -> bool {
    ctx.settings.get(keys::HOME).origin == Origin::Flag("--system")
}

/// From now on Ctrl-C sets the interrupt flag, so that the work ends in a resumable state and reports it.
fn handle_ctrl_c(ctx: &Ctx) -> Result<(), Failure> {
    ctx.sys.interrupt().listen().map_err(Failure::Signals)
}
