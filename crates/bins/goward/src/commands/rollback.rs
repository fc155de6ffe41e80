//! `goward undo` and `goward rollback`

use context::Ctx;
use engine::{RolledBack, UndoneStep};

use super::CommandResult;
use crate::cli::{GenerationName, RollbackArgs, UndoArgs};
use crate::outcome::Rendered;
use crate::views::ToView;

pub(super) fn undo(ctx: &Ctx, args: &UndoArgs) -> CommandResult {
    let undone = engine::undo(ctx, args.steps)?;
    let text = undone.steps.iter().map(step).collect();
    Ok(Box::new(Rendered::new(undone.view(), text)))
}

pub(super) fn run(ctx: &Ctx, args: &RollbackArgs) -> CommandResult {
    let to = match args.to.unwrap_or(args.generation) {
        GenerationName::Previous => None,
        GenerationName::Number(number) => Some(number),
    };
    let back = engine::roll_back(ctx, to)?;
    let text = line(&back);
    Ok(Box::new(Rendered::new(back.view(), text)))
}

fn step(step: &UndoneStep) -> String {
    match step {
        UndoneStep::Default(back) => line(back),
        UndoneStep::NoDefault { left, before } => {
            format!("there is no default now, {} was before (generation {left})\n", before.version().tag())
        }
        UndoneStep::Change { purpose, files, variables, generation, .. } => {
            let mut text = format!("undid: {purpose}\n");
            for file in files {
                text.push_str(&format!("  restored {}\n", file.display()));
            }
            for variable in variables {
                text.push_str(&format!("  restored the user's variable {variable}\n"));
            }
            if let Some(generation) = generation {
                text.push_str(&format!("  generation {generation} is in use again\n"));
            }
            text
        }
    }
}

fn line(back: &RolledBack) -> String {
    let tag = back.toolchain.version().tag();
    match (&back.before, back.left) {
        (_, Some(left)) if left == back.generation => format!("{tag} is the default already (generation {left})\n"),
        (Some(before), Some(left)) => format!(
            "{tag} is the default again (generation {}), {} was before (generation {left})\n",
            back.generation,
            before.version().tag()
        ),
        _ => format!("{tag} is the default again (generation {})\n", back.generation),
    }
}
