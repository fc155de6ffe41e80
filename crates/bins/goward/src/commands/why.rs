//! `goward why`

use acquire::Sources;
use diag::Speech;

use super::ensure::{ensure_chosen, remember, say_gave_way, say_stranger};
use super::{CommandResult, handle_ctrl_c};
use crate::cli::WhyArgs;
use crate::outcome::Rendered;
use crate::views::ToView;

pub(super) fn run(sources: &Sources, args: &WhyArgs, speech: &Speech) -> CommandResult {
    let ctx = sources.ctx();
    if args.floor {
        handle_ctrl_c(ctx)?;
        let (toolchain, choice) = ensure_chosen(sources, None, speech)?;
        remember(ctx, &choice);
        let why = resolve::why_floor(ctx, &choice, &toolchain)?;
        let text = why.text();
        return Ok(Box::new(Rendered::new(why.view(), text)));
    }
    let choice = resolve::choose_even_blocked(ctx)?;
    say_stranger(&choice, speech);
    say_gave_way(&choice, speech);
    let why = resolve::why(&choice);
    let text = why.text();
    Ok(Box::new(Rendered::new(why.view(), text)))
}
