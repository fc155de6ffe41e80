//! `goward system`
//!
//! [`init`] is also what `goward --system setup` does.

use context::Ctx;
use diag::Speech;

use super::{CommandResult, doctor};
use crate::cli::{SystemArgs, SystemCommand};
use crate::outcome::Rendered;
use crate::views::ToView;

pub(super) fn run(ctx: &Ctx, args: &SystemArgs, speech: &Speech) -> CommandResult {
    match args.command {
        SystemCommand::Init { dry_run } => init(ctx, dry_run, speech),
        SystemCommand::Status => status(ctx),
        SystemCommand::Check => {
            doctor::check(ctx, &doctor::Wanted { topics: vec!["system".to_owned()], ..doctor::Wanted::default() })
        }
    }
}

/// Makes the administrator's store, and prints the two commands to use it.
pub(super) fn init(ctx: &Ctx, dry_run: bool, speech: &Speech) -> CommandResult {
    let made = engine::system_init(ctx, dry_run)?;
    let mut text: String = made.steps.iter().map(|step| format!("{step}\n")).collect();
    if made.steps.is_empty() {
        text.push_str(&format!("the system store `{}` is in order\n", made.home.display()));
    }
    if !dry_run {
        speech.say("to put a toolchain into it, as the administrator: `goward --system install latest`");
        speech.say("users need nothing: `goward list` shows it, and what a folder asks for is run from there");
    }
    Ok(Box::new(Rendered::new(made.view(), text)))
}

fn status(ctx: &Ctx) -> CommandResult {
    let status = engine::system_status(ctx);
    let mut text = match &status.home {
        Some(home) => format!("system store: {}\n", home.display()),
        None => "system store: none is named\n".to_owned(),
    };
    text.push_str(&match (&status.passed_over, status.read, status.is_own) {
        (_, _, true) => "it is the one that is worked on now\n".to_owned(),
        (Some(reason), _, _) => format!("ignored: {reason}\n"),
        (None, true, _) => "read beside your own store\n".to_owned(),
        (None, false, _) => "there is none\n".to_owned(),
    });
    for toolchain in &status.toolchains {
        text.push_str(&format!("  {toolchain}\n"));
    }
    Ok(Box::new(Rendered::new(status.view(), text)))
}
