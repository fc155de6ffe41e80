//! `goward current`

use context::Ctx;
use diag::Speech;

use super::Done;
use super::ensure::say_passed_over;
use crate::cli::CurrentArgs;
use crate::outcome::Worded;

pub(super) fn run(ctx: &Ctx, args: &CurrentArgs, speech: &Speech) -> Done {
    let choice = resolve::choose(ctx, None)?;
    say_passed_over(&choice, speech);
    let mut text = match &choice.toolchain {
        Some(toolchain) => format!("{}\n", toolchain.id.version()),
        None => format!("{} (not installed)\n", choice.request),
    };
    if args.explain {
        text.push_str(&choice.explanation());
    }
    Ok(Box::new(Worded::new(choice.json(), text)))
}
