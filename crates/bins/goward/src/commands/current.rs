//! `goward current`

use context::Ctx;
use diag::Speech;

use super::CommandResult;
use super::ensure::say_passed_over;
use crate::cli::CurrentArgs;
use crate::outcome::Rendered;
use crate::views::ToView;

pub(super) fn run(ctx: &Ctx, args: &CurrentArgs, speech: &Speech) -> CommandResult {
    let choice = resolve::choose(ctx, None)?;
    say_passed_over(&choice, speech);
    let mut text = match &choice.toolchain {
        Some(toolchain) => format!("{}\n", toolchain.id.version()),
        None => format!("{} (not installed)\n", choice.request),
    };
    if args.explain {
        text.push_str(&choice.explanation());
    }
    Ok(Box::new(Rendered::new(choice.view(), text)))
}
