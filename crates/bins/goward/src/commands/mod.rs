//! The commands, one file each.

mod activate;
mod bundle;
mod completions;
mod config;
mod current;
mod diff;
mod doctor;
mod env;
pub(crate) mod exec_shim;
mod history;
mod ide;
mod import;
mod install;
mod list;
mod man;
mod migrate;
mod outdated;
mod pin;
mod prune;
mod rollback;
mod run;
mod setup;
mod shims;
mod status;
mod system;
mod uninstall;
mod use_;
mod verify;
mod where_;
mod which;
mod why;

use diag::{Class, Diagnose, Speech};
use engine::settings::{Origin, Settings};
use engine::{Choice, Ctx, InstallPlan};
use release::{Platform, Request, ToolchainId};
use store::Toolchain;
use sys::Sys;

use crate::cli::Command;
use crate::failure::Failure;
use crate::outcome::Outcome;

type Done = Result<Box<dyn Outcome>, Failure>;

/// The commands that need neither settings nor a store.
pub(crate) fn without_store(command: &Command) -> Option<Box<dyn Outcome>> {
    match command {
        Command::Completions(args) => Some(completions::run(args)),
        Command::Man(_) => Some(man::run()),
        _ => None,
    }
}

/// What can be said and done where the store's folder is refused: `doctor` alone works there. None where it is not
/// refused, or another command is asked for.
pub(crate) fn before_store(sys: &Sys, settings: &Settings, command: &Command, speech: &Speech) -> Option<Done> {
    match command {
        Command::Doctor(args) => doctor::before_store(sys, settings, args, speech),
        _ => None,
    }
}

/// Runs a command.
pub(crate) fn run(ctx: &Ctx, command: &Command, platforms: &[Platform], speech: &Speech) -> Done {
    match command {
        Command::Run(args) => run::run(ctx, args, speech),
        Command::Install(args) => install::run(ctx, args, speech),
        Command::Uninstall(args) => uninstall::run(ctx, args),
        Command::List(args) => list::run(ctx, args, speech),
        Command::Use(args) => use_::run(ctx, args, speech),
        Command::Current(args) => current::run(ctx, args, speech),
        Command::Which(args) => which::run(ctx, args, speech),
        Command::Import(args) => import::run(ctx, args, speech),
        Command::Outdated(_) => outdated::run(ctx, speech),
        Command::Migrate(args) => migrate::run(ctx, args, speech),
        Command::Env(args) => env::run(ctx, args),
        Command::Pin(args) => pin::run(ctx, args, platforms, speech),
        Command::Why(args) => why::run(ctx, args, speech),
        Command::Where(args) => where_::run(ctx, args),
        Command::Status(_) => status::run(ctx),
        Command::History(args) => history::run(ctx, args),
        Command::Undo(args) => rollback::undo(ctx, args),
        Command::Rollback(args) => rollback::run(ctx, args),
        Command::Diff(args) => diff::run(ctx, args),
        Command::Prune(args) => prune::run(ctx, args),
        Command::Shims(args) => shims::run(ctx, args),
        Command::Verify(args) => verify::run(ctx, args, speech),
        Command::Bundle(args) => bundle::run(ctx, args, platforms, speech),
        Command::Config(args) => config::run(ctx, args),
        Command::Setup(args) if is_of_system(ctx) => system::init(ctx, args.dry_run, speech),
        Command::Setup(args) => setup::setup(ctx, args, speech),
        Command::Unsetup(args) => setup::unsetup(ctx, args, speech),
        Command::Activate(args) => activate::run(ctx, args),
        Command::Ide(args) => ide::run(ctx, args, speech),
        Command::Doctor(args) => doctor::run(ctx, args, speech),
        Command::System(args) => system::run(ctx, args, speech),
        Command::Completions(args) => Ok(completions::run(args)),
        Command::Man(_) => Ok(man::run()),
    }
}

/// Whether it is the administrator's store that is worked on (`--system`).
fn is_of_system(ctx: &Ctx) -> bool {
    ctx.settings.get("home").origin == Origin::Flag("--system")
}

/// From now on Ctrl-C asks the work to stop, so that it leaves a resumable state and says so.
fn listen(ctx: &Ctx) -> Result<(), Failure> {
    ctx.sys.interrupt().listen().map_err(Failure::Signals)
}

/// Why there is no toolchain to run.
enum Unobtained {
    /// A rule of the user's or of the project's is against it, or the store cannot be used.
    Refused(Failure),
    /// It is not here, and was not to be had.
    Missing(Failure),
}

impl<E: Into<Failure>> From<E> for Unobtained {
    fn from(error: E) -> Unobtained {
        Unobtained::Refused(error.into())
    }
}

impl Unobtained {
    fn missing(error: impl Into<Failure>) -> Unobtained {
        Unobtained::Missing(error.into())
    }

    fn into_failure(self) -> Failure {
        match self {
            Unobtained::Refused(failure) | Unobtained::Missing(failure) => failure,
        }
    }
}

/// An installed toolchain for a request: one that is there, or one that is installed now.
///
/// What is installed answers first, so that a second call needs no network.
fn obtain(ctx: &Ctx, request: &Request, speech: &Speech) -> Result<Toolchain, Unobtained> {
    if let Some(toolchain) = engine::newest_installed(ctx, request)? {
        engine::hold_installed(ctx, &toolchain.id)?;
        return Ok(toolchain);
    }
    if !ctx.settings.is_on("install.auto") {
        return Err(Unobtained::missing(Failure::NotInstalled { request: request.to_string() }));
    }
    listen(ctx)?;
    let plan = engine::plan_install(ctx, request, &ctx.platform).map_err(Unobtained::missing)?;
    install_planned(ctx, plan, speech).map_err(Unobtained::missing)
}

/// As [`obtain`], but a word such as `latest` means what is released by now, not what happens to be here.
fn obtain_released(ctx: &Ctx, request: &Request, speech: &Speech) -> Result<Toolchain, Failure> {
    let is_word = matches!(request, Request::Latest | Request::OldStable | Request::Candidate);
    if !is_word || ctx.is_offline() || !ctx.settings.is_on("install.auto") {
        return obtain(ctx, request, speech).map_err(Unobtained::into_failure);
    }
    listen(ctx)?;
    match engine::plan_install(ctx, request, &ctx.platform) {
        Ok(plan) if plan.installed => {
            let id = plan.toolchain;
            engine::hold_installed(ctx, &id)?;
            ctx.store.find_installed(&id)?.ok_or(Failure::from(store::StoreError::NotInstalled { id }))
        }
        Ok(plan) => install_planned(ctx, plan, speech),
        Err(error) => match engine::newest_installed(ctx, request)? {
            Some(toolchain) if error.class() != Class::Interrupted => {
                engine::hold_installed(ctx, &toolchain.id)?;
                let version = toolchain.id.version().tag();
                speech.say(&format!("no source says what `{request}` is by now; {version} is the one installed"));
                Ok(toolchain)
            }
            _ => Err(error.into()),
        },
    }
}

fn install_planned(ctx: &Ctx, plan: InstallPlan, speech: &Speech) -> Result<Toolchain, Failure> {
    let id: ToolchainId = plan.toolchain.clone();
    for result in engine::install(ctx, &[plan]) {
        speech.say(&install::line(&result?));
    }
    ctx.store.find_installed(&id)?.ok_or(Failure::from(store::StoreError::NotInstalled { id }))
}

/// The toolchain that this folder asks for, installed now if need be.
fn obtain_chosen(ctx: &Ctx, argument: Option<&Request>, speech: &Speech) -> Result<(Toolchain, Choice), Failure> {
    obtain_choice(ctx, engine::choose(ctx, argument)?, speech).map_err(Unobtained::into_failure)
}

/// The toolchain of a choice, installed now if need be, and held to the lock file.
fn obtain_choice(ctx: &Ctx, choice: Choice, speech: &Speech) -> Result<(Toolchain, Choice), Unobtained> {
    if let Some(toolchain) = &choice.toolchain {
        say_passed_over(&choice, speech);
        engine::hold_installed(ctx, &toolchain.id)?;
        return Ok((toolchain.clone(), choice));
    }
    if !ctx.settings.is_on("install.auto") {
        let failure = Failure::NotInstalled { request: choice.request.to_string() };
        return Err(Unobtained::Missing(asked(&choice, failure)));
    }
    listen(ctx)?;
    say_stranger(&choice, speech);
    engine::check_auto_install(ctx, &choice, None)?;
    let (plan, choice) = plan_chosen(ctx, choice)?;
    say_gave_way(&choice, speech);
    if choice.toolchain.is_none() {
        engine::check_auto_install(ctx, &choice, Some(plan.toolchain.version()))?;
    }
    if let Some(toolchain) = &choice.toolchain {
        engine::hold_installed(ctx, &toolchain.id)?;
        return Ok((toolchain.clone(), choice));
    }
    match install_planned(ctx, plan, speech) {
        Ok(toolchain) => Ok((toolchain, choice)),
        Err(failure) => Err(Unobtained::Missing(asked(&choice, failure))),
    }
}

/// A failure to have what is asked for, told with the file or variable that asks. What stands on the command line, the
/// user has before them.
fn asked(choice: &Choice, cause: Failure) -> Failure {
    match choice.asked_by() {
        Some(because) if cause.class() != Class::Interrupted => Failure::Asked { because, cause: Box::new(cause) },
        _ => cause,
    }
}

/// The plan for what this folder asks for. Before anything is fetched: what the project refuses need not be
/// installed for it.
fn plan_chosen(ctx: &Ctx, choice: Choice) -> Result<(InstallPlan, Choice), Unobtained> {
    let plan = engine::plan_install(ctx, &choice.request, &ctx.platform);
    let plan = plan.map_err(|error| Unobtained::Missing(asked(&choice, error.into())))?;
    let request = choice.request.clone();
    let choice = choice.settled(ctx, plan.toolchain.version())?;
    if choice.request == request {
        return Ok((plan, choice));
    }
    // The pin gave way to what the project needs.
    let plan = engine::plan_install(ctx, &choice.request, &ctx.platform).map_err(Unobtained::missing)?;
    Ok((plan, choice))
}

/// Says what did not count though it would have decided, and what gave way.
fn say_passed_over(choice: &Choice, speech: &Speech) {
    say_stranger(choice, speech);
    say_gave_way(choice, speech);
}

/// Says that somebody else's file would have decided, where it would have.
fn say_stranger(choice: &Choice, speech: &Speech) {
    if let Some(line) = choice.stranger() {
        speech.say(&line);
    }
}

/// Says that a pin gave way to what the project needs, where it did.
fn say_gave_way(choice: &Choice, speech: &Speech) {
    if let Some(note) = choice.note() {
        speech.say(&note);
    }
}

/// Remembers the project whose files were looked at. One that cannot be remembered costs a download at the most.
fn remember(ctx: &Ctx, choice: &Choice) {
    if let Some(project) = &choice.project {
        let _ = ctx.store.remember_project(project);
    }
}
