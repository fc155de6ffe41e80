//! Ensures an installed toolchain for a request: finds one, or installs one.

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
    /// A rule of the user or of the project forbids it, or the store cannot be used.
    Refused(Failure),
    /// It is not installed, and could not be installed.
    Missing(Failure),
}

impl<E: Into<Failure>> From<E> for EnsureError {
    fn from(error: E) -> EnsureError {
        EnsureError::Refused(error.into())
    }
}

impl EnsureError {
    fn missing(error: impl Into<Failure>) -> EnsureError {
        let failure = error.into();
        // A blocked version is not missing: a rule forbids it.
        match failure.word() {
            "blocked" | "block-list-damaged" => EnsureError::Refused(failure),
            _ => EnsureError::Missing(failure),
        }
    }

    pub(super) fn into_failure(self) -> Failure {
        match self {
            EnsureError::Refused(failure) | EnsureError::Missing(failure) => failure,
        }
    }
}

/// The installed toolchain for a request, or one that is installed now.
///
/// An installed toolchain answers first, so that a second call needs no network.
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

/// As [`ensure`], but a word such as `latest` means the newest release, not the newest installed one.
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
                speech.say(&format!("no source could resolve `{request}`; using the installed {version}"));
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
        speech.say(&super::installed::line(&result?, speech));
    }
    ctx.store.find_installed(&id)?.ok_or(Failure::from(store::StoreError::NotInstalled { id }))
}

/// The toolchain that this folder asks for, installed now if necessary.
pub(super) fn ensure_chosen(
    sources: &Sources,
    argument: Option<&Request>,
    speech: &Speech,
) -> Result<(Toolchain, Choice), Failure> {
    ensure_choice(sources, resolve::choose(sources.ctx(), argument)?, speech).map_err(EnsureError::into_failure)
}

/// The toolchain of a choice, installed now if necessary, and checked against the lock file.
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
        Err(failure) => Err(EnsureError::missing(asked(&choice, failure))),
    }
}

/// A failure to install a requested version, with the file or variable that requests it. A request on the command line
/// needs no such note.
pub(super) fn asked(choice: &Choice, cause: Failure) -> Failure {
    match choice.asked_by() {
        Some(because) if cause.class() != Class::Interrupted => Failure::Asked { because, cause: Box::new(cause) },
        _ => cause,
    }
}

/// The plan for the version that this folder asks for. Checks before any fetch: a version that the project refuses need
/// not be installed.
pub(super) fn plan_chosen(sources: &Sources, choice: Choice) -> Result<(InstallPlan, Choice), EnsureError> {
    let ctx = sources.ctx();
    let plan = acquire::plan_install(sources, &choice.request, &ctx.platform);
    let plan = plan.map_err(|error| EnsureError::missing(asked(&choice, error.into())))?;
    let request = choice.request.clone();
    let choice = choice.settled(ctx, plan.toolchain.version())?;
    if choice.request == request {
        return Ok((plan, choice));
    }
    // The project's needs override the pin.
    let plan = acquire::plan_install(sources, &choice.request, &ctx.platform).map_err(EnsureError::missing)?;
    Ok((plan, choice))
}

/// Reports an ignored file that would have decided, a blocked version that would have been taken, and an overridden pin.
pub(super) fn say_passed_over(choice: &Choice, speech: &Speech) {
    say_stranger(choice, speech);
    if let Some(line) = choice.block_note() {
        speech.say(&line);
    }
    say_gave_way(choice, speech);
}

/// Reports another user's file that would have decided.
pub(super) fn say_stranger(choice: &Choice, speech: &Speech) {
    if let Some(line) = choice.stranger() {
        speech.say(&line);
    }
}

/// Reports a pin that the project's needs override.
pub(super) fn say_gave_way(choice: &Choice, speech: &Speech) {
    if let Some(note) = choice.note() {
        speech.say(&note);
    }
}

/// Registers the project whose files were read. A failure costs at most a download later.
pub(super) fn remember(ctx: &Ctx, choice: &Choice) {
    if let Some(project) = &choice.project {
        let _ = ctx.store.remember_project(project);
    }
}
