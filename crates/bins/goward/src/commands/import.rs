//! `goward import`

use adopt::{Action, Done as What, Item, Verdict, Where};
use diag::{Diagnose, Report, Speech};
use engine::{Adopted, Ctx};
use serde_json::{Value, json};

use super::{Done, install, listen};
use crate::cli::ImportArgs;
use crate::failure::Failure;
use crate::outcome::Worded;
use crate::table::columns;

/// So many things that were left out are named one by one; the rest is counted.
const LEFT_OUT_NAMED_MAX: usize = 8;

pub(super) fn run(ctx: &Ctx, args: &ImportArgs, speech: &Speech) -> Done {
    if let Some(path) = &args.forget {
        return forget(ctx, path);
    }
    listen(ctx)?;
    let plan = adopt::plan(ctx, &args.paths, &Where::default())?;
    let shows_only = args.dry_run || (args.paths.is_empty() && !args.all);
    if shows_only {
        if plan.items.is_empty() {
            speech.say("no Go installation was found");
        } else if !args.dry_run && plan.items.iter().any(|item| item.action != Action::Leave) {
            speech.say("nothing is done yet; `goward import --all` does all of it, `goward import PATH` one");
        }
        let text = table(&plan.items);
        return Ok(Box::new(Worded::new(plan, text)));
    }
    speech.write(&table(&plan.items));
    apply(ctx, &plan.items, speech)
}

/// One after the other: each may share files with the one before. What fails does not keep the rest.
fn apply(ctx: &Ctx, items: &[Item], speech: &Speech) -> Done {
    let (mut text, mut done, mut errors, mut exit_code) = (String::new(), Vec::new(), Vec::new(), 0);
    let mut failures = Vec::new();
    for item in items {
        match adopt::apply(ctx, item) {
            Ok(None) => {}
            Ok(Some(what)) => {
                text.push_str(&worded(&what));
                done.push(json!(what));
            }
            Err(error) => failures.push(Failure::from(error)),
        }
        if ctx.sys.interrupt().is_asked() {
            break;
        }
    }
    let broken: Vec<&Item> = items.iter().filter(|item| matches!(item.found.verdict, Verdict::Broken { .. })).collect();
    if done.is_empty() && failures.len() == 1 && broken.is_empty() {
        return Err(failures.remove(0));
    }
    for failure in &failures {
        let report = Report::of(failure, engine::state_line(ctx));
        speech.write(&report.text(speech));
        errors.push(report.json());
        exit_code = failure.class().exit_code();
    }
    let value: Value = json!({ "plan": items, "done": done, "errors": errors });
    Ok(Box::new(Worded::new(value, text).ending_with(exit_code)))
}

fn forget(ctx: &Ctx, path: &std::path::Path) -> Done {
    let real = ctx.sys.fs().resolve(path).unwrap_or_else(|_| path.to_owned());
    let wait_max = ctx.settings.seconds("lock.wait-seconds");
    let was_there = ctx.store.forget_system(&real, wait_max)?;
    if !was_there {
        return Err(adopt::SystemError::NotThere { path: path.to_owned() }.into());
    }
    let text = format!("{} is not registered any more; its files are as they were\n", real.display());
    Ok(Box::new(Worded::new(json!({ "forgotten": real }), text)))
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

fn worded(what: &What) -> String {
    match what {
        What::Adopted(adopted) => adopted_text(adopted),
        What::Registered { path, why } => {
            format!("registered {} as system, to be run where it stands\n  not official: {why}\n", path.display())
        }
    }
}

fn adopted_text(adopted: &Adopted) -> String {
    let installed = &adopted.installed;
    if installed.was_installed {
        return format!("{}\n", install::line(installed));
    }
    let seconds = installed.milliseconds as f64 / 1000.0;
    let source = installed.source.as_deref().unwrap_or("an unknown source");
    let mut text = format!("brought in {} from {source} in {seconds:.1} s (nothing fetched)\n", installed.toolchain);
    text.push_str(&install::proof_lines(&installed.witnesses));
    let mut rules: Vec<&str> = adopted.left_out.iter().map(|(_, rule)| *rule).collect();
    rules.sort_unstable();
    rules.dedup();
    for rule in rules {
        let of_rule: Vec<String> =
            adopted.left_out.iter().filter(|(_, of)| *of == rule).map(|(path, _)| release::escaped(path)).collect();
        let named = of_rule.iter().take(LEFT_OUT_NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
        let more = of_rule.len().saturating_sub(LEFT_OUT_NAMED_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        text.push_str(&format!("  left out: {named}{more} ({rule})\n"));
    }
    text
}
