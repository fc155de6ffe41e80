//! `goward why`

use acquire::Sources;
use diag::Speech;

use super::ensure::{ensure_chosen, remember, say_passed_over};
use super::{Done, listen};
use crate::cli::WhyArgs;
use crate::outcome::Worded;

pub(super) fn run(sources: &Sources, args: &WhyArgs, speech: &Speech) -> Done {
    let ctx = sources.ctx();
    if args.floor {
        listen(ctx)?;
        let (toolchain, choice) = ensure_chosen(sources, None, speech)?;
        remember(ctx, &choice);
        let why = resolve::why_floor(ctx, &choice, &toolchain)?;
        let text = why.text();
        return Ok(Box::new(Worded::new(why, text)));
    }
    let choice = resolve::choose(ctx, None)?;
    say_passed_over(&choice, speech);
    let why = resolve::why(&choice);
    let text = why.text();
    Ok(Box::new(Worded::new(why, text)))
}
