//! `goward use`

use acquire::Sources;
use context::Ctx;
use diag::Speech;
use engine::Switched;
use release::ToolchainId;

use super::ensure::ensure_released;
use super::{CommandResult, handle_ctrl_c};
use crate::cli::UseArgs;
use crate::outcome::Rendered;
use crate::views::{self, ToView};

pub(super) fn run(sources: &Sources, args: &UseArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    if args.dry_run {
        return planned(sources, args);
    }
    let toolchain = ensure_released(sources, &args.request, speech)?;
    let switched = engine::switch(ctx, &toolchain.id)?;
    let text = moved(&switched);
    say_other_here(ctx, &switched.toolchain, speech);
    let path = ctx.sys.env().search_path();
    if !path.contains(&switched.bin) && !path.contains(&ctx.store.layout().shims()) {
        speech.say("`goward setup` makes it the `go` of every shell");
    }
    // If no path can go through the pointer, a junction may exist; goward reads it and never assumes it.
    if !ctx.sys.fs().pointers_are_links() && ctx.store.default_path()?.is_none() {
        let path = ctx.store.layout().default_junction();
        speech.say(&format!(
            "no junction could be made at `{}`: other programs find go by the shims only",
            path.display()
        ));
    }
    Ok(Box::new(Rendered::new(switched.view(), text)))
}

/// How the default moved, in words.
pub(super) fn moved(switched: &Switched) -> String {
    let (tag, generation) = (switched.toolchain.version().tag(), switched.generation);
    match (&switched.before, switched.changed) {
        (_, false) => format!("{tag} is the default already (generation {generation})\n"),
        (Some(before), true) => {
            format!("{tag} is the default now, {} was before (generation {generation})\n", before.version().tag())
        }
        (None, true) => format!("{tag} is the default now (generation {generation})\n"),
    }
}

/// The plan of an install and a switch. Changes nothing; an unavailable version is an error, as without `--dry-run`.
fn planned(sources: &Sources, args: &UseArgs) -> CommandResult {
    let ctx = sources.ctx();
    let found = resolve::newest_installed(ctx, &args.request)?;
    let (id, installed) = match found {
        Some(toolchain) => (toolchain.id, true),
        None => {
            handle_ctrl_c(ctx)?;
            let plan = acquire::plan_install(sources, &args.request, &ctx.platform)?;
            acquire::check_offered(sources, &plan)?;
            (plan.toolchain, plan.installed)
        }
    };
    let tag = id.version().tag();
    let first = if installed { "" } else { ", after it is installed" };
    let before = ctx.store.current_if_readable().map(|current| current.toolchain);
    let text = match &before {
        Some(before) if *before == id => format!("{tag} is the default already\n"),
        Some(before) => format!("{tag} would be the default{first}, in place of {}\n", before.version().tag()),
        None => format!("{tag} would be the default{first}\n"),
    };
    Ok(Box::new(Rendered::new(views::use_plan(&id, installed, before.as_ref()), text)))
}

/// The default runs if nothing asks for a version: if this folder asks for another one, goward says so.
pub(super) fn say_other_here(ctx: &Ctx, default: &ToolchainId, speech: &Speech) {
    // Every other command reports a folder with errors.
    let Ok(choice) = resolve::choose(ctx, None) else { return };
    if choice.toolchain.as_ref().is_some_and(|toolchain| toolchain.id == *default) {
        return;
    }
    let runs = choice.toolchain.as_ref().map_or(choice.request.to_string(), |other| other.id.version().tag());
    speech.say(&format!("in this folder {runs} still runs: {}", choice.because()));
}
