//! `goward pin`

use diag::Speech;
use engine::Ctx;
use release::Request;

use super::{Done, listen};
use crate::cli::PinArgs;
use crate::outcome::Worded;

pub(super) fn run(ctx: &Ctx, args: &PinArgs, speech: &Speech) -> Done {
    let request = if args.exact { exact(ctx, &args.request)? } else { args.request.clone() };
    let pinned = engine::pin(ctx, &request, args.file)?;
    let text = match &pinned.before {
        Some(before) if *before == pinned.request => format!("{} says {} already\n", pinned.path.display(), before),
        Some(before) => format!("{} says {} now, {before} before\n", pinned.path.display(), pinned.request),
        None => format!("{} says {} now\n", pinned.path.display(), pinned.request),
    };
    let text =
        pinned.also.iter().fold(text, |text, path| format!("{text}{} says {} now\n", path.display(), pinned.request));
    if let Some(why) = &pinned.shadowed_by {
        speech.say(&format!("it does not decide here: {why}"));
    }
    for other in &pinned.disagreeing {
        speech.say(&format!("{other}, which its tool still follows"));
    }
    if let Some(project) = pinned.path.parent() {
        // As for a run: one that cannot be remembered costs a download at the most.
        let _ = ctx.store.remember_project(project);
    }
    if engine::newest_installed(ctx, &request)?.is_none() {
        speech.say("no installed toolchain matches yet; `goward install` gets one, `goward run` does it by itself");
    }
    Ok(Box::new(Worded::new(pinned, text)))
}

fn exact(ctx: &Ctx, request: &Request) -> Result<Request, crate::failure::Failure> {
    if let Some(version) = request.exact() {
        return Ok(Request::Exact(version));
    }
    listen(ctx)?;
    let plan = engine::plan_install(ctx, request, &ctx.platform)?;
    Ok(Request::Exact(plan.toolchain.version().clone()))
}
