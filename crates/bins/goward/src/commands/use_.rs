//! `goward use`

use diag::Speech;
use engine::Ctx;

use super::{Done, obtain_released};
use crate::cli::UseArgs;
use crate::outcome::Worded;

pub(super) fn run(ctx: &Ctx, args: &UseArgs, speech: &Speech) -> Done {
    let toolchain = obtain_released(ctx, &args.request, speech)?;
    let switched = engine::switch(ctx, &toolchain.id)?;
    let tag = switched.toolchain.version().tag();
    let text = match (&switched.before, switched.changed) {
        (_, false) => format!("{tag} is the default already (generation {})\n", switched.generation),
        (Some(before), true) => {
            format!(
                "{tag} is the default now, {} was before (generation {})\n",
                before.version().tag(),
                switched.generation
            )
        }
        (None, true) => format!("{tag} is the default now (generation {})\n", switched.generation),
    };
    let path = ctx.sys.env().search_path();
    if !path.contains(&switched.bin) && !path.contains(&ctx.store.layout().shims()) {
        speech.say(&format!("put `{}` on PATH to have it in every shell", switched.bin.display()));
    }
    // Where no path leads through the pointer a junction may; it is looked at, never assumed.
    if !ctx.sys.fs().pointers_are_links() && ctx.store.default_path()?.is_none() {
        let path = ctx.store.layout().default_junction();
        speech.say(&format!(
            "no junction could be made at `{}`: other programs find go by the shims only",
            path.display()
        ));
    }
    Ok(Box::new(Worded::new(switched, text)))
}
