//! `goward why`

use diag::Speech;
use engine::Ctx;

use super::{Done, listen, obtain_chosen, remember, say_passed_over};
use crate::cli::WhyArgs;
use crate::outcome::Worded;

pub(super) fn run(ctx: &Ctx, args: &WhyArgs, speech: &Speech) -> Done {
    if args.floor {
        listen(ctx)?;
        let (toolchain, choice) = obtain_chosen(ctx, None, speech)?;
        remember(ctx, &choice);
        let why = engine::why_floor(ctx, &choice, &toolchain)?;
        let text = why.text();
        return Ok(Box::new(Worded::new(why, text)));
    }
    let choice = engine::choose(ctx, None)?;
    say_passed_over(&choice, speech);
    let why = engine::why(&choice);
    let text = why.text();
    Ok(Box::new(Worded::new(why, text)))
}
