//! `goward which`

use std::ffi::OsString;

use context::Ctx;
use diag::Speech;

use super::CommandResult;
use super::ensure::{asked, remember, say_passed_over};
use crate::cli::WhichArgs;
use crate::failure::Failure;
use crate::outcome::Rendered;
use crate::views;

pub(super) fn run(ctx: &Ctx, args: &WhichArgs, speech: &Speech) -> CommandResult {
    let choice = resolve::choose(ctx, None)?;
    say_passed_over(&choice, speech);
    let Some(toolchain) = choice.toolchain.clone() else {
        return Err(asked(&choice, Failure::NotInstalled { request: choice.request.to_string() }));
    };
    remember(ctx, &choice);
    let launch = resolve::plan_launch(ctx, toolchain, None, &[OsString::from(&args.program)])?;
    let path = launch.command.program().to_owned();
    let mut text = format!("{}\n", path.display());
    if args.explain {
        text.push_str(&choice.explanation());
    }
    let rendered = Rendered::new(views::which(&choice, &path), text);
    // With reasons, the output is for people.
    Ok(Box::new(if args.explain { rendered } else { rendered.exact() }))
}
