//! `goward setup` and `goward unsetup`

use std::fmt::Write;

use context::Ctx;
use context::settings::keys;
use diag::Speech;
use shell::{Action, Completion, Plan, SetupOptions, Shell};

use super::CommandResult;
use super::activate::places;
use crate::cli::{SetupArgs, ShellName, UnsetupArgs};
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views::{self, SetupDone};

pub(super) fn setup(ctx: &Ctx, args: &SetupArgs, speech: &Speech) -> CommandResult {
    let (view, text) = set_up(ctx, args, speech)?;
    Ok(Box::new(Rendered::new(view, text)))
}

/// Sets the user's shells up: what came of it, as data and as text.
pub(super) fn set_up(ctx: &Ctx, args: &SetupArgs, speech: &Speech) -> Result<(view::Setup, String), Failure> {
    recover(ctx, args.dry_run);
    let shells = match args.shells.as_slice() {
        [] => shell::shells_of_user(&ctx.sys)?,
        named => shells(named),
    };
    let completions = if args.no_completions { Vec::new() } else { completions(&shells) };
    // With one named shell, the user's Path does not change.
    let user_path = args.shells.is_empty();
    let options = SetupOptions { shells, user_path, profiles: !args.no_profile, force: args.force, completions };
    let plan = shell::plan_setup(&ctx.sys, ctx.store.layout(), &places(ctx)?, &options)?;
    finish(ctx, plan, args.dry_run, speech)
}

pub(super) fn unsetup(ctx: &Ctx, args: &UnsetupArgs, speech: &Speech) -> CommandResult {
    recover(ctx, args.dry_run);
    let plan = shell::plan_unsetup(&ctx.sys, ctx.store.layout(), &shells(&args.shells), args.force)?;
    let (view, text) = finish(ctx, plan, args.dry_run, speech)?;
    Ok(Box::new(Rendered::new(view, text)))
}

/// Finishes what a dead setup has begun before the plan is made, which would otherwise start from a half-applied state.
fn recover(ctx: &Ctx, dry_run: bool) {
    if !dry_run {
        context::recover(ctx);
    }
}

/// Prints the plan, carries it out, and renders the result.
fn finish(ctx: &Ctx, plan: Plan, dry_run: bool, speech: &Speech) -> Result<(view::Setup, String), Failure> {
    for kept in &plan.kept {
        let line = kept.line.map(|line| format!(":{line}")).unwrap_or_default();
        speech.say(&format!("left `{}{line}`: {}", kept.path.display(), kept.reason));
        for line in kept.text.iter().flat_map(|text| text.lines()) {
            speech.say(&format!("  | {line}"));
        }
    }
    for rival in &plan.rivals {
        speech.warn(&format!("{} {}; {}", rival.place, rival.what, rival.fix));
    }
    for warning in &plan.warnings {
        speech.warn(warning);
    }
    let mut text = String::new();
    // Writing to a string cannot fail.
    if let Some(by_hand) = &plan.variable_by_hand {
        let _ = writeln!(text, "{by_hand}");
    }
    for line in &plan.by_hand {
        let _ = writeln!(text, "add to {} ({}):\n  {}", line.path.display(), line.shell, line.line);
    }
    if dry_run {
        text.push_str(&planned(&plan));
        if plan.is_nothing() {
            text.push_str("nothing would change\n");
        }
        return Ok((views::setup(&plan), text));
    }
    // The plan is printed before anything changes.
    speech.say(planned(&plan).trim_end());
    let wait_max = ctx.settings.seconds(keys::LOCK_WAIT_SECONDS);
    let is_setup = plan.purpose == "setup";
    // The shims come first: a shell that starts in between finds them, or no file of goward.
    let shims = if is_setup { Some(engine::write_shims(ctx)?) } else { None };
    let transaction = shell::apply(&ctx.sys, &ctx.store, &plan, ctx.author.clone(), wait_max)?;
    let backup = transaction.as_deref().map(|name| ctx.store.layout().kept_transaction(name));
    let own_name = if is_setup { engine::link_goward(ctx)? } else { None };
    let fresh = shims.as_ref().map_or(0, |shims| shims.added.len() + shims.replaced.len());
    if let Some(shims) = shims.as_ref().filter(|_| fresh > 0) {
        let _ = writeln!(text, "wrote {fresh} shims into {}", shims.folder.display());
    }
    match (&transaction, is_setup) {
        (None, true) if fresh > 0 => text.push_str("the shells are set up already\n"),
        (None, true) => text.push_str("everything is in place already; nothing changed\n"),
        (None, false) => text.push_str("nothing of goward's is in place; nothing changed\n"),
        (Some(_), true) => {
            let _ =
                writeln!(text, "set up {}; {} have goward's shims first in {}", what(&plan), who(&plan), list(&plan));
        }
        (Some(_), false) => text.push_str("taken out; shells that run keep their PATH until they end\n"),
    }
    let this_shell = if is_setup { line_for_this_shell(ctx, &plan)? } else { None };
    if let Some((shell, line)) = &this_shell {
        let _ = writeln!(text, "this {shell} has them at once with: {line}");
    }
    if let (Some(link), true) = (&own_name, transaction.is_some()) {
        let _ = writeln!(text, "goward itself was not on PATH; {} leads to it", link.display());
    }
    match (&transaction, &backup) {
        (Some(_), Some(backup)) if is_setup => {
            let former = backup.display();
            let _ = writeln!(
                text,
                "`goward undo` takes it back now, `goward unsetup` at any time; the former files are in {former}"
            );
        }
        (_, Some(backup)) => {
            let _ = writeln!(text, "what was there before is kept in {}", backup.display());
        }
        _ => {}
    }
    if !is_setup && transaction.is_some() {
        let left = ctx.store.toolchains()?.len();
        let _ = writeln!(
            text,
            "{left} toolchains and the shims stay in {}; `goward self uninstall` removes everything",
            ctx.store.layout().home().display()
        );
    }
    let changed = transaction.is_some() || fresh > 0;
    let done = SetupDone {
        changed,
        change: transaction,
        backup: backup.as_deref(),
        shims: shims.as_ref(),
        this_shell: this_shell.map(|(_, line)| line),
        own_name,
    };
    Ok((done.of(&plan), text))
}

fn planned(plan: &Plan) -> String {
    let line = |action: Action, place: &std::path::Path, what: &str| {
        let verb = match action {
            Action::Make => "make",
            Action::Change => "change",
            Action::Remove => "remove",
        };
        format!("{verb} {} ({what})\n", place.display())
    };
    let files = plan.changes.iter().map(|change| line(change.action, &change.path, &change.what));
    files.chain(plan.variables.iter().map(|variable| line(variable.action, &variable.place, &variable.what))).collect()
}

/// The name of the user's own shell, and the line that makes it read its script now; none where PATH has the shims.
fn line_for_this_shell(ctx: &Ctx, plan: &Plan) -> Result<Option<(&'static str, String)>, Failure> {
    if ctx.sys.env().search_path().contains(&ctx.store.layout().shims()) {
        return Ok(None);
    }
    let own = shell::login_shell(&ctx.sys).filter(|own| plan.shells.contains(own));
    let Some(own) = own.or_else(|| plan.shells.first().copied()) else { return Ok(None) };
    Ok(Some((own.name(), shell::line_for_running(own, &places(ctx)?))))
}

/// What a setup has set up, in words.
fn what(plan: &Plan) -> String {
    let shells = names(&plan.shells);
    match (plan.variables.is_empty(), plan.shells.is_empty()) {
        (true, true) => "goward's own files".to_owned(),
        (true, false) => shells,
        (false, true) => "the user's Path".to_owned(),
        (false, false) => format!("the user's Path, {shells}"),
    }
}

/// Which programs see it: programs that start others read a variable of the registry, and pass it on.
fn who(plan: &Plan) -> &'static str {
    if plan.variables.is_empty() { "new shells" } else { "terminals that are opened from now on" }
}

/// The list in which the shims are first: the machine's own list comes before the user's.
fn list(plan: &Plan) -> &'static str {
    if plan.variables.is_empty() { "PATH" } else { "the user's Path" }
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

/// The completion scripts of these shells.
fn completions(shells: &[Shell]) -> Vec<Completion> {
    let script = |&shell: &Shell| {
        let text = super::completions::script(shell.name());
        Completion { shell, text: format!("{}\n", text.trim_end()) }
    };
    shells.iter().map(script).collect()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test makes folders of its own")]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use sys::registry::{MemoryRegistry, Registry, RegistryValue, Root, USER_ENVIRONMENT, ValueKind};
    use sys::{Clock, Env, Fs, KillAt, Sys};

    use super::*;

    fn ctx(home: &Path, fs: Fs, memory: &MemoryRegistry) -> Ctx {
        let vars = ["HOME", "USERPROFILE", "GOWARD_HOME"].map(|name| (name, home.as_os_str()));
        let sys = Sys::new(fs, Clock::real(), Env::of(vars, home.to_owned(), None));
        let sys = sys.with_registry(&Registry::in_memory(memory.clone()));
        let mut ctx = fixture::ctx(sys);
        ctx.shim = Some(b"a shim");
        ctx
    }

    fn path(memory: &MemoryRegistry) -> String {
        let registry = Registry::in_memory(memory.clone());
        registry.read(Root::User, USER_ENVIRONMENT, "Path").unwrap().unwrap().shown()
    }

    #[test]
    fn a_setup_that_died_before_it_wrote_path_is_in_the_way_of_no_setup_and_no_unsetup() {
        let speech = Speech::stderr(diag::Verbosity::Quiet, diag::Colour::Never, true);
        let wish =
            SetupArgs { shells: Vec::new(), dry_run: false, no_profile: false, no_completions: true, force: false };
        let out = UnsetupArgs { shells: Vec::new(), dry_run: false, force: false };
        // A home whose setup has died at this point.
        let mut nth = 0;
        let mut dead = || {
            loop {
                let (folder, memory) = (tempfile::tempdir().unwrap(), MemoryRegistry::default());
                let home = folder.path().canonicalize().unwrap();
                let old = RegistryValue::text(ValueKind::Text, &[u16::from(b'x')]);
                memory.put(Root::User, USER_ENVIRONMENT, "Path", old);
                assert!(setup(&ctx(&home, Fs::faulty(Arc::new(KillAt::new(nth))), &memory), &wish, &speech).is_err());
                let plans = Fs::real().names_if_there(&home.join("transactions")).unwrap();
                if plans.iter().any(|name| Path::new(name).extension().is_none()) && path(&memory) == "x" {
                    return (folder, memory, home);
                }
                nth += 1;
            }
        };
        let (_folder, memory, home) = dead();
        let done = setup(&ctx(&home, Fs::real(), &memory), &wish, &speech).unwrap();
        assert!(done.text().contains("nothing changed"), "{}", done.text());
        assert!(path(&memory).ends_with("shims;x"), "{}", path(&memory));
        let (_folder, memory, home) = dead();
        let planned = setup(&ctx(&home, Fs::real(), &memory), &SetupArgs { dry_run: true, ..wish }, &speech).unwrap();
        assert!(planned.text().contains("Path") && path(&memory) == "x", "a plan changes nothing");
        let done = unsetup(&ctx(&home, Fs::real(), &memory), &out, &speech).unwrap();
        assert!(done.text().starts_with("taken out"), "{}", done.text());
        assert_eq!(path(&memory), "x");
    }
}
