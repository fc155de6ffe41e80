//! `goward undo` and `goward rollback`

use engine::{Ctx, RolledBack};

use super::Done;
use crate::cli::{GenerationName, RollbackArgs, UndoArgs};
use crate::outcome::Worded;

pub(super) fn undo(ctx: &Ctx, args: &UndoArgs) -> Done {
    Ok(worded(engine::undo(ctx, args.steps)?))
}

pub(super) fn run(ctx: &Ctx, args: &RollbackArgs) -> Done {
    let to = match args.to {
        GenerationName::Previous => None,
        GenerationName::Number(number) => Some(number),
    };
    Ok(worded(engine::roll_back(ctx, to)?))
}

fn worded(back: RolledBack) -> Box<Worded<RolledBack>> {
    let tag = back.toolchain.version().tag();
    let text = match (&back.before, back.left) {
        (_, Some(left)) if left == back.generation => format!("{tag} is the default already (generation {left})\n"),
        (Some(before), Some(left)) => format!(
            "{tag} is the default again (generation {}), {} was before (generation {left})\n",
            back.generation,
            before.version().tag()
        ),
        _ => format!("{tag} is the default again (generation {})\n", back.generation),
    };
    Box::new(Worded::new(back, text))
}
