//! `goward ide`

use context::Ctx;
use diag::{Class, Speech};
use ide::{Checked, EditorGo, Verdict};
use release::Version;
use resolve::Choice;

use super::CommandResult;
use super::ensure::remember;
use crate::cli::{IdeArgs, IdeCommand, IdeSetupArgs};
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views;

pub(super) fn run(ctx: &Ctx, args: &IdeArgs, speech: &Speech) -> CommandResult {
    match &args.command {
        IdeCommand::Check { folder } => check(&in_folder(ctx, folder.as_deref())?),
        IdeCommand::Setup(args) => setup(&in_folder(ctx, args.folder.as_deref())?, args, speech),
    }
}

/// The context in the named folder.
fn in_folder(ctx: &Ctx, folder: Option<&std::path::Path>) -> Result<Ctx, Failure> {
    let Some(folder) = folder else { return Ok(ctx.derive(|same| same)?) };
    let folder = ctx.sys.env().folder().join(folder);
    let real = ctx.sys.fs().resolve(&folder).map_err(|cause| Failure::Folder { path: folder, cause })?;
    Ok(ctx.derive(|same| same.folder(real))?)
}

/// The folder's choice, with its version if that is known without a source.
fn chosen(ctx: &Ctx) -> Result<(Choice, Version), Failure> {
    let choice = resolve::choose(ctx, None)?;
    let installed = choice.toolchain.as_ref().map(|toolchain| toolchain.id.version().clone());
    match installed.or_else(|| choice.request.exact()) {
        Some(version) => Ok((choice, version)),
        None => Err(Failure::NotInstalled { request: choice.request.to_string() }),
    }
}

fn check(ctx: &Ctx) -> CommandResult {
    let (choice, version) = chosen(ctx)?;
    let checked = ide::check(ctx, &choice, &version)?;
    remember(ctx, &choice);
    let text = told(&checked);
    let exit_code = if checked.agrees() { 0 } else { Class::Findings.exit_code() };
    Ok(Box::new(Rendered::new(views::ide_check(&checked, &choice), text).ending_with(exit_code)))
}

fn told(checked: &Checked) -> String {
    let mut text = format!("goward: {} ({})\n", checked.version.tag(), checked.because);
    for editor in &checked.editors {
        text.push_str(&line(editor));
    }
    text
}

fn line(editor: &EditorGo) -> String {
    let verdict = match editor.verdict {
        Verdict::Same => "same",
        Verdict::Differs => "differs",
        Verdict::Unknown => "unknown",
    };
    let version = editor.version.as_ref().map(|version| format!("go{} ", version.trim_start_matches("go")));
    let uses = editor.uses.as_deref().unwrap_or("nothing");
    let place = editor.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
    let said = format!("{verdict}: {}: {}`{uses}` ({}{place})", editor.editor, version.unwrap_or_default(), editor.by);
    // An editor's file may contain any text, also of several lines.
    let mut text = format!("{}\n", diag::shown_line(&said));
    if let Some(advice) = &editor.advice {
        text.push_str(&format!("  {}\n", diag::shown_line(advice)));
    }
    text
}

fn setup(ctx: &Ctx, args: &IdeSetupArgs, speech: &Speech) -> CommandResult {
    let wanted = ide::Wanted { vscode: args.vscode || !args.devcontainer, devcontainer: args.devcontainer };
    let (choice, version) = chosen(ctx)?;
    let folder = ctx.sys.env().folder().to_owned();
    let plan = ide::plan(ctx, &folder, &version, wanted)?;
    for note in &plan.notes {
        speech.say(note);
    }
    let mut text = String::new();
    for edit in &plan.edits {
        let word = match (args.dry_run, edit.is_new) {
            (true, true) => "would make",
            (true, false) => "would change",
            (false, true) => "made",
            (false, false) => "changed",
        };
        text.push_str(&format!("{word} {}\n", diag::shown_line(&edit.path.to_string_lossy())));
        edit.changes.iter().for_each(|change| text.push_str(&format!("  {}\n", diag::shown_line(change))));
    }
    if plan.edits.is_empty() {
        text.push_str("nothing to change\n");
    }
    let change = if args.dry_run { None } else { ide::apply(ctx, &plan)? };
    remember(ctx, &choice);
    if change.is_some() {
        speech.say("`goward undo` takes it back; an editor that is open reads it at once");
        if wanted.vscode {
            speech.say("the Go extension heeds a project's tools only where the workspace is trusted");
        }
    }
    Ok(Box::new(Rendered::new(views::ide_setup(&plan, change), text)))
}
