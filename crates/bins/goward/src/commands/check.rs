//! `goward check`

use std::path::{Path, PathBuf};

use checklist::{Checked, ITEMS, LISTS, Machine, TeamFile, Verdict};
use context::Ctx;
use context::settings::keys;
use diag::{Class, Speech};

use super::{CommandResult, handle_ctrl_c};
use crate::cli::{CheckArgs, ReportFormat};
use crate::failure::Failure;
use crate::outcome::{Outcome, Rendered};
use crate::views;

pub(super) fn run(ctx: &Ctx, args: &CheckArgs, speech: &Speech) -> CommandResult {
    handle_ctrl_c(ctx)?;
    let set = ctx.settings.words(keys::CHECK_FILES).iter().map(PathBuf::from);
    let mut files = Vec::new();
    for path in set.chain(args.files.iter().cloned()) {
        files.push(checklist::read_file(&ctx.sys, &path)?);
    }
    if args.list {
        return Ok(list(&files, args.format));
    }
    let plan = checklist::plan(&args.names, &files, &args.expect)?;
    let checked = checklist::run(&Machine::new(ctx), &plan, args.stop_at_first);
    let failed = views::count(&checked, Verdict::Failed);
    let exit_code = if failed > 0 { Class::Findings.exit_code() } else { 0 };
    let rendered = Rendered::new(views::check(&checked), told(&checked)).ending_with(exit_code);
    report(ctx, rendered, &Form { format: args.format, output: args.output.as_deref() }, speech, || {
        junit::to_xml(&views::check_suites(&checked))
    })
}

/// How a report is wanted.
pub(super) struct Form<'a> {
    /// The form.
    pub format: ReportFormat,
    /// The file; standard output then has the text.
    pub output: Option<&'a Path>,
}

/// An outcome in the form that was asked for, or in a file.
pub(super) fn report<T: view::View + 'static>(
    ctx: &Ctx,
    rendered: Rendered<T>,
    form: &Form<'_>,
    speech: &Speech,
    xml: impl FnOnce() -> String,
) -> CommandResult {
    let text = match form.format {
        ReportFormat::Text => rendered.text(),
        ReportFormat::Json => format!("{}\n", diag::shown_json(&rendered.json(), true)),
        ReportFormat::Junit => xml(),
    };
    match (form.output, form.format) {
        (Some(path), _) => {
            let path = ctx.sys.env().folder().join(path);
            let written = ctx.sys.fs().rewrite(&path, text.as_bytes());
            written.map_err(|cause| Failure::Write { path: path.clone(), cause })?;
            speech.say(&format!("wrote {}", path.display()));
            Ok(Box::new(rendered))
        }
        (None, ReportFormat::Text) => Ok(Box::new(rendered)),
        (None, _) => Ok(Box::new(rendered.with_text(text).exact())),
    }
}

fn told(checked: &[Checked]) -> String {
    let width = checked.iter().map(|one| one.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for one in checked {
        let (name, answer) = (&one.name, &one.answer);
        let found = diag::shown_line(&answer.found);
        match answer.verdict {
            Verdict::Passed => text.push_str(&format!("passed    {name:width$}  {found}\n")),
            Verdict::LeftOut => text.push_str(&format!("left out  {name:width$}  {found}\n")),
            Verdict::Failed => {
                let (asks, expected) = (diag::shown_line(&one.asks), diag::shown_line(&answer.expected));
                text.push_str(&format!("failed    {name:width$}  {asks}\n"));
                text.push_str(&format!("  expected: {expected}\n  found: {found}\n"));
                if let Some(fix) = &one.fix {
                    text.push_str(&format!("  fix: {}\n", diag::shown_line(fix)));
                }
            }
        }
    }
    let count = |verdict| views::count(checked, verdict);
    let (passed, failed, left_out) = (count(Verdict::Passed), count(Verdict::Failed), count(Verdict::LeftOut));
    text.push_str(&format!("{passed} passed, {failed} failed, {left_out} left out\n"));
    text
}

fn list(files: &[TeamFile], format: ReportFormat) -> Box<dyn Outcome> {
    let mut text = String::new();
    for list in LISTS {
        text.push_str(&format!("{}: {}\n  {}\n", list.name, list.about, list.items.join(" ")));
    }
    for list in files.iter().flat_map(|file| &file.lists) {
        let line = format!("{}: {}", list.name, list.about);
        text.push_str(&format!("{}\n  {}\n", diag::shown_line(&line), list.items.join(" ")));
    }
    text.push_str("\nitems\n");
    for item in ITEMS.iter().chain(files.iter().flat_map(|file| &file.items)) {
        text.push_str(&format!("  {}: {}\n", item.name, diag::shown_line(&item.asks)));
    }
    let rendered = Rendered::new(views::check_lists(files), text);
    match format {
        ReportFormat::Json => {
            let json = format!("{}\n", diag::shown_json(&rendered.json(), true));
            Box::new(rendered.with_text(json).exact())
        }
        ReportFormat::Text | ReportFormat::Junit => Box::new(rendered),
    }
}
