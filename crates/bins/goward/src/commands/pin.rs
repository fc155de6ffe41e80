//! `goward pin`

use acquire::Sources;
use context::Ctx;
use diag::{Class, Speech};
use engine::Pinned;
use release::{Platform, Request};

use super::{CommandResult, handle_ctrl_c};
use crate::cli::PinArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views::{self, ToView};

pub(super) fn run(sources: &Sources, args: &PinArgs, platforms: &[Platform], speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    if args.request.is_none() && !args.lock {
        return shown(ctx);
    }
    let pinned = match &args.request {
        Some(request) => Some(pin(sources, args, request, speech)?),
        None => None,
    };
    if !args.lock {
        let (pinned, text) = pinned.unzip();
        let view = views::pin_write(pinned.as_ref(), None);
        return Ok(Box::new(Rendered::new(view, text.unwrap_or_default())));
    }
    let asked = match &args.request {
        Some(request) => request.clone(),
        None => resolve::choose(ctx, None)?.request,
    };
    let version = match exact(sources, &asked)? {
        Request::Exact(version) => version,
        other => return Err(Failure::NotInstalled { request: other.to_string() }),
    };
    handle_ctrl_c(ctx)?;
    let outcome = engine::lock(sources, &version, platforms, args.check)?;
    let (pinned, mut text) = pinned.unzip();
    let text = text.get_or_insert_default();
    let path = outcome.path.display();
    let stale = args.check && !outcome.changes.is_empty();
    match (stale, outcome.changes.is_empty()) {
        (true, _) => text.push_str(&format!("{path} is out of date\n")),
        (false, true) => text.push_str(&format!("{path} is up to date\n")),
        (false, false) => text.push_str(&format!("{path} locks {}\n", version.tag())),
    }
    for change in &outcome.changes {
        text.push_str(&format!("  {change}\n"));
    }
    let exit_code = if stale { Class::Policy.exit_code() } else { 0 };
    let text = std::mem::take(text);
    let view = views::pin_write(pinned.as_ref(), Some(&outcome));
    Ok(Box::new(Rendered::new(view, text).ending_with(exit_code)))
}

/// The pin of this folder, and its place.
fn shown(ctx: &Ctx) -> CommandResult {
    let choice = resolve::choose(ctx, None)?;
    let Some(origin) = choice.pinned_by() else { return Err(Failure::NoPin) };
    let text = format!("{} ({origin})\n", choice.request);
    let view = view::Pin { request: choice.request.view(), origin: origin.view() };
    Ok(Box::new(Rendered::new(view, text)))
}

fn pin(sources: &Sources, args: &PinArgs, request: &Request, speech: &Speech) -> Result<(Pinned, String), Failure> {
    let ctx = sources.ctx();
    let request = if args.exact { exact(sources, request)? } else { request.clone() };
    let pinned = engine::pin(ctx, &request, args.file)?;
    let text = match &pinned.before {
        Some(before) if *before == pinned.request => format!("{} already pins {}\n", pinned.path.display(), before),
        Some(before) => format!("{} now pins {}, {before} before\n", pinned.path.display(), pinned.request),
        None => format!("{} now pins {}\n", pinned.path.display(), pinned.request),
    };
    let text =
        pinned.also.iter().fold(text, |text, path| format!("{text}{} now pins {}\n", path.display(), pinned.request));
    if let Some(why) = &pinned.shadowed_by {
        speech.say(&format!("it does not decide here: {why}"));
    }
    for other in &pinned.disagreeing {
        let value = other.value.as_deref().unwrap_or_default();
        speech.say(&format!("{} says `{value}`, which its tool still follows", other.origin));
    }
    if let Some(why) = &pinned.not_remembered {
        speech.say(&format!("`goward undo` does not know of it: could not {why}"));
    }
    if let Some(project) = pinned.path.parent() {
        // As for a run: a failure costs at most a download later.
        let _ = ctx.store.remember_project(project);
    }
    if resolve::newest_even_blocked(ctx, &request)?.is_none() {
        speech.say("no installed toolchain matches yet; `goward install` gets one, `goward run` does it by itself");
    }
    Ok((pinned, text))
}

fn exact(sources: &Sources, request: &Request) -> Result<Request, Failure> {
    let ctx = sources.ctx();
    if let Some(version) = request.exact() {
        ctx.store.check_not_blocked(&version)?;
        return Ok(Request::Exact(version));
    }
    handle_ctrl_c(ctx)?;
    let plan = acquire::plan_install(sources, request, &ctx.platform)?;
    Ok(Request::Exact(plan.toolchain.version().clone()))
}
