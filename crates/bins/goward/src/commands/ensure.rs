//! An installed toolchain for what is asked: one that is there, or one that is installed now.

use acquire::{InstallPlan, Sources};
use context::Ctx;
use context::settings::keys;
use diag::{Class, Diagnose, Speech};
use release::{Request, ToolchainId};
use resolve::Choice;
use store::Toolchain;

use super::handle_ctrl_c;
use crate::failure::Failure;

/// Why there is no toolchain to run.
pub(super) enum EnsureError {
    /// A rule of the user's or of the project's is against it, or the store cannot be used.
    Refused(Failure),
    /// It is not here, and was not to be had.
    Missing(Failure),
}

impl<E: Into<Failure>> From<E> for EnsureError {
    fn from(error: E) -> EnsureError {
        EnsureError::Refused(error.into())
    }
}

impl EnsureError {
    fn missing(error: impl Into<Failure>) -> EnsureError {
        EnsureError::Missing(error.into())
    }

    pub(super) fn into_failure(self) -> Failure {
        match self {
            EnsureError::Refused(failure) | EnsureError::Missing(failure) => failure,
        }
    }
}

/// An installed toolchain for a request: one that is there, or one that is installed now.
///
/// What is installed answers first, so that a second call needs no network.
pub(super) fn ensure(sources: &Sources, request: &Request, speech: &Speech) -> Result<Toolchain, EnsureError> {
    let ctx = sources.ctx();
    if let Some(toolchain) = resolve::newest_installed(ctx, request)? {
        sources.lock().check_installed(&toolchain.id)?;
        return Ok(toolchain);
    }
    if !ctx.settings.is_on(keys::INSTALL_AUTO) {
        return Err(EnsureError::missing(Failure::NotInstalled { request: request.to_string() }));
    }
    handle_ctrl_c(ctx)?;
    let plan = acquire::plan_install(sources, request, &ctx.platform).map_err(EnsureError::missing)?;
    install_planned(sources, plan, speech).map_err(EnsureError::missing)
}

/// As [`ensure`], but a word such as `latest` means what is released by now, not what happens to be here.
pub(super) fn ensure_released(sources: &Sources, request: &Request, speech: &Speech) -> Result<Toolchain, Failure> {
    let ctx = sources.ctx();
    let is_word = matches!(request, Request::Latest | Request::OldStable | Request::Candidate);
    if !is_word || ctx.is_offline() || !ctx.settings.is_on(keys::INSTALL_AUTO) {
        return ensure(sources, request, speech).map_err(EnsureError::into_failure);
    }
    handle_ctrl_c(ctx)?;
    match acquire::plan_install(sources, request, &ctx.platform) {
        Ok(plan) if plan.installed => {
            let id = plan.toolchain;
            sources.lock().check_installed(&id)?;
            ctx.store.find_installed(&id)?.ok_or(Failure::from(store::StoreError::NotInstalled { id }))
        }
        Ok(plan) => install_planned(sources, plan, speech),
        Err(error) => match resolve::newest_installed(ctx, request)? {
            Some(toolchain) if error.class() != Class::Interrupted => {
                sources.lock().check_installed(&toolchain.id)?;
                let version = toolchain.id.version().tag();
                speech.say(&format!("no source says what `{request}` is by now; {version} is the one installed"));
                Ok(toolchain)
            }
            _ => Err(error.into()),
        },
    }
}

pub(super) fn install_planned(sources: &Sources, plan: InstallPlan, speech: &Speech) -> Result<Toolchain, Failure> {
    let ctx = sources.ctx();
    let id: ToolchainId = plan.toolchain.clone();
    for result in engine::install(sources, &[plan]) {
        speech.say(&super::installed::line(&result?));
    }
    ctx.store.find_installed(&id)?.ok_or(Failure::from(store::StoreError::NotInstalled { id }))
}

/// The toolchain that this folder asks for, installed now if need be.
pub(super) fn ensure_chosen(
    sources: &Sources,
    argument: Option<&Request>,
    speech: &Speech,
) -> Result<(Toolchain, Choice), Failure> {
    ensure_choice(sources, resolve::choose(sources.ctx(), argument)?, speech).map_err(EnsureError::into_failure)
}

/// The toolchain of a choice, installed now if need be, and held to the lock file.
pub(super) fn ensure_choice(
    sources: &Sources,
    choice: Choice,
    speech: &Speech,
) -> Result<(Toolchain, Choice), EnsureError> {
    let ctx = sources.ctx();
    if let Some(toolchain) = &choice.toolchain {
        say_passed_over(&choice, speech);
        sources.lock().check_installed(&toolchain.id)?;
        return Ok((toolchain.clone(), choice));
    }
    if !ctx.settings.is_on(keys::INSTALL_AUTO) {
        let failure = Failure::NotInstalled { request: choice.request.to_string() };
        return Err(EnsureError::Missing(asked(&choice, failure)));
    }
    handle_ctrl_c(ctx)?;
    say_stranger(&choice, speech);
    resolve::check_auto_install(ctx, &choice, None)?;
    let (plan, choice) = plan_chosen(sources, choice)?;
    say_gave_way(&choice, speech);
    if choice.toolchain.is_none() {
        resolve::check_auto_install(ctx, &choice, Some(plan.toolchain.version()))?;
    }
    if let Some(toolchain) = &choice.toolchain {
        sources.lock().check_installed(&toolchain.id)?;
        return Ok((toolchain.clone(), choice));
    }
    match install_planned(sources, plan, speech) {
        Ok(toolchain) => Ok((toolchain, choice)),
        Err(failure) => Err(EnsureError::Missing(asked(&choice, failure))),
    }
}

/// A failure to have what is asked for, told with the file or variable that asks. What stands on the command line, the
/// user has before them.
pub(super) fn asked(choice: &Choice, cause: Failure) -> Failure {
    match choice.asked_by() {
        Some(because) if cause.class() != Class::Interrupted => Failure::Asked { because, cause: Box::new(cause) },
        _ => cause,
    }
}

/// The plan for what this folder asks for. Before anything is fetched: what the project refuses need not be
/// installed for it.
pub(super) fn plan_chosen(sources: &Sources, choice: Choice) -> Result<(InstallPlan, Choice), EnsureError> {
    let ctx = sources.ctx();
    let plan = acquire::plan_install(sources, &choice.request, &ctx.platform);
    let plan = plan.map_err(|error| EnsureError::Missing(asked(&choice, error.into())))?;
    let request = choice.request.clone();
    let choice = choice.settled(ctx, plan.toolchain.version())?;
    if choice.request == request {
        return Ok((plan, choice));
    }
    // The pin gave way to what the project needs.
    let plan = acquire::plan_install(sources, &choice.request, &ctx.platform).map_err(EnsureError::missing)?;
    Ok((plan, choice))
}

/// Says what did not count though it would have decided, and what gave way.
pub(super) fn say_passed_over(choice: &Choice, speech: &Speech) {
    say_stranger(choice, speech);
    say_gave_way(choice, speech);
}

/// Says that somebody else's file would have decided, where it would have.
pub(super) fn say_stranger(choice: &Choice, speech: &Speech) {
    if let Some(line) = choice.stranger() {
        speech.say(&line);
    }
}

/// Says that a pin gave way to what the project needs, where it did.
pub(super) fn say_gave_way(choice: &Choice, speech: &Speech) {
    if let Some(note) = choice.note() {
        speech.say(&note);
    }
}

/// Remembers the project whose files were looked at. One that cannot be remembered costs a download at the most.
pub(super) fn remember(ctx: &Ctx, choice: &Choice) {
    if let Some(project) = &choice.project {
        let _ = ctx.store.remember_project(project);
    }
}
