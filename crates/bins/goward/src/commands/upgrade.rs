//! `goward upgrade`

use acquire::Sources;
use diag::Speech;
use engine::{Upgrade, Upgraded};

use super::use_::{moved, say_other_here};
use super::{CommandResult, handle_ctrl_c, installed};
use crate::cli::UpgradeArgs;
use crate::outcome::Rendered;
use crate::views;

pub(super) fn run(sources: &Sources, args: &UpgradeArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    handle_ctrl_c(ctx)?;
    let plan = engine::plan_upgrade(sources, args.request.as_ref())?;
    if args.dry_run {
        if let Some(plan) = plan.install_plan() {
            acquire::check_offered(sources, plan)?;
        }
        let text = planned(&plan);
        return Ok(Box::new(Rendered::new(views::upgrade_plan(&plan), text)));
    }
    let done = engine::upgrade(sources, plan)?;
    let text = told(&done, speech);
    if let Some(switched) = &done.switched {
        say_other_here(ctx, &switched.toolchain, speech);
    }
    Ok(Box::new(Rendered::new(views::upgrade(&done), text)))
}

fn planned(plan: &Upgrade) -> String {
    let (tag, minor) = (plan.to.version().tag(), plan.to.version().minor());
    let default = if plan.is_default { " and become the default" } else { "" };
    match (plan.installed, plan.is_default) {
        (true, false) => format!("{tag} is the newest go{minor}; nothing would change\n"),
        (true, true) => format!("{tag} would become the default\n"),
        (false, _) => match &plan.from {
            Some(from) => format!("{tag} would be installed{default}; the newest so far is {}\n", from.tag()),
            None => format!("{tag} would be installed{default}\n"),
        },
    }
}

fn told(done: &Upgraded, speech: &Speech) -> String {
    let installed = done.installed.as_ref().map(|one| format!("{}\n", installed::line(one, speech)));
    let switched = done.switched.as_ref().map(moved);
    if installed.is_none() && switched.is_none() {
        let (tag, minor) = (done.plan.to.version().tag(), done.plan.to.version().minor());
        return format!("{tag} is the newest go{minor}; nothing changed\n");
    }
    if switched.is_some() {
        speech.say("`goward undo` goes back");
    }
    [installed, switched].into_iter().flatten().collect()
}
