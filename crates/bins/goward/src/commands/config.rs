//! `goward config`

use std::path::Path;

use context::Ctx;
use context::settings::{ConfigFile, Setting, Value, def_of};
use diag::Speech;
use engine::Configured;
use sys::UserProgram;

use super::CommandResult;
use crate::cli::{ConfigArgs, ConfigCommand};
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::table::columns;
use crate::views;

/// The largest edited file, in bytes: goward reads no larger configuration.
const CONFIG_BYTES_MAX: u64 = 1 << 20;
/// The editors that are tried where neither `VISUAL` nor `EDITOR` is set.
const EDITORS: &[&str] = if cfg!(windows) { &["notepad"] } else { &["sensible-editor", "nano", "vi"] };

pub(super) fn run(ctx: &Ctx, args: &ConfigArgs, speech: &Speech) -> CommandResult {
    match &args.command {
        None => shown(ctx, args.key.as_deref()),
        Some(ConfigCommand::Set { key, value }) => changed(ctx, engine::configure(ctx, key, Some(value))?, speech),
        Some(ConfigCommand::Unset { key }) => changed(ctx, engine::configure(ctx, key, None)?, speech),
        Some(ConfigCommand::Edit) => changed(ctx, edit(ctx)?, speech),
    }
}

fn changed(ctx: &Ctx, done: Configured, speech: &Speech) -> CommandResult {
    let path = done.path.display();
    let text = match (&done.def, &done.value, &done.before) {
        _ if !done.changed => format!("{path} is as it was\n"),
        (None, ..) => format!("changed {path}\n"),
        (Some(def), Some(value), Some(before)) => format!("{} = {value} ({path}), {before} before\n", def.key),
        (Some(def), Some(value), None) => format!("{} = {value} ({path})\n", def.key),
        (Some(def), None, _) => format!("{} is no longer set in {path}\n", def.key),
    };
    if let Some(origin) = &done.overruled_by {
        speech.say(&format!("it does not count here: {origin} comes first"));
    }
    // Some settings decide what the shims do.
    engine::after_change(ctx);
    Ok(Box::new(Rendered::new(views::config_change(&done), text)))
}

/// Opens a copy in the user's editor, and puts it in place if goward can read it.
fn edit(ctx: &Ctx) -> Result<Configured, Failure> {
    let file = ctx.settings.config_file(&ctx.sys)?;
    let copy = file.path.with_extension("edit.toml");
    let failed = |cause| Failure::Folder { path: copy.clone(), cause };
    let fs = ctx.sys.fs();
    if let Some(folder) = copy.parent() {
        fs.create_users_dirs(folder).map_err(failed)?;
    }
    fs.replace(&copy, file.bytes.as_deref().unwrap_or_default()).map_err(failed)?;
    let done = edited(ctx, &file, &copy);
    // A refused text is kept, so that the user's work is not lost.
    if !matches!(done, Err(Failure::ConfigRefused { .. })) {
        let _ = fs.remove_file_if_there(&copy);
    }
    done
}

fn edited(ctx: &Ctx, file: &ConfigFile, copy: &Path) -> Result<Configured, Failure> {
    let (program, args) = editor(ctx)?;
    let name = program.path().to_owned();
    let program = UserProgram::new(program).args(args).args([copy.as_os_str()]);
    let failed = |reason: String| Failure::Editor { program: name.display().to_string(), reason };
    let status = ctx.sys.process().run(&program).map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(status.to_string()));
    }
    let read = ctx.sys.fs().read(copy, CONFIG_BYTES_MAX);
    let after = read.map_err(|cause| Failure::Folder { path: copy.to_owned(), cause })?;
    engine::reconfigure(ctx, file, after)
        .map_err(|error| Failure::ConfigRefused { path: copy.to_owned(), cause: Box::new(error.into()) })
}

/// The user's editor with its arguments: `VISUAL`, `EDITOR`, else what the system has.
fn editor(ctx: &Ctx) -> Result<(sys::Program, Vec<String>), Failure> {
    let env = ctx.sys.env();
    let named = ["VISUAL", "EDITOR"].iter().find_map(|name| env.var(name).filter(|value| !value.trim().is_empty()));
    if let Some(line) = named {
        let mut words = line.split_whitespace().map(str::to_owned);
        let word = words.next().unwrap_or_default();
        let program = ctx.sys.find_program(&word);
        let program = program.map_err(|error| Failure::Editor { program: word, reason: error.to_string() })?;
        return Ok((program, words.collect()));
    }
    let found = EDITORS.iter().find_map(|name| ctx.sys.find_program(name).ok());
    let none = || Failure::Editor { program: EDITORS.join("`, `"), reason: "none is on PATH".to_owned() };
    Ok((found.ok_or_else(none)?, Vec::new()))
}

fn shown(ctx: &Ctx, key: Option<&str>) -> CommandResult {
    let all = ctx.settings.all();
    let def = key.map(def_of).transpose()?;
    let shown: Vec<&Setting> = all.iter().filter(|setting| def.is_none_or(|def| def.key == setting.def.key)).collect();
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|setting| {
            vec![
                setting.def.key.to_owned(),
                format!("= {}", setting.shown()),
                match of_build(setting) {
                    None => format!("({})", setting.origin),
                    Some(build) => format!("({}; {build})", setting.origin),
                },
            ]
        })
        .collect();
    let text = columns(&rows);
    Ok(Box::new(Rendered::new(views::config(&shown), text)))
}

/// This build's value, if the setting is `build`.
fn of_build(setting: &Setting) -> Option<String> {
    if setting.def.key != "proxy.default" || !matches!(&setting.value, Value::Text(text) if text == "build") {
        return None;
    }
    let value = source::build_goproxy().map_or_else(|| "none".to_owned(), |setting| format!("`{}`", setting.value));
    Some(format!("this build has {value}: {}", source::BUILD_GOPROXY_ORIGIN))
}
