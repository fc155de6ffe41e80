//! `goward import`

use std::path::PathBuf;

use acquire::{Adopted, Sources};
use adopt::{Action, Done as What, GlobalDefault, Item, Manager, ProjectPin, Verdict, Where};
use context::Ctx;
use context::settings::keys;
use diag::Speech;

use super::reported::Reported;
use super::{CommandResult, handle_ctrl_c};
use crate::cli::ImportArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views::{self, ToView};

/// How many excluded files are named one by one; the rest is counted.
const LEFT_OUT_NAMED_MAX: usize = 8;

pub(super) fn run(sources: &Sources, args: &ImportArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    if let Some(path) = &args.forget {
        return forget(ctx, path);
    }
    handle_ctrl_c(ctx)?;
    if let Some(name) = args.from {
        return from(sources, args, name.0, speech);
    }
    let plan = adopt::plan(ctx, &args.paths, &Where::default())?;
    let missing = missing(&args.paths, &plan.items);
    let shows_only = args.dry_run || (args.paths.is_empty() && !args.all);
    if shows_only {
        if plan.items.is_empty() {
            speech.say("no Go installation was found");
        } else if !args.dry_run && plan.items.iter().any(|item| item.action != Action::Leave) {
            speech.say("nothing is done yet; `goward import --all` does all of it, `goward import PATH` one");
        }
        if let Some(failure) = missing.into_iter().next() {
            return Err(failure);
        }
        let text = table(&plan.items);
        return Ok(Box::new(Rendered::new(views::import_plan(&plan.items, None, &[], &[]), text)));
    }
    speech.say(table(&plan.items).trim_end());
    let view = views::import_plan(&plan.items, None, &[], &[]);
    let Parts { text, view, exit_code } = bring_in(sources, &plan.items, view, missing, speech)?;
    Ok(Box::new(Rendered::new(view, text).ending_with(exit_code)))
}

/// Everything of one manager: its installations, its default, and remarks for the user.
fn from(sources: &Sources, args: &ImportArgs, manager: Manager, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    let plan = adopt::plan(ctx, &[], &Where { only: Some(manager), ..Where::default() })?;
    let default = adopt::global_default(ctx, manager);
    let pins: Vec<ProjectPin> = args.projects.iter().flat_map(|folder| adopt::project_pins(ctx, folder)).collect();
    let profile = adopt::profile_lines(ctx, manager);
    let mut before = table(&plan.items);
    if let Some(default) = &default {
        before.push_str(&format!("default: {} ({})\n", default.text, default.origin));
    }
    for pin in &pins {
        let read = if pin.is_read { "goward reads it too" } else { "goward does not read this file" };
        before.push_str(&format!("{}:{}: {} ({read})\n", pin.path.display(), pin.line, pin.text));
    }
    for line in &profile {
        let unless = if line.serves_others { ", unless it manages other tools for you" } else { "" };
        let place = format!("{}:{}", line.path.display(), line.line);
        before.push_str(&format!("remove yourself{unless}: {place}: {}\n", line.text));
    }
    let known = views::import_plan(&plan.items, default.as_ref(), &pins, &profile);
    if args.dry_run {
        return Ok(Box::new(Rendered::new(known, before)));
    }
    speech.say(before.trim_end());
    if plan.items.is_empty() && default.is_none() {
        speech.say(&format!("nothing of {} was found", manager.word()));
    }
    let Parts { mut text, mut view, exit_code } = bring_in(sources, &plan.items, known, Vec::new(), speech)?;
    for folder in pins.iter().filter(|pin| pin.is_read).filter_map(|pin| pin.path.parent()) {
        // As for a run: a failure costs at most a download later.
        let _ = ctx.store.remember_project(folder);
    }
    if let Some(default) = &default {
        let (line, switched) = take_over(ctx, default)?;
        text.push_str(&line);
        view.switched = switched;
    }
    Ok(Box::new(Rendered::new(view, text).ending_with(exit_code)))
}

/// Makes a manager's default goward's, if its toolchain is installed.
fn take_over(ctx: &Ctx, default: &GlobalDefault) -> Result<(String, Option<view::Use>), Failure> {
    let found = match &default.request {
        Some(request) => resolve::newest_installed(ctx, request)?,
        None => None,
    };
    let Some(toolchain) = found else {
        let line = format!("the default stays: no installed toolchain is `{}` ({})\n", default.text, default.origin);
        return Ok((line, None));
    };
    let switched = engine::switch(ctx, &toolchain.id)?;
    let tag = switched.toolchain.version().tag();
    let line = match (switched.changed, &switched.before) {
        (false, _) => format!("{tag} is the default already (generation {})\n", switched.generation),
        (true, Some(before)) => {
            let before = before.version().tag();
            format!("{tag} is the default now, {before} was before (generation {})\n", switched.generation)
        }
        (true, None) => format!("{tag} is the default now (generation {})\n", switched.generation),
    };
    Ok((line, Some(switched.view())))
}

/// The parts of an import's result.
struct Parts {
    text: String,
    view: view::Import,
    exit_code: u8,
}

/// Folders that the user has named and that contain no installation: each is a failure, whatever the others contain.
fn missing(paths: &[PathBuf], items: &[Item]) -> Vec<Failure> {
    let failure = |path: PathBuf, why: &str| Failure::NoInstallation { path, why: why.to_owned() };
    match paths {
        [] => Vec::new(),
        [path, ..] if items.is_empty() => vec![failure(path.clone(), "nothing is there")],
        _ => items
            .iter()
            .filter_map(|item| match &item.found.verdict {
                Verdict::Broken { why } => Some(failure(item.found.path.clone(), why)),
                _ => None,
            })
            .collect(),
    }
}

/// One after the other: each may share files with the one before. A failure does not stop the rest.
fn bring_in(
    sources: &Sources,
    items: &[Item],
    plan: view::ImportPlan,
    missing: Vec<Failure>,
    speech: &Speech,
) -> Result<Parts, Failure> {
    let ctx = sources.ctx();
    let (mut text, mut done, mut failed) = (String::new(), Vec::new(), Reported::default());
    let are_named = !missing.is_empty();
    let mut failures = missing;
    for item in items {
        match adopt::apply(sources, item) {
            Ok(None) => {}
            Ok(Some(what)) => {
                text.push_str(&worded(&what, speech));
                done.push(what);
            }
            Err(error) => failures.push(Failure::from(error)),
        }
        if ctx.sys.interrupt().is_asked() {
            break;
        }
    }
    let broken: Vec<&Item> = items.iter().filter(|item| matches!(item.found.verdict, Verdict::Broken { .. })).collect();
    if done.is_empty() && failures.len() == 1 && (broken.is_empty() || are_named) {
        return Err(failures.remove(0));
    }
    failures.iter().for_each(|failure| failed.add(ctx, failure, speech));
    let view = view::Import { errors: failed.errors, ..views::import(plan, &done) };
    Ok(Parts { text, view, exit_code: failed.exit_code })
}

fn forget(ctx: &Ctx, path: &std::path::Path) -> CommandResult {
    let real = ctx.sys.fs().resolve(path).unwrap_or_else(|_| path.to_owned());
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    let was_there = ctx.store.forget_external(&real, wait_max)?;
    if !was_there {
        return Err(adopt::ExternalGoError::NotThere { path: path.to_owned() }.into());
    }
    let text = format!("{} is not registered any more; its files are unchanged\n", real.display());
    Ok(Box::new(Rendered::new(view::Forget { path: real.view() }, text)))
}

fn table(items: &[Item]) -> String {
    let row = |item: &Item| {
        let found = &item.found;
        let version = match (&found.toolchain, &found.version_line) {
            (Some(id), _) => id.to_string(),
            (None, Some(line)) => line.clone(),
            (None, None) => "version unknown".to_owned(),
        };
        let what = match &found.verdict {
            Verdict::Claimed { form } => form.word().to_owned(),
            Verdict::Installed => "installed already".to_owned(),
            Verdict::System { why } => format!("not official: {why}"),
            Verdict::Broken { why } => format!("no toolchain: {why}"),
        };
        let what = found.notes.iter().fold(what, |what, note| format!("{what}; {note}"));
        let action = match item.action {
            Action::Adopt => "copy and prove",
            Action::Register => "register as system",
            Action::Leave => "nothing",
        };
        let place = release::escaped(&found.path.display().to_string());
        vec![place, found.manager.word().to_owned(), version, action.to_owned(), what]
    };
    columns(&items.iter().map(row).collect::<Vec<_>>())
}

fn worded(what: &What, speech: &Speech) -> String {
    match what {
        What::Adopted(adopted) => adopted_text(adopted, speech),
        What::Registered { path, why } => {
            format!("registered {} as system; it runs in place\n  not official: {why}\n", path.display())
        }
    }
}

fn adopted_text(adopted: &Adopted, speech: &Speech) -> String {
    let installed = &adopted.installed;
    if installed.was_installed {
        return format!("{}\n", super::installed::line(installed, speech));
    }
    let seconds = installed.milliseconds as f64 / 1000.0;
    let proof = super::installed::proof(&installed.witnesses, speech);
    let id = &installed.toolchain;
    let mut text = format!("imported {id} in {seconds:.1} s (nothing fetched), {proof}\n");
    let mut rules: Vec<&str> = adopted.left_out.iter().map(|(_, rule)| *rule).collect();
    rules.sort_unstable();
    rules.dedup();
    for rule in rules {
        let of_rule: Vec<String> =
            adopted.left_out.iter().filter(|(_, of)| *of == rule).map(|(path, _)| release::escaped(path)).collect();
        let named = of_rule.iter().take(LEFT_OUT_NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
        let more = of_rule.len().saturating_sub(LEFT_OUT_NAMED_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        text.push_str(&format!("  excluded: {named}{more} ({rule})\n"));
    }
    text
}
