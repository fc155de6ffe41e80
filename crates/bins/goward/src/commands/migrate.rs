//! `goward migrate`

use acquire::Sources;
use adopt::{Fate, MigratePlan, Migrated};
use diag::{Class, Speech};

use super::ensure::ensure_released;
use super::{CommandResult, handle_ctrl_c};
use crate::cli::MigrateArgs;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views::{self, ToView};

pub(super) fn run(sources: &Sources, args: &MigrateArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    handle_ctrl_c(ctx)?;
    let to = match args.dry_run {
        true => acquire::plan_install(sources, &args.to, &ctx.platform)?.toolchain,
        false => ensure_released(sources, &args.to, speech)?.id,
    };
    let mut plan = adopt::migrate::plan(ctx, &args.from, &to)?;
    if args.no_tools {
        plan.tools.clear();
    }
    if args.dry_run {
        let text = planned(&plan);
        return Ok(Box::new(Rendered::new(plan.view(), text)));
    }
    speech.say(planned(&plan).trim_end());
    let migrated = adopt::migrate::apply(ctx, &plan, &|line| speech.say(line))?;
    // The rest is done and stays; the exit code shows that a tool is not.
    let exit_code = if migrated.failed.is_empty() { 0 } else { Class::Environment.exit_code() };
    let text = done(&plan, &migrated);
    Ok(Box::new(Rendered::new(views::migrate(&plan, &migrated), text).ending_with(exit_code)))
}

fn planned(plan: &MigratePlan) -> String {
    let new = plan.to.version().tag();
    let installed = if plan.is_installed { "installed" } else { "would be installed" };
    let mut text = format!("from {} to {new} ({installed}; {})\n", plan.from, plan.support);
    if let Some(default) = &plan.default {
        text.push_str(&format!("default: {} becomes {new}\n", default.before.version().tag()));
    }
    for pin in &plan.pins {
        text.push_str(&format!("{}: {} becomes {}\n", pin.path.display(), pin.before, pin.after));
    }
    let rows = plan.tools.iter().map(|tool| {
        let name = tool.path.file_name().unwrap_or_default().to_string_lossy();
        let name = release::escaped(&name);
        let what = match (&tool.package, &tool.version) {
            (Some(package), Some(version)) => release::cut(&format!("{package}@{version}")),
            _ => String::new(),
        };
        let fate = match &tool.fate {
            Fate::Rebuild => format!("is rebuilt with {new}"),
            Fate::Leave { why } => format!("stays: {why}"),
        };
        vec![format!("tool {name}"), tool.go.clone(), what, fate]
    });
    text.push_str(&columns(&rows.collect::<Vec<_>>()));
    for concern in &plan.concerns {
        match &concern.place {
            Some(place) => text.push_str(&format!("note: {}: {}\n", place.display(), concern.what)),
            None => text.push_str(&format!("note: {}\n", concern.what)),
        }
    }
    text
}

fn done(plan: &MigratePlan, migrated: &Migrated) -> String {
    let new = plan.to.version().tag();
    if migrated.change.is_none() && migrated.failed.is_empty() {
        return format!("nothing had to be migrated to {new}\n");
    }
    let mut text = String::new();
    if let Some(generation) = migrated.generation {
        text.push_str(&format!("{new} is the default now (generation {generation})\n"));
    }
    for path in &migrated.pins {
        text.push_str(&format!("changed {}\n", path.display()));
    }
    for path in &migrated.rebuilt {
        text.push_str(&format!("rebuilt {}\n", path.display()));
    }
    for failed in &migrated.failed {
        text.push_str(&format!("not rebuilt, and unchanged: {}: {}\n", failed.path.display(), failed.why));
    }
    if migrated.change.is_some() {
        text.push_str(&format!("checked: {}; `goward undo` reverts all of it\n", migrated.go_version));
    }
    text
}
