//! `goward setup` and `goward unsetup`

use std::fmt::Write;

use diag::Speech;
use engine::Ctx;
use serde::Serialize;
use shell::{Action, Completion, Plan, Shell, Wish};

use super::Done;
use super::activate::places;
use crate::cli::{SetupArgs, ShellName, UnsetupArgs, command};
use crate::outcome::Worded;

/// What was done, or would be.
#[derive(Debug, Serialize)]
struct Outcome {
    #[serde(flatten)]
    plan: Plan,
    /// Whether files were changed.
    changed: bool,
    /// The transaction's name, by which it can be undone.
    transaction: Option<String>,
    /// Where the files' former bytes are kept.
    backup: Option<std::path::PathBuf>,
}

pub(super) fn setup(ctx: &Ctx, args: &SetupArgs, speech: &Speech) -> Done {
    let shells = match args.shells.as_slice() {
        [] => shell::shells_of_user(&ctx.sys)?,
        named => shells(named),
    };
    let completions = if args.no_completions { Vec::new() } else { completions(&shells) };
    let wish = Wish { shells, profiles: !args.no_profile, force: args.force, completions };
    let plan = shell::plan_setup(&ctx.sys, ctx.store.layout(), &places(ctx)?, &wish)?;
    finish(ctx, plan, args.dry_run, speech)
}

pub(super) fn unsetup(ctx: &Ctx, args: &UnsetupArgs, speech: &Speech) -> Done {
    let plan = shell::plan_unsetup(&ctx.sys, ctx.store.layout(), &shells(&args.shells), args.force)?;
    finish(ctx, plan, args.dry_run, speech)
}

/// Tells the plan, carries it out, and words what came of it.
fn finish(ctx: &Ctx, plan: Plan, dry_run: bool, speech: &Speech) -> Done {
    for kept in &plan.kept {
        let line = kept.line.map(|line| format!(":{line}")).unwrap_or_default();
        speech.say(&format!("left `{}{line}`: {}", kept.path.display(), kept.reason));
        for line in kept.text.iter().flat_map(|text| text.lines()) {
            speech.say(&format!("  | {line}"));
        }
    }
    for rival in &plan.rivals {
        speech.say(&format!("warning: {} {}", rival.place, rival.what));
    }
    let mut text = String::new();
    // Writing to a string cannot fail.
    for line in &plan.by_hand {
        let _ = writeln!(text, "add to {} ({}):\n  {}", line.path.display(), line.shell, line.line);
    }
    if dry_run {
        text.push_str(&planned(&plan));
        if plan.changes.is_empty() {
            text.push_str("nothing would change\n");
        }
        return Ok(Box::new(Worded::new(Outcome { plan, changed: false, transaction: None, backup: None }, text)));
    }
    // The plan is told before anything changes.
    speech.say(planned(&plan).trim_end());
    engine::recover(ctx);
    let wait_max = ctx.settings.seconds("lock.wait-seconds");
    let transaction = shell::apply(&ctx.sys, &ctx.store, &plan, wait_max)?;
    let backup = transaction.as_deref().map(|name| ctx.store.layout().kept_transaction(name));
    let is_setup = plan.purpose == "setup";
    match (&transaction, is_setup) {
        (None, true) => text.push_str("everything is in place already; nothing changed\n"),
        (None, false) => text.push_str("nothing of goward's is in place; nothing changed\n"),
        (Some(_), true) => {
            let _ = writeln!(text, "set up {}; new shells have goward's shims first in PATH", names(&plan.shells));
        }
        (Some(_), false) => text.push_str("taken out; shells that run keep their PATH until they end\n"),
    }
    if let Some(backup) = &backup {
        let _ = writeln!(text, "what the files held before is kept in {}", backup.display());
    }
    if transaction.is_some() && is_setup {
        text.push_str("`goward unsetup` takes it back\n");
    }
    let changed = transaction.is_some();
    Ok(Box::new(Worded::new(Outcome { plan, changed, transaction, backup }, text)))
}

fn planned(plan: &Plan) -> String {
    let line = |change: &shell::Change| {
        let verb = match change.action {
            Action::Make => "make",
            Action::Change => "change",
            Action::Remove => "remove",
        };
        format!("{verb} {} ({})\n", change.path.display(), change.what)
    };
    plan.changes.iter().map(line).collect()
}

fn names(shells: &[Shell]) -> String {
    let names: Vec<&str> = shells.iter().map(|shell| shell.name()).collect();
    names.join(", ")
}

fn shells(names: &[ShellName]) -> Vec<Shell> {
    let shell = |name: &ShellName| match name {
        ShellName::Bash => Shell::Bash,
        ShellName::Zsh => Shell::Zsh,
        ShellName::Fish => Shell::Fish,
        ShellName::Pwsh => Shell::Pwsh,
        ShellName::Nu => Shell::Nu,
        ShellName::Elvish => Shell::Elvish,
    };
    let mut shells: Vec<Shell> = names.iter().map(shell).collect();
    shells.sort();
    shells.dedup();
    shells
}

/// The completion scripts of the shells that look for them in a folder.
fn completions(shells: &[Shell]) -> Vec<Completion> {
    let generator = |shell| match shell {
        Shell::Bash => Some(clap_complete::Shell::Bash),
        Shell::Zsh => Some(clap_complete::Shell::Zsh),
        Shell::Fish => Some(clap_complete::Shell::Fish),
        Shell::Pwsh | Shell::Nu | Shell::Elvish => None,
    };
    let script = |&shell: &Shell| {
        let mut script = Vec::new();
        clap_complete::generate(generator(shell)?, &mut command(), "goward", &mut script);
        let mut text = String::from_utf8_lossy(&script).into_owned();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Some(Completion { shell, text })
    };
    shells.iter().filter_map(script).collect()
}
